"""An Isolation Forest that is fitted by scikit-learn and asked by compiled code.

A question to scikit-learn takes milliseconds, which is too long for each asset in each step.
"""

from __future__ import annotations

import numpy as np

from ..errors import MissingExtraError
from ..jit import entry
from ..stn_tables import Floats, Ints

SAMPLES = 256
"""Samples of each tree, as Liu, Ting and Zhou, Isolation Forest, ICDM 2008, recommend."""


class CompiledForest:
    """Anomaly scores, the same as `-IsolationForest.score_samples`.

    Args:
        samples: healthy features [N, F].
        trees: of the forest.
        seed: of the forest.

    Raises:
        MissingExtraError: without the extra `identify`.
    """

    def __init__(self, samples: Floats, trees: int, seed: int) -> None:
        try:
            from sklearn.ensemble import IsolationForest
        except ImportError as error:
            raise MissingExtraError("scikit-learn", "identify") from error
        used = min(SAMPLES, len(samples))
        model = IsolationForest(n_estimators=trees, max_samples=used, random_state=seed)
        # Trees compare in single precision.
        model.fit(samples.astype(np.float32))
        parts = [each.tree_ for each in model.estimators_]
        first = np.cumsum([0, *(part.node_count for part in parts)])
        self._first = first[:-1].astype(np.int64)
        self._feature = np.concatenate([part.feature for part in parts]).astype(np.int64)
        self._threshold = np.concatenate([part.threshold for part in parts])
        self._left, self._right = (
            np.concatenate([getattr(part, side) for part in parts]).astype(np.int64)
            for side in ("children_left", "children_right")
        )
        counts = np.concatenate([part.n_node_samples for part in parts]).astype(np.float64)
        self._more = _mean_path(counts)
        self._full = trees * float(_mean_path(np.array([float(used)]))[0])

    def score(self, features: Floats) -> float:
        """Anomaly score of features [F]: about 0.5 for usual ones, up to 1."""
        depth: float = _depth(
            self._first, self._feature, self._threshold, self._left, self._right, self._more,
            features.astype(np.float32),
        )  # fmt: skip
        return float(2.0 ** (-depth / self._full))


@entry
def _depth(
    first: Ints, feature: Ints, threshold: Floats, left: Ints, right: Ints, more: Floats,
    sample: Floats,
) -> float:  # fmt: skip
    """Steps to isolate a sample, over all trees; `more` is what a leaf adds [nodes]."""
    depth = 0.0
    for tree in range(len(first)):
        node = 0
        while left[first[tree] + node] >= 0:
            at = first[tree] + node
            node = left[at] if sample[feature[at]] <= threshold[at] else right[at]
            depth += 1.0
        depth += more[first[tree] + node]
    return depth


def _mean_path(counts: Floats) -> Floats:
    """Mean path to isolate one of so many samples: c(n) of Liu, Ting and Zhou."""
    n = np.maximum(counts, 2.0)
    longer = 2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n
    return np.where(counts <= 1.0, 0.0, np.where(counts == 2.0, 1.0, longer))
