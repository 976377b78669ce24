"""Recourse of one step as a table over the joint modes of all tasks."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from ..linear_problem import Floats, Problem
from .extend import with_columns, with_rows
from .load import Load
from .worst_case import WorstCase


class LoadTable:
    """A share for each joint mode, and the part of the multiplier that goes with each load.

    With whole modes exactly one share is 1, so that cost = sum of share x V at the joint mode's
    load is exact, however V bends.

    Args:
        load: where the load stands.
        worst: what it may cost.
        step: among those of `load`.
        multiplier: column of the multiplier.
        first: column at which the table begins.
    """

    def __init__(
        self, load: Load, worst: WorstCase, step: int, multiplier: int, first: int
    ) -> None:
        self._load, self._worst, self._step = load, worst, step
        self._multiplier, self._first = multiplier, first
        levels, self._level_of = np.unique(load.joint_kw, return_inverse=True)
        self._load_kw = levels + load.base_kw[step]

    def extended(self, problem: Problem) -> Problem:
        """The problem with the table's columns, and the rows that tie them to modes."""
        load, first, count = self._load, self._first, len(self._level_of)
        least, greatest = self._worst.multiplier_range
        problem = with_columns(problem, f"share {self._step}", count, upper=1.0)
        ties = load.joint_rows(first).tolil()
        ties[np.arange(ties.shape[0]), load.columns[:, self._step]] = -1.0
        problem = with_rows(problem, f"ties {self._step}", ties.tocsr(), 0.0, 0.0)
        if least == greatest:
            return problem
        # Joint modes of the same load cost the same, so that they can share a part.
        levels = len(self._load_kw)
        problem = with_columns(problem, f"part {self._step}", levels)
        held = scipy.sparse.csr_array(
            (np.full(count, -greatest), (self._level_of, first + np.arange(count))),
            shape=(levels, first + count),
        )
        most = scipy.sparse.hstack([held, scipy.sparse.eye_array(levels)])
        problem = with_rows(problem, f"most {self._step}", most, upper=0.0)
        whole = np.concatenate([np.zeros(first + count), np.ones(levels)])
        whole[self._multiplier] = -1.0
        return with_rows(
            problem, f"whole {self._step}", scipy.sparse.csr_array(whole[None]), 0.0, 0.0
        )

    def tangent(self, theta: int, multiplier: float) -> tuple[scipy.sparse.csr_array, Floats]:
        """Row theta >= sum over joint modes of share x V + slope (part - share x multiplier^)."""
        steps = np.full(len(self._load_kw), self._step)
        found = self._worst.tangent(self._load_kw, multiplier, steps)
        least, greatest = self._worst.multiplier_range
        slope = np.zeros_like(found.value) if least == greatest else found.by_multiplier
        by_share = (found.value - slope * multiplier)[self._level_of]
        count = len(by_share)
        columns = [theta + self._step, *range(self._first, self._first + count)]
        values = [1.0, *-by_share]
        if least < greatest:
            columns += range(self._first + count, self._first + count + len(slope))
            values += list(-slope)
        row = scipy.sparse.csr_array(
            (np.array(values), (np.zeros(len(values), np.int64), np.array(columns))),
            shape=(1, max(columns) + 1),
        )
        return row, np.zeros(1)
