"""Search for parameters of a continuous plant by breeding local optima.

The error of a load has many local optima in the parameters. A descent (`lp_descent.py`) finds one
from any start; a population of them is bred: a child takes some stages, with the stores between
them, from one parent and the rest from another, or is a parent with some parameters changed, and
then descends. All choices are made by the error on the readings that are given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..stn_tables import Floats
from .lp_day import ContinuousDays
from .lp_descent import MeteredError, Point, descend
from .lp_starts import StartSampler
from .lp_vector import ParameterVector

_POPULATION = 20
_SCREENED = 200
_BATCH = 4  # starts that a worker takes at once
_CHILDREN = 8  # a generation
_GENERATIONS = 120
_PATIENCE, _ISLAND_PATIENCE = 20, 6  # generations without a gain
_GAIN = 0.005  # relative
_ISLANDS, _ISLANDS_SHARE = 3, 0.5  # populations bred apart first, and about their share of the work
_FIRST_STEPS, _STEPS = 4, 12  # of a descent until it is judged, and after that
_HOPELESS = 1.15  # times the worst error of the population
_SAME_LOAD = 0.01  # error between two loads, in highest readings
_FAVOUR = 1 / 3  # of the population, from which most parents come
_CHANGES = (0.05, 0.15, 0.4)  # relative
_CHANGED_SHARES = (0.2, 0.5)  # of the parameters

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is to be explained, in a form that travels between processes, as solvers do not.

    Args:
        vector: layout of the parameters.
        price_per_kwh: [D, T].
        metered: [D, T] in highest readings, NaN where one is missing.
        free: 1 for each parameter that may move, 0 for the others.
    """

    vector: ParameterVector
    price_per_kwh: Floats
    metered: Floats
    free: Floats

    def descents(
        self, starts: Sequence[Floats], first_steps: int, steps: int, limit: float = np.inf
    ) -> list[Point]:
        """Descend from each start; one whose error is above the limit after a few steps ends there.

        The result is the same wherever and beside whatever else it is computed.
        """
        with threadpool_limits(1):
            days = ContinuousDays(self.vector, self.price_per_kwh)
            metered, points = MeteredError(self.metered), []
            for start in starts:
                point = descend(days, metered, start, self.free, first_steps)
                if steps and point.error < limit:
                    point = descend(days, metered, point.vector, self.free, steps)
                points.append(replace(point, vector=days.within_reach(point.vector)))
        return points


class Search:
    """A population of local optima, bred until it gets no better.

    A population soon descends from a few ancestors. So some are bred apart for a while, and their
    best members together from then on.

    Args:
        task: what is to be explained.
        starts: vectors to begin from, beside random ones.
        seed: of all draws.
    """

    def __init__(self, task: Task, starts: Sequence[Floats], seed: int) -> None:
        self._task, self._starts = task, list(starts)
        self._rng = np.random.default_rng(seed)
        base_load = None if task.free[-1] else (starts[0][-1] if starts else 0.0)
        self._sampler = StartSampler(task.vector, task.metered, base_load, self._rng)

    def run(self, n_jobs: int, progress: Progress) -> list[Point]:
        """The population at the end, best first."""
        population: list[Point] = []
        with Parallel(n_jobs=n_jobs) as pool:
            for island in range(_ISLANDS):
                progress(_ISLANDS_SHARE * island / _ISLANDS)
                population += self._bred(pool, self._first(pool), _ISLAND_PATIENCE, _silent)
            population = self._bred(
                pool,
                _survivors(population),
                _PATIENCE,
                lambda share: progress(_ISLANDS_SHARE + (1 - _ISLANDS_SHARE) * share),
            )
        progress(1.0)
        return population

    def _bred(
        self,
        pool: Any,  # noqa: ANN401 - joblib has no types
        population: list[Point],
        patience: int,
        progress: Progress,
    ) -> list[Point]:
        """The population after generations of children, until these gain too little."""
        best, waited = population[0].error, 0
        for generation in range(_GENERATIONS):
            progress(max(generation / _GENERATIONS, waited / patience))
            children = [self._child(population) for _ in range(_CHILDREN)]
            limit = _HOPELESS * population[-1].error
            children_found = self._descents(pool, children, _FIRST_STEPS, _STEPS, limit)
            population = _survivors([*population, *children_found])
            waited += 1
            if population[0].error < (1 - _GAIN) * best:
                best, waited = population[0].error, 0
            if waited == patience:
                break
        return population

    def _first(self, pool: Any) -> list[Point]:  # noqa: ANN401 - joblib has no types
        drawn = [self._sampler.draw(self._rng) for _ in range(_SCREENED)]
        drawn = [*self._starts, *drawn]
        points = sorted(self._descents(pool, drawn, 0, 0), key=_error)[: 2 * _POPULATION]
        starts = [*self._starts, *(point.vector for point in points)]
        return _survivors(self._descents(pool, starts, _STEPS, 0))

    def _descents(
        self,
        pool: Any,  # noqa: ANN401 - joblib has no types
        starts: Sequence[Floats],
        first_steps: int,
        steps: int,
        limit: float = np.inf,
    ) -> list[Point]:
        batches = [starts[i : i + _BATCH] for i in range(0, len(starts), _BATCH)]
        descents = delayed(self._task.descents)
        found = pool(descents(batch, first_steps, steps, limit) for batch in batches)
        return [point for points in found for point in points]

    def _child(self, population: Sequence[Point]) -> Floats:
        rng, place = self._rng, self._task.vector.place
        mother, father = self._parent(population), self._parent(population)
        kind = rng.integers(4)
        if kind == 0:
            return np.asarray(np.where(self._segment(), father, mother))
        if kind == 1:
            return np.asarray(np.where(rng.random(len(place)) < 1 / 3, father, mother))
        if kind == 2:
            change = rng.choice(_CHANGES) * rng.standard_normal(len(place))
            changed = rng.random(len(place)) < rng.choice(_CHANGED_SHARES)
            return np.asarray(mother * np.exp(change * changed))
        return np.asarray(np.where(self._segment(), self._sampler.draw(rng), mother))

    def _parent(self, population: Sequence[Point]) -> Floats:
        rank = int(self._rng.exponential(_FAVOUR * len(population)))
        return population[min(rank, len(population) - 1)].vector

    def _segment(self) -> Floats:
        """Which entries belong to a run of neighbouring stages."""
        place = self._task.vector.place
        low, high = np.sort(self._rng.uniform(-0.5, place.max() + 0.5, 2))
        return np.asarray((place >= low) & (place <= high))


def _silent(_: float) -> None:
    """Report nothing."""


def _error(point: Point) -> float:
    return point.error


def _survivors(points: Sequence[Point]) -> list[Point]:
    """The best points, one of each kind: of two with about the same load the better."""
    kept: list[Point] = []
    for point in sorted(points, key=_error):
        distances = (MeteredError(other.load).mean(point.load) for other in kept)
        if all(distance > _SAME_LOAD for distance in distances):
            kept.append(point)
        if len(kept) == _POPULATION:
            break
    return kept
