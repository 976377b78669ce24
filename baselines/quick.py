"""Policies that plan the rest of the day anew in every step, without a solver.

Like MPC, they expect prices to differ from their forecast by what the present one differs, which
fades. `twins.task_plan` and `twins.heat_plan` say what the plans leave aside.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.policy import Env
from ..twins.heat_plan import HeatPlanner
from ..twins.stn_tables import Floats
from ..twins.task_plan import TaskPlanner
from .base import FactoryPolicy
from .heater_rules import heater_env


class QuickFactoryPlan(FactoryPolicy):
    """Runs each task by the cheapest schedule of its own that serves its consumers."""

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        self._planner = TaskPlanner(self.tables)

    def levels(self) -> Floats:
        """Modes of all tasks [J]."""
        return np.asarray(self._planner.modes(*self.env.batch.plan_view())[0], np.float64)


class QuickHeaterPlan:
    """Keeps the room at its least temperature, and buys the heat for it when it is cheapest."""

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started.

        Raises:
            InputError: an env that is no heater.
        """
        self._batch = heater_env(env).batch
        self._planner = HeatPlanner(self._batch.tables)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for the power and the fan of the plan."""
        power_share, fan = self._planner.controls(*self._batch.plan_view())[0].tolist()
        power_kw = power_share * self._batch.plant.heater.power_max_kw
        return self._batch.controls_to_action(power_kw, fan)
