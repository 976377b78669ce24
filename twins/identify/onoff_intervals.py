"""What the meter leaves open of an on/off plant, found by planning its days again.

A value of a store is open if the days planned with it, all else as in the fit, deviate from the
meter no more than those of the fit. Larger stores never cost more and smaller ones never less, so
the open values are one interval, and its ends are found by doubling and halving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..intervals import Intervals
from ..stn_tables import Floats
from .onoff_fit import OnOffFit, target_of
from .parameters import Parameters
from .process import Process
from .store_search import SIDES, Side, StoreSearch, Trial, with_side

_WORSE_BY, _WORSE_AT_LEAST = 1.01, 1e-4
_HALVINGS = 5
_DEVIATIONS = 2.0
_ROUNDING = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class OpenStores:
    """The open values of the stores.

    Args:
        low: by side [2, M].
        high: by side [2, M].
    """

    low: Floats
    high: Floats


def open_stores(
    process: Process, fit: OnOffFit, search: StoreSearch, progress: Callable[[float], None]
) -> OpenStores:
    """The interval of the headroom and reserve of each store.

    Args:
        process: what is public.
        fit: of the plant.
        search: on the days of the fit.
        progress: called with the share that is done.
    """
    low = np.array([getattr(fit.trial.parameters, side) for side in SIDES])
    high = low.copy()
    most_t = search.unit_t(fit.trial.parameters.power_kw) * search.load_kwh.shape[1]
    stores = [m for m, name in enumerate(process.materials) if name not in process.products]
    places = [(s, m) for s in range(len(SIDES)) for m in stores]
    for done, (s, m) in enumerate(places):
        progress(done / len(places))
        end = _End(search, fit.trial, SIDES[s], m)
        low[s, m] = end.towards(0.0)
        high[s, m] = end.towards(float(most_t[m]))
    return OpenStores(low, high)


def centred(fit: OnOffFit, search: StoreSearch, stores: OpenStores) -> OnOffFit:
    """The fit with each store in the middle of its open values, where all of them agree.

    Stores that never bind have no upper end that matters; one step's flow more is enough there.
    """
    trial = fit.trial
    unit_t = search.unit_t(trial.parameters.power_kw)
    for s, side in enumerate(SIDES):
        own: Floats = getattr(trial.parameters, side)
        wide = np.minimum(stores.high[s], stores.low[s] + 2 * unit_t)
        for m in np.flatnonzero(wide > own):
            for share in (0.5, 0.25):
                moved = getattr(trial.parameters, side).copy()
                moved[m] = own[m] + share * (wide[m] - own[m])
                changed = with_side(trial.parameters, side, moved)
                better = search.trial(changed, _bound(fit.trial.error))
                if better is not None:
                    trial = better
                    break
    return replace(fit, trial=trial)


def all_intervals(
    process: Process, fit: OnOffFit, search: StoreSearch, stores: OpenStores
) -> Intervals:
    """Intervals by the names of `parameter_names`, but for the base load.

    Powers: twice the standard error of a regression of the load on the planned schedules, and no
    less than a ten-thousandth, to which the fit of whole steps leaves them. Targets:
    those that take just as many steps.
    """
    parameters = fit.trial.parameters
    error_kw = _power_errors_kw(fit.trial, search)
    steps = search.load_kwh.shape[1]
    middle_t = target_of(process, parameters.power_kw, fit.steps, steps)
    made_t = _made_t(process, parameters, fit, steps)
    found: dict[str, tuple[float, float]] = {}
    for i, stage in enumerate(process.stages):
        power_kw = float(parameters.power_kw[i])
        reach = max(_DEVIATIONS * float(error_kw[i]), _ROUNDING * power_kw)
        reach = min(reach, power_kw / 2)
        found[f"{stage.name}.power_kw"] = (power_kw - reach, power_kw + reach)
    for s, side in enumerate(SIDES):
        for m, name in enumerate(process.materials):
            if name not in process.products:
                value = float(getattr(parameters, side)[m])
                low, high = min(stores.low[s, m], value), max(stores.high[s, m], value)
                found[f"{name}.{side}"] = (float(low), float(high))
    for m, name in enumerate(process.materials):
        if name in process.products:
            low_t = 2 * middle_t[m] - made_t[m]
            found[f"{name}.target_t"] = (float(low_t), float(made_t[m]))
    return found


class _End:
    """The last open value of one side of a store in some direction."""

    def __init__(self, search: StoreSearch, trial: Trial, side: Side, store: int) -> None:
        self.search = search
        self.trial = trial
        self.side = side
        self.store = store
        self.unit_t = float(search.unit_t(trial.parameters.power_kw)[store])

    def towards(self, limit_t: float) -> float:
        """The nearest value towards the limit that is not open any more, or the limit."""
        good = float(getattr(self.trial.parameters, self.side)[self.store])
        if limit_t == good or self._is_open(limit_t):
            return limit_t
        bad = limit_t
        step = self.unit_t / 4 * np.sign(limit_t - good)
        while abs(step) < abs(bad - good):
            if not self._is_open(good + step):
                bad = good + step
                break
            good, step = good + step, 2 * step
        for _ in range(_HALVINGS):
            middle = (good + bad) / 2
            if self._is_open(middle):
                good = middle
            else:
                bad = middle
        return float(bad)

    def _is_open(self, value_t: float) -> bool:
        parameters = self.trial.parameters
        moved = getattr(parameters, self.side).copy()
        moved[self.store] = value_t
        changed = with_side(parameters, self.side, moved)
        return self.search.trial(changed, _bound(self.trial.error)) is not None


def _bound(error: float) -> float:
    return error * _WORSE_BY + _WORSE_AT_LEAST


def _power_errors_kw(trial: Trial, search: StoreSearch) -> Floats:
    """Standard errors of the powers [I]."""
    step_h = 24 / search.load_kwh.shape[1]
    present = ~np.isnan(search.load_kwh)
    running = trial.running.transpose(0, 2, 1)[present] * step_h
    residual = search.load_kwh[present] - running @ trial.parameters.power_kw
    spread = np.linalg.pinv(running.T @ running) * np.mean(residual**2)
    return np.asarray(np.sqrt(np.maximum(np.diag(spread), 0.0)))


def _made_t(process: Process, parameters: Parameters, fit: OnOffFit, steps: int) -> Floats:
    step_t = np.maximum(process.net_per_kwh, 0.0) * parameters.power_kw[:, None] * 24 / steps
    return np.asarray((step_t * fit.steps[:, None]).sum(axis=0))
