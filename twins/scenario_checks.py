"""What makes arrays into scenarios: every check of `Scenarios`, one function an idea."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .outlook import DrEvent
from .series import SERIES

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]


def check_clock(step_minutes: int, start_hour: int) -> None:
    """Refuse steps that do not divide the hour and hours that no clock shows."""
    if step_minutes <= 0 or 60 % step_minutes:
        raise InputError("step_minutes", step_minutes, "use a divisor of 60, such as 60 or 15")
    if start_hour not in range(24):
        raise InputError("start_hour", start_hour, "use 0 to 23")


def checked_dates(given: object) -> Dates:
    """A copy as days [D]; refuse what is no date, repeats or does not rise."""
    try:
        dates: Dates = np.array(given, dtype="datetime64[D]")
    except ValueError as error:
        raise InputError("scenarios dates", str(error), "write dates as '2024-05-22'") from None
    if dates.ndim != 1 or not len(dates):
        raise InputError("scenarios dates", dates.shape, "give at least one day")
    if np.isnat(dates).any():
        raise InputError("scenarios dates", "NaT", "give every day a date")
    falls = np.flatnonzero(np.diff(dates) <= np.timedelta64(0))
    if len(falls):
        date = str(dates[falls[0] + 1])
        raise InputError("scenarios dates", date, "sort the days and name each date once")
    return dates


def check_series(series: Mapping[str, Floats], dates: Dates) -> None:
    """Refuse unknown series, shapes that differ and values that are NaN or implausible."""
    if not series:
        raise InputError("scenarios series", (), f"give at least one of {', '.join(SERIES)}")
    shape = (len(dates), *next(iter(series.values())).shape[-1:])
    for name, values in series.items():
        label = f"scenarios series {name!r}"
        if name not in SERIES:
            raise InputError(label, name, f"use one of {', '.join(SERIES)}")
        if values.shape != shape or not values.size:
            raise InputError(f"{label} shape", values.shape, f"give {shape}, [days, steps]")
        spec = SERIES[name]
        bad = ~((values >= spec.low) & (values <= spec.high))
        if bad.any():
            day, step = np.unravel_index(int(bad.argmax()), shape)
            raise InputError(
                f"{label} on {dates[day]} step {step}",
                float(values[day, step]),
                f"give numbers of {spec.low:g} to {spec.high:g} {spec.unit}",
            )


def check_weight(weight: Floats, dates: Dates) -> None:
    """Refuse weights that are not one positive number a day."""
    if weight.shape != dates.shape:
        raise InputError("scenarios weight shape", weight.shape, f"give {dates.shape}, one a day")
    bad = ~((weight > 0) & np.isfinite(weight))
    if bad.any():
        day = int(bad.argmax())
        raise InputError(
            f"scenarios weight on {dates[day]}", float(weight[day]), "give a number above 0"
        )


def check_events(events: Sequence[DrEvent | None], dates: Dates, n_steps: int) -> None:
    """Refuse events that do not fit the day or award nothing."""
    if len(events) != len(dates):
        raise InputError("scenarios dr_events", len(events), f"give {len(dates)}, one a day")
    for date, event in zip(dates, events, strict=True):
        if event is None:
            continue
        steps = (event.notice_step, event.start_step, event.end_step)
        label = f"scenarios dr_events on {date}"
        if not 0 <= steps[0] <= steps[1] < steps[2] <= n_steps:
            fix = f"give 0 <= notice_step <= start_step < end_step <= {n_steps}"
            raise InputError(label, steps, fix)
        if not 0 < event.award_kw < math.inf:
            raise InputError(f"{label} award_kw", event.award_kw, "give a capacity above 0")
