"""From files, pandas objects or arrays to heating days."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..csv_file import CsvFile, CsvSource
from ..day_grid import DroppedDay, Ints
from ..errors import InputError
from ..stn_tables import Floats
from ..value_checks import check_whole
from .heater_columns import (
    array_frames,
    as_file,
    metered_kwh,
    telemetry_values,
    weather_values,
)
from .heater_days import HOURS, HeaterDays, Telemetry
from .hourly import HOUR_S, Hourly, LocalClock, by_hours, first_charging_hour, refuse_short_gaps

if TYPE_CHECKING:
    from .heater_columns import Table

_FIRST_HOUR = 22
_ARRAY_START = np.datetime64("2000-01-01", "D")
_SLOWEST_SENSORS_S = 900
_SAME_ENERGY = (0.6, 1.2)
_LEAST_COMMON_H = 24


def read_heater_days(
    meter_source: CsvSource | None,
    weather_source: CsvSource,
    telemetry_source: CsvSource | None = None,
    *,
    first_hour: int | None = None,
) -> HeaterDays:
    """Read a meter, the weather that its heater saw, and perhaps the heater's sensors.

    Hours are counted in the offset of the first row of the weather, all year, so no day is lost to
    a change of clocks. Steps finer than an hour are summed (energy) or averaged (weather).

    Args:
        meter_source: CSV `time` with one column `energy_kwh`, `energy_mwh` (of the step) or
            `power_kw` (mean of the step); rows may be missing, fields empty. None for no meter.
        weather_source: CSV `time,ambient_c` and, if known, `wind_m_per_s`, `ghi_w_per_m2`. Whole
            days may be missing.
        telemetry_source: CSV `time,brick_c,water_c,power_kw,fan` in steps of 15 minutes at most;
            rows may be missing, fields empty. Temperatures are those at the start of the step.
        first_hour: clock hour at which days begin; None for the one before which charging never
            begins (22 h without a meter).

    Raises:
        InputError: anything wrong in a file, by line; steps that do not fit together.
    """
    return _days(
        None if meter_source is None else CsvFile.read(meter_source),
        CsvFile.read(weather_source),
        None if telemetry_source is None else CsvFile.read(telemetry_source),
        first_hour,
    )


def heater_days(
    meter: Table | None,
    weather: Table,
    telemetry: Table | None = None,
    *,
    first_hour: int | None = None,
    first_day: np.datetime64 = _ARRAY_START,
) -> HeaterDays:
    """The same as `read_heater_days`, from Python objects.

    Args:
        meter: pandas object with a time-zone-aware DatetimeIndex and the columns of a file (a
            Series without name is in kWh); or an array [days, steps] in kWh; or None.
        weather: the same (a Series without name is the outside temperature); an array is
            [days, steps] in degC, or [days, steps, 3] with wind and irradiance.
        telemetry: the same; an array is [days, steps, 4] in the order of the columns of a file.
        first_hour: as in `read_heater_days`. Rows of arrays are days as they are cut, best before
            charging begins; they have no dates and count from `first_day` on.
        first_day: date of the first row of arrays.

    Raises:
        InputError: as `read_heater_days`, by row; a mixture of pandas objects and arrays.
    """
    import pandas as pd

    given = {"meter": meter, "weather": weather, "telemetry": telemetry}
    given = {name: each for name, each in given.items() if each is not None}
    in_pandas = [isinstance(each, pd.Series | pd.DataFrame) for each in given.values()]
    if any(in_pandas) and not all(in_pandas):
        kinds = {name: type(each).__name__ for name, each in given.items()}
        raise InputError("inputs", kinds, "give all as pandas objects, or all as arrays")
    if not any(in_pandas):
        given, first_hour = array_frames(given, first_day), 0
    files = {name: as_file(name, each) for name, each in given.items()}
    return _days(files.get("meter"), files["weather"], files.get("telemetry"), first_hour)


def _days(
    meter: CsvFile | None, weather: CsvFile, telemetry: CsvFile | None, first_hour: int | None
) -> HeaterDays:
    clock = LocalClock.of(weather)
    sky = by_hours(weather, weather_values(weather), clock, total=False)
    refuse_short_gaps(weather, sky)
    load = None
    if meter is not None:
        energy_kwh = metered_kwh(meter, clock.seconds(meter)[1])
        load = by_hours(meter, energy_kwh[:, None], clock, total=True)
    if first_hour is None:
        first_hour = _FIRST_HOUR if load is None else first_charging_hour(load)
    check_whole("first_hour", first_hour, high=HOURS - 1)
    start = sky.first + (first_hour - sky.first) % HOURS
    count = (sky.first + len(sky.values) - start) // HOURS
    if count < 1:
        raise InputError(weather.name, f"{len(sky.values)} hours", "give at least one whole day")
    air = sky.cut(start, count)
    nothing = np.full((count, HOURS), np.nan)
    dates = ((start + HOURS * np.arange(count)) * HOUR_S).astype("datetime64[s]")
    days = HeaterDays(
        dates.astype("datetime64[D]"), first_hour,
        nothing if load is None else load.cut(start, count)[..., 0],
        air[..., 0], air[..., 1], air[..., 2], nothing[:, 0], clock.offset_s,
    )  # fmt: skip
    if meter is not None:
        _check_meter(meter, days)
    if telemetry is not None:
        days = _with_sensors(days, telemetry, clock, load, start)
    known = np.asarray(np.isfinite(air).all(axis=(1, 2)))
    return _usable(days, known, meter is not None)


def _check_meter(meter: CsvFile, days: HeaterDays) -> None:
    read = np.isfinite(days.energy_kwh)
    if not read.any():
        fix = f"no reading falls on a day of the weather ({days.dates[0]} to {days.dates[-1]})"
        raise InputError(meter.name, "no reading", f"{fix}; check dates and offsets")
    if not np.nansum(days.energy_kwh) > 0.0:
        raise InputError(meter.name, 0.0, "the meter shows no consumption; check column and unit")


def _with_sensors(
    days: HeaterDays, file: CsvFile, clock: LocalClock, load: Hourly | None, start: int
) -> HeaterDays:
    """The days with telemetry, and the brick temperature with which each begins."""
    local_s, step_s = clock.seconds(file)
    values = telemetry_values(file)
    if step_s > _SLOWEST_SENSORS_S:
        raise InputError(
            f"{file.name} step",
            f"{step_s / 60:g} min",
            "give steps of 15 minutes or finer: within a step, power and fan are taken as constant",
        )
    if load is not None:
        power = by_hours(file, values[:, 2:3], clock, total=False)
        _check_same_energy(file, power, load)
    row = ((local_s - local_s[0]) // step_s).astype(np.int64)
    grid = np.full((int(row[-1]) + 1, values.shape[1]), np.nan)
    grid[row] = values
    sensors = Telemetry(grid[:, 0], grid[:, 1], grid[:, 2], grid[:, 3], step_s / HOUR_S)
    begins_s = (start + HOURS * np.arange(days.days)) * HOUR_S
    return replace(days, telemetry=sensors, brick_c=_at(begins_s, local_s, values[:, 0]))


def _at(wanted_s: Ints, local_s: Ints, values: Floats) -> Floats:
    """The values of rows at points in time, NaN where there is no row."""
    row = np.searchsorted(local_s, wanted_s).clip(max=len(local_s) - 1)
    return np.asarray(np.where(local_s[row] == wanted_s, values[row], np.nan), np.float64)


def _check_same_energy(file: CsvFile, power: Hourly, load: Hourly) -> None:
    """Refuse telemetry whose power is not that of the meter."""
    hours = len(power.values)
    metered_kwh = load.cut(power.first, -(-hours // HOURS)).reshape(-1)[:hours]
    both = np.isfinite(metered_kwh) & np.isfinite(power.values[:, 0])
    if both.sum() < _LEAST_COMMON_H or not metered_kwh[both].sum() > 0.0:
        return
    share = float(power.values[both, 0].sum() / metered_kwh[both].sum())
    if not _SAME_ENERGY[0] <= share <= _SAME_ENERGY[1]:
        raise InputError(
            f"{file.name} power_kw",
            f"{share:.3g} of the metered energy",
            "power and meter must tell of the same heater; check units, step and offset of both",
        )


def _usable(days: HeaterDays, known: NDArray[np.bool_], with_meter: bool) -> HeaterDays:
    """The days with weather, and a list of what is wrong with the others."""
    missing = np.isnan(days.energy_kwh).sum(axis=1)
    left_out = [DroppedDay(date, "no weather") for date in days.dates[~known]]
    if with_meter:
        read = np.flatnonzero(missing < HOURS)
        for place in np.flatnonzero(known & (missing > 0)):
            if read[0] <= place <= read[-1]:
                reason = f"{missing[place]} of 24 hours of the meter are missing"
                left_out.append(DroppedDay(days.dates[place], reason))
    if not known.any():
        raise InputError("weather", "no whole day", "give at least one day with all of its hours")
    return replace(days.take(known), left_out=tuple(sorted(left_out)))
