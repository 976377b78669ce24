"""The single env of the SETS heater."""

from __future__ import annotations

import os
from collections.abc import Mapping

import numpy as np
from gymnasium.core import RenderFrame

from ..twins.heater import HeaterPlant
from ..twins.heater_episode_state import HeaterState
from ..twins.heater_episodes import Actions, EpisodeForm
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_terms import HeaterTerms
from ..twins.scenarios import Scenarios
from ..twins.stn_tables import Floats
from .heater_batch import HeaterBatch, HeaterSetup
from .heater_record import HeaterRecord
from .plant_env import PlantEnv


class SetsHeaterEnv(PlantEnv[HeaterState, HeaterOutlook]):
    """An electric heater with a brick store that warms an office under real-time prices.

    ## Description
    The heater of Ji et al., Energies 2019, 12(24), 4744: 1 MW, 10 MWh of hot bricks, a fan, a water
    circuit and a building (`docs/heater.md`). Every quarter of an hour the agent sets heater power
    and fan. The imbalance price of Belgium shows when the quarter begins; the day-ahead price is its
    forecast. Weather is forecast with errors that grow with the time ahead. The grid operator calls
    for less load, or, when wind would be curtailed, for more.

    ## Action Space
    `Box(-1, 1)` of 2 numbers; limits of brick, water and fan change what cannot run
    (`info["requested"]`, `info["applied"]`). With `actions="stages"` it is `MultiDiscrete([21, 13])`.

    | Num | Control | -1 | 1 | Stages |
    |---|---|---|---|---|
    | 0 | heater power | 0 kW | 1000 kW | 0 to 20, 50 kW each |
    | 1 | fan fraction | stands | full fan | 0 stands; 1 to 12, from 0.03 to 1, each 1.38 times the last |

    A fan fraction below 0.03 stands.

    ## Observation Space
    `Box` of 148 float32 numbers. Windows are interleaved: this step of each, then the next hours.

    | Num | Observation | Min | Max | 1.0 is | Meaning |
    |---|---|---|---|---|---|
    | 0 | time | 0 | 1 | 1 d | time since the start of the episode |
    | 1 | time_of_day | 0 | 1 | 24 h | time since 13 h was last |
    | 2 | brick | 0 | 1 | 700 degC | brick temperature |
    | 3 | water | 0 | 1 | 95 degC | mean water temperature |
    | 4 | room | -1 | 1 | 10 K | room temperature above 18 degC |
    | 5 | mass | -1 | 1 | 10 K | temperature of the building mass above 18 degC |
    | 6 | tripped | 0 | 1 | flag | 1 if the heater has tripped |
    | 7 | power | 0 | 1 | 1000 kW | heater power of the step before |
    | 8 | fan | 0 | 1 | full fan | fan fraction of the step before |
    | 9 | peak | 0 | 1 | 1018 kW | highest load of the episode so far |
    | 10 | heat | -1 | 1 | 9996 kWh | heat in the four stores, less that at the start |
    | 11 | missing_price | 0 | 1 | 0.532652 EUR/kWh | price of heat that the end lacks |
    | 12 | surplus_price | 0 | 1 | 0.532652 EUR/kWh | what heat more than at the start earns |
    | 13 | reduce_active | 0 | 1 | flag | 1 within the window of the next known call to draw less |
    | 14 | reduce_starts_in | 0 | 1 | 1 d | until the window of the next known call to draw less; 1 if none |
    | 15 | reduce_ends_in | 0 | 1 | 1 d | until its window ends; 1 if none |
    | 16 | reduce_award | 0 | 1 | 1018 kW | its awarded change of the load; 0 if none |
    | 17 | reduce_baseline | 0 | 1 | 1018 kW | mean baseline load of the rest of its window; 0 if none |
    | 18 | absorb_active | 0 | 1 | flag | 1 within the window of the next known call to draw more |
    | 19 | absorb_starts_in | 0 | 1 | 1 d | until the window of the next known call to draw more; 1 if none |
    | 20 | absorb_ends_in | 0 | 1 | 1 d | until its window ends; 1 if none |
    | 21 | absorb_award | 0 | 1 | 1018 kW | its awarded change of the load; 0 if none |
    | 22 | absorb_baseline | 0 | 1 | 1018 kW | mean baseline load of the rest of its window; 0 if none |
    | 23-147 step 5 | buy_price | -1 | 1 | 0.532652 EUR/kWh | price in this step, then expected means of the hours that follow it; 0 beyond the end |
    | 24-147 step 5 | ambient | -1 | 1 | 30 degC | outside temperature, likewise |
    | 25-147 step 5 | wind | 0 | 1 | 20 m/s | wind speed, likewise |
    | 26-147 step 5 | ghi | 0 | 1 | 1000 W/m2 | irradiance, likewise |
    | 27-147 step 5 | occupancy | 0 | 1 | full | people in the building, likewise |

    ## Rewards
    -(cost of the step in EUR) / 268.506; the parts are purchase, demand, dr_penalty, dr_subsidy,
    comfort and heat (`info["cost"]`, in currency). `heat` settles in the last step what the four
    stores hold more or less than at the start; the prices are known from the start on.

    ## Starting State
    A day of the split at random, 13 h. Brick from 200 to 400 degC at random, room at 18.5 degC, water
    and mass in balance with the weather of the day before. `reset(options={"day": "2025-02-14"})`
    chooses the day.

    ## Episode End
    Terminated after 96 steps of a quarter of an hour. Never truncated.

    ## Arguments
    * `plant`: a `HeaterPlant`, the name of a shipped one, or the path of a TOML file.
    * `market`: `"belgium-real-time"`, `"belgium-day-ahead"` or `"shenyang"`: days and terms.
    * `scenarios`: days of your own instead, such as `heater_markets.tariff_scenarios` makes.
    * `terms`: a `HeaterTerms` of your own: charges, calls, comfort, first brick temperature.
    * `split`: `"train"`, `"validation"`, `"test"` or `"all"`.
    * `days`: length of an episode, 1 to 7.
    * `start_hour`: clock hour at which episodes begin and forecasts are made.
    * `dr`: whether the grid operator calls.
    * `actions`: `"continuous"` or `"stages"`.
    * `forecast_error`: what the errors of the weather forecast are multiplied by; 0 for none.
    * `reward`: weight of each cost part in the reward, 1 where not named.
    * `render_mode`: `"ansi"`.

    ## Version History
    * v0: first release.
    """

    metadata = {"render_modes": ["ansi"], "render_fps": 4}  # noqa: RUF012 - gymnasium's

    _batch: HeaterBatch

    def __init__(
        self,
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
        render_mode: str | None = None,
    ) -> None:
        form = EpisodeForm(
            days=days, start_hour=start_hour, dr=dr, actions=actions,
            forecast_error=forecast_error,
        )  # fmt: skip
        setup = HeaterSetup(plant, market, scenarios, terms, split, form, reward)
        super().__init__(HeaterBatch(setup), render_mode)

    @property
    def batch(self) -> HeaterBatch:
        """The heater behind the env, as a batch of one row."""
        return self._batch

    @property
    def plant(self) -> HeaterPlant:
        """The heater."""
        return self._batch.plant

    @property
    def terms(self) -> HeaterTerms:
        """What energy, peak, calls and cold cost."""
        return self._batch.terms

    def record(self) -> HeaterRecord:
        """The episode so far, for pictures. Filled only if the env has a render mode."""
        account = self._accounts()
        return HeaterRecord(
            plant=self.plant,
            terms=self.terms,
            date=self._batch.date(0),
            temp_c=np.array([*(before for before, _ in self._history), self._snapshot()]),
            meter=account[:, self._n_parts : self._requested_from],
            cost=account[:, : self._n_parts],
            outlook=self.view(),
        )

    def _snapshot(self) -> Floats:
        temp_c: Floats = self._batch.state.temp_c[0].copy()
        return temp_c

    def _picture(self, mode: str) -> RenderFrame | None:
        from .heater_picture import heater_text

        return heater_text(self.record())
