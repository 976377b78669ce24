"""Policies that plan for generation and prices as they may come: SO, DRO, RO, chance constraints.

What may come `DayErrors` tells from train days, generation and prices of a day together.
Prices count in all of them; what they guard against is generation alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from ..envs.policy import Env
from ..twins.outlook import Outlook
from ..twins.stn_tables import Floats
from ..twins.uncertain.ambiguity import (
    Ambiguity,
    fuzzy_chance,
    normal_chance,
    robust,
    robust_budget,
    stochastic,
    wasserstein,
)
from ..twins.uncertain.day_errors import DayErrors
from ..twins.uncertain.planning import RobustSchedule, plan_uncertain
from ..twins.uncertain.samples import Samples
from .planners import Planner

RADIUS_SHARE = 0.02
"""Radius of the ball of DRO, as a share of the energy that is expected to be generated."""

BUDGET_H = 3.0
"""Hours that may turn out worst for RO with a budget."""

CONFIDENCE = 0.8
"""Probability, or credibility, of the generation that chance constraints plan with."""


def _dro(samples: Samples, step_h: float) -> Ambiguity:
    radius_kwh = RADIUS_SHARE * step_h * float(samples.mean_kw.sum())
    return wasserstein(samples, radius_kwh)


REACHES: Mapping[str, Callable[[Samples, float], Ambiguity]] = MappingProxyType(
    {
        "so": lambda samples, step_h: stochastic(samples),
        "dro": _dro,
        "ro": lambda samples, step_h: robust(samples),
        "ro-budget": lambda samples, step_h: robust_budget(samples, BUDGET_H / step_h),
        "chance": lambda samples, step_h: normal_chance(samples, CONFIDENCE),
        "fuzzy": lambda samples, step_h: fuzzy_chance(samples, CONFIDENCE),
    }
)
"""Reach of each method, for samples and the length of a step [h]."""


class _UncertainPlanner(Planner):
    """Takes courses of the day, and plans on them.

    Args:
        method: one of `REACHES`.
        n: courses of each plan.
        mip_gap: relative gap of each plan.
        node_limit: branch-and-bound nodes of each round of a plan.
    """

    def __init__(self, method: str, *, n: int, mip_gap: float, node_limit: int) -> None:
        self._reach = REACHES[method]
        self._n = n
        self._mip_gap = mip_gap
        self._node_limit = node_limit

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        self._day_ahead = self.env.view()
        past = self.env.batch.past_days(0)
        self._errors = None if past is None else DayErrors(past)

    def plan(self, view: Outlook) -> RobustSchedule:
        """The plan of the rest of the day, as it looks now."""
        samples = self._samples(view)
        return plan_uncertain(
            self.scheduler,
            view,
            self._reach(samples, self.tables.step_h),
            mip_gap=self._mip_gap,
            node_limit=self._node_limit,
        )

    def _samples(self, view: Outlook) -> Samples:
        if self._errors is None:
            return Samples(view.generation_kw[None])
        return self._errors.courses(self._n, self._day_ahead, view)


class UncertainDayAhead(_UncertainPlanner):
    """Plans once, as the day begins, and keeps to the plan.

    Args:
        method: one of `REACHES`.
    """

    def __init__(self, method: str) -> None:
        super().__init__(method, n=200, mip_gap=1e-3, node_limit=1000)

    def reset(self, env: Env) -> None:
        """Plan the day that `env` has just started."""
        super().reset(env)
        self.planned = self.plan(self._day_ahead)

    def levels(self) -> Floats:
        """The step of the plan."""
        return np.asarray(self.planned.schedule.levels[self.env.view().step])


class UncertainMpc(_UncertainPlanner):
    """Re-plans the rest of the day in every step, and runs the first step of the plan.

    Args:
        method: one of `REACHES`.
    """

    def __init__(self, method: str) -> None:
        super().__init__(method, n=200, mip_gap=2e-3, node_limit=500)

    def levels(self) -> Floats:
        """The first step of a fresh plan."""
        view = self.env.view()
        return np.asarray(self.plan(view).schedule.levels[view.step])
