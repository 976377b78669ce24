"""What a forecast looks at, from what is known when it is made."""

from __future__ import annotations

import numpy as np

from ..stn_tables import Floats, Ints
from .load_series import LoadSeries

RECENT = 3
"""Last readings that are looked at one by one."""

DAYS_PER_WEEK = 7


def feature_names(series: LoadSeries) -> tuple[str, ...]:
    """Names of the features, in the order of `features`."""
    return (
        *(f"load {k} steps ago" for k in range(1, RECENT + 1)),
        *("mean load of the last day", "load a day before", "load two days before"),
        *("load a week before", "step of the day", "weekday", "weekend"),
        *(f"{name} then" for name in series.known),
        *(f"{name} over the day up to then" for name in series.known),
        *(f"{name}, rank in its day" for name in series.known),
        *(f"{name} now" for name in series.measured),
    )


def features(series: LoadSeries, origins: Ints, ahead: int, horizon: int) -> Floats:
    """What is known at origins of a step ahead of each [O, F]; NaN where it is missing.

    An origin is the first step whose load is not known yet. A day, two days and a week before the
    target are moved back by whole periods until they lie before the origin.

    Args:
        series: the load, longer than the last origin plus `ahead`.
        origins: steps [O].
        ahead: the target is the step `origin + ahead`.
        horizon: known series are looked at before the step `origin + horizon`.
    """
    day, target = series.per_day, origins + ahead
    back = ahead // day + 1
    weeks = ahead // (DAYS_PER_WEEK * day) + 1
    load = series.load_kw
    weekday = series.weekday(target)
    columns = [
        *(_at(load, origins - k) for k in range(1, RECENT + 1)),
        _mean(load, origins - day, origins),
        _at(load, target - back * day),
        _at(load, target - (back + 1) * day),
        _at(load, target - weeks * DAYS_PER_WEEK * day),
        series.step_of_day(target),
        weekday,
        weekday >= DAYS_PER_WEEK - 2,
        *(_at(each, target) for each in series.known.values()),
        *(_mean(each, target + 1 - day, target + 1) for each in series.known.values()),
        *(_rank(each, target, series, origins + horizon) for each in series.known.values()),
        *(_at(each, origins - 1) for each in series.measured.values()),
    ]
    return np.column_stack([np.asarray(column, np.float64) for column in columns])


def _at(values: Floats, steps: Ints) -> Floats:
    """Values at steps; NaN before the first."""
    return np.where(steps >= 0, values[np.maximum(steps, 0)], np.nan)


def _mean(values: Floats, start: Ints, end: Ints) -> Floats:
    """Mean of the readings from start to before end, as far as there are any; else NaN."""
    low, high = np.clip(start, 0, len(values)), np.clip(end, 0, len(values))
    read = np.isfinite(values)
    total = np.concatenate([[0.0], np.cumsum(np.where(read, values, 0.0))])
    count = np.concatenate([[0], np.cumsum(read)])
    number = count[high] - count[low]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(number > 0, (total[high] - total[low]) / number, np.nan))


def _rank(values: Floats, target: Ints, series: LoadSeries, end: Ints) -> Floats:
    """Share of the target's day, as far as it lies before the end, that is lower."""
    midnight = target - series.step_of_day(target)
    lower, number = np.zeros(len(target)), np.zeros(len(target))
    for step in range(series.per_day):
        at = midnight + step
        inside = (at >= 0) & (at < np.minimum(end, len(values)))
        lower += inside & (_at(values, np.minimum(at, len(values) - 1)) < values[target])
        number += inside
    return lower / number
