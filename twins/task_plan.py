"""Quick plans of many factories at once."""

from __future__ import annotations

import numpy as np

from .stn_tables import Floats, Ints, StnTables
from .task_plan_kernel import plan_rows
from .task_plan_tables import new_work, plan_tables


class TaskPlanner:
    """Plans the rest of the day of many plants at once, task by task.

    Left aside are own generation, demand response, the import limit and least run times.

    Args:
        tables: the plant.
        fade: share of the difference between price and forecast that is left after an hour.
    """

    def __init__(self, tables: StnTables, fade: float = 0.5) -> None:
        self.tables = plan_tables(tables)
        self._fade = fade**tables.step_h
        self._work, self._price = new_work(self.tables), np.zeros(tables.n_steps)

    def regrets(self, stock_t: Floats, step: Ints, forecast: Floats, known: Floats) -> Floats:
        """What each mode of each task costs in this step, over the best one [n, J, K] [currency].

        Args:
            stock_t: stocks [n, M].
            step: to be decided in each row [n].
            forecast: prices expected for the day of each row [n, T] [currency/kWh].
            known: prices that come [n, T]; only that of the present step counts.
        """
        regret = np.empty((len(stock_t), *self.tables.energy_kwh.shape))
        plan_rows(
            self.tables, self._work, stock_t, step, forecast, known, self._fade, self._price, regret
        )
        return regret

    def modes(self, stock_t: Floats, step: Ints, forecast: Floats, known: Floats) -> Ints:
        """The mode of each task that costs least in this step [n, J]; arguments as of `regrets`."""
        regret = self.regrets(stock_t, step, forecast, known)
        real = np.arange(regret.shape[2]) < self.tables.n_modes[:, None]
        return np.asarray(np.where(real, regret, np.inf).argmin(axis=2), np.int64)
