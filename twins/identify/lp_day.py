"""The days of a continuous plant, each an LP, and how their loads answer to the parameters.

A day of the model of Lyu et al. 2024 (IEEE TSG, 3507046): stages draw any energy up to a greatest
one, stores stay within headroom and reserve around their initial stock and end no lower than it,
products reach their target. All parameters are bounds of columns. So the optimal load is a
continuous, piecewise linear function of them wherever it is unique, and the basis that HiGHS ends
with gives its exact derivative: the nonbasic columns move with their bounds, the basic ones with
-inv(B) N times that.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from ..errors import MissingExtraError
from ..solver import SolverError, Status
from ..stn_tables import Floats
from .lp_vector import ParameterVector

try:
    import highspy
except ImportError as error:
    raise MissingExtraError("highspy", "plan") from error

Ints = NDArray[np.int64]

_FIXED = -1
_SHORTFALL_FACTOR = 100.0
_TIE = 1e-7
_MARGIN = 1e-9  # relative, of a target that is as high as can be
_OPTIONS: Mapping[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "presolve": "off",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}


class ContinuousDays:
    """Days of one process under given prices, for any parameters.

    A day is solved from the basis that it last ended with. Of equal prices the earlier step is
    taken as the cheaper, by a ten-millionth of the mean price, so that the load is unique.

    Args:
        vector: layout of the parameters.
        price_per_kwh: [D, T], finite.
    """

    def __init__(self, vector: ParameterVector, price_per_kwh: Floats) -> None:
        self.vector = vector
        self.days, self.steps = price_per_kwh.shape
        self._columns = _Columns(vector, self.steps)
        self._matrix = _balance(vector, self._columns)
        rows = self._matrix.shape[0]
        with_slacks = sparse.hstack([self._matrix, sparse.eye_array(rows)])
        self._all_days = sparse.kron(sparse.eye_array(self.days), with_slacks, format="csc")
        later = _TIE * np.abs(price_per_kwh).mean() * np.arange(self.steps)
        self._solvers = [self._solver(price + later) for price in price_per_kwh]
        self._lower = self._upper = np.zeros(self._columns.count)
        self._values = np.zeros((self.days, self._columns.count))

    def load(self, parameters: Floats) -> Floats:
        """The load [D, T] that costs least, in the vector's unit of energy."""
        self._lower, self._upper = self._columns.bounds(parameters)
        every = np.arange(self._columns.count, dtype=np.int32)
        for solver, values in zip(self._solvers, self._values, strict=True):
            solver.changeColsBounds(len(every), every, self._lower, self._upper)
            _solve(solver)
            values[:] = solver.getSolution().col_value
        energy = self._values[:, self._columns.energy].sum(axis=2)
        return np.asarray(energy + parameters[-1])

    def within_reach(self, parameters: Floats) -> Floats:
        """The parameters with targets that can be made; the load is the same."""
        self.load(parameters)
        missing = self._values[:, self._columns.shortfall].max(axis=0)
        target = self.vector.parts[3]
        reached = parameters.copy()
        reached[target] = np.where(
            missing > 0, (1 - _MARGIN) * (parameters[target] - missing), parameters[target]
        ).clip(min=0.0)
        return reached

    def slopes(self) -> Floats:
        """Derivative [D, T, parameters] of the load that was computed last."""
        columns, rows = self._columns, self._matrix.shape[0]
        basic = np.array([_basic(solver) for solver in self._solvers])
        basic = np.where(basic < 0, columns.count - 1 - basic, basic)  # slacks behind the columns
        day = np.arange(self.days)[:, None]
        nonbasic = np.ones((self.days, columns.count + rows), bool)
        nonbasic[day, basic] = False
        upper = np.abs(self._values - self._upper) < np.abs(self._values - self._lower)
        moved = columns.moved(nonbasic[:, : columns.count], upper)
        basis = self._all_days[:, (basic + day * (columns.count + rows)).ravel()]
        change = self._all_days @ moved.reshape(-1, moved.shape[-1])
        moved[day, basic] = -splu(basis).solve(change).reshape(self.days, rows, -1)
        slopes: Floats = moved[:, columns.energy].sum(axis=2)
        slopes[..., -1] += 1.0
        return slopes

    def _solver(self, price: Floats) -> highspy.Highs:
        columns, matrix = self._columns, self._matrix
        solver = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in _OPTIONS.items():
            solver.setOptionValue(name, value)
        cost = np.zeros(columns.count)
        highest = np.abs(price).max() or 1.0
        cost[columns.energy] = price[:, None] / highest
        cost[columns.shortfall] = _SHORTFALL_FACTOR / np.abs(self.vector.net).min(
            where=self.vector.net != 0, initial=1.0
        )
        nothing = np.zeros(matrix.shape[0])
        free = np.zeros(columns.count)
        solver.passModel(
            columns.count, matrix.shape[0], matrix.nnz,
            int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0,
            cost, free, free, nothing, nothing,
            matrix.indptr, matrix.indices, matrix.data,
            np.zeros(columns.count, np.int32),
        )  # fmt: skip
        return solver


class _Columns:
    """The columns of a day, and which parameter bounds each of them.

    Attributes:
        energy: of each stage [T, I].
        stock: of each store after each step, from its initial stock [T, S].
        made: of each product in the day [K].
        shortfall: of each product [K].
        left: of each store within a step, before it is filled, in a plant whose material can be
            used from the next step only [T, S]; else [0, S].
    """

    def __init__(self, vector: ParameterVector, steps: int) -> None:
        stages, stores, products = len(vector.net), len(vector.stores), len(vector.products)
        strict = 0 if vector.process.same_step_transfer else steps
        shapes = ((steps, stages), (steps, stores), (products,), (products,), (strict, stores))
        ends = np.cumsum([np.prod(shape) for shape in shapes]).astype(int).tolist()
        blocks = zip(np.split(np.arange(ends[-1]), ends[:-1]), shapes, strict=True)
        self.energy, self.stock, self.made, self.shortfall, self.left = (
            block.reshape(shape) for block, shape in blocks
        )
        self.count = ends[-1]
        self._parameters = vector.size
        entry = np.arange(vector.size)
        power, headroom, reserve, target, _ = (entry[part] for part in vector.parts)
        self._upper, self._lower = np.full((2, self.count), _FIXED)
        self._upper[self.energy] = power
        self._upper[self.stock] = headroom
        self._lower[self.stock[:-1]] = self._lower[self.left] = reserve
        self._lower[self.made] = target
        self._sign = np.ones(self.count)
        self._sign[self.stock] = self._sign[self.left] = -1.0

    def bounds(self, parameters: Floats) -> tuple[Floats, Floats]:
        lower = np.where(self._lower == _FIXED, 0.0, self._sign * parameters[self._lower])
        upper = np.where(self._upper == _FIXED, np.inf, parameters[self._upper])
        return lower, upper

    def moved(self, nonbasic: NDArray[np.bool_], upper: NDArray[np.bool_]) -> Floats:
        """How the nonbasic columns, at either bound, move [D, columns and slacks, parameters]."""
        days, rows = len(nonbasic), self.stock.size + self.made.size + self.left.size
        moved = np.zeros((days, self.count + rows, self._parameters))
        for at, bound, sign in (
            (nonbasic & upper, self._upper, np.ones(self.count)),
            (nonbasic & ~upper, self._lower, self._sign),
        ):
            day, column = np.nonzero(at & (bound != _FIXED))
            moved[day, column, bound[column]] = sign[column]
        return moved


def _balance(vector: ParameterVector, columns: _Columns) -> sparse.csc_array:
    """Mass balances of stores by step, of products over the day; all right-hand sides are 0."""
    steps, stores = columns.stock.shape
    ends = np.cumsum([columns.stock.size, columns.made.size, columns.left.size]).tolist()
    by_step, by_day, within = np.split(np.arange(ends[-1]), ends[:-1])
    by_step, within = by_step.reshape(steps, stores), within.reshape(-1, stores)
    energy, stock = columns.energy[..., None], columns.stock
    strict = len(within)
    entries = [
        (by_step[:, None], energy, vector.net[:, vector.stores]),
        (by_step, stock, -1.0),
        (by_step[1:], stock[:-1], 1.0),
        (by_day, energy, vector.net[:, vector.products]),
        (by_day, columns.made, -1.0),
        (by_day, columns.shortfall, 1.0),
        (within[:, None], energy[:strict], -vector.used[:, vector.stores]),
        (within, columns.left, -1.0),
        (within[1:], stock[:-1][: max(strict - 1, 0)], 1.0),
    ]
    rows, places, values = (
        np.concatenate(part)
        for part in zip(
            *([np.ravel(array) for array in np.broadcast_arrays(*entry)] for entry in entries),
            strict=True,
        )
    )
    kept = values != 0
    return sparse.csc_array(
        (values[kept], (rows[kept], places[kept])), shape=(ends[-1], columns.count)
    )


def _solve(solver: highspy.Highs) -> None:
    """Run from the last basis, and from nothing if that does not end well."""
    solver.run()
    if solver.getModelStatus() != Status.kOptimal:
        solver.clearSolver()
        solver.run()
        status = solver.getModelStatus()
        if status != Status.kOptimal:
            raise SolverError(f"HiGHS stopped: {solver.modelStatusToString(status)}")


def _basic(solver: highspy.Highs) -> Ints:
    """Basic column of each row; of a slack, -1 less its row."""
    status, basic = solver.getBasicVariables()  # type: ignore[attr-defined]
    if status != highspy.HighsStatus.kOk:
        raise SolverError("HiGHS has no basis of the day that it solved")
    return np.asarray(basic, np.int64)
