"""Analog bootstrap: errors of the days whose forecasts were most like this one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats
from ..value_checks import check_whole
from .base import Arrays, Generator
from .sources import KnownDays, LearntDays


@dataclass(kw_only=True, eq=False)
class AnalogGenerator(Generator):
    """Draws among the forecast errors of the k days with the nearest forecasts.

    Forecasts are compared by their Euclidean distance over all sources and steps, each source in
    shares of its capacity. Up to k samples come from different days; the errors of all steps and
    sources of a sample are of the same day, so they keep what binds them.

    Args:
        k: days to draw among; fewer if there are not as many.

    Source:
        Delle Monache et al., Monthly Weather Review 141 (2013) 3498-3516, doi
        10.1175/MWR-D-12-00281.1 (the analog ensemble).
    """

    name: ClassVar[str] = "analog"

    k: int = 50

    def _check(self) -> None:
        check_whole("k", self.k, low=2, high=10_000)

    def _fit(self, days: LearntDays) -> None:
        self._forecast = days.known.forecast
        self._error = days.outcome - days.known.forecast

    def _draw(self, n: int, known: KnownDays, rng: np.random.Generator) -> Floats:
        apart = ((self._forecast - known.forecast) ** 2).sum(axis=(1, 2))
        nearest = np.argsort(apart, kind="stable")[: self.k]
        decks = [rng.permutation(nearest) for _ in range(-(-n // len(nearest)))]
        return np.asarray(known.forecast + self._error[np.concatenate(decks)[:n]])

    def learnt(self) -> dict[str, NDArray[Any]]:
        """Forecasts and their errors of all days [D, C, T], shares of the capacities."""
        return {"forecast": self._forecast, "error": self._error}

    def _recall(self, learnt: Arrays) -> None:
        self._forecast, self._error = learnt["forecast"], learnt["error"]
