"""The env and the days on which policies are compared."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import gymnasium as gym
from gymnasium.envs.registration import load_env_creator

from ..envs import ENV_IDS, SetsHeaterEnv, StnEnv
from ..envs.policy import Env
from ..envs.registry import PlantKind, plant_kind
from ..twins.errors import InputError
from ..twins.fingerprint import fingerprint
from ..twins.heater import HeaterPlant
from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios

PlantEnvs = StnEnv | SetsHeaterEnv
"""Envs of plants of any kind, below Gymnasium's wrappers."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """An env with its arguments.

    Args:
        env_id: of a registered env, such as `"plantgym/CementPv-v0"`.
        split: days to take: `"train"`, `"validation"`, `"test"` or `"all"`.
        arguments: further arguments of the env, such as `market`, `plant` or `scenarios`.
    """

    env_id: str
    split: str = "test"
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> PlantKind:
        """Kind of the plant."""
        return plant_kind(self.env_id)

    def make(self, render_mode: str | None = None) -> Env:
        """Make the env.

        Raises:
            InputError: arguments that make no env.
        """
        return gym.make(
            self.env_id,
            disable_env_checker=True,
            split=self.split,
            render_mode=render_mode,
            **self.arguments,
        )

    def settings(self, base: PlantEnvs, seed: int) -> dict[str, Any]:
        """What the episodes of a run depend on, to tell whether two runs may share them.

        Args:
            base: the env that the case makes.
            seed: of the run.
        """
        days = self.arguments.get("scenarios") or base.batch.scenarios
        return {
            "env": self.env_id,
            "split": self.split,
            "seed": seed,
            "arguments": {name: _short(value) for name, value in sorted(self.arguments.items())},
            "data": fingerprint(base.plant, days),
            "version": version("plantgym"),
        }


def find_env_id(name: str) -> str:
    """Full id of an env, given with or without `plantgym/` and `-v0`, in any case.

    Raises:
        InputError: an env that is not registered.
    """
    by_name = {_bare(env_id): env_id for env_id in ENV_IDS}
    if _bare(name) not in by_name:
        short = (env_id.removeprefix("plantgym/").removesuffix("-v0") for env_id in ENV_IDS)
        raise InputError("env", name, f"use one of {', '.join(short)}")
    return by_name[_bare(name)]


def default_arguments(env_id: str) -> dict[str, Any]:
    """The arguments of a registered env, with their defaults."""
    spec = gym.spec(env_id)
    assert isinstance(spec.entry_point, str)
    parameters = inspect.signature(load_env_creator(spec.entry_point)).parameters.values()
    return {each.name: each.default for each in parameters} | spec.kwargs


def unwrap(env: Env) -> PlantEnvs:
    """The env of a plant below Gymnasium's wrappers.

    Raises:
        InputError: an env of anything else.
    """
    base = env.unwrapped
    if not isinstance(base, PlantEnvs):
        raise InputError("env", str(env.spec and env.spec.id), "give an env of plantgym")
    return base


def choose_days(scenarios: Scenarios, days: int | None) -> tuple[str, ...]:
    """Dates of that many days, evenly spread over the scenarios; of all of them if None.

    Raises:
        InputError: fewer than one day, or more than there are.
    """
    chosen = scenarios if days is None else scenarios.spread(days)
    return tuple(str(date) for date in chosen.dates)


def _bare(env_id: str) -> str:
    return env_id.lower().removeprefix("plantgym/").removesuffix("-v0")


def _short(value: object) -> bool | int | float | str:
    """An argument as it stands in settings; plants and scenarios are in the digest."""
    if isinstance(value, StnPlant | HeaterPlant | Scenarios):
        return type(value).__name__
    return value if isinstance(value, bool | int | float | str) else repr(value)
