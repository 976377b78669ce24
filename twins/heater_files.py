"""The days of a heater from the user's own files of weather and prices."""

from __future__ import annotations

from .csv_file import CsvFile, CsvSource, source_name
from .day_data import DayData, common_days, refuse_other_offsets
from .day_grid import whole_days
from .errors import InputError
from .heater_markets import STEP_MINUTES, heater_scenarios, in_season
from .identify_heater.heater_columns import WEATHER_COLUMNS, weather_values
from .markets import exchange_rate
from .readers import read_prices
from .scenarios import Scenarios

_COLUMNS = ("temp_c", *WEATHER_COLUMNS[1:])


def heater_scenarios_from_files(
    *,
    weather: CsvSource,
    day_ahead_prices: CsvSource,
    real_time_prices: CsvSource | None = None,
    currency: str = "EUR",
) -> Scenarios:
    """The user's own days of a heater, from CSV files in the formats of `docs/heater.md`.

    Day-ahead prices alone hold as they are; with real-time prices they are the forecast of those.
    Kept are the days from November to March that all files have; `notes` lists the others. All
    days serve every split.

    Args:
        weather: `time`, `ambient_c`, and `wind_m_per_s` and `ghi_w_per_m2` if known (else 0), at
            any step that fits quarters of an hour.
        day_ahead_prices: prices known the day before, as `readers.read_prices` takes them.
        real_time_prices: prices that become known step by step.
        currency: ISO code of the heater's terms, to which prices are converted.

    Raises:
        InputError: anything wrong in a file, files in different offsets from UTC, no common day of
            the heating season, or a currency without exchange rate.
    """
    prices = [_prices("day-ahead prices", day_ahead_prices, currency)]
    if real_time_prices is not None:
        prices.insert(0, _prices("real-time prices", real_time_prices, currency))
    sky = _weather(weather)
    refuse_other_offsets([*reversed(prices), sky])  # day-ahead prices lead
    origins = [*prices, sky]
    dates, notes = common_days(origins)
    season = in_season(dates)
    if not season.any():
        raise InputError("dates", f"{dates[0]} to {dates[-1]}", "give days of Nov to Mar")
    if not season.all():
        notes.append(f"left out {int((~season).sum())} days that are not of November to March")
    of_weather, realised, expected = (origins[i].on(dates[season]) for i in (-1, 0, -2))
    return heater_scenarios(
        dates[season],
        of_weather,
        realised["buy_price_per_kwh"],
        expected["buy_price_per_kwh"],
        currency,
        sources={origin.label: origin.source for origin in origins},
        notes=notes,
    )


def _prices(label: str, source: CsvSource, currency: str) -> DayData:
    read = read_prices(source, step_minutes=STEP_MINUTES, clock_changes="drop")
    values = read.values * exchange_rate(read.currency or currency, currency)
    series = {"buy_price_per_kwh": values}
    return DayData(label, source_name(source), read.dates, series, read.dropped, read.offset_s)


def _weather(source: CsvSource) -> DayData:
    file = CsvFile.read(source)
    values = weather_values(file)
    grid = whole_days(file, "drop")
    series = {name: values[grid.rows, column] for column, name in enumerate(_COLUMNS)}
    return DayData("weather", source_name(source), grid.dates, series, grid.dropped, grid.offset_s)
