"""A batch of STN plants: n rows over one kernel. Single and vector envs are thin faces of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..twins.errors import InputError
from ..twins.events import event_tables
from ..twins.handle import make_handle
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from ..twins.simulate import stn_series
from ..twins.stn_state import (
    BASE_LOAD_KW,
    BASELINE_LOAD_KW,
    BUY_PRICE,
    COST_PARTS,
    GENERATION_KW,
    METER,
    SELL_PRICE,
    StnState,
    event_of,
    new_state,
    new_work,
)
from ..twins.stn_tables import Floats, StnTables, compile_tables
from ..twins.value_checks import check_number
from . import batch_kernel as kernel
from .observation import Float32s, build_observation, mean_price
from .stn_setup import StnSetup as StnSetup
from .stn_setup import all_days


class StnBatch:
    """n rows of one plant, each in its own episode. Knows nothing of Gymnasium.

    Args:
        setup: what is simulated.
        rows: number of plants.
        threads: threads that share the rows.
        same_step: whether ended rows restart within the step.

    Raises:
        InputError: arguments that make no env, naming the argument and the fix.
    """

    def __init__(
        self, setup: StnSetup, rows: int = 1, threads: int = 1, *, same_step: bool = False
    ) -> None:
        plant = setup.plant if isinstance(setup.plant, StnPlant) else load_plant(setup.plant)
        self.plant = plant
        self.tables = compile_tables(plant, setup.step_minutes)
        scenarios = all_days(setup, plant)
        everything = stn_series(plant, self.tables, scenarios)
        self.scenarios = scenarios.split(setup.split)
        chosen = np.searchsorted(scenarios.dates, self.scenarios.dates)
        series = everything.days(chosen)
        events = event_tables(plant, setup.dr, self.tables)
        # Whatever the split, so that what is trained on one can be judged on another.
        has_dr = events.probability >= 0 or any(scenarios.dr_events)
        self.observed, shown = build_observation(plant, self.tables, self.scenarios, has_dr)
        self.n_observed = sum(entry.size for entry in self.observed)
        self._n_account = len(COST_PARTS) + len(METER) + 2 * len(plant.tasks)
        self.reference_cost = mean_price(plant) * plant.max_power_kw * plant.horizon_h
        """Cost that a reward of -1 stands for: a day at full power at the tariff's mean price."""
        self.autoreset = kernel.SAME_STEP if same_step else kernel.NEXT_STEP
        self._threads = max(1, min(threads, rows))
        self._arrays = kernel.BatchArrays(
            tables=self.tables,
            series=series,
            events=events,
            shown=shown,
            state=new_state(self.tables, rows),
            work=new_work(self.tables, self._threads * kernel.THREAD_ROWS),
            request=np.zeros((rows, len(plant.tasks))),
            results=self._new_results(rows, same_step),
            day_share=np.cumsum(self.scenarios.weight) / np.sum(self.scenarios.weight),
            reward_weights=_reward_weights(setup.reward) / -self.reference_cost,
        )
        self.state: StnState = self._arrays.state
        """The live state of all rows; changing it changes the plants."""
        self.results: kernel.Results = self._arrays.results
        """Results of the last step; overwritten by the next."""
        self._connect()

    def _new_results(self, rows: int, same_step: bool) -> kernel.Results:
        return kernel.Results(
            reward=np.zeros(rows),
            ended=np.zeros(rows, np.bool_),
            final_obs=np.zeros((rows if same_step else 0, self.n_observed), np.float32),
        )

    def _connect(self) -> None:
        """Make what cannot be copied or pickled: the kernel's handle and the threads."""
        self._handle = make_handle(self._arrays)
        self._pool = ThreadPoolExecutor(self._threads - 1) if self._threads > 1 else None

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_handle", "_pool")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # Copies of read-only arrays can be written to, and kernels would compile anew for them.
        for table in self.tables:
            if isinstance(table, np.ndarray):
                table.setflags(write=False)
        self._connect()

    def close(self) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    @property
    def n_modes(self) -> list[int]:
        """Modes of each task, standing included."""
        return [int(n) for n in self.tables.n_modes]

    def seed_row(self, row: int, seed: int) -> None:
        """Start the row's random stream anew."""
        self.state.rng[row] = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]

    def reset_row(self, row: int, obs: Float32s, day: int = -1) -> None:
        """Start a row on a random day, or on the day with that index; write obs [observed]."""
        kernel.reset_row(self._handle, row, day, obs)

    def observe_row(self, row: int, obs: Float32s) -> None:
        """Write the observation of a row [observed]."""
        kernel.observe_row(self._handle, row, obs)

    def step(self, action: ArrayLike) -> tuple[Float32s, Floats]:
        """Run all rows for a step.

        Args:
            action: modes, or levels from -1 (stand) to 1 (full rate) [rows, J]; [J] for one row.

        Returns:
            Fresh observations [rows, observed], and accounts [rows, parts + metered + 2 J]: the
            cost parts [currency], what was metered, the levels asked for and those that ran.

        Raises:
            InputError: an action of the wrong shape or kind, or out of range; no row has moved.
        """
        table = self._action_table(action)
        rows, continuous = len(table), self.tables.continuous
        obs = np.empty((rows, self.n_observed), np.float32)
        account = np.empty((rows, self._n_account))
        if self._pool is None:
            run = kernel.run_levels if continuous else kernel.run_modes
            bad = run(self._handle, table, self.autoreset, obs, account)
        else:
            bad = (kernel.take_levels if continuous else kernel.take_modes)(self._handle, table)
            if bad < 0:
                self._step_in_threads(self._pool, obs, account)
        if bad >= 0:
            raise self._bad_action(table, bad)
        return obs, account

    def _bad_action(self, table: NDArray[Any], row: int) -> InputError:
        tops = [n - 1 for n in self.n_modes]
        fix = "levels from -1 to 1" if self.tables.continuous else f"modes from 0 to {tops}"
        return InputError(f"action of row {row}", table[row].tolist(), f"give {fix}, one a task")

    def _action_table(self, action: ArrayLike) -> NDArray[Any]:
        """The action as a contiguous array [rows, J] of the kernel's type."""
        try:
            given = np.asarray(action)
        except ValueError as error:
            raise InputError("action", action, f"give one array of numbers ({error})") from error
        shape = self._arrays.request.shape
        if given.shape != shape:
            if shape[0] > 1 or given.shape != shape[1:]:
                wanted = shape if shape[0] > 1 else shape[1:]
                raise InputError("action shape", given.shape, f"give an action of shape {wanted}")
            given = given.reshape(shape)
        if self.tables.continuous:
            if given.dtype.kind not in "fiu":
                raise InputError("action dtype", str(given.dtype), "give numbers from -1 to 1")
            return np.ascontiguousarray(given, np.float64)
        if given.dtype.kind not in "iu":
            raise InputError("action dtype", str(given.dtype), "give whole modes (integers)")
        return np.ascontiguousarray(given, np.int64)

    def _step_in_threads(self, pool: ThreadPoolExecutor, obs: Float32s, account: Floats) -> None:
        edges = [len(obs) * k // self._threads for k in range(self._threads + 1)]

        def run(thread: int) -> None:
            start, stop = edges[thread : thread + 2]
            kernel.step_rows(self._handle, thread, start, stop, self.autoreset, obs, account)

        others = [pool.submit(run, thread) for thread in range(1, self._threads)]
        run(0)
        for other in others:
            other.result()

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

    def _write_masks(self, masks: NDArray[np.bool_]) -> None:
        kernel.mask_rows(self._handle, 0, len(masks), masks)

    def levels_to_action(self, levels: Floats) -> NDArray[Any]:
        """The action that asks for levels [..., J]."""
        if self.tables.continuous:
            return np.asarray(levels * (2.0 / (self.tables.n_modes - 1)) - 1.0)
        return np.rint(levels).astype(np.int64)

    def date(self, row: int) -> str:
        """Date of the day that a row runs, as YYYY-MM-DD."""
        return str(self.scenarios.dates[self.state.day[row]])

    def episode_plant(self, row: int) -> StnPlant:
        """The plant that a row really runs in its episode: here the plant itself."""
        return self.plant

    def episode_tables(self, row: int) -> StnTables:
        """The tables by which a row really runs in its episode: here those of the plant."""
        return self.tables

    def resume(self) -> None:
        """Take up a state that was just written to `state`."""

    def _day_series(self, row: int) -> Floats:
        """What happens on the day of a row, by `StnSeries.values` [5, T]; a copy."""
        values: Floats = self._arrays.series.values[self.state.day[row]]
        return values.T.copy()

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


def _reward_weights(weights: Mapping[str, float] | None) -> Floats:
    given = dict(weights or {})
    for part, weight in given.items():
        if part not in COST_PARTS:
            raise InputError("reward", part, f"weigh cost parts: {', '.join(COST_PARTS)}")
        check_number(f"reward {part!r}", weight, low=-math.inf)
    return np.array([float(given.get(part, 1.0)) for part in COST_PARTS])
