"""What a factory must make in this step so that the targets of the day stay within reach.

Going from the targets upstream, each task runs as late as it can: full rate in the last steps that
suffice for what its consumers take, when they take it. What that schedule makes in this step, every
schedule that meets the targets must have made by then. Where a task has several modes, what it
takes counts at its thriftiest; upper limits of stocks and of power count nothing. So what is asked
for is needed, but it may not be enough.
"""

from __future__ import annotations

import numpy as np

from ..twins.stn_tables import TOL, Floats, Ints, StnTables
from .mask_kernel import Bools
from .reach_kernel import ReachTables, write_least_made


class Reach:
    """How far the targets of a plant's day are away.

    Args:
        tables: the plant.
    """

    def __init__(self, tables: StnTables) -> None:
        self._tables = reach_tables(tables)
        self._scratch = np.zeros((2, len(tables.end_min_t), tables.n_steps))
        self._tolerance_t = TOL * np.maximum(1.0, self._tables.rate_t)

    def least_made_t(self, stock_t: Floats, step: Ints) -> Floats:
        """Least that this step must make of each material [n, M], in stock units.

        Where it is more than the plant can make, the targets are out of reach.

        Args:
            stock_t: stocks [n, M].
            step: the step to be decided [n].
        """
        least_t = np.empty(stock_t.shape)
        taken_t, made_t = self._scratch
        write_least_made(self._tables, stock_t, step, taken_t, made_t, least_t)
        return np.asarray(least_t - self._tolerance_t)

    def in_reach(self, stock_t: Floats, step: Ints) -> Bools:
        """Whether nothing speaks against meeting all targets yet [n].

        Args:
            stock_t: stocks [n, M].
            step: the step to be decided [n]; after the last one targets are met or missed.
        """
        tables = self._tables
        over = (step >= tables.n_steps)[:, None]
        lacking_t = tables.end_min_t - stock_t - self._tolerance_t
        beyond_t = self.least_made_t(stock_t, step) - tables.rate_t
        return np.asarray((np.where(over, lacking_t, beyond_t) <= 0).all(axis=1))


def reach_tables(tables: StnTables) -> ReachTables:
    """What a plant makes and takes at full rate, and must have in the end."""
    tasks = np.arange(len(tables.n_modes))
    top_t = tables.produce_t[tasks, tables.n_modes - 1]
    return ReachTables(
        n_steps=tables.n_steps,
        strict=tables.strict,
        order=np.array(tables.downstream_first),
        top_t=top_t,
        rate_t=top_t.sum(axis=0),
        thrift_t=np.array([_thrift_t(tables, int(j)) for j in tasks]),
        whole=np.array((tables.n_modes == 2) & (not tables.continuous), np.int64),
        must_from=np.array(tables.must_run_from),
        must_share=_least_share(tables),
        stock_min_t=np.array(tables.stock_min_t),
        end_min_t=np.array(tables.end_min_t),
    )


def _least_share(tables: StnTables) -> Floats:
    """Share of the full rate at which each task makes least while it runs [J]."""
    made_t = tables.produce_t.max(axis=2)
    tasks = np.arange(len(made_t))
    top_t = made_t[tasks, tables.n_modes - 1]
    return np.where(top_t > 0, made_t[:, 1] / np.where(top_t > 0, top_t, 1.0), 1.0)


def _thrift_t(tables: StnTables, j: int) -> Floats:
    """Least that task j takes of each material [M] for what a step at full rate makes."""
    top = tables.n_modes[j] - 1
    taken_t, made_t = tables.consume_t[j, 1 : top + 1], tables.produce_t[j, 1 : top + 1].max(axis=1)
    if not made_t[-1]:
        return np.asarray(taken_t[-1])
    makes = made_t > 0
    return np.asarray((taken_t[makes] * made_t[-1] / made_t[makes, None]).min(axis=0))
