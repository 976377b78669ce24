"""One step of backward induction over the states of a plant."""

from __future__ import annotations

import numpy as np

from ..twins.jit import entry
from ..twins.stn_tables import Floats
from .state_lattice import Moves


@entry
def write_values(moves: Moves, cost: Floats, expected: Floats, values: Floats) -> None:
    """Write the least cost from each state on, for each state of the prices [S, K].

    Args:
        moves: what can be done in each state.
        cost: of each combination of modes in this step [A, K].
        expected: cost from each state of the next step on, as this step expects it [S', K].
        values: the result.
    """
    for s in range(values.shape[0]):
        values[s] = np.inf
        for e in range(moves.first[s], moves.first[s + 1]):
            own, later = cost[moves.action[e]], expected[moves.after[e]]
            for k in range(values.shape[1]):
                values[s, k] = min(values[s, k], own[k] + later[k])
