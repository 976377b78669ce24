"""Compiled loops over rows, for advice."""

from __future__ import annotations

import math

from ..envs.observation import Float32s
from ..twins.jit import entry
from ..twins.stn_tables import Floats, Ints

_WEIGHT, _MOST = 10.0, 40.0
"""What speaks against a mode that costs as much more as a task's full power does at the spread of
prices, and at most."""

_LEAST_SPREAD = 0.05
"""Share of the mean price that counts as spread at least."""


@entry
def write_mode_advice(
    regret: Floats, prices: Floats, full_kwh: Floats, n_modes: Ints, advice: Float32s
) -> None:
    """Write what speaks against each mode, as numbers that do not depend on the level of prices.

    Args:
        regret: what each mode costs over the best one [n, J, K] [currency].
        prices: of the day of each row [n, T] [currency/kWh].
        full_kwh: what each task takes in a step at most [J].
        n_modes: of each task [J].
        advice: written to [n, sum of modes].
    """
    n, steps = prices.shape
    for i in range(n):
        mean, size, variance = 0.0, 0.0, 0.0
        for t in range(steps):
            mean += prices[i, t] / steps
            size += abs(prices[i, t]) / steps
        for t in range(steps):
            variance += (prices[i, t] - mean) ** 2 / steps
        spread = max(math.sqrt(variance), _LEAST_SPREAD * size, 1e-9)
        place = 0
        for j in range(len(n_modes)):
            for k in range(n_modes[j]):
                against = _WEIGHT * regret[i, j, k] / (spread * full_kwh[j])
                advice[i, place] = -min(against, _MOST)
                place += 1
