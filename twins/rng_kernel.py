"""A seeded generator that lives in one uint64 per row, so that resets run inside compiled loops.

SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a counter that is hashed; every seed gives a stream
of period 2^64.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .jit import kernel

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30 = np.uint64(30)
_SHIFT_27 = np.uint64(27)
_SHIFT_31 = np.uint64(31)
_SHIFT_11 = np.uint64(11)
_TO_UNIT = 2.0**-53


@kernel
def uniform(rng: NDArray[np.uint64], i: int) -> float:
    """Next number of stream `i`, uniform in [0, 1); moves the stream on."""
    rng[i] += _GAMMA
    bits = rng[i]
    bits = (bits ^ (bits >> _SHIFT_30)) * _MIX_1
    bits = (bits ^ (bits >> _SHIFT_27)) * _MIX_2
    bits ^= bits >> _SHIFT_31
    return float(bits >> _SHIFT_11) * _TO_UNIT
