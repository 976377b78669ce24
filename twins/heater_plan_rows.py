"""Linear programmes put together column by column and row by row, a whole course of steps at once.

The heater's plans are linearised anew in every round, so that there is no model that could be
compiled once as for factories.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from .linear_problem import Problem
from .stn_tables import Floats, Ints


class Mix:
    """A weighted sum of columns, and a constant, for each of n steps.

    Args:
        weights: weight of each column, a number or one for each step [n], by the first column.
        columns: the columns [n], by the first of them.
        constant: a number, or one for each step [n].
    """

    __array_ufunc__ = None  # so that an array times a mix is a mix, and not an array of them

    def __init__(
        self,
        weights: Mapping[int, float | Floats],
        columns: Mapping[int, Ints],
        constant: float | Floats = 0.0,
    ) -> None:
        self.weights, self.columns, self.constant = weights, columns, constant

    @classmethod
    def of(cls, columns: Ints) -> Mix:
        """The columns [n] themselves."""
        return cls({int(columns[0]): 1.0}, {int(columns[0]): columns})

    def __add__(self, other: Mix | float | Floats) -> Mix:
        if not isinstance(other, Mix):
            return Mix(self.weights, self.columns, self.constant + other)
        weights = dict(self.weights)
        for first, weight in other.weights.items():
            weights[first] = weights.get(first, 0.0) + weight
        columns = {**self.columns, **other.columns}
        return Mix(weights, columns, self.constant + other.constant)

    __radd__ = __add__

    def __mul__(self, factor: float | Floats) -> Mix:
        weights = {first: factor * weight for first, weight in self.weights.items()}
        return Mix(weights, self.columns, factor * self.constant)

    __rmul__ = __mul__

    def __sub__(self, other: Mix | float | Floats) -> Mix:
        return self + (-1.0) * other


class LinearRows:
    """A linear programme that grows: minimise cost'x within bounds of columns and rows."""

    def __init__(self) -> None:
        self._columns: list[tuple[Floats, ...]] = []
        self._rows: list[tuple[Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._n_columns = self._n_rows = 0

    def columns(
        self, shape: int | tuple[int, ...], low: ArrayLike = -np.inf, high: ArrayLike = np.inf,
        cost: ArrayLike = 0.0, *, whole: bool = False,
    ) -> Ints:  # fmt: skip
        """Add columns of a shape within bounds; return their positions in that shape."""
        places: Ints = self._n_columns + np.arange(np.prod(shape), dtype=np.int64).reshape(shape)
        self._n_columns += places.size
        numbers = (low, high, cost, float(whole))
        self._columns.append(
            tuple(
                np.broadcast_to(np.asarray(of, np.float64), places.shape).ravel() for of in numbers
            )
        )
        return places

    def rows(self, mix: Mix, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> None:
        """Keep a mix within bounds in every step."""
        shape = next(iter(mix.columns.values())).shape
        row = self._n_rows + np.arange(shape[0], dtype=np.int64)
        self._n_rows += shape[0]
        for first, weight in mix.weights.items():
            self._entries.append((row, mix.columns[first], np.broadcast_to(weight, shape)))
        bounds = (np.broadcast_to(np.asarray(of) - mix.constant, shape) for of in (low, high))
        self._rows.append((next(bounds), next(bounds)))

    def problem(self) -> Problem:
        """The programme so far, for `solver.solve`."""
        low, high, cost, whole = (np.concatenate(of) for of in zip(*self._columns, strict=True))
        row_low, row_high = (np.concatenate(of) for of in zip(*self._rows, strict=True))
        row, column, weight = (np.concatenate(of) for of in zip(*self._entries, strict=True))
        shape = (self._n_rows, self._n_columns)
        matrix = scipy.sparse.coo_array((weight, (row, column)), shape=shape).tocsc()
        matrix.sum_duplicates()
        matrix.sort_indices()
        whole_only = whole > 0.0
        return Problem(cost, low, high, whole_only, row_low, row_high, matrix, {}, {})
