"""Moves of charging between this quarter of an hour and a later one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...twins.heater_plan_course import Course
from ...twins.stn_tables import Floats
from .heater_what_if import HeaterWhatIf

_LEAST_KW = 5.0
"""Less than this is not worth moving."""


class ChargeMove(NamedTuple):
    """A course in which power goes from a later step to this one, or back."""

    power_kw: float
    """What this step gets more."""
    later: int
    """Steps between the two."""
    course: Course


def best_charge_move(what_if: HeaterWhatIf, *, tried: int, least: float) -> ChargeMove | None:
    """The move that saves most; None if none saves enough.

    Args:
        what_if: the twin, and the course to be bettered.
        tried: later steps that are tried.
        least: saving that is enough [currency].
    """
    best: ChargeMove | None = None
    cost = what_if.course.cost - least
    for power_kw, later in _moves(what_if, tried):
        asked = what_if.course.power_kw.copy()
        asked[0] += power_kw
        asked[later] -= power_kw
        course = what_if.run(asked, what_if.course.fan)
        if course.cost < cost and not what_if.refusal(course):
            best, cost = ChargeMove(power_kw, later, course), course.cost
    return best


def _moves(what_if: HeaterWhatIf, tried: int) -> Iterator[tuple[float, int]]:
    """Power that this step gets more, and from which later step; the peak stays as it is."""
    course, view = what_if.course, what_if.view
    price = view.buy_price_per_kwh[view.step :]
    fan_kw = course.load_kw - course.power_kw
    peak_kw = max(view.peak_kw, float(course.load_kw.max()))
    room_kw: Floats = np.minimum(peak_kw - fan_kw, what_if.plant.heater.power_max_kw)
    room_kw = np.maximum(0.0, room_kw - course.power_kw)
    less_kw = np.minimum(course.power_kw[0], room_kw)
    yield from _promising(-less_kw, (price[0] - price) * less_kw, tried)
    more_kw = np.minimum(course.power_kw, room_kw[0])
    yield from _promising(more_kw, (price - price[0]) * more_kw, tried)


def _promising(power_kw: Floats, gain: Floats, tried: int) -> Iterator[tuple[float, int]]:
    for later in np.argsort(-gain, kind="stable")[:tried]:
        if gain[later] <= 0.0 or abs(power_kw[later]) < _LEAST_KW:
            return
        yield float(power_kw[later]), int(later)
