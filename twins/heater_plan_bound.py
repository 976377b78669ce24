"""A proven lower bound on the cost of an episode of the heater: a linear relaxation of its kernel.

`docs/heater.md`, section "Planner", has the argument why no controls can cost less.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from .heater_episode_state import HeaterTables
from .heater_heat_kernel import BRICK, ROOM, WATER
from .heater_outlook import HeaterOutlook
from .heater_plan import HeaterPlan
from .heater_plan_cost import add_costs
from .heater_plan_ranges import Ranges, find_ranges
from .heater_plan_rows import LinearRows, Mix
from .heater_plan_slopes import radiator_kw_per_k, surroundings
from .heater_plan_stages import Stage, StagedSteps, add_staged_steps
from .heater_tables import (
    BRICK_K_PER_KWH,
    FAN_POWER_KW,
    HOLD_H,
    POWER_MAX_KW,
    ROOM_K_PER_KWH,
    STORE_LOSS_KW_PER_K,
    SURROUNDINGS_C,
    TRANSFER_MAX_KW_PER_K,
    WATER_K_PER_KWH,
    radiated_kw,
)
from .linear_problem import Problem
from .solver import solve
from .stn_tables import Floats, Ints

_MIP_GAP, _NODES = 1e-4, 200

_LOOSE = 0.005
"""Relative gap above which the brick is looked at."""

_LOOK_STEPS = 8
_SPARE_K = 0.1
_SPARE_KW = 1e-4
_ROUNDING = 1e-7
"""Relative: what the solver's tolerances and the kernel's rounding may hide."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """How good a plan is at least.

    Args:
        bound: no controls cost less from the outlook's step on, if all comes as it says [currency];
            minus infinity for a plant that is too quick for the proof.
        gap: (cost of the plan - bound) / |cost|; 0 if they are equal.
        solve_s: wall-clock time [s].
    """

    bound: float
    gap: float
    solve_s: float


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The relaxed problem.

    Args:
        problem: of which the least cost is sought.
        constant: cost beside it [currency].
        steps: columns of the steps.
        fan_kw: columns of the fan's power [n].
        proven: whether its least cost is a bound.
    """

    problem: Problem
    constant: float
    steps: StagedSteps
    fan_kw: Ints
    proven: bool


def certify(tables: HeaterTables, outlook: HeaterOutlook, plan: HeaterPlan) -> Certificate:
    """Bound the cost of every control of the rest of an episode, to judge a plan of it.

    Args:
        tables: plant and terms.
        outlook: what the plan was made for.
        plan: the plan. The bound holds whatever it is; it is the tighter, the better the plan.

    Raises:
        SolverError: HiGHS gave up.
    """
    began = time.perf_counter()
    relaxation = relax(tables, outlook, plan)
    if not relaxation.proven:
        return _certificate(plan, -np.inf, began)
    bound = _least_cost(relaxation)
    earning = outlook.buy_price_per_kwh[outlook.step :] < 0.0
    if earning.any() and plan.cost - bound > _LOOSE * abs(plan.cost):
        floor_c = _brick_floor_c(tables.values, relaxation, plan, earning)
        bound = max(bound, _least_cost(relax(tables, outlook, plan, floor_c)))
    return _certificate(plan, bound, began)


def _certificate(plan: HeaterPlan, bound: float, began: float) -> Certificate:
    bound = min(bound, plan.cost)
    above = plan.cost - bound
    gap = above / abs(plan.cost) if plan.cost else (np.inf if above else 0.0)
    return Certificate(bound, gap, time.perf_counter() - began)


def _least_cost(relaxation: Relaxation) -> float:
    solution = solve(relaxation.problem, mip_gap=_MIP_GAP, node_limit=_NODES)
    bound = solution.bound + relaxation.constant
    return bound - _ROUNDING * max(1.0, abs(bound))


def _brick_floor_c(
    values: Floats, relaxation: Relaxation, plan: HeaterPlan, earning: NDArray[np.bool_]
) -> Floats:
    """Least brick temperature at the start of each step [n] of courses that cost less than a plan.

    Where power earns, the fan may run for its power's sake; how much it then draws for the heat
    that it releases depends on how cold the brick can be. That is looked at in the first of every
    few such steps; in those that follow, full fan may have run from there. Elsewhere it is -inf.
    """
    beating, brick_c = _beating(relaxation, plan.cost), relaxation.steps.temp_c[:, BRICK]
    coldest_c = float(relaxation.problem.col_lower[relaxation.steps.temp_c[-1, WATER]])
    share = HOLD_H * float(values[BRICK_K_PER_KWH])
    share *= float(values[TRANSFER_MAX_KW_PER_K] + values[STORE_LOSS_KW_PER_K])
    floor_c, looked = np.full(len(earning), -np.inf), -_LOOK_STEPS
    for t in np.flatnonzero(earning):
        if t >= looked + _LOOK_STEPS:
            looked = int(t)
            beating.cost[:] = 0.0
            beating.cost[brick_c[t]] = 1.0
            least_c = solve(beating, mip_gap=0.0).cost - _SPARE_K
        floor_c[t] = coldest_c + (least_c - coldest_c) * (1.0 - share) ** (t - looked)
    return floor_c


def _beating(relaxation: Relaxation, cost: float) -> Problem:
    """The relaxed problem, bands of calls included, for courses that cost at most so much."""
    problem = relaxation.problem
    most = cost + _ROUNDING * max(1.0, abs(cost)) - relaxation.constant
    matrix = scipy.sparse.vstack([problem.matrix, problem.cost[None, :]], format="csc")
    return replace(
        problem.copy(),
        matrix=scipy.sparse.csc_array(matrix),
        row_lower=np.append(problem.row_lower, -np.inf),
        row_upper=np.append(problem.row_upper, most),
        integral=np.zeros_like(problem.integral),
    )


def relax(
    tables: HeaterTables, outlook: HeaterOutlook, plan: HeaterPlan, floor_c: Floats | None = None
) -> Relaxation:
    """A linear programme that every course of the kernel satisfies.

    Args:
        tables: plant and terms.
        outlook: state and expectation.
        plan: where the tangents of the radiator heat touch it; any plan will do.
        floor_c: least brick temperature at the start of each step [n] of the courses of interest;
            None for all courses.
    """
    values, rows = tables.values, LinearRows()
    around = surroundings(values, outlook)
    ranges = find_ranges(values, outlook, around)
    n = len(around.gain_kw)
    price = HOLD_H * outlook.buy_price_per_kwh[outlook.step :]
    power_kw = rows.columns(n, 0.0, values[POWER_MAX_KW], price)
    fan_kw = rows.columns(n, 0.0, values[FAN_POWER_KW], price)
    low_c, high_c = np.tile(ranges.low_c, (n + 1, 1)), np.tile(ranges.high_c, (n + 1, 1))
    high_c[:, BRICK] = np.minimum(high_c[:, BRICK], _brick_ceiling_c(values, outlook, n))
    if floor_c is not None:
        low_c[:-1, BRICK] = np.maximum(low_c[:-1, BRICK], floor_c)
    low_c[0] = high_c[0] = outlook.temp_c
    steps = add_staged_steps(
        rows, values, around, power_kw, rows.columns((n + 1, 4), low_c, high_c)
    )
    rise_k = plan.course.temp_c[:-1, WATER] - plan.course.temp_c[:-1, ROOM]
    for stage in steps.stages:
        _touch(rows, values, ranges, stage, rise_k)
        _touch(rows, values, ranges, stage, 0.5 * rise_k)
    for stage in steps.stages[1:]:
        _couple_release(rows, values, float(ranges.high_c[BRICK]), steps, stage)
        _couple_radiators(rows, values, ranges, steps, stage)
    least_k = np.maximum(1.0, low_c[:-1, BRICK] - ranges.high_c[WATER])
    most_k = np.maximum(least_k, high_c[:-1, BRICK] - ranges.low_c[WATER])
    _couple_fan(rows, values, (least_k, most_k), steps, fan_kw)
    load_kw = Mix.of(power_kw) + Mix.of(fan_kw)
    costs = add_costs(rows, tables, outlook, load_kw, steps.temp_c)
    return Relaxation(rows.problem(), costs.constant, steps, fan_kw, ranges.proven)


def _brick_ceiling_c(values: Floats, outlook: HeaterOutlook, n: int) -> Floats:
    """Greatest brick temperature before and after each step [n + 1], charged from now on."""
    begun_c = max(float(outlook.temp_c[BRICK]), float(values[SURROUNDINGS_C]))
    step_k = HOLD_H * values[BRICK_K_PER_KWH] * values[POWER_MAX_KW]
    ceiling_c: Floats = begun_c + _SPARE_K + step_k * np.arange(n + 1)
    return ceiling_c


def _touch(rows: LinearRows, values: Floats, ranges: Ranges, stage: Stage, at_k: Floats) -> None:
    """The radiator heat is convex in the rise: it lies above its tangents at given rises [n]."""
    steepness = radiator_kw_per_k(values, at_k)
    tangent_kw = radiated_kw(values, at_k) - ranges.curve_kw
    rise_k = stage.temp_c[WATER] - stage.temp_c[ROOM]
    rows.rows(stage.radiated_kw - steepness * (rise_k - at_k), low=tangent_kw)


def _couple_release(
    rows: LinearRows, values: Floats, high_c: float, steps: StagedSteps, stage: Stage
) -> None:
    """R = K (Tb - Tw) with one K in a step: it changes by K times what drives the two apart."""
    first = steps.stages[0].released_kw
    brick, water = float(values[BRICK_K_PER_KWH]), float(values[WATER_K_PER_KWH])
    most = float(values[TRANSFER_MAX_KW_PER_K])
    apart_k = brick * stage.since_h * Mix.of(steps.power_kw) + water * stage.radiated_kwh
    rows.rows(stage.released_kw - first - most * apart_k, high=0.0)
    loss_kw = values[STORE_LOSS_KW_PER_K] * (high_c - values[SURROUNDINGS_C])
    lost_kw = most * brick * stage.since_h * max(0.0, float(loss_kw))
    closer_k = (brick + water) * stage.released_kwh
    rows.rows(first - stage.released_kw - most * closer_k, high=lost_kw)


def _couple_radiators(
    rows: LinearRows, values: Floats, ranges: Ranges, steps: StagedSteps, stage: Stage
) -> None:
    """The radiator heat changes by a slope from 0 to the steepest times the change of the rise."""
    first, steepest = steps.stages[0].radiated_kw, ranges.steepest_kw_per_k
    water, room = float(values[WATER_K_PER_KWH]), float(values[ROOM_K_PER_KWH])
    spare_kwh = -stage.since_h * ranges.least_loss_kw
    up_k = water * stage.released_kwh + room * (stage.lost_kwh + spare_kwh)
    down_k = (water + room) * stage.radiated_kwh + room * spare_kwh
    curve_kw = 2.0 * ranges.curve_kw
    rows.rows(stage.radiated_kw - first - steepest * up_k, high=curve_kw)
    rows.rows(first - stage.radiated_kw - steepest * down_k, high=curve_kw)


def _couple_fan(
    rows: LinearRows,
    values: Floats,
    rise_k: tuple[Floats, Floats],
    steps: StagedSteps,
    fan_kw: Ints,
) -> None:
    """The fan releases at most K(1) (Tb - Tw); its power is convex in K, so below the chord.

    So power times Tb - Tw is at most a share of R. The product lies above two planes (McCormick),
    by the least and the greatest Tb - Tw of each step [n]: fans that hardly run and full fans.
    """
    first, most = steps.stages[0], float(values[TRANSFER_MAX_KW_PER_K])
    rise = first.temp_c[BRICK] - first.temp_c[WATER]
    rows.rows(first.released_kw - most * rise, high=0.0)
    full_kw, (least_k, most_k) = float(values[FAN_POWER_KW]), rise_k
    shared = (full_kw / most) * first.released_kw
    rows.rows(least_k * Mix.of(fan_kw) - shared, high=_SPARE_KW * least_k)
    rows.rows(
        most_k * Mix.of(fan_kw) + full_kw * rise - shared, high=(full_kw + _SPARE_KW) * most_k
    )
