"""Rows of the vector env are single envs, bit for bit, whatever the autoreset mode and threads."""

import copy
import pickle
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from plantgym.envs.stn_env import StnEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.errors import InputError

from .env_cases import ALL_CASES, CASES, AnyEnv, AnyVectorEnv, Case, assert_same
from .hand_plant import HOURS, quarry, quarry_days

ROWS = 3
every_case = pytest.mark.parametrize("case", ALL_CASES.values(), ids=ALL_CASES.keys())


def batches(env: AnyVectorEnv, n: int, seed: int = 2) -> list[NDArray[Any]]:
    """Random actions of all rows."""
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(n)]


def row_of(info: dict[str, Any], row: int) -> dict[str, Any]:
    """Info of a row, in the form of the single env."""
    picked = {}
    for name, value in info.items():
        if name.startswith("_"):
            assert value[row]
        elif isinstance(value, dict):
            picked[name] = {part: values[row] for part, values in value.items()}
        else:
            picked[name] = value[row]
    return picked


def days_of_single(env: AnyEnv, seed: int, acts: list[NDArray[Any]]) -> list[Any]:
    """What a single env shows under NEXT_STEP: (obs, reward, ended, info or None) a step."""
    shown: list[Any] = [(env.reset(seed=seed)[0], 0.0, False, None)]
    for action in acts:
        if shown[-1][2]:
            shown.append((env.reset()[0], 0.0, False, None))
        else:
            obs, reward, ended, _, info = env.step(action)
            shown.append((obs, reward, ended, info))
    return shown


@pytest.mark.conformance
@every_case
def test_rows_are_single_envs_over_two_days(case: Case) -> None:
    rows = case.any_vector_env(ROWS)
    steps = batches(rows, 2 * rows.batch.tables.n_steps + 2)
    singles = [
        days_of_single(case.any_env(), 11 + row, [action[row] for action in steps])
        for row in range(ROWS)
    ]
    obs, _ = rows.reset(seed=11)
    for row in range(ROWS):
        assert_same(obs[row], singles[row][0][0])
    for k, action in enumerate(steps, start=1):
        obs, reward, ended, truncated, info = rows.step(action)
        assert not truncated.any()
        for row in range(ROWS):
            single_obs, single_reward, single_ended, single_info = singles[row][k]
            assert_same(obs[row], single_obs)
            assert (reward[row], ended[row]) == (single_reward, single_ended)
            assert info["_cost"][row] == (single_info is not None)
            if single_info is not None:
                assert_same(row_of(info, row), single_info)


@pytest.mark.conformance
@every_case
def test_same_step_restarts_at_once_and_keeps_the_last_observation(case: Case) -> None:
    late = case.any_vector_env(ROWS)
    soon = case.any_vector_env(ROWS, autoreset_mode="SameStep")
    assert_same(late.reset(seed=5)[0], soon.reset(seed=5)[0])
    for action in batches(late, late.batch.tables.n_steps):
        last, reward, ended, _, info = late.step(action)
        shown, *rest, same_info = soon.step(action)
        assert_same(rest[:2], [reward, ended])
        if not ended.any():
            assert_same(shown, last)
    assert ended.all()
    first, *_ = late.step(action)
    assert_same(shown, first)
    assert_same(same_info["final_obs"], last)
    assert_same(same_info["_final_obs"], ended)
    assert_same(same_info["final_info"], info)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
@every_case
def test_threads_change_nothing(case: Case, mode: str) -> None:
    one = case.any_vector_env(7, autoreset_mode=mode)
    two = case.any_vector_env(7, autoreset_mode=mode, threads=2)
    assert_same(one.reset(seed=5), two.reset(seed=5))
    for action in batches(one, 2 * one.batch.tables.n_steps):
        assert_same(one.step(action), two.step(action))
    two.close()


def test_disabled_leaves_the_reset_to_the_caller() -> None:
    env = StnVectorEnv(3, quarry(), scenarios=quarry_days(9), autoreset_mode="Disabled")
    env.reset(seed=3)
    stand = np.zeros((3, 2), np.int64)
    env.step(stand)
    env.reset(options={"reset_mask": np.array([False, True, False])})
    for _ in range(HOURS - 1):
        obs, _, ended, *_ = env.step(stand)
    assert ended.tolist() == [True, False, True]
    with pytest.raises(ResetNeeded, match=r"reset rows \[0, 2\] before step"):
        env.step(stand)
    again, info = env.reset(options={"reset_mask": np.array([True, False, True])})
    assert info["_day"].tolist() == [True, False, True]
    assert_same(again[1], obs[1])
    assert env.get_state().step.tolist() == [0, HOURS - 1, 0]
    assert env.step(stand)[2].tolist() == [False, True, False]


def test_seeds_by_row() -> None:
    case = CASES["CementPv-v0"]
    env = case.any_vector_env(3)
    obs, _ = env.reset(seed=[30, 10, 20])
    for row, seed in enumerate((30, 10, 20)):
        assert_same(obs[row], case.any_env().reset(seed=seed)[0])
    later = env.reset(seed=[30, None, 20])[0]
    assert_same(later[[0, 2]], obs[[0, 2]])
    assert not np.array_equal(env.reset()[0], env.reset()[0])


def test_rows_without_a_seed_differ() -> None:
    case = CASES["CementPv-v0"]
    streams = [case.any_vector_env(3) for _ in range(3)]
    for env, seed in zip(streams, (None, [None] * 3, [1, None, None]), strict=True):
        env.reset(seed=seed)
    states = np.concatenate([env.get_state().rng for env in streams])
    assert len(set(states.tolist())) == 9


@pytest.mark.conformance
def test_made_by_gymnasium_with_its_spaces() -> None:
    env = gym.make_vec(
        "plantgym/CementPv-v0", 4, vectorization_mode="vector_entry_point",
        autoreset_mode=AutoresetMode.SAME_STEP, threads=2,
    )  # fmt: skip
    single = CASES["CementPv-v0"].env()
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    assert env.single_observation_space == single.observation_space
    assert env.single_action_space == single.action_space
    obs, info = env.reset(seed=1)
    assert obs in env.observation_space
    assert info["day"].shape == (4,)
    obs, reward, *_ = env.step(env.action_space.sample())
    assert obs in env.observation_space
    assert reward.dtype == np.float64
    env.close()


@pytest.mark.conformance
def test_gymnasiums_vector_wrappers_work() -> None:
    rows = CASES["CementMill-v0"].vector_env(2)
    env = gym.wrappers.vector.RecordEpisodeStatistics(rows)
    env.reset(seed=1)
    total = np.zeros(2)
    for action in batches(rows, rows.batch.tables.n_steps):
        _, reward, ended, _, info = env.step(action)
        total += reward
    assert ended.all()
    np.testing.assert_allclose(info["episode"]["r"], total)


def test_results_are_fresh_and_actions_are_left_alone() -> None:
    env = CASES["CementPv-v0"].vector_env(3)
    env.reset(seed=1)
    first, second = batches(env, 2)
    first.flags.writeable = False
    results = env.step(first)
    kept = copy.deepcopy(results)
    env.step(second)
    assert_same(results, kept)


@pytest.mark.parametrize("threads", [1, 2])
def test_copies_and_states_have_the_same_future(threads: int) -> None:
    env = CASES["CementPv-v0"].vector_env(3, threads=threads)
    env.reset(seed=1)
    steps = batches(env, 30)
    for action in steps[:3]:
        obs, *_ = env.step(action)
    state = env.get_state()
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    future = [env.step(action) for action in steps]
    for twin in twins:
        assert_same([twin.step(action) for action in steps], future)
    assert_same(env.set_state(state), obs)
    assert_same([env.step(action) for action in steps], future)
    for each in (env, *twins):
        each.close()


def test_views_of_rows() -> None:
    env = CASES["CementPv-v0"].vector_env(2)
    env.reset(seed=1)
    env.step(batches(env, 1)[0])
    single = CASES["CementPv-v0"].env()
    single.reset(seed=2)
    single.step(batches(env, 1)[0][1])
    for name in type(single.view()).__slots__:
        assert_same(getattr(env.view(1), name), getattr(single.view(), name))


class TestErrors:
    def env(self, **arguments: Any) -> StnVectorEnv:  # noqa: ANN401
        return StnVectorEnv(2, quarry(), scenarios=quarry_days(), **arguments)

    def test_arguments(self) -> None:
        with pytest.raises(InputError, match="num_envs = 0: give at least one row"):
            StnVectorEnv(0, quarry(), scenarios=quarry_days())
        with pytest.raises(InputError, match="autoreset_mode = 'next': use one of 'NextStep'"):
            self.env(autoreset_mode="next")

    @pytest.mark.parametrize(
        ("threads", "fix"),
        [(0, "give a value of at least 1"), (-1, "give a value"), (1.5, "give a whole number")],
    )
    @every_case
    def test_threads(self, case: Case, threads: Any, fix: str) -> None:  # noqa: ANN401
        with pytest.raises(InputError, match=f"threads = {threads}: {fix}"):
            case.any_vector_env(2, threads=threads)

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"seed": [1]}, "seed = 1: give one seed, or 2 of them"),
            ({"options": {"mask": 1}}, "reset options = 'mask': the only option is 'reset_mask'"),
            ({"options": {"reset_mask": [True]}}, r"reset_mask = .*: give 2 booleans"),
            ({"options": {"reset_mask": [1, 0]}}, r"reset_mask = .*: give 2 booleans"),
            ({"options": {"reset_mask": [True, False]}}, r"reset_mask = .*: reset all rows first"),
        ],
    )
    def test_resets(self, arguments: dict[str, Any], says: str) -> None:
        with pytest.raises(InputError, match=says):
            self.env().reset(**arguments)

    def test_step_before_reset(self) -> None:
        with pytest.raises(ResetNeeded, match=r"reset rows \[0, 1\] before step"):
            self.env().step(np.zeros((2, 2), np.int64))

    def test_a_bad_row_moves_no_row(self) -> None:
        for threads in (1, 2):
            env = self.env(threads=threads)
            env.reset(seed=1)
            before = env.get_state()
            with pytest.raises(InputError, match=r"action of row 1 = \[1, 2\]: give modes from 0"):
                env.step(np.array([[1, 1], [1, 2]]))
            with pytest.raises(InputError, match=r"action shape = \(2,\): give .* \(2, 2\)"):
                env.step(np.array([1, 1]))
            assert_same(env.get_state(), before)
            env.close()

    def test_state_of_another_size(self) -> None:
        single = StnEnv(quarry(), scenarios=quarry_days())
        with pytest.raises(InputError, match=r"state rng shape = \(1,\): give a state of this env"):
            self.env().set_state(single.get_state())
