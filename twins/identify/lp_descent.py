"""Descent of the load error to a local optimum: Levenberg-Marquardt with exact slopes.

The error is that of Lyu et al. 2024: the mean over the days of the root mean square difference. It
is made a weighted sum of squares anew in each step, with weights 1 / root mean square of the day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..stn_tables import Floats
from .lp_day import ContinuousDays

_SMALL = 1e-5  # of the highest reading: an error below it is none
_LEAST_WEIGHTED = 0.2  # of the mean error: better days weigh no more than one as good as this
_LEAST_SCALE = 0.01  # of the median parameter
_LONGEST_STEP = (-0.5, 1.0)  # relative
_DAMPING, _LEAST_DAMPING, _MORE, _LESS, _TRIES = 1e-2, 1e-5, 5.0, 1 / 8, 6
_SLOW = 1e-4  # relative gain of a step; two such steps in a row end the descent


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Parameters, what they predict, and how well.

    Args:
        vector: of the parameters.
        error: mean over the days of the root mean square error, in highest readings.
        load: [D, T] in highest readings.
    """

    vector: Floats
    error: float
    load: Floats


class MeteredError:
    """The error of a load against readings.

    Args:
        metered: [D, T] in highest readings; NaN where one is missing. Days without any do not
            count.
    """

    def __init__(self, metered: Floats) -> None:
        self.read = np.isfinite(metered)
        self.metered = np.where(self.read, metered, 0.0)
        self.readings = np.maximum(self.read.sum(axis=1), 1)
        self.days = max(int(self.read.any(axis=1).sum()), 1)

    def residual(self, load: Floats) -> Floats:
        """Load less reading, 0 where there is none [D, T]."""
        return np.asarray(np.where(self.read, load - self.metered, 0.0))

    def by_day(self, residual: Floats) -> Floats:
        """Root mean square of each day [D]."""
        return np.asarray(np.sqrt((residual**2).sum(axis=1) / self.readings))

    def mean(self, load: Floats) -> float:
        """Mean over the days."""
        return float(self.by_day(self.residual(load)).sum() / self.days)


def descend(
    days: ContinuousDays,
    metered: MeteredError,
    start: Floats,
    free: Floats,
    iterations: int,
    good_enough: float = 0.0,
) -> Point:
    """Follow the error downhill from a start.

    Args:
        days: the model.
        metered: the readings of the same days.
        start: vector of parameters.
        free: 1 for each parameter that may move, 0 for the others.
        iterations: most steps.
        good_enough: an error at which to stop.
    """
    load = days.load(start)
    point = Point(start, metered.mean(load), load)
    damping, slow = _DAMPING, 0
    for _ in range(iterations):
        if point.error <= good_enough:
            break
        normal, gradient, scale = _quadratic(metered, point, days.slopes(), free)
        for _ in range(_TRIES):
            vector = _step(point.vector, normal, gradient, scale, damping, days.vector.lowest)
            load = days.load(vector)
            error = metered.mean(load)
            if error < point.error:
                break
            damping *= _MORE
        else:
            break
        slow = slow + 1 if error > (1 - _SLOW) * point.error else 0
        point = Point(vector, error, load)
        if slow == 2:
            break
        damping = max(damping * _LESS, _LEAST_DAMPING)
    return point


def _quadratic(
    metered: MeteredError, point: Point, slopes: Floats, free: Floats
) -> tuple[Floats, Floats, Floats]:
    """Matrix and gradient of the error around a point, in steps relative to the scale."""
    vector = point.vector
    scale = np.maximum(vector, _LEAST_SCALE * np.median(vector)) * free
    residual = metered.residual(point.load)
    error = metered.by_day(residual)
    floor = max(_LEAST_WEIGHTED * point.error, _SMALL)
    weight = np.sqrt(1.0 / (metered.readings * np.maximum(error, floor)))[:, None]
    slope = ((weight * metered.read)[..., None] * slopes).reshape(-1, len(vector)) * scale
    return slope.T @ slope, slope.T @ (weight * residual).ravel(), scale


def _step(
    vector: Floats, normal: Floats, gradient: Floats, scale: Floats, damping: float, lowest: Floats
) -> Floats:
    """A damped step; what is at its lowest and would sink, or may not move, stays."""
    moves = (scale > 0) & ((vector > lowest) | (gradient < 0))
    damped = normal + (damping * np.trace(normal) / len(vector) + 1e-12) * np.eye(len(vector))
    step = np.zeros(len(vector))
    step[moves] = np.linalg.solve(damped[np.ix_(moves, moves)], -gradient[moves])
    return np.asarray(np.maximum(vector + np.clip(step, *_LONGEST_STEP) * scale, lowest))
