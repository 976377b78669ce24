"""The single env of a plant of any kind: Gymnasium's interface over a batch of one row."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Generic

import gymnasium as gym
import numpy as np
from gymnasium import Space
from gymnasium.core import RenderFrame
from gymnasium.error import ResetNeeded
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.stn_tables import Floats
from . import spaces
from .plant_batch import PlantBatch
from .plant_parts import StateT, ViewT_co


class PlantEnv(gym.Env[NDArray[np.float32], NDArray[Any]], Generic[StateT, ViewT_co]):
    """A plant that is run through an episode of a day or more.

    Args:
        batch: the plant, as a batch of one row.
        render_mode: one of the class's render modes, or None.

    Raises:
        InputError: an unknown render mode.
    """

    _batch: PlantBatch[StateT, ViewT_co]

    def __init__(self, batch: PlantBatch[StateT, ViewT_co], render_mode: str | None) -> None:
        modes = tuple(self.metadata["render_modes"])
        if render_mode not in (None, *modes):
            raise InputError("render_mode", render_mode, f"use one of {modes} or None")
        self.render_mode = render_mode
        self._batch = batch
        self.observation_space: Space[Any] = spaces.observation_space(batch)
        self.action_space: Space[Any] = spaces.action_space(batch)
        self._n_parts = len(batch.cost_parts)
        self._requested_from = self._n_parts + len(batch.meter)
        self._applied_from = self._requested_from + len(batch.n_modes)
        self._seeded = False
        self._history: list[tuple[Floats, Floats]] = []

    @property
    def batch(self) -> PlantBatch[StateT, ViewT_co]:
        """The plant behind the env, as a batch of one row."""
        return self._batch

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
        day = self._chosen_day(options)
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
            ResetNeeded: before the first reset, or after the end of the episode.
        """
        batch = self._batch
        if batch.state.over.item(0):
            raise ResetNeeded("the day is over or was never started: call reset() before step()")
        before = self._snapshot() if self.render_mode else None
        observations, accounts = batch.step(action)
        account, results = accounts[0], batch.results
        numbers = account.tolist()
        n_parts, n_account = self._n_parts, self._requested_from
        info: dict[str, Any] = dict(zip(batch.meter, numbers[n_parts:n_account], strict=True))
        info["cost"] = dict(zip(batch.cost_parts, numbers[:n_parts], strict=True))
        info["requested"] = account[n_account : self._applied_from]
        info["applied"] = account[self._applied_from :]
        if before is not None:
            self._history.append((before, account))
            if self.render_mode == "human":
                self.render()
        reward, ended = results.reward.item(0), results.ended.item(0)
        return observations[0], reward, ended, False, info

    @abstractmethod
    def _snapshot(self) -> Floats:
        """What pictures show of the state before a step."""

    def view(self) -> ViewT_co:
        """What may be known now, in physical units: what rules and planners read."""
        return self._batch.outlook(0)

    def hindsight(self) -> ViewT_co:
        """The view with all realised series and events: for the oracle."""
        return self._batch.outlook(0, hindsight=True)

    def get_state(self) -> StateT:
        """A copy of the whole state, random stream included; one row."""
        return self._batch.state.copy()

    def set_state(self, state: StateT) -> NDArray[np.float32]:
        """Go back to a state of `get_state`, and return its observation.

        Raises:
            InputError: a state of another plant or of several rows.
        """
        self._batch.put_state(state)
        self._history.clear()
        self._seeded = True
        obs = np.empty(self._batch.n_observed, np.float32)
        self._batch.observe_row(0, obs)
        return obs

    def render(self) -> RenderFrame | list[RenderFrame] | None:
        """A picture of the episode so far: RGB array, text, or a window (None)."""
        if self.render_mode is None:
            modes = tuple(self.metadata["render_modes"])
            raise InputError("render_mode", None, f"make the env with one of {modes}")
        return self._picture(self.render_mode)

    @abstractmethod
    def _picture(self, mode: str) -> RenderFrame | None:
        """The picture of a render mode."""

    def _accounts(self) -> Floats:
        """Accounts of the steps that ran [t, parts + metered + 2 J], as far as remembered."""
        width = self._applied_from + len(self._batch.n_modes)
        return np.array([account for _, account in self._history]).reshape(-1, width)

    def close(self) -> None:
        """Close the window, if there is one."""
        if self.render_mode == "human":
            from .rendering import close_window

            close_window()
        self._batch.close()

    def _chosen_day(self, options: dict[str, Any] | None) -> int:
        """Index of `options["day"]` in the split, or -1 for a random day."""
        for key in options or {}:
            if key != "day":
                raise InputError("reset options", key, "the only option is 'day'")
        day, days = (options or {}).get("day"), self._batch.scenarios
        if day is None:
            return -1
        if isinstance(day, int | np.integer):
            if not 0 <= day < days.n_days:
                raise InputError("reset day", day, f"give 0 to {days.n_days - 1}, or a date")
            return int(day)
        return days.index_of(day)
