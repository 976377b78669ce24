"""The envs on which conformance is tested: every id, quarter hours, continuous plants."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from plantgym.envs import ENV_IDS
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.plant_env import PlantEnv
from plantgym.envs.plant_vector_env import PlantVectorEnv
from plantgym.envs.stn_env import StnEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.plant import StnPlant
from plantgym.twins.plant_toml import load_plant

AnyEnv = PlantEnv[Any, Any]
AnyVectorEnv = PlantVectorEnv[Any, Any]
HEATER_ID = "plantgym/SetsHeater-v0"


class Case(NamedTuple):
    """An id and what is given to it."""

    env_id: str
    arguments: Mapping[str, Any]

    def any_env(self, **more: Any) -> AnyEnv:  # noqa: ANN401
        """The env without its wrappers, of any kind of plant."""
        env = gym.make(self.env_id, **{**self.arguments, **more}).unwrapped
        assert isinstance(env, PlantEnv)
        return env

    def env(self, **more: Any) -> StnEnv:  # noqa: ANN401
        """The env of a factory without its wrappers."""
        env = self.any_env(**more)
        assert isinstance(env, StnEnv)
        return env

    def heater(self, **more: Any) -> SetsHeaterEnv:  # noqa: ANN401
        """The env of a heater without its wrappers."""
        env = self.any_env(**more)
        assert isinstance(env, SetsHeaterEnv)
        return env

    def vector_env(self, num_envs: int, **more: Any) -> StnVectorEnv:  # noqa: ANN401
        """The vector env of factories behind the same id."""
        env = self.any_vector_env(num_envs, **more)
        assert isinstance(env, StnVectorEnv)
        return env

    def any_vector_env(self, num_envs: int, **more: Any) -> AnyVectorEnv:  # noqa: ANN401
        """The vector env behind the same id."""
        arguments = {**self.arguments, **more}
        env = gym.make_vec(
            self.env_id, num_envs, vectorization_mode="vector_entry_point", **arguments
        )
        assert isinstance(env, PlantVectorEnv)
        return env


def continuous(name: str) -> StnPlant:
    """A shipped plant whose tasks take any level."""
    plant = load_plant(name)
    free = tuple(replace(task, must_run=False, must_run_from_h=0.0) for task in plant.tasks)
    return replace(plant, operation="continuous", tasks=free)


CASES = {
    env_id.removeprefix("plantgym/"): Case(env_id, {}) for env_id in ENV_IDS if env_id != HEATER_ID
}
"""Factories."""
CASES |= {
    f"{name}-15min": case._replace(arguments={"step_minutes": 15}) for name, case in CASES.items()
}
for _plant, _market in (("cement_pv", "tou"), ("steel_powder", "belgium-real-time")):
    CASES[f"continuous-{_plant}"] = Case(
        "plantgym/Stn-v0",
        {"plant": continuous(_plant), "market": _market, "dr": True, "split": "test"},
    )

HEATERS = {
    "SetsHeater-v0": Case(HEATER_ID, {}),
    "SetsHeater-stages": Case(HEATER_ID, {"actions": "stages", "dr": False}),
    "SetsHeater-2-days": Case(HEATER_ID, {"days": 2, "start_hour": 22, "split": "test"}),
    "SetsHeater-shenyang": Case(HEATER_ID, {"market": "shenyang", "start_hour": 0}),
}
ALL_CASES = CASES | HEATERS


def actions(env: AnyEnv, n: int, seed: int = 0) -> list[NDArray[Any]]:
    """Random actions; the same for the same seed."""
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(n)]


def episode(env: AnyEnv, seed: int | None, actions_seed: int = 0) -> dict[str, Any]:
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
