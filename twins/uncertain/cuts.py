"""Recourse in a scheduling problem, by cuts: the problem's size does not depend on the samples.

Where V_t is convex (see `worst_case`) its tangents in (load, multiplier) are added until they hold
at the optimum: Benders' cuts. Elsewhere the step gets a table: a share for each joint mode of the
tasks, in which V_t of their loads is linear, so that tangents in the multiplier alone are left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import scipy.sparse

from ..linear_problem import Floats, Ints, Problem
from ..solver import Limit, Solution, solve
from .extend import with_columns, with_rows
from .load import Load
from .load_table import LoadTable
from .worst_case import WorstCase

_RELAXED_ROUNDS = 60
_ROUNDS = 30
_SOLVER_SHARE = 0.8
"""Part of the gap that is left to each solve; the rest is for cuts that are missing."""


class Found(NamedTuple):
    """A point of a problem with recourse.

    Args:
        x: value of each column.
        first_stage: cost of the problem without recourse [currency].
        recourse: worst expected charge of its loads [currency].
        multiplier: that proves it.
        bound: no point costs less [currency].
        rounds: how many problems with whole numbers were solved.
    """

    x: Floats
    first_stage: float
    recourse: float
    multiplier: float
    bound: float
    rounds: int

    @property
    def cost(self) -> float:
        """First stage and recourse [currency]."""
        return self.first_stage + self.recourse


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop.

    Args:
        mip_gap: greatest relative gap between cost and bound.
        node_limit: branch-and-bound nodes of each problem; None for no limit.
    """

    mip_gap: float = 1e-4
    node_limit: int | None = None


class Cuts(NamedTuple):
    """Rows [r, n] over the columns that bound recourse from below, and their least values [r]."""

    rows: scipy.sparse.csr_array
    lower: Floats


class Recourse:
    """A problem with the worst expected charge of its load as a further cost.

    Args:
        problem: costs and limits of the schedule.
        load: where its load stands.
        worst: what that load may cost.
    """

    def __init__(self, problem: Problem, load: Load, worst: WorstCase) -> None:
        self._first_cost = problem.cost
        self._load = load
        self._worst = worst
        self._smooth: Ints = np.flatnonzero(worst.convex)
        least, greatest = worst.multiplier_range
        self._theta = len(problem.cost)
        self._multiplier = self._theta + load.n_steps
        problem = with_columns(problem, "recourse", load.n_steps, cost=1.0, lower=-np.inf)
        problem = with_columns(
            problem, "multiplier", 1, cost=worst.radius, lower=least, upper=greatest
        )
        self._tables = []
        for step in np.flatnonzero(~worst.convex):
            table = LoadTable(load, worst, int(step), self._multiplier, len(problem.cost))
            problem = table.extended(problem)
            self._tables.append(table)
        self.problem = problem
        for multiplier in {least, greatest}:
            self._add(self._cuts(load.greatest_kw / 2, multiplier))

    def solve(self, effort: Effort, limits: tuple[Limit, ...]) -> Found:
        """The cheapest schedule under its worst distribution.

        Raises:
            InfeasibleError: nothing keeps the limits that the error names.
            SolverError: HiGHS gave up.
        """
        self._relaxed_rounds(effort.mip_gap, limits)
        best, bound = None, -np.inf
        for rounds in range(1, _ROUNDS + 1):
            solution = solve(
                self.problem,
                mip_gap=_SOLVER_SHARE * effort.mip_gap,
                node_limit=effort.node_limit,
                limits=limits,
            )
            bound = max(bound, solution.bound)
            found = self._found(solution)
            if best is None or found.cost < best.cost:
                best = found
            best = best._replace(bound=min(bound, best.cost), rounds=rounds)
            gap = effort.mip_gap * abs(best.cost)
            # Cuts that are all but exact leave the rest of the gap to the solver and its limit.
            exact = found.cost - solution.cost <= (1 - _SOLVER_SHARE) * gap
            if best.cost - bound <= gap or exact or not self._cut_off(found):
                break
        assert best is not None
        return best

    def _relaxed_rounds(self, gap: float, limits: tuple[Limit, ...]) -> None:
        """Add the cuts that the problem without whole numbers asks for: they cost little."""
        for _ in range(_RELAXED_ROUNDS):
            relaxed = replace(self.problem, integral=np.zeros_like(self.problem.integral))
            solution = solve(relaxed, mip_gap=0.0, limits=limits)
            cuts = self._cuts(self._load.at(solution.x), float(solution.x[self._multiplier]))
            if not self._add(cuts, solution.x, (1 - _SOLVER_SHARE) * gap * abs(solution.cost)):
                return

    def _found(self, solution: Solution) -> Found:
        recourse, multiplier = self._worst.total(self._load.at(solution.x))
        first_stage = float(self._first_cost @ solution.x[: len(self._first_cost)])
        return Found(solution.x, first_stage, recourse, multiplier, solution.bound, 0)

    def _cut_off(self, found: Found) -> bool:
        """Add cuts at a point, for its own multiplier and the best; whether they cut it off."""
        load_kw = self._load.at(found.x)
        own = self._cuts(load_kw, float(found.x[self._multiplier]))
        best = self._cuts(load_kw, found.multiplier)
        broken = self._add(own, found.x)
        return self._add(best, found.x) or broken

    def _add(self, cuts: Cuts, x: Floats | None = None, tolerance: float = 0.0) -> bool:
        """Add cuts; given a point, those that it breaks by more than their part of a tolerance."""
        if x is not None:
            missing = cuts.lower - cuts.rows @ x[: cuts.rows.shape[1]]
            broken = np.flatnonzero(missing > tolerance / len(missing))
            cuts = Cuts(cuts.rows[broken], cuts.lower[broken])
        self.problem = with_rows(self.problem, "cuts", cuts.rows, lower=cuts.lower)
        return len(cuts.lower) > 0

    def _cuts(self, load_kw: Floats, multiplier: float) -> Cuts:
        """Tangents at loads [S] and a multiplier."""
        cuts = [self._tangents(load_kw, multiplier)] if len(self._smooth) else []
        cuts += [Cuts(*table.tangent(self._theta, multiplier)) for table in self._tables]
        width = len(self.problem.cost)
        for each in cuts:
            each.rows.resize((each.rows.shape[0], width))
        rows = scipy.sparse.vstack([each.rows for each in cuts], format="csr")
        return Cuts(rows, np.concatenate([each.lower for each in cuts]))

    def _tangents(self, load_kw: Floats, multiplier: float) -> Cuts:
        """Rows theta >= V + by_load (load - load^) + by_multiplier (multiplier - multiplier^)."""
        steps = self._smooth
        found = self._worst.tangent(load_kw[steps], multiplier, steps)
        columns = np.concatenate([self._theta + steps, np.full(len(steps), self._multiplier)])
        values = np.concatenate([np.ones(len(steps)), -found.by_multiplier])
        own = scipy.sparse.csr_array(
            (values, (np.tile(np.arange(len(steps)), 2), columns)),
            shape=(len(steps), self._multiplier + 1),
        )
        power = self._load.rows()[steps]
        power.resize(own.shape)
        rows = own - scipy.sparse.diags_array(found.by_load) @ power
        task_kw = load_kw[steps] - self._load.base_kw[steps]
        lower = found.value - found.by_load * task_kw - found.by_multiplier * multiplier
        return Cuts(scipy.sparse.csr_array(rows), lower)
