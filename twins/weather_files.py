"""Weather of a typical year from EPW and TMY3 files, read with pvlib (the extra `weather`).

The months of such a year come from different years. From November to March they are joined to one
winter, whose dates are made up.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import MappingProxyType

import numpy as np

from .day_grid import Dates
from .errors import InputError, MissingExtraError
from .heater_markets import HEATING_MONTHS
from .readers import WEATHER_COLUMNS, DailySeries
from .stn_tables import Floats, Ints

FIRST_WINTER = 2018
"""Year in which the made-up winter begins: its February has 28 days, as in typical years."""

_COLUMNS = MappingProxyType(
    {"temp_c": "temp_air", "wind_m_per_s": "wind_speed", "ghi_w_per_m2": "ghi"}
)
_MISSING = MappingProxyType({"temp_c": 99.9, "wind_m_per_s": 999.0, "ghi_w_per_m2": 9999.0})
"""What EPW files write for a value that is missing."""

_WARMEST_C = 15.0
_DAMAGED = (ValueError, KeyError, IndexError, OSError, TypeError, AttributeError)


def read_typical_winter(source: str | os.PathLike[str]) -> dict[str, DailySeries]:
    """Read the months November to March of an `.epw` file, or of a `.csv` file in TMY3 format.

    Args:
        source: path of the file.

    Returns:
        `temp_c`, `wind_m_per_s` and `ghi_w_per_m2` by the hour, on 151 days from 1 November 2018.

    Raises:
        MissingExtraError: without pvlib.
        InputError: a file that cannot be read; hours that are missing, come twice or are no
            hours; values that are missing or implausible, such as temperatures in degF or kelvin.
    """
    path = Path(source)
    stamps, table = _parsed(path)
    rows = _rows_by_hour(path.name, stamps)
    dates, series = _winter_dates(), {}
    for name, values in zip(_COLUMNS, table[rows].T, strict=True):
        unit, low, high = WEATHER_COLUMNS[name]
        _check(path.name, name, values, low, high)
        series[name] = DailySeries(dates, values.reshape(len(dates), 24).copy(), unit)
    _check_unit(path.name, series["temp_c"].values)
    return series


def _parsed(path: Path) -> tuple[Dates, Floats]:
    """Local time at which each hour begins [N], and the values of `_COLUMNS` [N, 3], by pvlib."""
    try:
        from pvlib.iotools import read_epw, read_tmy3
    except ImportError as error:
        raise MissingExtraError("pvlib", "weather") from error
    import pandas as pd

    if not path.is_file():
        raise InputError("weather file", str(path), "give a file that exists")
    ending = path.suffix.lower()
    if ending not in (".epw", ".csv"):
        raise InputError("weather file", str(path), "give an .epw file, or a .csv file of TMY3")
    try:
        if ending == ".epw":
            frame = read_epw(str(path))[0]
        else:
            frame = read_tmy3(str(path), map_variables=True)[0]
            frame.index -= pd.Timedelta(hours=1)  # TMY3 names the hour by its end
        table = frame[list(_COLUMNS.values())].apply(pd.to_numeric).to_numpy(np.float64)
        return frame.index.tz_localize(None).to_numpy().astype("datetime64[m]"), table
    except _DAMAGED as error:
        fix = f"it is not in the format of its ending; get it anew ({error})"
        raise InputError("weather file", str(path), fix) from error


def _winter_dates() -> Dates:
    return np.arange(f"{FIRST_WINTER}-11-01", f"{FIRST_WINTER + 1}-04-01", dtype="datetime64[D]")


def _rows_by_hour(name: str, stamps: Dates) -> Ints:
    """Row of each hour of the winter; refuse hours that are missing or come twice."""
    dates = _winter_dates()
    months = stamps.astype("datetime64[M]")
    month = months.astype(np.int64) % 12
    made_up = np.where(month > 6, FIRST_WINTER - 1970, FIRST_WINTER - 1969) * 12 + month
    since_month = stamps - months
    place = made_up.astype("datetime64[M]").astype("datetime64[m]") + since_month - dates[0]
    hour = place.astype("timedelta64[h]").astype(np.int64)
    leap_day = (month == 1) & (since_month >= np.timedelta64(28, "D"))
    rows = np.flatnonzero(np.isin(month + 1, HEATING_MONTHS) & ~leap_day)
    count = np.bincount(hour[rows], minlength=24 * len(dates))
    if count.min() > 1:
        fix = "give a file of hourly values; every hour comes as often"
        raise InputError(f"{name} step", f"{60 / count.min():g} min", fix)
    for wrong, what in ((count > 1, "comes twice; keep one"), (count < 1, "is missing; add it")):
        if wrong.any():
            when = _when(int(wrong.argmax()))
            raise InputError(f"{name} hour", when, f"from Nov to Mar, this hour {what}")
    ordered: Ints = rows[np.argsort(hour[rows], kind="stable")]
    return ordered


def _when(hour: int) -> str:
    """Month, day and clock time of an hour of the winter."""
    return f"{str(_winter_dates()[hour // 24])[5:]} {hour % 24:02d}:00"


def _check(name: str, series: str, values: Floats, low: float, high: float) -> None:
    missing = ~np.isfinite(values) | (values == _MISSING[series])
    unit = "kelvin or degF look like this" if series == "temp_c" else "check the unit"
    for wrong, fix in (
        (missing, "the value is missing; fill the gap"),
        ((values < low) | (values > high), f"keep it within {low:g} to {high:g}: {unit}"),
    ):
        if wrong.any():
            hour = int(wrong.argmax())
            raise InputError(f"{name} {series} on {_when(hour)}", float(values[hour]), fix)


def _check_unit(name: str, temp_c: Floats) -> None:
    mean_c = float(temp_c.mean())
    if mean_c > _WARMEST_C:
        raise InputError(
            f"{name} temp_c",
            round(mean_c, 2),
            "so warm a winter looks like degF; convert the file to degC",
        )
