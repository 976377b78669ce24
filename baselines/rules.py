"""Policies that follow a rule and plan nothing."""

from __future__ import annotations

import numpy as np

from ..envs.policy import Env
from ..twins.simulate import full_rate_levels
from ..twins.stn_tables import Floats
from .base import FactoryPolicy


class ReferenceRule(FactoryPolicy):
    """Full rate until the target is met, whatever the price: score 0 of every comparison."""

    def levels(self) -> Floats:
        """The top mode of each task that the target still needs."""
        view = self.env.view()
        left = self.tables.n_steps - view.step
        return full_rate_levels(self.tables, view.stock_t, left)[0]


class PriceThreshold(FactoryPolicy):
    """Full rate in the cheapest hours, and whenever the next stage is about to run dry.

    A task that needs n more steps at full rate runs if the price of this step is among the
    n + `margin_steps` lowest of the prices that are known or expected for the rest of the day, or
    if a stock that it fills covers less than `cover_steps` of what its takers use at full rate.

    Args:
        margin_steps: steps to spare for hours in which the shield lets a task stand.
        cover_steps: steps of full use that a stock shall cover, as far as half its room does.
    """

    def __init__(self, margin_steps: int = 1, cover_steps: int = 2) -> None:
        self.margin_steps = margin_steps
        self.cover_steps = cover_steps

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        full_use_t = self.tables.consume_t.max(axis=1).sum(axis=0)
        room_t = self.tables.stock_max_t - self.tables.stock_min_t
        self._cover_t = np.minimum(self.cover_steps * full_use_t, room_t / 2)
        self._fills = self.tables.produce_t.max(axis=1) > 0

    def levels(self) -> Floats:
        """The rule's mode for tasks whose cheap steps are now or whose takers run dry."""
        view = self.env.view()
        prices = view.buy_price_per_kwh[view.step :]
        levels, needed = full_rate_levels(self.tables, view.stock_t, len(prices))
        rank = np.count_nonzero(prices < prices[0])
        low = view.stock_t - self.tables.stock_min_t < self._cover_t
        run_dry = (self._fills & low).any(axis=1)
        return np.where((needed + self.margin_steps > rank) | run_dry, levels, 0.0)


class RandomPolicy(FactoryPolicy):
    """Any mode that the action mask allows, all equally likely; any level in continuous plants.

    Args:
        seed: of the policy's own generator, which starts anew with every episode.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        self._rng = np.random.default_rng(self.seed)

    def levels(self) -> Floats:
        """Random modes or levels."""
        if self.tables.continuous:
            return self._rng.uniform(0.0, self.tables.n_modes - 1)
        ends = np.cumsum(self.tables.n_modes)[:-1]
        masks = np.split(self.env.action_masks(), ends)
        return np.array([float(self._rng.choice(np.flatnonzero(mask))) for mask in masks])
