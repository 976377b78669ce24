"""A batch of heaters: n rows over one kernel. Single and vector envs are thin faces of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.heater import HeaterPlant
from ..twins.heater_day import design_heat_kw
from ..twins.heater_episode_state import (
    COST_PARTS,
    METER,
    MISSING,
    SURPLUS,
    HeaterState,
    HeaterTables,
    new_heater_state,
)
from ..twins.heater_episodes import (
    EpisodeForm,
    check_days,
    days_weather,
    heater_calls,
    heater_env_tables,
    make_episodes,
)
from ..twins.heater_markets import find_market
from ..twins.heater_outlook import CALL_KINDS, HeaterCall, HeaterOutlook
from ..twins.heater_terms import HeaterTerms
from ..twins.heater_toml import load_heater
from ..twins.heater_weather import HeaterWeather
from ..twins.scenarios import Scenarios
from ..twins.stn_state import NO_EVENT
from ..twins.stn_tables import Ints
from ..twins.value_checks import check_flag
from . import heater_batch_kernel as kernel
from .heater_observation import build_heater_observation
from .plan_views import HeaterPlanView
from .plant_batch import PlantBatch, reward_weights
from .plant_parts import Kernels, new_results
from .stn_setup import check_days_given


@dataclass(frozen=True, slots=True)
class HeaterSetup:
    """What is to be simulated; the arguments of every heater env.

    Args:
        plant: a heater, the name of a shipped one, or the path of a TOML file.
        market: `"belgium-real-time"`, `"belgium-day-ahead"` or `"shenyang"`: days and terms.
        scenarios: days of your own instead of a market's.
        terms: terms of your own instead of a market's.
        split: days to draw from: `"train"`, `"validation"`, `"test"` or `"all"`.
        form: days, start hour and actions of the episodes, and whether there are calls.
        reward: weight of each cost part in the reward, 1 where not named.

    Raises:
        InputError: `scenarios`, `terms` or the form's `dr` of another kind.
    """

    plant: HeaterPlant | str | os.PathLike[str] = "sets_heater"
    market: str = "belgium-real-time"
    scenarios: Scenarios | None = None
    terms: HeaterTerms | None = None
    split: str = "train"
    form: EpisodeForm = field(default_factory=EpisodeForm)
    reward: Mapping[str, float] | None = None

    def __post_init__(self) -> None:
        check_days_given(self.scenarios)
        check_flag("dr", self.form.dr)
        if not isinstance(self.terms, HeaterTerms | None):
            raise InputError("terms", self.terms, "give HeaterTerms, or None for the market's")


class HeaterBatch(PlantBatch[HeaterState, HeaterOutlook]):
    """n rows of one heater, each in its own episode. Knows nothing of Gymnasium.

    Args:
        setup: what is simulated.
        rows: number of heaters.
        threads: threads that share the rows.
        same_step: whether ended rows restart within the step.

    Raises:
        InputError: arguments that make no env, naming the argument and the fix.
    """

    kernels = Kernels(
        kernel.reset_row, kernel.observe_row, kernel.take_modes, kernel.take_levels,
        kernel.run_modes, kernel.run_levels, kernel.step_rows,
    )  # fmt: skip
    cost_parts, meter, control = COST_PARTS, METER, "control"
    plant: HeaterPlant
    tables: HeaterTables
    _arrays: kernel.HeaterArrays

    def __init__(
        self, setup: HeaterSetup, rows: int = 1, threads: int = 1, *, same_step: bool = False
    ) -> None:
        given, form = setup.plant, setup.form
        self.plant = given if isinstance(given, HeaterPlant) else load_heater(given)
        self.form = form
        self.terms = setup.terms or find_market(setup.market).terms
        days = setup.scenarios or find_market(setup.market).days()
        check_days(days, self.terms)
        self.tables = heater_env_tables(self.plant, self.terms, form)
        calls = heater_calls(self.terms, form)
        episodes = make_episodes(self.plant, days, self.terms, form, setup.split)
        self.scenarios = episodes.starts
        self._forecast = episodes.forecast
        self.observed, shown = build_heater_observation(
            self.plant, self.terms, form, calls, days, episodes.forecast
        )
        self.n_observed = sum(entry.size for entry in self.observed)
        self.reference_cost = _usual_cost(self.plant, self.terms, days) * form.days
        arrays = kernel.HeaterArrays(
            tables=self.tables,
            series=episodes.series,
            calls=calls,
            shown=shown,
            state=new_heater_state(rows, form.days),
            request=np.zeros((rows, 2)),
            results=new_results(rows, self.n_observed, same_step=same_step),
            start_share=np.cumsum(self.scenarios.weight) / np.sum(self.scenarios.weight),
            reward_weights=reward_weights(setup.reward, COST_PARTS) / -self.reference_cost,
        )
        self._begin(arrays, max(1, min(threads, rows)), same_step=same_step)

    def read_only(self) -> list[NDArray[Any]]:
        """The tables of the plant."""
        return [table for table in self.tables if isinstance(table, np.ndarray)]

    def greatest_state(self) -> dict[str, tuple[int, int | Ints]]:
        """Limits of starts, steps and calls."""
        steps = self.tables.n_steps
        return {
            "day": (0, self.scenarios.n_days - 1),
            "step": (0, steps),
            "call_steps": (NO_EVENT, steps),
        }

    def controls_to_action(self, power_kw: float, fan: float) -> NDArray[Any]:
        """The action that asks for a power and a fan fraction; the nearest stages, if in stages."""
        asked = np.array([power_kw / self.plant.heater.power_max_kw, fan])
        if self.tables.continuous:
            return np.clip(2.0 * asked - 1.0, -1.0, 1.0)
        stages = (self.tables.power_share, self.tables.fan)
        nearest = [np.abs(stage - ask).argmin() for stage, ask in zip(stages, asked, strict=True)]
        return np.array(nearest, np.int64)

    def plan_view(self) -> HeaterPlanView:
        """What quick plans of all rows may know."""
        return HeaterPlanView(self._arrays.series, self._forecast, self.state)

    def outlook(self, row: int, *, hindsight: bool = False) -> HeaterOutlook:
        """What is known in a row, in physical units; with hindsight also what is yet to come."""
        state, series, steps = self.state, self._arrays.series, self.tables.n_steps
        day, step = int(state.day[row]), int(state.step[row])
        first = int(series.first[day])
        known = series.values[first : first + steps].copy()
        if not hindsight and step < steps:
            made = step // 96
            ahead = self._forecast[series.forecast[day] + made, step + 1 - 96 * made :]
            known[step + 1 :] = ahead[: steps - step - 1]
        temp_c, prices = state.temp_c[row].copy(), series.heat_price[day]
        return HeaterOutlook(
            step=step,
            start_hour=self.form.start_hour,
            temp_c=temp_c,
            tripped=bool(state.tripped[row]),
            power_kw=float(state.control[row, 0]) * self.plant.heater.power_max_kw,
            fan=float(state.control[row, 1]),
            start_heat_kwh=float(state.start_kwh[row]),
            peak_kw=float(state.peak_kw[row]),
            buy_price_per_kwh=known[:, 0].copy(),
            weather=HeaterWeather(*known[:, 1:].T),
            baseline_load_kw=np.tile(series.baseline_kw[day], self.form.days),
            missing_price_per_kwh=float(prices[MISSING]),
            surplus_price_per_kwh=float(prices[SURPLUS]),
            calls=self._calls(row, steps if hindsight else step),
        )

    def _calls(self, row: int, step: int) -> tuple[HeaterCall, ...]:
        """The calls that are known at a step."""
        state, calls = self.state, []
        for k, (notice, start, end) in enumerate(state.call_steps[row].tolist()):
            if start != NO_EVENT and notice <= step:
                award_kw = float(state.award_kw[row, k])
                calls.append(HeaterCall(CALL_KINDS[k % 2], notice, start, end, award_kw))
        return tuple(sorted(calls, key=lambda call: call.start_step))


def _usual_cost(plant: HeaterPlant, terms: HeaterTerms, days: Scenarios) -> float:
    """Cost of a mean day's heat at the mean price of all splits [currency]."""
    price = float(np.abs(days.series["buy_price_per_kwh"]).mean()) or 1.0
    heat_kw = design_heat_kw(plant, days_weather(days), terms.room_set_c)
    return price * 24.0 * max(float(heat_kw.mean()), 1.0)
