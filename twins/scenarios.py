"""Days that a plant may meet: prices, generation, loads and events, one row a day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import InputError
from .outlook import DrEvent
from .scenario_checks import check_clock, check_events, check_series, check_weight, checked_dates
from .series import FORECAST_OF
from .series import SERIES as SERIES

Dates = NDArray[np.datetime64]
Floats = NDArray[np.float64]
Date = str | datetime.date | np.datetime64
SPLITS = ("train", "validation", "test", "all")


@dataclass(frozen=True, slots=True)
class Splits:
    """First dates of the validation and the test days; the days before train.

    Raises:
        InputError: test days that begin before the validation days.
    """

    validation_from: np.datetime64
    test_from: np.datetime64

    def __post_init__(self) -> None:
        if self.test_from < self.validation_from:
            raise InputError(
                "splits test_from", str(self.test_from), f"begin after {self.validation_from}"
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenarios:
    """Named series over D days of T steps. Arrays are copied from the caller's and read-only.

    Args:
        dates: local dates [D], rising.
        series: arrays [D, T] by name, in the units of `SERIES`.
        step_minutes: length of a step [min], a divisor of 60.
        start_hour: clock hour of the first step.
        currency: ISO code of all prices.
        weight: how many days each day stands for [D]; 1 each if empty.
        dr_events: the demand-response event of each day [D], or None on days without; empty for
            no events at all.
        splits: first dates of the validation and test days; None if all days serve every split.
        sources: where the series come from, by topic.
        notes: what the makers of the scenarios left out or ignored, one line each.

    Raises:
        InputError: naming the series and the date, for shapes that differ, NaN, implausible
            values, dates that repeat or do not rise, bad weights or bad events.
    """

    dates: Dates
    series: Mapping[str, Floats]
    step_minutes: int
    start_hour: int
    currency: str
    weight: Floats = field(default_factory=lambda: np.empty(0))
    dr_events: tuple[DrEvent | None, ...] = ()
    splits: Splits | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_clock(self.step_minutes, self.start_hour)
        dates = checked_dates(self.dates)
        series = {name: np.array(v, np.float64, order="C") for name, v in self.series.items()}
        check_series(series, dates)
        n_steps = next(iter(series.values())).shape[1]
        weight = np.array(self.weight if len(self.weight) else np.ones(len(dates)), np.float64)
        check_weight(weight, dates)
        dr_events = tuple(self.dr_events) or (None,) * len(dates)
        check_events(dr_events, dates, n_steps)
        for array in (dates, weight, *series.values()):
            array.setflags(write=False)
        object.__setattr__(self, "dates", dates)
        object.__setattr__(self, "series", MappingProxyType(series))
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "dr_events", dr_events)
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        object.__setattr__(self, "notes", tuple(self.notes))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy by way of the constructor, so that arrays stay read-only."""
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        state.update(series=dict(self.series), sources=dict(self.sources))
        return _restore, (state,)

    @property
    def n_days(self) -> int:
        """Number of days D."""
        return len(self.dates)

    @property
    def n_steps(self) -> int:
        """Steps a day T."""
        return int(next(iter(self.series.values())).shape[1])

    @property
    def generation_kw(self) -> Floats:
        """PV and wind power available [D, T]; 0 where there is neither."""
        return self._sum("pv_kw", "wind_kw")

    @property
    def generation_forecast_kw(self) -> Floats:
        """PV and wind power expected [D, T]; 0 where there is neither."""
        return self._sum("pv_forecast_kw", "wind_forecast_kw")

    def split(self, name: str) -> Scenarios:
        """The days of a split.

        Raises:
            InputError: an unknown split, or one without a day.
        """
        if name not in SPLITS:
            raise InputError("split", name, f"use one of {', '.join(SPLITS)}")
        if name == "all" or self.splits is None:
            return self
        validation, test = np.searchsorted(
            self.dates, [self.splits.validation_from, self.splits.test_from]
        )
        starts = {"train": 0, "validation": validation, "test": test}
        ends = {"train": validation, "validation": test, "test": self.n_days}
        if starts[name] == ends[name]:
            raise InputError("split", name, f"holds none of the days {self._span()}; use 'all'")
        return self.take(np.arange(starts[name], ends[name]))

    def day(self, day: int | Date) -> Scenarios:
        """One day, by index or by date.

        Raises:
            InputError: a day that is not there.
        """
        return self.take([int(day) if isinstance(day, int | np.integer) else self.index_of(day)])

    def take(self, indices: Sequence[int] | NDArray[np.int64]) -> Scenarios:
        """The days at the given indices, which must rise.

        Raises:
            InputError: no index, one that is out of range, or indices that do not rise.
        """
        chosen = np.array(indices, dtype=np.int64)
        if not len(chosen) or chosen.min() < 0 or chosen.max() >= self.n_days:
            raise InputError("day indices", list(indices), f"use 0 to {self.n_days - 1}")
        if (np.diff(chosen) <= 0).any():
            raise InputError("day indices", list(indices), "name each day once, in rising order")
        return replace(
            self,
            dates=self.dates[chosen],
            series={name: values[chosen] for name, values in self.series.items()},
            weight=self.weight[chosen],
            dr_events=tuple(self.dr_events[index] for index in chosen),
        )

    def foreseen(self) -> Scenarios:
        """The same days without surprises: forecasts are what comes, events are noticed at once."""
        series = {
            name: self.series.get(FORECAST_OF.get(name, name), values)
            for name, values in self.series.items()
        }
        events = (event and replace(event, notice_step=0) for event in self.dr_events)
        return replace(self, series=series, dr_events=tuple(events))

    def spread(self, n: int) -> Scenarios:
        """The middle days of `n` equal stretches; always the same ones.

        Raises:
            InputError: fewer than one day, or more than there are.
        """
        if not 1 <= n <= self.n_days:
            raise InputError("days", n, f"use 1 to {self.n_days}")
        return self.take((2 * np.arange(n) + 1) * self.n_days // (2 * n))

    def reduce(self, k: int, series: Sequence[str] | None = None) -> Scenarios:
        """The k days that stand best for all, each with the weights of the days it stands for.

        Args:
            k: how many to keep.
            series: what days are compared by; None for all.

        Raises:
            InputError: k out of range, or a series that is not there.
        """
        from .generators.reduction import reduce_scenarios

        return reduce_scenarios(self, k, series)

    def index_of(self, date: Date) -> int:
        """Index of a date.

        Raises:
            InputError: no date, or one that is not there.
        """
        day = _date(date)
        index = int(np.searchsorted(self.dates, day))
        if index == self.n_days or self.dates[index] != day:
            raise InputError(
                "date", str(day), f"use one of the {self.n_days} days in {self._span()}"
            )
        return index

    def replace_series(self, **series: Floats) -> Scenarios:
        """The same days with some series [D, T] replaced or added.

        Raises:
            InputError: as the constructor.
        """
        return replace(self, series={**self.series, **series})

    def _sum(self, *names: str) -> Floats:
        present = [self.series[name] for name in names if name in self.series]
        return np.sum(present, axis=0) if present else np.zeros((self.n_days, self.n_steps))

    def _span(self) -> str:
        return f"{self.dates[0]} to {self.dates[-1]}"


def _restore(state: dict[str, Any]) -> Scenarios:
    return Scenarios(**state)


def _date(value: Date) -> np.datetime64:
    try:
        return np.datetime64(str(value), "D")
    except ValueError:
        raise InputError("date", value, "write it as in '2024-05-22'") from None
