"""A batch whose rows run a freshly drawn plausible plant in every episode.

Each row has tables and a day of series of its own, and a handle on the same kernels. What is told
(observations, views) is told in terms of the nominal plant; what happens follows the row's own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..twins.errors import InputError
from ..twins.handle import make_handle
from ..twins.intervals import BASE_LOAD, Intervals
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.plausible import PlausiblePlants
from ..twins.scenarios import Scenarios
from ..twins.stn_state import BASELINE_LOAD_KW, StnSeries
from ..twins.stn_tables import Floats, Ints, StnTables
from . import batch_kernel as kernel
from .baseline_load import BaselineLoad, with_load
from .observation import Float32s
from .plant_parts import DISABLED, SAME_STEP
from .plausible_tables import PlausibleTables
from .stn_batch import StnBatch
from .stn_setup import StnSetup, all_days


def make_batch(
    setup: StnSetup, rows: int = 1, threads: int = 1, *, same_step: bool = False
) -> StnBatch:
    """The batch for a setup: with intervals each episode runs a plant of its own.

    Raises:
        InputError: as `StnBatch` and `PlausibleBatch`.
    """
    if not setup.intervals:
        return StnBatch(setup, rows, threads, same_step=same_step)
    if threads > 1:
        raise InputError("threads", threads, "use 1 with intervals: rows run one by one then")
    return PlausibleBatch(setup, rows, same_step=same_step)


class PlausibleBatch(StnBatch):
    """n rows, each on a plant that is drawn from intervals when its episode starts.

    The plant of an episode is a function of the row's random stream as it stands after the reset,
    so a state carries its plant. The stream itself moves on as without intervals: the same seed
    gives the same days and events.

    Args:
        setup: what is simulated.
        rows: number of rows.
        same_step: whether ended rows restart within the step.

    Raises:
        InputError: arguments that make no env, or intervals that do not fit the plant.
    """

    def __init__(self, setup: StnSetup, rows: int = 1, *, same_step: bool = False) -> None:
        super().__init__(setup, rows, same_step=same_step)
        arrays, days = self._arrays, all_days(setup, self.plant)
        self._plants = PlausiblePlants(self.plant, _chosen_intervals(self.plant, setup.intervals))
        _check_base_load(self._plants, days)
        self._values = np.tile(self._plants.own, (rows, 1))
        self._own = PlausibleTables(self._plants, self.tables, rows)
        self._baseline: BaselineLoad | None = None
        if arrays.shown.has_dr and "baseline_load_kw" not in days.series:
            self._baseline = BaselineLoad(self.plant, self.tables, days)
        first = np.zeros(rows, np.int64)
        self._series: StnSeries = arrays.series.days(first)
        """The day of each row, as its plant meets it."""
        self._expected: Float32s = arrays.shown.expected[first]
        # Stocks and what is missing stand first, after the time.
        self._clipped = slice(1, 1 + len(self.plant.materials) + len(arrays.shown.targets))
        self._connect_rows()

    def _connect_rows(self) -> None:
        """Make the handles: one for what is told, and one a row for what happens there."""
        arrays, rows = self._arrays, len(self._values)
        told = arrays._replace(
            series=self._series,
            shown=arrays.shown._replace(expected=self._expected),
            state=arrays.state._replace(day=np.arange(rows)),
        )
        self._told = make_handle(told)
        self._true = [
            make_handle(told._replace(tables=self._own.tables(row))) for row in range(rows)
        ]

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k not in ("_told", "_true")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._connect_rows()

    def reset_row(self, row: int, obs: Float32s, day: int = -1) -> None:
        """Start a row on a fresh plant, on a random day or the one with that index; write obs."""
        super().reset_row(row, obs, day)
        self._take_plants(np.array([row]))
        self.observe_row(row, obs)

    def resume(self) -> None:
        """Give each row the plant that belongs to the state just written."""
        self._take_plants(np.arange(len(self._values)))

    def _take_plants(self, rows: Ints) -> None:
        """Draw the plants of the rows' episodes, and write their tables and their days."""
        seeds, days = self.state.rng[rows].tolist(), self.state.day[rows]
        values = np.array([self._plants.draw(np.random.default_rng(seed)) for seed in seeds])
        self._values[rows] = values
        self._own.write(rows, values)
        self._expected[rows] = self._arrays.shown.expected[days]
        more_kw = self._plants.more(BASE_LOAD, values)
        self._series.values[rows] = with_load(self._arrays.series.values[days], more_kw)
        if self._baseline is not None:
            for row, day, row_more_kw in zip(rows, days, more_kw, strict=True):
                self._series.values[row, :, BASELINE_LOAD_KW] = self._baseline.of(
                    self._own.tables(row), self.scenarios.dates[day], row_more_kw
                )

    def observe_row(self, row: int, obs: Float32s) -> None:
        """Write the observation of a row [observed]."""
        kernel.observe_row(self._told, row, obs)
        self._clip(obs)

    def _clip(self, obs: Float32s) -> None:
        """Show stocks beyond the nominal limits as at the limits [..., observed]."""
        shown = obs[..., self._clipped]
        np.maximum(shown, 0.0, out=shown)
        np.minimum(shown, 1.0, out=shown)

    def step(self, action: ArrayLike) -> tuple[Float32s, Floats]:
        """Run all rows for a step; as `StnBatch.step`."""
        table = self._action_table(action)
        take = kernel.take_levels if self.tables.continuous else kernel.take_modes
        bad = take(self._handle, table)
        if bad >= 0:
            raise self._bad_action(table, bad)
        obs = np.empty((len(table), self.n_observed), np.float32)
        account = np.zeros((len(table), self._n_account))
        over = self.state.over.tolist()
        for row, handle in enumerate(self._true):
            if not over[row]:
                kernel.step_rows(handle, 0, row, row + 1, DISABLED, obs, account)
        if any(over):
            self._restart(np.flatnonzero(over), obs)
            self.results.reward[over], self.results.ended[over] = 0.0, False
        self._observe(obs)
        if self.autoreset == SAME_STEP and self.results.ended.any():
            ended = np.flatnonzero(self.results.ended)
            self.results.final_obs[ended] = obs[ended]
            self._restart(ended, obs)
            self._observe(obs)
        return obs, account

    def _restart(self, rows: Ints, obs: Float32s) -> None:
        """Start rows on random days and fresh plants; what is written to obs counts for nothing."""
        for row in rows:
            kernel.reset_row(self._handle, row, -1, obs[row])
        self._take_plants(rows)

    def _observe(self, obs: Float32s) -> None:
        """Write the observations of all rows [n, observed]."""
        kernel.observe_rows(self._told, obs)
        self._clip(obs)

    def _write_masks(self, masks: NDArray[np.bool_]) -> None:
        for row, handle in enumerate(self._true):
            kernel.mask_rows(handle, row, row + 1, masks)

    def episode_plant(self, row: int) -> StnPlant:
        """The plant that a row runs in its episode."""
        return self._plants.plant(self._values[row])

    def episode_tables(self, row: int) -> StnTables:
        """The tables by which a row runs in its episode; a copy that later episodes leave alone."""
        return self._own.copy(row)

    def _day_series(self, row: int) -> Floats:
        values: Floats = self._series.values[row]
        return values.T.copy()

    def outlook(self, row: int, *, hindsight: bool = False) -> Outlook:
        """What is known in a row: in terms of the nominal plant, with hindsight of its own."""
        outlook = super().outlook(row, hindsight=hindsight)
        if not hindsight:
            stock_t, tables = outlook.stock_t, self.tables
            np.clip(stock_t, tables.stock_min_t, tables.stock_max_t, out=stock_t)
        return outlook


def _chosen_intervals(plant: StnPlant, given: Intervals | bool) -> Intervals:
    if given is not True:
        assert given is not False
        return given
    if not plant.intervals:
        raise InputError(
            "intervals",
            True,
            f"plant {plant.name!r} has no [intervals]; give it some, or a mapping",
        )
    return plant.intervals


def _check_base_load(plants: PlausiblePlants, days: Scenarios) -> None:
    """Days of one's own may come close to the import limit already."""
    more_kw, limit_kw = (
        float(plants.more(BASE_LOAD, plants.high)),
        plants.nominal.site.import_limit_kw,
    )
    highest_kw = float(days.series["base_load_kw"].max()) + more_kw
    if highest_kw > limit_kw * (1 + 1e-9):
        raise InputError(
            f"intervals {BASE_LOAD!r} high",
            plants.nominal.site.base_load_kw + more_kw,
            f"the days reach {highest_kw:g} kW with it; keep them within {limit_kw:g} kW",
        )
