from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.baselines.heater_planners import HeaterMpc, HeaterOptimum
from plantgym.baselines.heater_rules import PriceQuantile, Timer
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.policy import Policy
from plantgym.twins.errors import InputError
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_plan import HeaterPlanner
from plantgym.twins.heater_plan_course import run_course
from plantgym.twins.heater_plan_slopes import linearise, surroundings
from plantgym.twins.heater_simulate import fan_of_transfer

from .heater_cases import SETS, heaters
from .heater_plan_cases import (
    known_day,
    random_course,
    random_outlook,
    random_tables,
    replayed_cost,
)


@pytest.fixture(scope="module")
def env() -> SetsHeaterEnv:
    return SetsHeaterEnv(split="test")


def _run(env: SetsHeaterEnv, policy: Policy, day: int | str, steps: int = 96) -> float:
    obs, _ = env.reset(seed=0, options={"day": day})
    policy.reset(env)
    cost = 0.0
    for _ in range(steps):
        obs, _, _, _, info = env.step(policy.act(obs))
        cost += sum(info["cost"].values())
    return cost


@pytest.mark.parametrize(
    "place", [0, *(pytest.param(place, marks=pytest.mark.slow) for place in (5, 42))]
)
def test_plans_replay_in_the_env_at_the_planned_cost(env: SetsHeaterEnv, place: int) -> None:
    outlook = known_day(env, place)
    plan = HeaterPlanner(env.batch.tables).plan(outlook)
    cost, moved = replayed_cost(env, plan.power_kw, plan.fan)
    assert cost == pytest.approx(plan.cost, rel=1e-6)
    assert moved == 0
    assert sum(plan.cost_parts.values()) == pytest.approx(plan.cost, abs=1e-9)


@pytest.mark.slow
def test_the_plan_saves_a_tenth_and_more_against_the_timer(env: SetsHeaterEnv) -> None:
    for place in (0, 24):
        plan = HeaterPlanner(env.batch.tables).plan(known_day(env, place))
        assert plan.cost < 0.9 * _run(env, Timer(), place)


def test_a_plan_from_within_the_day_goes_on_from_the_state_of_the_env(env: SetsHeaterEnv) -> None:
    _run(env, Timer(), 3, steps=60)
    outlook = env.hindsight()
    plan = HeaterPlanner(env.batch.tables).plan(outlook)
    assert not plan.power_kw[:60].any()
    cost, moved = replayed_cost(env, plan.power_kw[60:], plan.fan[60:])
    assert cost == pytest.approx(plan.cost, rel=1e-6)
    assert moved == 0


@settings(max_examples=4)
@given(plant=heaters(), seed=st.integers(0, 2**32 - 1))
def test_plans_of_any_heater_are_run_as_they_are(plant: HeaterPlant, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables, outlook = random_tables(plant, rng), random_outlook(plant, rng, 76)
    plan = HeaterPlanner(tables).plan(outlook, rounds=6)
    again = run_course(tables, outlook, plan.power_kw[76:], plan.fan[76:])
    np.testing.assert_allclose(again.power_kw, plan.power_kw[76:], atol=1e-6)
    np.testing.assert_allclose(again.fan, plan.fan[76:], atol=1e-6)
    assert plan.course.temp_c[1:, 0].max() <= max(plant.brick.max_c, outlook.temp_c[0])
    for _ in range(20):
        assert plan.cost <= random_course(tables, outlook, rng).cost + 1e-6


def test_what_everything_is_free_of_costs_nothing() -> None:
    """With no price on anything, the best cost is known."""
    rng = np.random.default_rng(3)
    tables = random_tables(SETS, rng)._replace(demand_per_kw=0.0, comfort_per_kh=0.0)
    outlook = replace(
        random_outlook(SETS, rng, 48), buy_price_per_kwh=np.zeros(96), calls=(),
        missing_price_per_kwh=0.0, surplus_price_per_kwh=0.0,
    )  # fmt: skip
    assert HeaterPlanner(tables).plan(outlook).cost == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("control", ["power", "transfer", "brick", "water", "room", "mass"])
def test_slopes_are_those_of_the_kernel(control: str) -> None:
    rng = np.random.default_rng(1)
    tables = random_tables(SETS, rng)
    outlook = replace(random_outlook(SETS, rng, 95), temp_c=np.array([350.0, 45.0, 19.0, 17.0]))
    around = surroundings(tables.values, outlook)
    course = run_course(tables, outlook, np.array([300.0]), np.array([0.2]))
    slopes = linearise(tables.values, around, course)
    np.testing.assert_allclose(slopes.end_c, course.temp_c[1:], atol=1e-5)
    place = ("brick", "water", "room", "mass").index(control) if control[0] in "bwrm" else -1
    nudge = 0.5

    def end_c(sign: float) -> np.ndarray:
        start_c, power_kw, transfer = outlook.temp_c.copy(), 300.0, slopes.transfer_kw_per_k.copy()
        if control == "power":
            power_kw += sign * nudge
        elif control == "transfer":
            transfer += sign * nudge / 50.0
        else:
            start_c[place] += sign * nudge
        begun, fan = replace(outlook, temp_c=start_c), fan_of_transfer(SETS, transfer)
        return np.asarray(run_course(tables, begun, np.array([power_kw]), fan).temp_c[1])

    given = {"power": slopes.by_power[0], "transfer": slopes.by_transfer[0] / 50.0}
    expected = given.get(control, slopes.by_start[0, :, place])
    np.testing.assert_allclose((end_c(1.0) - end_c(-1.0)) / (2 * nudge), expected, atol=2e-5)


def test_the_mpc_needs_no_hindsight_and_keeps_the_room_warm(
    env: SetsHeaterEnv, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SetsHeaterEnv, "hindsight", None)
    obs, _ = env.reset(seed=0, options={"day": 0})
    policy = HeaterMpc()
    policy.reset(env)
    cold_kh = 0.0
    for _ in range(4):
        obs, _, _, _, info = env.step(policy.act(obs))
        cold_kh += info["cold_kh"]
    assert cold_kh < 0.02


def test_the_mpc_expects_a_spread_of_prices_to_fade(env: SetsHeaterEnv) -> None:
    known_day(env, 0)
    policy = HeaterMpc(decay_per_h=0.5, rounds=1)
    policy.reset(env)
    first = env.view()
    policy.plan_for(first)
    off = first.buy_price_per_kwh.copy()
    off[1] += 0.1
    seen = policy.faded(replace(first, step=1, buy_price_per_kwh=off))
    np.testing.assert_allclose(seen[5] - first.buy_price_per_kwh[5], 0.05)
    np.testing.assert_allclose(seen[9] - first.buy_price_per_kwh[9], 0.025)


@pytest.mark.slow
def test_the_mpc_beats_the_rules_on_average() -> None:
    env = SetsHeaterEnv(split="validation")
    days = ("2025-01-29", "2025-02-03", "2025-02-06")
    policies: tuple[Policy, ...] = (HeaterMpc(), Timer(), PriceQuantile())
    mpc, timer, quantile = (sum(_run(env, each, day) for day in days) for each in policies)
    assert mpc < min(timer, quantile)


def test_the_optimum_refuses_stages() -> None:
    env = SetsHeaterEnv(split="test", actions="stages")
    env.reset(seed=0)
    with pytest.raises(InputError, match="continuous"):
        HeaterOptimum().reset(env)


def test_the_mpc_rounds_to_stages() -> None:
    env = SetsHeaterEnv(split="test", actions="stages")
    assert np.isfinite(_run(env, HeaterMpc(rounds=1), 0, steps=3))


def test_bad_arguments_of_the_mpc_are_named() -> None:
    with pytest.raises(InputError, match="decay_per_h"):
        HeaterMpc(decay_per_h=1.5)
    with pytest.raises(InputError, match="rounds"):
        HeaterMpc(rounds=0)
