"""The run hours of the stages: start from the load-duration curve, climb the likelihood.

The likelihood of `hour_fit.py` tells even similar stages apart, since it reads all levels of all
days together with the price; what it cannot tell apart (two stages of the same energy may swap
their hours) is left to the planned days, in `evolution.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from ..stn_tables import Floats
from .chain import Ints
from .hour_fit import HourFit, HourModel
from .nested_kernel import descend

Steps = tuple[int, ...]

_STARTS = 40
_SHAKES = 400
_POOL = 40
_CLIMBS = 4
_SEARCH_DAYS = 10
_NOISY = 1.5
_QUICK_ROUNDS, _CLOSE_ROUNDS = 3, 20
_CLOSE_LOOKS = 6
_FEW_STAGES = 7
_FAR, _NEAR = 6, 2


class HourSearch:
    """Fits of the run hours that were tried, each tried once.

    Args:
        model: of the readings.
    """

    def __init__(self, model: HourModel) -> None:
        self.model = model
        self.fits: dict[Steps, HourFit] = {}

    def fit(self, steps: Steps) -> HourFit:
        """The fit of some running steps."""
        if steps not in self.fits:
            self.fits[steps] = self.model.fit(np.array(steps))
        return self.fits[steps]

    def climb(self, steps: Steps, reach: int | None = None) -> HourFit:
        """Go to the most likely neighbour within reach until none is more likely."""
        here = self.fit(steps)
        reach = reach or (_FAR if len(steps) <= _FEW_STAGES else _NEAR)
        while True:
            fresh = [
                near
                for near in neighbours(here.steps, self.model.steps, reach)
                if near not in self.fits
            ]
            glances = {near: self._glance(near, here) for near in fresh}
            fresh.sort(key=lambda near: -glances[near])
            looked_at = [self.fit(near) for near in fresh[:_CLOSE_LOOKS]]
            best = max(looked_at, key=_likelihood, default=here)
            if best.log_likelihood <= here.log_likelihood + 1e-6:
                return here
            here = best

    def best(self, count: int) -> list[HourFit]:
        """The most likely fits."""
        ranked = sorted(self.fits.values(), key=_likelihood, reverse=True)
        return [fit for fit in ranked if np.isfinite(fit.log_likelihood)][:count]

    def _glance(self, steps: Steps, near: HourFit) -> float:
        """A quick likelihood, from the fit of a neighbour."""
        fit = self.model.fit(np.array(steps), near, rounds=_QUICK_ROUNDS)
        return fit.log_likelihood


def search_hours(
    model: HourModel, *, count: int, seed: int, progress: Callable[[float], None]
) -> tuple[HourModel, list[HourFit]]:
    """The most likely running hours of the stages, likeliest first, and the model they suit.

    Where more than rounding is left, the search is done again with noise that rises with the load.

    Args:
        model: of the readings.
        count: how many to return at most.
        seed: of the random starts.
        progress: called with the share that is done.
    """
    pool = near_staircases(model, seed)
    found = _likeliest(model, pool, count, lambda done: progress(0.5 * done))
    if found and found[0].floor > _NOISY * model.settings.least_noise:
        other = model.assuming(relative=True)
        pool += [tuple(fit.steps.tolist()) for fit in found[:_CLIMBS]]
        others = _likeliest(other, pool, count, lambda done: progress(0.5 + 0.5 * done))
        if others and others[0].log_likelihood > found[0].log_likelihood:
            return other, others
    return model, found


def _likeliest(
    model: HourModel, pool: list[Steps], count: int, progress: Callable[[float], None]
) -> list[HourFit]:
    """Climb from the likeliest of the pool, and fit what is found to all days."""
    some = model.on(slice(None, None, max(1, len(model.load_kwh) // _SEARCH_DAYS)))
    search = HourSearch(some)
    starts = sorted(pool, key=lambda steps: -search.fit(steps).log_likelihood)[:_CLIMBS]
    for turn, steps in enumerate(starts):
        progress(turn / (_CLIMBS + 1))
        search.climb(steps)
    best = search.best(1)
    if best and model.chain.stages <= _FEW_STAGES:
        progress(_CLIMBS / (_CLIMBS + 1))
        search.climb(tuple(best[0].steps.tolist()), model.steps)
    fits = [model.fit(fit.steps, rounds=_CLOSE_ROUNDS) for fit in search.best(2 * count)]
    likely = [fit for fit in fits if np.isfinite(fit.log_likelihood)]
    return sorted(likely, key=_likelihood, reverse=True)[:count]


def near_staircases(model: HourModel, seed: int) -> list[Steps]:
    """Running steps whose staircase is near the load-duration curve, nearest first.

    Stores bend the curve, so the nearest staircase is not always the true one: shaken and improved
    again, the starts give a varied lot.
    """
    rng = np.random.default_rng(seed)
    energy = model.chain.day_energy(model.day_kwh)
    duration = _duration(model.load_kwh)
    stages = model.chain.stages
    misfits: dict[Steps, float] = {}
    for _ in range(_STARTS):
        steps = rng.integers(3, model.steps + 1, stages)
        misfit = descend(steps, energy, duration, True)
        misfits[tuple(steps.tolist())] = misfit
    optima = list(misfits)
    for _ in range(_SHAKES):
        steps = np.array(optima[rng.integers(len(optima))])
        shaken = rng.choice(stages, size=min(stages, 3), replace=False)
        steps[shaken] = rng.permutation(steps[shaken])
        steps[shaken[0]] = rng.integers(3, model.steps + 1)
        misfit = descend(steps, energy, duration, False)
        misfits[tuple(steps.tolist())] = misfit
    return sorted(misfits, key=lambda steps: misfits[steps])[:_POOL]


def _duration(load_kwh: Floats) -> Floats:
    """Mean load in falling order of a day [T]; days with gaps are stretched to whole ones."""
    steps = load_kwh.shape[1]
    place = (np.arange(steps) + 0.5) / steps
    curves = [np.quantile(day[~np.isnan(day)], 1 - place, method="hazen") for day in load_kwh]
    return np.ascontiguousarray(np.mean(curves, axis=0))


def neighbours(steps: Ints, most: int, reach: int) -> list[Steps]:
    """The steps of one stage changed, one step moved between two, or the steps of two swapped.

    Args:
        steps: running steps of each stage in a day [I].
        most: steps of a day.
        reach: by how many steps one stage is changed.
    """
    here = steps.tolist()
    stages = range(len(here))

    def moved(changes: dict[int, int]) -> Steps:
        return tuple(changes.get(i, n) for i, n in enumerate(here))

    changes = [{i: here[i] + d} for i in stages for d in range(-reach, reach + 1) if d]
    for i, j in combinations(stages, 2):
        changes.append({i: here[j], j: here[i]})
        changes += [{i: here[i] + d, j: here[j] - d} for d in (-1, 1)]
    near = dict.fromkeys(map(moved, changes))
    return [steps for steps in near if min(steps) >= 1 and max(steps) <= most]


def _likelihood(fit: HourFit) -> float:
    return fit.log_likelihood
