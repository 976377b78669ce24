"""Random starts for the continuous class: plants that draw the metered energy and power."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from ..stn_tables import Floats
from .lp_vector import ParameterVector

_RUN_H = (5.0, 24.0)
_STORE_H = (0.5, 16.0)
_MOST_OF_DAY = 0.996  # of the day in which a stage can make what it must: a start is feasible
_MIXES = 8
_SURPLUS_COST = 1e3
_LEAST_ENERGY = 1e-3  # of the day, for a stage that a mix leaves out
_ROUNDS = 50


class StartSampler:
    """Draws parameters that explain a typical day's energy and the highest reading.

    Stages share the energy of a day so that stores end where they began: in a line this leaves one
    way, in a graph mixes of several are drawn. A stage runs 5 to 24 hours a day; powers add up to
    the highest reading, if each stage can do its share in a day. Headroom and reserve of a store
    are half an hour to sixteen hours of what flows through it at full rate.

    Args:
        vector: layout of the parameters.
        metered: readings [D, T] in highest readings, NaN where one is missing.
        base_load: energy of the base load in a step; None to draw it, up to a typical day's lowest
            reading.
        rng: of the mixes.
    """

    def __init__(
        self,
        vector: ParameterVector,
        metered: Floats,
        base_load: float | None,
        rng: np.random.Generator,
    ) -> None:
        self._vector = vector
        self._steps = metered.shape[1]
        read = metered[np.isfinite(metered).any(axis=1)]
        self._mean = float(np.median(np.nanmean(read, axis=1)))
        lowest = max(float(np.median(np.nanmin(read, axis=1))), 0.0)
        self._base_load = (0.0, lowest) if base_load is None else (base_load, base_load)
        self._shares = np.array([self._share(rng) for _ in range(_MIXES)])

    def draw(self, rng: np.random.Generator) -> Floats:
        """A vector of parameters."""
        vector = self._vector
        base = rng.uniform(*self._base_load)
        day = self._steps * max(self._mean - base, _LEAST_ENERGY * self._mean)
        energy = day * (rng.dirichlet(np.ones(_MIXES)) @ self._shares)
        run_steps = _log_uniform(rng, _RUN_H, len(energy)) / vector.step_h
        most = max(1.0 - base, energy.sum() / self._steps)
        power = _with_sum(most, energy / run_steps, energy / (_MOST_OF_DAY * self._steps))
        rate = np.maximum(vector.net, 0.0).T @ power
        rate = np.maximum(rate, np.maximum(-vector.net, 0.0).T @ power)[vector.stores]
        stores = rate * _log_uniform(rng, _STORE_H, (2, len(rate))) / vector.step_h
        target = energy @ vector.net[:, vector.products]
        return np.concatenate([power, *stores, np.maximum(target, 0.0), [base]])

    def _share(self, rng: np.random.Generator) -> Floats:
        """A way to share a day's energy among stages in which stores gain as little as can be."""
        net = self._vector.net
        cost = rng.random(len(net)) + _SURPLUS_COST * net[:, self._vector.stores].sum(axis=1)
        found = linprog(
            cost,
            A_ub=-net[:, self._vector.stores].T,
            b_ub=np.zeros(len(self._vector.stores)),
            A_eq=np.ones((1, len(net))),
            b_eq=[1.0],
        )
        share = np.maximum(found.x, _LEAST_ENERGY)
        return np.asarray(share / share.sum())


def _log_uniform(
    rng: np.random.Generator, limits: tuple[float, float], size: int | tuple[int, int]
) -> Floats:
    low, high = np.log(limits)
    return np.asarray(np.exp(rng.uniform(low, high, size)))


def _with_sum(total: float, power: Floats, lowest: Floats) -> Floats:
    """Powers scaled to a sum, none below its lowest; these decide if they have a greater sum."""
    for _ in range(_ROUNDS):
        power = np.maximum(power * (total / power.sum()), lowest)
    return power
