"""Writes the observation of a heater, in the order of `build_heater_observation`."""

from __future__ import annotations

from ..twins.heater_episode_kernel import STEPS_PER_DAY, stored_more_kwh
from ..twins.heater_episode_state import HeaterSeries, HeaterState, HeaterTables
from ..twins.heater_heat_kernel import BRICK, MASS, ROOM, WATER
from ..twins.jit import kernel
from .heater_observation import HeaterShown
from .observation import Float32s

N_STATE, N_CALL = 13, 5


@kernel
def _within(value: float, low: float) -> float:
    return min(max(value, low), 1.0)


@kernel
def observe_heater(
    tables: HeaterTables, series: HeaterSeries, shown: HeaterShown, state: HeaterState, i: int,
    out: Float32s,
) -> None:  # fmt: skip
    """Write the observation of row i to `out`."""
    step, day = state.step[i], state.day[i]
    out[0] = step / tables.n_steps
    out[1] = step % STEPS_PER_DAY / STEPS_PER_DAY
    out[2] = _within(state.temp_c[i, BRICK] * shown.brick_scale, 0.0)
    out[3] = _within(state.temp_c[i, WATER] * shown.water_scale, 0.0)
    out[4] = _within((state.temp_c[i, ROOM] - tables.room_min_c) * shown.room_scale, -1.0)
    out[5] = _within((state.temp_c[i, MASS] - tables.room_min_c) * shown.room_scale, -1.0)
    out[6] = 1.0 if state.tripped[i] else 0.0
    out[7] = state.control[i, 0]
    out[8] = state.control[i, 1]
    out[9] = _within(state.peak_kw[i] * shown.load_scale, 0.0)
    out[10] = _within(stored_more_kwh(tables, state, i) * shown.heat_scale, -1.0)
    out[11] = _within(series.heat_price[day, 0] * shown.price_scale, 0.0)
    out[12] = _within(series.heat_price[day, 1] * shown.price_scale, 0.0)
    o = N_STATE
    if shown.has_calls:
        for kind in range(2):
            _observe_call(series, shown, state, i, kind, out[o : o + N_CALL])
            o += N_CALL
    _observe_windows(tables, series, shown, state, i, out[o:])


@kernel
def _observe_call(
    series: HeaterSeries, shown: HeaterShown, state: HeaterState, i: int, kind: int, out: Float32s
) -> None:
    """The first call of a kind that is known and not over."""
    step = state.step[i]
    out[:] = 0.0
    out[1] = 1.0
    out[2] = 1.0
    for call in range(kind, state.award_kw.shape[1], 2):
        notice, start, end = (
            state.call_steps[i, call, 0], state.call_steps[i, call, 1], state.call_steps[i, call, 2]
        )  # fmt: skip
        if start < 0 or not notice <= step < end:
            continue
        out[0] = 1.0 if step >= start else 0.0
        out[1] = max(0, start - step) / STEPS_PER_DAY
        out[2] = (end - step) / STEPS_PER_DAY
        out[3] = min(1.0, state.award_kw[i, call] * shown.load_scale)
        total_kw = 0.0
        for s in range(max(start, step), end):
            total_kw += series.baseline_kw[state.day[i], s % STEPS_PER_DAY]
        out[4] = min(1.0, total_kw / (end - max(start, step)) * shown.load_scale)
        return


@kernel
def _observe_windows(
    tables: HeaterTables, series: HeaterSeries, shown: HeaterShown, state: HeaterState, i: int,
    out: Float32s,
) -> None:  # fmt: skip
    step, day = state.step[i], state.day[i]
    if step == tables.n_steps:
        out[:] = 0.0
        return
    width = shown.window_scale.shape[0]
    made = step // STEPS_PER_DAY
    since = step - made * STEPS_PER_DAY + 1
    hours = (tables.n_steps - step + 2) // 4
    row = shown.expected[series.forecast[day] + made, since % 4]
    # Slices, because indices that plainly start at 0 let the copies run in wide registers.
    ahead = row[width * (since // 4) : width * (since // 4 + hours)]
    there, beyond = out[width:], out[width * (1 + hours) :]
    for k in range(ahead.shape[0]):
        there[k] = ahead[k]
    for k in range(beyond.shape[0]):
        beyond[k] = 0.0
    now = series.values[series.first[day] + step]
    for s in range(width):
        out[s] = _within(now[s] * shown.window_scale[s], -1.0)
