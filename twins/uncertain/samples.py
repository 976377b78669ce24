"""Courses that a day may take: generation and, if it is uncertain too, prices."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import InputError
from ..scenarios import Scenarios
from ..stn_tables import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """N courses of a day of T steps.

    Args:
        generation_kw: PV and wind power available [N, T].
        buy_price_per_kwh: price of energy drawn [N, T]; None if it is the outlook's in all courses.
        sell_price_per_kwh: price of energy fed in [N, T]; None as above.
        weight: probabilities [N], scaled to a sum of 1; equal if empty.

    Raises:
        InputError: no course, NaN, negative generation, shapes that differ, one price without the
            other, or weights that are no probabilities.
    """

    generation_kw: Floats
    buy_price_per_kwh: Floats | None = None
    sell_price_per_kwh: Floats | None = None
    weight: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        generation_kw = _checked("generation_kw", self.generation_kw)
        if generation_kw.min() < 0:
            raise InputError("samples generation_kw", generation_kw.min(), "give 0 or more")
        object.__setattr__(self, "generation_kw", generation_kw)
        given = [p is not None for p in (self.buy_price_per_kwh, self.sell_price_per_kwh)]
        if any(given) and not all(given):
            raise InputError("samples prices", given, "give both buy and sell prices, or neither")
        for name in ("buy_price_per_kwh", "sell_price_per_kwh"):
            if (prices := getattr(self, name)) is not None:
                prices = _checked(name, prices)
                if prices.shape != generation_kw.shape:
                    fix = f"give as many as of generation_kw, {generation_kw.shape}"
                    raise InputError(f"samples {name}", prices.shape, fix)
                object.__setattr__(self, name, prices)
        object.__setattr__(self, "weight", self._checked_weight())

    def _checked_weight(self) -> Floats:
        weight = np.array(self.weight if len(self.weight) else np.ones(self.n), np.float64)
        if weight.shape != (self.n,) or not np.isfinite(weight).all() or weight.min() < 0:
            raise InputError("samples weight", weight, f"give {self.n} numbers of 0 or more")
        if not weight.sum() > 0:
            raise InputError("samples weight", weight, "let at least one be above 0")
        return np.asarray(weight / weight.sum())

    @property
    def n(self) -> int:
        """Number of courses N."""
        return len(self.generation_kw)

    @property
    def n_steps(self) -> int:
        """Number of steps T."""
        return int(self.generation_kw.shape[1])

    @property
    def mean_kw(self) -> Floats:
        """Expected generation [T]."""
        mean: Floats = self.weight @ self.generation_kw
        return mean

    def from_step(self, step: int) -> Samples:
        """The courses from a step on."""
        buy, sell = self.buy_price_per_kwh, self.sell_price_per_kwh
        return Samples(
            self.generation_kw[:, step:],
            None if buy is None else buy[:, step:],
            None if sell is None else sell[:, step:],
            self.weight,
        )


def samples_of(scenarios: Scenarios, *, prices: bool = True) -> Samples:
    """The days of scenarios, by their weights.

    Args:
        scenarios: the days.
        prices: whether their prices are uncertain too; if not, those of the outlook hold.
    """
    named = (scenarios.series[name] for name in ("buy_price_per_kwh", "sell_price_per_kwh"))
    buy, sell = named if prices else (None, None)
    return Samples(scenarios.generation_kw, buy, sell, scenarios.weight)


def _checked(name: str, values: Floats) -> Floats:
    array = np.array(values, np.float64)
    if array.ndim != 2 or not array.size:
        raise InputError(f"samples {name}", array.shape, "give at least one course, as [N, T]")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"samples {name}", f"{array[where]} at {where}", "replace NaN and inf")
    return array
