"""The envs on which conformance is tested: every id, quarter hours, continuous plants."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from plantgym.envs import ENV_IDS
from plantgym.envs.stn_env import StnEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.plant import StnPlant
from plantgym.twins.plant_toml import load_plant


class Case(NamedTuple):
    """An id and what is given to it."""

    env_id: str
    arguments: Mapping[str, Any]

    def env(self, **more: Any) -> StnEnv:  # noqa: ANN401
        """The env without its wrappers."""
        env = gym.make(self.env_id, **{**self.arguments, **more}).unwrapped
        assert isinstance(env, StnEnv)
        return env

    def vector_env(self, num_envs: int, **more: Any) -> StnVectorEnv:  # noqa: ANN401
        """The vector env behind the same id."""
        arguments = {**self.arguments, **more}
        env = gym.make_vec(
            self.env_id, num_envs, vectorization_mode="vector_entry_point", **arguments
        )
        assert isinstance(env, StnVectorEnv)
        return env


def continuous(name: str) -> StnPlant:
    """A shipped plant whose tasks take any level."""
    plant = load_plant(name)
    free = tuple(replace(task, must_run=False, must_run_from_h=0.0) for task in plant.tasks)
    return replace(plant, operation="continuous", tasks=free)


CASES = {env_id.removeprefix("plantgym/"): Case(env_id, {}) for env_id in ENV_IDS}
CASES |= {
    f"{name}-15min": case._replace(arguments={"step_minutes": 15}) for name, case in CASES.items()
}
for _plant, _market in (("cement_pv", "tou"), ("steel_powder", "belgium-real-time")):
    CASES[f"continuous-{_plant}"] = Case(
        "plantgym/Stn-v0",
        {"plant": continuous(_plant), "market": _market, "dr": True, "split": "test"},
    )


def actions(env: StnEnv, n: int, seed: int = 0) -> list[NDArray[Any]]:
    """Random actions; the same for the same seed."""
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(n)]


def episode(env: StnEnv, seed: int | None, actions_seed: int = 0) -> dict[str, Any]:
    """All that a day of random actions shows: days, observations, rewards, ends and info."""
    obs, info = env.reset(seed=seed)
    shown: dict[str, Any] = {
        "day": info["day"],
        "obs": [obs],
        "reward": [],
        "ended": [],
        "info": [],
    }
    for action in actions(env, env.batch.tables.n_steps, actions_seed):
        obs, reward, ended, truncated, info = env.step(action)
        assert not truncated
        for name, value in (("obs", obs), ("reward", reward), ("ended", ended), ("info", info)):
            shown[name].append(value)
    return shown


def assert_same(one: Any, other: Any) -> None:  # noqa: ANN401
    """Bit for bit the same: arrays of one type and shape, and what is made of them."""
    if isinstance(one, np.ndarray):
        np.testing.assert_array_equal(one, other, strict=True)
    elif isinstance(one, Mapping):
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert_same(value, other[key])
    elif isinstance(one, list | tuple):
        for value, counterpart in zip(one, other, strict=True):
            assert_same(value, counterpart)
    else:
        assert one == other
