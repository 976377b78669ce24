"""Plans the rest of a day task by task: compiled, without a solver.

Each task, consumers before their producers, gets the cheapest modes that make what its consumers
take, when they take it, and that its store can hold. Dynamic programming finds them exactly, over
steps and units made so far. What other tasks will do to meet that is not known yet, so it is held
to bounds: what can be there at the earliest, and what has to be made even at the latest.
"""

from __future__ import annotations

import math

from .jit import entry, kernel
from .stn_tables import TOL, Floats, Ints
from .task_plan_tables import NOTHING, PlanTables, PlanWork

_BREACH = 1e6
"""Cost of a unit outside its bounds, above all that energy can cost [currency]."""


@kernel
def plan_tasks(
    tables: PlanTables, work: PlanWork, stock_t: Floats, price: Floats, step: int, regret: Floats
) -> None:
    """Plan the rest of a day, and write what it costs to begin with another mode.

    Args:
        tables: the plant.
        work: written to.
        stock_t: stocks [M].
        price: of the steps left, this one first [currency/kWh].
        step: that is to be decided.
        regret: cost of each mode of each task in this step, over that of the best one [J, K].
    """
    left = tables.n_steps - step
    _write_needs(tables, work, stock_t)
    _write_earliest(tables, work, stock_t, left)
    _write_worth(tables, work, price, left)
    for j in tables.order:
        regret[j, :] = 0.0
        if tables.product[j] != NOTHING:
            _write_bounds(tables, work, j, stock_t, left)
            _write_costs(tables, work, j, price, step, left)
            _note_plan(tables, work, j, price, step, left)
            least = _cost(tables, work, j, work.modes[0], 0, price, step, 0)
            for k in range(tables.n_modes[j]):
                regret[j, k] = max(0.0, _cost(tables, work, j, k, 0, price, step, 0) - least)


@kernel
def _write_needs(tables: PlanTables, work: PlanWork, stock_t: Floats) -> None:
    """Write how much must be made of each material for the targets, and for its consumers."""
    work.needed_t[:] = 0.0
    work.rate_t[:] = 0.0
    for m in range(stock_t.shape[0]):
        work.missing_t[m] = tables.end_min_t[m] - stock_t[m]
    for j in tables.order:
        work.runs[j] = 0.0
        m, top = tables.product[j], tables.n_modes[j] - 1
        if m == NOTHING:
            continue
        rate_t = tables.make_t[j, top, m]
        work.runs[j] = max(0.0, work.missing_t[m] / rate_t)
        work.needed_t[m] += work.runs[j] * rate_t
        work.rate_t[m] += rate_t
        for i in range(stock_t.shape[0]):
            work.missing_t[i] += work.runs[j] * (
                tables.take_t[j, top, i] - tables.make_t[j, top, i]
            )


@kernel
def _there_t(
    tables: PlanTables, work: PlanWork, stock_t: Floats, m: int, s: int, left: int
) -> float:
    """Most that can be taken of a material by the end of step s, so that its target is met."""
    use = s - 1 if tables.strict else s
    now_t = work.there_t[m, use] if use >= 0 else stock_t[m] - tables.stock_min_t[m]
    kept_t = tables.end_min_t[m] - tables.stock_min_t[m]
    return float(max(0.0, min(now_t, work.there_t[m, left - 1] - kept_t)))


@kernel
def _write_earliest(tables: PlanTables, work: PlanWork, stock_t: Floats, left: int) -> None:
    """Write what can be there of each material if all tasks run as early as they can."""
    for m in range(stock_t.shape[0]):
        for s in range(left):
            work.there_t[m, s] = stock_t[m] - tables.stock_min_t[m]
            work.taken_t[m, s] = 0.0
            work.made_t[m, s] = 0.0
    for place in range(len(tables.order) - 1, -1, -1):
        j = tables.order[place]
        m, top = tables.product[j], tables.n_modes[j] - 1
        if m == NOTHING:
            continue
        for s in range(left):
            runs = float(s + 1)
            for i in range(stock_t.shape[0]):
                if tables.take_t[j, top, i] > 0.0:
                    there_t = _there_t(tables, work, stock_t, i, s, left)
                    runs = min(runs, there_t / tables.take_t[j, top, i])
            if top == 1:
                runs = float(math.floor(runs + TOL))
            work.there_t[m, s] += runs * tables.make_t[j, top, m]


@kernel
def _write_worth(tables: PlanTables, work: PlanWork, price: Floats, left: int) -> None:
    """Write what the last unit needed of each material costs, all that it is made of included."""
    for s in range(left):
        place = s
        while place > 0 and work.prices[place - 1] > price[s]:
            work.prices[place] = work.prices[place - 1]
            place -= 1
        work.prices[place] = price[s]
    work.worth[:] = 0.0
    for place in range(len(tables.order) - 1, -1, -1):
        j = tables.order[place]
        m, top = tables.product[j], tables.n_modes[j] - 1
        if m == NOTHING:
            continue
        last = min(left - 1, math.ceil(work.runs[j]))
        cost = max(0.0, work.prices[last]) * tables.energy_kwh[j, top] + tables.wages[j, top]
        for i in range(work.worth.shape[0]):
            cost += tables.take_t[j, top, i] * work.worth[i]
        work.worth[m] = cost / tables.make_t[j, top, m]


@kernel
def _write_bounds(tables: PlanTables, work: PlanWork, j: int, stock_t: Floats, left: int) -> None:
    """Write the units that task j may have made by the end of each step, at least and at most."""
    m, top = tables.product[j], tables.n_modes[j] - 1
    unit_t, rate = tables.unit_t[j], tables.units[j, top]
    for s in range(left):
        own_t = stock_t[m] + work.made_t[m, s]
        use, least_t = s + 1 if tables.strict else s, -math.inf
        if use < left:
            least_t = tables.stock_min_t[m] + work.taken_t[m, use] - own_t
        if s == left - 1:
            least_t = max(least_t, tables.end_min_t[m] + work.taken_t[m, s] - own_t)
        low = least_t / unit_t
        high = (tables.stock_max_t[m] + work.taken_t[m, s] - own_t) / unit_t
        for i in range(stock_t.shape[0]):
            per_unit_t = tables.take_t[j, top, i] / rate
            if per_unit_t > 0.0:
                there_t = _there_t(tables, work, stock_t, i, s, left)
                high = min(high, (there_t - work.taken_t[i, s]) / per_unit_t)
                latest_t = max(0.0, work.needed_t[i] - work.rate_t[i] * (left - 1 - s))
                over_t = stock_t[i] + latest_t - work.taken_t[i, s] - tables.stock_max_t[i]
                low = max(low, over_t / per_unit_t)
        work.low[s], work.high[s] = low - TOL, high + TOL


@kernel
def _cost(
    tables: PlanTables, work: PlanWork, j: int, k: int, s: int, price: Floats, step: int, made: int
) -> float:
    """Cost of mode k in step s and of all that follows, units made before it given."""
    cost = price[s] * tables.energy_kwh[j, k] + work.own_cost[k]
    if k == 0 and step + s >= tables.must_run_from[j]:
        cost += tables.trip_cost[j]
    return float(cost + work.cost_after[s, made + tables.units[j, k]])


@kernel
def _write_costs(
    tables: PlanTables, work: PlanWork, j: int, price: Floats, step: int, left: int
) -> None:
    """Write the least cost from the end of each step on, for all units made until then."""
    n_modes = tables.n_modes[j]
    rate = tables.units[j, n_modes - 1]
    for k in range(n_modes):
        work.own_cost[k] = tables.wages[j, k]
        for i in range(work.worth.shape[0]):
            work.own_cost[k] += tables.take_t[j, k, i] * work.worth[i]
    for s in range(left - 1, -1, -1):
        for made in range((s + 1) * rate + 1):
            cost = 0.0
            if s < left - 1:
                cost = math.inf
                for k in range(n_modes):
                    cost = min(cost, _cost(tables, work, j, k, s + 1, price, step, made))
            breach = max(0.0, work.low[s] - made, made - work.high[s])
            work.cost_after[s, made] = cost + _BREACH * breach


@kernel
def _note_plan(
    tables: PlanTables, work: PlanWork, j: int, price: Floats, step: int, left: int
) -> None:
    """Follow the cheapest modes of task j, and add what they take and make."""
    made = 0
    for s in range(left):
        best, least = 0, math.inf
        for k in range(tables.n_modes[j]):
            cost = _cost(tables, work, j, k, s, price, step, made)
            if cost < least - TOL:
                best, least = k, cost
        work.modes[s] = best
        made += tables.units[j, best]
    for i in range(work.worth.shape[0]):
        taken_t, made_t = 0.0, 0.0
        for s in range(left):
            taken_t += tables.take_t[j, work.modes[s], i]
            made_t += tables.make_t[j, work.modes[s], i]
            work.taken_t[i, s] += taken_t
            work.made_t[i, s] += made_t


@entry
def plan_rows(
    tables: PlanTables, work: PlanWork, stock_t: Floats, step: Ints, forecast: Floats,
    known: Floats, fade: float, price: Floats, regret: Floats,
) -> None:  # fmt: skip
    """Plan the rest of the day of each row.

    Prices are expected to differ from their forecast by what the present one differs, which fades.

    Args:
        tables: the plant.
        work: written to.
        stock_t: stocks [n, M].
        step: to be decided in each row [n].
        forecast: prices expected for the day of each row [n, T] [currency/kWh].
        known: prices that come; only that of the present step is looked at [n, T].
        fade: share of the difference that is left after a step.
        price: written to [T].
        regret: written to [n, J, K]; 0 after the last step.
    """
    for i in range(stock_t.shape[0]):
        now = step[i]
        regret[i] = 0.0
        if now >= tables.n_steps:
            continue
        off = known[i, now] - forecast[i, now]
        for s in range(tables.n_steps - now):
            price[s] = forecast[i, now + s] + off
            off *= fade
        plan_tasks(tables, work, stock_t[i], price, now, regret[i])
