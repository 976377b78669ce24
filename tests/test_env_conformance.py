"""Every env keeps to Gymnasium's interface, and its copies have the same future."""

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from plantgym.envs import ENV_IDS

from .env_cases import ALL_CASES, CASES, AnyEnv, Case, actions, assert_same, episode

pytestmark = pytest.mark.conformance
every_case = pytest.mark.parametrize("case", ALL_CASES.values(), ids=ALL_CASES.keys())


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_gymnasium_checks_every_id_and_its_rendering(env_id: str) -> None:
    check_env(gym.make(env_id).unwrapped)


@every_case
def test_gymnasium_checks_every_case(case: Case) -> None:
    check_env(case.any_env(), skip_render_check=True)


@every_case
def test_stable_baselines_checks_every_case(case: Case) -> None:
    sb3 = pytest.importorskip("stable_baselines3.common.env_checker")
    sb3.check_env(case.any_env())


@every_case
def test_the_same_seed_gives_the_same_day_bit_for_bit(case: Case) -> None:
    env = case.any_env()
    first = episode(env, 7)
    assert_same(episode(env, 7), first)
    assert_same(episode(case.any_env(), 7), first)


@every_case
def test_another_seed_gives_another_day(case: Case) -> None:
    env = case.any_env()
    days = {env.reset(seed=seed)[1]["day"] for seed in range(20)}
    assert len(days) > 10
    env.reset(seed=0)
    assert len({env.reset()[1]["day"] for _ in range(20)}) > 10


def test_unseeded_envs_differ() -> None:
    case = CASES["CementPv-v0"]
    days = [tuple(env.reset()[1]["day"] for _ in range(5)) for env in (case.env(), case.env())]
    assert days[0] != days[1]


@every_case
def test_spaces_are_finite_and_hold_every_observation(case: Case) -> None:
    env = case.any_env()
    space = env.observation_space
    assert isinstance(space, gym.spaces.Box)
    assert np.isfinite([space.low, space.high]).all()
    assert len(env.observation_names) == space.shape[0] == len(set(env.observation_names))
    for seed in range(3):
        shown = episode(env, seed, actions_seed=seed)
        assert all(obs in space for obs in shown["obs"])
        assert shown["ended"] == [False] * (len(shown["ended"]) - 1) + [True]


@every_case
def test_info(case: Case) -> None:
    env = case.any_env()
    batch, controls = env.batch, len(env.batch.n_modes)
    for info, reward in zip(*(episode(env, 1)[name] for name in ("info", "reward")), strict=True):
        assert set(info) == {*batch.meter, "cost", "requested", "applied"}
        assert list(info["cost"]) == list(batch.cost_parts)
        assert all(type(info[name]) is float for name in batch.meter)
        assert info["requested"].shape == info["applied"].shape == (controls,)
        assert info["moved"] == (abs(info["requested"] - info["applied"]) > 1e-6).sum()
        assert reward == pytest.approx(-sum(info["cost"].values()) / env.reference_cost)


@every_case
def test_arrays_are_fresh_and_actions_are_left_alone(case: Case) -> None:
    env = case.any_env()
    env.reset(seed=1)
    first, second = actions(env, 2)
    first.flags.writeable = False
    obs, *_, info = env.step(first)
    kept = copy.deepcopy((obs, info))
    before = second.copy()
    later, *_ = env.step(second)
    assert_same((obs, info), kept)
    assert_same(second, before)
    assert not np.shares_memory(obs, later)
    for array in (obs, info["applied"], info["requested"]):
        array[...] = -5
    assert_same(episode(env, 3), episode(case.any_env(), 3))


def rest_of_day(env: AnyEnv) -> list[Any]:
    """What the rest of the day and the next one show under random actions."""
    left = env.batch.tables.n_steps - env.view().step
    return [*[env.step(action) for action in actions(env, left)], episode(env, None)]


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))],
    ids=["deepcopy", "pickle"],
)
@every_case
def test_copies_have_the_same_future_and_memory_of_their_own(
    case: Case, duplicate: Callable[[AnyEnv], AnyEnv]
) -> None:
    env = case.any_env()
    env.reset(seed=5)
    for action in actions(env, 3):
        env.step(action)
    twin = duplicate(env)
    for mine, other in zip(env.batch.state, twin.batch.state, strict=True):
        assert_same(mine, other)
        assert not np.shares_memory(mine, other)
    # Kernels are compiled for read-only tables; other ones would take half a minute to compile.
    tables = twin.batch.read_only()
    assert tables
    assert all(table.flags.c_contiguous and not table.flags.writeable for table in tables)
    future = rest_of_day(twin)
    assert env.view().step == 3
    assert_same(rest_of_day(env), future)


@every_case
def test_states_bring_back_the_same_future(case: Case) -> None:
    env = case.any_env()
    env.reset(seed=5)
    for action in actions(env, 4):
        obs, *_ = env.step(action)
    state = env.get_state()
    future = rest_of_day(env)
    assert_same(env.set_state(state), obs)
    assert_same(rest_of_day(env), future)
    other = case.any_env()
    assert_same(other.set_state(state), obs)
    assert_same(rest_of_day(other), future)


@pytest.fixture
def spawned() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool


def test_an_env_goes_to_a_spawned_worker(spawned: ProcessPoolExecutor) -> None:
    env = CASES["CementPv-v0"].env()
    env.reset(seed=3)
    (action,) = actions(env, 1)
    there = spawned.submit(env.step, action).result()
    assert_same(there, env.step(action))


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_gymnasiums_own_vector_envs_give_the_same_rows(mode: str) -> None:
    kwargs = {"context": "spawn"} if mode == "async" else {}
    name = "plantgym.envs:plantgym/CementPv-v0"
    theirs = gym.make_vec(name, 2, vectorization_mode=mode, vector_kwargs=kwargs)
    ours = CASES["CementPv-v0"].vector_env(2)
    try:
        assert_same(theirs.reset(seed=3)[0], ours.reset(seed=3)[0])
        theirs.action_space.seed(1)
        for _ in range(30):
            action = theirs.action_space.sample()
            *shown, info = theirs.step(action)
            *rows, own = ours.step(action)
            for one, other in zip(shown, rows, strict=True):
                np.testing.assert_array_equal(one, other)
            if "cost" in info:
                np.testing.assert_array_equal(info["applied"], own["applied"])
                np.testing.assert_array_equal(info["cost"]["purchase"], own["cost"]["purchase"])
    finally:
        theirs.close()
