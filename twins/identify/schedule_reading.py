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
_NODE_LIMIT = 200
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
    """The programme of one day; columns are running, stocks, deviations, extra stores."""

    def __init__(
        self,
        process: Process,
        power_kw: Floats,
        run_steps: Ints,
        steps: int,
    ) -> None:
        self.steps = steps
        step_h = 24 / steps
        self.energy_kwh = power_kw * step_h
        self.net_t = process.net_per_kwh * self.energy_kwh[:, None]
        self.stages, self.materials = self.net_t.shape
        self.is_store = np.array([name not in process.products for name in process.materials])
        self.unit_t = np.abs(self.net_t).max(axis=0)
        self.sizes = np.cumsum(
            [self.stages * steps, self.materials * steps, steps, self.materials, self.materials]
        )
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
        problem, steps = self.problem, self.steps
        run, _, deviation, *_ = self.sizes
        rank = price.argsort().argsort() / (steps - 1) - 0.5
        problem.cost[:run] = np.tile(_PRICE_WEIGHT * rank, self.stages)
        present = ~np.isnan(load_kwh)
        problem.cost[deviation - steps : deviation] = present / noise_kwh
        rows = self.materials * steps
        metered = np.where(present, load_kwh, 0.0)
        problem.row_upper[rows : rows + rows] = np.repeat(
            np.where(self.is_store, headroom_t, np.inf), steps
        )
        problem.row_upper[2 * rows : 3 * rows] = np.repeat(
            np.where(self.is_store, reserve_t, np.inf), steps
        )
        problem.row_lower[3 * rows : 3 * rows + steps] = metered
        problem.row_lower[3 * rows + steps : 3 * rows + 2 * steps] = -metered
        try:
            found = solve(problem, mip_gap=_GAP, node_limit=_NODE_LIMIT)
        except SolverError:
            return None
        running = found.x[:run].reshape(self.stages, steps)
        return np.asarray(np.cumsum(self.net_t.T @ running, axis=1))

    def _compiled(self, run_steps: Ints) -> Problem:
        steps, materials = self.steps, self.materials
        hour, one = scipy.sparse.eye_array(steps), np.ones((steps, 1))
        change = hour - scipy.sparse.eye_array(steps, k=-1)
        each = scipy.sparse.eye_array(materials)
        stock = scipy.sparse.eye_array(materials * steps)
        beyond = scipy.sparse.kron(each, one)
        load = scipy.sparse.kron(self.energy_kwh[None], hour)
        matrix = scipy.sparse.block_array(
            [
                [
                    -scipy.sparse.kron(self.net_t.T, hour),
                    scipy.sparse.kron(each, change),
                    *[None] * 3,
                ],
                [None, stock, None, -beyond, None],
                [None, -stock, None, None, -beyond],
                [load, None, hour, None, None],
                [-load, None, hour, None, None],
                [scipy.sparse.kron(scipy.sparse.eye_array(self.stages), one.T), *[None] * 4],
            ]
        )
        rows, width = materials * steps, self.sizes[-1]
        free = np.full(width - self.sizes[1], np.inf)
        stock_lower = np.full((materials, steps), -np.inf)
        stock_lower[self.is_store, -1] = -_MARGIN * self.unit_t[self.is_store]
        extra = np.where(self.is_store, _STORE_WEIGHT / self.unit_t, 0.0)
        counts = run_steps.astype(np.float64)
        return Problem(
            cost=np.r_[np.zeros(self.sizes[2]), extra, extra],
            col_lower=np.r_[np.zeros(self.sizes[0]), stock_lower.ravel(), np.zeros_like(free)],
            col_upper=np.r_[np.ones(self.sizes[0]), np.full(rows, np.inf), free],
            integral=np.arange(width) < self.sizes[0],
            row_lower=np.r_[
                np.zeros(rows), np.full(2 * rows, -np.inf), np.zeros(2 * steps), counts
            ],
            row_upper=np.r_[np.zeros(rows), np.zeros(2 * rows), np.full(2 * steps, np.inf), counts],
            matrix=scipy.sparse.csc_array(matrix),
            columns={},
            rows={},
        )
