"""The worst distribution in reach of the samples, for given loads.

By duality the worst expected charge is the minimum over a multiplier of

    multiplier x radius + sum over steps t of V_t(load_t, multiplier),
    V_t = mean over courses i of max over g of { charge_it(load_t - g) - multiplier x |g - g_it| }

and the inner maximum lies at the sample itself, at a limit of generation, or at a bend of the
charge. Where the charge is convex the bends do not count, and V_t is convex in both arguments: so
its tangents bound it from below everywhere.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats, Ints
from .ambiguity import Ambiguity
from .grid_cost import GridCost
from .samples import Samples

_ROUNDING = 1e-11
_TIE = 1e-10
_MOST_TANGENTS = 200


class Tangent(NamedTuple):
    """Value and slopes of V at points (load, multiplier) [X]."""

    value: Floats
    by_load: Floats
    by_multiplier: Floats


class _Moves(NamedTuple):
    """Where generation may be moved to, and what that changes [C, N, X]; the first is no move."""

    generation_kw: Floats
    cost: Floats
    distance: Floats


class WorstCase:
    """V_t and what follows from it, for the steps that are left of a day.

    Args:
        grid: charges.
        ambiguity: samples and reach of the same steps.
        step_h: length of a step [h].
        convex: whether the charge is convex in each step, over all loads that may come [T].
    """

    def __init__(
        self, grid: GridCost, ambiguity: Ambiguity, step_h: float, convex: NDArray[np.bool_]
    ) -> None:
        self.grid = grid
        self.ambiguity = ambiguity
        self.convex = convex
        self._step_h = step_h
        span_kw = float((ambiguity.highest_kw - ambiguity.lowest_kw).max())
        per_unit = 1 / step_h if ambiguity.unit == "kWh" else span_kw
        self.greatest_multiplier = grid.steepest * per_unit
        """Above it no move pays."""

    @property
    def multiplier_range(self) -> tuple[float, float]:
        """Within which the best multiplier lies."""
        radius = self.ambiguity.radius
        least = self.greatest_multiplier if radius == 0 else 0.0
        return least, 0.0 if math.isinf(radius) else self.greatest_multiplier

    @property
    def radius(self) -> float:
        """Cost of the multiplier; 0 where the multiplier is fixed anyway."""
        least, greatest = self.multiplier_range
        return self.ambiguity.radius if least < greatest else 0.0

    def tangent(self, load_kw: Floats, multiplier: float, steps: Ints) -> Tangent:
        """V and its slopes for loads [X] in given steps [X].

        Slopes by load hold where the charge is convex.
        """
        moves = self._moves(load_kw, steps)
        best = np.argmax(moves.cost - multiplier * moves.distance, axis=0)[None]
        moved = (np.take_along_axis(each, best, axis=0)[0] for each in moves)
        generation_kw, cost, distance = moved
        weight = self.ambiguity.samples.weight
        return Tangent(
            weight @ (cost - multiplier * distance),
            weight @ self.grid.slope(load_kw - generation_kw, steps),
            -(weight @ distance),
        )

    def total(self, load_kw: Floats) -> tuple[float, float]:
        """Worst expected charge of loads [T] [currency], and the multiplier that proves it."""
        steps = np.arange(len(load_kw))

        def at(multiplier: float) -> tuple[float, float]:
            found = self.tangent(load_kw, multiplier, steps)
            value = self.radius * multiplier + float(found.value.sum())
            return value, self.radius + float(found.by_multiplier.sum())

        left, right = self.multiplier_range
        value, slope = at(left)
        if left == right or slope >= 0:
            return value, left
        value_right, slope_right = at(right)
        for _ in range(_MOST_TANGENTS):
            meet = (value_right - value + slope * left - slope_right * right) / (
                slope - slope_right
            )
            bound = value + slope * (meet - left)
            new, new_slope = at(meet)
            if new <= bound + _ROUNDING * abs(bound):
                return new, meet
            if new_slope < 0:
                left, value, slope = meet, new, new_slope
            else:
                right, value_right, slope_right = meet, new, new_slope
        return new, meet

    def distribution(self, load_kw: Floats) -> Samples:
        """The worst distribution for loads [T]: each sample moved, or split over two courses."""
        near_kw, far_kw, share = self._worst_moves(load_kw)
        samples = self.ambiguity.samples
        buy, sell = samples.buy_price_per_kwh, samples.sell_price_per_kwh
        if share == 0:
            return replace(samples, generation_kw=near_kw)
        return Samples(
            np.vstack([near_kw, far_kw]),
            None if buy is None else np.vstack([buy, buy]),
            None if sell is None else np.vstack([sell, sell]),
            np.concatenate([(1 - share) * samples.weight, share * samples.weight]),
        )

    def charges(self, load_kw: Floats) -> tuple[float, float]:
        """What is paid for power drawn, and earned by power fed in, under `distribution`."""
        near_kw, far_kw, share = self._worst_moves(load_kw)
        drawn, earned = (
            sum(
                part * float((self.ambiguity.samples.weight @ of(load_kw - each)).sum())
                for part, each in ((1 - share, near_kw), (share, far_kw))
            )
            for of in (self.grid.drawn, self.grid.earned)
        )
        return drawn, earned

    def _worst_moves(self, load_kw: Floats) -> tuple[Floats, Floats, float]:
        """The least and the farthest moves [N, T] that are worst, and the share of the latter.

        At the best multiplier both are worth the same, and their mixture uses up the radius.
        """
        _, multiplier = self.total(load_kw)
        moves = self._moves(load_kw, np.arange(len(load_kw)))
        score = moves.cost - multiplier * moves.distance
        ties = score >= score.max(axis=0) - _TIE * (1.0 + np.abs(score).max())
        weight = self.ambiguity.samples.weight

        def chosen(place: Ints) -> tuple[Floats, float]:
            generation_kw, _, distance = (
                np.take_along_axis(each, place[None], axis=0)[0] for each in moves
            )
            return generation_kw, float(weight @ distance.sum(axis=1))

        near_kw, least = chosen(np.argmin(np.where(ties, moves.distance, np.inf), axis=0))
        far_kw, most = chosen(np.argmax(np.where(ties, moves.distance, -np.inf), axis=0))
        if self.radius == 0 or most <= least:
            return near_kw, far_kw, 0.0
        return near_kw, far_kw, min(1.0, max(0.0, (self.radius - least) / (most - least)))

    def distance(self, moved_kw: Floats) -> Floats:
        """How far generation is moved, in the unit of the radius."""
        if self.ambiguity.unit == "kWh":
            return np.asarray(self._step_h * np.abs(moved_kw))
        return np.asarray(moved_kw != 0, np.float64)

    def _moves(self, load_kw: Floats, steps: Ints) -> _Moves:
        own = self.ambiguity.samples.generation_kw[:, steps]
        targets = [own]
        if self.ambiguity.radius > 0:
            low, high = self.ambiguity.lowest_kw[steps], self.ambiguity.highest_kw[steps]
            targets += [np.broadcast_to(limit, own.shape) for limit in (low, high)]
            if not self.convex[steps].all():
                for bend_kw in self.grid.bends_kw():
                    inner = np.clip(load_kw - bend_kw, low, high)
                    targets.append(np.where(self.convex[steps], own, inner))
        generation_kw = np.stack(targets)
        cost = self.grid.cost(load_kw - generation_kw, steps)
        return _Moves(generation_kw, cost, self.distance(generation_kw - own))
