"""All that a policy sees: observations, what follows from them, and what a plan advises."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..envs.observation import Float32s
from ..envs.plant_batch import PlantBatch
from .advice import make_advice
from .hints import Hints


class Sight:
    """Adds hints and advice to the observations of a batch.

    Args:
        batch: the plants.
        hints: whether to add the order of prices and what tasks need.
        advice: whether to add what a quick plan would do now, last of all.

    Attributes:
        size: numbers that are seen.
        n_advised: how many of them, the last ones, are advice.
    """

    def __init__(self, batch: PlantBatch[Any, Any], *, hints: bool, advice: bool) -> None:
        self._hints = Hints(batch) if hints else None
        self._advice = make_advice(batch) if advice else None
        self.n_advised = self._advice.size if self._advice else 0
        self.size = (self._hints.size if self._hints else batch.n_observed) + self.n_advised

    def __call__(self, obs: Float32s) -> Float32s:
        """What is seen in each row as the batch stands [n, size], given its observations."""
        return self._with(obs, self._advice() if self._advice else None)

    def past(self, obs: Float32s) -> Float32s:
        """What was seen in a state that the batch has left: there is no advice for it [n, size]."""
        return self._with(obs, np.zeros((len(obs), self.n_advised), np.float32))

    def _with(self, obs: Float32s, advice: Float32s | None) -> Float32s:
        seen = self._hints(obs) if self._hints else obs
        return seen if advice is None else np.concatenate([seen, advice], axis=1)
