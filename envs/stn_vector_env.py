"""Many STN factories in one call: Gymnasium's `VectorEnv` over the compiled batch."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from ..twins.intervals import Intervals
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.stn_state import StnState
from ..twins.tariff import DrEventProcess
from .plant_vector_env import PlantVectorEnv
from .plausible_batch import make_batch
from .stn_batch import StnBatch
from .stn_setup import StnSetup


class StnVectorEnv(PlantVectorEnv[StnState, Outlook]):
    """n factories of one kind; row i seeded s is bit-equal to a `StnEnv` seeded s + i.

    Args:
        num_envs: number of rows.
        plant: as `StnSetup`, like the following arguments.
        market: see `StnSetup`.
        scenarios: see `StnSetup`.
        split: see `StnSetup`.
        dr: see `StnSetup`.
        step_minutes: see `StnSetup`.
        reward: see `StnSetup`.
        intervals: see `StnSetup`.
        autoreset_mode: `"NextStep"`, `"SameStep"` (with `final_obs` in info) or `"Disabled"`.
        threads: threads that share the rows; results do not depend on it. 1 with `intervals`.

    Raises:
        InputError: arguments that make no env.
    """

    _batch: StnBatch

    def __init__(
        self,
        num_envs: int = 1,
        plant: StnPlant | str | os.PathLike[str] = "cement_mill",
        market: str = "belgium-real-time",
        scenarios: Scenarios | None = None,
        split: str = "train",
        dr: DrEventProcess | bool = False,
        step_minutes: int = 60,
        reward: Mapping[str, float] | None = None,
        intervals: Intervals | bool = False,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int = 1,
    ) -> None:
        setup = StnSetup(plant, market, scenarios, split, dr, step_minutes, reward, intervals)
        super().__init__(
            lambda same_step: make_batch(setup, num_envs, threads, same_step=same_step),
            num_envs,
            autoreset_mode,
            threads,
        )

    @property
    def batch(self) -> StnBatch:
        """The plants behind the env."""
        return self._batch

    def action_masks(self) -> NDArray[np.bool_]:
        """Modes that may be asked for [num_envs, sum of n_modes], as `StnEnv.action_masks`."""
        return self._batch.masks()

    def episode_plant(self, row: int) -> StnPlant:
        """The plant that really runs in a row's episode."""
        return self._batch.episode_plant(row)
