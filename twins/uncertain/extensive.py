"""The same problems with a row for every sample: what the cuts are tested and timed against.

Only for convex charges. N courses, S steps, K lines of which the charge is the greatest.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse

from ..linear_problem import Floats, Ints, Problem
from .extend import with_columns, with_rows
from .load import Load
from .worst_case import WorstCase


class _Rows:
    """Rows in coordinates, one for each cell of an array [N, S]."""

    def __init__(self, shape: tuple[int, int], load: Load) -> None:
        self._shape = shape
        self._power = load.rows()
        self._row: list[Ints] = []
        self._column: list[Ints] = []
        self._value: list[Floats] = []

    def put(self, columns: Ints, values: Floats | float) -> _Rows:
        """Add a coefficient to each row: columns and values [N, S]."""
        self._row.append(np.arange(np.prod(self._shape)))
        self._column.append(np.broadcast_to(columns, self._shape).ravel())
        self._value.append(np.broadcast_to(values, self._shape).astype(np.float64).ravel())
        return self

    def put_load(self, values: Floats) -> _Rows:
        """Add the power of all tasks in the row's step, times values [N, S]."""
        power = scipy.sparse.coo_array(scipy.sparse.vstack([self._power] * self._shape[0]))
        row, column = power.coords
        scale = np.broadcast_to(values, self._shape).ravel()
        self._row.append(row)
        self._column.append(column)
        self._value.append(scale[row] * power.data)
        return self

    def matrix(self) -> scipy.sparse.csr_array:
        """The rows."""
        row, column = np.concatenate(self._row), np.concatenate(self._column)
        shape = (int(np.prod(self._shape)), int(column.max()) + 1)
        return scipy.sparse.csr_array((np.concatenate(self._value), (row, column)), shape=shape)


def stochastic_extensive(problem: Problem, load: Load, worst: WorstCase) -> Problem:
    """Every course with its own purchase, sale and curtailment: 3 N S columns, N S rows."""
    generation_kw = worst.ambiguity.samples.generation_kw
    shape, weight = generation_kw.shape, worst.ambiguity.samples.weight[:, None]
    rows = _Rows(shape, load).put_load(np.ones(shape))
    grid = worst.grid
    flows: list[tuple[Floats | float, float, float]] = [
        (grid.buy, -1.0, grid.import_limit_kw if grid.overrun else np.inf),
        (-grid.sell, 1.0, grid.export_limit_kw),
        (0.0, 1.0, np.inf),
    ]
    if grid.overrun:
        flows.append((grid.buy + grid.overrun, -1.0, np.inf))
    for number, (price, sign, limit_kw) in enumerate(flows):
        places, problem = _cells(problem, f"flow {number}", shape, weight * price, 0.0, limit_kw)
        rows.put(places, sign)
    net_kw = (generation_kw - load.base_kw).ravel()
    return with_rows(problem, "balance", rows.matrix(), net_kw, net_kw)


def wasserstein_extensive(problem: Problem, load: Load, worst: WorstCase) -> Problem:
    """The charge of every course, where it is and at the least generation: (K + 1) N S rows.

    For prices of 0 or more: then no worst case lies above the sample.
    """
    ambiguity = worst.ambiguity
    own_kw, lowest_kw = ambiguity.samples.generation_kw, ambiguity.lowest_kw
    shape, weight = own_kw.shape, ambiguity.samples.weight[:, None]
    multiplier, problem = _multiplier(problem, worst)
    charge, problem = _cells(problem, "charge", shape, weight, -np.inf, np.inf)
    courses = worst.grid.buy.shape
    least, problem = _cells(problem, "least", courses, np.zeros(courses), -np.inf, np.inf)
    for number, (slope, intercept) in enumerate(worst.grid.pieces):
        for name, at, generation_kw in (("own", charge, own_kw), ("low", least, lowest_kw)):
            rows = _Rows(at.shape, load).put(at, 1.0).put_load(-slope)
            lower = np.broadcast_to(intercept + slope * (load.base_kw - generation_kw), at.shape)
            problem = with_rows(problem, f"{name} {number}", rows.matrix(), lower.ravel())
    distance = worst.distance(own_kw - lowest_kw)
    moved = _Rows(shape, load).put(charge, 1.0).put(least, -1.0).put(multiplier, distance)
    return with_rows(problem, "moved", moved.matrix(), 0.0)


def strong_dual(problem: Problem, load: Load, worst: WorstCase, step_h: float) -> Problem:
    """The published form: the inner maximum of every line dualised, 3 K N S rows.

    Notes:
        Mohajerin Esfahani and Kuhn (2018), corollary 5.1, hour by hour; reach in kWh.
    """
    ambiguity = worst.ambiguity
    own_kw = ambiguity.samples.generation_kw
    shape, weight = own_kw.shape, ambiguity.samples.weight[:, None]
    multiplier, problem = _multiplier(problem, worst)
    charge, problem = _cells(problem, "charge", shape, weight, -np.inf, np.inf)
    room = (ambiguity.highest_kw - own_kw, own_kw - ambiguity.lowest_kw)
    for number, (slope, intercept) in enumerate(worst.grid.pieces):
        up, problem = _cells(problem, f"up {number}", shape, np.zeros(shape), 0.0, np.inf)
        down, problem = _cells(problem, f"down {number}", shape, np.zeros(shape), 0.0, np.inf)
        above = _Rows(shape, load).put(charge, 1.0).put_load(-slope)
        above.put(up, -room[0]).put(down, -room[1])
        lower = np.broadcast_to(intercept + slope * (load.base_kw - own_kw), shape).ravel()
        problem = with_rows(problem, f"above {number}", above.matrix(), lower)
        steep = np.broadcast_to(slope, shape).ravel()
        for name, sign in (("plus", 1.0), ("minus", -1.0)):
            rows = _Rows(shape, load).put(up, sign).put(down, -sign).put(multiplier, -step_h)
            problem = with_rows(problem, f"{name} {number}", rows.matrix(), upper=-sign * steep)
    return problem


def _multiplier(problem: Problem, worst: WorstCase) -> tuple[Ints, Problem]:
    least, greatest = worst.multiplier_range
    place = np.array([[len(problem.cost)]])
    return place, with_columns(
        problem, "multiplier", 1, cost=worst.radius, lower=least, upper=greatest
    )


def _cells(
    problem: Problem,
    name: str,
    shape: tuple[int, ...],
    cost: Floats,
    lower: float,
    upper: float,
) -> tuple[Ints, Problem]:
    """A column for each cell of an array, and where they stand."""
    first, count = len(problem.cost), int(np.prod(shape))
    cost = np.broadcast_to(cost, shape).ravel()
    problem = with_columns(problem, name, count, cost=cost, lower=lower, upper=upper)
    return first + np.arange(count).reshape(shape), problem
