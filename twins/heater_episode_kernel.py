"""An episode of the heater: its start, and a step with all that it costs. Compiled.

The physics are those of `heater_kernel`; this module adds money, calls and comfort.
"""

from __future__ import annotations

from .event_kernel import EventTables, event_in
from .heater_episode_state import (
    ABSORB,
    BUY_PRICE,
    MISSING,
    REDUCE,
    SURPLUS,
    WEATHER,
    HeaterCalls,
    HeaterSeries,
    HeaterState,
    HeaterTables,
)
from .heater_heat_kernel import BRICK, ROOM, WATER
from .heater_kernel import FAN, FAN_KWH, HEATER_KWH, step_heater
from .heater_tables import HOLD_H, POWER_MAX_KW
from .jit import kernel, rare
from .response_kernel import settle_response
from .rng_kernel import uniform
from .stn_state import NO_EVENT
from .stn_tables import TOL, Floats

STEPS_PER_DAY = 96
PURCHASE, DEMAND, DR_PENALTY, DR_SUBSIDY, COMFORT, HEAT = range(6)
LOAD, RESPONSE, COLD, HOT, TEMPERATURES, MOVED = 11, 12, 14, 15, 16, 20
"""Places in the meter after those of the heater's own: responses by kind, four temperatures."""


@rare
def start_episode(
    tables: HeaterTables, series: HeaterSeries, calls: HeaterCalls, state: HeaterState, i: int,
    day: int,
) -> None:  # fmt: skip
    """Put row i at the start of an episode; draw its brick temperature and its calls.

    Takes the same count of numbers off the row's stream whether there can be calls or not.
    """
    state.step[i] = 0
    state.day[i] = day
    state.over[i] = False
    span_k = tables.brick_high_c - tables.brick_low_c
    state.temp_c[i, BRICK] = tables.brick_low_c + span_k * uniform(state.rng, i)
    for place in range(3):
        state.temp_c[i, WATER + place] = series.start_c[day, place]
    state.tripped[i] = False
    state.control[i] = 0.0
    state.start_kwh[i] = _heat_kwh(tables, state, i)
    state.peak_kw[i] = 0.0
    for d in range(calls.shift.shape[0]):
        _draw_call(calls.reduce, state, i, 2 * d + REDUCE, calls.shift[d])
        _draw_call(calls.absorb, state, i, 2 * d + ABSORB, calls.shift[d])


@kernel
def _draw_call(events: EventTables, state: HeaterState, i: int, call: int, shift: int) -> None:
    chance, place, size = uniform(state.rng, i), uniform(state.rng, i), uniform(state.rng, i)
    notice, start, end, award_kw = event_in(events, chance, place, size)
    there = start != NO_EVENT
    state.call_steps[i, call, 0] = shift + notice if there else NO_EVENT
    state.call_steps[i, call, 1] = shift + start if there else NO_EVENT
    state.call_steps[i, call, 2] = shift + end if there else NO_EVENT
    state.award_kw[i, call] = award_kw


@kernel
def _heat_kwh(tables: HeaterTables, state: HeaterState, i: int) -> float:
    heat_kwh = 0.0
    for place in range(4):
        heat_kwh += tables.capacities[place] * state.temp_c[i, place]
    return heat_kwh


@kernel
def stored_more_kwh(tables: HeaterTables, state: HeaterState, i: int) -> float:
    """Heat in the four stores of row i, less that at the start [kWh]."""
    return _heat_kwh(tables, state, i) - float(state.start_kwh[i])


@kernel
def advance_heater(
    tables: HeaterTables, series: HeaterSeries, state: HeaterState, i: int, request: Floats,
    cost: Floats, meter: Floats,
) -> None:  # fmt: skip
    """Run row i for one step under the share of power and the fan fraction asked for [2].

    Adds to `cost` and `meter`, which are zeros before, and notes what ran in `state.control`.
    """
    day, step = state.day[i], state.step[i]
    now = series.values[series.first[day] + step]
    power_max_kw, room_c = tables.values[POWER_MAX_KW], state.temp_c[i, ROOM]
    step_heater(
        tables.values, state.temp_c, state.tripped, i, request[0] * power_max_kw, request[1],
        now[WEATHER:], HOLD_H, meter,
    )  # fmt: skip
    state.control[i, 0] = meter[HEATER_KWH] / (HOLD_H * power_max_kw)
    state.control[i, 1] = meter[FAN]
    for k in range(2):
        meter[MOVED] += 1.0 if abs(state.control[i, k] - request[k]) > TOL else 0.0
    drawn_kwh = meter[HEATER_KWH] + meter[FAN_KWH]
    load_kw = drawn_kwh / HOLD_H
    meter[LOAD] = load_kw
    cost[PURCHASE] = now[BUY_PRICE] * drawn_kwh
    if load_kw > state.peak_kw[i]:
        cost[DEMAND] = tables.demand_per_kw * (load_kw - state.peak_kw[i])
        state.peak_kw[i] = load_kw
    _answer_calls(tables, series, state, i, load_kw, cost, meter)
    meter[COLD] = _mean_above(tables.room_min_c, room_c, state.temp_c[i, ROOM]) * HOLD_H
    meter[HOT] = _mean_above(-tables.room_max_c, -room_c, -state.temp_c[i, ROOM]) * HOLD_H
    cost[COMFORT] = tables.comfort_per_kh * (meter[COLD] + meter[HOT])
    for place in range(4):
        meter[TEMPERATURES + place] = state.temp_c[i, place]
    state.step[i] += 1
    if state.step[i] == tables.n_steps:
        state.over[i] = True
        more_kwh = stored_more_kwh(tables, state, i)
        price = series.heat_price[day, SURPLUS if more_kwh > 0.0 else MISSING]
        cost[HEAT] = -price * more_kwh


@kernel
def _mean_above(limit: float, start: float, end: float) -> float:
    """Mean of how far a limit is above a value at the start and at the end of a step."""
    return 0.5 * (max(0.0, limit - start) + max(0.0, limit - end))


@kernel
def _answer_calls(
    tables: HeaterTables, series: HeaterSeries, state: HeaterState, i: int, load_kw: float,
    cost: Floats, meter: Floats,
) -> None:  # fmt: skip
    """Settle a step of the calls whose window it is in."""
    step = state.step[i]
    for call in range(state.award_kw.shape[1]):
        if not state.call_steps[i, call, 1] <= step < state.call_steps[i, call, 2]:
            continue
        kind = call % 2
        less_kw = series.baseline_kw[state.day[i], step % STEPS_PER_DAY] - load_kw
        response_kw = less_kw if kind == REDUCE else -less_kw
        meter[RESPONSE + kind] = response_kw
        penalty, subsidy = settle_response(
            tables.thresholds[kind], tables.factors[kind], tables.penalty_per_kwh[kind],
            tables.subsidy_per_kwh[kind], state.award_kw[i, call], response_kw, HOLD_H,
        )  # fmt: skip
        cost[DR_PENALTY] += penalty
        cost[DR_SUBSIDY] += subsidy
