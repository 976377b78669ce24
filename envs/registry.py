"""The registered envs: one table of ids, classes and default arguments."""

from __future__ import annotations

from typing import Any, Literal

import gymnasium as gym

PlantKind = Literal["factory", "heater"]
"""What a plant is: kinds differ in controls, costs and policies."""

_HOME = __name__.rpartition(".")[0]

_ENVS: dict[str, tuple[str, dict[str, Any]]] = {
    "plantgym/CementPv-v0": ("CementPvEnv", {"plant": "cement_pv", "market": "tou", "dr": True}),
    "plantgym/CarSeat-v0": ("CarSeatEnv", {"plant": "car_seat", "market": "tou"}),
    "plantgym/CementMill-v0": ("CementMillEnv", {"plant": "cement_mill"}),
    "plantgym/SteelPowder-v0": ("SteelPowderEnv", {"plant": "steel_powder"}),
    "plantgym/Stn-v0": ("StnEnv", {}),
    "plantgym/SetsHeater-v0": ("SetsHeaterEnv", {}),
}

_MODULES = {"StnEnv": "stn_env", "SetsHeaterEnv": "heater_env"}
"""Where classes are that are not in `shipped_envs`."""

ENV_IDS = tuple(_ENVS)
"""Ids of all registered envs."""


def env_class_path(env_id: str) -> str:
    """Where the class of a registered env is, as `module:name`."""
    name = _ENVS[env_id][0]
    return f"{_HOME}.{_MODULES.get(name, 'shipped_envs')}:{name}"


def plant_kind(env_id: str) -> PlantKind:
    """Kind of the plant of a registered env."""
    return "heater" if _ENVS[env_id][0] == "SetsHeaterEnv" else "factory"


def vector_class_path(env_id: str) -> str:
    """Where the vector env behind an id is, as `module:name`."""
    if plant_kind(env_id) == "heater":
        return f"{_HOME}.heater_vector_env:SetsHeaterVectorEnv"
    return f"{_HOME}.stn_vector_env:StnVectorEnv"


def register_envs() -> None:
    """Register every env with Gymnasium, once."""
    for env_id, (_, defaults) in _ENVS.items():
        if env_id not in gym.registry:
            gym.register(
                env_id,
                entry_point=env_class_path(env_id),
                vector_entry_point=vector_class_path(env_id),
                kwargs=dict(defaults),
                # The env itself refuses bad actions and a step before reset or after the end, and
                # its tests run Gymnasium's checker; neither need cost every step.
                order_enforce=False,
                disable_env_checker=True,
            )
