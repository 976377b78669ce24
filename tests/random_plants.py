"""Hypothesis strategies for plants and days of every kind that plantgym knows."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.tariff import DrProgramme, Tariff

HOURS = 6

_rates = st.sampled_from([1.0, 2.0, 2.5, 4.0, 7.3])


def _share(draw: st.DrawFn, low: float, high: float) -> float:
    return low + (high - low) * draw(st.integers(0, 8)) / 8


def _links(draw: st.DrawFn, n_tasks: int) -> list[tuple[list[str], list[str]]]:
    """Inputs and outputs of each task: a chain, an assembly, a split, or any mix of them."""
    links: list[tuple[list[str], list[str]]] = []
    for j in range(n_tasks):
        before = [name for _, outputs in links for name in outputs]
        takes = draw(st.lists(st.sampled_from(before), max_size=3, unique=True)) if before else []
        if not takes and draw(st.booleans()):
            takes = ["raw"]
        makes = [f"m{j}"] + ([f"by{j}"] if draw(st.integers(0, 3)) == 0 else [])
        links.append((takes, makes))
    return links


def _modes(draw: st.DrawFn, takes: list[str], makes: list[str]) -> tuple[Mode, ...]:
    modes, power_kw = [], 0.0
    for k in range(draw(st.integers(1, 3))):
        power_kw += draw(st.sampled_from([10.0, 30.0, 47.5]))
        modes.append(
            Mode(
                power_kw,
                {name: (k + 1) * draw(_rates) for name in takes},
                {name: (k + 1) * draw(_rates) for name in makes},
                workers=float(draw(st.integers(0, 2))),
            )
        )
    return tuple(modes)


def _material(draw: st.DrawFn, name: str) -> Material:
    low = draw(st.sampled_from([0.0, 0.0, 3.0]))
    high = low + draw(st.sampled_from([5.0, 12.0, 40.0]))
    target = draw(st.booleans()) and name != "raw"
    return Material(
        name,
        low,
        high,
        initial_t=_share(draw, low, high),
        end_min_t=_share(draw, low, high) if target else None,
        shortfall_cost_per_t=draw(st.sampled_from([5.0, 50.0])) if target else 0.0,
    )


@st.composite
def plants(draw: st.DrawFn) -> StnPlant:
    """Plants of 1 to 5 tasks with 1 to 3 running modes each."""
    links = _links(draw, draw(st.integers(1, 5)))
    continuous = draw(st.integers(0, 3)) == 0
    tasks = []
    for j, (takes, makes) in enumerate(links):
        held = not continuous and draw(st.integers(0, 2)) == 0
        tasks.append(
            Task(
                f"T{j}",
                _modes(draw, takes, makes),
                must_run=held and draw(st.booleans()),
                min_run_h=float(draw(st.integers(0, 3))) if held else 0.0,
                trip_cost_per_h=draw(st.sampled_from([0.5, 20.0, 500.0])) if held else 0.0,
            )
        )
    names = sorted({name for takes, makes in links for name in (*takes, *makes)})
    base_load_kw = draw(st.sampled_from([0.0, 15.0]))
    site = Site(
        import_limit_kw=draw(st.sampled_from([60.0, 140.0, 1000.0])),
        export_limit_kw=draw(st.sampled_from([0.0, 25.0, 1000.0])),
        pv_capacity_kw=draw(st.sampled_from([0.0, 80.0, 200.0])),
        base_load_kw=base_load_kw,
        wage_per_h=draw(st.sampled_from([0.0, 3.0])),
    )
    charge = draw(st.sampled_from([0.0, 0.7]))
    made: dict[str, Any] = {
        "name": "random",
        "currency": "EUR",
        "tasks": tuple(tasks),
        "site": site,
        "tariff": Tariff((0.1,) * 24, (0.05,) * 24, charge),
        "operation": "continuous" if continuous else "discrete",
        "same_step_transfer": draw(st.booleans()),
        "horizon_h": HOURS,
        "dr": DrProgramme(3.0, 4.0),
    }
    materials = tuple(_material(draw, name) for name in names)
    try:
        return StnPlant(materials=materials, **made)
    except InputError as error:
        # Only a target out of reach may be refused here; without targets the rest must stand.
        if "end_min_t" not in error.field:
            raise
        free = tuple(Material(m.name, m.min_t, m.max_t, m.initial_t) for m in materials)
        return StnPlant(materials=free, **made)


@st.composite
def days(draw: st.DrawFn, plant: StnPlant) -> Scenarios:
    """One day of any prices (negative and sell above buy too), PV and perhaps a DR event."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (1, HOURS)
    buy, sell = np.round(rng.normal(0.1, 0.15, (2, *shape)), 3)
    event = None
    if draw(st.booleans()):
        start = draw(st.integers(0, HOURS - 1))
        end = draw(st.integers(start + 1, HOURS))
        event = DrEvent(draw(st.integers(0, start)), start, end, draw(st.sampled_from([8.0, 40.0])))
    series = {
        "buy_price_per_kwh": buy,
        "sell_price_per_kwh": sell,
        "buy_forecast_per_kwh": np.round(buy + rng.normal(0.0, 0.05, shape), 3),
        "sell_forecast_per_kwh": sell,
        "pv_kw": plant.site.pv_capacity_kw * rng.uniform(0.0, 1.0, shape).round(2),
        "pv_forecast_kw": plant.site.pv_capacity_kw * rng.uniform(0.0, 1.0, shape).round(2),
        "base_load_kw": np.full(shape, plant.site.base_load_kw),
    }
    return Scenarios(
        dates=np.array(["2025-01-06"], "datetime64[D]"),
        series=series,
        step_minutes=60,
        start_hour=0,
        currency="EUR",
        dr_events=(event,),
    )
