"""Rows of a CSV file laid out as whole local days, with every fault of a clock found."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .csv_file import CsvFile
from .errors import InputError

ClockChanges = Literal["raise", "drop"]
"""What to do with the days of 23 or 25 hours."""

Dates = NDArray[np.datetime64]
Ints = NDArray[np.int64]

_DAY_S = 24 * 3600


class DroppedDay(NamedTuple):
    """A day that was left out, and why."""

    date: np.datetime64
    reason: str


class DayGrid(NamedTuple):
    """Which row of a file holds which step of which day."""

    dates: Dates
    """[D] whole days."""
    rows: Ints
    """[D, S] row of each step, S steps a day."""
    dropped: tuple[DroppedDay, ...]
    offset_s: Ints | None
    """[D] local time less UTC of each day; None where the file has no offsets."""


class Clock(NamedTuple):
    """When each row of a file begins."""

    local: Dates
    """[N] local time as written."""
    offset_s: Ints
    """[N] local time less UTC; 0 where the file has no offsets."""
    has_offsets: bool
    step_s: int
    """Regular distance of the rows, some of which may be missing."""

    @property
    def utc_s(self) -> Ints:
        """[N] seconds since 1970 in UTC (in local time where the file has no offsets)."""
        seconds: Ints = self.local.astype(np.int64) - self.offset_s
        return seconds


def read_clock(file: CsvFile) -> Clock:
    """Read the times of a file, which rise on a regular grid; rows may be missing.

    Times stand in a column `time` (ISO 8601 with offset), or in `date` (or `date_ept`) and `hour`.

    Raises:
        InputError: times that cannot be read, have no offset, are not sorted, come twice or are
            irregular.
    """
    has_offsets = "time" in file.frame
    local, offset_s = _times(file) if has_offsets else _dates_and_hours(file)
    return Clock(local, offset_s, has_offsets, _native_step_s(file, local, offset_s))


def whole_days(file: CsvFile, clock_changes: ClockChanges = "raise") -> DayGrid:
    """Lay the rows of a file out as whole local days.

    Times stand in a column `time` (ISO 8601 with offset; the day is the local one), or in `date`
    (or `date_ept`) and `hour`. Days that the file begins or ends within, days between that it
    lacks altogether and, with `clock_changes="drop"`, clock-change days are left out and listed.

    Raises:
        InputError: times that cannot be read, have no offset, are not sorted, come twice, are
            irregular or leave out a step within a day; a clock-change day, with
            `clock_changes="raise"`; no whole day at all.
    """
    clock = read_clock(file)
    date_of_row = clock.local.astype("datetime64[D]")
    dates, day_of_row = np.unique(date_of_row, return_inverse=True)
    slot_of_row = (clock.local - date_of_row).astype(np.int64) // clock.step_s
    rows = np.full((len(dates), _DAY_S // clock.step_s), -1, dtype=np.int64)
    rows[day_of_row, slot_of_row] = np.arange(len(day_of_row))

    changed = _clock_change_days(file, clock, day_of_row, clock_changes)
    partial = _partial_days(file, dates, rows, changed)
    whole = np.setdiff1d(np.arange(len(dates)), np.concatenate([changed, partial]))
    if not len(whole):
        raise InputError(file.name, f"{len(date_of_row)} rows", "give at least one whole day")
    absent = np.setdiff1d(np.arange(dates[0], dates[-1]), dates)
    dropped = [
        *(DroppedDay(date, "clock change") for date in dates[changed]),
        *(DroppedDay(date, "incomplete at the edge of the file") for date in dates[partial]),
        *(DroppedDay(date, "not in the file") for date in absent),
    ]
    offset_s = clock.offset_s[rows[whole, 0]] if clock.has_offsets else None
    return DayGrid(dates[whole], rows[whole], tuple(sorted(dropped)), offset_s)


def step_times(dates: Dates, steps: int, offset_s: Ints | None) -> NDArray[np.str_]:
    """Beginning of each step of each day [D, steps], such as `2024-05-22T00:15:00+02:00`.

    Without `offset_s` [D], the times say nothing of the time zone.
    """
    starts = np.arange(0, _DAY_S, _DAY_S // steps).astype("timedelta64[s]")
    times = np.datetime_as_string(dates.astype("datetime64[s]")[:, None] + starts)
    if offset_s is None:
        return np.asarray(times)
    zones = [zone(int(offset)) for offset in offset_s]
    return np.asarray(np.char.add(times, np.array(zones)[:, None]))


def zone(offset_s: int) -> str:
    """An offset from UTC as times end in it, such as `+02:00`."""
    minutes = abs(offset_s) // 60
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"


def _times(file: CsvFile) -> tuple[Dates, Ints]:
    """Local times, and their distances from UTC."""
    import pandas as pd

    text = file.column("time").fillna("")
    utc = pd.to_datetime(text, utc=True, format="ISO8601", errors="coerce")
    example = "2024-05-22T00:00:00+02:00"
    file.refuse("time", utc.isna().to_numpy(), f"write the time as in {example}")
    codes, endings = pd.factorize(
        pd.Series([stamp[-6:] for stamp in text.to_numpy(object)], dtype=str)
    )
    offsets = [_offset_s(ending) for ending in endings]
    naive = np.array([offset is None for offset in offsets])[codes]
    file.refuse("time", naive, f"add the time-zone offset, as in {example}")
    offset_s = np.array(offsets, dtype=np.int64)[codes]
    utc_time = utc.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return utc_time + offset_s.astype("timedelta64[s]"), offset_s


def _offset_s(ending: str) -> int | None:
    """Seconds ahead of UTC that the last six characters of a time say, if they say any."""
    if ending.endswith("Z"):
        return 0
    if ending[0] not in "+-" or ending[3] != ":":
        return None
    return (-1 if ending[0] == "-" else 1) * (int(ending[1:3]) * 60 + int(ending[4:])) * 60


def _dates_and_hours(file: CsvFile) -> tuple[Dates, Ints]:
    """Local times, with a distance of 0."""
    import pandas as pd

    name = "date_ept" if "date_ept" in file.frame else "date"
    if name not in file.frame:
        raise InputError(
            f"{file.name} columns",
            list(file.frame.columns),
            "add the column 'time', or the columns 'date' and 'hour'",
        )
    dates = pd.to_datetime(file.column(name), format="%Y-%m-%d", errors="coerce")
    file.refuse(name, dates.isna().to_numpy(), "write the date as in 2024-05-22")
    hours = file.numbers("hour", 0, 23)
    file.refuse("hour", hours % 1 != 0, "give whole hours 0 to 23, hour beginning")
    local = dates.to_numpy().astype("datetime64[s]") + (hours * 3600).astype("timedelta64[s]")
    return local, np.zeros(len(local), dtype=np.int64)


def _native_step_s(file: CsvFile, local: Dates, offset_s: Ints) -> int:
    """The step of the file, once its times are known to rise on a regular grid."""
    local_s = local.astype(np.int64)
    gaps = np.diff(local_s - offset_s)
    if not len(gaps):
        raise InputError(file.name, "1 row", "give at least one whole day")
    if (gaps <= 0).any():
        _refuse_order(file, local, offset_s)
    step_s = int(np.median(gaps))
    irregular = local_s % step_s != 0 if _DAY_S % step_s == 0 else np.ones(len(local_s), np.bool_)
    if irregular.any():
        row = int(irregular.argmax())
        raise InputError(
            f"{file.at(row)} time",
            str(local[row]),
            f"the step is irregular; give every row the same step that divides the day (most "
            f"are {step_s / 60:g} min apart), or one file for each step",
        )
    return step_s


def _refuse_order(file: CsvFile, local: Dates, offset_s: Ints) -> None:
    utc_s = local.astype(np.int64) - offset_s
    _, first_row, count = np.unique(utc_s, return_index=True, return_counts=True)
    if (count > 1).any():
        first = int(first_row[count > 1].min())
        row = int(np.flatnonzero(utc_s == utc_s[first])[1])
        fix = f"the time is duplicated: {file.at(first)} has it too; keep one of the two"
    else:
        row = int((np.diff(utc_s) < 0).argmax()) + 1
        fix = "the rows are not sorted: this time is before that of the last row; sort them"
    raise InputError(f"{file.at(row)} time", str(local[row]), fix)


def _clock_change_days(
    file: CsvFile, clock: Clock, day_of_row: Ints, clock_changes: ClockChanges
) -> Ints:
    change = np.flatnonzero((np.diff(clock.offset_s) != 0) & (np.diff(day_of_row) == 0))
    if len(change) and clock_changes == "raise":
        row = int(change[0]) + 1
        raise InputError(
            f"{file.at(row)} time",
            str(clock.local[row]),
            "the clock changes on this day, so it has not 24 hours; remove its rows, or read with "
            'clock_changes="drop" to leave such days out',
        )
    return np.unique(day_of_row[change])


def _partial_days(file: CsvFile, dates: Dates, rows: Ints, changed: Ints) -> Ints:
    """Days that the file begins or ends within; a step missing anywhere else is an error."""
    missing = rows < 0
    missing[changed] = False
    present = np.flatnonzero(rows >= 0)
    inside = missing.copy()
    inside.flat[: present[0]] = False
    inside.flat[present[-1] :] = False
    if inside.any():
        day, slot = np.unravel_index(int(inside.argmax()), inside.shape)
        start_s = int(slot) * (_DAY_S // rows.shape[1])
        raise InputError(
            f"{file.name} time",
            str(dates[day] + np.timedelta64(start_s, "s")),
            "this step is missing; add its row, or remove all rows of the day",
        )
    return np.flatnonzero(missing.any(axis=1))
