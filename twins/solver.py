"""HiGHS: all that is said to it is said here, and what it cannot solve is explained in words.

Each solve takes a fresh HiGHS object: loading a model costs 0.2 ms, and in return a plan depends on
its problem alone, not on what was solved before, and a time limit is a limit (HiGHS adds up the
time of all runs of an object).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from .errors import InputError, MissingExtraError, PlantgymError
from .linear_problem import Floats, Problem

try:
    import highspy
except ImportError as error:
    raise MissingExtraError("highspy", "plan") from error

Status = highspy.HighsModelStatus
_FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible

_BROKEN_OFF = (Status.kNotset, Status.kSolveError)
_PRIMAL_SIMPLEX = 4

_FEASIBILITY = 1e-9
"""Absolute tolerance: the simulator, which replays the plans, forgives no more."""

_OPTIONS: Mapping[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": _FEASIBILITY,
    "dual_feasibility_tolerance": _FEASIBILITY,
    "mip_feasibility_tolerance": _FEASIBILITY,
    "mip_abs_gap": 0.0,
}


class SolverError(PlantgymError, RuntimeError):
    """HiGHS ended without a point; the message says why."""


class TimeLimitError(SolverError):
    """The time limit passed before any feasible point was found."""


class InfeasibleError(SolverError):
    """No point keeps every limit.

    Args:
        limits: names of limits of which at least one must give way; none if the problem
            contradicts itself without any of them.
    """

    def __init__(self, limits: tuple[str, ...]) -> None:
        super().__init__(limits)
        self.limits = limits

    def __str__(self) -> str:
        if not self.limits:
            return "infeasible: the fixed values contradict each other, whatever the limits are"
        return f"infeasible: nothing keeps the {' and the '.join(self.limits)}"


class Limit(NamedTuple):
    """Something that a plan may break against, in the words of the plant."""

    name: str
    columns: tuple[str, ...] = ()
    """Groups whose bounds it is."""
    rows: tuple[str, ...] = ()
    """Groups of rows that it is."""


@dataclass(frozen=True, slots=True)
class Solution:
    """The best point that was found.

    Args:
        x: value of each column [n]; integral columns are exactly whole.
        cost: of `x`.
        bound: no point costs less.
        mip_gap: (cost - bound) / |cost|; 0 if they are equal.
    """

    x: Floats
    cost: float
    bound: float
    mip_gap: float


def solve(
    problem: Problem,
    *,
    mip_gap: float,
    time_limit_s: float | None = None,
    node_limit: int | None = None,
    limits: tuple[Limit, ...] = (),
) -> Solution:
    """Solve a problem; it is not changed.

    Args:
        problem: what to solve.
        mip_gap: greatest relative gap between cost and bound; 0 for a proven optimum.
        time_limit_s: wall-clock limit [s], None for none. The best point by then is returned,
            with the gap that is left.
        node_limit: limit of branch-and-bound nodes, None for none; as `time_limit_s`, but the same
            on every machine.
        limits: candidates to blame if no point is feasible; the likeliest last.

    Raises:
        InfeasibleError: no point is feasible; names the limits to blame.
        TimeLimitError: no feasible point was found within the limits.
        SolverError: HiGHS gave up for another reason.
        InputError: a gap or limit that HiGHS does not take.
    """
    highs = _run(problem, mip_gap, time_limit_s, node_limit)
    _require_point(highs, problem, limits)
    x: Floats = np.array(highs.getSolution().col_value)
    if problem.branching.any():
        x = _whole(problem, x)
        bound = highs.getInfo().mip_dual_bound
    else:
        bound = math.inf if highs.getModelStatus() == Status.kOptimal else -math.inf
    cost = float(problem.cost @ x)
    bound = min(cost, float(bound))
    return Solution(x, cost, bound, _relative(cost - bound, cost))


def _require_point(highs: highspy.Highs, problem: Problem, limits: tuple[Limit, ...]) -> None:
    """Raise unless HiGHS found a point, be it the best or the best in time."""
    status = highs.getModelStatus()
    unclear = status == Status.kUnboundedOrInfeasible
    if status == Status.kInfeasible or (unclear and not _feasible_without(problem, ())):
        raise InfeasibleError(_blame(problem, limits))
    found = highs.getInfo().primal_solution_status == _FEASIBLE
    cut_off = status in (Status.kTimeLimit, Status.kSolutionLimit)
    if cut_off and not found:
        raise TimeLimitError("no feasible point was found within the limits of time and nodes")
    if status != Status.kOptimal and not cut_off:
        raise SolverError(f"HiGHS stopped: {highs.modelStatusToString(status)}")


def _relative(difference: float, cost: float) -> float:
    if difference == 0:
        return 0.0
    return difference / abs(cost) if cost else math.inf


def _run(
    problem: Problem,
    mip_gap: float = 0.0,
    time_limit_s: float | None = None,
    node_limit: int | None = None,
) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    given: dict[str, float | int] = {}
    if time_limit_s is not None:
        given["time_limit"] = float(time_limit_s)
    if node_limit is not None:
        given["mip_max_nodes"] = node_limit
    for name, value in {**_OPTIONS, "mip_rel_gap": float(mip_gap), **given}.items():
        if highs.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise InputError(f"solver option {name}", value, "give a finite value of 0 or more")
    highs.passModel(
        len(problem.cost),
        len(problem.row_lower),
        len(problem.matrix.data),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        problem.cost,
        problem.col_lower,
        problem.col_upper,
        problem.row_lower,
        problem.row_upper,
        problem.matrix.indptr,
        problem.matrix.indices,
        problem.matrix.data,
        problem.branching.astype(np.int32),
    )
    highs.run()
    if highs.getModelStatus() in _BROKEN_OFF:
        # Large costs, such as those of a shortfall, can break the ratio test of the dual simplex.
        highs.clearSolver()
        highs.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        highs.run()
    return highs


def _whole(problem: Problem, x: Floats) -> Floats:
    """The point with its integral columns rounded, and the rest solved again if that moved any."""
    rounded = np.round(x[problem.integral])
    if np.array_equal(rounded, x[problem.integral]):
        return x
    fixed = problem.copy()
    fixed.col_lower[problem.integral] = fixed.col_upper[problem.integral] = rounded
    highs = _run(fixed)
    if highs.getModelStatus() != Status.kOptimal:
        raise SolverError("the whole numbers that HiGHS found hold only within its tolerance")
    return np.array(highs.getSolution().col_value)


def _blame(problem: Problem, limits: tuple[Limit, ...]) -> tuple[str, ...]:
    """A smallest set of limits without which the problem is feasible; empty if there is none."""
    freed = list(limits)
    if not _feasible_without(problem, freed):
        return ()
    for limit in limits:
        others = [other for other in freed if other is not limit]
        if _feasible_without(problem, others):
            freed = others
    return tuple(limit.name for limit in freed)


def _feasible_without(problem: Problem, limits: Iterable[Limit]) -> bool:
    free = replace(problem.copy(), cost=np.zeros_like(problem.cost))
    for limit in limits:
        for name in limit.columns:
            where = problem.columns[name].where
            free.col_lower[where], free.col_upper[where] = -np.inf, np.inf
        for name in limit.rows:
            where = problem.rows[name].where
            free.row_lower[where], free.row_upper[where] = -np.inf, np.inf
    return bool(_run(free).getModelStatus() == Status.kOptimal)
