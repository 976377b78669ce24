"""Gaussian copula: errors of the forecast at each step, bound together over steps and sources."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats
from ..value_checks import check_whole
from .base import Arrays, Generator
from .sources import KnownDays, LearntDays

_LEAST_SPREAD = 1e-6
_GRID = np.linspace(-5.0, 5.0, 2001)
_NORMAL_CDF = np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in _GRID])


@dataclass(kw_only=True, eq=False)
class CopulaGenerator(Generator):
    """Draws forecast errors, each step from its own distribution, bound by a Gaussian copula.

    The distribution of an error is that of the training days whose forecasts of the step were
    nearest in height, so it depends on the forecast: it is wide where the sky may go either way
    and narrow where it is clear. Ranks of errors among these neighbours, as normal scores, give the
    correlation between all steps of all sources; steps that are night on a day do not count there.

    Args:
        neighbours: training days that make the distribution of a step; fewer if there are not as
            many.

    Source:
        Pinson et al., Wind Energy 12 (2009) 51-62, doi 10.1002/we.284 (statistical scenarios from
        probabilistic forecasts by a Gaussian copula).
    """

    name: ClassVar[str] = "copula"

    neighbours: int = 100

    def _check(self) -> None:
        check_whole("neighbours", self.neighbours, low=10, high=100_000)

    def _fit(self, days: LearntDays) -> None:
        count = len(days.outcome)
        forecast = days.known.forecast.reshape(count, -1)
        error = days.outcome.reshape(count, -1) - forecast
        order = np.argsort(forecast, axis=0, kind="stable")
        self._forecast = np.take_along_axis(forecast, order, axis=0)
        self._error = np.take_along_axis(error, order, axis=0)
        score = np.empty_like(error)
        places = _window(np.arange(count)[:, None], count, self.neighbours)[:, 0]
        for step in range(error.shape[1]):
            near = self._error[places, step]
            own = self._error[:, step, None]
            rank = (near < own).sum(axis=1) + 0.5 * (near == own).sum(axis=1)
            score[order[:, step], step] = np.interp(rank / near.shape[1], _NORMAL_CDF, _GRID)
        self._root = _root(_correlation(score, days.known.limit.reshape(count, -1) > 0.0))

    def _draw(self, n: int, known: KnownDays, rng: np.random.Generator) -> Floats:
        forecast = known.forecast.reshape(-1)
        rank = np.interp(rng.standard_normal((n, len(forecast))) @ self._root.T, _GRID, _NORMAL_CDF)
        count = len(self._forecast)
        levels = zip(self._forecast.T, forecast, strict=True)
        place = np.array([np.searchsorted(learnt, level) for learnt, level in levels])
        near = np.take_along_axis(self._error, _window(place, count, self.neighbours).T, axis=0)
        near = np.sort(near, axis=0)
        at = rank * (len(near) - 1)
        below = np.minimum(at.astype(np.int64), len(near) - 2)
        low = np.take_along_axis(near, below, axis=0)
        high = np.take_along_axis(near, below + 1, axis=0)
        error = low + (at - below) * (high - low)
        return np.asarray((forecast + error).reshape(n, *known.limit.shape[1:]))

    def learnt(self) -> dict[str, NDArray[Any]]:
        """Forecasts and errors [D, C T], sorted by forecast, and the root of the correlation."""
        return {"forecast": self._forecast, "error": self._error, "root": self._root}

    def _recall(self, learnt: Arrays) -> None:
        self._forecast, self._error = learnt["forecast"], learnt["error"]
        self._root = learnt["root"]


def _window(place: NDArray[np.int64], count: int, width: int) -> NDArray[np.int64]:
    """The places [..., width] around a place, moved so that they lie within 0 and count - 1."""
    width = min(width, count)
    start = np.clip(place - width // 2, 0, count - width)
    return np.asarray(start[..., None] + np.arange(width))


def _correlation(score: Floats, day: NDArray[np.bool_]) -> Floats:
    """Correlation [S, S] of scores [D, S] over the days on which both steps see light."""
    seen = np.where(day, score, 0.0)
    light = day.astype(np.float64)
    spread = np.sqrt((seen**2).T @ light)
    together = seen.T @ seen / np.maximum(spread * spread.T, _LEAST_SPREAD)
    np.fill_diagonal(together, 1.0)
    return np.asarray(np.clip(together, -1.0, 1.0))


def _root(correlation: Floats) -> Floats:
    """A matrix whose square is the nearest correlation without negative eigenvalues."""
    value, vector = np.linalg.eigh(correlation)
    root = vector * np.sqrt(np.maximum(value, 0.0))
    return np.asarray(root / np.linalg.norm(root, axis=1, keepdims=True))
