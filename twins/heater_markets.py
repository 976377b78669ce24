"""The days that a heater meets: real Belgian winters, drawn ones of Shenyang, the user's own.

Days run from midnight in quarters of an hour; only those from November to March are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from .day_grid import Dates
from .errors import InputError
from .heater_terms import BELGIAN_TERMS, SHENYANG_TERMS, HeaterTerms
from .readers import DailySeries, to_step
from .scenarios import Scenarios, Splits
from .season_weather import winter_weather
from .shipped import SOURCES, shipped_prices, shipped_weather
from .stn_tables import Floats
from .tariff import Tariff, TouPeriod

STEP_MINUTES = 15
STEPS_PER_DAY = 96
HEATING_MONTHS = (11, 12, 1, 2, 3)

BELGIAN_WINTER = Splits(np.datetime64("2025-01-27"), np.datetime64("2025-02-10"))
"""The one winter with real-time prices: 87 days train, 14 validate, 49 test."""

SHENYANG_SPLITS = Splits(np.datetime64("2022-11-01"), np.datetime64("2023-11-01"))
SHENYANG_WINTERS = range(2014, 2024)
SHENYANG_SEED = 20141101

SHENYANG_TARIFF = Tariff.from_periods(
    [
        TouPeriod("peak", (8, 9, 10, 11, 17, 18, 19, 20), 0.8248),
        TouPeriod("normal", (6, 7, 12, 13, 14, 15, 16, 21), 0.5499),
        TouPeriod("off-peak", (22, 23, 0, 1, 2, 3, 4, 5), 0.2749),
    ]
)
"""Off-peak hours of Ji et al. 2019, prices of Li et al. 2024 [CNY/kWh]; peak hours assumed."""

WARMEST_MEAN_C = 15.0
"""A heating season that is warmer on average is taken for a slip of the unit."""

WEEKEND_OCCUPANCY = 0.1
_OFFICE = slice(8 * 4, 17 * 4)


class HeaterMarket(NamedTuple):
    """Where a heater runs."""

    days: Callable[[], Scenarios]
    terms: HeaterTerms


def load_heater_scenarios(market: str) -> Scenarios:
    """The days of a market; those of all splits.

    Raises:
        InputError: an unknown market.
    """
    return find_market(market).days()


def find_market(market: str) -> HeaterMarket:
    """A market by its name.

    Raises:
        InputError: an unknown one.
    """
    if market not in HEATER_MARKETS:
        raise InputError("market", market, f"use one of {', '.join(HEATER_MARKETS)}")
    return HEATER_MARKETS[market]


def heater_scenarios(
    dates: Dates,
    weather: Mapping[str, Floats],
    buy_price_per_kwh: Floats,
    buy_forecast_per_kwh: Floats,
    currency: str,
    *,
    splits: Splits | None = None,
    sources: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
) -> Scenarios:
    """Scenarios of days of weather and prices; occupancy is that of an office.

    Args:
        dates: local dates [D].
        weather: `temp_c`, `wind_m_per_s` and `ghi_w_per_m2`, whole days from midnight on at any
            step [D, S].
        buy_price_per_kwh: price in each quarter of an hour [D, 96].
        buy_forecast_per_kwh: what is known of it at 13 h of the day before [D, 96].
        currency: ISO code of the prices.
        splits: first dates of the validation and test days.
        sources: whom to name for them.
        notes: what to tell the user of them.

    Raises:
        InputError: as `Scenarios`, and weather that is too warm to heat.
    """
    series = {
        name: to_step(np.asarray(weather[column]), STEP_MINUTES)
        for name, column in (
            ("ambient_c", "temp_c"),
            ("wind_m_per_s", "wind_m_per_s"),
            ("ghi_w_per_m2", "ghi_w_per_m2"),
        )
    }
    mean_c = float(np.mean(series["ambient_c"]))
    if mean_c > WARMEST_MEAN_C:
        raise InputError(
            "weather temp_c",
            round(mean_c, 2),
            f"so high a mean of a heating season (above {WARMEST_MEAN_C:g} degC) looks like degF; "
            "convert it, or give days that need heating",
        )
    return Scenarios(
        dates=dates,
        series={
            "buy_price_per_kwh": buy_price_per_kwh,
            "buy_forecast_per_kwh": buy_forecast_per_kwh,
            **series,
            "occupancy": office_occupancy(dates),
        },
        step_minutes=STEP_MINUTES,
        start_hour=0,
        currency=currency,
        splits=splits,
        sources=sources or {},
        notes=tuple(notes),
    )


def tariff_scenarios(
    weather: Mapping[str, DailySeries], tariff: Tariff, currency: str
) -> Scenarios:
    """Days of one's own weather under a tariff, from November to March; all serve every split.

    Args:
        weather: as `readers.read_weather` or `weather_files.read_typical_winter` give it.
        tariff: prices by clock hour, known in advance.
        currency: ISO code of the tariff.

    Raises:
        InputError: as `heater_scenarios`, and weather without a day from November to March.
    """
    given = weather["temp_c"].dates
    kept = in_season(given)
    if not kept.any():
        raise InputError("weather dates", f"{given[0]} to {given[-1]}", "give days of Nov to Mar")
    values = {name: series.values[kept] for name, series in weather.items()}
    prices = tariff_days(tariff, int(kept.sum()))
    return heater_scenarios(given[kept], values, prices, prices, currency)


def office_occupancy(dates: Dates) -> Floats:
    """People in an office [D, 96]: all on weekdays from 8 h to 17 h, a tenth at weekends."""
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7 < 5
    there = np.zeros((len(dates), STEPS_PER_DAY))
    there[:, _OFFICE] = np.where(weekday, 1.0, WEEKEND_OCCUPANCY)[:, None]
    return there


def in_season(dates: Dates) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which dates are from November to March [D]."""
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return np.isin(month, HEATING_MONTHS)


def tariff_days(tariff: Tariff, days: int) -> Floats:
    """The buy prices of a tariff, day after day [D, 96]."""
    day = to_step(np.array([tariff.buy_price_per_kwh]), STEP_MINUTES)
    return np.repeat(day, days, axis=0)


def _belgium(prices_of: str) -> Scenarios:
    prices = shipped_prices(prices_of, STEP_MINUTES)
    expected = shipped_prices("belgium_day_ahead", STEP_MINUTES)
    weather = shipped_weather()
    real_time = shipped_prices("belgium_imbalance", STEP_MINUTES).dates
    dates = np.intersect1d(np.intersect1d(real_time, expected.dates), weather["temp_c"].dates)
    dates = dates[in_season(dates)]

    def of(series: DailySeries) -> Floats:
        return series.values[np.searchsorted(series.dates, dates)]

    names = dict.fromkeys((prices_of, "belgium_day_ahead", "belgium_weather"))
    return heater_scenarios(
        dates,
        {name: of(series) for name, series in weather.items()},
        of(prices),
        of(expected),
        "EUR",
        splits=BELGIAN_WINTER,
        sources={name: SOURCES[name] for name in names},
    )


def _belgium_real_time() -> Scenarios:
    return _belgium("belgium_imbalance")


def _belgium_day_ahead() -> Scenarios:
    return _belgium("belgium_day_ahead")


def _shenyang() -> Scenarios:
    winters = []
    for year in SHENYANG_WINTERS:
        first = np.datetime64(f"{year}-11-01")
        dates = np.arange(first, np.datetime64(f"{year + 1}-04-01"))
        rng = np.random.default_rng([SHENYANG_SEED, year])
        winters.append((dates, winter_weather(rng, len(dates), first)))
    dates = np.concatenate([dates for dates, _ in winters])
    drawn = np.concatenate([values for _, values in winters]).reshape(len(dates), -1, 3)
    prices = tariff_days(SHENYANG_TARIFF, len(dates))
    return heater_scenarios(
        dates,
        {"temp_c": drawn[..., 0], "wind_m_per_s": drawn[..., 1], "ghi_w_per_m2": drawn[..., 2]},
        prices,
        prices,
        "CNY",
        splits=SHENYANG_SPLITS,
        sources={
            "weather": f"drawn by season_weather.winter_weather, seed {SHENYANG_SEED} and the year",
            "tariff": "hours of Ji et al. 2019, prices of Li et al. 2024",
        },
    )


HEATER_MARKETS: Mapping[str, HeaterMarket] = MappingProxyType(
    {
        "belgium-real-time": HeaterMarket(_belgium_real_time, BELGIAN_TERMS),
        "belgium-day-ahead": HeaterMarket(_belgium_day_ahead, BELGIAN_TERMS),
        "shenyang": HeaterMarket(_shenyang, SHENYANG_TERMS),
    }
)
"""The shipped markets by name."""
