"""How good a policy is on days that it was not trained on, while training goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from ..envs.cost_gap import cost_gap
from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.stn_tables import Floats
from .actor import Actor, Driver, Float32s

_LARGE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How good a policy is on validation days; nothing but None where it was not judged.

    Args:
        validation_cost: mean cost of a day [currency].
        validation_optimum: mean cost of a day with all known in advance [currency].
        gap: of the two, as a share of the second, as `cost_gap` has it.
        score: 0 the rule, 1 the optimum.
    """

    validation_cost: float | None = None
    validation_optimum: float | None = None
    gap: float | None = None
    score: float | None = None

    def told(self) -> str:
        """All of it in a line; empty where the policy was not judged."""
        if self.validation_cost is None or self.validation_optimum is None:
            return ""
        gap = "" if self.gap is None else f", gap {self.gap:.2%}"
        cost, optimum = map(_cost_text, (self.validation_cost, self.validation_optimum))
        return f"cost {cost}, optimum {optimum}{gap}, score {self.score:.3f}"


@dataclass(frozen=True, slots=True)
class ValidationDays:
    """Days, and what they cost at best. Made by whoever can plan: agents cannot.

    Args:
        dates: YYYY-MM-DD, of the split.
        seeds: of the reset on each day; it fixes the events.
        optimum: least cost of each day with all known in advance [currency].
        rule: cost of each day under the reference rule [currency].
        split: of the env that the dates are in.
    """

    dates: Sequence[str]
    seeds: Sequence[int]
    optimum: Sequence[float]
    rule: Sequence[float]
    split: str = "validation"

    def fingerprint(self) -> str:
        """Tells days from others, by 16 hexadecimal digits."""
        days = repr((self.split, list(self.dates), list(self.seeds)))
        return hashlib.sha256(days.encode()).hexdigest()[:16]

    def judged(self, costs: Floats) -> Judged:
        """How good a policy is that brought about these costs of the days."""
        return Judged(
            validation_cost=float(np.mean(costs)),
            validation_optimum=float(np.mean(self.optimum)),
            gap=self.gap(costs),
            score=self.score(costs),
        )

    def gap(self, costs: Floats) -> float | None:
        """Distance of the mean cost from that of the optimum, as `cost_gap` has it."""
        means = (float(np.mean(each)) for each in (costs, self.rule, self.optimum))
        return cost_gap(*means)

    def score(self, costs: Floats) -> float:
        """Share of the possible saving: 0 the rule, 1 the optimum; 1 if there is none to make."""
        possible = float(np.mean(self.rule) - np.mean(self.optimum))
        return (float(np.mean(self.rule)) - float(np.mean(costs))) / possible if possible else 1.0


class Validator:
    """Runs a policy on all validation days at once.

    Args:
        env_id: of the env.
        arguments: of the env; the split is that of the days.
        days: the days.

    Attributes:
        env: a row a day.

    Raises:
        InputError: arguments that make no env, or a day that its split has not.
    """

    def __init__(self, env_id: str, arguments: Mapping[str, Any], days: ValidationDays) -> None:
        self.days = days
        self.env = make_rows(env_id, len(days.dates), {**arguments, "split": days.split})
        scenarios = self.env.batch.scenarios
        self._days = [scenarios.index_of(date) for date in days.dates]

    def costs(self, actor: Actor) -> Floats:
        """Cost of each day under a policy of ours [currency]."""
        return self.costs_of(Driver(actor, self.env.batch).actions)

    def costs_of(self, act: Callable[[Float32s], NDArray[Any]]) -> Floats:
        """Cost of each day under any policy [currency].

        Args:
            act: chooses the action of each row [n, J], given the observations [n, observed].
        """
        env, batch = self.env, self.env.batch
        obs, _ = env.reset(seed=0)
        for row, (seed, day) in enumerate(zip(self.days.seeds, self._days, strict=True)):
            batch.seed_row(row, seed)
            batch.reset_row(row, obs[row], day)
        costs = np.zeros(len(obs))
        for _ in range(batch.tables.n_steps):
            obs, _, _, _, info = env.step(act(obs))
            costs += sum(info["cost"].values())
        return costs


def make_rows(
    env_id: str, rows: int, arguments: Mapping[str, Any], **more: object
) -> PlantVectorEnv[Any, Any]:
    """The vector env behind an id.

    Raises:
        InputError: arguments that make no env.
    """
    made = gym.make_vec(
        env_id, rows, vectorization_mode="vector_entry_point", **{**arguments, **more}
    )
    return cast(PlantVectorEnv[Any, Any], made)


def _cost_text(cost: float) -> str:
    """A cost, with cents where they count."""
    return f"{cost:,.0f}" if abs(cost) >= _LARGE else f"{cost:,.2f}"
