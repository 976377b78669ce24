"""Policies that solve the scheduling model: day ahead, rolling, and with perfect foresight."""

from __future__ import annotations

import numpy as np

from ..envs.policy import Env
from ..twins.outlook import Outlook
from ..twins.scheduling import Schedule, Scheduler
from ..twins.stn_tables import Floats, StnTables
from .base import FactoryPolicy

_MORE_NODES = 20


class Planner(FactoryPolicy):
    """Keeps the compiled scheduling model as long as the plant stays the same."""

    _scheduler: Scheduler | None = None

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        if self._scheduler is None or not _equal(self._scheduler.day.tables, self.tables):
            self._scheduler = Scheduler(self.tables)
        self.scheduler = self._scheduler


class _OpenLoop(Planner):
    """Plans at the start of the day and keeps to the plan.

    Hourly days take a hundred nodes or so to solve to the gap. Quarter-hourly days of plants with
    PV can take hours; there the plan ends at `node_limit` with the gap that is left.
    """

    mip_gap = 1e-4
    node_limit = 1000

    def reset(self, env: Env) -> None:
        """Plan the day that `env` has just started."""
        super().reset(env)
        self.schedule: Schedule = self.scheduler.plan(
            self.outlook(), mip_gap=self.mip_gap, node_limit=self.node_limit
        )

    def outlook(self) -> Outlook:
        """What the plan is made on."""
        return self.env.view()

    def levels(self) -> Floats:
        """The step of the plan."""
        return np.asarray(self.schedule.levels[self.env.view().step])


class DayAheadMilp(_OpenLoop):
    """Plans once on the day-ahead expectation; later prices, PV and DR events do not move it."""


class Optimum(_OpenLoop):
    """Plans with all prices, generation and DR events in hindsight: the bound of every policy.

    Where the env varies its plant, it plans the plant that really runs in the episode.
    """

    mip_gap = 1e-6

    def plant_tables(self) -> StnTables:
        """The plant of the episode."""
        return self.env.episode_tables

    def outlook(self) -> Outlook:
        """The day as it will really come."""
        return self.env.hindsight()

    @property
    def bound(self) -> float:
        """Proven lower bound on the cost of the day [currency]."""
        return self.schedule.bound


class RollingMpc(Planner):
    """Re-plans the rest of the day in every step, and runs the first step of the plan.

    Knows the current price. Expects later prices to differ from the day-ahead price by the
    present spread, which fades by `decay_per_h`.

    Args:
        decay_per_h: share of the spread that is left after an hour.
        mip_gap: relative gap of each plan.
        node_limit: branch-and-bound nodes of each plan; 20 times as many where the plan they give
            misses a target.
    """

    def __init__(
        self, decay_per_h: float = 0.5, mip_gap: float = 1e-3, node_limit: int = 50
    ) -> None:
        self.decay_per_h = decay_per_h
        self.mip_gap = mip_gap
        self.node_limit = node_limit

    def levels(self) -> Floats:
        """The first step of a fresh plan."""
        view = self.expected(self.env.view())
        plan = self.scheduler.plan(view, mip_gap=self.mip_gap, node_limit=self.node_limit)
        if plan.cost_parts["shortfall"] > 0.0 and plan.mip_gap > self.mip_gap:
            # Missing a target costs more than all else: it has to be proven that one must.
            nodes = _MORE_NODES * self.node_limit
            plan = self.scheduler.plan(view, mip_gap=self.mip_gap, node_limit=nodes)
        return np.asarray(plan.levels[view.step])

    def expected(self, view: Outlook) -> Outlook:
        """The view with the prices that are expected of those known."""
        return view.with_prices(
            self._faded(view.step, view.buy_price_per_kwh, view.buy_forecast_per_kwh),
            self._faded(view.step, view.sell_price_per_kwh, view.sell_forecast_per_kwh),
        )

    def _faded(self, step: int, known: Floats, forecast: Floats) -> Floats:
        """Realised prices up to now, then the forecast plus the fading spread [T]."""
        ahead_h = np.arange(1, len(known) - step) * self.tables.step_h
        prices = known.copy()
        spread = known[step] - forecast[step]
        prices[step + 1 :] = forecast[step + 1 :] + spread * self.decay_per_h**ahead_h
        return prices


def _equal(one: StnTables, other: StnTables) -> bool:
    """Whether all numbers of two plants are the same."""
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in StnTables._fields
    )
