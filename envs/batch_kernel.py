"""Runs rows of a batch: draw a day, step, observe, restart.

Calls the twin's kernels and adds no physics.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..twins.event_kernel import EventTables, draw_event
from ..twins.handle import Handle
from ..twins.jit import entry, kernel, rare
from ..twins.rng_kernel import uniform
from ..twins.shield_kernel import write_masks
from ..twins.stn_kernel import advance, free_power_kw, start_day
from ..twins.stn_state import COST_PARTS, METER, StnSeries, StnState, Work
from ..twins.stn_tables import Floats, StnTables
from .action_kernel import note_levels, note_modes
from .observation import Float32s, ObservationTables
from .observation_kernel import observe
from .plant_parts import SAME_STEP, THREAD_ROWS, Results

N_PARTS, N_METERED = len(COST_PARTS), len(METER)

FETCH_AHEAD = 3
"""Rows between the one that runs and the one whose numbers are fetched from memory."""


class BatchArrays(NamedTuple):
    """All that the kernels of a batch read and write."""

    tables: StnTables
    series: StnSeries
    events: EventTables
    shown: ObservationTables
    state: StnState
    work: Work
    """Scratch memory, one row in `THREAD_ROWS` for each thread."""
    request: Floats
    """[n, J] levels asked for."""
    results: Results
    day_share: Floats
    """[D] cumulated chance of each day."""
    reward_weights: Floats
    """[parts] reward of a unit of cost, by part."""


BatchHandle = Handle[BatchArrays]


@rare
def _draw_day(
    tables: StnTables, series: StnSeries, events: EventTables, day_share: Floats, state: StnState,
    i: int, day: int,
) -> None:  # fmt: skip
    """Start row i on the day asked for, or (`day` < 0) on a random one; draw its event.

    The row's stream moves on by the same numbers either way.
    """
    chance = uniform(state.rng, i)
    if day < 0:
        day = min(np.searchsorted(day_share, chance, "right"), day_share.shape[0] - 1)
    start_day(tables, series, state, i, day)
    draw_event(events, state, i)


@entry
def reset_row(handle: BatchHandle, i: int, day: int, obs: Float32s) -> None:
    """Start row i on a random day, or on the day asked for (`day` >= 0), and observe it."""
    arrays = handle.arrays
    tables, state = arrays.tables, arrays.state
    _draw_day(tables, arrays.series, arrays.events, arrays.day_share, state, i, day)
    observe(tables, arrays.series, arrays.shown, state, i, obs)


@entry
def observe_row(handle: BatchHandle, i: int, obs: Float32s) -> None:
    """Write the observation of row i."""
    arrays = handle.arrays
    observe(arrays.tables, arrays.series, arrays.shown, arrays.state, i, obs)


@entry
def observe_rows(handle: BatchHandle, obs: Float32s) -> None:
    """Write the observations of all rows [n, observed]."""
    arrays = handle.arrays
    for i in range(obs.shape[0]):
        observe(arrays.tables, arrays.series, arrays.shown, arrays.state, i, obs[i])


@entry
def take_modes(handle: BatchHandle, modes: NDArray[np.int64]) -> int:
    """Note the modes [n, J] asked for; return the first row that is out of range, -1 if none."""
    return note_modes(handle.arrays, modes)


@entry
def take_levels(handle: BatchHandle, levels: Floats) -> int:
    """Note the levels [n, J] asked for, -1 to 1; return the first row out of range or NaN."""
    return note_levels(handle.arrays, levels)


@entry
def run_modes(
    handle: BatchHandle, modes: NDArray[np.int64], autoreset: int, obs: Float32s, account: Floats
) -> int:
    """`take_modes`, then, if all are good, `step_rows` of all rows: one call instead of two."""
    bad = note_modes(handle.arrays, modes)
    if bad < 0:
        _step_rows(handle.arrays, 0, 0, modes.shape[0], autoreset, obs, account)
    return bad


@entry
def run_levels(
    handle: BatchHandle, levels: Floats, autoreset: int, obs: Float32s, account: Floats
) -> int:
    """`take_levels`, then, if all are good, `step_rows` of all rows: one call instead of two."""
    bad = note_levels(handle.arrays, levels)
    if bad < 0:
        _step_rows(handle.arrays, 0, 0, levels.shape[0], autoreset, obs, account)
    return bad


@entry
def mask_rows(handle: BatchHandle, start: int, stop: int, masks: NDArray[np.bool_]) -> None:
    """Write the action masks [n, sum of n_modes] of rows `start` to `stop - 1`."""
    arrays = handle.arrays
    state = arrays.state
    for i in range(max(0, start), stop):
        if state.over[i]:
            masks[i] = True
            continue
        free_kw = free_power_kw(arrays.tables, arrays.series, state, i)
        write_masks(
            arrays.tables, state.step[i], state.stock_t[i], state.hold_level[i],
            state.hold_steps[i], free_kw, masks[i],
        )  # fmt: skip


@entry
def step_rows(
    handle: BatchHandle, thread: int, start: int, stop: int, autoreset: int, obs: Float32s,
    account: Floats,
) -> None:  # fmt: skip
    """Run rows `start` to `stop - 1` for one step under their requests.

    Writes the observations [n, observed] and the accounts [n, parts + metered + 2 J]: cost parts
    [currency], what was metered, the levels asked for and those that ran. A row whose day is over
    restarts instead of running (NEXT_STEP); callers in DISABLED mode see to it that there is none.
    """
    _step_rows(handle.arrays, thread, start, stop, autoreset, obs, account)


@kernel
def _step_rows(
    arrays: BatchArrays, thread: int, start: int, stop: int, autoreset: int, obs: Float32s,
    account: Floats,
) -> None:  # fmt: skip
    tables, state, results = arrays.tables, arrays.state, arrays.results
    scratch, row = arrays.work, thread * THREAD_ROWS
    work = Work(scratch.level[row], scratch.taken_t[row], scratch.made_t[row])
    fetched = 0.0
    for i in range(max(0, start), stop):
        fetched += _fetch(arrays, min(i + FETCH_AHEAD, stop - 1))
        restart = state.over[i]
        results.reward[i] = 0.0
        results.ended[i] = False
        account[i] = 0.0
        if not restart:
            advance(
                tables, arrays.series, state, i, arrays.request[i], work,
                account[i, :N_PARTS], account[i, N_PARTS:],
            )  # fmt: skip
            _note_results(arrays, i, account[i])
            if state.over[i] and autoreset == SAME_STEP:
                _observe_last(tables, arrays.series, arrays.shown, state, i, results.final_obs[i])
                restart = True
        if restart:
            _draw_day(tables, arrays.series, arrays.events, arrays.day_share, state, i, -1)
        observe(tables, arrays.series, arrays.shown, state, i, obs[i])
    work.taken_t[0] = fetched  # or the compiler would drop the reads


@kernel
def _fetch(arrays: BatchArrays, i: int) -> float:
    """Read where row i will soon read.

    Random days lie far apart in memory; fetched ahead, a row's numbers arrive while others run.
    """
    day, step = arrays.state.day[i], min(arrays.state.step[i], arrays.tables.n_steps - 1)
    width = arrays.shown.window_values.shape[0]
    return float(arrays.series.values[day, step, 0] + arrays.shown.expected[day, step * width])


@kernel
def _note_results(arrays: BatchArrays, i: int, account: Floats) -> None:
    results, state = arrays.results, arrays.state
    for part in range(N_PARTS):
        results.reward[i] += arrays.reward_weights[part] * account[part]
    results.ended[i] = state.over[i]
    tasks = arrays.request.shape[1]
    levels = account[N_PARTS + N_METERED :]
    for j in range(tasks):
        levels[j] = arrays.request[i, j]
        levels[tasks + j] = state.level[i, j]


@rare
def _observe_last(
    tables: StnTables, series: StnSeries, shown: ObservationTables, state: StnState, i: int,
    out: Float32s,
) -> None:  # fmt: skip
    observe(tables, series, shown, state, i, out)
