"""The Pyomo formulation of a plant-day: every variable and every rule that the plant obeys.

The model holds what belongs to the plant; what belongs to the day (prices, generation, state,
event) is written on the compiled arrays by `schedule_day`. Coefficients that the day decides stand
here as 1 and say so.

The last index of every variable and constraint is its step. Step -1 is the state before the day,
so that the day can be cut at any step without building the model again; what is settled at the
end of the day bears the last step.

Notes:
    The State-Task-Network of Kondili, Pantelides and Sargent (1993), doi
    10.1016/0098-1354(93)80015-F, with tasks that run in modes; grid, demand charge and
    demand-response bands as `docs/plants.md` states them.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import NumericExpression
from pyomo.core.expr.relational_expr import RelationalExpression
from pyomo.environ import ConcreteModel

from .stn_tables import Floats, StnTables

N_BANDS = 4
"""Bands of the response to a demand-response event: fined, and three that are paid."""


def modes(tables: StnTables) -> list[tuple[int, int]]:
    """Every (task, mode) of the plant, standing included, task by task."""
    return [(j, k) for j, count in enumerate(tables.n_modes) for k in range(count)]


def stock_scale_t(tables: StnTables) -> Floats:
    """Units [M] of stocks in the model: the greatest stock, and at least 1 [stock_unit].

    So the solver's absolute tolerance is the simulator's, which is relative to the greatest stock.
    """
    return np.maximum(1.0, tables.stock_max_t)


def build_model(tables: StnTables) -> ConcreteModel:
    """Formulate a day of the plant; all coefficients of the day are still 1 or 0.

    Variables (j task, k mode, m material, t step, c band):
        mode[j, k, t]: whether a task runs in a mode; its weight in a continuous plant.
        segment[j, k, t]: whether a level lies between modes k and k + 1.
        trip[j, t]: whether a task stands while it must run.
        stock[m, t]: stock after the step [stock_scale_t].
        buy[t], sell[t], curtail[t]: mean powers [kW].
        importing[t]: whether the plant draws from the grid.
        peak_rise[T - 1]: rise of the day's peak import [kW].
        band[c, t], response[c, t]: which band the response is in, and the response in it [kW].
        shortfall[m, T - 1]: what is missing from the target [stock_scale_t].

    Every component is there for every plant; what a plant does not have is empty.
    """
    model = ConcreteModel()
    for add in (
        _add_modes, _add_segments, _add_trips, _add_min_run, _add_stocks,
        _add_grid, _add_peak, _add_response, _add_target,
    ):  # fmt: skip
        add(model, tables)
    return model


def _day(tables: StnTables) -> range:
    return range(tables.n_steps)


def _some(entries: Iterable[object], dimen: int = 1) -> pyo.Set:
    """An index set that may be empty: Pyomo cannot tell the dimension of an empty list."""
    return pyo.Set(initialize=list(entries), dimen=dimen)


def _add_modes(model: ConcreteModel, tables: StnTables) -> None:
    domain = pyo.UnitInterval if tables.continuous else pyo.Binary
    model.mode = pyo.Var(modes(tables), range(-1, tables.n_steps), domain=domain)
    model.one_mode = pyo.Constraint(
        range(len(tables.n_modes)),
        _day(tables),
        rule=lambda model, j, t: sum(model.mode[j, k, t] for k in range(tables.n_modes[j])) == 1,
    )


def _add_segments(model: ConcreteModel, tables: StnTables) -> None:
    """A level mixes neighbouring modes only; with two modes there is nothing else to mix."""
    bent = [j for j, count in enumerate(tables.n_modes) if tables.continuous and count > 2]
    segments = [(j, k) for j in bent for k in range(tables.n_modes[j] - 1)]
    model.segment = pyo.Var(_some(segments, 2), _day(tables), domain=pyo.Binary)
    model.one_segment = pyo.Constraint(
        _some(bent),
        _day(tables),
        rule=lambda model, j, t: (
            sum(model.segment[j, k, t] for k in range(tables.n_modes[j] - 1)) == 1
        ),
    )
    model.neighbours = pyo.Constraint(
        _some(((j, k) for j in bent for k in range(tables.n_modes[j])), 2),
        _day(tables),
        rule=lambda model, j, k, t: (
            model.mode[j, k, t]
            <= sum(model.segment[j, s, t] for s in (k - 1, k) if (j, s) in segments)
        ),
    )


def _add_trips(model: ConcreteModel, tables: StnTables) -> None:
    """A trip is standing; a task that must run by then cannot stand without one."""
    some_day = (tables.must_run_from < tables.n_steps) | (tables.min_run_steps > 1)
    bound = [int(j) for j in np.flatnonzero(some_day)]
    model.trip = pyo.Var(_some(bound), _day(tables), domain=pyo.UnitInterval)

    def stands(model: ConcreteModel, j: int, t: int) -> RelationalExpression:
        standing, trip = model.mode[j, 0, t], model.trip[j, t]
        return standing - trip == 0 if t >= tables.must_run_from[j] else standing - trip >= 0

    model.trip_stands = pyo.Constraint(_some(bound), _day(tables), rule=stands)


def _add_min_run(model: ConcreteModel, tables: StnTables) -> None:
    """A mode that starts at t runs, or trips, at t + 1, ..., t + min_run - 1."""
    keeps = [
        (j, k, after, t)
        for j, k in modes(tables)
        for after in range(1, tables.min_run_steps[j])
        for t in range(tables.n_steps - after)
        if k > 0
    ]

    def keep(model: ConcreteModel, j: int, k: int, after: int, t: int) -> RelationalExpression:
        start = model.mode[j, k, t] - model.mode[j, k, t - 1]
        return start <= model.mode[j, k, t + after] + model.trip[j, t + after]

    model.min_run = pyo.Constraint(_some(keeps, 4), rule=keep)


def _add_stocks(model: ConcreteModel, tables: StnTables) -> None:
    materials = range(len(tables.stock_min_t))
    scale_t = stock_scale_t(tables)
    lower, upper = tables.stock_min_t / scale_t, tables.stock_max_t / scale_t
    model.stock = pyo.Var(
        materials, range(-1, tables.n_steps), bounds=lambda model, m, t: (lower[m], upper[m])
    )

    def flow(table: Floats, m: int, t: int) -> NumericExpression:
        return sum(
            table[j, k, m] / scale_t[m] * model.mode[j, k, t]
            for j, k in modes(tables)
            if table[j, k, m]
        )

    model.stock_balance = pyo.Constraint(
        materials,
        _day(tables),
        rule=lambda model, m, t: (
            model.stock[m, t] - model.stock[m, t - 1]
            == flow(tables.produce_t, m, t) - flow(tables.consume_t, m, t)
        ),
    )
    passed_on = [
        m for m in materials if tables.produce_t[..., m].any() and tables.consume_t[..., m].any()
    ]
    model.stock_available = pyo.Constraint(
        _some(passed_on if tables.strict else []),
        _day(tables),
        rule=lambda model, m, t: model.stock[m, t - 1] - flow(tables.consume_t, m, t) >= lower[m],
    )


def _power_kw(model: ConcreteModel, tables: StnTables, t: int) -> NumericExpression:
    return sum(
        tables.power_kw[j, k] * model.mode[j, k, t]
        for j, k in modes(tables)
        if tables.power_kw[j, k]
    )


def _add_grid(model: ConcreteModel, tables: StnTables) -> None:
    """Surplus and import exclude each other, whatever the prices are."""
    model.buy = pyo.Var(_day(tables), bounds=(0, tables.import_limit_kw))
    model.sell = pyo.Var(_day(tables), bounds=(0, tables.export_limit_kw))
    model.curtail = pyo.Var(_day(tables), domain=pyo.NonNegativeReals)
    model.importing = pyo.Var(_day(tables), domain=pyo.Binary)
    model.power_balance = pyo.Constraint(  # right-hand side of the day: base load - generation
        _day(tables),
        rule=lambda model, t: (
            model.buy[t] - model.sell[t] - model.curtail[t] - _power_kw(model, tables, t) == 0
        ),
    )
    model.no_import = pyo.Constraint(  # coefficient of the day: greatest import
        _day(tables), rule=lambda model, t: model.buy[t] - model.importing[t] <= 0
    )
    model.no_surplus = pyo.Constraint(  # coefficient of the day: greatest surplus
        _day(tables),
        rule=lambda model, t: model.sell[t] + model.curtail[t] + model.importing[t] <= 1,
    )


def _add_peak(model: ConcreteModel, tables: StnTables) -> None:
    charged = tables.demand_charge_per_kw > 0
    last = tables.n_steps - 1
    model.peak_rise = pyo.Var(_some([last] if charged else []), domain=pyo.NonNegativeReals)
    model.peak = pyo.Constraint(  # right-hand side of the day: - peak so far
        _some(_day(tables) if charged else []),
        rule=lambda model, t: model.peak_rise[last] - model.buy[t] >= 0,
    )


def _add_response(model: ConcreteModel, tables: StnTables) -> None:
    """The response lies in one band, between its edges; bands jump, so each needs a binary."""
    settled = tables.dr_subsidy_per_kwh > 0 or tables.dr_penalty_per_kwh > 0
    bands, day = range(N_BANDS), _some(_day(tables) if settled else [])
    model.band = pyo.Var(bands, day, domain=pyo.Binary)
    model.response = pyo.Var(bands, day)
    model.one_band = pyo.Constraint(
        day, rule=lambda model, t: sum(model.band[c, t] for c in bands) == 1
    )
    model.response_balance = pyo.Constraint(  # right-hand side of the day: baseline - base load
        day,
        rule=lambda model, t: (
            sum(model.response[c, t] for c in bands) + _power_kw(model, tables, t) == 0
        ),
    )
    model.band_start = pyo.Constraint(  # coefficient of the day: lower edge
        bands, day, rule=lambda model, c, t: model.response[c, t] - model.band[c, t] >= 0
    )
    model.band_end = pyo.Constraint(  # coefficient of the day: upper edge
        bands, day, rule=lambda model, c, t: model.response[c, t] - model.band[c, t] <= 0
    )


def _add_target(model: ConcreteModel, tables: StnTables) -> None:
    last = tables.n_steps - 1
    scale_t = stock_scale_t(tables)
    wanted = _some(np.flatnonzero(tables.end_min_t > tables.stock_min_t).tolist())
    model.shortfall = pyo.Var(wanted, [last], domain=pyo.NonNegativeReals)
    model.target = pyo.Constraint(
        wanted,
        [last],
        rule=lambda model, m, t: (
            model.shortfall[m, t] + model.stock[m, t] >= tables.end_min_t[m] / scale_t[m]
        ),
    )
