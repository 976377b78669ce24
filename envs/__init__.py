"""Gymnasium environments over the plants of `plantgym.twins`.

Importing this package registers the envs: `gymnasium.make("plantgym/CementPv-v0")`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .registry import ENV_IDS, register_envs

if TYPE_CHECKING:
    from .heater_env import SetsHeaterEnv
    from .heater_vector_env import SetsHeaterVectorEnv
    from .policy import Policy
    from .remote_env import RemoteEnv
    from .stn_env import StnEnv
    from .stn_vector_env import StnVectorEnv
    from .wrappers import DictObservation

__all__ = [
    "ENV_IDS",
    "DictObservation",
    "Policy",
    "RemoteEnv",
    "SetsHeaterEnv",
    "SetsHeaterVectorEnv",
    "StnEnv",
    "StnVectorEnv",
]

_HOME = {
    "DictObservation": ".wrappers",
    "Policy": ".policy",
    "RemoteEnv": ".remote_env",
    "SetsHeaterEnv": ".heater_env",
    "SetsHeaterVectorEnv": ".heater_vector_env",
    "StnEnv": ".stn_env",
    "StnVectorEnv": ".stn_vector_env",
}

register_envs()


def __getattr__(name: str) -> object:
    # numba loads with the first env that is made, so that the import stays fast.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name], __name__), name)
