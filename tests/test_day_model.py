"""The quick day model: the optimum of the scheduling model, and only where it says all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plantgym.twins.csv_file import Floats
from plantgym.twins.identify.chain import needed_steps
from plantgym.twins.identify.cut_model import CutModel, Pairs
from plantgym.twins.identify.day_model import DayModel
from plantgym.twins.identify.forward import cheapest_days
from plantgym.twins.identify.parameters import Parameters
from plantgym.twins.identify.plain_plant import quick_model
from plantgym.twins.identify.process import PartLoad, Process, Stage
from plantgym.twins.identify.psi_data import psi_days
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.plant import Mode, StnPlant
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.tariff import Tariff

PRICES = psi_days("cement", "train").price_per_kwh
LINE = random_line(3, stages=3)


def strict(plant: StnPlant) -> StnPlant:
    """Material made in a step is used from the next on."""
    return replace(plant, same_step_transfer=False)


def with_part_load(plant: StnPlant) -> StnPlant:
    """Its first stage also runs at 60 % of its power, with 65 % of its output."""
    task = plant.tasks[0]
    (full,) = task.modes
    makes = {name: 0.65 * rate for name, rate in full.produces_t_per_h.items()}
    part = Mode(0.6 * full.power_kw, {}, makes)
    return replace(plant, tasks=(replace(task, modes=(part, full)), *plant.tasks[1:]))


def assert_same_optimum(plant: StnPlant, prices: Floats) -> None:
    """Both models agree on the least cost, or on that a target must be missed."""
    model = quick_model(plant, prices, node_limit=20_000)
    assert model is not None
    for price, schedule in zip(prices, cheapest_days(plant, prices, mip_gap=1e-7), strict=True):
        plan = model.plan(price)
        if plan is None:
            assert schedule.cost_parts["shortfall"] > 0
        else:
            base_load_cost = price.sum() * plant.site.base_load_kw
            assert plan.cost + base_load_cost == pytest.approx(schedule.cost, rel=1e-6)
            energy_cost = price @ plan.load_kwh
            assert energy_cost == pytest.approx(schedule.cost, rel=1e-6)


@given(st.integers(0, 200), st.integers(0, len(PRICES) - 1))
@settings(max_examples=10)
def test_both_models_have_the_same_optimum(seed: int, day: int) -> None:
    assert_same_optimum(random_line(seed, stages=3), PRICES[[day]])


@pytest.mark.parametrize("seed", [2, 94, 179, 215])
def test_both_models_have_the_same_optimum_with_strict_transfer(seed: int) -> None:
    assert_same_optimum(strict(random_line(seed, stages=3)), PRICES[:1])


@pytest.mark.parametrize("seed", [1, 5])
def test_both_models_have_the_same_optimum_with_part_loads(seed: int) -> None:
    plant = with_part_load(random_line(seed, stages=3))
    assert_same_optimum(plant, PRICES[:1])
    assert_same_optimum(strict(plant), PRICES[:1])


@pytest.mark.parametrize("name", ["cement_mill", "steel_powder"])
def test_shipped_plants_have_the_same_optimum(name: str) -> None:
    assert_same_optimum(load_plant(name), PRICES[[3]])


def test_base_load_is_part_of_the_load_but_not_of_the_cost_of_the_stages() -> None:
    assert_same_optimum(
        replace(LINE, site=replace(LINE.site, base_load_kw=50.0, import_limit_kw=1e4)), PRICES[:1]
    )


def test_negative_prices_have_the_same_optimum() -> None:
    prices = PRICES[:1] - np.quantile(PRICES[0], 0.3)
    assert prices.min() < 0 < prices.max()
    assert_same_optimum(LINE, prices)


@st.composite
def small_processes(draw: st.DrawFn) -> tuple[Process, Parameters]:
    """A line, or two feeders of one assembler, with or without part loads."""
    outputs = st.sampled_from([0.5, 1.0, 1.7])
    parts = st.sampled_from([(), (PartLoad(0.5, 0.9),)])
    links: list[tuple[dict[str, float], dict[str, float]]] = [
        ({}, {"left": 1.0}),
        draw(st.sampled_from([({}, {"right": 1.0}), ({"left": 1.0}, {"right": 1.0})])),
    ]
    takes = {"right": 1.0, **({} if links[1][0] else {"left": 0.5})}
    links.append((takes, {"goods": draw(outputs)}))
    process = Process(
        "small",
        "t",
        tuple(
            Stage(f"stage {i}", draw(outputs), *link, draw(parts)) for i, link in enumerate(links)
        ),
        same_step_transfer=draw(st.booleans()),
    )
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    is_product = np.array([name in process.products for name in process.materials])
    power_kw = rng.uniform(1.0, 5.0, 3)
    store_t = rng.uniform(0.0, 30.0, (2, 3)) * ~is_product
    target_t = rng.uniform(1.0, 60.0) * is_product
    return process, Parameters(power_kw, store_t[0], store_t[1], target_t)


@given(small_processes(), st.integers(0, 2**32 - 1))
@settings(max_examples=40)
def test_needed_steps_cut_off_no_feasible_day(drawn: tuple[Process, Parameters], seed: int) -> None:
    process, parameters = drawn
    steps = 8
    needed = needed_steps(process, parameters.power_kw, parameters.target_t, steps)
    price = np.random.default_rng(seed).uniform(0.1, 1.0, steps)
    free = DayModel(process, parameters, steps).plan(price)
    cut = DayModel(process, parameters, steps, needed).plan(price)
    if free is None:
        assert cut is None
    else:
        assert cut is not None
        assert cut.cost == pytest.approx(free.cost, rel=1e-6)


@given(small_processes(), st.integers(0, 2**32 - 1))
@settings(max_examples=60)
def test_minimum_cuts_have_the_optimum_of_branch_and_bound(
    drawn: tuple[Process, Parameters], seed: int
) -> None:
    process, parameters = drawn
    pairs = Pairs.of(process)
    assume(pairs is not None)
    assert pairs is not None
    steps = 8
    needed = needed_steps(process, parameters.power_kw, parameters.target_t, steps)
    price = np.random.default_rng(seed).uniform(-0.2, 1.0, steps)
    branched = DayModel(process, parameters, steps, needed).plan(price)
    cut = CutModel(process, pairs, parameters, steps, needed).plan(price)
    if branched is None:
        assert cut is None
    else:
        assert cut is not None
        assert cut.cost == pytest.approx(branched.cost, rel=1e-6, abs=1e-6)
        assert cut.load_kwh @ price == pytest.approx(cut.cost)


def test_needed_steps_by_hand() -> None:
    # 10 t of goods at 3 t a step take 4 steps, so 12 t; 12 t at 5 t a step take 3.
    process = Process("by hand", "t", (Stage("mill", 1.0), Stage("kiln", 0.5)))
    steps = needed_steps(process, np.array([5.0, 6.0]), np.array([0.0, 10.0]), 24)
    assert steps.tolist() == [3, 4]


def changed_task(plant: StnPlant, **changes: Any) -> StnPlant:  # noqa: ANN401
    return replace(plant, tasks=(replace(plant.tasks[0], **changes), *plant.tasks[1:]))


def changed_site(plant: StnPlant, **changes: Any) -> StnPlant:  # noqa: ANN401
    return replace(plant, site=replace(plant.site, **changes))


def changed_material(plant: StnPlant, index: int, **changes: Any) -> StnPlant:  # noqa: ANN401
    materials = list(plant.materials)
    materials[index] = replace(materials[index], **changes)
    return replace(plant, materials=tuple(materials))


def paid_by_the_hour(plant: StnPlant) -> StnPlant:
    mode = replace(plant.tasks[0].modes[0], workers=1.0)
    return changed_site(changed_task(plant, modes=(mode,)), wage_per_h=10.0)


NOT_PLAIN: dict[str, Callable[[StnPlant], StnPlant]] = {
    "must run": lambda plant: changed_task(plant, must_run=True, trip_cost_per_h=1.0),
    "runs long": lambda plant: changed_task(plant, min_run_h=3.0),
    "wages": paid_by_the_hour,
    "cheap shortfall": lambda plant: changed_material(plant, -1, shortfall_cost_per_t=0.01),
    "store to be fuller": lambda plant: changed_material(
        plant, 0, end_min_t=1.1 * plant.materials[0].initial_t
    ),
    "store without end": lambda plant: changed_material(
        plant, 0, end_min_t=None, shortfall_cost_per_t=0.0
    ),
    "product without end": lambda plant: changed_material(
        plant, -1, end_min_t=None, shortfall_cost_per_t=0.0
    ),
    "product store that fills": lambda plant: changed_material(
        plant, -1, max_t=1.01 * (plant.materials[-1].end_min_t or 0.0)
    ),
    "import limit": lambda plant: changed_site(plant, import_limit_kw=0.99 * plant.max_power_kw),
    "demand charge": lambda plant: replace(
        plant, tariff=Tariff((0.1,) * 24, (0.0,) * 24, demand_charge_per_kw=1.0)
    ),
    "any load": lambda plant: replace(plant, operation="continuous"),
}


def test_the_line_is_plain() -> None:
    assert quick_model(LINE, PRICES) is not None


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_plants_that_are_not_plain_have_no_quick_model(kind: str) -> None:
    assert quick_model(NOT_PLAIN[kind](LINE), PRICES) is None


@pytest.mark.parametrize("name", ["cement_pv", "car_seat"])
def test_shipped_plants_with_other_rules_have_no_quick_model(name: str) -> None:
    plant = load_plant(name)
    steps = plant.horizon_h
    assert quick_model(plant, np.full((1, steps), 0.1)) is None


def test_where_energy_costs_more_than_a_shortfall_there_is_no_quick_model() -> None:
    cost = LINE.materials[-1].shortfall_cost_per_t
    assert quick_model(LINE, np.full((1, 24), 0.1)) is not None
    assert quick_model(LINE, np.full((1, 24), cost)) is None
