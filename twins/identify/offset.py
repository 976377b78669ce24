"""Load that is not the stages': a base load, and generation behind the meter.

Both are unknown multiples of known courses (1, each clock hour, the PV of the region). A rough
regression gives first estimates; then the likely schedules of the stages and the multiples are
fitted in turn, by regression of the meter on both. A course that repeats every day can hide a
stage that runs in the same hours most days, so there the run hours are sought along with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ..stn_tables import Floats
from .chain import Chain
from .hour_fit import HourFit, HourModel
from .hour_search import HourSearch, Steps, near_staircases
from .meter import MeterDays

BaseLoad = Literal["none", "constant", "daily"]

_SHAPES = (0.0, 0.5, 1.0)
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
_FEW_SHARES = (0.0, 0.5, 0.95)
_TURNS, _ROUNDS = 8, 3
_TRIED, _KEPT = 20, 3
_CLIMBS = 2
_REACH = 2
_RIDGE = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Offset:
    """What the meter shows beside the stages.

    Args:
        base_load_kwh: of each step of a day [T].
        pv_kw: capacity of the PV behind the meter [kW].
    """

    base_load_kwh: Floats
    pv_kw: float = 0.0

    def load_kwh(self, days: MeterDays) -> Floats:
        """The load of the stages alone [D, T]."""
        pv = 0.0 if days.pv_kwh_per_kw is None else days.pv_kwh_per_kw
        return np.asarray(days.energy_kwh - self.base_load_kwh + self.pv_kw * pv)

    @property
    def base_load_kw(self) -> float:
        """Mean base load."""
        return float(self.base_load_kwh.mean() * len(self.base_load_kwh) / 24)


def find_offset(days: MeterDays, chain: Chain, base_load: BaseLoad, seed: int) -> Offset:
    """Estimate base load and PV capacity.

    Args:
        days: with `pv_kwh_per_kw` if there is PV behind the meter.
        chain: of the process.
        base_load: none, a constant, or one that repeats every day.
        seed: of the search.
    """
    if base_load == "none" and days.pv_kwh_per_kw is None:
        return Offset(np.zeros(days.steps))
    search = _OffsetSearch(days, chain, base_load, seed)
    for start in _starts(days, base_load):
        search.begin(start)
    if base_load == "daily":
        for fit, offset in search.best(_CLIMBS):
            search.climb(fit, offset)
    found = search.best(1)
    return found[0][1] if found else _first(days, base_load)


def refined(
    days: MeterDays, chain: Chain, offset: Offset, base_load: BaseLoad, fit: HourFit
) -> Offset:
    """The offset that suits the schedules of a fit of the run hours."""
    for _ in range(_TURNS):
        offset = _regressed(days, offset, base_load, fit)
        model = HourModel(offset.load_kwh(days), days.price_per_kwh, chain)
        fit = model.fit(fit.steps, fit, rounds=_ROUNDS)
    return _regressed(days, offset, base_load, fit)


class _OffsetSearch:
    """Fits of run hours and offset together; a fit of few rounds leaves the offset room to move.

    Args:
        days: of the meter.
        chain: of the process.
        base_load: kind of it.
        seed: of the staircases.
    """

    def __init__(self, days: MeterDays, chain: Chain, base_load: BaseLoad, seed: int) -> None:
        self.days = days
        self.chain = chain
        self.base_load = base_load
        self.seed = seed
        self._found: dict[Steps, tuple[HourFit, Offset]] = {}

    def begin(self, start: Offset) -> None:
        """Try the likeliest of the staircases under an offset."""
        search = HourSearch(self._model(start))
        for steps in near_staircases(search.model, self.seed)[:_TRIED]:
            search.fit(steps)
        for fit in search.best(_KEPT):
            self._try(tuple(fit.steps.tolist()), start)

    def climb(self, fit: HourFit, offset: Offset) -> None:
        """Go to the likeliest neighbour until none is likelier."""
        tried: set[Steps] = set()
        while True:
            near = _neighbours(tuple(fit.steps.tolist()), self.days.steps)
            fits = [self._try(steps, offset) for steps in near if steps not in tried]
            tried.update(near)
            best = max(fits, key=lambda pair: pair[0].log_likelihood, default=(fit, offset))
            if best[0].log_likelihood <= fit.log_likelihood + 1e-3:
                return
            fit, offset = best

    def best(self, count: int) -> list[tuple[HourFit, Offset]]:
        """The likeliest fits and their offsets."""
        finite = [pair for pair in self._found.values() if np.isfinite(pair[0].log_likelihood)]
        return sorted(finite, key=lambda pair: -pair[0].log_likelihood)[:count]

    def _try(self, steps: Steps, start: Offset) -> tuple[HourFit, Offset]:
        """Fit some running steps and the offset, beginning with an offset."""
        rough = self._model(start).fit(np.array(steps), rounds=_ROUNDS)
        offset = refined(self.days, self.chain, start, self.base_load, rough)
        fit = self._model(offset).fit(rough.steps)
        known = self._found.get(steps)
        if known is None or fit.log_likelihood > known[0].log_likelihood:
            self._found[steps] = fit, offset
        return fit, offset

    def _model(self, offset: Offset) -> HourModel:
        return HourModel(offset.load_kwh(self.days), self.days.price_per_kwh, self.chain)


def _starts(days: MeterDays, base_load: BaseLoad) -> list[Offset]:
    """Offsets to begin with: more or less of the shape, and of the lowest load under it."""
    first = _first(days, base_load)
    starts = []
    for shape in _SHAPES if base_load == "daily" else (1.0,):
        base_kwh = shape * first.base_load_kwh
        lowest_kwh = np.nanquantile(Offset(base_kwh, first.pv_kw).load_kwh(days), 0.02)
        floor_kwh = max(0.0, float(lowest_kwh))
        shares = {"none": (0.0,), "constant": _SHARES, "daily": _FEW_SHARES}[base_load]
        starts += [Offset(base_kwh + share * floor_kwh, first.pv_kw) for share in shares]
    return starts


def _first(days: MeterDays, base_load: BaseLoad) -> Offset:
    """PV and the shape of the day from a regression on the rank of the price."""
    rank = days.price_per_kwh.argsort(axis=1).argsort(axis=1)
    columns = [_dummies(rank, days.steps), *_courses(days, base_load == "daily")]
    present = ~np.isnan(days.energy_kwh.ravel())
    matrix = np.hstack(columns)[present]
    ridge = _RIDGE * np.eye(matrix.shape[1])
    moment = matrix.T @ days.energy_kwh.ravel()[present]
    found = np.linalg.solve(matrix.T @ matrix + ridge, moment).astype(np.float64)
    pv_kw = max(0.0, float(found[-1])) if days.pv_kwh_per_kw is not None else 0.0
    shape: Floats = np.zeros(days.steps)
    if base_load == "daily":
        shape = found[days.steps : 2 * days.steps]
        shape = shape - shape.min()
    return Offset(shape, pv_kw)


def _regressed(days: MeterDays, offset: Offset, base_load: BaseLoad, fit: HourFit) -> Offset:
    """Regress the meter on the schedules and the courses, none of them negative."""
    steps = days.steps
    stages = fit.running.shape[2]
    columns = [fit.running.reshape(-1, stages) * 24 / steps]
    if base_load == "constant":
        columns.append(np.ones((days.days * steps, 1)))
    columns += _courses(days, base_load == "daily")
    present = ~np.isnan(days.energy_kwh.ravel())
    found = nnls(np.hstack(columns)[present], days.energy_kwh.ravel()[present])[0]
    pv_kw = float(found[-1]) if days.pv_kwh_per_kw is not None else 0.0
    base_load_kwh = offset.base_load_kwh
    if base_load == "constant":
        base_load_kwh = np.full(steps, found[stages])
    if base_load == "daily":
        base_load_kwh = found[stages : stages + steps]
    return Offset(base_load_kwh, pv_kw)


def _courses(days: MeterDays, daily: bool) -> list[Floats]:
    """Columns of each step of the day, if wanted, and of the PV, if there is any."""
    columns = []
    if daily:
        columns.append(_dummies(np.tile(np.arange(days.steps), (days.days, 1)), days.steps))
    if days.pv_kwh_per_kw is not None:
        columns.append(-days.pv_kwh_per_kw.reshape(-1, 1))
    return columns


def _neighbours(steps: Steps, most: int) -> list[Steps]:
    """The steps of one stage changed a little, one moved between two, or two swapped."""
    stages = range(len(steps))
    changes = [{i: steps[i] + d} for i in stages for d in range(-_REACH, _REACH + 1) if d]
    for i, j in permutations(stages, 2):
        changes.append({i: steps[i] + 1, j: steps[j] - 1})
        changes.append({i: steps[j], j: steps[i]})
    near = dict.fromkeys(tuple(change.get(i, steps[i]) for i in stages) for change in changes)
    return [each for each in near if each != steps and min(each) >= 1 and max(each) <= most]


def _dummies(index: NDArray[np.int64], count: int) -> Floats:
    return np.equal.outer(index.ravel(), np.arange(count)).astype(np.float64)
