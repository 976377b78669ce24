"""Columns and rows added to a compiled problem, always behind what is there."""

from __future__ import annotations

from collections.abc import Sequence
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


def stacked(problems: Sequence[Problem], names: Sequence[str]) -> Problem:
    """Problems as one that solves them all; the names of their groups get a prefix each."""
    columns: dict[str, Group] = {}
    rows: dict[str, Group] = {}
    first_row = first_column = 0
    for problem, prefix in zip(problems, names, strict=True):
        for name, group in problem.columns.items():
            columns[f"{prefix} {name}"] = _moved(group, first_column)
        for name, group in problem.rows.items():
            rows[f"{prefix} {name}"] = _moved(group, first_row)
        first_row += len(problem.row_lower)
        first_column += len(problem.cost)
    return Problem(
        cost=np.concatenate([each.cost for each in problems]),
        col_lower=np.concatenate([each.col_lower for each in problems]),
        col_upper=np.concatenate([each.col_upper for each in problems]),
        integral=np.concatenate([each.integral for each in problems]),
        row_lower=np.concatenate([each.row_lower for each in problems]),
        row_upper=np.concatenate([each.row_upper for each in problems]),
        matrix=scipy.sparse.block_diag([each.matrix for each in problems], format="csc"),
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
