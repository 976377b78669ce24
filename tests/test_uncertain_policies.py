"""Policies that plan under uncertainty: what they know, what they draw on, and that they hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.baselines.registry import UNCERTAIN, make_policy
from plantgym.baselines.uncertain_planners import REACHES, UncertainDayAhead, UncertainMpc
from plantgym.envs.policy import Policy
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.scenarios import Scenarios, Splits
from plantgym.twins.uncertain.day_errors import DayErrors

from .small_factory import factory

T = 6
PLANT = factory(pv_kw=200.0, horizon_h=T)


def scenarios(n_days: int = 12, *, splits: Splits | None = None, seed: int = 0) -> Scenarios:
    """Sunny days whose forecasts are too high by 40 kW, and prices that are off as a whole."""
    rng = np.random.default_rng(seed)
    shape = (n_days, T)
    forecast_kw = np.tile([0.0, 50, 150, 150, 50, 0], (n_days, 1)) + rng.uniform(0, 9, (n_days, 1))
    forecast_kw[:, [0, -1]] = 0.0
    forecast = np.tile(np.linspace(0.1, 0.2, T), (n_days, 1))
    price = forecast + rng.normal(0.0, 0.03, (n_days, 1))
    return Scenarios(
        dates=np.datetime64("2025-01-01") + np.arange(n_days),
        series={
            "buy_price_per_kwh": price,
            "sell_price_per_kwh": price / 2,
            "buy_forecast_per_kwh": forecast,
            "sell_forecast_per_kwh": forecast / 2,
            "pv_kw": np.maximum(forecast_kw - 40.0, 0.0),
            "pv_forecast_kw": forecast_kw,
            "base_load_kw": np.full(shape, 40.0),
        },
        step_minutes=60,
        start_hour=0,
        currency="EUR",
        splits=splits,
    )


def run(policy: Policy, env: StnEnv, day: int = 0) -> tuple[float, list[list[float]], bool]:
    """Cost of an episode, levels that were applied, and whether any request was moved."""
    obs, _ = env.reset(seed=0, options={"day": day})
    policy.reset(env)
    cost, applied, moved, over = 0.0, [], False, False
    while not over:
        obs, _, over, _, info = env.step(policy.act(obs))
        cost += sum(info["cost"].values())
        applied.append(list(info["applied"]))
        moved |= bool(info["moved"])
    return cost, applied, moved


def test_errors_are_those_of_the_past_and_what_persists_is_observed() -> None:
    days = scenarios()
    env = StnEnv(PLANT, scenarios=days, split="all")
    env.reset(seed=0, options={"day": 3})
    errors, view = DayErrors(days), env.view()
    found = errors.courses(5, view, view)
    assert found.n == 5
    assert found.buy_price_per_kwh is not None
    np.testing.assert_allclose(found.generation_kw[:, [0, -1]], 0.0)
    np.testing.assert_allclose(found.generation_kw[:, 2], view.generation_kw[2] - 40.0)
    # A price that is off is off by the same all day, so that the first hour tells it all.
    np.testing.assert_allclose(
        found.buy_price_per_kwh, np.tile(days.series["buy_price_per_kwh"][3], (5, 1)), atol=1e-12
    )
    assert errors.courses(99, view, view).n == days.n_days
    with pytest.raises(InputError, match="courses = 0"):
        errors.courses(0, view, view)
    sure = days.replace_series(
        buy_price_per_kwh=days.series["buy_forecast_per_kwh"],
        sell_price_per_kwh=days.series["sell_forecast_per_kwh"],
    )
    assert DayErrors(sure).courses(5, view, view).buy_price_per_kwh is None


def test_only_train_days_count_and_never_the_day_itself() -> None:
    splits = Splits(np.datetime64("2025-01-07"), np.datetime64("2025-01-09"))
    days = scenarios(splits=splits)
    env = StnEnv(PLANT, scenarios=days, split="test")
    env.reset(options={"day": 0})
    past = env.batch.past_days(0)
    assert past is not None
    assert list(past.dates) == list(days.dates[:6])
    env = StnEnv(PLANT, scenarios=days, split="train")
    env.reset(options={"day": 2})
    past = env.batch.past_days(0)
    assert past is not None
    assert list(past.dates) == [day for day in days.dates[:6] if day != days.dates[2]]


@pytest.mark.parametrize("name", [*UNCERTAIN, *(f"{name}-day-ahead" for name in UNCERTAIN)])
def test_outcomes_of_the_split_change_no_decision_before_they_are_known(name: str) -> None:
    splits = Splits(np.datetime64("2025-01-09"), np.datetime64("2025-01-10"))
    days = scenarios(splits=splits)
    later = days.series["pv_kw"].copy()
    later[9:, 3:] = 7.0
    same = run(make_policy(name), StnEnv(PLANT, scenarios=days, split="test"))
    again = run(make_policy(name, seed=5), StnEnv(PLANT, scenarios=days, split="test"))
    other = run(
        make_policy(name),
        StnEnv(PLANT, scenarios=days.replace_series(pv_kw=later), split="test"),
    )
    assert same == again
    assert same[1][:3] == other[1][:3]
    assert not same[2]


def test_a_day_without_a_past_is_planned_on_its_forecast() -> None:
    env = StnEnv(PLANT, scenarios=scenarios(1), split="all")
    costs = [run(UncertainDayAhead(method), env)[0] for method in REACHES]
    assert costs == [pytest.approx(costs[0])] * len(REACHES)


def test_a_plan_knows_that_forecasts_were_too_high() -> None:
    mill = PLANT.materials[0]
    wanted = replace(mill, end_min_t=2.0, shortfall_cost_per_t=1000.0)
    env = StnEnv(replace(PLANT, materials=(wanted,)), scenarios=scenarios(), split="all")
    env.reset(seed=0, options={"day": 0})
    policy = UncertainMpc("so")
    policy.reset(env)
    found = policy.plan(env.view())
    hours = found.schedule.levels[:, 0] > 0
    generation_kw = env.hindsight().generation_kw
    expected = found.worst_case.weight @ found.worst_case.generation_kw
    np.testing.assert_allclose(expected[[0, 2, 3]], generation_kw[[0, 2, 3]], atol=5.0)
    assert hours.sum() == 2
