"""The latest schedule of a plant that still meets its targets, as cumulated production."""

from __future__ import annotations

import math
from typing import NamedTuple

from ..twins.jit import entry, kernel
from ..twins.stn_tables import TOL, Floats, Ints


class ReachTables(NamedTuple):
    """What the latest schedule depends on. J tasks, M materials."""

    n_steps: int
    """Steps a day."""
    strict: bool
    """Whether what is taken in a step must be there before it."""
    order: Ints
    """[J] consumers of a material before its producers."""
    top_t: Floats
    """[J, M] made in a step at full rate."""
    rate_t: Floats
    """[M] made in a step by all tasks at full rate."""
    thrift_t: Floats
    """[J, M] least taken for what a step at full rate makes."""
    whole: Ints
    """[J] 1 for tasks that run at full rate or not at all."""
    must_from: Ints
    """[J] step from which on a task has to run."""
    must_share: Floats
    """[J] share of the full rate at which it has to, at least."""
    stock_min_t: Floats
    """[M]."""
    end_min_t: Floats
    """[M] target at the end of the day."""


@kernel
def _write_made(
    tables: ReachTables, m: int, left: int, stock_t: float, taken_t: Floats, made_t: Floats
) -> None:
    """Write the least that must have been made of m by the end of each step [T]."""
    above = stock_t - tables.stock_min_t[m]
    later = tables.end_min_t[m] - stock_t + taken_t[m, left - 1]
    for s in range(left - 1, -1, -1):
        use = s + 1 if tables.strict else s
        if use < left:
            later = max(later, taken_t[m, use] - above)
        made_t[m, s] = max(later, 0.0)
        later -= tables.rate_t[m]


@kernel
def _write_runs(
    tables: ReachTables, j: int, step: int, left: int, made_t: Floats, taken_t: Floats
) -> None:
    """Add what task j takes in its latest schedule to what is taken by the end of each step."""
    for s in range(left):
        must = min(s + 1, step + s + 1 - tables.must_from[j])
        runs = max(0.0, must * tables.must_share[j])
        for m in range(tables.top_t.shape[1]):
            if tables.top_t[j, m] > 0.0:
                runs = max(runs, made_t[m, s] / tables.rate_t[m])
        if tables.whole[j] == 1:
            runs = float(math.ceil(runs - TOL))
        for m in range(tables.thrift_t.shape[1]):
            taken_t[m, s] += runs * tables.thrift_t[j, m]


@entry
def write_least_made(
    tables: ReachTables, stock_t: Floats, step: Ints, taken_t: Floats, made_t: Floats,
    least_t: Floats,
) -> None:  # fmt: skip
    """Write the least that must be made of each material in this step [n, M].

    Args:
        tables: the plant.
        stock_t: stocks [n, M].
        step: the step to be decided [n].
        taken_t: scratch [M, T].
        made_t: scratch [M, T].
        least_t: the result; 0 for what no task makes.
    """
    for i in range(stock_t.shape[0]):
        left = tables.n_steps - step[i]
        least_t[i] = 0.0
        if left <= 0:
            continue
        taken_t[:] = 0.0
        for j in tables.order:
            for m in range(tables.top_t.shape[1]):
                if tables.top_t[j, m] > 0.0:
                    _write_made(tables, m, left, stock_t[i, m], taken_t, made_t)
                    least_t[i, m] = made_t[m, 0]
            _write_runs(tables, j, step[i], left, made_t, taken_t)
