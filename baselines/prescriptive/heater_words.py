"""What a prescriptive policy says of a heater."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...twins.heater_heat_kernel import BRICK, ROOM
from ...twins.heater_outlook import HeaterCall
from ...twins.heater_plan_course import Course
from .decisions import Wording
from .heater_moves import ChargeMove
from .heater_what_if import HeaterWhatIf


def call_words(words: Wording, calls: Sequence[HeaterCall], before: Sequence[HeaterCall]) -> str:
    """A call that became known, or was called off."""
    new = [call for call in calls if call not in before]
    if not new:
        return "a call of the grid operator is called off"
    call = new[0]
    window = f"{words.clock(call.start_step)} to {words.clock(call.end_step)}"
    return f"a call to {call.kind} the load by {call.award_kw:,.0f} kW from {window} is known"


def trip_words(what_if: HeaterWhatIf) -> str:
    """Why the elements cannot heat."""
    brick = what_if.plant.brick
    return (
        f"tripped, brick at {what_if.view.temp_c[BRICK]:.0f} degC: stands until it is at "
        f"{brick.trip_reset_c:.0f} degC"
    )


def control_words(what_if: HeaterWhatIf, place: int) -> str:
    """What elements (0) or fan (1) do by the best known course, and for how long."""
    course, view = what_if.course, what_if.view
    control = (course.power_kw, course.fan)[place]
    other = np.flatnonzero((control > 0.0) != (control[0] > 0.0))
    end = view.step + (int(other[0]) if len(other) else len(control))
    until = f"until {what_if.words.clock(end)}"
    if control[0] == 0.0:
        return f"stands {until}"
    if place:
        return f"fan at {control[0]:.0%}, room at {view.temp_c[ROOM]:.1f} degC; runs {until}"
    return f"charges {control[0]:,.0f} kW, brick at {view.temp_c[BRICK]:.0f} degC; runs {until}"


def charge_move_words(what_if: HeaterWhatIf, before: Course, move: ChargeMove) -> str:
    """Why charging is done later, or earlier."""
    words, view = what_if.words, what_if.view
    prices, brick = view.buy_price_per_kwh, what_if.plant.brick
    later = view.step + move.later
    other = f"{words.clock(later)} at {words.price(prices[later])}"
    saved = words.money(before.cost - move.course.cost)
    stored_kwh = brick.capacity_kwh_per_k * max(0.0, float(view.temp_c[BRICK]) - brick.min_c)
    rank, kw = words.rank(prices, view.step), f"{abs(move.power_kw):,.0f} kW"
    if move.power_kw < 0.0:
        held = f"and {stored_kwh:,.0f} kWh in the brick suffice"
        return f"{rank}, {held}: {kw} less now and more at {other}, saving {saved}"
    if move.later == 0:
        return f"{rank}: {kw} more now, kept as heat, saving {saved}"
    return f"{rank}: {kw} more now and less at {other}, saving {saved}"
