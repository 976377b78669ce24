"""Every rule of the formulation on a day whose best schedule can be found by hand.

Powers are 100 kW and steps an hour, so running for an hour costs 100 times the price.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.twins.identify.forward import cheapest_days
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Mode, Site, Task
from plantgym.twins.scheduling import Schedule, Scheduler
from plantgym.twins.stn_state import COST_PARTS
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.tariff import DrProgramme, Tariff

from .plant_days import MILL, best, flour, later, outlook, plant

FLAT = Tariff((0.0,) * 24, (0.0,) * 24)


def runs(schedule: Schedule, task: int = 0) -> list[int]:
    return [int(level) for level in schedule.levels[:, task]]


def test_the_target_is_made_in_the_cheapest_hours() -> None:
    schedule = best(plant(materials=(flour(2.0),)), [3, 1, 2, 4])
    assert runs(schedule) == [0, 1, 1, 0]
    assert schedule.cost == schedule.bound == pytest.approx(300.0)
    np.testing.assert_allclose(schedule.stock_t[:, 0], [0, 1, 2, 2])
    np.testing.assert_allclose(schedule.load_kw, [0, 100, 100, 0])


def test_a_shortfall_is_paid_where_making_costs_more() -> None:
    schedule = best(plant(materials=(flour(2.0, cost_per_t=150.0),)), [3, 1, 2, 4])
    assert runs(schedule) == [0, 1, 0, 0]
    assert schedule.cost_parts["shortfall"] == pytest.approx(150.0)
    assert schedule.cost == pytest.approx(250.0)


def test_a_step_of_a_quarter_of_an_hour_costs_and_makes_a_quarter() -> None:
    tables = compile_tables(plant(materials=(flour(1.0),)), 15)
    schedule = Scheduler(tables).plan(outlook(tables, np.arange(16.0)))
    assert runs(schedule) == [1] * 4 + [0] * 12
    assert schedule.cost == pytest.approx(25.0 * (0 + 1 + 2 + 3))


def test_stocks_stay_within_their_limits() -> None:
    # Running pays, and only the full or empty store ends it.
    assert best(plant(materials=(flour(max_t=2.0),)), -1.0).cost == pytest.approx(-200.0)
    baker = Task("baker", (Mode(100.0, {"flour": 1.0}),))
    store = Material("flour", 1.0, 9.0, 3.5)
    schedule = best(plant(materials=(store,), tasks=(baker,)), -1.0)
    assert schedule.cost == pytest.approx(-200.0)
    assert schedule.stock_t[-1, 0] == pytest.approx(1.5)


@pytest.mark.parametrize(("netted", "made_t"), [(True, 4.0), (False, 3.0)])
def test_strict_material_is_usable_from_the_next_step(netted: bool, made_t: float) -> None:
    baker = Task("baker", (Mode(0.0, {"flour": 1.0}, {"bread": 1.0}),))
    bread = Material("bread", 0.0, 9.0, 0.0, 4.0, 7.0)
    made = plant(materials=(flour(), bread), tasks=(MILL, baker), same_step_transfer=netted)
    assert best(made).cost == pytest.approx(7.0 * (4.0 - made_t))


def test_wages_are_paid_by_mode_and_hour() -> None:
    modes = (
        Mode(100.0, produces_t_per_h={"flour": 1.0}, workers=1.0),
        Mode(100.0, produces_t_per_h={"flour": 2.0}, workers=3.0),
    )
    made = plant(
        materials=(flour(2.0),), tasks=(Task("mill", modes),), site=Site(1000.0, wage_per_h=20.0)
    )
    schedule = best(made, 0.1)
    assert schedule.cost_parts["labour"] == pytest.approx(40.0)
    assert schedule.cost == pytest.approx(40.0 + 2 * 10.0)  # fast alone would cost 60 + 10


@pytest.mark.parametrize(
    ("trip_cost", "levels", "cost"),
    [
        (1e4, [1, 1, 0, 0], 100 + 500),  # one hour would do, the second must follow
        (250.0, [1, 0, 0, 0], 100 + 250),  # cheaper to trip
    ],
)
def test_a_started_mode_runs_on_or_trips(trip_cost: float, levels: list[int], cost: float) -> None:
    mill = replace(MILL, min_run_h=2.0, trip_cost_per_h=trip_cost)
    schedule = best(plant(materials=(flour(1.0),), tasks=(mill,)), [1, 5, 6, 9])
    assert runs(schedule) == levels
    assert schedule.cost == pytest.approx(cost)


def test_a_lock_ends_with_the_day() -> None:
    mill = replace(MILL, min_run_h=3.0, trip_cost_per_h=1e4)
    schedule = best(plant(materials=(flour(1.0),), tasks=(mill,)), [4, 4, 4, 5])
    assert runs(schedule) == [0, 0, 0, 1]


def test_a_lock_holds_the_very_mode() -> None:
    modes = (
        Mode(100.0, produces_t_per_h={"flour": 1.0}),
        Mode(150.0, produces_t_per_h={"flour": 2.0}),
    )
    mill = Task("mill", modes, min_run_h=2.0, trip_cost_per_h=1e4)
    schedule = best(plant(materials=(flour(3.0),), tasks=(mill,), horizon_h=2))
    assert runs(schedule) == [2, 2]  # 2 then 1 would do
    free = best(
        plant(materials=(flour(3.0),), tasks=(replace(mill, min_run_h=0.0),), horizon_h=2), 1
    )
    assert sorted(runs(free)) == [1, 2]


@pytest.mark.parametrize(("start_h", "levels"), [(0.0, [1, 1, 0, 1]), (1.0, [0, 1, 0, 1])])
def test_a_task_that_must_run_pays_for_standing(start_h: float, levels: list[int]) -> None:
    mill = replace(MILL, must_run=True, must_run_from_h=start_h, trip_cost_per_h=300.0)
    schedule = best(plant(tasks=(mill,)), [1, 1, 9, 1])
    assert runs(schedule) == levels
    assert schedule.cost_parts["trip"] == pytest.approx(300.0)
    assert schedule.cost == pytest.approx(300.0 + 100.0 * sum(levels))


def test_the_import_limit_counts_base_load_and_generation() -> None:
    two = (MILL, replace(MILL, name="other"))
    made = plant(materials=(flour(2.0),), tasks=two, site=Site(150.0))
    assert best(made, [1, 2, 9, 9]).cost == pytest.approx(300.0)
    assert best(made, [1, 2, 9, 9], generation_kw=[50, 0, 0, 0]).cost == pytest.approx(150.0)
    assert best(made, [1, 2, 9, 9], base_load_kw=60.0).cost_parts["shortfall"] > 0
    assert best(replace(made, site=Site(200.0)), [1, 2, 9, 9]).cost == pytest.approx(200.0)


@pytest.mark.parametrize(
    ("sell_price", "export_limit_kw", "sales"),
    [(2.0, 120.0, -4 * 240.0), (2.0, 0.0, 0.0), (-1.0, 120.0, 0.0), (2.0, 500.0, -4 * 600.0)],
)
def test_surplus_is_sold_up_to_the_limit_and_curtailed_beyond(
    sell_price: float, export_limit_kw: float, sales: float
) -> None:
    made = plant(site=Site(1000.0, export_limit_kw))
    assert best(made, 3.0, sell_price, generation_kw=300.0).cost == pytest.approx(sales)


@pytest.mark.parametrize("buy", [-1.0, 0.5, 3.0])
@pytest.mark.parametrize("sell", [0.0, 0.5, 2.0])
def test_what_is_bought_is_neither_sold_nor_curtailed(buy: float, sell: float) -> None:
    made = plant(site=Site(1000.0, 1000.0))
    standing, running = -40.0 * sell, 60.0 * buy
    schedule = best(made, buy, sell, generation_kw=40.0)
    assert schedule.cost == pytest.approx(4 * min(standing, running))


def test_the_peak_is_charged_above_the_peak_so_far() -> None:
    two = (MILL, replace(MILL, name="other"))
    made = plant(
        materials=(flour(2.0),), tasks=two, tariff=replace(FLAT, demand_charge_per_kw=10.0)
    )
    tables = compile_tables(made)
    scheduler, view = Scheduler(tables), outlook(tables, [1.0, 1.5, 9, 9])
    schedule = scheduler.plan(replace(view, peak_kw=50.0))
    assert schedule.cost_parts["demand"] == pytest.approx((100 - 50) * 10.0)
    assert schedule.cost == pytest.approx(100 + 150 + 500)
    assert scheduler.plan(replace(view, peak_kw=200.0)).cost == pytest.approx(200.0)


# Response to an award of 100 kW, and what it earns: fined 4 below half of the award, then paid 3
# for 60 % and 100 % of the response, and for 120 % of the award. Edges belong to the upper band.
SETTLEMENT = [
    (-30.0, -4.0 * 80.0),
    (20.0, -4.0 * 30.0),
    (49.0, -4.0),
    (50.0, 3.0 * 30.0),
    (69.0, 3.0 * 0.6 * 69.0),
    (70.0, 3.0 * 70.0),
    (119.0, 3.0 * 119.0),
    (120.0, 3.0 * 120.0),
    (150.0, 3.0 * 120.0),
]


@pytest.mark.parametrize(("response_kw", "earned"), SETTLEMENT)
def test_a_response_is_settled_by_its_band(response_kw: float, earned: float) -> None:
    tables = compile_tables(plant(operation="continuous", dr=DrProgramme(3.0, 4.0)))
    view = outlook(tables, baseline_load_kw=response_kw + 50.0, dr=DrEvent(0, 1, 3, award_kw=100.0))
    schedule = Scheduler(tables).cost_of(view, np.full((4, 1), 0.5))
    assert schedule.cost == pytest.approx(-2 * earned)
    part = "dr_subsidy" if earned > 0 else "dr_penalty"
    assert schedule.cost_parts[part] == pytest.approx(-2 * earned)


def test_a_level_is_chosen_right_on_the_edge_of_a_band() -> None:
    # A tonne is worth 400, so a kW in the window is worth 4: more than the subsidy in a band.
    made = plant(
        operation="continuous", materials=(flour(4.0, cost_per_t=400.0),), dr=DrProgramme(3.0, 4.0)
    )
    schedule = best(made, baseline_load_kw=100.0, dr=DrEvent(0, 2, 3, award_kw=100.0))
    assert schedule.levels[:, 0] == pytest.approx([1.0, 1.0, 0.3, 1.0], abs=1e-9)
    assert schedule.cost == pytest.approx(-3.0 * 70.0 + 400.0 * 0.7)


def test_a_continuous_level_mixes_neighbouring_modes_only() -> None:
    # Mixing standing with the second mode would make the tonne for 50.
    modes = (
        Mode(100.0, produces_t_per_h={"flour": 1.0}),
        Mode(150.0, produces_t_per_h={"flour": 3.0}),
    )
    made = plant(
        operation="continuous", materials=(flour(1.0),), tasks=(Task("mill", modes),), horizon_h=1
    )
    assert best(made, 1.0).cost == pytest.approx(100.0)
    halfway = best(replace(made, materials=(flour(2.0),)), 1.0)
    assert halfway.levels[0, 0] == pytest.approx(1.5)
    assert halfway.cost == pytest.approx(125.0)


def test_planning_again_from_any_step_costs_the_rest_of_the_plan() -> None:
    modes = (
        Mode(60.0, produces_t_per_h={"flour": 1.0}),
        Mode(100.0, produces_t_per_h={"flour": 2.0}),
    )
    made = plant(
        materials=(flour(9.0),),
        tasks=(Task("mill", modes),),
        tariff=replace(FLAT, demand_charge_per_kw=2.0),
        horizon_h=8,
    )
    tables = compile_tables(made)
    scheduler = Scheduler(tables)
    price = np.array([4.0, 1, 7, 3, 2, 6, 5, 8])
    view = outlook(tables, price, generation_kw=[0, 0, 30, 30, 30, 0, 0, 0])
    plan = scheduler.plan(view, mip_gap=0.0)
    assert plan.levels.max() == 2
    for step in range(1, 8):
        bought_kw = np.maximum(plan.load_kw - view.generation_kw, 0.0)[:step]
        past = price[:step] @ bought_kw + 2.0 * bought_kw.max()
        rest = scheduler.plan(later(view, plan, step), mip_gap=0.0)
        assert past + rest.cost == pytest.approx(plan.cost)
        assert not rest.levels[:step].any()
        assert scheduler.cost_of(later(view, plan, step), plan.levels).cost == pytest.approx(
            rest.cost
        )


@pytest.mark.parametrize(
    ("level", "trip_cost", "levels"),
    [
        (1, 1e4, [0, 1, 1, 0]),  # two more hours to keep
        (1, 250.0, [0, 1, 0, 0]),  # tripping is cheaper in the dear hour
        (0, 1e4, [0, 1, 1, 0]),  # tripped before: the same mode again, and that is a new start
        (0, 250.0, [0, 0, 0, 0]),
    ],
)
def test_a_mode_from_before_the_step_is_held_or_trips(
    level: int, trip_cost: float, levels: list[int]
) -> None:
    modes = (*MILL.modes, Mode(110.0))
    mill = Task("mill", modes, min_run_h=3.0, trip_cost_per_h=trip_cost)
    tables = compile_tables(plant(tasks=(mill,)))
    before = Scheduler(tables).cost_of(outlook(tables), np.array([[level], [0], [0], [0]]))
    price = [1.0, 1.0, 5.0, 100.0] if level else [3.0, 3.0, 3.0, 100.0]
    view = later(outlook(tables, price), before, 1, hold=([1], [2]))
    assert runs(Scheduler(tables).plan(view, mip_gap=0.0)) == levels


def test_cost_parts_carry_the_simulators_names_and_add_up() -> None:
    schedule = best(plant(materials=(flour(3.0),)), [3, 1, 2, 4])
    assert tuple(schedule.cost_parts) == COST_PARTS
    assert sum(schedule.cost_parts.values()) == pytest.approx(schedule.cost)


def test_a_shortfall_is_planned_however_much_it_costs() -> None:
    """6e7 for a store beside cents of energy: the dual simplex breaks off some of these days."""
    line = random_line(781938, stages=6)
    prices = np.random.default_rng(5).uniform(0.01, 0.2, (12, 24))

    def plans(cost_per_t: float) -> list[Schedule]:
        wanted = tuple(
            replace(
                store,
                end_min_t=min(1.5 * (store.end_min_t or 0.0), store.max_t),
                shortfall_cost_per_t=cost_per_t,
            )
            for store in line.materials
        )
        return list(cheapest_days(replace(line, operation="continuous", materials=wanted), prices))

    for dear, fair in zip(plans(14_500.0), plans(145.0), strict=True):
        assert fair.cost_parts["shortfall"] > 0
        assert dear.cost_parts["shortfall"] == pytest.approx(100 * fair.cost_parts["shortfall"])
        assert dear.cost_parts["purchase"] == pytest.approx(fair.cost_parts["purchase"])
        assert dear.mip_gap < 1e-9
