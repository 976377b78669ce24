"""What `plantgym envs` tells of each registered env, read from the live env."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gymnasium import Space, spaces

from ..envs import ENV_IDS
from ..envs.plant_env import PlantEnv
from .cases import Case, default_arguments

_SPLITS = ("train", "validation", "test")


def describe_envs() -> list[dict[str, Any]]:
    """All registered envs with their default arguments."""
    return [_describe(env_id) for env_id in ENV_IDS]


def _describe(env_id: str) -> dict[str, Any]:
    arguments = default_arguments(env_id)
    by_split = {split: _made(env_id, split) for split in _SPLITS}
    base = by_split["test"]
    days = {split: env.batch.scenarios for split, env in by_split.items()}
    return {
        "id": env_id,
        "plant": base.batch.plant.name,
        "market": arguments["market"],
        "dr": arguments["dr"],
        "currency": days["test"].currency,
        "controls": len(base.batch.n_modes),
        "steps": base.batch.tables.n_steps,
        "step_minutes": days["test"].step_minutes,
        "days": {split: scenarios.n_days for split, scenarios in days.items()},
        "action_space": _space(base.action_space),
        "observation_space": _space(base.observation_space),
        "observation": [asdict(entry) for entry in base.batch.observed],
        "sources": {
            "plant": dict(base.batch.plant.sources),
            "data": dict(days["test"].sources),
        },
    }


def _made(env_id: str, split: str) -> PlantEnv[Any, Any]:
    """The env of a split, below Gymnasium's wrappers."""
    base = Case(env_id, split).make().unwrapped
    assert isinstance(base, PlantEnv)
    return base


def _space(space: Space[Any]) -> dict[str, Any]:
    """A space in plain types."""
    if isinstance(space, spaces.MultiDiscrete):
        return {"type": "MultiDiscrete", "n": space.nvec.tolist()}
    assert isinstance(space, spaces.Box)
    return {
        "type": "Box",
        "shape": list(space.shape),
        "dtype": str(space.dtype),
        "low": space.low.tolist(),
        "high": space.high.tolist(),
    }
