"""Plans made task by task: near the optimum, within all limits, blind to what is yet to come."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import plantgym.envs  # noqa: F401
from plantgym.baselines.quick import QuickFactoryPlan
from plantgym.benchmarks.episodes import run_episode
from plantgym.twins.markets import load_scenarios
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.tariff import Tariff
from plantgym.twins.task_plan import TaskPlanner

DOCUMENT = Path(__file__).parents[1] / "docs" / "quick.md"
HOURS = 6
PRICE = st.floats(-1.0, 2.0)


def mill(target_t: float, max_t: float = 20.0) -> StnPlant:
    """One task with two modes, the greater of them the thriftier."""
    slow = Mode(100.0, produces_t_per_h={"flour": 2.0})
    fast = Mode(140.0, produces_t_per_h={"flour": 3.0})
    return StnPlant(
        name="mill",
        currency="EUR",
        materials=(Material("flour", 0.0, max_t, 0.0, target_t, shortfall_cost_per_t=1000.0),),
        tasks=(Task("mill", (slow, fast)),),
        site=Site(1000.0),
        tariff=Tariff((1.0,) * 24, (0.0,) * 24),
        horizon_h=HOURS,
    )


def regrets(planner: TaskPlanner, prices: Any, stock_t: float = 0.0, step: int = 0) -> Any:  # noqa: ANN401
    known = np.array(prices, float)[None]
    return planner.regrets(np.array([[stock_t]]), np.array([step]), known, known)[0, 0]


class TestOneTask:
    @given(st.lists(PRICE, min_size=HOURS, max_size=HOURS), st.integers(0, 15))
    @settings(max_examples=60, deadline=None)
    def test_regrets_are_those_of_the_best_schedules(
        self, prices: list[float], target: int
    ) -> None:
        plant = mill(float(target), max_t=16.0)
        made, energy_kwh = np.array([0.0, 2.0, 3.0]), np.array([0.0, 100.0, 140.0])
        best = np.full(3, np.inf)
        for modes in product(range(3), repeat=HOURS):
            total_t = made[list(modes)].sum()
            if target <= total_t <= 16.0:
                cost = float(np.dot(prices, energy_kwh[list(modes)]))
                best[modes[0]] = min(best[modes[0]], cost)
        expected = best - best.min()
        found = regrets(TaskPlanner(compile_tables(plant)), prices)
        able = np.isfinite(best)
        np.testing.assert_allclose(found[able], expected[able], atol=1e-6)
        assert (found[~able] > 1e3).all()

    def test_after_the_day_nothing_is_left_to_regret(self) -> None:
        planner = TaskPlanner(compile_tables(mill(3.0)))
        assert (regrets(planner, [1.0] * HOURS, step=HOURS) == 0.0).all()

    def test_the_present_surprise_is_expected_to_fade(self) -> None:
        forecast = np.array([[1.0, 0.9, 0.5, 0.9, 0.9, 0.9]])
        known, zero = forecast.copy(), np.zeros(1, np.int64)
        known[0, 0] = 0.8
        # A run now costs 0.8; one later 0.5 and what is left of -0.2 after two hours.
        for fade, share in ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0)):
            planner = TaskPlanner(compile_tables(mill(3.0)), fade)
            now = planner.regrets(np.zeros((1, 1)), zero, forecast, known)[0, 0, 2]
            assert now == pytest.approx(140.0 * (0.8 - (0.5 - 0.2 * share)))


def on_shipped(env_id: str, **arguments: Any) -> Any:  # noqa: ANN401
    env = gym.make(env_id, **arguments)
    env.reset(seed=1)
    return inside(env)


def inside(env: gym.Env[Any, Any]) -> Any:  # noqa: ANN401
    return env.unwrapped


@pytest.mark.parametrize("env_id", ["plantgym/SteelPowder-v0", "plantgym/CementMill-v0"])
class TestShippedPlants:
    def test_it_is_within_a_thousandth_of_the_optimum_if_nothing_surprises(
        self, env_id: str
    ) -> None:
        base = on_shipped(env_id)
        days = load_scenarios(base.plant, "belgium-real-time", 60).foreseen()
        env = gym.make(env_id, scenarios=days, dr=False, split="validation")
        scheduler, spans = Scheduler(base.batch.tables), []
        for day in range(0, 40, 5):
            env.reset(seed=0, options={"day": day})
            view = inside(env).batch.outlook(0, hindsight=True)
            best = scheduler.plan(view).cost
            cost = quick_cost(env, day)
            spans.append((cost - best) / (np.abs(view.buy_price_per_kwh).mean() * full_kwh(base)))
        assert min(spans) > -1e-6
        assert np.mean(spans) < 1e-3

    def test_it_does_not_look_at_what_is_yet_to_come(self, env_id: str) -> None:
        batch = on_shipped(env_id).batch
        planner, view = TaskPlanner(batch.tables), batch.plan_view()
        other = np.array(view.known)
        other[0, view.step[0] + 1 :] += 7.0
        np.testing.assert_array_equal(
            planner.regrets(*view), planner.regrets(*view._replace(known=other))
        )
        other[0, view.step[0]] += 7.0
        assert (planner.regrets(*view) != planner.regrets(*view._replace(known=other))).any()


def full_kwh(base: Any) -> float:  # noqa: ANN401
    return float(base.plant.max_power_kw * base.plant.horizon_h)


def quick_cost(env: gym.Env[Any, Any], day: int) -> float:
    date = str(inside(env).batch.scenarios.dates[day])
    return run_episode(env, QuickFactoryPlan(), "quick", date, 0).cost


@pytest.mark.parametrize("plant", ["cement_pv", "car_seat", "steel_powder", "cement_mill"])
def test_targets_are_met_on_uncertain_days(plant: str) -> None:
    env = gym.make("plantgym/Stn-v0", plant=plant, market="belgium-real-time", split="validation")
    targets = load_plant(plant).materials
    for day in range(0, 40, 10):
        quick_cost(env, day)
        stock_t = inside(env).batch.state.stock_t[0]
        for material, left_t in zip(targets, stock_t, strict=True):
            assert left_t >= (material.end_min_t or 0.0) - 1e-6, material.name


def test_the_example_of_the_docs_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.S)
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["modes"].shape == (256, 10)
