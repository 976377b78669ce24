"""Schedules under uncertainty: exact, in order, and deterministic where nothing is open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.twins.plant import Site
from plantgym.twins.scheduling import InfeasibleError, Scheduler
from plantgym.twins.solver import solve
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.uncertain.ambiguity import (
    Ambiguity,
    robust,
    robust_budget,
    stochastic,
    wasserstein,
)
from plantgym.twins.uncertain.extensive import (
    stochastic_extensive,
    strong_dual,
    wasserstein_extensive,
)
from plantgym.twins.uncertain.load import Load
from plantgym.twins.uncertain.planning import RobustSchedule, plan_uncertain, without_grid
from plantgym.twins.uncertain.samples import Samples

from .plant_days import flour, outlook, plant
from .uncertain_days import GAP, about, draw_day, worst_of


@settings(max_examples=20)
@given(st.data())
def test_one_certain_course_is_the_deterministic_plan(data: st.DataObject) -> None:
    scheduler, day, _ = draw_day(data)
    one = Samples(day.generation_kw[None])
    found = plan_uncertain(scheduler, day, stochastic(one), mip_gap=GAP)
    expected = scheduler.plan(day, mip_gap=GAP)
    assert found.cost == about(expected.cost)
    replayed = scheduler.cost_of(day, found.schedule.levels)
    assert found.cost == about(replayed.cost)
    assert found.schedule.cost_parts == pytest.approx(replayed.cost_parts, rel=1e-6, abs=1e-5)


@settings(max_examples=12)
@given(st.data())
def test_so_dro_and_ro_are_in_order_and_meet_at_the_ends(data: st.DataObject) -> None:
    scheduler, day, samples = draw_day(data)
    radius_kwh = data.draw(st.sampled_from([5.0, 40.0]))

    def plan(reach: Ambiguity) -> RobustSchedule:
        return plan_uncertain(scheduler, day, reach, overrun_per_kwh=0.5, mip_gap=GAP)

    def cost(reach: Ambiguity) -> float:
        return plan(reach).cost

    so, ro = cost(stochastic(samples)), cost(robust(samples))
    dro = plan(wasserstein(samples, radius_kwh))
    slack = 1e-6 * (1 + abs(ro))
    assert so <= dro.cost + slack
    assert dro.cost <= ro + slack
    assert cost(wasserstein(samples, 0.0)) == about(so)
    assert cost(wasserstein(samples, 1e6)) == about(ro)
    assert sum(dro.schedule.cost_parts.values()) == about(dro.cost)
    on_worst = plan_uncertain(
        scheduler, day, stochastic(dro.worst_case), overrun_per_kwh=0.5, mip_gap=GAP
    )
    assert on_worst.cost <= dro.cost + slack  # the same schedule costs exactly that


@settings(max_examples=10)
@given(st.data())
def test_cuts_and_extensive_forms_find_the_same_cost(data: st.DataObject) -> None:
    scheduler, day, samples = draw_day(data, fair=True)
    load = Load.of(scheduler.day, day)
    problem = without_grid(scheduler.day, scheduler.day.fill(day), day)
    for reach in (stochastic(samples), wasserstein(samples, 30.0)):
        worst = worst_of(scheduler, day, reach, 0.5)
        found = plan_uncertain(scheduler, day, reach, overrun_per_kwh=0.5, mip_gap=GAP)
        if reach.radius == 0:
            forms = [stochastic_extensive(problem, load, worst)]
        else:
            forms = [
                wasserstein_extensive(problem, load, worst),
                strong_dual(problem, load, worst, scheduler.day.tables.step_h),
            ]
        for form in forms:
            assert found.cost == about(solve(form, mip_gap=GAP).cost)


@settings(max_examples=15)
@given(st.data())
def test_a_table_finds_what_trying_every_schedule_finds(data: st.DataObject) -> None:
    """Selling pays more than buying costs, and the grid's charge bends the wrong way."""
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    mill = plant(materials=(flour(2.0, cost_per_t=30.0),), site=Site(1000.0, 60.0))
    tables = compile_tables(mill)
    buy = rng.uniform(0.0, 0.2, 4)
    day = outlook(tables, buy, buy + rng.uniform(0.0, 0.2, 4))
    reach = wasserstein(Samples(rng.uniform(0, 200, (3, 4))), 40.0)
    found = plan_uncertain(Scheduler(tables), day, reach, mip_gap=GAP)
    worst = worst_of(Scheduler(tables), day, reach)
    assert not worst.convex.all()
    costs = []
    for runs in np.ndindex(2, 2, 2, 2):
        missing_t = max(0, 2 - sum(runs))
        costs.append(worst.total(100.0 * np.array(runs))[0] + 30.0 * missing_t)
    assert found.cost == about(min(costs))


def test_a_hard_import_limit_holds_in_every_course_within_reach() -> None:
    made = plant(materials=(flour(1.0),), site=Site(60.0, pv_capacity_kw=100.0))
    tables = compile_tables(made)
    scheduler, day = Scheduler(tables), outlook(tables, [1, 2, 9, 20], generation_kw=100.0)
    samples = Samples(np.array([[30.0, 50, 70, 90], [90.0, 50, 70, 90]]))
    levels = plan_uncertain(scheduler, day, stochastic(samples)).schedule.levels[:, 0]
    assert levels.tolist() == [0, 1, 0, 0]  # with 30 kW the first hour would draw 70
    careful = plan_uncertain(scheduler, day, robust(samples, [0, 0, 50, 50])).schedule
    assert careful.levels[:, 0].tolist() == [0, 0, 1, 0]
    charged = plan_uncertain(scheduler, day, stochastic(samples), overrun_per_kwh=0.1)
    assert charged.schedule.levels[:, 0].tolist() == [1, 0, 0, 0]
    assert charged.cost == pytest.approx((70 + 10) / 2 + 0.1 * 10 / 2)
    always = replace(day, base_load_kw=np.full(4, 200.0))
    with pytest.raises(InfeasibleError, match="import limit in every sample"):
        plan_uncertain(scheduler, always, stochastic(samples))


def test_a_budget_of_steps_lies_between_expectation_and_box() -> None:
    tables = compile_tables(plant(materials=(flour(3.0),)))
    scheduler, day = Scheduler(tables), outlook(tables, [1, 2, 3, 4], 0.5)
    samples = Samples(np.random.default_rng(0).uniform(0, 90, (5, 4)))
    costs = [
        plan_uncertain(scheduler, day, robust_budget(samples, steps), mip_gap=GAP).cost
        for steps in (0, 1, 2, 4)
    ]
    assert (np.diff(costs) > 0).all()
    mean = Samples(samples.mean_kw[None])
    assert costs[0] == about(plan_uncertain(scheduler, day, stochastic(mean), mip_gap=GAP).cost)
    assert costs[-1] == about(plan_uncertain(scheduler, day, robust(samples), mip_gap=GAP).cost)


def test_the_rest_of_a_day_is_planned_from_its_state() -> None:
    tables = compile_tables(plant(materials=(flour(2.0),)))
    scheduler = Scheduler(tables)
    day = replace(outlook(tables, [1, 9, 2, 3]), step=1, stock_t=np.array([1.0]))
    samples = Samples(np.array([[500.0, 0, 0, 0], [500.0, 0, 50, 0]]))
    found = plan_uncertain(scheduler, day, wasserstein(samples, 10.0), mip_gap=GAP)
    assert found.schedule.levels[:, 0].tolist() == [0, 0, 1, 0]
    assert found.cost == pytest.approx(2 * (75 + 10))
    assert found.worst_case.n_steps == 3
    assert found.multiplier == pytest.approx(2.0)
