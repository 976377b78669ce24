"""The observation table of an STN env: one list that spaces, docs and the kernel share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.stn_state import (
    BASE_LOAD_KW,
    BUY_PRICE,
    GENERATION_KW,
    SELL_PRICE,
)
from ..twins.stn_tables import Floats, Ints, StnTables

PRICE_SPAN = 4.0
"""Prices are observed as a share of this many times the tariff's mean buy price, and clipped."""

Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Observed:
    """One entry of the observation table.

    Args:
        name: such as `"stock:S1"`.
        low: least value.
        high: greatest value.
        size: how many numbers; more than one for windows, a number each step ahead. Windows
            stand last and interleaved: all of them for this step, then for the next, and so on.
        unit: what 1.0 stands for, with its unit.
        meaning: in words.
    """

    name: str
    low: float
    high: float
    size: int
    unit: str
    meaning: str


class ObservationTables(NamedTuple):
    """What the observation kernel reads. S window series, D days, T steps a day."""

    window_values: Ints
    """[S] which of `StnSeries.values` each window series shows."""
    window_scale: Floats
    """[S] factor from a value to what is observed."""
    expected: Float32s
    """[D, T x S] day-ahead expectation of the window series, scaled, clipped and interleaved."""
    stock_scale: Floats
    """[M] factor from the stock above its lower limit to what is observed."""
    missing_scale: Floats
    """[M] factor from what is missing to the target to what is observed."""
    level_scale: Floats
    """[J] factor from a level to what is observed."""
    targets: Ints
    """Materials with a target."""
    holding: Ints
    """Tasks with a minimum run time."""
    power_scale: float
    """Factor from the power of tasks [kW] to what is observed."""
    load_scale: float
    """Factor from the load of the plant [kW] to what is observed."""
    has_peak: bool
    """Whether the peak import is observed (demand charge)."""
    has_dr: bool
    """Whether demand-response events are observed."""


def price_scale(plant: StnPlant) -> float:
    """Price that is observed as 1.0 [currency/kWh]."""
    return PRICE_SPAN * mean_price(plant)


def mean_price(plant: StnPlant) -> float:
    """Mean of the absolute buy price of the plant's own tariff [currency/kWh]; 1 if all zero."""
    return float(np.mean(np.abs(plant.tariff.buy_price_per_kwh))) or 1.0


def build_observation(
    plant: StnPlant, tables: StnTables, scenarios: Scenarios, has_dr: bool
) -> tuple[tuple[Observed, ...], ObservationTables]:
    """The observation table of a plant under scenarios, and its arrays for the kernel.

    Args:
        plant: the plant.
        tables: its compiled tables.
        scenarios: the days.
        has_dr: whether demand-response events can occur.
    """
    windows = list(_windows(plant, scenarios))
    steps = tables.n_steps
    expected = np.zeros((scenarios.n_days, steps, len(windows)), np.float32)
    for s, window in enumerate(windows):
        expected[:, :, s] = np.clip(window.expected / window.scale, -1.0, 1.0)
    arrays = ObservationTables(
        window_values=np.array([window.value for window in windows], np.int64),
        window_scale=np.array([1.0 / window.scale for window in windows]),
        expected=expected.reshape(scenarios.n_days, -1),
        stock_scale=_inverse(tables.stock_max_t - tables.stock_min_t),
        missing_scale=_inverse(tables.end_min_t - tables.stock_min_t),
        level_scale=1.0 / (tables.n_modes - 1),
        targets=np.flatnonzero(tables.end_min_t > tables.stock_min_t).astype(np.int64),
        holding=np.flatnonzero(tables.min_run_steps > 1).astype(np.int64),
        power_scale=1.0 / plant.max_power_kw,
        load_scale=1.0 / _full_load_kw(plant),
        has_peak=plant.tariff.demand_charge_per_kw > 0 and plant.site.import_limit_kw > 0,
        has_dr=has_dr,
    )
    entries = (*_state_entries(plant, arrays), *(window.entry(steps) for window in windows))
    return entries, arrays


def _inverse(span: Floats) -> Floats:
    """1 / span, and 0 for a span of nothing."""
    return np.where(span > 0, 1.0 / np.where(span > 0, span, 1.0), 0.0)


def _state_entries(plant: StnPlant, arrays: ObservationTables) -> Iterable[Observed]:
    day, unit = f"day of {plant.horizon_h} h", plant.stock_unit
    yield Observed("time", 0, 1, 1, day, "time since the start of the day")
    for m in plant.materials:
        span = f"{m.max_t - m.min_t:g} {unit}"
        yield Observed(f"stock:{m.name}", 0, 1, 1, span, f"stock above {m.min_t:g} {unit}")
    for index in arrays.targets:
        m = plant.materials[index]
        span = f"{(m.end_min_t or 0.0) - m.min_t:g} {unit}"
        yield Observed(f"missing:{m.name}", 0, 1, 1, span, "still missing to the target of the day")
    for task in plant.tasks:
        top = f"mode {len(task.modes)}"
        yield Observed(f"level:{task.name}", 0, 1, 1, top, "mode or level of the step before")
    for task in plant.tasks:
        yield Observed(f"since:{task.name}", 0, 1, 1, day, "time in that mode or level")
    for index in arrays.holding:
        task = plant.tasks[index]
        hold = f"{task.min_run_h:g} h"
        yield Observed(f"hold:{task.name}", 0, 1, 1, hold, "time for which the mode must be kept")
    if arrays.has_peak:
        limit = f"{plant.site.import_limit_kw:g} kW"
        yield Observed("peak", 0, 1, 1, limit, "highest import of the day so far")
    if arrays.has_dr:
        yield Observed("dr_active", 0, 1, 1, "flag", "1 within the window of a DR event")
        yield Observed("dr_starts_in", 0, 1, 1, day, "until a known window begins; 1 if none")
        yield Observed("dr_ends_in", 0, 1, 1, day, "until a known window ends; 1 if none")
        power = f"{plant.max_power_kw:g} kW"
        yield Observed("dr_award", 0, 1, 1, power, "awarded capacity of a known event; 0 if none")
        load = f"{_full_load_kw(plant):g} kW"
        yield Observed("dr_baseline_now", 0, 1, 1, load, "baseline load of this step")
        mean = "mean baseline load of the rest of a known window; 0 if none"
        yield Observed("dr_baseline_window", 0, 1, 1, load, mean)


@dataclass(frozen=True, slots=True)
class _Window:
    """A series seen from now to the end of the day."""

    name: str
    value: int
    low: float
    scale: float
    unit: str
    expected: Floats

    def entry(self, steps: int) -> Observed:
        meaning = "this step (realised), then the day-ahead expectation of each later step; then 0"
        return Observed(self.name, self.low, 1, steps, f"{self.scale:g} {self.unit}", meaning)


def _full_load_kw(plant: StnPlant) -> float:
    return plant.max_power_kw + plant.site.base_load_kw


def _windows(plant: StnPlant, scenarios: Scenarios) -> Iterable[_Window]:
    series, price = scenarios.series, price_scale(plant)
    per_kwh = f"{plant.currency}/kWh"
    yield _Window("buy_price", BUY_PRICE, -1, price, per_kwh, series["buy_forecast_per_kwh"])
    if plant.generation_capacity_kw > 0:
        capacity, forecast = plant.generation_capacity_kw, scenarios.generation_forecast_kw
        yield _Window("sell_price", SELL_PRICE, -1, price, per_kwh, series["sell_forecast_per_kwh"])
        yield _Window("generation", GENERATION_KW, 0, capacity, "kW", forecast)
    if plant.site.base_load_kw > 0:
        load, full_kw = series["base_load_kw"], _full_load_kw(plant)
        yield _Window("base_load", BASE_LOAD_KW, 0, full_kw, "kW", load)
