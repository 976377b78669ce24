"""Markets: the days that a plant meets under its tariff, at wholesale, or in the user's own files.

Prices are converted to the plant's currency at the fixed rates of `UNITS_PER_EUR`. At wholesale the
sell price equals the buy price (single-price settlement).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from .csv_file import CsvSource, Floats, source_name
from .day_data import DayData, combine, refuse_other_offsets
from .day_grid import Dates
from .errors import InputError
from .plant import StnPlant
from .readers import DailySeries, read_prices, read_pv, to_step
from .scenarios import Scenarios, Splits
from .shipped import SOURCES, shipped_prices, shipped_pv, shipped_weather
from .stn_tables import n_steps
from .wind import capacity_factor, persistence

UNITS_PER_EUR: Mapping[str, float] = MappingProxyType({"EUR": 1.0, "USD": 1.0824, "CNY": 7.7875})
"""Exchange rates: euro reference rates of the European Central Bank, mean of 2024."""

BELGIAN_SPLITS = Splits(np.datetime64("2025-03-20"), np.datetime64("2025-05-19"))
PJM_SPLITS = Splits(np.datetime64("2022-07-22"), np.datetime64("2022-08-01"))

_PRICE = ("buy_price_per_kwh", "sell_price_per_kwh")
_FORECAST = ("buy_forecast_per_kwh", "sell_forecast_per_kwh")
_DAY_AHEAD = "day-ahead prices"
_REAL_TIME = "real-time prices"
_FORECAST_DAYS = 7


class _Pv(NamedTuple):
    """PV capacity factors and whom to name for them."""

    source: str
    series: Mapping[str, DailySeries]

    @property
    def dates(self) -> Dates:
        return self.series["measured_cf"].dates


def load_scenarios(plant: StnPlant, market: str, step_minutes: int = 60) -> Scenarios:
    """The shipped days of a market, as a plant meets them.

    Days are those with data for all that the plant needs: prices, PV if it has PV, wind if it has
    wind power. `docs/data.md` describes the markets.

    Args:
        plant: whose currency, hours, generation, base load and tariff count.
        market: one of `MARKETS`.
        step_minutes: length of a step [min].

    Raises:
        InputError: an unknown market, a currency without exchange rate, a step that does not
            divide the hour or does not fit the data, or no day with all that the plant needs.
    """
    n_steps(plant, step_minutes)
    if market not in _MARKETS:
        raise InputError("market", market, f"use one of {', '.join(MARKETS)}")
    prices, splits = _MARKETS[market]
    origins = [*prices(plant, step_minutes), *_generation(plant, None, step_minutes)]
    return combine(plant, origins, step_minutes, splits=splits)


def scenarios_from_files(
    plant: StnPlant,
    *,
    day_ahead_prices: CsvSource | None = None,
    real_time_prices: CsvSource | None = None,
    pv: CsvSource | None = None,
    step_minutes: int = 60,
) -> Scenarios:
    """The user's own days, from CSV files in the formats of `docs/data.md`.

    Day-ahead prices alone hold as they are; with real-time prices they are the forecast of those;
    without any prices the plant's tariff holds. Wind, and PV without a file, are the shipped ones
    of Belgium on the same dates. All days serve every split; `notes` lists the days left out.

    Args:
        plant: whose currency, hours, generation, base load and tariff count.
        day_ahead_prices: prices known the day before.
        real_time_prices: prices that become known step by step.
        pv: PV capacity factors, measured and forecast.
        step_minutes: length of a step [min].

    Raises:
        InputError: no file, real-time prices without day-ahead prices, anything wrong in a file,
            files in different offsets from UTC, or no common date.
    """
    n_steps(plant, step_minutes)
    notes = []
    own_pv = None
    if pv is not None:
        series = read_pv(pv, step_minutes=step_minutes, clock_changes="drop")
        own_pv = _Pv(source_name(pv), series)
        if not plant.site.pv_capacity_kw:
            notes.append(f"{own_pv.source} is not used: plant {plant.name!r} has no PV")
    if day_ahead_prices is not None:
        prices = _own_prices(plant, day_ahead_prices, real_time_prices, step_minutes)
    elif real_time_prices is not None:
        fix = "give the day-ahead prices too; they are the forecast of the real-time prices"
        raise InputError("day_ahead_prices", None, fix)
    elif own_pv is not None:
        prices = [_tariff(plant, own_pv.dates, step_minutes)]
    else:
        raise InputError("day_ahead_prices, pv", None, "give at least one file")
    generation = _generation(plant, own_pv, step_minutes)
    refuse_other_offsets([*reversed(prices), *generation])  # day-ahead prices lead
    return combine(plant, [*prices, *generation], step_minutes, notes=notes)


def exchange_rate(source: str, target: str) -> float:
    """Units of the target currency for one of the source currency.

    Raises:
        InputError: a currency that `UNITS_PER_EUR` lacks.
    """
    if source == target:
        return 1.0
    for currency in (source, target):
        if currency not in UNITS_PER_EUR:
            known = ", ".join(UNITS_PER_EUR)
            fix = f"no exchange rate; use one of {known}, or prices in the plant's currency"
            raise InputError("currency", currency, fix)
    return UNITS_PER_EUR[target] / UNITS_PER_EUR[source]


def _tou(plant: StnPlant, step_minutes: int) -> list[DayData]:
    return [_tariff(plant, _elia(step_minutes).dates, step_minutes)]


def _pjm(plant: StnPlant, step_minutes: int) -> list[DayData]:
    prices = shipped_prices("pjm_real_time", step_minutes)
    forecast = _recent_mean(prices.values, plant.start_hour * 60 // step_minutes)
    expected = DailySeries(prices.dates, forecast, prices.unit, prices.currency)
    source = SOURCES["pjm_real_time"]
    return [
        _prices(plant, _REAL_TIME, source, prices, _PRICE),
        _prices(plant, "price forecast", "mean of the days before", expected, _FORECAST),
    ]


def _belgium_day_ahead(plant: StnPlant, step_minutes: int) -> list[DayData]:
    prices = shipped_prices("belgium_day_ahead", step_minutes)
    return [_prices(plant, _DAY_AHEAD, SOURCES["belgium_day_ahead"], prices, _PRICE + _FORECAST)]


def _belgium_real_time(plant: StnPlant, step_minutes: int) -> list[DayData]:
    return [
        _prices(plant, label, SOURCES[name], shipped_prices(name, step_minutes), names)
        for label, name, names in (
            (_REAL_TIME, "belgium_imbalance", _PRICE),
            (_DAY_AHEAD, "belgium_day_ahead", _FORECAST),
        )
    ]


_MARKETS: Mapping[str, tuple[Callable[[StnPlant, int], list[DayData]], Splits]] = MappingProxyType(
    {
        "tou": (_tou, BELGIAN_SPLITS),
        "pjm": (_pjm, PJM_SPLITS),
        "belgium-day-ahead": (_belgium_day_ahead, BELGIAN_SPLITS),
        "belgium-real-time": (_belgium_real_time, BELGIAN_SPLITS),
    }
)
MARKETS = tuple(_MARKETS)
"""Names of the shipped markets."""


def _own_prices(
    plant: StnPlant, day_ahead: CsvSource, real_time: CsvSource | None, step_minutes: int
) -> list[DayData]:
    known = read_prices(day_ahead, step_minutes=step_minutes, clock_changes="drop")
    name = source_name(day_ahead)
    if real_time is None:
        return [_prices(plant, _DAY_AHEAD, name, known, _PRICE + _FORECAST)]
    revealed = read_prices(real_time, step_minutes=step_minutes, clock_changes="drop")
    return [
        _prices(plant, _REAL_TIME, source_name(real_time), revealed, _PRICE),
        _prices(plant, _DAY_AHEAD, name, known, _FORECAST),
    ]


def _prices(
    plant: StnPlant, label: str, source: str, prices: DailySeries, names: tuple[str, ...]
) -> DayData:
    """The same prices, in the plant's currency, under all the names."""
    rate = exchange_rate(prices.currency or plant.currency, plant.currency)
    values = prices.values * rate
    series = dict.fromkeys(names, values)
    return DayData(label, source, prices.dates, series, prices.dropped, prices.offset_s)


def _tariff(plant: StnPlant, dates: Dates, step_minutes: int) -> DayData:
    series = {}
    for price, forecast in zip(_PRICE, _FORECAST, strict=True):
        day = to_step(np.array([getattr(plant.tariff, price)]), step_minutes)
        series[price] = series[forecast] = np.repeat(day, len(dates), axis=0)
    return DayData("tariff", plant.name, dates, series)


def _recent_mean(prices: Floats, first_step: int) -> Floats:
    """Forecast of each day [D, S]: mean of the same step over up to seven days before.

    The first day has none before: it gets the one price that is known as the plant's day begins.
    """
    forecast = np.full_like(prices, prices[0, first_step])
    for day in range(1, len(prices)):
        forecast[day] = prices[max(0, day - _FORECAST_DAYS) : day].mean(axis=0)
    return forecast


def _elia(step_minutes: int) -> _Pv:
    return _Pv(SOURCES["elia_pv"], shipped_pv(step_minutes))


def _generation(plant: StnPlant, own_pv: _Pv | None, step_minutes: int) -> list[DayData]:
    """PV (the shipped one of Belgium if there is no other) and wind, as far as the plant has it."""
    generation = []
    if plant.site.pv_capacity_kw:
        pv = own_pv or _elia(step_minutes)
        power_kw = {
            name: pv.series[column].values.clip(0, 1) * plant.site.pv_capacity_kw
            for name, column in (("pv_kw", "measured_cf"), ("pv_forecast_kw", "day_ahead_cf"))
        }
        read = pv.series["measured_cf"]
        generation.append(DayData("PV", pv.source, pv.dates, power_kw, read.dropped, read.offset_s))
    if plant.site.wind_capacity_kw:
        wind = shipped_weather()["wind_m_per_s"]
        power = capacity_factor(wind.values) * plant.site.wind_capacity_kw
        power_kw = {
            "wind_kw": to_step(power[1:], step_minutes),
            "wind_forecast_kw": to_step(persistence(power), step_minutes),
        }
        source = SOURCES["belgium_weather"]
        generation.append(DayData("wind", source, wind.dates[1:], power_kw, wind.dropped))
    return generation
