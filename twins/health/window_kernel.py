"""Effects in the residuals of the last hours, days and weeks: running least squares, compiled."""

from __future__ import annotations

from ..jit import entry, kernel
from ..stn_tables import Floats, Ints
from .records import N_EFFECTS

N_SUMS = N_EFFECTS * (N_EFFECTS + 1) // 2 + N_EFFECTS + 2
"""Sums of a window: products of effects, of effects and residual, the residual, the count."""


@entry
def slide(
    ring: Floats, sums: Floats, position: int, windows: Ints, ridge: float, out: Floats
) -> None:
    """Take in the sample at a position of a ring, and find the effects in each window.

    Args:
        ring: the last samples, in shares of full scale [R, 1 + effects]: residual, NaN if there is
            none, and effects. The sample at `position` is the new one.
        sums: of each window [K, N_SUMS]; brought up to date.
        position: of the new sample; the one after it is the oldest.
        windows: their lengths, each less than R [K].
        ridge: added to the squares of effects.
        out: effects by window, and the mean residual [K, effects + 1].
    """
    size = len(ring)
    for k in range(len(windows)):
        if position == 0:
            # Anew once a round, so that rounding does not add up.
            sums[k] = 0.0
            for back in range(windows[k]):
                _add(ring[(position - back) % size], 1.0, sums[k])
        else:
            _add(ring[position], 1.0, sums[k])
            _add(ring[(position - windows[k]) % size], -1.0, sums[k])
        _solve(sums[k], ridge, out[k])


@kernel
def _add(sample: Floats, sign: float, sums: Floats) -> None:
    residual = sample[0]
    if residual != residual:
        return
    place = 0
    for i in range(N_EFFECTS):
        for j in range(i, N_EFFECTS):
            sums[place] += sign * sample[1 + i] * sample[1 + j]
            place += 1
    for i in range(N_EFFECTS):
        sums[place + i] += sign * residual * sample[1 + i]
    sums[place + N_EFFECTS] += sign * residual
    sums[place + N_EFFECTS + 1] += sign


@kernel
def _solve(sums: Floats, ridge: float, out: Floats) -> None:
    """Ridge regression on three effects, by Cramer's rule."""
    a, b, c = sums[0] + ridge, sums[1], sums[2]
    d, e, f = sums[3] + ridge, sums[4], sums[5] + ridge
    x, y, z = sums[6], sums[7], sums[8]
    df, bf, be = d * f - e * e, b * f - c * e, b * e - c * d
    determinant = a * df - b * bf + c * be
    out[0] = (x * df - y * bf + z * be) / determinant
    out[1] = (y * (a * f - c * c) - x * bf - z * (a * e - b * c)) / determinant
    out[2] = (z * (a * d - b * b) + x * be - y * (a * e - b * c)) / determinant
    out[3] = sums[9] / sums[10] if sums[10] > 0.5 else 0.0
