"""What policies learn fast from: the order of prices, and for how long each task must still run.

A task that must run for h of the steps to come does best to run now if fewer than h of them are
cheaper, whatever the prices are; the same holds of stocks that last for some steps only. A network
finds that out of prices and stocks slowly, and out of these numbers at once. They do not change
with the level and the spread of a day's prices: what was learned holds on days unlike the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..envs.observation import Float32s
from ..envs.plant_batch import PlantBatch
from ..envs.spaces import observation_slices
from ..envs.stn_batch import StnBatch
from ..twins.stn_tables import Floats
from .hint_kernel import write_needed, write_order
from .reachable import reach_tables

_TIME, _PRICE, _STOCK = "time", "buy_price", "stock:"


class Hints:
    """Adds to observations what can be worked out of them.

    * For each entry of the window of buy prices that is yet to come, the share of entries up to it
      that are cheaper than this step. What lies beyond the end of the episode is never cheaper.
    * For each task of a factory, for how many steps it must run at full rate so that the targets
      are met, as a share of the day; consumers first, as orders are broken down in requirements
      planning. And by how many steps that exceeds those to come that are cheaper, from -1 to 1:
      above 0 speaks for running now.

    Args:
        batch: plants whose observations are to be added to.

    Attributes:
        size: numbers of an observation with what is added.
    """

    def __init__(self, batch: PlantBatch[Any, Any]) -> None:
        places, numbers = observation_slices(batch), np.arange(batch.n_observed)
        self._time, self._prices = places[_TIME].start, numbers[places[_PRICE]]
        self._steps = batch.tables.n_steps
        self._factory = batch if isinstance(batch, StnBatch) else None
        self.size = len(numbers) + len(self._prices) - 1
        if self._factory is not None:
            tables = self._factory.tables
            names = [f"{_STOCK}{material.name}" for material in self._factory.plant.materials]
            self._stocks = np.array([places[name].start for name in names])
            self._low_t = np.array(tables.stock_min_t)
            self._span_t = np.array(tables.stock_max_t) - self._low_t
            self._needs = reach_tables(tables)
            self.size += 2 * len(tables.n_modes)

    def __call__(self, obs: Float32s) -> Float32s:
        """Observations [n, observed] with what is added [n, size]."""
        n, steps = obs.shape[1], self._steps
        ordered = n + len(self._prices) - 1
        seen = np.empty((len(obs), self.size), np.float32)
        seen[:, :n] = obs
        write_order(obs, self._time, self._prices, steps, seen[:, n:ordered])
        if self._factory is not None:
            needed = self._needed(obs)
            cheaper = seen[:, ordered - 1 : ordered] * np.float32(len(self._prices) - 1)
            halfway = (ordered + self.size) // 2
            seen[:, ordered:halfway] = needed / steps
            seen[:, halfway:] = np.minimum(np.maximum(needed - cheaper, -1.0), 1.0)
        return seen

    def _needed(self, obs: Float32s) -> Floats:
        """Steps for which each task must still run at full rate [n, J]."""
        stock_t = self._low_t + obs[:, self._stocks] * self._span_t
        needed = np.empty((len(obs), len(self._needs.order)))
        write_needed(self._needs, stock_t, needed)
        return needed
