"""The single STN factory env, and the env classes of the shipped plants."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import Space
from gymnasium.core import RenderFrame
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.intervals import Intervals
from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.stn_state import COST_PARTS, METER, NO_EVENT, StnState
from ..twins.stn_tables import StnTables
from ..twins.tariff import DrEventProcess
from . import spaces
from .day_record import DayRecord
from .plausible_batch import make_batch
from .stn_batch import StnBatch
from .stn_setup import StnSetup

N_PARTS = len(COST_PARTS)
N_ACCOUNT = N_PARTS + len(METER)
"""Numbers of a row's account before the levels."""

RENDER_MODES = ("human", "rgb_array", "ansi")


class StnEnv(gym.Env[NDArray[np.float32], NDArray[Any]]):
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
        if render_mode not in (None, *RENDER_MODES):
            raise InputError("render_mode", render_mode, f"use one of {RENDER_MODES} or None")
        self.render_mode = render_mode
        self._batch = make_batch(
            StnSetup(plant, market, scenarios, split, dr, step_minutes, reward, intervals)
        )
        self.observation_space: Space[Any] = spaces.observation_space(self._batch)
        self.action_space = spaces.action_space(self._batch)
        self._applied_from = N_ACCOUNT + len(self._batch.n_modes)
        self._seeded = False
        self._history: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []

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

    @property
    def observation_names(self) -> tuple[str, ...]:
        """A name for each number of an observation."""
        return spaces.observation_names(self._batch)

    @property
    def reference_cost(self) -> float:
        """Cost that a reward of -1 stands for [currency]."""
        return self._batch.reference_cost

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Start a day: a random one, or `options["day"]` (date or index in the split).

        Raises:
            InputError: an unknown option or a day that is not in the split.
        """
        day = _chosen_day(self._batch, options)
        super().reset(seed=seed)
        if seed is not None or not self._seeded:
            drawn = int(self.np_random.integers(2**62)) if seed is None else seed
            self._batch.seed_row(0, drawn)
            self._seeded = True
        obs = np.empty(self._batch.n_observed, np.float32)
        self._batch.reset_row(0, obs, day)
        self._history.clear()
        if self.render_mode == "human":
            self.render()
        return obs, {"day": self._batch.date(0)}

    def step(
        self, action: NDArray[Any]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Run the plant for a step.

        Returns:
            Observation, reward, terminated, False, and info: `cost` by part [currency], `requested`
            and `applied` modes or levels [J], and the meter of the step (`load_kw`, ...).

        Raises:
            InputError: a bad action; nothing has changed then.
            ResetNeeded: before the first reset, or after the end of the day.
        """
        batch = self._batch
        if batch.state.over.item(0):
            raise ResetNeeded("the day is over or was never started: call reset() before step()")
        stock_before = batch.state.stock_t[0].copy() if self.render_mode else None
        observations, accounts = batch.step(action)
        account, results = accounts[0], batch.results
        numbers = account.tolist()
        info: dict[str, Any] = dict(zip(METER, numbers[N_PARTS:N_ACCOUNT], strict=True))
        info["cost"] = dict(zip(COST_PARTS, numbers[:N_PARTS], strict=True))
        info["requested"] = account[N_ACCOUNT : self._applied_from]
        info["applied"] = account[self._applied_from :]
        if stock_before is not None:
            self._remember(stock_before, account)
        reward, ended = results.reward.item(0), results.ended.item(0)
        return observations[0], reward, ended, False, info

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
        return self._batch.outlook(0)

    def hindsight(self) -> Outlook:
        """The view of `episode_plant` with all realised series and the event: for the oracle."""
        return self._batch.outlook(0, hindsight=True)

    def get_state(self) -> StnState:
        """A copy of the whole state, random stream included; one row."""
        return self._batch.state.copy()

    def set_state(self, state: StnState) -> NDArray[np.float32]:
        """Go back to a state of `get_state`, and return its observation.

        Raises:
            InputError: a state of another plant or of several rows.
        """
        put_state(self._batch, state)
        self._history.clear()
        self._seeded = True
        obs = np.empty(self._batch.n_observed, np.float32)
        self._batch.observe_row(0, obs)
        return obs

    def record(self) -> DayRecord:
        """The day so far, for pictures. Filled only if the env has a render mode."""
        batch = self._batch
        stocks = [before for before, _ in self._history]
        width = N_ACCOUNT + 2 * len(batch.n_modes)
        account = np.array([row for _, row in self._history]).reshape(-1, width)
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

    def render(self) -> RenderFrame | list[RenderFrame] | None:
        """A picture of the day so far: RGB array, text, or a window (None)."""
        from .rendering import render

        if self.render_mode is None:
            raise InputError("render_mode", None, f"make the env with one of {RENDER_MODES}")
        return render(self.record(), self.render_mode)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self.render_mode == "human":
            from .rendering import close_window

            close_window()
        self._batch.close()

    def _remember(self, stock_before: NDArray[np.float64], account: NDArray[np.float64]) -> None:
        self._history.append((stock_before, account))
        if self.render_mode == "human":
            self.render()


def _chosen_day(batch: StnBatch, options: dict[str, Any] | None) -> int:
    """Index of `options["day"]` in the split, or -1 for a random day."""
    for key in options or {}:
        if key != "day":
            raise InputError("reset options", key, "the only option is 'day'")
    day = (options or {}).get("day")
    if day is None:
        return -1
    if isinstance(day, int | np.integer):
        if not 0 <= day < batch.scenarios.n_days:
            raise InputError("reset day", day, f"give 0 to {batch.scenarios.n_days - 1}, or a date")
        return int(day)
    return batch.scenarios.index_of(day)


def put_state(batch: StnBatch, state: StnState) -> None:
    """Copy a state into a batch.

    Raises:
        InputError: fields of another shape, or beyond what this plant and its days have.
    """
    if not isinstance(state, StnState):
        raise InputError("state", type(state).__name__, "give what get_state() returned")
    for name, mine, given in zip(StnState._fields, batch.state, state, strict=True):
        if mine.shape != np.shape(given):
            raise InputError(
                f"state {name} shape", np.shape(given), f"give a state of this env: {mine.shape}"
            )
    tables, top_mode = batch.tables, batch.tables.n_modes - 1
    _check_range("day", state.day, 0, batch.scenarios.n_days - 1)
    _check_range("step", state.step, 0, tables.n_steps)
    _check_range("dr_steps", state.dr_steps, NO_EVENT, tables.n_steps)
    _check_range("level", state.level, 0, top_mode)
    _check_range("hold_level", state.hold_level, 0, top_mode)
    for mine, given in zip(batch.state, state, strict=True):
        mine[...] = given
    batch.resume()


def _check_range(name: str, values: NDArray[Any], low: int, high: int | NDArray[Any]) -> None:
    """Kernels trust the state: what lies beyond their arrays would read foreign memory."""
    if not ((values >= low) & (values <= high)).all():
        fix = "give a state of the same plant, split and step length"
        raise InputError(f"state {name}", values.tolist(), fix)
