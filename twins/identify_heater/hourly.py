"""Files of any regular step laid out on the hours of one clock, and cut into heating days."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..csv_file import CsvFile
from ..day_grid import Ints, read_clock
from ..errors import InputError
from ..stn_tables import Floats
from .heater_days import HOURS

HOUR_S = 3600

_IDLE_SHARE = 0.2


class LocalClock(NamedTuple):
    """The clock of all files: that of the first row of the weather, all year."""

    offset_s: int | None
    """Local time less UTC [s]; None for files without offsets."""

    @classmethod
    def of(cls, weather: CsvFile) -> LocalClock:
        """The clock that a weather file begins with."""
        clock = read_clock(weather)
        return cls(int(clock.offset_s[0]) if clock.has_offsets else None)

    def seconds(self, file: CsvFile) -> tuple[Ints, int]:
        """Local time of each row of a file [N] and its step [s].

        Raises:
            InputError: times with offsets beside files without, or the reverse.
        """
        clock = read_clock(file)
        if clock.has_offsets == (self.offset_s is None):
            given = {file.name: clock.has_offsets, "weather": not clock.has_offsets}
            fix = "write the times of all files with their time-zone offset, or of none"
            raise InputError("time-zone offsets", given, fix)
        return clock.utc_s + (self.offset_s or 0), clock.step_s


class Hourly(NamedTuple):
    """Series by local hours."""

    first: int
    """Hours since 1970 of the first row."""
    values: Floats
    """[H, C], NaN where a reading is missing."""

    def cut(self, start: int, days: int) -> Floats:
        """The hours of days from an hour on [days, 24, C]."""
        wanted = start - self.first + np.arange(days * HOURS)
        there = (wanted >= 0) & (wanted < len(self.values))
        rows = self.values[wanted.clip(0, len(self.values) - 1)]
        return np.asarray(np.where(there[:, None], rows, np.nan)).reshape(days, HOURS, -1)


def by_hours(file: CsvFile, values: Floats, clock: LocalClock, *, total: bool) -> Hourly:
    """Values of the rows of a file [N, C], summed (total) or averaged over hours.

    An hour of which a reading is missing is NaN.

    Raises:
        InputError: a step that does not make hours.
    """
    local_s, step_s = clock.seconds(file)
    uneven = (local_s % step_s != 0).any()
    if step_s > HOUR_S or HOUR_S % step_s or uneven:
        raise InputError(
            f"{file.name} step",
            f"{step_s / 60:g} min"
            + (f" at {int(local_s[0]) % HOUR_S // 60} min" if uneven else ""),
            "give steps of 60, 30, 15, 10 or 5 minutes that begin with the hour of the weather",
        )
    hour = local_s // HOUR_S
    first = int(hour[0])
    row, size = hour - first, int(hour[-1]) - first + 1
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, row, values)
    per_hour = HOUR_S // step_s
    sums[np.bincount(row, minlength=size) < per_hour] = np.nan
    return Hourly(first, sums if total else sums / per_hour)


def refuse_short_gaps(weather: CsvFile, sky: Hourly) -> None:
    """Refuse hours without weather that are no whole day.

    Raises:
        InputError: naming the first of them.
    """
    missing = np.asarray(np.isnan(sky.values).any(axis=1))
    missing[0] = missing[-1] = False  # the file begins or ends within these hours
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(int)))
    for start, end in edges.reshape(-1, 2).tolist():
        if end - start < HOURS:
            hour_s = np.datetime64((sky.first + start) * HOUR_S, "s")
            raise InputError(
                f"{weather.name} time",
                str(hour_s),
                f"{end - start} h of weather are missing from here on: add their rows, or remove a "
                "whole day, which is then left out",
            )


def first_charging_hour(load: Hourly) -> int:
    """The clock hour before which charging never begins: the end of the longest idle time.

    Args:
        load: energy of each hour [H, 1].
    """
    hour = (load.first + np.arange(len(load.values))) % HOURS
    read = np.isfinite(load.values[:, 0])
    total_kwh = np.bincount(hour[read], load.values[read, 0], HOURS)
    mean_kwh = total_kwh / np.maximum(np.bincount(hour[read], minlength=HOURS), 1)
    idle = np.tile(mean_kwh < _IDLE_SHARE * mean_kwh.max(), 2)
    length, best, start = 0, 0, 0
    for place, stands in enumerate(idle):
        length = length + 1 if stands else 0
        if length > best:
            best, start = length, place + 1
    return start % HOURS
