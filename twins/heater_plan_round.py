"""One round of a heater's plan: the linear programme about a course."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .heater_episode_state import HeaterTables
from .heater_heat_kernel import BRICK, WATER
from .heater_outlook import HeaterOutlook
from .heater_plan_cost import CostColumns, add_costs
from .heater_plan_course import Course
from .heater_plan_rows import LinearRows, Mix
from .heater_plan_slopes import Slopes, linearise, surroundings
from .heater_tables import (
    BRICK_K_PER_KWH,
    BRICK_MAX_C,
    BRICK_MIN_C,
    FAN_MIN,
    FAN_POWER_KW,
    HOLD_H,
    POWER_MAX_KW,
    TRANSFER_MAX_KW_PER_K,
    TRANSFER_MIN_KW_PER_K,
    WATER_K_PER_KWH,
    WATER_MAX_C,
    brick_to_water_kw_per_k,
)
from .linear_problem import Problem
from .solver import solve
from .stn_tables import Floats, Ints

STANDS, RUNS, OPEN = range(3)
"""What is settled of a fan."""

_MIP_GAP, _NODES = 1e-3, 10
_TOUCHED_FANS = (0.15, 0.4, 1.0)
_BRICK_MARGIN_K = 0.5
_BRICK_SHORT_PER_K = 1.0
"""Cost of each kelvin of a brick that is too cold for the fan [currency]: a plan that needs the fan
later must keep it warm, which the linear programme does not see."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """What earlier rounds have settled.

    Args:
        runs: `STANDS`, `RUNS` or `OPEN`, for each fan [n].
        bands: choice of the bands of each call; None while open.
    """

    runs: NDArray[np.int8]
    bands: tuple[Floats, ...] | None

    @classmethod
    def open(cls, n: int) -> Pattern:
        """Nothing is settled."""
        return cls(np.full(n, OPEN, np.int8), None)


@dataclass(frozen=True, slots=True)
class Round:
    """What a linear programme found.

    Args:
        heat_kw: released heat at the start of each step [n].
        rise_k: brick above water there [n].
        load_kw: electric load [n].
        cost: of the linear programme [currency].
        bands: choice of the bands of each call.
    """

    heat_kw: Floats
    rise_k: Floats
    load_kw: Floats
    cost: float
    bands: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    power_kw: Ints
    fan_kw: Ints
    heat_kw: Ints
    temp_c: Ints
    """[n + 1, 4]."""


def solve_round(
    tables: HeaterTables, outlook: HeaterOutlook, course: Course, pattern: Pattern, trust_kw: float,
    *, whole: bool = True,
) -> Round:  # fmt: skip
    """Solve the linear programme about a course.

    Args:
        tables: plant and terms.
        outlook: state and expectation.
        course: what the programme is linearised about.
        pattern: what is settled.
        trust_kw: how far the released heat may go from that of the course.
        whole: whether bands that are open are chosen by branch and bound, which can take seconds;
            if not, each step may mix them, and its likeliest counts as its choice.

    Raises:
        SolverError: no point keeps what is settled.
    """
    values, rows = tables.values, LinearRows()
    slopes = linearise(values, surroundings(values, outlook), course)
    at = _add_columns(rows, tables, outlook, course, slopes, pattern, trust_kw)
    _add_steps(rows, course, slopes, at)
    _add_limits(rows, values, slopes, pattern, at)
    earning = outlook.buy_price_per_kwh[outlook.step :] < 0.0
    _add_fan_power(rows, values, course, slopes, at, earning)
    costs = add_costs(rows, tables, outlook, Mix.of(at.power_kw) + Mix.of(at.fan_kw), at.temp_c)
    problem = rows.problem()
    problem.integral[:] &= whole
    _fix_bands(problem, costs, pattern)
    solution = solve(problem, mip_gap=_MIP_GAP, node_limit=_NODES)
    x = solution.x
    return Round(
        heat_kw=x[at.heat_kw],
        rise_k=x[at.temp_c[:-1, BRICK]] - x[at.temp_c[:-1, WATER]],
        load_kw=x[at.power_kw] + x[at.fan_kw],
        cost=solution.cost + costs.constant,
        bands=tuple(_likeliest(x[band]) for band in costs.bands),
    )


def _rise_k(course: Course) -> Floats:
    """Brick above water at the starts of steps [n]; never so little that heat tells no transfer."""
    return np.maximum(course.temp_c[:-1, BRICK] - course.temp_c[:-1, WATER], 1.0)


def _add_columns(
    rows: LinearRows, tables: HeaterTables, outlook: HeaterOutlook, course: Course, slopes: Slopes,
    pattern: Pattern, trust_kw: float,
) -> _Columns:  # fmt: skip
    values, n = tables.values, len(course.fan)
    price = HOLD_H * outlook.buy_price_per_kwh[outlook.step :]
    heat_kw = slopes.transfer_kw_per_k * _rise_k(course)
    stands = pattern.runs == STANDS
    high_c = np.tile([values[BRICK_MAX_C], values[WATER_MAX_C], np.inf, np.inf], (n + 1, 1))
    low_c = np.full((n + 1, 4), -np.inf)
    low_c[0] = high_c[0] = outlook.temp_c
    return _Columns(
        power_kw=rows.columns(n, 0.0, values[POWER_MAX_KW], price),
        fan_kw=rows.columns(n, np.where(price < 0.0, -np.inf, 0.0), values[FAN_POWER_KW], price),
        heat_kw=rows.columns(
            n,
            np.where(stands, 0.0, np.maximum(0.0, heat_kw - trust_kw)),
            np.where(stands, 0.0, heat_kw + trust_kw),
        ),
        temp_c=rows.columns((n + 1, 4), low_c, high_c),
    )


def _transfer(course: Course, slopes: Slopes, at: _Columns) -> Mix:
    """The transfer that releases the heat, linearised about the course."""
    rise_k = Mix.of(at.temp_c[:-1, BRICK]) - Mix.of(at.temp_c[:-1, WATER])
    change_kw = Mix.of(at.heat_kw) - slopes.transfer_kw_per_k * rise_k
    return slopes.transfer_kw_per_k + (1.0 / _rise_k(course)) * change_kw


def _add_steps(rows: LinearRows, course: Course, slopes: Slopes, at: _Columns) -> None:
    """The ends of the steps, linear in their starts, the power and the released heat."""
    transfer = _transfer(course, slopes, at) - slopes.transfer_kw_per_k
    power_kw = Mix.of(at.power_kw) - course.power_kw
    for place in range(4):
        end_c = slopes.end_c[:, place] + slopes.by_power[:, place] * power_kw
        end_c = end_c + slopes.by_transfer[:, place] * transfer
        for other in range(4):
            moved_k = Mix.of(at.temp_c[:-1, other]) - course.temp_c[:-1, other]
            end_c = end_c + slopes.by_start[:, place, other] * moved_k
        rows.rows(end_c - Mix.of(at.temp_c[1:, place]), 0.0, 0.0)


def _add_limits(
    rows: LinearRows, values: Floats, slopes: Slopes, pattern: Pattern, at: _Columns
) -> None:
    """What the kernel would clip: fans out of range, water too hot, a brick too cold to blow."""
    brick_c, water_c = Mix.of(at.temp_c[:-1, BRICK]), Mix.of(at.temp_c[:-1, WATER])
    heat_kw, rise_k = Mix.of(at.heat_kw), brick_c - water_c
    least = np.where(pattern.runs == RUNS, values[TRANSFER_MIN_KW_PER_K], 0.0)
    rows.rows(heat_kw - least * rise_k, low=0.0)
    rows.rows(heat_kw - values[TRANSFER_MAX_KW_PER_K] * rise_k, high=0.0)
    kw_per_k = 1.0 / (values[WATER_K_PER_KWH] * HOLD_H)
    charged = slopes.transfer_kw_per_k * HOLD_H * values[BRICK_K_PER_KWH] * Mix.of(at.power_kw)
    rows.rows(heat_kw + charged + kw_per_k * water_c, high=kw_per_k * values[WATER_MAX_C])
    short_k = rows.columns(len(at.power_kw), low=0.0, cost=_BRICK_SHORT_PER_K)
    rows.rows(brick_c + Mix.of(short_k), low=values[BRICK_MIN_C] + _BRICK_MARGIN_K)


def _add_fan_power(
    rows: LinearRows, values: Floats, course: Course, slopes: Slopes, at: _Columns,
    earning: NDArray[np.bool_],
) -> None:  # fmt: skip
    """The fan's power, convex in the transfer: above tangents, so that even heat is cheapest.

    Where power earns, it is linear in the transfer instead.
    """
    transfer = _transfer(course, slopes, at)
    for fan in (np.maximum(course.fan, values[FAN_MIN]), *_TOUCHED_FANS):
        fans = np.broadcast_to(fan, earning.shape)
        beside = np.stack([0.999 * fans, np.minimum(1.001 * fans, 1.0)])
        least, most = brick_to_water_kw_per_k(values, beside)
        least_kw, most_kw = values[FAN_POWER_KW] * beside**3
        steepness = (most_kw - least_kw) / (most - least)
        above = Mix.of(at.fan_kw) - steepness * (transfer - most) - most_kw
        if np.ndim(fan):
            rows.rows(above, low=0.0, high=np.where(earning, 0.0, np.inf))
        else:
            rows.rows(above, low=np.where(earning, -np.inf, 0.0))


def _fix_bands(problem: Problem, costs: CostColumns, pattern: Pattern) -> None:
    """Fix the bands of calls that an earlier round has chosen."""
    for columns, chosen in zip(costs.bands, pattern.bands or (), strict=False):
        problem.col_lower[columns] = problem.col_upper[columns] = chosen


def _likeliest(share: Floats) -> Floats:
    """One for the band of the greatest share in each step, else zero [N_BANDS, steps]."""
    chosen: Floats = np.eye(len(share))[share.argmax(axis=0)].T
    return chosen
