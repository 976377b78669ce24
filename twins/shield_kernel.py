"""The shield: from the modes that are asked for to modes that the plant can run.

A joint request that keeps every stock within its limits, the import limit and the minimum run
times is taken unchanged. Otherwise the plant is filled up from standing: first the tasks that must
run, then the others, each in the plant's order, rise to the highest mode not above their request
that still fits with what is running already; sweeps repeat until nothing rises any more. A task
within its minimum run time keeps its mode unless standing is asked for. Standing always fits.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .jit import kernel, rare
from .stn_state import Work
from .stn_tables import Floats, Ints, StnTables

_POWER_TOL_KW = 1e-6


@kernel
def at_level(table: Floats, j: int, level: float) -> float:
    """Value of a [J, K] table at a level, linear between neighbouring modes."""
    k = int(level)
    part = level - k
    if part == 0.0:
        return float(table[j, k])
    return float((1.0 - part) * table[j, k] + part * table[j, k + 1])


@kernel
def _add_flows(tables: StnTables, j: int, level: float, sign: float, work: Work) -> None:
    """Add the flows of a task at a level to the totals, or take them away (sign -1)."""
    k = int(level)
    part = level - k
    if k > 0:
        _add_mode(tables, j, k, sign * (1.0 - part), work)
    if part > 0.0:
        _add_mode(tables, j, k + 1, sign * part, work)


@kernel
def _add_mode(tables: StnTables, j: int, k: int, share: float, work: Work) -> None:
    for q in range(tables.n_touched[j]):
        m = tables.touched[j, q]
        work.taken_t[m] += share * tables.take_t[j, k, q]
        work.made_t[m] += share * tables.make_t[j, k, q]


@kernel
def _stock_fits(tables: StnTables, m: int, stock_t: float, taken_t: float, made_t: float) -> bool:
    left = stock_t - taken_t
    after = left + made_t
    if after < tables.stock_low_t[m] or after > tables.stock_high_t[m]:
        return False
    return not (tables.strict and left < tables.stock_low_t[m])


@kernel
def _all_fit(
    tables: StnTables, stock_t: Floats, power_kw: float, free_kw: float, work: Work
) -> bool:
    if power_kw > free_kw + _POWER_TOL_KW:
        return False
    for m in range(stock_t.shape[0]):
        if not _stock_fits(tables, m, stock_t[m], work.taken_t[m], work.made_t[m]):
            return False
    return True


@kernel
def _mode_fits(
    tables: StnTables, stock_t: Floats, j: int, k: int, spare_kw: float, work: Work
) -> bool:
    """Whether a task that stands in `work` can go to mode k."""
    if tables.power_kw[j, k] > spare_kw + _POWER_TOL_KW:
        return False
    for q in range(tables.n_touched[j]):
        m = tables.touched[j, q]
        taken = work.taken_t[m] + tables.take_t[j, k, q]
        made = work.made_t[m] + tables.make_t[j, k, q]
        if not _stock_fits(tables, m, stock_t[m], taken, made):
            return False
    return True


@kernel
def _narrow(low: float, high: float, room: float, slope: float) -> tuple[float, float]:
    """Shrink [low, high] to where `room + slope * x >= 0`; empty if it comes back low > high."""
    if slope > 0.0:
        return max(low, -room / slope), high
    if slope < 0.0:
        return low, min(high, -room / slope)
    return low, (high if room >= 0.0 else low - 1.0)


@rare
def _highest_part(
    tables: StnTables, stock_t: Floats, j: int, k: int, span: tuple[float, float],
    spare_kw: float, work: Work,
) -> float:  # fmt: skip
    """Highest x in `span` such that the task, standing in `work`, can go to level k + x; or -1.

    Goes to the limits and not beyond: the tolerance is for rounding, not to be used up.
    """
    low, high = span
    low, high = _narrow(
        low, high, spare_kw - tables.power_kw[j, k],
        tables.power_kw[j, k] - tables.power_kw[j, k + 1],
    )  # fmt: skip
    for q in range(tables.n_touched[j]):
        m = tables.touched[j, q]
        taken = work.taken_t[m] + tables.take_t[j, k, q]
        more_taken = tables.take_t[j, k + 1, q] - tables.take_t[j, k, q]
        net = work.made_t[m] + tables.make_t[j, k, q] - taken
        more_net = tables.make_t[j, k + 1, q] - tables.make_t[j, k, q] - more_taken
        above = stock_t[m] - tables.stock_min_t[m]
        low, high = _narrow(low, high, above + net, more_net)
        low, high = _narrow(low, high, tables.stock_max_t[m] - stock_t[m] - net, -more_net)
        if tables.strict:
            low, high = _narrow(low, high, above - taken, -more_taken)
    return high if low <= high else -1.0


@kernel
def _highest(
    tables: StnTables, stock_t: Floats, j: int, now: float, wanted: float,
    spare_kw: float, only_wanted: bool, work: Work,
) -> float:  # fmt: skip
    """Highest level in (now, wanted] for a task that stands in `work`; `now` if there is none."""
    if not tables.continuous:
        k = int(wanted)
        while k > now:
            if _mode_fits(tables, stock_t, j, k, spare_kw, work):
                return float(k)
            k = int(now) if only_wanted else k - 1
        return now
    k = math.ceil(wanted) - 1
    while k >= int(now):
        span = (max(now - k, 0.0), min(wanted - k, 1.0))
        part = _highest_part(tables, stock_t, j, k, span, spare_kw, work)
        if part >= 0.0 and k + part > now:
            return k + part
        k -= 1
    return now


@kernel
def must_run(tables: StnTables, step: int, j: int, hold_steps: int) -> bool:
    """Whether standing would be a trip."""
    return step >= tables.must_run_from[j] or hold_steps > 0


@kernel
def wanted_level(request: float, hold_level: float, hold_steps: int) -> float:
    """The request, but for a task within its minimum run time: its mode, or standing."""
    if hold_steps > 0 and request > 0.0:
        return hold_level
    return request


@kernel
def realise(
    tables: StnTables, step: int, stock_t: Floats, hold_level: Floats, hold_steps: Ints,
    request: Floats, free_kw: float, work: Work,
) -> float:  # fmt: skip
    """Write the levels that the plant runs, and their flows, to `work`.

    Args:
        tables: the plant.
        step: the step of the day.
        stock_t: stocks [M].
        hold_level: modes to be kept [J].
        hold_steps: for how many steps [J].
        request: levels asked for [J], 0 to K - 1.
        free_kw: power that tasks may draw without breaking the import limit [kW].
        work: scratch; `level`, `taken_t` and `made_t` are the result.

    Returns:
        The power of all tasks [kW].
    """
    tasks = request.shape[0]
    work.taken_t[:] = 0.0
    work.made_t[:] = 0.0
    power_kw = 0.0
    for j in range(tasks):
        work.level[j] = wanted_level(request[j], hold_level[j], hold_steps[j])
        power_kw += at_level(tables.power_kw, j, work.level[j])
        _add_flows(tables, j, work.level[j], 1.0, work)
    if _all_fit(tables, stock_t, power_kw, free_kw, work):
        return power_kw
    return _fill_up(tables, step, stock_t, hold_level, hold_steps, request, free_kw, work)


@kernel
def _fill_up(
    tables: StnTables, step: int, stock_t: Floats, hold_level: Floats, hold_steps: Ints,
    request: Floats, free_kw: float, work: Work,
) -> float:  # fmt: skip
    tasks = request.shape[0]
    work.level[:] = 0.0
    work.taken_t[:] = 0.0
    work.made_t[:] = 0.0
    power_kw = 0.0
    for _ in range(tasks + 1):
        risen, blocked = False, False
        for urgent in (True, False):
            for j in range(tasks):
                wanted = wanted_level(request[j], hold_level[j], hold_steps[j])
                now = work.level[j]
                if wanted <= now or urgent != must_run(tables, step, j, hold_steps[j]):
                    continue
                own_kw = at_level(tables.power_kw, j, now)
                spare_kw = free_kw - power_kw + own_kw
                if now > 0.0:
                    _add_flows(tables, j, now, -1.0, work)
                level = _highest(tables, stock_t, j, now, wanted, spare_kw, hold_steps[j] > 0, work)
                if level > 0.0:
                    _add_flows(tables, j, level, 1.0, work)
                power_kw += at_level(tables.power_kw, j, level) - own_kw
                work.level[j] = level
                risen = risen or level > now
                blocked = blocked or level < wanted
        if not (risen and blocked):
            break
    return power_kw


@rare
def write_masks(
    tables: StnTables, step: int, stock_t: Floats, hold_level: Floats, hold_steps: Ints,
    free_kw: float, mask: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Write which modes each task may ask for, all tasks one after the other, to `mask`.

    False means that the shield would surely change the mode whatever the others do, or that
    standing would be a trip while a running mode may do.

    Args:
        tables: the plant.
        step: the step of the day.
        stock_t: stocks [M].
        hold_level: modes to be kept [J].
        hold_steps: for how many steps [J].
        free_kw: power that tasks may draw without breaking the import limit [kW].
        mask: booleans [sum of n_modes].
    """
    first = 0
    for j in range(hold_steps.shape[0]):
        may_run = False
        for k in range(1, tables.n_modes[j]):
            kept = hold_steps[j] == 0 or k == int(hold_level[j])
            may = kept and _may_fit(tables, stock_t, j, k, free_kw)
            mask[first + k] = may
            may_run = may_run or may
        mask[first] = not (may_run and must_run(tables, step, j, hold_steps[j]))
        first += tables.n_modes[j]


@kernel
def _may_fit(tables: StnTables, stock_t: Floats, j: int, k: int, free_kw: float) -> bool:
    """Whether mode k fits if the other tasks do what suits it best, each stock by itself."""
    if tables.power_kw[j, k] > free_kw + _POWER_TOL_KW:
        return False
    for q in range(tables.n_touched[j]):
        m = tables.touched[j, q]
        left = stock_t[m] - tables.take_t[j, k, q]
        least = left + tables.make_t[j, k, q]
        most = least
        for other in range(tables.n_modes.shape[0]):
            if other == j:
                continue
            gain, loss = 0.0, 0.0
            for o in range(tables.n_modes[other]):
                net = tables.produce_t[other, o, m] - tables.consume_t[other, o, m]
                gain = max(gain, net)
                loss = min(loss, net)
            most += gain
            least += loss
        if most < tables.stock_low_t[m] or least > tables.stock_high_t[m]:
            return False
        if tables.strict and left < tables.stock_low_t[m]:
            return False
    return True
