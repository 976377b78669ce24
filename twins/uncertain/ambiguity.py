"""How wrong the samples may be: the distributions that a plan shall be good for.

A distribution is within reach if it can be made of the samples by moving generation between
`lowest_kw` and `highest_kw` over no more than `radius` on average. Radius 0 is stochastic
optimisation on the samples, an infinite radius is robust optimisation on the box.

Notes:
    The reach in kWh is the ball of the type-1 Wasserstein distance with the distance
    sum over t of |difference of energy|: Mohajerin Esfahani and Kuhn (2018), doi
    10.1007/s10107-017-1172-1. Counting steps, it is the budget of Bertsimas and Sim (2004), doi
    10.1287/opre.1030.0065. Prices are never moved: a ball is one in generation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..stn_tables import Floats
from .samples import Samples

Unit = Literal["kWh", "steps"]

_ROUNDING_KW = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Ambiguity:
    """Samples, and how far from them the truth may lie.

    Args:
        samples: courses of the day.
        lowest_kw: least generation [T].
        highest_kw: greatest generation [T].
        radius: how far generation may be moved on average over the courses, all steps together.
        unit: whether `radius` counts energy, or steps whose generation is moved at all.

    Raises:
        InputError: a negative radius, limits that do not fit the samples, or samples beyond them.
    """

    samples: Samples
    lowest_kw: Floats
    highest_kw: Floats
    radius: float
    unit: Unit = "kWh"

    def __post_init__(self) -> None:
        if not self.radius >= 0:
            raise InputError("radius", self.radius, "give a number of 0 or more")
        generation_kw = self.samples.generation_kw
        for name, beyond, sign in (("lowest_kw", np.greater, 1), ("highest_kw", np.less, -1)):
            limit = np.asarray(getattr(self, name), np.float64)
            if limit.shape != (self.samples.n_steps,):
                raise InputError(name, limit.shape, f"give {self.samples.n_steps} numbers")
            if not np.isfinite(limit).all() or (limit < 0).any():
                raise InputError(name, limit, "give finite numbers of 0 or more")
            if self.radius > 0 and beyond(limit, generation_kw + sign * _ROUNDING_KW).any():
                raise InputError(name, limit, "let every sample lie within")
            object.__setattr__(self, name, limit)

    def from_step(self, step: int) -> Ambiguity:
        """What is left of it from a step on; the radius stays."""
        return Ambiguity(
            self.samples.from_step(step),
            self.lowest_kw[step:],
            self.highest_kw[step:],
            self.radius,
            self.unit,
        )

    @property
    def least_kw(self) -> Floats:
        """Least generation that a distribution in reach may have [T]."""
        own: Floats = self.samples.generation_kw.min(axis=0)
        return self.lowest_kw if self.radius > 0 else own


def stochastic(samples: Samples) -> Ambiguity:
    """The samples are the truth (SO)."""
    return wasserstein(samples, 0.0)


def wasserstein(
    samples: Samples,
    radius_kwh: float,
    lowest_kw: ArrayLike | None = None,
    highest_kw: ArrayLike | None = None,
) -> Ambiguity:
    """Distributions near the samples (DRO).

    Args:
        samples: courses of the day.
        radius_kwh: how much energy may be moved on average [kWh].
        lowest_kw: least generation [T]; of the samples if None.
        highest_kw: greatest generation [T]; of the samples if None.

    Raises:
        InputError: as `Ambiguity`.
    """
    lowest, highest = _limits(samples, lowest_kw, highest_kw)
    return Ambiguity(samples, lowest, highest, radius_kwh)


def robust(
    samples: Samples, lowest_kw: ArrayLike | None = None, highest_kw: ArrayLike | None = None
) -> Ambiguity:
    """Any generation within limits, the worst in every step at once (RO on a box).

    Args:
        samples: courses of the day; they give prices, and limits that are None.
        lowest_kw: least generation [T].
        highest_kw: greatest generation [T].

    Raises:
        InputError: as `Ambiguity`.
    """
    lowest, highest = _limits(samples, lowest_kw, highest_kw)
    return Ambiguity(samples, lowest, highest, math.inf)


def robust_budget(
    samples: Samples,
    steps: float,
    lowest_kw: ArrayLike | None = None,
    highest_kw: ArrayLike | None = None,
) -> Ambiguity:
    """The expected generation, but for at most so many steps that turn out worst (RO, budget).

    Args:
        samples: courses of the day; their mean is the expectation.
        steps: the budget.
        lowest_kw: least generation [T]; of the samples if None.
        highest_kw: greatest generation [T]; of the samples if None.

    Raises:
        InputError: as `Ambiguity`.
    """
    lowest, highest = _limits(samples, lowest_kw, highest_kw)
    return Ambiguity(_at(samples, samples.mean_kw), lowest, highest, steps, "steps")


def normal_chance(samples: Samples, confidence: float) -> Ambiguity:
    """As much generation as each step has with a probability, if errors are normal.

    Args:
        samples: courses of the day; mean and standard deviation of each step count.
        confidence: the probability, above 0.5 for a careful plan.

    Raises:
        InputError: a confidence that is not between 0 and 1.
    """
    _check_share("confidence", confidence)
    mean_kw = samples.mean_kw
    sigma_kw = np.sqrt(samples.weight @ (samples.generation_kw - mean_kw) ** 2)
    return stochastic(
        _at(samples, np.maximum(0.0, mean_kw - NormalDist().inv_cdf(confidence) * sigma_kw))
    )


def fuzzy_chance(samples: Samples, credibility: float) -> Ambiguity:
    """As much generation as each step has with a credibility, if it is a triangular fuzzy number.

    Args:
        samples: courses of the day; least, mean and greatest of each step make the triangle.
        credibility: 0 to 1; 0.5 is the mean, 1 the least.

    Raises:
        InputError: a credibility that is not between 0 and 1.

    Notes:
        Cr{g >= x} is 1 - (x - least) / (2 (mean - least)) up to the mean, and falls on from 0.5
        to 0 at the greatest: Liu and Liu (2002), doi 10.1109/TFUZZ.2002.800692.
    """
    _check_share("credibility", credibility)
    generation_kw, mean_kw = samples.generation_kw, samples.mean_kw
    end_kw = generation_kw.min(axis=0) if credibility >= 0.5 else generation_kw.max(axis=0)
    share = abs(2 * credibility - 1)
    return stochastic(_at(samples, (1 - share) * mean_kw + share * end_kw))


def wasserstein_radius_kwh(samples: Samples, confidence: float, step_h: float = 1.0) -> float:
    """Radius of a ball that holds the true distribution with a confidence [kWh].

    C sqrt(ln(1 / (1 - confidence)) / N), with C = 2 min over r of
    sqrt((1 + ln mean exp(r d^2)) / (2 r)) and d the distance of each sample from the mean.

    Args:
        samples: courses of the day.
        confidence: between 0 and 1.
        step_h: length of a step [h].

    Raises:
        InputError: a confidence that is not between 0 and 1.

    Notes:
        Zhao and Guan (2018), doi 10.1016/j.orl.2018.01.011, with the distance of `wasserstein`.
        It is careful: the best radius out of sample is mostly far smaller.
    """
    _check_share("confidence", confidence)
    distance = step_h * np.abs(samples.generation_kw - samples.mean_kw).sum(axis=1)
    if not distance.any():
        return 0.0
    square = distance**2
    rates = np.geomspace(1e-3, 1e3, 400)[:, None] / square.max()
    peak = rates * square.max()
    log_mean = peak[:, 0] + np.log(np.exp(rates * square - peak) @ samples.weight)
    factor = 2 * np.sqrt(((1 + log_mean) / (2 * rates[:, 0])).min())
    return float(factor * np.sqrt(math.log(1 / (1 - confidence)) / samples.n))


def _limits(
    samples: Samples, lowest_kw: ArrayLike | None, highest_kw: ArrayLike | None
) -> tuple[Floats, Floats]:
    generation_kw = samples.generation_kw
    lowest = generation_kw.min(axis=0) if lowest_kw is None else lowest_kw
    highest = generation_kw.max(axis=0) if highest_kw is None else highest_kw
    return np.asarray(lowest, np.float64), np.asarray(highest, np.float64)


def _at(samples: Samples, generation_kw: Floats) -> Samples:
    """The same prices at one course of generation [T]."""
    buy, sell = samples.buy_price_per_kwh, samples.sell_price_per_kwh
    if buy is None:
        return Samples(generation_kw[None])
    return Samples(np.tile(generation_kw, (samples.n, 1)), buy, sell, samples.weight)


def _check_share(field: str, value: float) -> None:
    if not 0 < value < 1:
        raise InputError(field, value, "give a number between 0 and 1")
