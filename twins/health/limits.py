"""What a healthy asset may do: limits of its features, one by one and together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..stn_tables import Floats
from .features import FeatureForm
from .forest import CompiledForest

MARGINS = (1.5, 2.0, 3.0)
"""What limits may be multiplied by; the least that keeps the end of a history within them."""

_FITTED = 0.6
"""Share of a history whose limits the rest is held against, to choose the margin."""


class Limits:
    """Usual values and limits of F features.

    Args:
        table: features of a healthy history [N, F].
        forms: of the features [F].
        trees: of the Isolation Forest; 0 for none.
        seed: of the forest.
        margin: what the reach of the history is multiplied by.
    """

    def __init__(
        self, table: Floats, forms: Sequence[FeatureForm], trees: int, seed: int, margin: float
    ) -> None:
        self.margin = margin
        self._own = np.array([not form.rests for form in forms])
        self.usual = np.median(table, axis=0)
        reach = np.abs(table - self.usual).max(axis=0)
        self.limit = np.maximum(margin * reach, [form.floor for form in forms])
        self._forest: CompiledForest | None = None
        if trees:
            shares = (table - self.usual) / self.limit
            self._forest = CompiledForest(shares, trees, seed)
            scores = np.array([self._forest.score(row) for row in shares])
            self._plain = float(np.median(scores))
            self._span = margin * (float(scores.max()) - self._plain)

    def shares(self, features: Floats, weight: Floats | float = 1.0) -> Floats:
        """How far features [F] are from their usual values, as shares of their limits.

        Args:
            features: of a step [F].
            weight: how much each says [F], as `AssetFeatures.weight` has it.
        """
        shares: Floats = weight * (features - self.usual) / self.limit
        return shares

    def excess(self, shares: Floats) -> tuple[float, float]:
        """The greatest share of the asset's own features, and of all, the forest's among them."""
        sizes = np.abs(shares)
        return float(sizes[self._own].max()), max(float(sizes.max()), self.strangeness(shares))

    def strangeness(self, shares: Floats) -> float:
        """How strange shares [F] are together, as a share of the forest's limit; 0 without one."""
        if self._forest is None:
            return 0.0
        return (self._forest.score(shares) - self._plain) / self._span


def learn_limits(
    table: Floats, forms: Sequence[FeatureForm], trees: int = 100, seed: int = 0
) -> Limits:
    """Limits with the least margin that would have kept the end of the history within them.

    Args:
        table: features of a healthy history, in the order of time [N, F].
        forms: of the features [F].
        trees: of the Isolation Forest; 0 for none.
        seed: of the forest.
    """
    early = int(_FITTED * len(table))
    tried = Limits(table[:early], forms, trees, seed, 1.0)
    worst = max(tried.excess(tried.shares(row))[1] for row in table[early:])
    margin = next((each for each in MARGINS if worst <= each), MARGINS[-1])
    return Limits(table, forms, trees, seed, margin)
