"""The schedules behind the meter: which stages ran when, with stores as small as can be.

An optimal plant would use larger stores if it had them, and the days it was seen to run must fit
into those it has. So the smallest stores into which all metered days fit reproduce these days: a
larger store cannot raise their cost, and the true one is no smaller. Each day is read by a small
programme that follows the meter within its noise, keeps the run hours and the balance of every
store, prefers cheap steps, and pays for every store beyond what the days before needed. All weights
are in the unit of a log likelihood.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse

from ..linear_problem import Problem
from ..solver import SolverError, solve
from ..stn_tables import Floats
from .chain import Ints
from .process import Process

_STORE_WEIGHT, _PRICE_WEIGHT = 8.0, 4.0
_GAP = 5e-3
_NODE_LIMIT = 50
_MARGIN = 1e-6


def needed_stores(
    process: Process,
    power_kw: Floats,
    run_steps: Ints,
    load_kwh: Floats,
    price_per_kwh: Floats,
    noise_kwh: Floats,
) -> tuple[Floats, Floats] | None:
    """Headroom and reserve that the metered days need.

    Args:
        process: what is public; a line or a graph of on/off stages.
        power_kw: of each stage [I].
        run_steps: running steps of each stage in a day [I].
        load_kwh: of the stages [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        noise_kwh: standard deviation of each reading [D, T].

    Returns:
        Headroom and reserve of each material [M], [M]; None if a day cannot be read.
    """
    reading = _DayReading(process, power_kw, run_steps, load_kwh.shape[1])
    headroom_t = np.zeros(len(process.materials))
    reserve_t = np.zeros(len(process.materials))
    for load, price, noise in zip(load_kwh, price_per_kwh, noise_kwh, strict=True):
        stock_t = reading.stocks(load, price, noise, headroom_t, reserve_t)
        if stock_t is None:
            return None
        headroom_t = np.maximum(headroom_t, stock_t.max(axis=1))
        reserve_t = np.maximum(reserve_t, -stock_t.min(axis=1))
    is_store = np.array([name not in process.products for name in process.materials])
    grown = 1 + _MARGIN
    return headroom_t * is_store * grown, reserve_t * is_store * grown


class _DayReading:
    """The programme of one day.

    Columns are running in each step, running until each step, deviations, extra stores.
    """

    def __init__(self, process: Process, power_kw: Floats, run_steps: Ints, steps: int) -> None:
        self.steps = steps
        self.energy_kwh = power_kw * 24 / steps
        self.net_t = process.net_per_kwh * self.energy_kwh[:, None]
        self.stages, self.materials = self.net_t.shape
        self.is_store = np.array([name not in process.products for name in process.materials])
        self.problem = self._compiled(run_steps)

    def stocks(
        self,
        load_kwh: Floats,
        price: Floats,
        noise_kwh: Floats,
        headroom_t: Floats,
        reserve_t: Floats,
    ) -> Floats | None:
        """Stocks after each step of a day, relative to the morning [M, T]."""
        problem, steps, run = self.problem, self.steps, self.stages * self.steps
        rank = price.argsort().argsort() / (steps - 1) - 0.5
        problem.cost[:run] = np.tile(_PRICE_WEIGHT * rank, self.stages)
        present = ~np.isnan(load_kwh)
        problem.cost[2 * run : 2 * run + steps] = present / noise_kwh
        metered = np.where(present, load_kwh, 0.0)
        limits_t = [np.where(self.is_store, side, np.inf) for side in (headroom_t, reserve_t)]
        first = run + 2 * self.materials * steps
        problem.row_upper[run:first] = np.repeat(np.concatenate(limits_t), steps)
        problem.row_lower[first : first + 2 * steps] = np.concatenate([metered, -metered])
        try:
            found = solve(problem, mip_gap=_GAP, node_limit=_NODE_LIMIT)
        except SolverError:
            return None
        running = found.x[:run].reshape(self.stages, steps)
        return np.asarray(np.cumsum(self.net_t.T @ running, axis=1))

    def _compiled(self, run_steps: Ints) -> Problem:
        steps, materials, run = self.steps, self.materials, self.stages * self.steps
        kron, eye = scipy.sparse.kron, scipy.sparse.eye_array
        hour, change = eye(steps), eye(steps) - eye(steps, k=-1)
        stock = kron(self.net_t.T, hour)
        beyond = kron(eye(materials), np.ones((steps, 1)))
        evening = kron(self.net_t.T, hour.tocsr()[[-1]])
        load = kron(self.energy_kwh[None], hour)
        matrix = scipy.sparse.block_array(
            [
                [-eye(run), kron(eye(self.stages), change), None, None, None],
                [None, stock, None, -beyond, None],
                [None, -stock, None, None, -beyond],
                [load, None, hour, None, None],
                [-load, None, hour, None, None],
                [None, evening, None, None, None],
            ]
        )
        unit_t = np.abs(self.net_t).max(axis=0)
        extra = np.where(self.is_store, _STORE_WEIGHT / unit_t, 0.0)
        balanced = np.where(self.is_store, -_MARGIN * unit_t, -np.inf)
        until = np.arange(1.0, steps + 1)
        counts = run_steps[:, None].astype(np.float64)
        free = np.full(steps + 2 * materials, np.inf)
        wide = np.full(2 * materials * steps, np.inf)
        return Problem(
            cost=np.r_[np.zeros(2 * run + steps), extra, extra],
            col_lower=np.r_[
                np.zeros(run),
                np.maximum(0.0, counts - (steps - until)).ravel(),
                np.zeros_like(free),
            ],
            col_upper=np.r_[np.ones(run), np.minimum(counts, until).ravel(), free],
            integral=np.arange(matrix.shape[1]) < run,
            row_lower=np.r_[np.zeros(run), -wide, np.zeros(2 * steps), balanced],
            row_upper=np.r_[np.zeros(run), wide, np.full(2 * steps + materials, np.inf)],
            matrix=scipy.sparse.csc_array(matrix),
            columns={},
            rows={},
        )
