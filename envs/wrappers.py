"""Observation wrappers."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from .plant_env import PlantEnv
from .spaces import observation_slices


class DictObservation(gym.ObservationWrapper[dict[str, NDArray[np.float32]], Any, Any]):
    """The flat observation as a `Dict`, one key an entry of the observation table.

    Args:
        env: a plantgym env, wrapped or not.
    """

    def __init__(self, env: gym.Env[Any, Any]) -> None:
        super().__init__(env)
        base = env.unwrapped
        assert isinstance(base, PlantEnv)
        self._slices = observation_slices(base.batch)
        flat = base.observation_space
        assert isinstance(flat, spaces.Box)
        self.observation_space: spaces.Space[Any] = spaces.Dict(
            {
                name: spaces.Box(flat.low[place], flat.high[place], dtype=np.float32)
                for name, place in self._slices.items()
            }
        )

    def observation(self, observation: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Split a flat observation [observed] into named parts."""
        return {name: observation[place].copy() for name, place in self._slices.items()}
