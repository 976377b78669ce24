"""Columns and rows added to a compiled problem, always behind what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from ..linear_problem import Floats, Group, Problem


def with_columns(
    problem: Problem,
    name: str,
    count: int,
    *,
    cost: ArrayLike = 0.0,
    lower: ArrayLike = 0.0,
    upper: ArrayLike = np.inf,
    integral: bool = False,
) -> Problem:
    """The problem with more columns, which stand in no row yet."""
    n_rows, n_columns = problem.matrix.shape
    empty = scipy.sparse.csc_array((n_rows, count))
    where = slice(n_columns, n_columns + count)
    return replace(
        problem,
        cost=_appended(problem.cost, cost, count),
        col_lower=_appended(problem.col_lower, lower, count),
        col_upper=_appended(problem.col_upper, upper, count),
        integral=np.concatenate([problem.integral, np.full(count, integral)]),
        matrix=scipy.sparse.hstack([problem.matrix, empty], format="csc"),
        columns={**problem.columns, name: _group(where)},
    )


def with_rows(
    problem: Problem,
    name: str,
    rows: scipy.sparse.sparray,
    lower: ArrayLike = -np.inf,
    upper: ArrayLike = np.inf,
) -> Problem:
    """The problem with more rows `lower <= rows x <= upper`; a name that is there grows.

    Args:
        problem: to be extended.
        name: of the rows; if it is there it must be the last.
        rows: coefficients [r, n]; columns behind the last are 0.
        lower: least values [r].
        upper: greatest values [r].
    """
    n_rows, n_columns = problem.matrix.shape
    count = rows.shape[0]
    wide = scipy.sparse.csc_array(rows)
    wide.resize((count, n_columns))
    start = problem.rows[name].where.start if name in problem.rows else n_rows
    return replace(
        problem,
        row_lower=_appended(problem.row_lower, lower, count),
        row_upper=_appended(problem.row_upper, upper, count),
        matrix=scipy.sparse.vstack([problem.matrix, wide], format="csc"),
        rows={**problem.rows, name: _group(slice(start, n_rows + count))},
    )


def side_by_side(one: Problem, other: Problem, names: tuple[str, str]) -> Problem:
    """Two problems as one that solves both; the names of their groups get a prefix each."""
    n_rows, n_columns = one.matrix.shape
    pairs = ((one, names[0], 0, 0), (other, names[1], n_columns, n_rows))
    columns, rows = {}, {}
    for problem, prefix, first_column, first_row in pairs:
        for name, group in problem.columns.items():
            columns[f"{prefix} {name}"] = _moved(group, first_column)
        for name, group in problem.rows.items():
            rows[f"{prefix} {name}"] = _moved(group, first_row)
    return Problem(
        cost=np.concatenate([one.cost, other.cost]),
        col_lower=np.concatenate([one.col_lower, other.col_lower]),
        col_upper=np.concatenate([one.col_upper, other.col_upper]),
        integral=np.concatenate([one.integral, other.integral]),
        row_lower=np.concatenate([one.row_lower, other.row_lower]),
        row_upper=np.concatenate([one.row_upper, other.row_upper]),
        matrix=scipy.sparse.block_diag([one.matrix, other.matrix], format="csc"),
        columns=columns,
        rows=rows,
    )


def _appended(values: Floats, more: ArrayLike, count: int) -> Floats:
    return np.concatenate([values, np.broadcast_to(np.asarray(more, np.float64), (count,))])


def _group(where: slice) -> Group:
    return Group(where, np.arange(where.stop - where.start)[:, None], 1)


def _moved(group: Group, places: int) -> Group:
    where = slice(group.where.start + places, group.where.stop + places)
    return Group(where, group.index, group.n_steps)
