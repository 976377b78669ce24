"""Quick plans of many heaters at once."""

from __future__ import annotations

import numpy as np

from .heat_plan_kernel import plan_heaters
from .heater_episode_state import HeaterSeries, HeaterState, HeaterTables
from .heater_tables import HOLD_H
from .stn_tables import Floats
from .stored_heat_kernel import new_heat_work

MARGIN_K = 0.05
"""By how much a plan keeps the room above its least temperature: small errors cost comfort."""


class HeatPlanner:
    """Plans the rest of the episode of many heaters at once.

    Args:
        tables: the plant.
        fade: share of the difference between price and forecast that is left after an hour.
    """

    def __init__(self, tables: HeaterTables, fade: float = 0.5) -> None:
        self._tables, self._fade = tables, fade**HOLD_H
        self._work = new_heat_work(tables.n_steps)

    def controls(self, series: HeaterSeries, forecast: Floats, state: HeaterState) -> Floats:
        """What each heater does best now: share of the greatest power, and fan fraction [n, 2].

        Args:
            series: what happens; of prices and weather only those of the present step count.
            forecast: made on each day [D, T, 5], as `heater_forecast` makes them.
            state: of n heaters.
        """
        control = np.empty((len(state.step), 2))
        plan_heaters(
            self._tables, series, forecast, state, self._fade, MARGIN_K, self._work, control
        )
        return control
