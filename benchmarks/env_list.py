"""What `plantgym envs` tells of each registered env, read from the live env."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gymnasium import Space, spaces

from ..envs import ENV_IDS
from .cases import Case, default_arguments, unwrap

_SPLITS = ("train", "validation", "test")


def describe_envs() -> list[dict[str, Any]]:
    """All registered envs with their default arguments."""
    return [_describe(env_id) for env_id in ENV_IDS]


def _describe(env_id: str) -> dict[str, Any]:
    arguments = default_arguments(env_id)
    by_split = {split: unwrap(Case(env_id, split).make()).batch.scenarios for split in _SPLITS}
    base = unwrap(Case(env_id).make())
    return {
        "id": env_id,
        "plant": base.plant.name,
        "market": arguments["market"],
        "dr": arguments["dr"],
        "currency": base.plant.currency,
        "tasks": len(base.plant.tasks),
        "steps": base.batch.tables.n_steps,
        "step_minutes": arguments["step_minutes"],
        "days": {split: scenarios.n_days for split, scenarios in by_split.items()},
        "action_space": _space(base.action_space),
        "observation_space": _space(base.observation_space),
        "observation": [asdict(entry) for entry in base.batch.observed],
        "sources": {"plant": dict(base.plant.sources), "data": dict(by_split["test"].sources)},
    }


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
