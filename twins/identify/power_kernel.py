"""Least squares within a cone, compiled: Hildreth's method on the multipliers of the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import entry

Floats = NDArray[np.float64]

_SWEEPS = 500
_SMALL = 1e-13


@entry
def project(inverse: Floats, moment: Floats, rows: Floats, point: Floats) -> None:
    """Minimise x'Ax / 2 - moment'x with rows x >= 0.

    Args:
        inverse: of the positive definite A [I, I].
        moment: [I].
        rows: [R, I].
        point: written: the minimiser [I].
    """
    count, size = rows.shape
    reach = rows @ inverse
    multiplier = np.zeros(count)
    point[:] = inverse @ moment
    for _ in range(_SWEEPS):
        largest = 0.0
        for r in range(count):
            value, curve = 0.0, 0.0
            for i in range(size):
                value += rows[r, i] * point[i]
                curve += rows[r, i] * reach[r, i]
            change = max(-value / curve, -multiplier[r])
            multiplier[r] += change
            for i in range(size):
                point[i] += change * reach[r, i]
            largest = max(largest, abs(change) * curve)
        if largest < _SMALL:
            break
