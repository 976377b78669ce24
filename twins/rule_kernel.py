"""How much each task still has to run for the targets of the day: the reference rule.

The rule runs every task at full rate until its part of the target is met. It looks at no price, so
it stands for a plant that takes no part in demand response: its load is the baseline load.
"""

from __future__ import annotations

import math

from .jit import entry, kernel
from .stn_kernel import LOAD, advance, start_day
from .stn_state import StnSeries, StnState, Work
from .stn_tables import TOL, Floats, StnTables


@kernel
def write_steps_needed(
    tables: StnTables, stock_t: Floats, steps_left: int, needed_t: Floats, steps: Floats
) -> None:
    """Write the steps at full rate that each task still needs to meet the targets.

    Goes from the targets upstream: what consumers still take is what producers still make. All
    producers of a material share it evenly in time.

    Args:
        tables: the plant.
        stock_t: stocks [M].
        steps_left: steps until the end of the day.
        needed_t: scratch [M].
        steps: the result [J]; a fraction of a step only in continuous plants.
    """
    for m in range(stock_t.shape[0]):
        needed_t[m] = tables.end_min_t[m] - stock_t[m]
    for j in tables.downstream_first:
        top = tables.n_modes[j] - 1
        must_from = max(tables.must_run_from[j], tables.n_steps - steps_left)
        steps[j] = float(tables.n_steps - must_from)
        for m in range(stock_t.shape[0]):
            if tables.produce_t[j, top, m] > 0.0 and needed_t[m] > 0.0:
                rate_t = 0.0
                for other in range(tables.n_modes.shape[0]):
                    rate_t += tables.produce_t[other, tables.n_modes[other] - 1, m]
                steps[j] = max(steps[j], needed_t[m] / rate_t)
        if not tables.continuous:
            steps[j] = float(math.ceil(steps[j] - TOL))
        for m in range(stock_t.shape[0]):
            needed_t[m] += steps[j] * tables.consume_t[j, top, m]


@kernel
def full_rate_request(tables: StnTables, steps_needed: Floats, request: Floats) -> None:
    """Write the rule's request [J]: the top mode while a task is needed, else the least it may."""
    for j in range(request.shape[0]):
        top = float(tables.n_modes[j] - 1)
        if tables.continuous:
            request[j] = top * min(1.0, max(0.0, steps_needed[j]))
        elif steps_needed[j] > 0.0:
            request[j] = top
        else:
            request[j] = 0.0


@entry
def full_rate(
    tables: StnTables, stock_t: Floats, steps_left: int, needed_t: Floats, steps: Floats,
    request: Floats,
) -> None:  # fmt: skip
    """Write the steps that each task still needs [J], and the rule's request [J]."""
    write_steps_needed(tables, stock_t, steps_left, needed_t, steps)
    full_rate_request(tables, steps, request)


@entry
def rule_loads(
    tables: StnTables, series: StnSeries, state: StnState, work: Work, needed_t: Floats,
    steps: Floats, request: Floats, cost: Floats, meter: Floats, row: int, load_kw: Floats,
) -> None:  # fmt: skip
    """Write the load of the reference rule on each day [D, T], in kW, run in a row of `state`."""
    for day in range(load_kw.shape[0]):
        start_day(tables, series, state, row, day)
        for step in range(tables.n_steps):
            left = tables.n_steps - step
            write_steps_needed(tables, state.stock_t[row], left, needed_t, steps)
            full_rate_request(tables, steps, request)
            advance(tables, series, state, row, request, work, cost, meter)
            load_kw[day, step] = meter[LOAD]
