"""What a factory must make in this step so that the targets of the day stay within reach.

Steps that are still needed at full rate, against steps that are left. Going from the targets
upstream, what consumers still take is what producers still make, as in the reference rule; but
where a task has several modes, what it takes counts at its thriftiest. What is asked for is
therefore needed by every schedule that meets the targets: no such schedule is ruled out.
"""

from __future__ import annotations

import numpy as np

from ..twins.stn_tables import TOL, Floats, Ints, StnTables


class Reach:
    """How far the targets of a plant's day are away.

    Args:
        tables: the plant.
    """

    def __init__(self, tables: StnTables) -> None:
        self._tables = tables
        tasks = range(len(tables.n_modes))
        self._top_t = tables.produce_t[np.arange(len(tasks)), tables.n_modes - 1]
        self._rate_t = self._top_t.sum(axis=0)
        self._thrift_t = np.array([self._least_taken_t(j) for j in tasks])
        self._whole = (tables.n_modes == 2) & (not tables.continuous)
        self._lag = self._lags()

    def least_made_t(self, stock_t: Floats, step: Ints) -> Floats:
        """Least that this step must make of each material [n, M], in stock units.

        Where it is more than the plant can make, the targets are out of reach.

        Args:
            stock_t: stocks [n, M].
            step: the step to be decided [n].
        """
        tables = self._tables
        missing_t = tables.end_min_t - stock_t
        for j in tables.downstream_first:
            runs = self._must_runs(j, step)
            for m in np.flatnonzero(self._top_t[j] > 0):
                runs = np.maximum(runs, missing_t[:, m] / self._rate_t[m])
            if self._whole[j]:
                runs = np.ceil(runs - TOL)
            missing_t += runs[:, None] * self._thrift_t[j]
        later = np.maximum(tables.n_steps - 1 - step[:, None] - self._lag, 0)
        made = missing_t - self._rate_t * later
        tolerance = TOL * np.maximum(1.0, self._rate_t)
        return np.where(self._rate_t > 0, made - tolerance, -np.inf)

    def _must_runs(self, j: int, step: Ints) -> Floats:
        """Steps that task j must still run, whatever the targets [n]."""
        left = self._tables.n_steps - np.maximum(step, self._tables.must_run_from[j])
        lowest = self._tables.produce_t[j, 1].max() / max(self._top_t[j].max(), TOL)
        return np.asarray(np.maximum(left, 0) * float(lowest))

    def _least_taken_t(self, j: int) -> Floats:
        """Least taken of each material [M] for what a step at full rate makes."""
        tables, top = self._tables, self._tables.n_modes[j] - 1
        taken_t = tables.consume_t[j, 1 : top + 1]
        made_t = tables.produce_t[j, 1 : top + 1]
        share = made_t.max(axis=1) / max(made_t[-1].max(), TOL)
        rates: Floats = taken_t[-1]
        if made_t.any():
            rates = (taken_t[share > 0] / share[share > 0, None]).min(axis=0)
        return rates

    def _lags(self) -> Ints:
        """Last steps in which making a material is too late [M], in strict plants."""
        tables = self._tables
        lag = np.zeros(len(tables.end_min_t), np.int64)
        if not tables.strict:
            return lag
        for j in tables.downstream_first:
            makes, takes = self._top_t[j] > 0, tables.consume_t[j].any(axis=0)
            own_target = tables.end_min_t > tables.stock_min_t
            if makes.any():
                behind = takes & ~own_target
                lag[behind] = np.maximum(lag[behind], 1 + lag[makes].min())
        return lag
