"""How good a policy is on days that it was not trained on, while training goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.stn_tables import Floats
from .actor import Actor, Driver, Float32s


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

    def gap(self, costs: Floats) -> float:
        """Relative distance of the mean cost from that of the optimum."""
        best = float(np.mean(self.optimum))
        return (float(np.mean(costs)) - best) / abs(best)

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

    Raises:
        InputError: arguments that make no env, or a day that its split has not.
    """

    def __init__(self, env_id: str, arguments: Mapping[str, Any], days: ValidationDays) -> None:
        self.days = days
        self._env = make_rows(env_id, len(days.dates), {**arguments, "split": days.split})
        scenarios = self._env.batch.scenarios
        self._days = [scenarios.index_of(date) for date in days.dates]

    def costs(self, actor: Actor) -> Floats:
        """Cost of each day under a policy of ours [currency]."""
        return self.costs_of(Driver(actor, self._env.batch).actions)

    def costs_of(self, act: Callable[[Float32s], NDArray[Any]]) -> Floats:
        """Cost of each day under any policy [currency].

        Args:
            act: chooses the action of each row [n, J], given the observations [n, observed].
        """
        env, batch = self._env, self._env.batch
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
