"""Run hours from the load-duration curve: the compiled descent behind `hour_search.py`.

Were stores no limit, every stage would run in the cheapest steps of the day, and the sorted load
would be a staircase: stage i adds its power, its daily energy divided by n_i steps, to the n_i
highest loads.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import entry, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@kernel
def _misfit(steps: Ints, energy: Floats, duration: Floats, drop: Floats) -> float:
    """Squared distance between the staircase and the load-duration curve."""
    drop[:] = 0.0
    for i in range(len(steps)):
        drop[0] += energy[i] / steps[i]
        drop[steps[i]] -= energy[i] / steps[i]
    level, total = 0.0, 0.0
    for rank in range(len(duration)):
        level += drop[rank]
        total += (level - duration[rank]) ** 2
    return total


@entry
def descend(steps: Ints, energy: Floats, duration: Floats, pairs: bool) -> float:
    """Change a stage, or two at a time, best change first, until none helps.

    Args:
        steps: running steps of each stage [I], 1 to T; improved in place.
        energy: of each stage in a day [I].
        duration: load in falling order [T], in the unit of the energy.
        pairs: whether to change two at a time.

    Returns:
        Sum of squared deviations from the curve.
    """
    most, stages = len(duration), len(steps)
    drop = np.empty(most + 1)
    best = _misfit(steps, energy, duration, drop)
    while True:
        found = best
        first, second, first_to, second_to = -1, -1, 0, 0
        for i in range(stages):
            kept_i = steps[i]
            for k in range(1, most + 1):
                steps[i] = k
                for j in range(i, stages if pairs else i + 1):
                    kept_j = steps[j]
                    for n in range(1, most + 1):
                        if j == i and n != k:
                            continue
                        steps[j] = n
                        value = _misfit(steps, energy, duration, drop)
                        if value < found * (1 - 1e-12):
                            found = value
                            first, first_to, second, second_to = i, k, j, n
                    steps[j] = kept_j
            steps[i] = kept_i
        if first < 0:
            return best
        steps[first] = first_to
        steps[second] = second_to
        best = found
