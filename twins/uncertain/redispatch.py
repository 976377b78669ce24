"""Production that is re-dispatched once the course of the day is known.

Until a step all courses share their modes; from then on each course has its own schedule, at its
own generation and prices. The distribution is worst among those on the samples themselves: with
C_i the cost of course i and d_ij its distance from course j, the worst expectation is

    min over multiplier of  multiplier x radius + mean over i of max over j of
        { C_j - multiplier x d_ij }.

Notes:
    The extensive form of a two-stage problem with whole numbers in the second stage: it grows with
    the courses, so reduce them first (`twins.generators.reduction`), to ten or so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse

from ..errors import InputError
from ..linear_problem import Problem
from ..outlook import Outlook
from ..schedule_day import PlantDay
from ..scheduling import Scheduler
from ..solver import Limit, solve
from ..stn_tables import Floats
from .ambiguity import Ambiguity
from .extend import stacked, with_columns, with_rows
from .planning import check_fit
from .samples import Samples

_MOST_COURSES = 50


@dataclass(frozen=True, slots=True, eq=False)
class RedispatchPlan:
    """A schedule for each course.

    Args:
        levels: modes or levels [N, T, J]; the same in all courses before `commit_until`.
        course_cost: cost of each course [N] [currency].
        cost: worst expected cost [currency].
        bound: no plan costs less [currency].
        commit_until: first step that is re-dispatched.
        solve_s: wall-clock time [s].
    """

    levels: Floats
    course_cost: Floats
    cost: float
    bound: float
    commit_until: int
    solve_s: float


def plan_redispatch(
    scheduler: Scheduler,
    outlook: Outlook,
    ambiguity: Ambiguity,
    commit_until: int,
    *,
    mip_gap: float = 1e-3,
    node_limit: int | None = None,
) -> RedispatchPlan:
    """The plan whose worst expected cost is least if modes may follow the course from a step on.

    Args:
        scheduler: of the plant.
        outlook: state; its prices hold where the samples have none.
        ambiguity: few courses of whole days, and a reach in kWh; radius 0 is stochastic, an
            infinite one takes the dearest course.
        commit_until: first step whose modes may differ; that of the outlook for all that is left,
            the number of steps for none.
        mip_gap: greatest relative gap between cost and bound.
        node_limit: branch-and-bound nodes.

    Raises:
        InputError: samples that do not fit the plant, too many, a reach that counts steps, or a
            step that is not in the rest of the day.
        InfeasibleError: no schedule keeps the limits in every course.
    """
    start = time.perf_counter()
    day, samples = scheduler.day, ambiguity.samples
    check_fit(day, ambiguity, None)
    _check(day, outlook, ambiguity, commit_until)
    blocks = [day.fill(_course(outlook, samples, i)) for i in range(samples.n)]
    width = len(day.problem.cost)
    problem = stacked(blocks, [f"course {i}" for i in range(samples.n)])
    own_cost = problem.cost
    problem = replace(problem, cost=np.zeros_like(own_cost))
    problem = _committed(problem, day, samples.n, commit_until)
    problem = _expected(problem, own_cost, ambiguity, outlook.step, day.tables.step_h)
    limits = (Limit("limits of some course", rows=("same modes",)),)
    found = solve(problem, mip_gap=mip_gap, node_limit=node_limit, limits=limits)
    points = found.x[: samples.n * width].reshape(samples.n, width)
    ahead = np.arange(day.tables.n_steps) >= outlook.step
    return RedispatchPlan(
        levels=np.stack([day.levels(x) * ahead[:, None] for x in points]),
        course_cost=(own_cost.reshape(samples.n, width) * points).sum(axis=1),
        cost=found.cost,
        bound=found.bound,
        commit_until=commit_until,
        solve_s=time.perf_counter() - start,
    )


def _course(outlook: Outlook, samples: Samples, course: int) -> Outlook:
    """The outlook, if the day comes as a course from its step on."""
    ahead = np.arange(samples.n_steps) >= outlook.step
    generation_kw = np.where(ahead, samples.generation_kw[course], outlook.generation_kw)
    buy, sell = samples.buy_price_per_kwh, samples.sell_price_per_kwh
    if buy is None or sell is None:
        return replace(outlook, generation_kw=generation_kw)
    return replace(
        outlook.with_prices(
            np.where(ahead, buy[course], outlook.buy_price_per_kwh),
            np.where(ahead, sell[course], outlook.sell_price_per_kwh),
        ),
        generation_kw=generation_kw,
    )


def _committed(problem: Problem, day: PlantDay, n: int, commit_until: int) -> Problem:
    """Before the step, the modes of each course are those of the first."""
    group, width = day.problem.columns["mode"], len(day.problem.cost)
    places = np.arange(group.where.start, group.where.stop).reshape(-1, group.n_steps)
    first = places[:, 1 : 1 + commit_until].ravel()
    ones, rows = np.ones(len(first)), np.arange(len(first))
    for course in range(1, n):
        same = scipy.sparse.csr_array(
            (
                np.concatenate([ones, -ones]),
                (np.tile(rows, 2), np.concatenate([first, course * width + first])),
            ),
            shape=(len(first), len(problem.cost)),
        )
        problem = with_rows(problem, "same modes", same, 0.0, 0.0)
    return problem


def _expected(
    problem: Problem, own_cost: Floats, ambiguity: Ambiguity, step: int, step_h: float
) -> Problem:
    """The worst expectation of the courses' costs as the objective."""
    samples, n = ambiguity.samples, ambiguity.samples.n
    radius = ambiguity.radius
    split = own_cost.reshape(n, -1)
    cost_rows = scipy.sparse.block_diag([row[None] for row in split], format="csr")
    generation_kw = samples.generation_kw[:, step:]
    distance = step_h * np.abs(generation_kw[:, None] - generation_kw[None]).sum(axis=2)
    if radius == 0:
        return replace(problem, cost=samples.weight @ cost_rows)
    problem = with_columns(problem, "worst", n, cost=samples.weight, lower=-np.inf)
    problem = with_columns(
        problem,
        "multiplier",
        1,
        cost=radius if np.isfinite(radius) else 0.0,
        upper=np.inf if np.isfinite(radius) else 0.0,
    )
    for i in range(n):
        worst = np.zeros((n, n))
        worst[:, i] = 1.0
        rows = scipy.sparse.hstack([-cost_rows, worst, distance[i][:, None]])
        problem = with_rows(problem, "worst of courses", rows, 0.0)
    return problem


def _check(day: PlantDay, outlook: Outlook, ambiguity: Ambiguity, commit_until: int) -> None:
    n_steps = day.tables.n_steps
    if ambiguity.samples.n > _MOST_COURSES:
        fix = f"reduce them to {_MOST_COURSES} or fewer"
        raise InputError("samples", ambiguity.samples.n, fix)
    if ambiguity.unit != "kWh":
        raise InputError("ambiguity unit", ambiguity.unit, "give a reach in kWh")
    if not outlook.step <= commit_until <= n_steps:
        raise InputError("commit_until", commit_until, f"give {outlook.step} to {n_steps}")
