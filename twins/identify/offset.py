"""Load that is not the stages': a base load, and generation behind the meter.

Both are unknown multiples of known courses (1, each clock hour, the PV of the region). A staircase
of nested stages gives a first estimate; then the likely schedules of the stages and the multiples
are fitted in turn, by regression of the meter on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from ..stn_tables import Floats
from .chain import Chain
from .hour_fit import HourFit, HourModel
from .hour_search import HourSearch, near_staircases
from .meter import MeterDays

BaseLoad = Literal["none", "constant", "daily"]

_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.95)
_TURNS = 8
_TRIED = 20


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
    nothing = Offset(np.zeros(days.steps))
    if base_load == "none" and days.pv_kwh_per_kw is None:
        return nothing
    first = _first(days, base_load)
    shares = (0.0,) if base_load == "none" else _SHARES
    found: list[tuple[float, Offset]] = []
    for share in shares:
        floor_kwh = max(0.0, float(np.nanquantile(first.load_kwh(days), 0.02)))
        start = Offset(first.base_load_kwh + share * floor_kwh, first.pv_kw)
        found.append(_refined(days, chain, start, base_load, seed))
    return max(found, key=lambda pair: pair[0])[1]


def refined(
    days: MeterDays, chain: Chain, offset: Offset, base_load: BaseLoad, fit: HourFit
) -> Offset:
    """The offset that suits the schedules of a fit of the run hours."""
    for _ in range(_TURNS):
        offset = _regressed(days, offset, base_load, fit)
        model = HourModel(offset.load_kwh(days), days.price_per_kwh, chain)
        fit = model.fit(fit.steps, fit)
    return offset


def _first(days: MeterDays, base_load: BaseLoad) -> Offset:
    """PV and the shape of the day from a regression on the rank of the price."""
    rank = days.price_per_kwh.argsort(axis=1).argsort(axis=1)
    columns = [_dummies(rank, days.steps)]
    if base_load == "daily":
        columns.append(_dummies(np.tile(np.arange(days.steps), (days.days, 1)), days.steps))
    if days.pv_kwh_per_kw is not None:
        columns.append(-days.pv_kwh_per_kw.reshape(-1, 1))
    present = ~np.isnan(days.energy_kwh.ravel())
    matrix = np.hstack(columns)[present]
    ridge = 1e-3 * np.eye(matrix.shape[1])
    moment = matrix.T @ days.energy_kwh.ravel()[present]
    found = np.linalg.solve(matrix.T @ matrix + ridge, moment).astype(np.float64)
    pv_kw = max(0.0, float(found[-1])) if days.pv_kwh_per_kw is not None else 0.0
    shape: Floats = np.zeros(days.steps)
    if base_load == "daily":
        shape = found[days.steps : 2 * days.steps]
        shape = shape - shape.min()
    return Offset(shape, pv_kw)


def _refined(
    days: MeterDays, chain: Chain, start: Offset, base_load: BaseLoad, seed: int
) -> tuple[float, Offset]:
    """Log likelihood and offset after a fit of the likeliest staircase."""
    model = HourModel(start.load_kwh(days), days.price_per_kwh, chain)
    search = HourSearch(model)
    for steps in near_staircases(model, seed)[:_TRIED]:
        search.fit(steps)
    best = search.best(1)
    if not best:
        return -np.inf, start
    offset = refined(days, chain, start, base_load, best[0])
    again = HourModel(offset.load_kwh(days), days.price_per_kwh, chain).fit(best[0].steps)
    return again.log_likelihood, offset


def _regressed(days: MeterDays, offset: Offset, base_load: BaseLoad, fit: HourFit) -> Offset:
    """Regress the meter on the schedules and the courses, none of them negative."""
    steps = days.steps
    rows = days.days * steps
    columns = [fit.running.reshape(rows, -1) * 24 / steps]
    if base_load == "constant":
        columns.append(np.ones((rows, 1)))
    if base_load == "daily":
        columns.append(_dummies(np.tile(np.arange(steps), (days.days, 1)), steps))
    if days.pv_kwh_per_kw is not None:
        columns.append(-days.pv_kwh_per_kw.reshape(-1, 1))
    present = ~np.isnan(days.energy_kwh.ravel())
    matrix = np.hstack(columns)[present]
    found = lsq_linear(matrix, days.energy_kwh.ravel()[present], (0.0, np.inf)).x
    stages = fit.running.shape[2]
    pv_kw = float(found[-1]) if days.pv_kwh_per_kw is not None else 0.0
    base_load_kwh = offset.base_load_kwh
    if base_load == "constant":
        base_load_kwh = np.full(steps, found[stages])
    if base_load == "daily":
        base_load_kwh = found[stages : stages + steps]
    return Offset(base_load_kwh, pv_kw)


def _dummies(index: NDArray[np.int64], count: int) -> Floats:
    return np.equal.outer(index.ravel(), np.arange(count)).astype(np.float64)
