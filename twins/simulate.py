"""From scenarios to what the kernels read, baseline load included."""

from __future__ import annotations

import numpy as np

from .day_grid import Dates
from .errors import InputError
from .plant import StnPlant
from .rule_kernel import full_rate, rule_loads
from .scenarios import Scenarios
from .stn_state import (
    BASE_LOAD_KW,
    BASELINE_LOAD_KW,
    BUY_PRICE,
    COST_PARTS,
    GENERATION_KW,
    METER,
    NO_EVENT,
    SELL_PRICE,
    StnSeries,
    new_state,
    new_work,
)
from .stn_tables import Floats, Ints, StnTables

BASELINE_DAYS = 5
"""Working days whose mean meter is the baseline load (Jiangsu 2015 trial rule)."""


def stn_series(plant: StnPlant, tables: StnTables, scenarios: Scenarios) -> StnSeries:
    """The realised series of all days, as kernels read them.

    The baseline load is the scenarios' own if they have one. Otherwise it is fixed here, before
    any event is known: the mean load of the reference rule over the last `BASELINE_DAYS` working
    days among the days before (the day itself where there is none before).

    Raises:
        InputError: scenarios of another clock or currency, without a series that the plant needs,
            with a base load above its import limit, or generation that it has not.
    """
    _check_clock_and_currency(plant, tables, scenarios)
    for name in needed_series(plant):
        if name not in scenarios.series:
            raise InputError("scenarios series", sorted(scenarios.series), f"add {name!r}")
    base_load_kw = scenarios.series["base_load_kw"]
    highest = float(base_load_kw.max())
    if highest > plant.site.import_limit_kw:
        raise InputError(
            "scenarios base_load_kw",
            highest,
            f"keep it within the import limit of {plant.site.import_limit_kw:g} kW",
        )
    if plant.generation_capacity_kw == 0 and scenarios.generation_kw.any():
        raise InputError(
            "scenarios generation_kw",
            float(scenarios.generation_kw.max()),
            "give the plant's site pv_capacity_kw or wind_capacity_kw, or leave the series out",
        )
    values = np.zeros((scenarios.n_days, tables.n_steps, 5))
    values[..., BUY_PRICE] = scenarios.series["buy_price_per_kwh"]
    values[..., SELL_PRICE] = scenarios.series["sell_price_per_kwh"]
    values[..., GENERATION_KW] = scenarios.generation_kw
    values[..., BASE_LOAD_KW] = base_load_kw
    awards = [event.award_kw if event else 0.0 for event in scenarios.dr_events]
    series = StnSeries(values, _event_steps(scenarios), np.array(awards, np.float64))
    given = scenarios.series.get("baseline_load_kw")
    if given is None:
        load_kw = rule_load_kw(tables, series)
        given = np.array([load_kw[days].mean(axis=0) for days in baseline_days(scenarios.dates)])
    values[..., BASELINE_LOAD_KW] = given
    return series


def baseline_days(dates: Dates) -> list[Ints]:
    """The days whose mean load is the baseline load of each date, by their indices.

    The last `BASELINE_DAYS` working days before it, or itself where there is none.
    """
    working = np.flatnonzero(np.is_busday(dates))
    n_before = np.searchsorted(working, np.arange(len(dates)))
    return [
        working[max(0, n - BASELINE_DAYS) : n] if n else np.array([day])
        for day, n in enumerate(n_before)
    ]


def rule_load_kw(tables: StnTables, series: StnSeries) -> Floats:
    """The load of the reference rule on all days of a series [D, T], in kW."""
    load_kw: Floats = np.zeros(series.values.shape[:2])
    tasks, needed_t = len(tables.n_modes), np.zeros(len(tables.stock_min_t))
    cost, meter = np.zeros(len(COST_PARTS)), np.zeros(len(METER))
    rule_loads(
        tables, series, new_state(tables, 1), new_work(tables), needed_t, np.zeros(tasks),
        np.zeros(tasks), cost, meter, 0, load_kw,
    )  # fmt: skip
    return load_kw


def needed_series(plant: StnPlant) -> list[str]:
    """Names of the series that a plant cannot do without."""
    prices = [
        f"{side}_{kind}_per_kwh" for kind in ("price", "forecast") for side in ("buy", "sell")
    ]
    sources = {"pv": plant.site.pv_capacity_kw, "wind": plant.site.wind_capacity_kw}
    own = [f"{name}{kind}_kw" for name, kw in sources.items() if kw for kind in ("", "_forecast")]
    return [*prices, *own, "base_load_kw"]


def _check_clock_and_currency(plant: StnPlant, tables: StnTables, scenarios: Scenarios) -> None:
    needed = {
        "step_minutes": round(60 * tables.step_h),
        "n_steps": tables.n_steps,
        "start_hour": plant.start_hour,
        "currency": plant.currency,
    }
    for field, value in needed.items():
        given = getattr(scenarios, field)
        if given != value:
            raise InputError(f"scenarios {field}", given, f"plant {plant.name!r} needs {value!r}")


def full_rate_levels(tables: StnTables, stock_t: Floats, steps_left: int) -> tuple[Floats, Floats]:
    """What the reference rule asks for, and for how long it still will.

    Args:
        tables: the plant.
        stock_t: stocks [M].
        steps_left: steps until the end of the day.

    Returns:
        Levels asked for now [J], and steps at full rate that each task still needs [J].
    """
    tasks, materials = len(tables.n_modes), len(tables.stock_min_t)
    request, steps = np.zeros(tasks), np.zeros(tasks)
    full_rate(tables, stock_t, steps_left, np.zeros(materials), steps, request)
    return request, steps


def _event_steps(scenarios: Scenarios) -> np.ndarray:
    none = (NO_EVENT,) * 3
    return np.array(
        [(e.notice_step, e.start_step, e.end_step) if e else none for e in scenarios.dr_events],
        dtype=np.int64,
    ).reshape(-1, 3)
