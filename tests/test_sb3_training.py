"""Training by Stable-Baselines3: every algorithm, the model kept, saved models."""

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("sb3_contrib")

import torch
from stable_baselines3.common.evaluation import evaluate_policy
from stable_baselines3.common.vec_env import (
    VecMonitor,
)

from plantgym.agents.sb3_policy import Sb3Policy
from plantgym.agents.sb3_training import ALGORITHMS, MODEL, Sb3Result, make_sb3, train_sb3
from plantgym.agents.sb3_validation import days_run_by, save_whole
from plantgym.agents.validation import Validator
from plantgym.benchmarks.cli import app
from plantgym.envs.policy import Policy
from plantgym.twins.errors import InputError

from .env_cases import CASES, HEATER_ID
from .learners import ENV, days, judged, short_day

CEMENT = "plantgym/CementPv-v0"
TINY: dict[str, dict[str, Any]] = {
    "sb3-ppo": {"n_steps": 8, "batch_size": 64},
    "maskable-ppo": {"n_steps": 8, "batch_size": 64},
    "a2c": {"n_steps": 8},
    "dqn": {"learning_starts": 64, "batch_size": 16, "buffer_size": 500},
    "sac": {"learning_starts": 64, "batch_size": 16, "buffer_size": 500},
    "td3": {"learning_starts": 64, "batch_size": 16, "buffer_size": 500},
}


SHORT_DAYS: dict[str, Any] = {
    "plant": short_day(),
    "scenarios": days((1, 3), (2, 3)),
    "split": "all",
}


def train_short_days(algorithm: str, out: Path) -> Sb3Result:
    changes = {"steps": 960, "rows": 8, **TINY[algorithm]}
    shown = judged(SHORT_DAYS["scenarios"])
    return train_sb3(ENV, algorithm, out, changes=changes, arguments=SHORT_DAYS, validation=shown)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


class TestAlgorithms:
    @pytest.mark.parametrize(
        ("algorithm", "env_id"),
        [
            ("sb3-ppo", CEMENT),
            ("sb3-ppo", HEATER_ID),
            ("maskable-ppo", CEMENT),
            ("a2c", CEMENT),
            ("dqn", CEMENT),
            ("sac", HEATER_ID),
            ("td3", HEATER_ID),
        ],
    )
    def test_train_save_load_and_act(self, algorithm: str, env_id: str, tmp_path: Path) -> None:
        changes = {"steps": 128, "rows": 8, **TINY[algorithm]}
        train_sb3(env_id, algorithm, tmp_path / "run", changes=changes)
        told = json.loads((tmp_path / "run" / "result.json").read_text())
        assert told["result"]["steps"] == 128
        policy = Sb3Policy(tmp_path / "run" / MODEL)
        assert isinstance(policy, Policy)
        assert policy.algorithm == algorithm
        env = gym.make(env_id)
        obs, _ = env.reset(seed=0)
        policy.reset(env)
        for _ in range(4):
            action = policy.act(obs)
            assert action in env.action_space
            obs, *_ = env.step(action)

    def test_masks_hold_in_training_and_after(self, tmp_path: Path) -> None:
        changes = {"steps": 256, "rows": 8, **TINY["maskable-ppo"]}
        train_sb3(CEMENT, "maskable-ppo", tmp_path, changes=changes)
        policy = Sb3Policy(tmp_path / MODEL)
        env = CASES["CementPv-v0"].env()
        obs, _ = env.reset(seed=0)
        policy.reset(env)
        for _ in range(24):
            masks, action = env.action_masks(), policy.act(obs)
            assert masks[np.array([0, 3, 5]) + action].all()
            obs, *_ = env.step(action)

    @pytest.mark.parametrize("algorithm", ["maskable-ppo", "dqn", "a2c"])
    def test_the_cost_told_is_that_of_the_model_kept(self, algorithm: str, tmp_path: Path) -> None:
        found = train_short_days(algorithm, tmp_path)
        validator = Validator(ENV, SHORT_DAYS, judged(SHORT_DAYS["scenarios"]))
        model = Sb3Policy(tmp_path / MODEL)._model
        assert found.validation_cost == days_run_by(model, validator)().mean()
        told = json.loads((tmp_path / "result.json").read_text())["result"]
        assert told["validation_cost"] == found.validation_cost

    def test_the_model_kept_is_the_best_on_validation_days(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        costs = iter([5.0, 3.0, *[4.0] * 100])
        monkeypatch.setattr(Validator, "costs_of", lambda *_: np.full(2, next(costs)))
        found = train_short_days("a2c", tmp_path)
        assert found.validation_cost == 3.0
        assert found.steps >= 960
        assert Sb3Policy(tmp_path / MODEL)._model.num_timesteps == 2 * 960 / 20

    def test_same_seed_same_weights(self) -> None:
        def learned() -> Any:  # noqa: ANN401
            settings = {"steps": 64, "rows": 8, "n_steps": 4, "batch_size": 32}
            model = make_sb3(ENV, "sb3-ppo", settings, seed=3)
            return model.learn(64).policy.state_dict()

        one, other = learned(), learned()
        assert all((one[name] == other[name]).all() for name in one)

    def test_a_model_is_better_than_no_training(self) -> None:
        settings = {
            "steps": 2048, "rows": 32, "n_steps": 8, "batch_size": 64, "n_epochs": 4,
            "learning_rate": 0.02,
        }  # fmt: skip
        model = make_sb3(ENV, "sb3-ppo", settings, arguments=SHORT_DAYS)
        model.learn(2048)
        env = VecMonitor(model.get_env())
        reward, _ = evaluate_policy(model, env, n_eval_episodes=32)
        # The mill runs in the first hour, at 1 or 2 EUR/kWh; a reward of -1 is 400 EUR.
        assert -0.5 <= float(np.asarray(reward)) <= -0.25

    def test_every_algorithm_has_settings_and_a_test(self) -> None:
        from plantgym.agents.settings import defaults

        assert TINY.keys() == ALGORITHMS.keys()
        for name in ALGORITHMS:
            assert {"steps", "rows", "learning_rate"} <= defaults(CEMENT, name).keys()

    @pytest.mark.parametrize(
        ("algorithm", "env_id", "fix"),
        [
            ("sac", CEMENT, "takes modes: use ppo, sb3-ppo, a2c, maskable-ppo, dqn"),
            ("td3", CEMENT, "takes modes"),
            ("dqn", HEATER_ID, "takes levels: use ppo, sb3-ppo, a2c, sac, td3"),
            ("maskable-ppo", HEATER_ID, "takes levels"),
            ("dqn", "plantgym/SteelPowder-v0", "7776 combinations"),
            ("reinforce", CEMENT, "use one of ppo, sb3-ppo"),
        ],
    )
    def test_algorithms_that_do_not_fit(self, algorithm: str, env_id: str, fix: str) -> None:
        with pytest.raises(InputError, match=fix):
            make_sb3(env_id, algorithm, {"steps": 8, "rows": 2})

    def test_noise_of_levels(self) -> None:
        settings = {"steps": 8, "rows": 2, "action_noise_std": 0.3}
        noise = make_sb3(HEATER_ID, "td3", settings).action_noise
        drawn = np.array([noise() for _ in range(500)])
        assert drawn.shape == (500, 2)
        assert drawn.std() == pytest.approx(0.3, rel=0.1)
        with pytest.raises(InputError, match="action_noise"):
            make_sb3(HEATER_ID, "a2c", settings)
        with pytest.raises(InputError, match="action_noise_std"):
            make_sb3(HEATER_ID, "td3", {**settings, "action_noise_std": -0.3})

    def test_scaled_rewards(self) -> None:
        settings = {"steps": 192, "rows": 8, "n_steps": 24, "batch_size": 64, "gamma": 1.0}
        model = make_sb3(CEMENT, "maskable-ppo", {**settings, "scale_reward": True})
        model.learn(192)
        seen = model.get_vec_normalize_env()
        assert seen.gamma == 1.0
        assert not seen.norm_obs
        assert seen.ret_rms.count > 192

    def test_unknown_settings(self) -> None:
        with pytest.raises(InputError, match=r"a2c does not take them .*batch_size"):
            make_sb3(CEMENT, "a2c", {"steps": 8, "rows": 2, "batch_size": 3})

    @pytest.mark.parametrize(
        "wrong",
        [
            {"batch_size": 0},
            {"n_steps": 0},
            {"gamma": "x"},
            {"gamma": 2.0},
            {"scale_reward": "no"},
            {"learning_rate": "fast", "learning_rate_falls": True},
        ],
    )
    def test_settings_that_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(InputError, match=next(iter(wrong))):
            make_sb3(CEMENT, "sb3-ppo", {"steps": 8, "rows": 2, **wrong})

    def test_a_model_that_is_saved_again_is_whole_or_the_one_before(self, tmp_path: Path) -> None:
        model = make_sb3(CEMENT, "a2c", {"steps": 8, "rows": 2})
        save_whole(model, tmp_path / "model.zip")
        assert Sb3Policy(tmp_path / "model.zip").algorithm == "a2c"
        assert [path.name for path in tmp_path.iterdir()] == ["model.zip"]

    def test_rows_are_not_none(self) -> None:
        with pytest.raises(InputError, match="rows"):
            make_sb3(CEMENT, "a2c", {"steps": 8, "rows": 0})


class TestModels:
    @pytest.mark.parametrize("content", [None, b"", b"nonsense"])
    def test_files_that_are_no_models(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "model.zip"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"give a model\.zip"):
            Sb3Policy(path)

    def test_a_model_of_another_env(self, tmp_path: Path) -> None:
        changes = {"steps": 16, "rows": 2, "n_steps": 8}
        train_sb3(CEMENT, "a2c", tmp_path, changes=changes)
        policy = Sb3Policy(tmp_path / MODEL)
        env = CASES["CementMill-v0"].env()
        env.reset(seed=0)
        with pytest.raises(InputError, match="trained on this env"):
            policy.reset(env)

    def test_a_model_that_was_saved_by_hand(self, tmp_path: Path) -> None:
        from stable_baselines3 import PPO

        env = CASES["CementPv-v0"].env()
        PPO("MlpPolicy", env, n_steps=8, batch_size=8, device="cpu").save(tmp_path / "mine.zip")
        policy = Sb3Policy(tmp_path / "mine.zip")
        obs, _ = env.reset(seed=0)
        policy.reset(env)
        assert policy.act(obs) in env.action_space


def test_models_are_compared_from_the_command_line(tmp_path: Path) -> None:
    changes = {"steps": 64, "rows": 8, "n_steps": 4}
    train_sb3(CEMENT, "a2c", tmp_path, changes=changes)
    command = ["compare", "CementPv", "--days=1", f"--policies=sb3:{tmp_path / MODEL}"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.stderr
    assert "sb3:" in done.stdout
