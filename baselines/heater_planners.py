"""Policies that plan a heater: with perfect foresight and a certificate, and on forecasts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.heater_env import SetsHeaterEnv
from ..envs.policy import Env
from ..twins.errors import InputError
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_plan import HeaterPlan, HeaterPlanner
from ..twins.heater_plan_bound import Certificate, certify
from ..twins.heater_tables import HOLD_H
from ..twins.value_checks import check_number, check_whole
from .heater_rules import heater_env


class _HeaterPolicy(ABC):
    """Runs what a plan asks for."""

    env: SetsHeaterEnv

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        self.env = heater_env(env)
        self.planner = HeaterPlanner(self.env.batch.tables)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for power and fan of the plan."""
        view = self.env.view()
        plan, step = self.plan_for(view), view.step
        return self.env.batch.controls_to_action(float(plan.power_kw[step]), float(plan.fan[step]))

    @abstractmethod
    def plan_for(self, view: HeaterOutlook) -> HeaterPlan:
        """The plan whose step at a view is to run."""


class HeaterOptimum(_HeaterPolicy):
    """Plans with all prices, weather and calls in hindsight, and proves how good that is.

    Raises:
        InputError: at reset, an env whose actions are stages: plans take any level.
    """

    def reset(self, env: Env) -> None:
        """Plan the episode that `env` has just started."""
        super().reset(env)
        if not self.env.batch.tables.continuous:
            raise InputError("env actions", "stages", "the optimum needs actions='continuous'")
        outlook = self.env.hindsight()
        self.plan = self.planner.plan(outlook)
        self.certificate: Certificate = certify(self.env.batch.tables, outlook, self.plan)

    def plan_for(self, view: HeaterOutlook) -> HeaterPlan:
        """The plan of the whole episode."""
        return self.plan

    @property
    def bound(self) -> float:
        """Proven lower bound on the cost of the episode [currency]."""
        return self.certificate.bound


class HeaterMpc(_HeaterPolicy):
    """Plans the rest of the episode anew in every step, on forecasts, and runs the first step.

    Knows price and weather of the current step. Expects later prices to differ from their forecast
    by what the current price differs, which fades.

    Args:
        decay_per_h: share of the difference that is left after an hour.
        rounds: linear programmes of each plan.

    Raises:
        InputError: a share outside 0 to 1, or rounds outside 1 to 100.
    """

    def __init__(self, decay_per_h: float = 0.5, rounds: int = 2) -> None:
        check_number("decay_per_h", decay_per_h, high=1.0)
        check_whole("rounds", rounds, low=1, high=100)
        self.decay_per_h, self.rounds = decay_per_h, rounds

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        self._forecast: HeaterOutlook | None = None
        self._last: HeaterPlan | None = None

    def plan_for(self, view: HeaterOutlook) -> HeaterPlan:
        """A fresh plan, begun with the last one."""
        expected = replace(view, buy_price_per_kwh=self.faded(view))
        self._last = self.planner.plan(
            expected, rounds=self.rounds, like=self._last, full_fans=False
        )
        self._forecast = view
        return self._last

    def faded(self, view: HeaterOutlook) -> NDArray[np.float64]:
        """Prices known up to now, then the forecast plus the fading difference [T].

        What was forecast for now, the view before says.
        """
        prices, now = view.buy_price_per_kwh.copy(), view.step
        if self._forecast is None:
            return prices
        off = prices[now] - self._forecast.buy_price_per_kwh[now]
        ahead_h = np.arange(1, len(prices) - now) * HOLD_H
        prices[now + 1 :] += off * self.decay_per_h**ahead_h
        return prices
