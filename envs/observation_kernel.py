"""Writes the observation of a row, in the order of `observation.build_observation`."""

from __future__ import annotations

from ..twins.jit import kernel
from ..twins.stn_state import BASELINE_LOAD_KW, StnSeries, StnState
from ..twins.stn_tables import StnTables
from .observation import Float32s, ObservationTables


@kernel
def observe(
    tables: StnTables, series: StnSeries, shown: ObservationTables, state: StnState, i: int,
    out: Float32s,
) -> None:  # fmt: skip
    """Write the observation of row i to `out`."""
    steps, step = tables.n_steps, state.step[i]
    per_day = 1.0 / steps
    out[0] = step * per_day
    o = 1
    for m in range(tables.stock_min_t.shape[0]):
        out[o] = (state.stock_t[i, m] - tables.stock_min_t[m]) * shown.stock_scale[m]
        o += 1
    for m in shown.targets:
        missing_t = max(0.0, tables.end_min_t[m] - state.stock_t[i, m])
        out[o] = missing_t * shown.missing_scale[m]
        o += 1
    tasks = tables.n_modes.shape[0]
    for j in range(tasks):
        out[o + j] = state.level[i, j] * shown.level_scale[j]
        out[o + tasks + j] = state.since[i, j] * per_day
    o += 2 * tasks
    for j in shown.holding:
        out[o] = state.hold_steps[i, j] / tables.min_run_steps[j]
        o += 1
    if shown.has_peak:
        out[o] = min(1.0, state.peak_kw[i] / tables.import_limit_kw)
        o += 1
    if shown.has_dr:
        _observe_event(tables, series, shown, state, i, out[o : o + 6])
        o += 6
    _observe_windows(steps, shown, series, state.day[i], step, out[o:])


@kernel
def _observe_event(
    tables: StnTables, series: StnSeries, shown: ObservationTables, state: StnState, i: int,
    out: Float32s,
) -> None:  # fmt: skip
    day, step, last = state.day[i], state.step[i], tables.n_steps - 1
    notice, start, end = state.dr_steps[i, 0], state.dr_steps[i, 1], state.dr_steps[i, 2]
    out[:] = 0.0
    out[1] = 1.0
    out[2] = 1.0
    now_kw = series.values[day, min(step, last), BASELINE_LOAD_KW]
    out[4] = min(1.0, now_kw * shown.load_scale)
    if start >= 0 and notice <= step < end:
        out[0] = 1.0 if step >= start else 0.0
        out[1] = max(0, start - step) / tables.n_steps
        out[2] = (end - step) / tables.n_steps
        out[3] = min(1.0, state.dr_award_kw[i] * shown.power_scale)
        total_kw = 0.0
        for s in range(max(start, step), end):
            total_kw += series.values[day, s, BASELINE_LOAD_KW]
        out[5] = min(1.0, total_kw / (end - max(start, step)) * shown.load_scale)


@kernel
def _observe_windows(
    steps: int, shown: ObservationTables, series: StnSeries, day: int, step: int, out: Float32s
) -> None:
    if step == steps:
        out[:] = 0.0
        return
    width = shown.window_values.shape[0]
    # Slices, because indices that plainly start at 0 let the copies run in wide registers.
    ahead, beyond = shown.expected[day, step * width :], out[(steps - step) * width :]
    for k in range(ahead.shape[0]):
        out[k] = ahead[k]
    for k in range(beyond.shape[0]):
        beyond[k] = 0.0
    for s in range(width):
        value = series.values[day, step, shown.window_values[s]] * shown.window_scale[s]
        out[s] = min(max(value, -1.0), 1.0)
