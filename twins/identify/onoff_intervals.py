"""What the meter leaves open of an on/off plant, found by planning its days again.

A value of a store is open if the days planned with it, all else as in the fit, deviate from the
meter hardly more than those of the fit. Larger stores never cost more and smaller ones never less,
so the open values are one interval, and its ends are found by doubling and halving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.stats import chi2

from ..intervals import BASE_LOAD, Intervals
from .onoff_fit import OnOffFit, made_t, target_of
from .open_powers import open_powers
from .process import Process
from .trials import Trial, Trials, stores_of, with_stores

_WORSE_BY, _SURE = 0.01, 0.95
_HALVINGS = 5
_SIDES = ("reserve_t", "headroom_t")


class OpenStores:
    """The open values of the stores of a fit.

    Args:
        fit: of the plant.
        progress: called with the share that is done.
    """

    def __init__(self, fit: OnOffFit, progress: Callable[[float], None]) -> None:
        self.fit = fit
        self.low_t = stores_of(fit.trial.parameters)
        self.high_t = self.low_t.copy()
        ends = _Ends(fit.trials, fit.trial)
        most_t = fit.trials.unit_t(fit.trial.parameters.power_kw) * fit.trials.steps
        stores = np.flatnonzero(fit.trials.is_store)
        places = [(side, int(store)) for side in range(len(_SIDES)) for store in stores]
        for done, place in enumerate(places):
            progress(done / len(places))
            self.low_t[place] = ends.towards(place, 0.0)
            self.high_t[place] = ends.towards(place, float(most_t[place[1]]))

    def centred(self) -> OnOffFit:
        """The fit with each store in the middle of its open values, where all of them agree.

        Stores that never bind have no upper end that matters; one step's flow more is enough there.
        """
        fit, trial = self.fit, self.fit.trial
        unit_t = fit.trials.unit_t(trial.parameters.power_kw)
        own_t = stores_of(trial.parameters)
        wide_t = np.minimum(self.high_t, self.low_t + 2 * unit_t)
        worst = _bound(fit.trials, fit.trial)
        for place in np.argwhere(wide_t > own_t):
            side, store = place.tolist()
            for share in (0.5, 0.25):
                moved_t = stores_of(trial.parameters)
                moved_t[side, store] += share * (wide_t - own_t)[side, store]
                changed = with_stores(trial.parameters, moved_t)
                better = fit.trials.trial(changed, trial.steps, worst)
                if better is not None:
                    trial = better
                    break
        return replace(fit, trial=trial)


def all_intervals(
    process: Process, fit: OnOffFit, stores: OpenStores, base_load_kw: float | None
) -> Intervals:
    """Intervals by the names of `parameter_names`.

    They hold what is open around the fit, one value at a time, and all other plants of the search
    that cannot be told from it. Powers: see `open_powers`. Stores: their open values, at all open
    powers of the stages around them. Targets: those that take just as many steps.

    Args:
        process: what is public.
        fit: whose values lie in the intervals.
        stores: their open values.
        base_load_kw: the base load, if there may be one.
    """
    found = _of_one(process, fit.trials, fit.trial, stores, base_load_kw)
    worst = _bound(fit.trials, fit.trial)
    for other in fit.others:
        if other.misfit <= worst:
            for name, (low, high) in _values(process, fit.trials, other).items():
                found[name] = (min(found[name][0], low), max(found[name][1], high))
    return found


def _of_one(
    process: Process, trials: Trials, trial: Trial, stores: OpenStores, base_load_kw: float | None
) -> dict[str, tuple[float, float]]:
    """What is open around one trial, its run hours and other stores kept."""
    low_kw, high_kw = open_powers(trials, trial, base_load_kw)
    found = _values(process, trials, trial)
    names = [f"{stage.name}.power_kw" for stage in process.stages]
    if base_load_kw is not None:
        names.append(BASE_LOAD)
    for name, low, high in zip(names, low_kw.tolist(), high_kw.tolist(), strict=True):
        found[name] = (low, high)
    own_t = stores_of(trial.parameters)
    low_t, high_t = np.minimum(stores.low_t, own_t), np.maximum(stores.high_t, own_t)
    # The same schedules at other powers fill other stores.
    touches = process.net_per_kwh != 0
    ends = (low_kw[: len(touches)], high_kw[: len(touches)])
    share_low, share_high = (end_kw / trial.parameters.power_kw for end_kw in ends)
    low_t = low_t * np.where(touches, share_low[:, None], 1.0).min(axis=0)
    high_t = high_t * np.where(touches, share_high[:, None], 1.0).max(axis=0)
    for m in np.flatnonzero(trials.is_store):
        for s, side in enumerate(_SIDES):
            found[f"{process.materials[m]}.{side}"] = (float(low_t[s, m]), float(high_t[s, m]))
    return found


def _values(process: Process, trials: Trials, trial: Trial) -> dict[str, tuple[float, float]]:
    """The values of a trial as intervals; targets are all that take its steps."""
    power_kw = trial.parameters.power_kw
    values = {
        f"{stage.name}.power_kw": (float(power), float(power))
        for stage, power in zip(process.stages, power_kw, strict=True)
    }
    middle_t = target_of(process, power_kw, trial.steps, trials.steps)
    most_t = made_t(process, power_kw, trial.steps, trials.steps)
    stores_t = stores_of(trial.parameters)
    for m, name in enumerate(process.materials):
        if not trials.is_store[m]:
            values[f"{name}.target_t"] = (float(2 * middle_t[m] - most_t[m]), float(most_t[m]))
            continue
        for s, side in enumerate(_SIDES):
            values[f"{name}.{side}"] = (float(stores_t[s, m]), float(stores_t[s, m]))
    return values


class _Ends:
    """The last open values of the stores."""

    def __init__(self, trials: Trials, trial: Trial) -> None:
        self.trials = trials
        self.trial = trial
        self.worst = _bound(trials, trial)
        self.unit_t = trials.unit_t(trial.parameters.power_kw)

    def towards(self, place: tuple[int, int], limit_t: float) -> float:
        """The nearest value towards the limit that is not open any more, or the limit."""
        good = float(stores_of(self.trial.parameters)[place])
        if limit_t == good or self._is_open(place, limit_t):
            return limit_t
        bad = limit_t
        step = float(self.unit_t[place[1]]) / 4 * np.sign(limit_t - good)
        while abs(step) < abs(bad - good):
            if not self._is_open(place, good + step):
                bad = good + step
                break
            good, step = good + step, 2 * step
        for _ in range(_HALVINGS):
            middle = (good + bad) / 2
            if self._is_open(place, middle):
                good = middle
            else:
                bad = middle
        return float(bad)

    def _is_open(self, place: tuple[int, int], value_t: float) -> bool:
        moved_t = stores_of(self.trial.parameters)
        moved_t[place] = value_t
        changed = with_stores(self.trial.parameters, moved_t)
        return self.trials.trial(changed, self.trial.steps, self.worst) is not None


def _bound(trials: Trials, trial: Trial) -> float:
    """Misfit up to which a trial cannot be told from this one.

    Twice the likelihood ratio is chi-square of as many degrees as there are parameters, here at
    95 %. Where the fit leaves more than noise, a hundredth of it is no difference either.
    """
    degrees = len(trial.steps) + 2 * int(trials.is_store.sum())
    return trial.misfit * (1 + _WORSE_BY) + float(chi2.ppf(_SURE, degrees)) / 2 / trials.readings
