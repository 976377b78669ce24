"""Many plants in one call: Gymnasium's `VectorEnv` over a compiled batch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Generic

import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.value_checks import check_whole
from . import spaces
from .plant_batch import PlantBatch
from .plant_parts import StateT, ViewT_co

_Reply = tuple[
    NDArray[np.float32], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], dict[str, Any]
]


class PlantVectorEnv(
    VectorEnv[NDArray[np.float32], NDArray[Any], NDArray[Any]], Generic[StateT, ViewT_co]
):
    """n plants of one kind; row i seeded s is bit-equal to a single env seeded s + i.

    Args:
        make: the batch, given whether ended rows restart within the step.
        num_envs: number of rows.
        autoreset_mode: `"NextStep"`, `"SameStep"` (with `final_obs` in info) or `"Disabled"`.
        threads: threads that share the rows.

    Raises:
        InputError: arguments that make no env.
    """

    _batch: PlantBatch[StateT, ViewT_co]

    def __init__(
        self,
        make: Callable[[bool], PlantBatch[StateT, ViewT_co]],
        num_envs: int,
        autoreset_mode: AutoresetMode | str,
        threads: int,
    ) -> None:
        if num_envs < 1:
            raise InputError("num_envs", num_envs, "give at least one row")
        check_whole("threads", threads, low=1, high=sys.maxsize)
        self.num_envs = num_envs
        self._mode = _autoreset_mode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self._mode}
        self._batch = make(self._mode is AutoresetMode.SAME_STEP)
        self.single_observation_space = spaces.observation_space(self._batch)
        self.single_action_space = spaces.action_space(self._batch)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._seeded = False

    @property
    def batch(self) -> PlantBatch[StateT, ViewT_co]:
        """The plants behind the env."""
        return self._batch

    @property
    def observation_names(self) -> tuple[str, ...]:
        """A name for each number of a row's observation."""
        return spaces.observation_names(self._batch)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Start a day in all rows, or in those of `options["reset_mask"]`; row i seeded seed + i.

        Raises:
            InputError: seeds or a mask of the wrong length, a mask before the first full reset,
                or an unknown option.
        """
        rows = self._rows_to_reset(options)
        for row, row_seed in enumerate(self._row_seeds(seed)):
            if row_seed is not None and rows[row]:
                self._batch.seed_row(row, row_seed)
        self._seeded = True
        obs = np.empty((self.num_envs, self._batch.n_observed), np.float32)
        for row in range(self.num_envs):
            if rows[row]:
                self._batch.reset_row(row, obs[row])
            else:
                self._batch.observe_row(row, obs[row])
        return obs, {"day": self._days(), "_day": rows.copy()}

    def _row_seeds(self, seed: int | Sequence[int | None] | None) -> Sequence[int | None]:
        """A seed for each row; None where the row's stream goes on."""
        if seed is None and self._seeded:
            return [None] * self.num_envs
        if seed is None:
            seed = _fresh_seed()
        if isinstance(seed, int | np.integer):
            return [int(seed) + row for row in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise InputError("seed", len(seed), f"give one seed, or {self.num_envs} of them")
        if self._seeded:
            return seed
        return [_fresh_seed() if row_seed is None else row_seed for row_seed in seed]

    def _rows_to_reset(self, options: dict[str, Any] | None) -> NDArray[np.bool_]:
        for key in options or {}:
            if key != "reset_mask":
                raise InputError("reset options", key, "the only option is 'reset_mask'")
        mask = (options or {}).get("reset_mask")
        if mask is None:
            return np.ones(self.num_envs, np.bool_)
        mask = np.asarray(mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_:
            raise InputError("reset_mask", mask, f"give {self.num_envs} booleans")
        if not (self._seeded or mask.all()):
            raise InputError("reset_mask", mask, "reset all rows first")
        return mask

    def step(self, actions: NDArray[Any]) -> _Reply:
        """Run all rows for a step [num_envs, ...].

        Info has the entries of the single env's `step`, an array each, with `_name` masks of rows
        that ran.

        Raises:
            InputError: a bad action; no row has moved then.
            ResetNeeded: before the first reset, or for ended rows in DISABLED mode.
        """
        batch = self._batch
        over = batch.state.over
        if not self._seeded or (self._mode is AutoresetMode.DISABLED and over.any()):
            raise ResetNeeded(f"reset rows {np.flatnonzero(over).tolist()} before step()")
        ran = ~over
        obs, account = batch.step(actions)
        results = batch.results
        ended = results.ended.copy()
        info = self._info(account, ran)
        if self._mode is AutoresetMode.SAME_STEP and ended.any():
            info["final_obs"], info["_final_obs"] = results.final_obs.copy(), ended.copy()
            info["final_info"], info["_final_info"] = (
                self._info(account.copy(), ended),
                ended.copy(),
            )
        return obs, results.reward.copy(), ended, np.zeros(self.num_envs, np.bool_), info

    def _info(self, account: NDArray[np.float64], ran: NDArray[np.bool_]) -> dict[str, Any]:
        batch = self._batch
        n_parts, n_account = len(batch.cost_parts), len(batch.cost_parts) + len(batch.meter)
        columns, levels = account.T[:n_account], account[:, n_account:]
        controls = len(batch.n_modes)
        info: dict[str, Any] = dict(zip(batch.meter, columns[n_parts:], strict=True))
        info["cost"] = dict(zip(batch.cost_parts, columns[:n_parts], strict=True))
        info["requested"], info["applied"] = levels[:, :controls], levels[:, controls:]
        return info | {f"_{name}": ran for name in info}

    def _days(self) -> NDArray[np.datetime64]:
        return self._batch.scenarios.dates[self._batch.state.day]

    def view(self, row: int) -> ViewT_co:
        """What may be known in a row now, in physical units."""
        return self._batch.outlook(row)

    def get_state(self) -> StateT:
        """A copy of the whole state of all rows, random streams included."""
        return self._batch.state.copy()

    def set_state(self, state: StateT) -> NDArray[np.float32]:
        """Go back to a state of `get_state`, and return its observations [num_envs, observed].

        Raises:
            InputError: a state of another plant or another number of rows.
        """
        self._batch.put_state(state)
        self._seeded = True
        obs = np.empty((self.num_envs, self._batch.n_observed), np.float32)
        for row in range(self.num_envs):
            self._batch.observe_row(row, obs[row])
        return obs

    def close_extras(self, **kwargs: object) -> None:
        """Stop the threads."""
        self._batch.close()


def _fresh_seed() -> int:
    return int(np.random.SeedSequence().generate_state(1, np.uint32)[0])


def _autoreset_mode(mode: AutoresetMode | str) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        names = ", ".join(repr(each.value) for each in AutoresetMode)
        raise InputError("autoreset_mode", mode, f"use one of {names}") from None
