"""The numbers of a day, written on the compiled formulation of a plant."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .linear_problem import Floats, Problem, compile_model
from .outlook import DrEvent, Outlook
from .schedule_model import N_BANDS, build_model, modes, stock_scale_t
from .solver import Limit
from .stn_state import COST_PARTS
from .stn_tables import TOL, StnTables

LIMITS = (
    Limit("limits of the stocks", columns=("stock",), rows=("stock_available",)),
    Limit("minimum run times", rows=("min_run",)),
    Limit("import limit", columns=("buy",)),
)
"""What a trajectory may break against; all other rows are definitions."""

_NO_EVENT = DrEvent(0, 0, 0, 0.0)


class PlantDay:
    """The formulation of a plant-day, compiled once and filled in for one outlook after the other.

    Args:
        tables: the plant.

    Attributes:
        tables: the plant.
        problem: the compiled formulation without a day; its `columns` and `rows` say where each
            variable and rule of `schedule_model.build_model` lies.
    """

    def __init__(self, tables: StnTables) -> None:
        self.tables = tables
        self.problem = compile_model(build_model(tables))
        self._task, self._mode = np.array(modes(tables)).T
        self._power_kw = tables.power_kw[self._task, self._mode]
        self._labour_per_h = tables.labour_per_h[self._task, self._mode]
        self._scale_t = stock_scale_t(tables)
        self._most_kw = float(tables.power_kw.max(axis=1).sum())
        self._column_step = np.concatenate([g.index[:, -1] for g in self.problem.columns.values()])
        self._row_step = np.concatenate([g.index[:, -1] for g in self.problem.rows.values()])
        self._most_import = self.problem.entries("no_import", "importing")
        self._most_surplus = self.problem.entries("no_surplus", "importing")
        self._lower_edge = self.problem.entries("band_start", "band")
        self._upper_edge = self.problem.entries("band_end", "band")

    def fill(self, outlook: Outlook) -> Problem:
        """The problem of the rest of a day.

        Raises:
            InputError: an outlook that does not fit the plant, or NaN in it.
        """
        _check(outlook, self.tables)
        problem = self.problem.copy()
        self._write_costs(problem, outlook)
        self._write_grid(problem, outlook)
        if problem.columns["band"].index.size:
            self._write_response(problem, outlook)
        self._cut(problem, outlook)
        self._write_state(problem, outlook)
        return problem

    def forgive(self, problem: Problem, step: int) -> None:
        """Widen limits from a step on by `TOL`: more than a day of what the simulator forgives."""
        stock, buy = problem.columns["stock"], problem.columns["buy"]
        stock.by_step(problem.col_lower)[:, step + 1 :] -= TOL
        stock.by_step(problem.col_upper)[:, step + 1 :] += TOL
        problem.row_lower[problem.rows["stock_available"].where] -= TOL
        problem.col_upper[buy.where] *= 1.0 + TOL  # a step that cannot import stays at 0

    def fix_levels(self, problem: Problem, step: int, levels: Floats) -> None:
        """Fix the levels [T, J] of all tasks from a step on."""
        mode = problem.columns["mode"]
        for bound in (problem.col_lower, problem.col_upper):
            mode.by_step(bound)[:, step + 1 :] = self._weights(levels[step:].T)

    def levels(self, x: Floats) -> Floats:
        """Levels [T, J] of the tasks in a point."""
        weights = self.problem.columns["mode"].by_step(x)[:, 1:]
        standing = np.flatnonzero(self._mode == 0)
        levels = np.add.reduceat(weights * self._mode[:, None], standing, axis=0).T
        within: Floats = np.clip(levels, 0.0, self.tables.n_modes - 1.0)
        return within

    def stock_t(self, x: Floats) -> Floats:
        """Stocks [T, M] after each step in a point [stock_unit]."""
        return (self.problem.columns["stock"].by_step(x)[:, 1:] * self._scale_t[:, None]).T

    def tasks_kw(self, x: Floats) -> Floats:
        """Power of all tasks [T] in a point [kW]."""
        power_kw: Floats = self._power_kw @ self.problem.columns["mode"].by_step(x)[:, 1:]
        return power_kw

    def cost_parts(self, problem: Problem, x: Floats) -> dict[str, float]:
        """Cost of a point by part, as the simulator names them; sales and subsidy are negative."""
        cost = {name: (problem.cost * x)[group.where] for name, group in problem.columns.items()}
        settled = (cost["band"] + cost["response"]).reshape(N_BANDS, -1)
        parts = {
            "purchase": cost["buy"],
            "sales": cost["sell"],
            "labour": cost["mode"],
            "trip": cost["trip"],
            "demand": cost["peak_rise"],
            "dr_penalty": settled[:1],
            "dr_subsidy": settled[1:],
            "shortfall": cost["shortfall"],
        }
        return {name: float(parts[name].sum()) for name in COST_PARTS}

    def _weights(self, levels: Floats) -> Floats:
        """Weights of all modes [P, ...] at levels [J, ...]: a hat over each mode."""
        distance = levels[self._task].T - self._mode
        weights: Floats = np.maximum(0.0, 1.0 - np.abs(distance)).T
        return weights

    def _write_costs(self, problem: Problem, outlook: Outlook) -> None:
        tables, cost, columns = self.tables, problem.cost, problem.columns
        mode, trip, shortfall = columns["mode"], columns["trip"], columns["shortfall"]
        cost[columns["buy"].where] = tables.step_h * outlook.buy_price_per_kwh
        cost[columns["sell"].where] = -tables.step_h * np.maximum(outlook.sell_price_per_kwh, 0.0)
        mode.by_step(cost)[:] = tables.step_h * self._labour_per_h[:, None]
        cost[trip.where] = tables.step_h * tables.trip_cost_per_h[trip.index[:, 0]]
        cost[columns["peak_rise"].where] = tables.demand_charge_per_kw
        cost[shortfall.where] = (self._scale_t * tables.shortfall_cost_per_t)[shortfall.index[:, 0]]

    def _write_grid(self, problem: Problem, outlook: Outlook) -> None:
        """Write the power balance, and keep import and surplus apart where prices do not."""
        columns, rows = problem.columns, problem.rows
        least_kw = outlook.base_load_kw - outlook.generation_kw
        greatest_kw = least_kw + self._most_kw
        balance = rows["power_balance"].where
        problem.row_lower[balance] = problem.row_upper[balance] = least_kw
        problem.row_lower[rows["peak"].where] = -outlook.peak_kw
        problem.col_upper[columns["buy"].where][greatest_kw <= 0] = 0.0
        problem.col_upper[columns["sell"].where][outlook.sell_price_per_kwh < 0] = 0.0
        for surplus in ("sell", "curtail"):
            problem.col_upper[columns[surplus].where][least_kw >= 0] = 0.0
        # With buy > sell >= 0 the cost is convex in the net load: both at once never pays. Then the
        # rows go and the binary is fixed, because HiGHS (up to 1.15.1) can take a wrong point for
        # the optimum where the binary is relaxed and its rows stay.
        worth = np.maximum(outlook.sell_price_per_kwh, 0.0)
        apart = (least_kw < 0) & (greatest_kw > 0) & (outlook.buy_price_per_kwh <= worth)
        problem.col_upper[columns["importing"].where] = apart
        problem.matrix.data[self._most_surplus] = -least_kw
        problem.matrix.data[self._most_import] = -greatest_kw
        problem.row_upper[rows["no_surplus"].where] = np.where(apart, -least_kw, np.inf)
        problem.row_upper[rows["no_import"].where] = np.where(apart, 0.0, np.inf)

    def _write_response(self, problem: Problem, outlook: Outlook) -> None:
        """Write edges and pay of the bands; outside the window there is no response to settle."""
        tables, event = self.tables, outlook.dr or _NO_EVENT
        columns, rows = problem.columns, problem.rows
        step = np.arange(tables.n_steps)
        window = (step >= event.start_step) & (step < event.end_step)
        greatest_kw = outlook.baseline_load_kw - outlook.base_load_kw
        inner_kw = np.outer(tables.dr_thresholds * event.award_kw, np.ones(tables.n_steps))
        edges_kw = np.vstack([greatest_kw - self._most_kw, inner_kw, greatest_kw])
        problem.matrix.data[self._lower_edge] = -edges_kw[:-1].ravel()
        problem.matrix.data[self._upper_edge] = -edges_kw[1:].ravel()
        one_band, balance = rows["one_band"].where, rows["response_balance"].where
        problem.row_lower[one_band] = problem.row_upper[one_band] = window
        problem.row_lower[balance] = np.where(window, greatest_kw, -np.inf)
        problem.row_upper[balance] = np.where(window, greatest_kw, np.inf)
        band, response = columns["band"], columns["response"]
        band.by_step(problem.col_upper)[:] = window
        response.by_step(problem.col_lower)[:] = np.where(window, -np.inf, 0.0)
        response.by_step(problem.col_upper)[:] = np.where(window, np.inf, 0.0)
        # Costs by band: fined below the first edge, paid per kW, paid per kW, paid a fixed amount.
        fine = tables.step_h * tables.dr_penalty_per_kwh
        pay = tables.step_h * tables.dr_subsidy_per_kwh * tables.dr_factors
        fixed = np.array([fine * tables.dr_thresholds[0], 0.0, 0.0, -pay[2]]) * event.award_kw
        band.by_step(problem.cost)[:] = fixed[:, None]
        response.by_step(problem.cost)[:] = np.array([[-fine], [-pay[0]], [-pay[1]], [0.0]])

    def _cut(self, problem: Problem, outlook: Outlook) -> None:
        """Free the rows, and take out the columns, of the steps that are over."""
        over = self._row_step < outlook.step
        problem.row_lower[over], problem.row_upper[over] = -np.inf, np.inf
        gone = self._column_step < outlook.step
        problem.cost[gone] = problem.col_lower[gone] = problem.col_upper[gone] = 0.0

    def _write_state(self, problem: Problem, outlook: Outlook) -> None:
        """Fix stocks and modes before the step; a mode to be kept counts as started just then."""
        mode, stock = problem.columns["mode"], problem.columns["stock"]
        keep = problem.rows["min_run"]
        for bound in (problem.col_lower, problem.col_upper):
            mode.by_step(bound)[:, outlook.step] = self._weights(outlook.level)
            stock.by_step(bound)[:, outlook.step] = outlook.stock_t / self._scale_t
        task, level, after, start = keep.index.T
        held = (
            (start == outlook.step - 1)
            & (level == outlook.hold_level[task])
            & (after <= outlook.hold_steps[task])
        )
        runs = (level == outlook.level[task]).astype(np.float64)
        problem.row_upper[keep.where][held] = runs[held] - 1.0


def _check(outlook: Outlook, tables: StnTables) -> None:
    if outlook.step not in range(tables.n_steps):
        raise InputError("outlook step", outlook.step, f"use 0 to {tables.n_steps - 1}")
    state = {"stock_t": len(tables.stock_min_t)}
    state |= dict.fromkeys(("level", "hold_level", "hold_steps"), len(tables.n_modes))
    series = ("buy_price_per_kwh", "sell_price_per_kwh", "generation_kw", "base_load_kw")
    lengths = state | dict.fromkeys((*series, "baseline_load_kw"), tables.n_steps)
    for name, length in lengths.items():
        values = getattr(outlook, name)
        if np.shape(values) != (length,):
            raise InputError(f"outlook {name}", np.shape(values), f"give an array of {length}")
        if not np.isfinite(values).all():
            raise InputError(f"outlook {name}", values, "replace NaN and infinite values")
