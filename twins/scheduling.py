"""Exact schedules of a plant-day: the optimum, and the cost of a given trajectory."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from .errors import InputError
from .linear_problem import Floats, Problem
from .outlook import Outlook
from .schedule_day import LIMITS, PlantDay
from .solver import InfeasibleError, Solution, SolverError, TimeLimitError, solve
from .stn_tables import TOL, StnTables

__all__ = ["InfeasibleError", "Schedule", "Scheduler", "SolverError", "TimeLimitError"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a plant does in the rest of a day, and what that costs. Past steps are all zero.

    Args:
        levels: mode, or level in a continuous plant, of each task [T, J].
        cost: from the outlook's step to the end of the day [currency].
        bound: no schedule costs less than this [currency].
        mip_gap: (cost - bound) / |cost|; 0 if they are equal.
        cost_parts: the cost by `stn_state.COST_PARTS`; they add up to `cost` [currency].
        stock_t: stocks after each step [T, M].
        load_kw: load of the plant, base load included [T].
        solve_s: wall-clock time [s].
    """

    levels: Floats
    cost: float
    bound: float
    mip_gap: float
    cost_parts: dict[str, float]
    stock_t: Floats
    load_kw: Floats
    solve_s: float


class Scheduler:
    """Plans days of one plant; the formulation is built and compiled once.

    Args:
        tables: the plant.

    Attributes:
        day: the compiled formulation, for models that add to it.
    """

    def __init__(self, tables: StnTables) -> None:
        self.day = PlantDay(tables)

    def plan(
        self,
        outlook: Outlook,
        *,
        mip_gap: float = 1e-4,
        time_limit_s: float | None = None,
        node_limit: int | None = None,
    ) -> Schedule:
        """The cheapest schedule of the rest of the day, if the day comes as the outlook says.

        Args:
            outlook: state and expectation.
            mip_gap: greatest relative gap between cost and bound.
            time_limit_s: wall-clock limit of the solver [s]; the best schedule by then is returned.
            node_limit: limit of branch-and-bound nodes; as `time_limit_s`, but reproducible.

        Raises:
            InputError: an outlook that does not fit the plant.
            InfeasibleError: nothing keeps the limits that the error names.
            TimeLimitError: no schedule was found in time.
        """
        start = time.perf_counter()
        problem = self.day.fill(outlook)
        solution = solve(
            problem,
            mip_gap=mip_gap,
            time_limit_s=time_limit_s,
            node_limit=node_limit,
            limits=LIMITS,
        )
        return self._schedule(problem, outlook, solution, start)

    def cost_of(self, outlook: Outlook, levels: Floats) -> Schedule:
        """The schedule that runs given levels, with the rounding that the simulator forgives.

        Args:
            outlook: state and expectation.
            levels: mode or level of each task [T, J]; steps that are over do not count.

        Raises:
            InputError: an outlook or levels that do not fit the plant.
            InfeasibleError: the levels break the limits that the error names.
        """
        start = time.perf_counter()
        levels = self._checked(levels)
        problem = self.day.fill(outlook)
        self.day.forgive(problem, outlook.step)
        self.day.fix_levels(problem, outlook.step, levels)
        return self._schedule(problem, outlook, solve(problem, mip_gap=0.0, limits=LIMITS), start)

    def _schedule(
        self, problem: Problem, outlook: Outlook, solution: Solution, start: float
    ) -> Schedule:
        day, x = self.day, solution.x

        def to_come(values: Floats) -> Floats:
            future = np.zeros(values.shape)
            future[outlook.step :] = values[outlook.step :]
            return future

        return Schedule(
            levels=to_come(day.levels(x)),
            cost=solution.cost,
            bound=solution.bound,
            mip_gap=solution.mip_gap,
            cost_parts=day.cost_parts(problem, x),
            stock_t=to_come(day.stock_t(x)),
            load_kw=to_come(outlook.base_load_kw + day.tasks_kw(x)),
            solve_s=time.perf_counter() - start,
        )

    def _checked(self, levels: Floats) -> Floats:
        """The levels, exactly whole in a discrete plant."""
        tables = self.day.tables
        shape = (tables.n_steps, len(tables.n_modes))
        if np.shape(levels) != shape:
            raise InputError("levels", np.shape(levels), f"give an array of shape {shape}")
        if not np.all((levels >= 0) & (levels <= tables.n_modes - 1)):
            raise InputError("levels", levels, "keep each within 0 and the task's highest mode")
        if tables.continuous:
            return levels
        if np.any(np.abs(levels - np.round(levels)) > TOL):
            raise InputError("levels", levels, "give whole modes: the plant is discrete")
        return np.round(levels)
