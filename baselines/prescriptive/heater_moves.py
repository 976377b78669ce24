"""Moves of charging between this quarter of an hour and a later one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...twins.heater_plan_course import Course
from ...twins.stn_tables import Floats, Ints
from .heater_what_if import HeaterWhatIf

_LEAST_KW = 5.0
"""Less than this is not worth moving."""


class ChargeMove(NamedTuple):
    """A course in which charging goes from later steps to this one, or back."""

    power_kw: float
    """What this step gets more."""
    later: int
    """Steps until the later step whose price promises most; 0 if none is charged less."""
    course: Course


def best_charge_move(what_if: HeaterWhatIf, least: float) -> ChargeMove | None:
    """The move that saves most; None if none saves enough.

    Args:
        what_if: the twin, and the course to be bettered.
        least: saving that is enough [currency].
    """
    best: ChargeMove | None = None
    cost = what_if.course.cost - least
    for later, asked in _moves(what_if):
        course = what_if.run(asked, what_if.course.fan)
        if course.cost < cost and not what_if.refusal(course):
            more_kw = float(course.power_kw[0] - what_if.course.power_kw[0])
            best, cost = ChargeMove(more_kw, later, course), course.cost
    return best


def _moves(what_if: HeaterWhatIf) -> Iterator[tuple[int, Floats]]:
    """The later step that promises most, and power [n], up to the peak so far and beyond it.

    Charging is exchanged with the 1, 2, 4, ... later steps that promise most, or with none.
    """
    course, view = what_if.course, what_if.view
    most_kw, power_kw = what_if.plant.heater.power_max_kw, course.power_kw
    price = view.buy_price_per_kwh[view.step :]
    peak_kw = max(view.peak_kw, float(course.load_kw.max())) - (course.load_kw - power_kw)
    dearer = _by_price(-price)
    cheaper = _by_price(price)
    for limit_kw in (np.clip(peak_kw, 0.0, most_kw), np.full(len(price), most_kw)):
        room_kw = np.maximum(0.0, limit_kw - power_kw)
        if room_kw[0] >= _LEAST_KW:
            asked = power_kw.copy()
            asked[0] += room_kw[0]
            yield 0, asked
        yield from _exchanges(power_kw, dearer, float(room_kw[0]), power_kw, 1.0)
        yield from _exchanges(power_kw, cheaper, float(power_kw[0]), room_kw, -1.0)


def _by_price(price: Floats) -> Ints:
    """Later steps with a lower price than now, the lowest first."""
    order = np.argsort(price, kind="stable")
    lower: Ints = order[price[order] < price[0]]
    return lower


def _exchanges(
    power_kw: Floats, later: Ints, now_kw: float, each_kw: Floats, sign: float
) -> Iterator[tuple[int, Floats]]:
    """Power [n] with as much as can be exchanged between now and the first 1, 2, 4, ... steps."""
    count = 1
    while count // 2 < len(later):
        steps = later[:count]
        filled_kw = np.minimum(np.cumsum(each_kw[steps]), now_kw)
        count *= 2
        if filled_kw[-1] < _LEAST_KW:
            continue
        asked = power_kw.copy()
        asked[0] += sign * filled_kw[-1]
        asked[steps] -= sign * np.diff(filled_kw, prepend=0.0)
        yield int(steps[0]), asked
