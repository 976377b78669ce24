"""Runs rows of heaters: start an episode, step, observe, restart.

Calls the twin's kernels and adds no physics. The counterpart of `batch_kernel` for heaters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..twins.handle import Handle
from ..twins.heater_episode_kernel import advance_heater, start_episode
from ..twins.heater_episode_state import (
    COST_PARTS,
    METER,
    HeaterCalls,
    HeaterSeries,
    HeaterState,
    HeaterTables,
)
from ..twins.jit import entry, kernel, rare
from ..twins.rng_kernel import uniform
from ..twins.stn_tables import Floats
from .action_kernel import note_levels, note_modes
from .heater_observation import HeaterShown
from .heater_observation_kernel import observe_heater
from .observation import Float32s
from .plant_parts import SAME_STEP, Results

N_PARTS, N_ACCOUNT = len(COST_PARTS), len(COST_PARTS) + len(METER)


class HeaterArrays(NamedTuple):
    """All that the kernels of a batch of heaters read and write."""

    tables: HeaterTables
    series: HeaterSeries
    calls: HeaterCalls
    shown: HeaterShown
    state: HeaterState
    request: Floats
    """[n, 2] share of the power and fan fraction asked for, or their modes."""
    results: Results
    start_share: Floats
    """[E] cumulated chance of each start."""
    reward_weights: Floats
    """[parts] reward of a unit of cost, by part."""


HeaterHandle = Handle[HeaterArrays]


@rare
def _start(arrays: HeaterArrays, i: int, day: int) -> None:
    """Start row i on the start asked for, or (`day` < 0) on a random one.

    The row's stream moves on by the same numbers either way.
    """
    chance = uniform(arrays.state.rng, i)
    if day < 0:
        last = arrays.start_share.shape[0] - 1
        day = min(np.searchsorted(arrays.start_share, chance, "right"), last)
    start_episode(arrays.tables, arrays.series, arrays.calls, arrays.state, i, day)


@rare
def _observe(arrays: HeaterArrays, i: int, obs: Float32s) -> None:
    observe_heater(arrays.tables, arrays.series, arrays.shown, arrays.state, i, obs)


@entry
def reset_row(handle: HeaterHandle, i: int, day: int, obs: Float32s) -> None:
    """Start row i on a random start, or on the one asked for (`day` >= 0), and observe it."""
    _start(handle.arrays, i, day)
    _observe(handle.arrays, i, obs)


@entry
def observe_row(handle: HeaterHandle, i: int, obs: Float32s) -> None:
    """Write the observation of row i."""
    _observe(handle.arrays, i, obs)


@entry
def take_modes(handle: HeaterHandle, modes: NDArray[np.int64]) -> int:
    """Note the modes [n, 2] asked for; return the first row that is out of range, -1 if none."""
    return note_modes(handle.arrays, modes)


@entry
def take_levels(handle: HeaterHandle, levels: Floats) -> int:
    """Note the levels [n, 2] asked for, -1 to 1; return the first row out of range or NaN."""
    return note_levels(handle.arrays, levels)


@entry
def run_modes(
    handle: HeaterHandle, modes: NDArray[np.int64], autoreset: int, obs: Float32s, account: Floats
) -> int:
    """`take_modes`, then, if all are good, `step_rows` of all rows: one call instead of two."""
    bad = note_modes(handle.arrays, modes)
    if bad < 0:
        _step_rows(handle.arrays, 0, modes.shape[0], autoreset, obs, account)
    return bad


@entry
def run_levels(
    handle: HeaterHandle, levels: Floats, autoreset: int, obs: Float32s, account: Floats
) -> int:
    """`take_levels`, then, if all are good, `step_rows` of all rows: one call instead of two."""
    bad = note_levels(handle.arrays, levels)
    if bad < 0:
        _step_rows(handle.arrays, 0, levels.shape[0], autoreset, obs, account)
    return bad


@entry
def step_rows(
    handle: HeaterHandle, thread: int, start: int, stop: int, autoreset: int, obs: Float32s,
    account: Floats,
) -> None:  # fmt: skip
    """Run rows `start` to `stop - 1` for one step under their requests; any thread.

    Writes the observations [n, observed] and the accounts [n, parts + metered + 4]: cost parts
    [currency], what was metered, the controls asked for and those that ran. A row whose episode is
    over restarts instead of running (NEXT_STEP); callers in DISABLED mode see to it that there is
    none.
    """
    _step_rows(handle.arrays, start, stop, autoreset, obs, account)


@rare
def _step_rows(
    arrays: HeaterArrays, start: int, stop: int, autoreset: int, obs: Float32s, account: Floats
) -> None:
    state, results = arrays.state, arrays.results
    for i in range(max(0, start), stop):
        restart = state.over[i]
        results.reward[i] = 0.0
        results.ended[i] = False
        account[i] = 0.0
        if not restart:
            _run(arrays, i, account[i])
            if state.over[i] and autoreset == SAME_STEP:
                _observe(arrays, i, results.final_obs[i])
                restart = True
        if restart:
            _start(arrays, i, -1)
        observe_heater(arrays.tables, arrays.series, arrays.shown, state, i, obs[i])


@kernel
def _run(arrays: HeaterArrays, i: int, account: Floats) -> None:
    tables, state, results = arrays.tables, arrays.state, arrays.results
    asked = account[N_ACCOUNT:]
    asked[0], asked[1] = arrays.request[i, 0], arrays.request[i, 1]
    if not tables.continuous:
        asked[0], asked[1] = tables.power_share[int(asked[0])], tables.fan[int(asked[1])]
    advance_heater(
        tables, arrays.series, state, i, asked, account[:N_PARTS], account[N_PARTS:N_ACCOUNT]
    )
    asked[2], asked[3] = state.control[i, 0], state.control[i, 1]
    for part in range(N_PARTS):
        results.reward[i] += arrays.reward_weights[part] * account[part]
    results.ended[i] = state.over[i]
