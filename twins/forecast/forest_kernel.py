"""Quantiles of a random forest: compiled loops over leaves."""

from __future__ import annotations

import numpy as np

from ..jit import entry
from ..stn_tables import Floats, Ints


@entry
def leaf_quantiles(
    rows: Ints, first: Ints, last: Ints, target: Floats, levels: Floats, weight: Floats, out: Floats
) -> None:
    """Quantiles of the training targets that share leaves with each query.

    Every tree shares one weight among the training rows in the leaf of the query (Meinshausen,
    Quantile regression forests, JMLR 7, 2006).

    Args:
        rows: training rows of each tree, leaf after leaf [trees, N].
        first: where the leaf of a query begins in `rows` [M, trees].
        last: and where it ends.
        target: training targets, rising [N].
        levels: of the quantiles, rising [Q].
        weight: scratch memory [N].
        out: quantiles [M, Q].
    """
    trees = len(rows)
    for m in range(len(out)):
        weight[:] = 0.0
        for tree in range(trees):
            size = last[m, tree] - first[m, tree]
            for k in range(first[m, tree], last[m, tree]):
                weight[rows[tree, k]] += 1.0 / (size * trees)
        total, q = 0.0, 0
        for n in range(len(target)):
            total += weight[n]
            while q < len(levels) and total >= levels[q] - 1e-12:
                out[m, q] = target[n]
                q += 1
        while q < len(levels):
            out[m, q] = target[-1]
            q += 1


def leaf_order(leaves: Ints) -> tuple[Ints, Ints]:
    """Rows by leaf, and the leaves in that order, of each tree [trees, N].

    Args:
        leaves: leaf of each training row in each tree [N, trees].
    """
    rows = np.argsort(leaves, axis=0, kind="stable").T.copy()
    return rows, np.take_along_axis(leaves.T, rows, axis=1)
