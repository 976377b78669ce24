"""Envs whose episodes each run a plausible plant: what is told, what happens, what bounds it."""

import copy
import math
import pickle
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from plantgym.baselines.planners import DayAheadMilp, Optimum, RollingMpc
from plantgym.baselines.rules import PriceThreshold, ReferenceRule
from plantgym.envs.policy import Policy
from plantgym.envs.stn_env import StnEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.errors import InputError
from plantgym.twins.intervals import parameters
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Site, StnPlant
from plantgym.twins.plant_toml import load_plant, parse_plant, plant_to_toml
from plantgym.twins.plausible import plausible_plant
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_state import COST_PARTS
from plantgym.twins.stn_tables import STOCK_TOL, TOL, StnTables, compile_tables
from plantgym.twins.tariff import DrEventProcess

from .env_cases import CASES, Case, actions, assert_same, episode
from .hand_plant import HOURS, KILN, LIME, MEAL, MILL, ORE, quarry, quarry_days
from .random_plants import days, plants

Intervals = dict[str, tuple[float, float]]


def around(plant: StnPlant, share: float) -> Intervals:
    """Intervals of all parameters, that far below and above the plant's own values."""
    limits = {"site.base_load_kw": (0.0, plant.site.import_limit_kw)}
    for m in plant.materials:
        limits[f"{m.name}.reserve_t"] = (0.0, m.initial_t)
        limits[f"{m.name}.target_t"] = (-m.initial_t, math.inf)
    intervals = {}
    for name, own in parameters(plant).items():
        least, most = limits.get(name, (0.0, math.inf))
        width = share * max(1.0, abs(own))
        intervals[name] = (max(least, own - width), min(most, own + width))
    return intervals


def randomised(case: Case, share: float = 0.1) -> Case:
    """The case on plants around its own."""
    return Case(case.env_id, {**case.arguments, "intervals": around(case.env().plant, share)})


VARIED = {
    name: randomised(CASES[name])
    for name in ("CementPv-v0", "CementMill-v0", "SteelPowder-v0-15min", "continuous-cement_pv")
}
every_case = pytest.mark.parametrize("case", VARIED.values(), ids=VARIED.keys())

WIDE: Intervals = {
    "mill.power_kw": (150.0, 240.0),
    "kiln.power_kw": (45.0, 60.0),
    "meal.headroom_t": (40.0, 200.0),
    "meal.reserve_t": (2.0, 10.0),
    "lime.target_t": (10.0, 35.0),
    "site.base_load_kw": (0.0, 80.0),
}


class TestPlants:
    def test_own_values(self) -> None:
        assert parameters(quarry()) == {
            "mill.power_kw": 200.0,
            "kiln.power_kw": 50.0,
            "ore.headroom_t": 0.0,
            "ore.reserve_t": 1000.0,
            "meal.headroom_t": 90.0,
            "meal.reserve_t": 10.0,
            "lime.headroom_t": 500.0,
            "lime.reserve_t": 0.0,
            "lime.target_t": 30.0,
            "site.base_load_kw": 0.0,
        }

    def test_what_moves_with_a_parameter(self) -> None:
        names = {
            "mill.power_kw": 150.0, "meal.headroom_t": 110.0, "meal.reserve_t": 4.0,
            "lime.target_t": 33.0, "site.base_load_kw": 25.0,
        }  # fmt: skip
        intervals = {
            name: tuple(sorted((own, names[name])))
            for name, own in parameters(quarry()).items()
            if name in names
        }

        class Edge(np.random.Generator):
            """Draws the edge of each interval that is not the plant's own value."""

            def random(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401
                own = parameters(quarry())
                return np.array([float(names[name] > own[name]) for name in intervals])

        plant = plausible_plant(quarry(), Edge(np.random.PCG64(0)), intervals)  # type: ignore[arg-type]
        assert {name: parameters(plant)[name] for name in names} == names
        slow, fast = plant.tasks[0].modes
        assert (slow.power_kw, fast.power_kw) == (75.0, 150.0)
        assert (slow.consumes_t_per_h, fast.produces_t_per_h) == ({"ore": 7.5}, {"meal": 15.0})
        assert (slow.workers, fast.workers) == (1.0, 3.0)
        assert plant.tasks[1] == KILN
        assert plant.materials[0] == ORE
        assert plant.materials[1] == Material("meal", 6.0, 120.0, 10.0)
        assert plant.materials[2] == replace(LIME, end_min_t=33.0)
        assert plant.site.base_load_kw == 25.0
        assert plant.intervals == {}

    def test_draws_fill_the_intervals_and_are_reproducible(self) -> None:
        plant = quarry(intervals=WIDE)
        drawn = [plausible_plant(plant, np.random.default_rng(seed)) for seed in range(400)]
        assert drawn[7] == plausible_plant(plant, np.random.default_rng(7))
        assert drawn[7] != drawn[8]
        for name, (low, high) in WIDE.items():
            values = np.array([parameters(each)[name] for each in drawn])
            assert values.min() >= low - 1e-9
            assert values.max() <= high + 1e-9
            places = (values - low) / (high - low)
            assert abs(places.mean() - 0.5) < 0.05
            assert np.histogram(places, 4, (0, 1))[0].min() > 70

    def test_plants_that_cannot_meet_their_targets_are_drawn_anew(self) -> None:
        # The kiln makes at most 48 t in six hours from 10 t of meal and what the mill adds.
        intervals: Intervals = {"kiln.power_kw": (25.0, 50.0), "lime.target_t": (20.0, 47.0)}
        rng = np.random.default_rng(0)
        drawn = [plausible_plant(quarry(), rng, intervals) for _ in range(200)]
        made_t = np.array([HOURS * p.tasks[1].modes[0].produces_t_per_h["lime"] for p in drawn])
        targets_t = np.array([p.materials[2].end_min_t for p in drawn], float)
        assert (made_t >= targets_t).all()
        assert (made_t < 30.0).any()
        assert (targets_t > 40.0).any()

    def test_intervals_with_hardly_a_plant(self) -> None:
        tight = replace(LIME, end_min_t=48.0)
        plant = quarry(materials=(ORE, MEAL, tight))
        with pytest.raises(InputError, match=r"narrow them: none of 1000 plants drawn can meet"):
            plausible_plant(plant, np.random.default_rng(0), {"kiln.power_kw": (25.0, 50.0)})

    def test_no_width_is_the_plant_itself(self) -> None:
        for name in ("cement_pv", "car_seat", "cement_mill", "steel_powder"):
            plant = load_plant(name)
            drawn = plausible_plant(plant, np.random.default_rng(0), around(plant, 0.0))
            assert drawn == plant

    def test_round_trip(self) -> None:
        plant = quarry(intervals=WIDE)
        assert parse_plant(plant_to_toml(plant)) == plant
        assert "intervals" not in plant_to_toml(quarry())

    @pytest.mark.parametrize(
        ("name", "interval", "says"),
        [
            ("mil.power_kw", (1, 2), "name = 'mil.power_kw': did you mean 'mill.power_kw'?"),
            ("ore.target_t", (1, 2), r"name = 'ore.target_t': .*this plant has mill.power_kw, "),
            ("mill.power_kw", (210, 190), r"'mill.power_kw' = \(210, 190\): give the lower value"),
            ("mill.power_kw", (210, 220), "widen it to hold the plant's own value 200"),
            ("mill.power_kw", (150,), "'mill.power_kw' = .*: give 2 numbers"),
            ("mill.power_kw", "wide", "'mill.power_kw' = 'wide': give 2 numbers"),
            ("mill.power_kw", (0.0, float("inf")), "= inf: give a finite number"),
            ("mill.power_kw", (float("nan"), 1.0), "= nan: give a finite number"),
            ("mill.power_kw", (-1.0, 300.0), "'mill.power_kw' low = -1.0: .* at least"),
            ("meal.reserve_t", (0.0, 11.0), "'meal.reserve_t' high = 11.0: .* at most 10"),
            ("meal.headroom_t", (-1.0, 95.0), "'meal.headroom_t' low = -1.0: .* at least"),
            ("lime.target_t", (-1.0, 30.0), "'lime.target_t' low = -1.0: .* at least"),
            ("site.base_load_kw", (0.0, 2e3), "'site.base_load_kw' high = 2000.0: .* at most 1000"),
        ],
    )
    def test_bad_intervals(self, name: str, interval: Any, says: str) -> None:  # noqa: ANN401
        with pytest.raises(InputError, match=f"intervals .*{says}"):
            quarry(intervals={name: interval})
        with pytest.raises(InputError, match=f"intervals .*{says}"):
            plausible_plant(quarry(), np.random.default_rng(0), {name: interval})

    def test_bad_tables(self) -> None:
        with pytest.raises(InputError, match=r"intervals = \[1\]: give \{ 'mill.power_kw'"):
            quarry(intervals=[1])
        idle = replace(KILN, modes=(replace(KILN.modes[0], power_kw=0.0),))
        with pytest.raises(InputError, match=r"'kiln.power_kw' = .*: give the task a power"):
            quarry(tasks=(MILL, idle), intervals={"kiln.power_kw": (0.0, 1.0)})
        bare = plant_to_toml(quarry()) + "\n[intervals]\nmill.power_kw = [190.0, 210.0]\n"
        with pytest.raises(InputError, match=r"intervals name = 'mill': .*put the name in quotes"):
            parse_plant(bare)
        with pytest.raises(InputError, match=r"intervals = 3: write it as a \[intervals\] table"):
            parse_plant("intervals = 3\n" + plant_to_toml(quarry()))


class TestEnvs:
    @every_case
    def test_gymnasium_checks_it(self, case: Case) -> None:
        check_env(case.env(), skip_render_check=True)

    @every_case
    def test_the_spaces_are_those_of_the_nominal_plant_and_hold_every_observation(
        self, case: Case
    ) -> None:
        env, nominal = case.env(), case.env(intervals=False)
        assert env.observation_space == nominal.observation_space
        assert env.action_space == nominal.action_space
        assert env.observation_names == nominal.observation_names
        assert env.reference_cost == nominal.reference_cost
        assert env.plant == nominal.plant == nominal.episode_plant
        seen = []
        for seed in range(6):
            shown = episode(env, seed, actions_seed=seed)
            assert all(obs in env.observation_space for obs in shown["obs"])
            seen.append(env.episode_plant)
        assert all(a != b for a, b in pairwise(seen))

    def test_reproducible(self) -> None:
        case = VARIED["CementPv-v0"]
        env, other = case.env(), case.env()
        first = episode(env, 7), env.episode_plant, episode(env, None), env.episode_plant
        assert_same((episode(other, 7), other.episode_plant), first[:2])
        assert_same((episode(other, None), other.episode_plant), first[2:])
        assert first[1] != first[3]

    def test_days_and_events_are_those_of_the_nominal_env(self) -> None:
        env = VARIED["CementPv-v0"].env()
        nominal = VARIED["CementPv-v0"].env(intervals=False)
        env.reset(seed=3)
        nominal.reset(seed=3)
        for _ in range(20):
            assert env.reset()[1] == nominal.reset()[1]
            assert env.hindsight().dr == nominal.hindsight().dr

    @pytest.mark.parametrize("name", VARIED)
    def test_no_width_reproduces_the_nominal_env_bit_for_bit(self, name: str) -> None:
        case = randomised(CASES[name], 0.0)
        env, nominal = case.env(), case.env(intervals=False)
        for seed in (3, None):
            assert_same(episode(env, seed), episode(nominal, seed))
            for view, other in (
                (env.view(), nominal.view()),
                (env.hindsight(), nominal.hindsight()),
            ):
                for field in type(view).__slots__:
                    assert_same(getattr(view, field), getattr(other, field))
        assert_same(env.get_state(), nominal.get_state())

    def test_tables_are_those_of_the_plant(self) -> None:
        for case in VARIED.values():
            env = case.env()
            env.reset(seed=1)
            tables = env.episode_tables
            compiled = compile_tables(env.episode_plant, round(60 * tables.step_h))
            for name, table in tables._asdict().items():
                np.testing.assert_allclose(
                    table, getattr(compiled, name), 1e-12, 1e-9, err_msg=name
                )
            env.reset()
            assert (tables.power_kw != env.episode_tables.power_kw).any()

    def test_what_is_told_is_told_of_the_nominal_plant(self) -> None:
        days = quarry_days(2, base_load_kw=0.0)
        env = StnEnv(quarry(), scenarios=days, intervals={"meal.headroom_t": (90.0, 400.0)})
        nominal = StnEnv(quarry(), scenarios=days)
        place = env.observation_names.index("stock:meal")
        env.reset(seed=0)
        nominal.reset(seed=0)
        for _ in range(HOURS):
            shown, *_ = env.step(np.array([2, 0]))
            nominal.step(np.array([2, 0]))
            true_t = env.hindsight().stock_t[1]
            assert shown[place] == np.float32(min(true_t, 100.0) / 100.0)
            assert env.view().stock_t[1] == min(true_t, 100.0)
        assert true_t == 130.0  # six hours of 20 t on top of 10 t
        assert env.record().stock_t[-1, 1] == 130.0
        assert nominal.view().stock_t[1] == 100.0
        assert nominal.record().stock_t[-1, 1] == 100.0

    def test_base_load_is_metered_but_not_foreseen(self) -> None:
        plant = quarry(site=Site(1000.0, base_load_kw=40.0))
        days = quarry_days(base_load_kw=40.0)
        env = StnEnv(plant, scenarios=days, intervals={"site.base_load_kw": (0.0, 80.0)})
        obs, _ = env.reset(seed=0)
        true_kw = env.episode_plant.site.base_load_kw
        assert env.step(np.array([0, 0]))[4]["load_kw"] == pytest.approx(true_kw)
        assert env.hindsight().base_load_kw == pytest.approx(np.full(HOURS, true_kw))
        told_kw = np.array([true_kw, true_kw, 40.0, 40.0, 40.0, 40.0])
        assert env.view().base_load_kw == pytest.approx(told_kw)
        windows = [env.observation_names.index(f"base_load+{k}") for k in range(HOURS)]
        assert obs[windows] * 290.0 == pytest.approx(np.array([true_kw, *[40.0] * 5]), rel=1e-6)

    def test_the_baseline_is_that_of_the_plant_that_runs(self) -> None:
        plant = quarry(site=Site(1000.0, base_load_kw=40.0))
        event = DrEvent(0, 2, 4, 50.0)
        days = quarry_days(9, base_load_kw=40.0, events=(event,) * 9)
        env = StnEnv(plant, scenarios=days, intervals=around(plant, 0.3))
        for day in (0, 3, 8):
            env.reset(seed=day, options={"day": day})
            true = env.episode_plant
            load_kw = np.full((9, HOURS), true.site.base_load_kw)
            twin = StnEnv(true, scenarios=days.replace_series(base_load_kw=load_kw))
            twin.reset(seed=day, options={"day": day})
            expected_kw = twin.hindsight().baseline_load_kw
            assert env.hindsight().baseline_load_kw == pytest.approx(expected_kw)
            assert (expected_kw != env.batch.scenarios.series["base_load_kw"][0]).any()

    def test_copies_and_states_carry_the_plant(self) -> None:
        env = VARIED["CementPv-v0"].env()
        env.reset(seed=1)
        steps = actions(env, 20)
        for action in steps[:5]:
            obs, *_ = env.step(action)
        state, plant = env.get_state(), env.episode_plant
        twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
        other = VARIED["CementPv-v0"].env()
        other.reset(seed=99)
        assert_same(other.set_state(state), obs)
        future = [env.step(action) for action in steps[5:]]
        for twin in (*twins, other):
            assert twin.episode_plant == plant
            assert_same([twin.step(action) for action in steps[5:]], future)
            assert_same(twin.reset(), copy.deepcopy(env).reset())
        env.reset()
        assert env.episode_plant != plant
        assert_same(env.set_state(state), obs)
        assert env.episode_plant == plant
        assert_same([env.step(action) for action in steps[5:]], future)

    def test_the_plants_own_intervals(self) -> None:
        plant = quarry(intervals=WIDE)
        own = StnEnv(plant, scenarios=quarry_days(3), intervals=True)
        given = StnEnv(quarry(), scenarios=quarry_days(3), intervals=WIDE)
        assert_same(own.reset(seed=4), given.reset(seed=4))
        assert own.episode_plant == given.episode_plant != quarry()
        assert StnEnv(plant, scenarios=quarry_days(3)).episode_plant == plant

    def test_errors(self) -> None:
        with pytest.raises(InputError, match=r"intervals = True: plant 'quarry' has no \[interva"):
            StnEnv(quarry(), scenarios=quarry_days(), intervals=True)
        with pytest.raises(InputError, match=r"intervals name = 'kilm.power_kw': did you mean"):
            StnEnv(quarry(), scenarios=quarry_days(), intervals={"kilm.power_kw": (1.0, 2.0)})
        with pytest.raises(InputError, match="intervals = 'wide': give"):
            StnEnv(quarry(), scenarios=quarry_days(), intervals="wide")  # type: ignore[arg-type]
        loaded = quarry_days(base_load_kw=950.0)
        with pytest.raises(InputError, match=r"high = 80.0: the days reach 1030 kW with it"):
            StnEnv(quarry(), scenarios=loaded, intervals=WIDE)
        with pytest.raises(InputError, match="threads = 2: use 1 with intervals"):
            StnVectorEnv(4, quarry(), scenarios=quarry_days(), intervals=WIDE, threads=2)
        env = StnEnv(quarry(), scenarios=quarry_days(), intervals=WIDE)
        env.reset(seed=0)
        before = env.get_state()
        with pytest.raises(InputError, match=r"action of row 0 = \[3, 0\]: give modes from 0"):
            env.step(np.array([3, 0]))
        assert_same(env.get_state(), before)


class TestVectorEnv:
    @pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
    @every_case
    def test_rows_are_single_envs(self, case: Case, mode: str) -> None:
        rows = case.vector_env(3, autoreset_mode=mode)
        singles = [case.env() for _ in range(3)]
        obs, _ = rows.reset(seed=11)
        assert_same(obs, np.array([env.reset(seed=11 + k)[0] for k, env in enumerate(singles)]))
        rows.action_space.seed(0)
        ended = np.zeros(3, np.bool_)
        for _ in range(2 * rows.batch.tables.n_steps + 3):
            action = rows.action_space.sample()
            restarted = ended
            obs, reward, ended, _, info = rows.step(action)
            for k, env in enumerate(singles):
                if mode == "NextStep" and restarted[k]:
                    assert_same((obs[k], reward[k], ended[k]), (env.reset()[0], 0.0, False))
                    continue
                last, *rest, single_info = env.step(action[k])
                assert_same([reward[k], ended[k]], rest[:2])
                assert info["load_kw"][k] == single_info["load_kw"]
                if ended[k] and mode == "SameStep":
                    assert_same(info["final_obs"][k], last)
                    last, _ = env.reset()
                assert_same(obs[k], last)
                if ended[k]:
                    assert rows.episode_plant(k) == env.episode_plant
            if case.env_id == "plantgym/CementPv-v0":
                assert_same(rows.action_masks(), np.array([e.action_masks() for e in singles]))

    def test_rows_that_are_reset_by_mask_get_a_fresh_plant(self) -> None:
        env = VARIED["CementPv-v0"].vector_env(3, autoreset_mode="Disabled")
        env.reset(seed=1)
        before = [env.episode_plant(row) for row in range(3)]
        env.reset(options={"reset_mask": np.array([False, True, False])})
        after = [env.episode_plant(row) for row in range(3)]
        assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]

    def test_states(self) -> None:
        env = VARIED["CementMill-v0"].vector_env(3)
        obs, _ = env.reset(seed=1)
        state = env.get_state()
        steps = [env.action_space.sample() for _ in range(30)]
        future = [env.step(action) for action in steps]
        twin = pickle.loads(pickle.dumps(env))
        for each in (env, twin):
            assert_same(each.set_state(state), obs)
            assert_same([each.step(action) for action in steps], future)

    def test_made_by_gymnasium(self) -> None:
        env = gym.make_vec(
            "plantgym/Stn-v0", 2, vectorization_mode="vector_entry_point",
            plant=quarry(intervals=WIDE), scenarios=quarry_days(), intervals=True,
        )  # fmt: skip
        obs, _ = env.reset(seed=0)
        assert obs in env.observation_space


def play(env: StnEnv, policy: Policy, seed: int) -> tuple[dict[str, float], NDArray[Any]]:
    """Cost by part and applied levels [T, J] of an episode, checked against the episode's plant."""
    obs, _ = env.reset(seed=seed)
    policy.reset(env)
    cost = dict.fromkeys(COST_PARTS, 0.0)
    applied, over, tables = [], False, env.episode_tables
    rounding_t = STOCK_TOL * np.maximum(1.0, tables.stock_max_t)
    while not over:
        before_t = env.get_state().stock_t[0]
        obs, _, over, _, info = env.step(policy.act(obs))
        assert obs in env.observation_space
        after_t, level = env.get_state().stock_t[0], info["applied"]
        made_t = np.zeros(len(after_t))
        for j, (k, part) in enumerate(zip(level.astype(int), level % 1, strict=True)):
            net_t = tables.produce_t[j] - tables.consume_t[j]
            made_t += (1 - part) * net_t[k] + part * net_t[min(k + 1, len(net_t) - 1)]
        assert np.abs(after_t - before_t - made_t).max() <= 2 * rounding_t.max()
        assert (after_t >= tables.stock_min_t).all()
        assert (after_t <= tables.stock_max_t).all()
        applied.append(level)
        cost = {part: cost[part] + info["cost"][part] for part in COST_PARTS}
    return cost, np.array(applied)


def tolerance(cost: Mapping[str, float]) -> float:
    """1e-6 of all money that changed hands."""
    return TOL * max(1.0, sum(abs(part) for part in cost.values()))


class AnyAction:
    """Does not even look at the masks."""

    def reset(self, env: gym.Env[Any, Any]) -> None:
        self.space = env.action_space
        self.space.seed(0)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        action: NDArray[Any] = self.space.sample()
        return action


@settings(max_examples=30)
@given(st.data())
def test_rollouts_satisfy_the_model_of_the_episodes_plant_and_its_optimum_bounds_them(
    data: st.DataObject,
) -> None:
    plant = data.draw(plants())
    intervals = around(plant, data.draw(st.sampled_from([0.05, 0.4])))
    env = StnEnv(plant, scenarios=data.draw(days(plant)), split="all", intervals=intervals)
    seed = data.draw(st.integers(0, 1000))
    optimum = Optimum()
    cost, applied = play(env, optimum, seed)
    assert sum(cost.values()) == pytest.approx(optimum.schedule.cost, abs=tolerance(cost))
    assert np.abs(applied - optimum.schedule.levels).max() <= TOL
    for policy in (AnyAction(), ReferenceRule(), PriceThreshold(), RollingMpc()):
        cost, applied = play(env, policy, seed)
        env.reset(seed=seed)
        schedule = optimum.scheduler.cost_of(env.hindsight(), applied)
        assert schedule.cost == pytest.approx(sum(cost.values()), abs=tolerance(cost))
        assert optimum.bound <= sum(cost.values()) + tolerance(cost)


class Told(Optimum):
    """Plans in hindsight of the day, on what everyone is told of the plant."""

    def plant_tables(self) -> StnTables:
        return self.env.batch.tables


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CementPv-v0", "CementMill-v0"])
def test_on_real_days_the_optimum_plans_the_episodes_plant_and_nobody_beats_it(name: str) -> None:
    env = VARIED[name].env(split="test")
    optimum, told = Optimum(), Told()
    for seed in (5, 6):
        cost, applied = play(env, optimum, seed)
        assert sum(cost.values()) == pytest.approx(optimum.schedule.cost, abs=tolerance(cost))
        assert np.abs(applied - optimum.schedule.levels).max() <= TOL
        for policy in (ReferenceRule(), PriceThreshold(), RollingMpc()):
            other, _ = play(env, policy, seed)
            assert sum(other.values()) >= optimum.bound - tolerance(other)
        other, _ = play(env, told, seed)
        assert sum(other.values()) > sum(cost.values())
        assert sum(other.values()) != pytest.approx(told.schedule.cost, rel=1e-3)


@pytest.mark.parametrize(
    "policy", [DayAheadMilp(), RollingMpc(), Optimum()], ids=lambda p: type(p).__name__
)
def test_planners_compile_a_plant_once_and_only_the_optimum_knows_the_episodes(
    policy: DayAheadMilp | RollingMpc | Optimum,
) -> None:
    def scheduler(env: StnEnv, seed: int) -> Scheduler:
        env.reset(seed=seed)
        policy.reset(env)
        return policy.scheduler

    nominal = StnEnv(quarry(), scenarios=quarry_days())
    no_width = StnEnv(quarry(), scenarios=quarry_days(), intervals=around(quarry(), 0.0))
    varied = StnEnv(quarry(), scenarios=quarry_days(), intervals=WIDE)
    first = scheduler(nominal, 0)
    assert first is scheduler(nominal, 1) is scheduler(no_width, 0) is scheduler(no_width, 1)
    assert first.day.tables is nominal.batch.tables
    if not isinstance(policy, Optimum):
        assert scheduler(varied, 0) is first
        return
    second = scheduler(varied, 0)
    assert_same(second.day.tables, varied.episode_tables)
    assert scheduler(varied, 0) is second is not first
    assert scheduler(varied, 1) is not second


def test_an_event_process_on_plausible_plants() -> None:
    process = DrEventProcess(1.0, ((10, 12),), 1.0, 20.0, 40.0)
    env = StnEnv(quarry(), scenarios=quarry_days(5), dr=process, intervals=WIDE)
    cost, _ = play(env, AnyAction(), 0)
    assert cost["dr_subsidy"] <= 0.0 <= cost["dr_penalty"]
    assert env.hindsight().dr is not None
