"""The observation table of a heater env: one list that spaces, docs and the kernel share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ..twins.heater import HeaterPlant
from ..twins.heater_episode_state import HeaterCalls
from ..twins.heater_episodes import EpisodeForm
from ..twins.heater_terms import HeaterTerms
from ..twins.scenarios import Scenarios
from ..twins.stn_tables import Floats
from .observation import PRICE_SPAN, Float32s, Observed

ROOM_SPAN_K = 10.0
"""Room and mass are observed as a share of this above or below the least room temperature."""

_AMBIENT_C, _WIND_M_PER_S, _GHI_W_PER_M2 = 30.0, 20.0, 1000.0


class HeaterShown(NamedTuple):
    """What the observation kernel reads. S window series, D days."""

    window_scale: Floats
    """[S] factor from a value to what is observed, in the order of `HeaterSeries.values`."""
    expected: Float32s
    """[D, 4, hours x S] forecasts made on each day, as hourly means from each quarter on: those
    from the quarter q after the forecast stand at [q % 4, S (q // 4):]; scaled and clipped."""
    brick_scale: float
    water_scale: float
    room_scale: float
    heat_scale: float
    """Factor from heat [kWh] to what is observed."""
    load_scale: float
    """Factor from a load [kW] to what is observed."""
    price_scale: float
    """Factor from a price to what is observed."""
    has_calls: bool
    """Whether calls are observed."""


def price_span(days: Scenarios) -> float:
    """Price that is observed as 1.0 [currency/kWh]."""
    return PRICE_SPAN * (float(np.abs(days.series["buy_price_per_kwh"]).mean()) or 1.0)


def has_calls(calls: HeaterCalls) -> bool:
    """Whether calls of any kind can come."""
    return calls.reduce.probability >= 0.0 or calls.absorb.probability >= 0.0


def build_heater_observation(
    plant: HeaterPlant, terms: HeaterTerms, form: EpisodeForm, calls: HeaterCalls,
    days: Scenarios, forecast: Floats,
) -> tuple[tuple[Observed, ...], HeaterShown]:  # fmt: skip
    """The observation table of a heater, and its arrays for the kernel.

    Args:
        plant: the heater.
        terms: room temperatures and currency.
        form: of the episodes.
        calls: how calls come about.
        days: days of all splits, which fix the scale of prices.
        forecast: forecasts made on each of them [D, T, 5].
    """
    price = price_span(days)
    windows = tuple(_windows(terms.currency, price, form))
    spans = np.array([price, _AMBIENT_C, _WIND_M_PER_S, _GHI_W_PER_M2, 1.0])
    brick = plant.brick
    heat_kwh = brick.capacity_kwh_per_k * (brick.max_c - brick.min_c)
    load_kw = plant.heater.power_max_kw + plant.air.fan_power_kw
    shown = HeaterShown(
        window_scale=1.0 / spans,
        expected=_hourly(np.clip(forecast / spans, -1.0, 1.0)),
        brick_scale=1.0 / brick.max_c,
        water_scale=1.0 / plant.water.max_c,
        room_scale=1.0 / ROOM_SPAN_K,
        heat_scale=1.0 / heat_kwh,
        load_scale=1.0 / load_kw,
        price_scale=1.0 / price,
        has_calls=has_calls(calls),
    )
    entries = [*_state_entries(plant, terms, form, price), *windows]
    if shown.has_calls:
        entries[-len(windows) : -len(windows)] = _call_entries(form, load_kw)
    return tuple(entries), shown


def _hourly(scaled: Floats) -> Float32s:
    """Means of the four quarters from each quarter on, sorted by its place in the hour.

    The last three have fewer quarters before the forecast ends: its last value is drawn out.
    """
    days, steps, width = scaled.shape
    longer = np.concatenate([scaled, np.repeat(scaled[:, -1:], 3, axis=1)], axis=1)
    means = np.mean([longer[:, k : k + steps] for k in range(4)], axis=0)
    by_phase = np.moveaxis(means.reshape(days, steps // 4, 4, width), 2, 1)
    return np.ascontiguousarray(by_phase.reshape(days, 4, -1), np.float32)


def _state_entries(
    plant: HeaterPlant, terms: HeaterTerms, form: EpisodeForm, price: float
) -> Iterable[Observed]:
    brick, least = plant.brick, f"above {terms.room_min_c:g} degC"
    store = f"{brick.capacity_kwh_per_k * (brick.max_c - brick.min_c):g} kWh"
    span, per_kwh = f"{ROOM_SPAN_K:g} K", f"{price:.6g} {terms.currency}/kWh"
    load = f"{plant.heater.power_max_kw + plant.air.fan_power_kw:g} kW"
    length = f"{form.days} d"
    yield Observed("time", 0, 1, 1, length, "time since the start of the episode")
    yield Observed("time_of_day", 0, 1, 1, "24 h", f"time since {form.start_hour} h was last")
    yield Observed("brick", 0, 1, 1, f"{brick.max_c:g} degC", "brick temperature")
    yield Observed("water", 0, 1, 1, f"{plant.water.max_c:g} degC", "mean water temperature")
    yield Observed("room", -1, 1, 1, span, f"room temperature {least}")
    yield Observed("mass", -1, 1, 1, span, f"temperature of the building mass {least}")
    yield Observed("tripped", 0, 1, 1, "flag", "1 if the heater has tripped")
    power = f"{plant.heater.power_max_kw:g} kW"
    yield Observed("power", 0, 1, 1, power, "heater power of the step before")
    yield Observed("fan", 0, 1, 1, "full fan", "fan fraction of the step before")
    yield Observed("peak", 0, 1, 1, load, "highest load of the episode so far")
    yield Observed("heat", -1, 1, 1, store, "heat in the four stores, less that at the start")
    yield Observed("missing_price", 0, 1, 1, per_kwh, "price of heat that the end lacks")
    yield Observed("surplus_price", 0, 1, 1, per_kwh, "what heat more than at the start earns")


def _call_entries(form: EpisodeForm, load_kw: float) -> Iterable[Observed]:
    load = f"{load_kw:g} kW"
    for kind, what in (("reduce", "less"), ("absorb", "more")):
        of = f"the next known call to draw {what}"
        yield Observed(f"{kind}_active", 0, 1, 1, "flag", f"1 within the window of {of}")
        yield Observed(f"{kind}_starts_in", 0, 1, 1, "1 d", f"until the window of {of}; 1 if none")
        yield Observed(f"{kind}_ends_in", 0, 1, 1, "1 d", "until its window ends; 1 if none")
        yield Observed(f"{kind}_award", 0, 1, 1, load, "its awarded change of the load; 0 if none")
        mean = "mean baseline load of the rest of its window; 0 if none"
        yield Observed(f"{kind}_baseline", 0, 1, 1, load, mean)


def _windows(currency: str, price: float, form: EpisodeForm) -> Iterable[Observed]:
    size = 1 + 24 * form.days
    then = "in this step, then expected means of the hours that follow it"
    per_kwh = f"{price:.6g} {currency}/kWh"
    yield Observed("buy_price", -1, 1, size, per_kwh, f"price {then}; 0 beyond the end")
    yield Observed("ambient", -1, 1, size, f"{_AMBIENT_C:g} degC", "outside temperature, likewise")
    yield Observed("wind", 0, 1, size, f"{_WIND_M_PER_S:g} m/s", "wind speed, likewise")
    yield Observed("ghi", 0, 1, size, f"{_GHI_W_PER_M2:g} W/m2", "irradiance, likewise")
    yield Observed("occupancy", 0, 1, size, "full", "people in the building, likewise")
