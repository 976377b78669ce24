"""Linear programmes as arrays, compiled once from Pyomo and filled in again and again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import MissingExtraError

try:
    import pyomo.environ as pyo
    import scipy.sparse
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
except ImportError as error:
    raise MissingExtraError(error.name or "pyomo", "plan") from error

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Where the columns or rows of one Pyomo component lie."""

    where: slice
    """Their positions, in the order of `index`."""
    index: Ints
    """[n, dimensions] Pyomo index of each; the last dimension is the step."""
    n_steps: int
    """How many different steps there are."""

    def by_step(self, values: Floats) -> Floats:
        """The group's part of an array [others, steps], as a view to write on.

        Only for a group that has every step for every one of its other indices.
        """
        return values[self.where].reshape(-1, self.n_steps)


@dataclass(slots=True)
class Problem:
    """Minimise cost'x with row_lower <= matrix x <= row_upper and col_lower <= x <= col_upper.

    n columns, m rows. The arrays are there to be written on, in a `copy`. `columns` and `rows` say
    where each component of the Pyomo model lies: `problem.cost[problem.columns["buy"].where]` are
    the costs of `model.buy`, in its order.
    """

    cost: Floats
    """[n]."""
    col_lower: Floats
    """[n]."""
    col_upper: Floats
    """[n]."""
    integral: NDArray[np.bool_]
    """[n] whether the column takes whole numbers only."""
    row_lower: Floats
    """[m]."""
    row_upper: Floats
    """[m]."""
    matrix: scipy.sparse.csc_array
    """[m, n]."""
    columns: Mapping[str, Group]
    rows: Mapping[str, Group]

    @property
    def branching(self) -> NDArray[np.bool_]:
        """[n] integral columns that are not fixed; a problem without any is a linear programme."""
        return self.integral & (self.col_lower < self.col_upper)

    def copy(self) -> Problem:
        """A problem that shares nothing that may be written on."""
        return replace(
            self,
            cost=self.cost.copy(),
            col_lower=self.col_lower.copy(),
            col_upper=self.col_upper.copy(),
            integral=self.integral.copy(),
            row_lower=self.row_lower.copy(),
            row_upper=self.row_upper.copy(),
            matrix=self.matrix.copy(),
        )

    def entries(self, rows: str, columns: str) -> Ints:
        """Positions in `matrix.data` of the coefficients that pair two groups one to one [n]."""
        n_rows, n_columns = self.matrix.shape
        row = np.arange(n_rows)[self.rows[rows].where]
        column = np.arange(n_columns)[self.columns[columns].where]
        # The compressed columns are sorted, so their entries rise in column * n_rows + row.
        places = np.repeat(np.arange(n_columns), np.diff(self.matrix.indptr)) * n_rows
        places += self.matrix.indices
        position: Ints = np.searchsorted(places, column * n_rows + row)
        assert np.array_equal(places[position], column * n_rows + row), (rows, columns)
        return position


def compile_model(model: pyo.ConcreteModel) -> Problem:
    """Compile a Pyomo model without objective: the costs are the caller's to write."""
    variables = list(model.component_objects(pyo.Var, active=True))
    form = LinearStandardFormCompiler().write(model, mixed_form=True, column_order=variables)
    data = [entry for variable in variables for entry in variable.values()]
    place = {id(entry): position for position, entry in enumerate(data)}
    used = form.A.tocoo()  # the compiler leaves out columns without coefficients
    column = np.array([place[id(entry)] for entry in form.columns], dtype=np.int64)[used.col]
    matrix = scipy.sparse.csc_array(
        (used.data, (used.row, column)), shape=(len(form.rows), len(data))
    )
    matrix.sort_indices()
    rows = _groups(model.component_objects(pyo.Constraint, active=True))
    n_rows = sum(len(group.index) for group in rows.values())
    assert len(form.rows) == n_rows, "a constraint is two-sided or has no variable"
    side = np.array([row.bound_type for row in form.rows])
    rhs = np.array(form.rhs, dtype=np.float64)
    return Problem(
        cost=np.zeros(len(data)),
        col_lower=np.array([-np.inf if v.lb is None else v.lb for v in data], dtype=np.float64),
        col_upper=np.array([np.inf if v.ub is None else v.ub for v in data], dtype=np.float64),
        integral=np.array([v.is_integer() for v in data]),
        row_lower=np.where(side <= 0, rhs, -np.inf),
        row_upper=np.where(side >= 0, rhs, np.inf),
        matrix=matrix,
        columns=_groups(variables),
        rows=rows,
    )


def _groups(components: Iterable[Any]) -> dict[str, Group]:
    """Where each component lies, given that they are compiled one after the other."""
    groups, start = {}, 0
    for component in components:
        index = np.array(list(component), dtype=np.int64).reshape(len(component), component.dim())
        where = slice(start, start + len(index))
        groups[component.name] = Group(where, index, max(1, len(np.unique(index[:, -1]))))
        start += len(index)
    return groups
