"""What every controller looks like: rules, planners and agents alike."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import gymnasium as gym
from numpy.typing import NDArray

Env = gym.Env[Any, Any]


@runtime_checkable
class Policy(Protocol):
    """A controller of one env."""

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """Decide the next action; planners may read `env.unwrapped.view()` instead of `obs`."""
