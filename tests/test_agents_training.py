"""Whole trainings: files, kills, and what is refused."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from plantgym.agents.actor import load_actor  # noqa: E402 - after the check for torch
from plantgym.agents.ppo_policy import PpoPolicy, shipped_policy  # noqa: E402
from plantgym.agents.training import Training, train  # noqa: E402
from plantgym.agents.training_log import COLUMNS  # noqa: E402
from plantgym.agents.validation import ValidationDays  # noqa: E402
from plantgym.envs.policy import Policy  # noqa: E402
from plantgym.twins.errors import InputError, PlantgymError  # noqa: E402

from .env_cases import CASES  # noqa: E402
from .learners import ENV, days, judged, settings, short_day  # noqa: E402

CEMENT = "plantgym/CementPv-v0"
PRICES = days((1, 3), (3, 1), (1, 2))


def small(out: Path, **changes: Any) -> Training:  # noqa: ANN401
    given = {
        "env_id": ENV,
        "arguments": {"plant": short_day(), "scenarios": PRICES, "split": "all"},
        "settings": settings(steps=2048),
        "validation": judged(PRICES),
    }
    return Training(out=out, **{**given, **changes})


def layers(folder: Path) -> list[Any]:
    return [array for pair in load_actor(folder / "policy.npz").layers for array in pair]


class TestFiles:
    def test_a_training_leaves_a_policy_a_log_and_a_result(self, tmp_path: Path) -> None:
        told: list[tuple[float, str]] = []
        result = train(small(tmp_path / "new" / "run"), tell=lambda *what: told.append(what))
        folder = tmp_path / "new" / "run"
        assert {path.name for path in folder.iterdir()} == {
            "policy.npz", "log.csv", "training.pt", "result.json",
        }  # fmt: skip
        with (folder / "log.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert tuple(rows[0]) == COLUMNS
        assert [int(row["steps"]) for row in rows] == [512, 1024, 1536, 2048]
        assert [row["gap"] != "" for row in rows] == [False, False, False, True]
        found = json.loads((folder / "result.json").read_text())
        assert found["result"]["gap"] == result.gap == float(rows[-1]["gap"])
        assert (found["seed"], found["settings"]["rows"]) == (0, 64)
        assert 0.0 < result.env_share < 1.0
        assert told[0] == (0.0, "starting")
        assert told[-1][0] == 1.0
        assert told[-1][1].startswith("cost ")

    def test_the_best_policy_is_kept(self, tmp_path: Path) -> None:
        # A learning rate that wrecks what was learned: later policies are worse than the first.
        chosen = settings(steps=4096, learning_rate=0.02, validate_every=1)
        result = train(small(tmp_path, settings=chosen))
        with (tmp_path / "log.csv").open() as file:
            costs = [float(row["validation_cost"]) for row in csv.DictReader(file)]
        assert result.validation_cost == min(costs)

    def test_tensorboard_shows_what_the_log_says(self, tmp_path: Path) -> None:
        pytest.importorskip("tensorboard")
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        train(small(tmp_path, tensorboard=True))
        shown = EventAccumulator(str(tmp_path / "tensorboard"))
        shown.Reload()
        assert [event.step for event in shown.Scalars("value_loss")] == [512, 1024, 1536, 2048]
        assert len(shown.Scalars("gap")) == 1

    def test_minutes_end_a_training(self, tmp_path: Path) -> None:
        chosen = settings(steps=10**9, validate_every=1)
        result = train(small(tmp_path, settings=chosen, minutes=0.005))
        assert result.steps < 10**6
        assert result.seconds >= 0.3


SCRIPT = """
import sys
from pathlib import Path
from tests.test_agents_training import long
from plantgym.agents.training import train
train(long(Path(sys.argv[1])), resume=True)
"""


def long(out: Path) -> Training:
    """A training that writes a checkpoint after every update."""
    chosen = settings(steps=512 * 60, validate_every=10)
    return small(out, settings=chosen, checkpoint_s=0.0)


class TestResume:
    def test_kill_9_and_resume_gives_the_same_policy(self, tmp_path: Path) -> None:
        folder = tmp_path / "killed"
        command = [sys.executable, "-c", SCRIPT, str(folder)]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[1])
        log = folder / "log.csv"
        while not (log.exists() and log.read_bytes().count(b"\n") > 5):
            assert process.poll() is None
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (folder / "result.json").exists()

        resumed = train(long(folder), resume=True)
        whole = train(long(tmp_path / "whole"))
        assert resumed.steps == whole.steps == 512 * 60
        assert resumed.validation_cost == whole.validation_cost
        for one, other in zip(layers(folder), layers(tmp_path / "whole"), strict=True):
            np.testing.assert_array_equal(one, other)
        steps = [line.split(",")[0] for line in log.read_text().splitlines()[1:]]
        assert steps == [str(512 * (k + 1)) for k in range(60)]
        assert json.loads((folder / "result.json").read_text())["result"]["steps"] == 512 * 60
        assert {path.name for path in folder.iterdir()} == {
            "policy.npz", "log.csv", "training.pt", "result.json",
        }  # fmt: skip

    def test_another_training_is_not_resumed(self, tmp_path: Path) -> None:
        train(small(tmp_path))
        with pytest.raises(InputError, match="seed is 0 there and 1 now; give another folder"):
            train(small(tmp_path, seed=1), resume=True)

    def test_a_training_on_other_prices_or_another_plant_is_not_resumed(
        self, tmp_path: Path
    ) -> None:
        arguments = {"plant": short_day(), "scenarios": PRICES, "split": "all"}
        train(small(tmp_path))
        dearer = replace(short_day(), name="other")
        for changed in ({"scenarios": days((9, 1), (3, 1), (1, 2))}, {"plant": dearer}):
            with pytest.raises(InputError, match=r"data is .* there and .* now"):
                train(small(tmp_path, arguments={**arguments, **changed}), resume=True)

    def test_other_validation_days_are_not_resumed(self, tmp_path: Path) -> None:
        train(small(tmp_path))
        shown = judged(PRICES)
        fewer = ValidationDays(
            shown.dates[:2], shown.seeds[:2], shown.optimum[:2], shown.rule[:2], shown.split
        )
        with pytest.raises(InputError, match=r"validation is .* there and .* now"):
            train(small(tmp_path, validation=fewer), resume=True)

    def test_a_training_is_not_overwritten(self, tmp_path: Path) -> None:
        train(small(tmp_path))
        with pytest.raises(InputError, match="it holds a training; resume that"):
            train(small(tmp_path))

    @pytest.mark.parametrize("content", [b"", b"torn", b"PK\x03\x04"])
    def test_a_foreign_checkpoint_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "training.pt").write_bytes(content)
        with pytest.raises(InputError, match="plantgym did not write this"):
            train(small(tmp_path), resume=True)
        assert (tmp_path / "training.pt").read_bytes() == content

    def test_resuming_nothing_starts(self, tmp_path: Path) -> None:
        assert train(small(tmp_path), resume=True).steps == 2048


class TestRefusals:
    @pytest.mark.parametrize("device", ["cuda", "abacus"])
    def test_devices(self, tmp_path: Path, device: str) -> None:
        if device == "cuda" and torch.cuda.is_available():
            pytest.skip("there is one")
        with pytest.raises(InputError, match="device"):
            train(small(tmp_path, device=device))

    def test_a_folder_that_is_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        path.touch()
        with pytest.raises(InputError, match="--out"):
            train(small(path))

    def test_a_day_that_is_not_there(self, tmp_path: Path) -> None:
        strange = ValidationDays(["1999-01-01"], [0], [1.0], [1.0], "all")
        with pytest.raises(PlantgymError, match="1999-01-01"):
            train(small(tmp_path, validation=strange))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cement")
    train(Training(env_id=CEMENT, out=out, settings=settings(steps=1024, rows=32)))
    return out


class TestPolicy:
    def test_it_is_a_policy_that_never_asks_for_what_cannot_be(self, folder: Path) -> None:
        policy, env = PpoPolicy(folder / "policy.npz"), CASES["CementPv-v0"].env(split="test")
        assert isinstance(policy, Policy)
        for day in (0, 7):
            obs, _ = env.reset(seed=0, options={"day": day})
            policy.reset(env)
            over = False
            while not over:
                obs, _, over, _, info = env.step(policy.act(obs))
                assert info["moved"] == 0
                assert info["cost"]["shortfall"] == 0

    def test_it_needs_no_learning_library(self, folder: Path) -> None:
        code = (
            "import sys, gymnasium as gym, plantgym.envs; from pathlib import Path\n"
            "from plantgym.agents.ppo_policy import PpoPolicy\n"
            f"env = gym.make('{CEMENT}'); obs, _ = env.reset(seed=0)\n"
            f"policy = PpoPolicy(Path({str(folder / 'policy.npz')!r})); policy.reset(env)\n"
            "env.step(policy.act(obs))\n"
            "print([m for m in ('torch', 'stable_baselines3', 'pyomo') if m in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout.split() == [b"[]"]

    def test_another_env_is_refused(self, folder: Path) -> None:
        policy = PpoPolicy(folder / "policy.npz")
        for name in ("CementMill-v0", "CementPv-v0-15min"):
            env = CASES[name].env()
            env.reset(seed=0)
            with pytest.raises(InputError, match=f"this one was on {CEMENT}"):
                policy.reset(env)
        with pytest.raises(InputError, match="env of plantgym"):
            policy.reset(gym.make("CartPole-v1"))

    @pytest.mark.parametrize("content", [None, b"", b"nonsense", b"PK\x03\x04torn"])
    def test_files_that_are_no_policies(self, tmp_path: Path, content: bytes | None) -> None:
        path = tmp_path / "policy.npz"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InputError, match=r"give the policy\.npz"):
            load_actor(path)

    def test_other_arrays_are_no_policy(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "a.npz", about=np.array('{"format": "thesis"}'))
        with pytest.raises(InputError, match=r"give the policy\.npz"):
            load_actor(tmp_path / "a.npz")

    def test_envs_without_a_shipped_policy(self) -> None:
        with pytest.raises(InputError, match="train one with `plantgym train`"):
            shipped_policy(ENV)
