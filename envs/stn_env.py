"""The single STN factory env, and the env classes of the shipped plants."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
from gymnasium.core import RenderFrame
from numpy.typing import NDArray

from ..twins.intervals import Intervals
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.stn_state import COST_PARTS, METER, StnState
from ..twins.stn_tables import Floats, StnTables
from ..twins.tariff import DrEventProcess
from .day_record import DayRecord
from .plant_env import PlantEnv
from .plausible_batch import make_batch
from .stn_batch import StnBatch
from .stn_setup import StnSetup

N_PARTS = len(COST_PARTS)
N_ACCOUNT = N_PARTS + len(METER)
"""Numbers of a row's account before the levels."""

RENDER_MODES = ("human", "rgb_array", "ansi")


class StnEnv(PlantEnv[StnState, Outlook]):
    """A factory that is run for a day under prices, generation and demand response.

    ## Description
    Materials flow through tasks; each task stands or runs in one of its modes. The shield changes
    a request only where it would break a stock limit, the import limit or a minimum run time.

    ## Action Space
    `MultiDiscrete`, a mode a task, 0 standing; for continuous plants `Box(-1, 1)`, a level a
    task, -1 standing and 1 full rate. `action_masks()` tells which modes may be asked for.

    ## Observation Space
    A flat `Box` of float32, scaled to [0, 1] or [-1, 1]. `observation_names` names every number;
    `plantgym.envs.spaces.observation_table` prints the table. `view()` has the same knowledge in
    physical units.

    ## Rewards
    -(sum of weight x cost part) / `reference_cost`, with the parts purchase, sales, labour, trip,
    demand, dr_penalty, dr_subsidy, shortfall (`info["cost"]`, in the plant's currency).

    ## Starting State
    The plant's initial stocks, all tasks standing, on a day drawn from the split.
    `reset(options={"day": "2025-06-01"})` chooses the day.

    ## Episode End
    Terminated after the last step of the day, when the target is settled. Never truncated.

    ## Arguments
    Those of `StnSetup`: `plant`, `market`, `scenarios`, `split`, `dr`, `step_minutes`, `reward`,
    `intervals`; and `render_mode`.

    ## Version History
    * v0: first release.
    """

    metadata = {"render_modes": list(RENDER_MODES), "render_fps": 4}  # noqa: RUF012 - gymnasium's

    _batch: StnBatch

    def __init__(
        self,
        plant: StnPlant | str | os.PathLike[str] = "cement_mill",
        market: str = "belgium-real-time",
        scenarios: Scenarios | None = None,
        split: str = "train",
        dr: DrEventProcess | bool = False,
        step_minutes: int = 60,
        reward: Mapping[str, float] | None = None,
        intervals: Intervals | bool = False,
        render_mode: str | None = None,
    ) -> None:
        setup = StnSetup(plant, market, scenarios, split, dr, step_minutes, reward, intervals)
        super().__init__(make_batch(setup), render_mode)

    @property
    def batch(self) -> StnBatch:
        """The plant behind the env, as a batch of one row."""
        return self._batch

    @property
    def plant(self) -> StnPlant:
        """The plant as given: the nominal one, where `intervals` vary it."""
        return self._batch.plant

    @property
    def episode_plant(self) -> StnPlant:
        """The plant that really runs in this episode: `plant`, or one drawn from `intervals`."""
        return self._batch.episode_plant(0)

    @property
    def episode_tables(self) -> StnTables:
        """The tables of `episode_plant`: with `hindsight()`, what the optimum is planned on."""
        return self._batch.episode_tables(0)

    def action_masks(self) -> NDArray[np.bool_]:
        """Modes that may be asked for, task after task [sum of n_modes] (MaskablePPO's layout).

        False where the shield would surely change the mode, or where standing would be a trip
        while a running mode may do. Continuous plants have no masks.
        """
        masks: NDArray[np.bool_] = self._batch.masks()[0]
        return masks

    def view(self) -> Outlook:
        """What may be known now, in physical units: what rules and planners read.

        In terms of `plant`: where `intervals` let a stock go beyond its limits, it is at the limit.
        """
        return super().view()

    def hindsight(self) -> Outlook:
        """The view of `episode_plant` with all realised series and the event: for the oracle."""
        return super().hindsight()

    def record(self) -> DayRecord:
        """The day so far, for pictures. Filled only if the env has a render mode."""
        batch, account = self._batch, self._accounts()
        stocks = [before for before, _ in self._history]
        return DayRecord(
            plant=self.episode_plant,
            date=batch.date(0),
            step_h=batch.tables.step_h,
            level=account[:, self._applied_from :],
            stock_t=np.array([*stocks, batch.state.stock_t[0]]),
            meter=account[:, N_PARTS:N_ACCOUNT],
            cost=account[:, :N_PARTS],
            outlook=batch.outlook(0),
        )

    def _snapshot(self) -> Floats:
        stock_t: Floats = self._batch.state.stock_t[0].copy()
        return stock_t

    def _picture(self, mode: str) -> RenderFrame | None:
        from .rendering import render

        return render(self.record(), mode)
