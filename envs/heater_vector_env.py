"""Many SETS heaters in one call: Gymnasium's `VectorEnv` over the compiled batch."""

from __future__ import annotations

import os
from collections.abc import Mapping

from gymnasium.vector import AutoresetMode

from ..twins.heater import HeaterPlant
from ..twins.heater_episode_state import HeaterState
from ..twins.heater_episodes import Actions, EpisodeForm
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_terms import HeaterTerms
from ..twins.scenarios import Scenarios
from .heater_batch import HeaterBatch, HeaterSetup
from .plant_vector_env import PlantVectorEnv


class SetsHeaterVectorEnv(PlantVectorEnv[HeaterState, HeaterOutlook]):
    """n heaters; row i seeded s is bit-equal to a `SetsHeaterEnv` seeded s + i.

    Args:
        num_envs: number of rows.
        plant: as `SetsHeaterEnv`, like the following arguments.
        market: see `SetsHeaterEnv`.
        scenarios: see `SetsHeaterEnv`.
        terms: see `SetsHeaterEnv`.
        split: see `SetsHeaterEnv`.
        days: see `SetsHeaterEnv`.
        start_hour: see `SetsHeaterEnv`.
        dr: see `SetsHeaterEnv`.
        actions: see `SetsHeaterEnv`.
        forecast_error: see `SetsHeaterEnv`.
        reward: see `SetsHeaterEnv`.
        autoreset_mode: `"NextStep"`, `"SameStep"` (with `final_obs` in info) or `"Disabled"`.
        threads: threads that share the rows; results do not depend on it.

    Raises:
        InputError: arguments that make no env.
    """

    _batch: HeaterBatch

    def __init__(
        self,
        num_envs: int = 1,
        plant: HeaterPlant | str | os.PathLike[str] = "sets_heater",
        market: str = "belgium-real-time",
        scenarios: Scenarios | None = None,
        terms: HeaterTerms | None = None,
        split: str = "train",
        days: int = 1,
        start_hour: int = 13,
        dr: bool = True,
        actions: Actions = "continuous",
        forecast_error: float = 1.0,
        reward: Mapping[str, float] | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        threads: int = 1,
    ) -> None:
        form = EpisodeForm(
            days=days, start_hour=start_hour, dr=dr, actions=actions,
            forecast_error=forecast_error,
        )  # fmt: skip
        setup = HeaterSetup(plant, market, scenarios, terms, split, form, reward)
        super().__init__(
            lambda same_step: HeaterBatch(setup, num_envs, threads, same_step=same_step),
            num_envs,
            autoreset_mode,
            threads,
        )

    @property
    def batch(self) -> HeaterBatch:
        """The heaters behind the env."""
        return self._batch
