"""Readers of price, PV and weather CSV files: whole local days, or an error that names the line.

The formats are described in `docs/data.md`. A step of the file that is finer than the wanted one
is averaged, a coarser one is held.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from .csv_file import CsvFile, CsvSource, Floats
from .day_grid import ClockChanges, Dates, DayGrid, DroppedDay, Ints, step_times, whole_days
from .errors import InputError
from .value_checks import check_prices

MINUTES_PER_DAY = 24 * 60

_PRICE_COLUMN = re.compile(r"(?:\w+_)?price_([a-z]{3})_per_(kwh|mwh)|buy_price_per_(kwh)")
_MIN_TYPICAL_PRICE_PER_MWH = 0.5
_MIN_HIGHEST_PRICE_PER_MWH = 5.0

MAX_PV_CF = 1.2

_PV_COLUMNS = MappingProxyType(
    {"measured_cf": ("kW/kW", 0.0, MAX_PV_CF), "day_ahead_cf": ("kW/kW", 0.0, MAX_PV_CF)}
)
WEATHER_COLUMNS = MappingProxyType(
    {
        "temp_c": ("degC", -60.0, 60.0),
        "wind_m_per_s": ("m/s", 0.0, 75.0),
        "ghi_w_per_m2": ("W/m2", 0.0, 1500.0),
        "cloud_cover_pct": ("%", 0.0, 100.0),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class DailySeries:
    """A series over whole days. Arrays are read-only.

    Args:
        dates: local dates [D], rising.
        values: one row a day [D, S], S = 24 * 60 / step_minutes steps from midnight on.
        unit: of the values.
        currency: ISO code of prices; None for prices in the plant's own currency and for series
            that are no prices.
        dropped: days left out, each with the reason.
        offset_s: local time less UTC of each day [D], [s]; None for a file without offsets.
    """

    dates: Dates
    values: Floats
    unit: str
    currency: str | None = None
    dropped: tuple[DroppedDay, ...] = ()
    offset_s: Ints | None = None

    def __post_init__(self) -> None:
        self.dates.setflags(write=False)
        self.values.setflags(write=False)

    @property
    def times(self) -> NDArray[np.str_]:
        """Beginning of each step [D, S] in ISO 8601, with offset if the file had offsets."""
        return step_times(self.dates, self.values.shape[1], self.offset_s)


def read_prices(
    source: CsvSource, *, step_minutes: int = 60, clock_changes: ClockChanges = "raise"
) -> DailySeries:
    """Read prices, converted to currency/kWh.

    The file has times (`time`, ISO 8601 with offset; or `date` and `hour`) and one column
    `[...]price_<currency>_per_mwh`, `[...]price_<currency>_per_kwh` or `buy_price_per_kwh` (the
    plant's own currency).

    Args:
        source: path or open file, plain or gzipped.
        step_minutes: wanted step [min].
        clock_changes: `"raise"` or `"drop"` days of 23 or 25 hours.

    Raises:
        InputError: anything wrong in the file, by line; a step that does not fit the file's.
    """
    return prices_of(CsvFile.read(source), step_minutes, clock_changes)


def prices_of(
    file: CsvFile, step_minutes: int | None = None, clock_changes: ClockChanges = "raise"
) -> DailySeries:
    """Prices of a parsed file, as `read_prices`; at the file's own step if none is wanted.

    Raises:
        InputError: as `read_prices`.
    """
    column, currency, unit = _price_column(file)
    prices = file.numbers(column)
    if unit == "kwh":
        check_prices(prices, lambda row: f"{file.at(row)} {column}")
    else:
        _check_per_mwh(file, column, prices)
        prices = prices / 1000
    grid = whole_days(file, clock_changes)
    return _series(grid, prices, step_minutes, f"{currency or 'currency'}/kWh", currency)


def read_pv(
    source: CsvSource, *, step_minutes: int = 60, clock_changes: ClockChanges = "raise"
) -> dict[str, DailySeries]:
    """Read PV capacity factors `measured_cf` and `day_ahead_cf` [kW per kW installed].

    Args:
        source: path or open file, plain or gzipped, with times as `read_prices` takes them.
        step_minutes: wanted step [min].
        clock_changes: `"raise"` or `"drop"` days of 23 or 25 hours.

    Raises:
        InputError: anything wrong in the file, by line; a step that does not fit the file's.
    """
    return _read_columns(source, _PV_COLUMNS, step_minutes, clock_changes)


def read_weather(
    source: CsvSource, *, step_minutes: int = 60, clock_changes: ClockChanges = "raise"
) -> dict[str, DailySeries]:
    """Read `temp_c`, `wind_m_per_s`, `ghi_w_per_m2` and `cloud_cover_pct`.

    Args:
        source: path or open file, plain or gzipped, with times as `read_prices` takes them.
        step_minutes: wanted step [min].
        clock_changes: `"raise"` or `"drop"` days of 23 or 25 hours.

    Raises:
        InputError: anything wrong in the file, by line; a step that does not fit the file's.
    """
    return _read_columns(source, WEATHER_COLUMNS, step_minutes, clock_changes)


def to_step(values: Floats, step_minutes: int) -> Floats:
    """Convert days [D, S] to another step [D, 24 * 60 / step_minutes].

    Finer steps are averaged (the mean of the day is kept), coarser ones held.

    Raises:
        InputError: a step that does not divide the day, or neither divides nor is a multiple of
            the step of the values.
    """
    days, steps = values.shape
    native = MINUTES_PER_DAY // steps
    if step_minutes > 0 and MINUTES_PER_DAY % step_minutes == 0:
        if step_minutes % native == 0:
            grouped: Floats = values.reshape(days, -1, step_minutes // native)
            return np.asarray(grouped.mean(axis=2))
        if native % step_minutes == 0:
            return np.repeat(values, native // step_minutes, axis=1)
    raise InputError(
        "step_minutes", step_minutes, f"use a divisor or a multiple of the data's {native} min"
    )


def _price_column(file: CsvFile) -> tuple[str, str | None, str]:
    """Name, currency (None for the plant's own) and energy unit of the one price column."""
    matches = [match for name in file.frame if (match := _PRICE_COLUMN.fullmatch(str(name)))]
    if len(matches) == 1:
        match = matches[0]
        currency = match[1].upper() if match[1] else None
        return match[0], currency, match[2] or match[3]
    wanted = "price_<currency>_per_mwh, price_<currency>_per_kwh or buy_price_per_kwh"
    if matches:
        names = [match[0] for match in matches]
        raise InputError(f"{file.name} columns", names, "keep one price column")
    unknown = [str(name) for name in file.frame if "price" in str(name).lower()]
    if unknown:
        raise InputError(f"{file.name} column", unknown[0], f"unknown unit; name it {wanted}")
    columns = list(file.frame.columns)
    raise InputError(f"{file.name} columns", columns, f"add a price column: {wanted}")


def _check_per_mwh(file: CsvFile, column: str, prices: Floats) -> None:
    """Refuse prices that are so small that they must be per kWh.

    A day of glut may have a typical price near 0 too, but not without an hour of real prices.
    """
    size = np.abs(prices)
    if np.median(size) < _MIN_TYPICAL_PRICE_PER_MWH and size.max() < _MIN_HIGHEST_PRICE_PER_MWH:
        raise InputError(
            f"{file.name} {column}",
            float(np.median(size)),
            "so low a median per MWh is implausible; are the prices per kWh?",
        )


def _read_columns(
    source: CsvSource,
    columns: MappingProxyType[str, tuple[str, float, float]],
    step_minutes: int,
    clock_changes: ClockChanges,
) -> dict[str, DailySeries]:
    file = CsvFile.read(source)
    values = {name: file.numbers(name, low, high) for name, (_, low, high) in columns.items()}
    grid = whole_days(file, clock_changes)
    return {
        name: _series(grid, values[name], step_minutes, unit)
        for name, (unit, *_) in columns.items()
    }


def _series(
    grid: DayGrid, values: Floats, step_minutes: int | None, unit: str, currency: str | None = None
) -> DailySeries:
    by_day: Floats = values[grid.rows]
    if step_minutes is not None:
        by_day = to_step(by_day, step_minutes)
    return DailySeries(grid.dates, by_day, unit, currency, grid.dropped, grid.offset_s)
