"""One step of an STN plant: shield, stocks, energy balance, demand response, cost.

Compiled loops over rows of `StnState`; deterministic given the series of the day. Cost parts and
metered values stand in the order of `stn_state.COST_PARTS` and `stn_state.METER`.
"""

from __future__ import annotations

from .jit import kernel, rare
from .response_kernel import settle_response
from .shield_kernel import at_level, must_run, realise
from .stn_state import (
    BASE_LOAD_KW,
    BASELINE_LOAD_KW,
    BUY_PRICE,
    GENERATION_KW,
    SELL_PRICE,
    StnSeries,
    StnState,
    Work,
)
from .stn_tables import TOL, Floats, StnTables

PURCHASE, SALES, LABOUR, TRIP, DEMAND, DR_PENALTY, DR_SUBSIDY, SHORTFALL = range(8)
LOAD, GENERATION, BUY, SELL, CURTAILED, DR_RESPONSE, MOVED = range(7)


@rare
def start_day(tables: StnTables, series: StnSeries, state: StnState, i: int, day: int) -> None:
    """Put row i at the start of a day, under that day's own demand-response event."""
    state.step[i] = 0
    state.day[i] = day
    state.over[i] = False
    for k in range(3):
        state.dr_steps[i, k] = series.dr_steps[day, k]
    state.dr_award_kw[i] = series.dr_award_kw[day]
    state.peak_kw[i] = 0.0
    for m in range(tables.stock_initial_t.shape[0]):
        state.stock_t[i, m] = tables.stock_initial_t[m]
    state.level[i] = 0.0
    state.since[i] = 0
    state.hold_level[i] = 0.0
    state.hold_steps[i] = 0


@kernel
def free_power_kw(tables: StnTables, series: StnSeries, state: StnState, i: int) -> float:
    """Power that the tasks of row i may draw in this step without breaking the import limit."""
    day, step = state.day[i], state.step[i]
    own_kw = series.values[day, step, GENERATION_KW] - series.values[day, step, BASE_LOAD_KW]
    return tables.import_limit_kw + float(own_kw)


@kernel
def advance(
    tables: StnTables, series: StnSeries, state: StnState, i: int, request: Floats, work: Work,
    cost: Floats, meter: Floats,
) -> None:  # fmt: skip
    """Run row i for one step under the levels asked for [J]; add to `cost`, `meter` [zeros]."""
    day, step = state.day[i], state.step[i]
    power_kw = realise(
        tables, step, state.stock_t[i], state.hold_level[i], state.hold_steps[i], request,
        free_power_kw(tables, series, state, i), work,
    )  # fmt: skip
    for j in range(request.shape[0]):
        if abs(work.level[j] - request[j]) > TOL:
            meter[MOVED] += 1.0
        cost[LABOUR] += at_level(tables.labour_per_h, j, work.level[j]) * tables.step_h
        cost[TRIP] += _run_task(tables, state, i, j, work.level[j])
    _move_stocks(tables, state, i, work)
    load_kw = power_kw + series.values[day, step, BASE_LOAD_KW]
    _settle_energy(tables, series, state, i, load_kw, cost, meter)
    _settle_response(tables, series, state, i, load_kw, cost, meter)
    state.step[i] += 1
    if state.step[i] == tables.n_steps:
        state.over[i] = True
        for m in range(tables.end_min_t.shape[0]):
            missing_t = max(0.0, tables.end_min_t[m] - state.stock_t[i, m])
            cost[SHORTFALL] += missing_t * tables.shortfall_cost_per_t[m]


@kernel
def _run_task(tables: StnTables, state: StnState, i: int, j: int, level: float) -> float:
    """Note what task j runs from this step on; return the cost of a trip, if it is one."""
    must = must_run(tables, state.step[i], j, state.hold_steps[i, j])
    if level == state.level[i, j]:
        state.since[i, j] += 1
    else:
        state.since[i, j] = 1
    if level > 0.0 and level != state.level[i, j] and not tables.continuous:
        state.hold_level[i, j] = level
        state.hold_steps[i, j] = tables.min_run_steps[j] - 1
    elif state.hold_steps[i, j] > 0:
        state.hold_steps[i, j] -= 1
    state.level[i, j] = level
    return tables.trip_cost_per_h[j] * tables.step_h if must and level == 0.0 else 0.0


@kernel
def _move_stocks(tables: StnTables, state: StnState, i: int, work: Work) -> None:
    for m in range(work.taken_t.shape[0]):
        after = state.stock_t[i, m] - work.taken_t[m] + work.made_t[m]
        # Rounding must not add up over a day: the shield let it pass only within the tolerance.
        state.stock_t[i, m] = min(max(after, tables.stock_min_t[m]), tables.stock_max_t[m])


@kernel
def _settle_energy(
    tables: StnTables, series: StnSeries, state: StnState, i: int, load_kw: float, cost: Floats,
    meter: Floats,
) -> None:  # fmt: skip
    """Own generation first, then buy; or sell the surplus, and curtail what cannot be sold."""
    day, step = state.day[i], state.step[i]
    generation_kw = series.values[day, step, GENERATION_KW]
    buy_kw = max(0.0, load_kw - generation_kw)
    surplus_kw = max(0.0, generation_kw - load_kw)
    sell_price = series.values[day, step, SELL_PRICE]
    sell_kw = min(surplus_kw, tables.export_limit_kw) if sell_price >= 0.0 else 0.0
    rise_kw = max(0.0, buy_kw - state.peak_kw[i])
    state.peak_kw[i] += rise_kw
    cost[PURCHASE] = buy_kw * tables.step_h * series.values[day, step, BUY_PRICE]
    cost[SALES] = -sell_kw * tables.step_h * sell_price
    cost[DEMAND] = rise_kw * tables.demand_charge_per_kw
    meter[LOAD] = load_kw
    meter[GENERATION] = generation_kw
    meter[BUY] = buy_kw
    meter[SELL] = sell_kw
    meter[CURTAILED] = surplus_kw - sell_kw


@kernel
def _settle_response(
    tables: StnTables, series: StnSeries, state: StnState, i: int, load_kw: float, cost: Floats,
    meter: Floats,
) -> None:  # fmt: skip
    """Settle a step of the demand-response window in the bands of `DrProgramme`."""
    day, step = state.day[i], state.step[i]
    if not state.dr_steps[i, 1] <= step < state.dr_steps[i, 2]:
        return
    award_kw = state.dr_award_kw[i]
    response_kw = series.values[day, step, BASELINE_LOAD_KW] - load_kw
    meter[DR_RESPONSE] = response_kw
    cost[DR_PENALTY], cost[DR_SUBSIDY] = settle_response(
        tables.dr_thresholds, tables.dr_factors, tables.dr_penalty_per_kwh,
        tables.dr_subsidy_per_kwh, award_kw, response_kw, tables.step_h,
    )  # fmt: skip
