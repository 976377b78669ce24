"""Moves of work: what a step does is done in a later one, and the later step's work now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...twins.stn_course import StnCourse
from ...twins.stn_tables import Floats, Ints
from .factory_what_if import FactoryWhatIf, task_power_kw


class Move(NamedTuple):
    """A course in which tasks swap this step for a later one."""

    tasks: Ints
    """Those that may swap."""
    later: int
    """Steps between the two."""
    course: StnCourse


def best_move(what_if: FactoryWhatIf, movable: Ints, *, tried: int, least: float) -> Move | None:
    """The move that saves most; None if none saves enough.

    Tried are single tasks and all of them together, with the later steps whose price promises most.

    Args:
        what_if: the twin, and the course to be bettered.
        movable: tasks that may be moved.
        tried: later steps that are tried for each.
        least: saving that is enough [currency].
    """
    best: Move | None = None
    cost = what_if.course.cost - least
    for tasks, later, levels in _moves(what_if, movable, tried):
        course = what_if.run(levels)
        as_asked = np.array_equal(course.levels[0, tasks], levels[0, tasks])
        if as_asked and course.cost < cost and what_if.allowed(course):
            best, cost = Move(tasks, later, course), course.cost
    return best


def _moves(what_if: FactoryWhatIf, movable: Ints, tried: int) -> Iterator[tuple[Ints, int, Floats]]:
    """Tasks, steps until the later step, and levels of the rest of the day."""
    levels = what_if.course.levels
    power_kw = task_power_kw(what_if.tables, levels)
    price = what_if.view.buy_price_per_kwh[what_if.view.step :]
    groups = [np.array([j]) for j in movable] + ([movable] if len(movable) > 1 else [])
    for tasks in groups:
        less_kw = power_kw[0, tasks].sum() - power_kw[:, tasks].sum(axis=1)
        gain = less_kw * (price[0] - price)
        for later in np.argsort(-gain, kind="stable")[:tried]:
            if gain[later] <= 0.0:
                break
            swapped = levels.copy()
            swapped[0, tasks], swapped[later, tasks] = levels[later, tasks], levels[0, tasks]
            yield tasks, int(later), swapped
