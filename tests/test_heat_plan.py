"""Quick plans of heaters: the value of stored heat against a linear programme, and whole days."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import plantgym.envs  # noqa: F401
from plantgym.baselines.heater_planners import HeaterOptimum
from plantgym.baselines.quick import QuickHeaterPlan
from plantgym.benchmarks.episodes import run_episode
from plantgym.twins.heat_plan import HeatPlanner
from plantgym.twins.heater_markets import find_market
from plantgym.twins.heater_tables import HOLD_H
from plantgym.twins.stored_heat_kernel import HeatWork, Store, best_start, new_heat_work

STEPS, MOST_KW, CAPACITY_KWH = 12, 100.0, 120.0
ENV = "plantgym/SetsHeater-v0"


def least_cost(
    prices: np.ndarray[Any, Any],
    release_kwh: np.ndarray[Any, Any],
    store: Store,
    peak_price: float,
    start: tuple[float, float] | None = None,
) -> float:
    """Cost of the best plan by linear programming, from a given power and spare heat on, or any.

    Its variables are the powers, the spare heats, the peak, and the heat missing and more.
    """
    n = len(prices)
    worth = np.full(n, -store.spare_price)
    last = [peak_price, store.missing_price, -store.surplus_price]
    cost = np.concatenate([prices * HOLD_H, worth, last])
    upto = np.tril(np.ones((n, n)))
    drained = np.cumsum(release_kwh)
    above = np.hstack([upto * HOLD_H, -upto, np.zeros((n, 3))])
    capped = np.hstack([np.eye(n), np.zeros((n, n)), np.tile([-1.0, 0.0, 0.0], (n, 1))])
    a_ub = np.vstack([-above, above, capped])
    b_ub = np.concatenate(
        [store.heat_kwh - drained, store.most_kwh - store.heat_kwh + drained, np.zeros(n)]
    )
    end = np.hstack([np.full(n, HOLD_H), -np.ones(n), [0.0, 1.0, -1.0]])[None]
    target = [store.missing_kwh - store.heat_kwh + drained[-1]]
    bounds: list[tuple[float, float | None]] = [(0.0, MOST_KW)] * n
    bounds += [(0.0, store.spare_now_kwh)]
    bounds += [(0.0, store.spare_kwh)] * (n - 1)
    bounds += [(store.peak_kw, MOST_KW), (0.0, None), (0.0, None)]
    if start is not None:
        bounds[0], bounds[n] = (start[0], start[0]), (start[1], start[1])
    found = linprog(cost, a_ub, b_ub, end, target, bounds)
    assert found.success, found.message
    return float(found.fun)


def planned(
    prices: np.ndarray[Any, Any],
    release_kwh: np.ndarray[Any, Any],
    store: Store,
    peak_price: float,
) -> tuple[float, float]:
    work: HeatWork = new_heat_work(STEPS)
    work.price[:] = prices[:, None]
    work.release_kwh[:] = release_kwh
    power_kw, spare_kwh = best_start(work, store, STEPS, peak_price, MOST_KW)
    return float(power_kw), float(spare_kwh)


@st.composite
def stores(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], Store]:
    price = st.floats(-0.5, 0.5).map(lambda value: round(value, 3))
    prices = np.array(draw(st.lists(price, min_size=STEPS, max_size=STEPS)))
    release = st.floats(0.0, 0.6 * MOST_KW * HOLD_H)
    release_kwh = np.array(draw(st.lists(release, min_size=STEPS, max_size=STEPS)))
    store = Store(
        heat_kwh=draw(st.floats(20.0, CAPACITY_KWH)),
        most_kwh=CAPACITY_KWH,
        missing_kwh=draw(st.floats(0.0, CAPACITY_KWH)),
        missing_price=0.2,
        surplus_price=0.05,
        spare_now_kwh=draw(st.floats(0.0, 15.0)),
        spare_kwh=10.0,
        spare_price=0.03,
        peak_kw=draw(st.floats(0.0, 30.0)),
    )
    return prices, release_kwh, store


@given(stores())
@settings(max_examples=30, deadline=None)
def test_what_runs_now_is_part_of_a_best_plan(drawn: tuple[Any, Any, Store]) -> None:
    prices, release_kwh, store = drawn
    start = planned(prices, release_kwh, store, 0.0)
    best = least_cost(prices, release_kwh, store, 0.0)
    assert least_cost(prices, release_kwh, store, 0.0, start) == pytest.approx(best, abs=1e-6)


@given(stores(), st.floats(0.01, 0.5))
@settings(max_examples=30, deadline=None)
def test_the_peak_is_weighed_against_prices(
    drawn: tuple[Any, Any, Store], peak_price: float
) -> None:
    prices, release_kwh, store = drawn
    start = planned(prices, release_kwh, store, peak_price)
    best = least_cost(prices, release_kwh, store, peak_price)
    chosen = least_cost(prices, release_kwh, store, peak_price, start)
    # The search stops at 3 % of the greatest power.
    assert chosen - best <= 0.06 * MOST_KW * (peak_price + HOLD_H * np.abs(prices).sum())


def test_it_is_near_the_optimum_if_nothing_surprises() -> None:
    days = find_market("belgium-real-time").days().foreseen()
    env = gym.make(ENV, scenarios=days, dr=False, forecast_error=0.0, split="validation")
    base: Any = env.unwrapped
    day = str(base.batch.scenarios.dates[9])
    quick = run_episode(env, QuickHeaterPlan(), "quick", day, 0)
    best = run_episode(env, HeaterOptimum(), "optimum", day, 0).cost
    # Against a day's heat at the mean price, which is what the optimum cannot avoid.
    usual = base.batch.reference_cost
    assert best - 1e-6 <= quick.cost <= best + 0.02 * usual
    assert quick.cost_parts["comfort"] < 0.01 * usual


def test_it_does_not_look_at_what_is_yet_to_come() -> None:
    env = gym.make(ENV)
    env.reset(seed=5)
    batch: Any = env.unwrapped.batch  # type: ignore[attr-defined]
    planner, view = HeatPlanner(batch.tables), batch.plan_view()
    values = view.series.values.copy()
    now = int(view.series.first[batch.state.day[0]])
    values[now + 1 :, 0] += 3.0
    values[now + 1 :, 1] -= 9.0
    changed = view._replace(series=view.series._replace(values=values))
    np.testing.assert_array_equal(planner.controls(*view), planner.controls(*changed))
    values[now, 0] -= 3.0
    assert (planner.controls(*view) != planner.controls(*changed)).any()


def test_only_calls_that_are_known_change_what_is_done() -> None:
    env = gym.make(ENV, dr=False)
    batch: Any = env.unwrapped.batch  # type: ignore[attr-defined]
    planner, state, moved = HeatPlanner(batch.tables), batch.state, {40: 0, 0: 0}
    for seed in range(20):
        env.reset(seed=seed)
        plain = planner.controls(*batch.plan_view())
        for notice in moved:
            state.call_steps[0, 1], state.award_kw[0, 1] = (notice, 0, 96), 400.0
            moved[notice] += int((planner.controls(*batch.plan_view()) != plain).any())
    assert moved[40] == 0
    assert moved[0] > 0
