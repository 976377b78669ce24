"""A batch of STN plants: n rows over one kernel. Single and vector envs are thin faces of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.events import event_tables
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from ..twins.scenarios import Scenarios
from ..twins.simulate import stn_series
from ..twins.stn_state import (
    BASE_LOAD_KW,
    BASELINE_LOAD_KW,
    BUY_PRICE,
    COST_PARTS,
    GENERATION_KW,
    METER,
    NO_EVENT,
    SELL_PRICE,
    StnSeries,
    StnState,
    event_of,
    new_state,
    new_work,
)
from ..twins.stn_tables import Floats, Ints, StnTables, compile_tables
from . import batch_kernel as kernel
from .observation import build_observation, mean_price
from .plan_views import FactoryPlanView
from .plant_batch import PlantBatch, reward_weights
from .plant_parts import THREAD_ROWS, Kernels, new_results
from .stn_setup import StnSetup as StnSetup
from .stn_setup import all_days


class StnBatch(PlantBatch[StnState, Outlook]):
    """n rows of one plant, each in its own episode. Knows nothing of Gymnasium.

    Args:
        setup: what is simulated.
        rows: number of plants.
        threads: threads that share the rows.
        same_step: whether ended rows restart within the step.

    Raises:
        InputError: arguments that make no env, naming the argument and the fix.
    """

    kernels = Kernels(
        kernel.reset_row, kernel.observe_row, kernel.take_modes, kernel.take_levels,
        kernel.run_modes, kernel.run_levels, kernel.step_rows,
    )  # fmt: skip
    cost_parts, meter, control = COST_PARTS, METER, "task"
    plant: StnPlant
    tables: StnTables
    _arrays: kernel.BatchArrays

    def __init__(
        self, setup: StnSetup, rows: int = 1, threads: int = 1, *, same_step: bool = False
    ) -> None:
        plant = setup.plant if isinstance(setup.plant, StnPlant) else load_plant(setup.plant)
        self.plant = plant
        self.tables = compile_tables(plant, setup.step_minutes)
        scenarios = all_days(setup, plant)
        everything = stn_series(plant, self.tables, scenarios)
        self._days = scenarios
        self.scenarios = scenarios.split(setup.split)
        chosen = np.searchsorted(scenarios.dates, self.scenarios.dates)
        series = everything.days(chosen)
        events = event_tables(plant, setup.dr, self.tables)
        # Whatever the split, so that what is trained on one can be judged on another.
        has_dr = events.probability >= 0 or any(scenarios.dr_events)
        self.observed, shown = build_observation(plant, self.tables, self.scenarios, has_dr)
        self.n_observed = sum(entry.size for entry in self.observed)
        # A day at full power at the tariff's mean price.
        self.reference_cost = mean_price(plant) * plant.max_power_kw * plant.horizon_h
        threads = max(1, min(threads, rows))
        arrays = kernel.BatchArrays(
            tables=self.tables,
            series=series,
            events=events,
            shown=shown,
            state=new_state(self.tables, rows),
            work=new_work(self.tables, threads * THREAD_ROWS),
            request=np.zeros((rows, len(plant.tasks))),
            results=new_results(rows, self.n_observed, same_step=same_step),
            day_share=np.cumsum(self.scenarios.weight) / np.sum(self.scenarios.weight),
            reward_weights=reward_weights(setup.reward, COST_PARTS) / -self.reference_cost,
        )
        self._begin(arrays, threads, same_step=same_step)

    def read_only(self) -> list[NDArray[Any]]:
        """The tables of the plant."""
        return [table for table in self.tables if isinstance(table, np.ndarray)]

    def greatest_state(self) -> dict[str, tuple[int, int | Ints]]:
        """Limits of days, steps, events and modes."""
        steps, top_mode = self.tables.n_steps, self.tables.n_modes - 1
        return {
            "day": (0, self.scenarios.n_days - 1),
            "step": (0, steps),
            "dr_steps": (NO_EVENT, steps),
            "level": (0, top_mode),
            "hold_level": (0, top_mode),
        }

    @property
    def series(self) -> StnSeries:
        """What happens on each day, as the kernels read it."""
        return self._arrays.series

    def past_days(self, row: int) -> Scenarios | None:
        """Days whose outcome may be known in a row's episode: the train days but its own.

        None if there is no other one.
        """
        days, splits = self._days, self._days.splits
        before = days.n_days if splits is None else int((days.dates < splits.validation_from).sum())
        others = np.flatnonzero(days.dates[:before] != np.datetime64(self.date(row)))
        return days.take(others) if len(others) else None

    def masks(self) -> NDArray[np.bool_]:
        """Modes that each task may ask for [rows, sum of n_modes].

        Raises:
            InputError: a continuous plant: it has levels, not modes.
        """
        if self.tables.continuous:
            raise InputError("action_masks", "continuous", "ask for masks of discrete plants only")
        masks = np.empty((len(self._arrays.request), sum(self.n_modes)), np.bool_)
        self._write_masks(masks)
        return masks

    def free_kw(self) -> Floats:
        """Power that the tasks may draw in the step to be decided, within the import limit [n]."""
        step = np.minimum(self.state.step, self.tables.n_steps - 1)
        now = self._arrays.series.values[self.state.day, step]
        free_kw: Floats = self.tables.import_limit_kw + now[:, GENERATION_KW] - now[:, BASE_LOAD_KW]
        return free_kw

    def _write_masks(self, masks: NDArray[np.bool_]) -> None:
        kernel.mask_rows(self._handle, 0, len(masks), masks)

    def episode_plant(self, row: int) -> StnPlant:
        """The plant that a row really runs in its episode: here the plant itself."""
        return self.plant

    def episode_tables(self, row: int) -> StnTables:
        """The tables by which a row really runs in its episode: here those of the plant."""
        return self.tables

    def _day_series(self, row: int) -> Floats:
        """What happens on the day of a row, by `StnSeries.values` [5, T]; a copy."""
        values: Floats = self._arrays.series.values[self.state.day[row]]
        return values.T.copy()

    def plan_view(self) -> FactoryPlanView:
        """What quick plans of all rows may know."""
        day = self.state.day
        return FactoryPlanView(
            stock_t=self.state.stock_t,
            step=self.state.step,
            forecast=self.scenarios.series["buy_forecast_per_kwh"][day],
            known=self._arrays.series.values[..., BUY_PRICE][day],
        )

    def outlook(self, row: int, *, hindsight: bool = False) -> Outlook:
        """What is known in a row, in physical units; with hindsight also what is yet to come."""
        state, given = self.state, self.scenarios.series
        day, step = int(state.day[row]), int(state.step[row])
        known = self._day_series(row)

        def mix(value: int, expected: Floats) -> Floats:
            ahead = slice(step + 1, None)
            mixed: Floats = known[value]
            if not hindsight:
                mixed[ahead] = expected[day, ahead]
            return mixed

        event = event_of(state.dr_steps[row], float(state.dr_award_kw[row]))
        if event is not None and event.notice_step > step and not hindsight:
            event = None
        return Outlook(
            step=step,
            stock_t=state.stock_t[row].copy(),
            level=state.level[row].copy(),
            hold_level=state.hold_level[row].copy(),
            hold_steps=state.hold_steps[row].copy(),
            peak_kw=float(state.peak_kw[row]),
            buy_price_per_kwh=mix(BUY_PRICE, given["buy_forecast_per_kwh"]),
            sell_price_per_kwh=mix(SELL_PRICE, given["sell_forecast_per_kwh"]),
            buy_forecast_per_kwh=given["buy_forecast_per_kwh"][day].copy(),
            sell_forecast_per_kwh=given["sell_forecast_per_kwh"][day].copy(),
            generation_kw=mix(GENERATION_KW, self.scenarios.generation_forecast_kw),
            base_load_kw=mix(BASE_LOAD_KW, given["base_load_kw"]),
            baseline_load_kw=known[BASELINE_LOAD_KW],
            dr=event,
        )
