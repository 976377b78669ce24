"""The cheapest schedule when generation and prices may come as samples say, or worse."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse

from ..errors import InputError
from ..linear_problem import Problem
from ..outlook import Outlook
from ..schedule_day import LIMITS, PlantDay
from ..scheduling import Schedule, Scheduler
from ..solver import Limit
from ..stn_tables import Floats
from .ambiguity import Ambiguity
from .cuts import Effort, Found, Recourse
from .extend import with_rows
from .grid_cost import GridCost
from .load import Load
from .samples import Samples
from .worst_case import WorstCase

_CAP = "load_cap"
ROBUST_LIMITS = (*LIMITS[:-1], Limit("import limit in every sample", rows=(_CAP,)))
"""What a schedule may break against."""


@dataclass(frozen=True, slots=True, eq=False)
class RobustSchedule:
    """A schedule, and the worst distribution that it was made for.

    Args:
        schedule: what the plant does; its cost is the worst expected cost, its purchase and sales
            are expected under `worst_case`, charges for overrun included.
        first_stage_cost: of it, what does not depend on generation and prices [currency].
        multiplier: what a unit of the radius costs [currency/kWh, or currency/step of a budget].
        worst_case: the worst distribution, for the steps from the outlook's on.
        rounds: problems with whole numbers that were solved.
    """

    schedule: Schedule
    first_stage_cost: float
    multiplier: float
    worst_case: Samples
    rounds: int

    @property
    def cost(self) -> float:
        """Worst expected cost from the outlook's step to the end of the day [currency]."""
        return self.schedule.cost


def plan_uncertain(
    scheduler: Scheduler,
    outlook: Outlook,
    ambiguity: Ambiguity,
    *,
    overrun_per_kwh: float | None = None,
    mip_gap: float = 1e-4,
    node_limit: int | None = None,
) -> RobustSchedule:
    """The schedule of the rest of a day with the least worst expected cost.

    Modes are chosen now; what the grid delivers and takes follows when generation is known.

    Args:
        scheduler: of the plant.
        outlook: state, base load and event; its prices hold where the samples have none, its
            generation for a demand charge.
        ambiguity: samples of whole days, and how wrong they may be.
        overrun_per_kwh: charge on power drawn beyond the import limit; None to keep the limit in
            every course that is within reach.
        mip_gap: greatest relative gap between cost and bound.
        node_limit: branch-and-bound nodes of each round.

    Raises:
        InputError: samples or an outlook that do not fit the plant, a charge below 0, or a step
            that sells dearer than it buys in a plant whose loads cannot be listed.
        InfeasibleError: nothing keeps the limits that the error names.
    """
    start = time.perf_counter()
    day = scheduler.day
    check_fit(day, ambiguity, overrun_per_kwh)
    problem = without_grid(day, day.fill(outlook), outlook)
    load = Load.of(day, outlook)
    left = ambiguity.from_step(outlook.step)
    if overrun_per_kwh is None:
        problem = _capped(problem, load, left)
    worst = worst_case(day, outlook, load, left, overrun_per_kwh or 0.0)
    effort = Effort(mip_gap, node_limit)
    found = Recourse(problem, load, worst).solve(effort, ROBUST_LIMITS)
    return RobustSchedule(
        robust_schedule(day, problem, outlook, found, load, worst, start),
        found.first_stage,
        found.multiplier,
        worst.distribution(load.at(found.x)),
        found.rounds,
    )


def check_fit(day: PlantDay, ambiguity: Ambiguity, overrun_per_kwh: float | None) -> None:
    """Refuse samples of another day length, and a charge below 0.

    Raises:
        InputError: either.
    """
    n_steps = day.tables.n_steps
    if ambiguity.samples.n_steps != n_steps:
        fix = f"give courses of whole days, {n_steps} steps each"
        raise InputError("samples", ambiguity.samples.generation_kw.shape, fix)
    if overrun_per_kwh is not None and not 0 <= overrun_per_kwh < np.inf:
        raise InputError("overrun_per_kwh", overrun_per_kwh, "give a number of 0 or more, or None")


def without_grid(day: PlantDay, problem: Problem, outlook: Outlook) -> Problem:
    """The problem of a day with a free and boundless grid; a demand charge stays."""
    columns, rows = problem.columns, problem.rows
    for name in ("buy", "sell"):
        ahead = slice(columns[name].where.start + outlook.step, columns[name].where.stop)
        problem.cost[ahead] = 0.0
        problem.col_upper[ahead] = np.inf
    problem.col_upper[columns["importing"].where] = 0.0
    for name in ("no_import", "no_surplus"):
        problem.row_upper[rows[name].where] = np.inf
    return problem


def worst_case(
    day: PlantDay, outlook: Outlook, load: Load, ambiguity: Ambiguity, overrun_per_kwh: float
) -> WorstCase:
    """What the loads of the steps that are left may cost."""
    grid = GridCost.of(day.tables, outlook, ambiguity.samples, overrun_per_kwh)
    generation_kw = ambiguity.samples.generation_kw
    highest_kw = ambiguity.highest_kw if ambiguity.radius > 0 else generation_kw.max(axis=0)
    convex = grid.convex(load.base_kw - highest_kw, load.greatest_kw - ambiguity.least_kw)
    return WorstCase(grid, ambiguity, day.tables.step_h, convex)


def robust_schedule(
    day: PlantDay,
    problem: Problem,
    outlook: Outlook,
    found: Found,
    load: Load,
    worst: WorstCase,
    start: float,
    first_column: int = 0,
) -> Schedule:
    """The schedule of a point, with purchase and sales as the worst distribution has them."""
    x = found.x[first_column : first_column + len(day.problem.cost)]
    drawn, earned = worst.charges(load.at(found.x))
    ahead = np.arange(day.tables.n_steps) >= outlook.step
    parts = day.cost_parts(problem, x)
    parts["purchase"] += drawn
    parts["sales"] -= earned
    gap = found.cost - found.bound
    return Schedule(
        levels=day.levels(x) * ahead[:, None],
        cost=found.cost,
        bound=found.bound,
        mip_gap=gap / abs(found.cost) if gap else 0.0,
        cost_parts=parts,
        stock_t=day.stock_t(x) * ahead[:, None],
        load_kw=(outlook.base_load_kw + day.tasks_kw(x)) * ahead,
        solve_s=time.perf_counter() - start,
    )


def _capped(problem: Problem, load: Load, ambiguity: Ambiguity) -> Problem:
    """Keep the import limit with the least generation in reach."""
    room_kw: Floats = load.tables.import_limit_kw + ambiguity.least_kw - load.base_kw
    binding = np.flatnonzero(room_kw < load.greatest_kw - load.base_kw)
    rows = scipy.sparse.csr_array(load.rows()[binding])
    return with_rows(problem, _CAP, rows, upper=room_kw[binding])


def realised_costs(
    scheduler: Scheduler,
    outlook: Outlook,
    plan: RobustSchedule,
    samples: Samples,
    *,
    overrun_per_kwh: float = 0.0,
) -> Floats:
    """What a schedule costs in courses of the day, one by one [N] [currency].

    Args:
        scheduler: of the plant.
        outlook: that the schedule was planned on.
        plan: the schedule.
        samples: courses of whole days.
        overrun_per_kwh: charge on power drawn beyond the import limit.
    """
    left = samples.from_step(outlook.step)
    grid = GridCost.of(scheduler.day.tables, outlook, left, overrun_per_kwh)
    load_kw = plan.schedule.load_kw[outlook.step :]
    costs: Floats = plan.first_stage_cost + grid.cost(load_kw - left.generation_kw).sum(axis=1)
    return costs
