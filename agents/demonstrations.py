"""Days that someone has run well, as data sets in Minari's format hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.observation import Float32s
from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.errors import InputError, MissingExtraError
from ..twins.stn_tables import Floats

EXTRA = "imitation"


@dataclass(frozen=True, slots=True)
class Demonstrations:
    """E episodes of T steps.

    Args:
        env_id: of the env that they were run on.
        arguments: of the env.
        dates: YYYY-MM-DD, of the day on which each episode began.
        seeds: of the reset of each episode.
        observations: before each step and after the last [E, T + 1, observed].
        actions: as the env takes them [E, T, J].
        rewards: of each step [E, T].
    """

    env_id: str
    arguments: Mapping[str, Any]
    dates: Sequence[str]
    seeds: Sequence[int]
    observations: Float32s
    actions: NDArray[Any]
    rewards: Floats

    def start(self, env: PlantVectorEnv[Any, Any]) -> Float32s:
        """Put row i of an env at the start of episode i; the observations [E, observed]."""
        obs, _ = env.reset(seed=0)
        for row, (date, seed) in enumerate(zip(self.dates, self.seeds, strict=True)):
            env.batch.seed_row(row, seed)
            env.batch.reset_row(row, obs[row], env.batch.scenarios.index_of(date))
        return obs


def load_demonstrations(folder: Path) -> Demonstrations:
    """The episodes of a data set that `plantgym dataset` has made.

    Raises:
        InputError: a folder that holds no such data set.
        MissingExtraError: Minari is not installed.
    """
    try:
        import minari
    except ImportError:
        raise MissingExtraError("minari", EXTRA) from None
    fix = "give the folder of a data set that `plantgym dataset` has made"
    if not (folder / "data" / "metadata.json").is_file():
        raise InputError("--dataset", str(folder), fix)
    dataset = minari.MinariDataset(folder / "data")
    episodes = list(dataset.iterate_episodes())
    about = list(dataset.storage.get_episode_metadata(dataset.episode_indices))
    spec = dataset.env_spec
    if not episodes:
        raise InputError("--dataset", str(folder), "it was cut off: delete it and make it anew")
    if spec is None or any("day" not in each.get("options", {}) for each in about):
        raise InputError("--dataset", str(folder), fix)
    return Demonstrations(
        env_id=spec.id,
        arguments={name: value for name, value in spec.kwargs.items() if name != "render_mode"},
        dates=[str(each["options"]["day"]) for each in about],
        seeds=[int(each["seed"]) for each in about],
        observations=np.array([each.observations for each in episodes]),
        actions=np.array([each.actions for each in episodes]),
        rewards=np.array([each.rewards for each in episodes]),
    )
