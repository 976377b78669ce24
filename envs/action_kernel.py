"""Notes the actions of a batch in its `request`, whatever the kind of plant."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..twins.jit import kernel
from ..twins.stn_tables import Floats
from .plant_parts import PlantTables


class Controlled(Protocol):
    """Arrays of a batch that can be asked for something."""

    @property
    def tables(self) -> PlantTables:
        """The plant."""

    @property
    def request(self) -> Floats:
        """[n, J] what is asked for."""


@kernel
def note_modes(arrays: Controlled, modes: NDArray[np.int64]) -> int:
    """Note the modes [n, J] asked for; return the first row that is out of range, -1 if none."""
    for i in range(modes.shape[0]):
        for j in range(modes.shape[1]):
            if not 0 <= modes[i, j] < arrays.tables.n_modes[j]:
                return i
            arrays.request[i, j] = modes[i, j]
    return -1


@kernel
def note_levels(arrays: Controlled, levels: Floats) -> int:
    """Note the levels [n, J] asked for, -1 to 1; return the first row out of range or NaN."""
    for i in range(levels.shape[0]):
        for j in range(levels.shape[1]):
            if not -1.0 <= levels[i, j] <= 1.0:
                return i
            arrays.request[i, j] = 0.5 * (levels[i, j] + 1.0) * (arrays.tables.n_modes[j] - 1)
    return -1
