"""Which combinations of modes a plant can run as they are: the shield's own test, many at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..twins.jit import entry, kernel
from ..twins.stn_tables import Floats, Ints

_POWER_TOL_KW = 1e-6

Bools = NDArray[np.bool_]


class JointTables(NamedTuple):
    """C combinations of modes of J tasks, on M materials."""

    place: Ints
    """[C, J] where the mode of each task stands in the masks of tasks."""
    power_kw: Floats
    """[C] of all tasks."""
    taken_t: Floats
    """[C, M] material taken in a step."""
    made_t: Floats
    """[C, M] material made in a step."""
    stock_low_t: Floats
    """[M] least stock that rounding may lead to."""
    stock_high_t: Floats
    """[M] greatest stock that rounding may lead to."""
    strict: bool
    """Whether what is taken must be there before the step."""


@kernel
def _tasks_may(tables: JointTables, c: int, task_masks: Bools) -> bool:
    may = True
    for j in range(tables.place.shape[1]):
        may = may and task_masks[tables.place[c, j]]
    return may


@kernel
def _fits(tables: JointTables, c: int, stock_t: Floats, free_kw: float) -> bool:
    if tables.power_kw[c] > free_kw + _POWER_TOL_KW:
        return False
    for m in range(stock_t.shape[0]):
        left = stock_t[m] - tables.taken_t[c, m]
        after = left + tables.made_t[c, m]
        if after < tables.stock_low_t[m] or after > tables.stock_high_t[m]:
            return False
        if tables.strict and left < tables.stock_low_t[m]:
            return False
    return True


@kernel
def _makes_enough(tables: JointTables, c: int, least_made_t: Floats) -> bool:
    enough = True
    for m in range(least_made_t.shape[0]):
        enough = enough and tables.made_t[c, m] >= least_made_t[m]
    return enough


@entry
def write_joint_masks(
    tables: JointTables, task_masks: Bools, stock_t: Floats, free_kw: Floats,
    least_made_t: Floats, masks: Bools,
) -> None:  # fmt: skip
    """Write which combinations may be asked for [n, C]; in every row at least one.

    Where no combination makes enough, any that fits may be asked for; where none fits either, any
    that the masks of the tasks allow.

    Args:
        tables: the combinations.
        task_masks: modes that each task may ask for [n, sum of modes].
        stock_t: stocks [n, M].
        free_kw: power that the tasks may draw [n].
        least_made_t: what must be made in this step [n, M].
        masks: the result.
    """
    for i in range(masks.shape[0]):
        found = False
        for needs in range(3, 0, -1):
            if found:
                break
            for c in range(masks.shape[1]):
                may = _tasks_may(tables, c, task_masks[i])
                may = may and (needs < 2 or _fits(tables, c, stock_t[i], free_kw[i]))
                may = may and (needs < 3 or _makes_enough(tables, c, least_made_t[i]))
                masks[i, c] = may
                found = found or may
