"""Stable-Baselines3 on the vector envs: the same numbers and masks."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("sb3_contrib")

import torch
from sb3_contrib.common.maskable.utils import (
    get_action_masks,
    is_masking_supported,
)
from stable_baselines3.common.env_checker import check_env
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecMonitor,
    VecNormalize,
)

from plantgym.agents.masks import make_choices
from plantgym.agents.sb3_env import Sb3VecEnv
from plantgym.twins.errors import InputError

from .env_cases import ALL_CASES, CASES
from .learners import days, short_day
from .test_agents_ppo import CutOff


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def rows(name: str, n: int, *, joint: bool = False) -> Sb3VecEnv:
    return Sb3VecEnv(ALL_CASES[name].any_vector_env(n, autoreset_mode="SameStep"), joint=joint)


class TestSameNumbers:
    @pytest.mark.parametrize("name", ["CementPv-v0", "continuous-cement_pv", "SetsHeater-stages"])
    def test_as_the_vector_env(self, name: str) -> None:
        adapter = rows(name, 3)
        env = ALL_CASES[name].any_vector_env(3, autoreset_mode="SameStep")
        adapter.seed(5)
        obs, _ = env.reset(seed=5)
        np.testing.assert_array_equal(adapter.reset(), obs)
        env.action_space.seed(0)
        ends = 0
        for _ in range(env.batch.tables.n_steps + 3):
            action = env.action_space.sample()
            obs, reward, terminated, _, info = env.step(action)
            seen, earned, ended, infos = adapter.step(action)
            np.testing.assert_array_equal(seen, obs)
            np.testing.assert_array_equal(earned, reward.astype(np.float32))
            np.testing.assert_array_equal(ended, terminated)
            ends += int(ended.sum())
            for row, told in enumerate(infos):
                assert bool(told) == ended[row]
                if told:
                    np.testing.assert_array_equal(
                        told["terminal_observation"], info["final_obs"][row]
                    )
                    assert told["TimeLimit.truncated"] is False
        assert ends == 3

    def test_a_cut_is_told_as_a_time_limit(self) -> None:
        env = CutOff(2, short_day(), scenarios=days((1, 3)), split="all", autoreset_mode="SameStep")
        adapter = Sb3VecEnv(env)
        adapter.reset()
        adapter.step(np.zeros((2, 1), np.int64))
        _, _, ended, infos = adapter.step(np.zeros((2, 1), np.int64))
        assert ended.all()
        assert [told["TimeLimit.truncated"] for told in infos] == [True, True]

    def test_seeds_hold_for_one_reset(self) -> None:
        adapter = rows("CementPv-v0", 2)
        adapter.seed(1)
        first, second = adapter.reset(), adapter.reset()
        adapter.seed(1)
        np.testing.assert_array_equal(adapter.reset(), first)
        assert not np.array_equal(first, second)
        assert [set(told) for told in adapter.reset_infos] == [{"day"}] * 2

    def test_joint_actions_are_combinations(self) -> None:
        adapter, env = rows("CementPv-v0", 18, joint=True), CASES["CementPv-v0"].vector_env(18)
        assert adapter.action_space == gym.spaces.Discrete(18)
        adapter.seed(0)
        adapter.reset()
        env.reset(seed=0)
        table = make_choices([3, 2, 3], joint=True).joint_modes
        assert table is not None
        np.testing.assert_array_equal(adapter.step(np.arange(18))[0], env.step(table)[0])


class TestMasks:
    def test_masks_are_those_of_the_env(self) -> None:
        adapter, env = rows("CementPv-v0", 4), CASES["CementPv-v0"].vector_env(4)
        adapter.seed(0)
        adapter.reset()
        env.reset(seed=0)
        assert is_masking_supported(adapter)
        np.testing.assert_array_equal(get_action_masks(adapter), env.action_masks())
        some = adapter.env_method("action_masks", indices=[1, 3])
        np.testing.assert_array_equal(some, env.action_masks()[[1, 3]])

    def test_levels_have_none(self) -> None:
        adapter = rows("SetsHeater-v0", 2)
        assert not is_masking_supported(adapter)
        with pytest.raises(AttributeError, match="levels have no masks"):
            adapter.env_method("action_masks")


class TestVecEnv:
    def test_wrappers_of_sb3_hold(self) -> None:
        adapter = VecMonitor(
            VecNormalize(VecCheckNan(rows("CementPv-v0", 4), raise_exception=True))
        )
        adapter.seed(0)
        adapter.reset()
        told: list[dict[str, Any]] = []
        for _ in range(24):
            actions = np.array([adapter.action_space.sample() for _ in range(4)])
            told += adapter.step(actions)[3]
        assert [each["episode"]["l"] for each in told if "episode" in each] == [24] * 4

    def test_attributes_and_methods(self) -> None:
        adapter = rows("CementPv-v0", 3)
        adapter.reset()
        assert adapter.get_attr("num_envs") == [3, 3, 3]
        assert adapter.get_attr("num_envs", indices=1) == [3]
        assert [view.step for view in adapter.env_method("view")] == [0, 0, 0]
        assert adapter.env_is_wrapped(gym.Wrapper) == [False] * 3
        assert adapter.has_attr("observation_names")
        assert not adapter.has_attr("nonsense")
        assert list(adapter.get_images()) == [None] * 3
        adapter.set_attr("note", 1)
        assert adapter.get_attr("note") == [1] * 3
        with pytest.raises(InputError, match="all rows share"):
            adapter.set_attr("note", 1, indices=[0])

    @pytest.mark.parametrize("name", ["CementPv-v0", "SetsHeater-v0"])
    def test_single_envs_pass_the_checker(self, name: str) -> None:
        check_env(ALL_CASES[name].any_env(), warn=False)

    def test_other_autoresets_are_refused(self) -> None:
        with pytest.raises(InputError, match="make the env with 'SameStep'"):
            Sb3VecEnv(CASES["CementPv-v0"].vector_env(2))

    @pytest.mark.parametrize(
        ("name", "fix"), [("SetsHeater-v0", "takes levels"), ("SteelPowder-v0", "7776 combin")]
    )
    def test_joint_actions_that_cannot_be(self, name: str, fix: str) -> None:
        with pytest.raises(InputError, match=fix):
            rows(name, 2, joint=True)
