"""What a load forecast is made from: a metered load, and what is known or measured beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputError
from ..stn_tables import Floats, Ints

MINUTES_PER_DAY = 24 * 60


@dataclass(frozen=True, slots=True, eq=False)
class LoadSeries:
    """A load of T steps that follow each other without a gap. Arrays are copied and read-only.

    Args:
        start: local clock time of the first step.
        step_minutes: length of a step [min], a divisor of a day.
        load_kw: mean load of each step [T] [kW]; NaN where a reading is missing.
        known: series [T] whose values are known ahead, by name: day-ahead prices, schedules,
            forecasts of weather.
        measured: series [T] that are known up to the present step only, by name: weather, stocks;
            NaN where a reading is missing.

    Raises:
        InputError: steps that do not divide a day, an empty load, series of other lengths or
            infinite, or a known series with a gap.
    """

    start: np.datetime64
    step_minutes: int
    load_kw: Floats
    known: Mapping[str, Floats] = field(default_factory=dict)
    measured: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.step_minutes <= 0 or MINUTES_PER_DAY % self.step_minutes:
            raise InputError("step_minutes", self.step_minutes, "use a divisor of a day, as 15")
        load_kw = _series("load_kw", self.load_kw, None)
        object.__setattr__(self, "start", np.datetime64(self.start).astype("datetime64[m]"))
        object.__setattr__(self, "load_kw", load_kw)
        for name in ("known", "measured"):
            given: Mapping[str, Floats] = getattr(self, name)
            checked = {key: _series(key, each, len(load_kw)) for key, each in given.items()}
            object.__setattr__(self, name, MappingProxyType(checked))
        for key, each in self.known.items():
            if np.isnan(each).any():
                gap = int(np.isnan(each).argmax())
                raise InputError(f"known {key!r}", f"NaN at step {gap}", "fill the gap first")

    @property
    def steps(self) -> int:
        """Number of steps T."""
        return len(self.load_kw)

    @property
    def per_day(self) -> int:
        """Steps a day."""
        return MINUTES_PER_DAY // self.step_minutes

    def step_of_day(self, steps: Ints) -> Ints:
        """Place of steps within their day."""
        midnight = self.start.astype("datetime64[D]")
        first = int((self.start - midnight) / np.timedelta64(1, "m")) // self.step_minutes
        return np.asarray((steps + first) % self.per_day)

    def weekday(self, steps: Ints) -> Ints:
        """Weekday of steps, 0 on Mondays."""
        minutes = np.asarray(steps) * np.timedelta64(self.step_minutes, "m")
        days: NDArray[np.int64] = (self.start + minutes).astype("datetime64[D]").astype(np.int64)
        return np.asarray((days + 3) % 7)  # 1970-01-01 was a Thursday

    def until(self, step: int) -> LoadSeries:
        """The steps before a step."""
        return LoadSeries(
            self.start,
            self.step_minutes,
            self.load_kw[:step],
            {name: each[:step] for name, each in self.known.items()},
            {name: each[:step] for name, each in self.measured.items()},
        )


def _series(name: str, values: ArrayLike, steps: int | None) -> Floats:
    series = np.array(values, np.float64)
    if series.ndim != 1 or not len(series) or steps not in (None, len(series)):
        raise InputError(name, series.shape, f"give one number for each of {steps or 'all'} steps")
    if np.isinf(series).any():
        raise InputError(name, "infinite", "give finite numbers; NaN where a reading is missing")
    series.setflags(write=False)
    return series
