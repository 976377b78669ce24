"""Every state of stocks that a plant can be in at each step of its day, and what leads where."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from ..twins.errors import InputError
from ..twins.stn_tables import TOL, Floats, Ints, StnTables
from .mask_kernel import Bools
from .reachable import Reach

MOST_ACTIONS = 512
"""Most combinations of modes that are looked at."""

MOST_STATES = 20_000
"""Most states of a step."""

_MOST_KEYS = 2**31


class Moves(NamedTuple):
    """What can be done in each of S states of a step: E moves, state after state."""

    first: Ints
    """[S + 1] the first move of each state, and E."""
    action: Ints
    """[E] combination of modes."""
    after: Ints
    """[E] state of the next step that it leads to."""


@dataclass(frozen=True, slots=True)
class StateLattice:
    """States of a plant's stocks from which the targets of the day can still be met.

    T steps, A combinations of modes of J tasks, M materials.

    Args:
        modes: modes of each combination [A, J].
        stock_t: stocks before each step, and after the last [T + 1] of [states of the step, M].
        moves: what can be done in each state [T].
    """

    modes: Ints
    stock_t: tuple[Floats, ...]
    moves: tuple[Moves, ...]

    def nearest(self, step: int, stock_t: Floats) -> int:
        """The state of a step whose stocks are nearest to some [M], relative to their size."""
        states = self.stock_t[step]
        away = np.abs(states - stock_t) / np.maximum(1.0, states.max(axis=0))
        return int(away.sum(axis=1).argmin())


def build_lattice(tables: StnTables) -> StateLattice:
    """The states of a plant whose day begins with its initial stocks.

    Raises:
        InputError: a plant whose state is more than its stocks, that has too many states, or whose
            targets are out of reach.
    """
    _check(tables)
    modes = np.array(list(product(*map(range, tables.n_modes))), np.int64)
    states, moves = [np.array(tables.stock_initial_t)[None]], []
    for step in range(tables.n_steps):
        after, found = _next_states(tables, modes, states[-1], step)
        states.append(after)
        moves.append(found)
    _prune(states, moves, tables.end_min_t)
    return StateLattice(modes, tuple(states), tuple(moves))


def _check(tables: StnTables) -> None:
    fix = "give a plant whose state is its stocks, or use another policy"
    if tables.continuous:
        raise InputError("operation", "continuous", fix)
    if (tables.min_run_steps > 1).any():
        raise InputError("min_run_h", "above a step", fix)
    if tables.demand_charge_per_kw > 0:
        raise InputError("demand_charge_per_kw", tables.demand_charge_per_kw, fix)
    actions = math.prod(int(n) for n in tables.n_modes)
    if actions > MOST_ACTIONS:
        fix = f"give a plant with at most {MOST_ACTIONS}, or use another policy"
        raise InputError("combinations of modes", actions, fix)


def _next_states(
    tables: StnTables, modes: Ints, stock_t: Floats, step: int
) -> tuple[Floats, Moves]:
    """States after a step [S', M], and what leads to them."""
    tasks = np.arange(modes.shape[1])
    taken_t = tables.consume_t[tasks, modes].sum(axis=1)
    made_t = tables.produce_t[tasks, modes].sum(axis=1)
    least_t = Reach(tables).least_made_t(stock_t, np.full(len(stock_t), step))
    may = np.ones((len(stock_t), len(modes)), np.bool_)
    for m in range(stock_t.shape[1]):
        left = stock_t[:, m, None] - taken_t[:, m]
        after = left + made_t[:, m]
        may &= (after >= tables.stock_low_t[m]) & (after <= tables.stock_high_t[m])
        may &= made_t[:, m] >= least_t[:, m, None]
        if tables.strict:
            may &= left >= tables.stock_low_t[m]
    state, action = np.nonzero(may)
    after = stock_t[state] + (made_t - taken_t)[action]
    after = np.clip(after, tables.stock_min_t, tables.stock_max_t)
    first, index = _distinct(np.rint(after / TOL).astype(np.int64))
    if len(first) > MOST_STATES:
        fix = f"give a plant with at most {MOST_STATES} in a step, or use another policy"
        raise InputError("states of the stocks", len(first), fix)
    return after[first], Moves(np.append(0, np.cumsum(may.sum(axis=1))), action, index)


def _distinct(rows: Ints) -> tuple[Ints, Ints]:
    """Where distinct rows first stand [U], and which of them each row is [n]."""
    key, n_keys = np.zeros(len(rows), np.int64), 1
    for column in rows.T:
        low, high = column.min(), column.max()
        step = np.gcd.reduce(column - low)
        if step == 0:
            continue
        width = int((high - low) // step) + 1
        if n_keys * width >= _MOST_KEYS:
            found, key = np.unique(key, return_inverse=True)
            n_keys = len(found)
        key = key * width + (column - low) // step
        n_keys *= width
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    return first, index


def _prune(states: list[Floats], moves: list[Moves], end_min_t: Floats) -> None:
    """Take out the states from which the targets cannot be met.

    Raises:
        InputError: no state is left at the start.
    """
    keep: Bools = np.asarray((states[-1] >= end_min_t - TOL).all(axis=1))
    states[-1] = states[-1][keep]
    for step in reversed(range(len(moves))):
        first, action, after = moves[step]
        good, index = keep[after], np.cumsum(keep) - 1
        n_good = np.add.reduceat(np.append(good, False), first[:-1]) * (np.diff(first) > 0)
        keep = np.asarray(n_good > 0)
        first = np.append(0, np.cumsum(n_good[keep]))
        moves[step] = Moves(first, action[good], index[after[good]])
        states[step] = states[step][keep]
    if not len(states[0]):
        raise InputError("end_min_t", end_min_t.tolist(), "lower it: no schedule meets it")
