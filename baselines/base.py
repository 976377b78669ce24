"""What all policies of factories share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from numpy.typing import NDArray

from ..envs.policy import Env
from ..envs.stn_env import StnEnv
from ..twins.errors import InputError
from ..twins.stn_tables import Floats, StnTables


def factory_env(env: Env) -> StnEnv:
    """The factory env under any wrappers.

    Raises:
        InputError: an env that is no factory.
    """
    base = env.unwrapped
    if not isinstance(base, StnEnv):
        raise InputError("env", str(env), "give an env of an STN plant, such as plantgym/Stn-v0")
    return base


class FactoryPolicy(ABC):
    """A policy that looks at the plant in physical units and asks for levels."""

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        self.env = factory_env(env)
        self.tables = self.plant_tables()

    def plant_tables(self) -> StnTables:
        """The plant as the policy takes it to be: the nominal one, of which everyone is told."""
        return self.env.batch.tables

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for the levels that the policy chooses."""
        return self.env.batch.levels_to_action(self.levels())

    @abstractmethod
    def levels(self) -> Floats:
        """Modes or levels of all tasks for the coming step [J]."""
