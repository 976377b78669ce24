"""A batch of plants of any kind: n rows over compiled kernels, faced by single and vector envs."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Generic

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..twins.errors import InputError
from ..twins.handle import make_handle
from ..twins.scenarios import Scenarios
from ..twins.stn_tables import Floats, Ints
from ..twins.value_checks import check_number
from .observation import Float32s, Observed
from .plant_parts import (
    NEXT_STEP,
    SAME_STEP,
    Kernels,
    NamedPlant,
    PlantTables,
    Results,
    StateT,
    ViewT_co,
)


class PlantBatch(ABC, Generic[StateT, ViewT_co]):
    """n rows of one plant, each in its own episode. Knows nothing of Gymnasium.

    Subclasses set the attributes below, and then call `_begin`.
    """

    kernels: ClassVar[Kernels]
    cost_parts: ClassVar[tuple[str, ...]]
    """Parts of the cost of a step [currency], as an account begins."""
    meter: ClassVar[tuple[str, ...]]
    """What is metered in a step, as an account goes on; the controls asked for and run follow."""
    control: ClassVar[str]
    """What one number of an action controls, in words."""

    plant: NamedPlant
    tables: PlantTables
    scenarios: Scenarios
    """The days on which episodes begin."""
    observed: tuple[Observed, ...]
    n_observed: int
    """Numbers of an observation."""
    reference_cost: float
    """Cost that a reward of -1 stands for [currency]."""
    state: StateT
    """The live state of all rows; changing it changes the plants."""
    results: Results
    """Results of the last step; overwritten by the next."""

    def _begin(self, arrays: Any, threads: int, *, same_step: bool) -> None:  # noqa: ANN401
        """Take the arrays of the kernels: `state`, `results` and `request` are among them."""
        self._arrays = arrays
        self.state = arrays.state
        self.results = arrays.results
        self.autoreset = SAME_STEP if same_step else NEXT_STEP
        self._threads = threads
        self._n_account = len(self.cost_parts) + len(self.meter) + 2 * len(self.n_modes)
        self._connect()

    def _connect(self) -> None:
        """Make what cannot be copied or pickled: the kernel's handle and the threads."""
        self._handle = make_handle(self._arrays)
        self._pool = ThreadPoolExecutor(self._threads - 1) if self._threads > 1 else None

    def run_on(self, **arrays: Any) -> None:  # noqa: ANN401 - tables or series of any plant
        """Let kernels read other arrays from now on, as those of a plant with faults; {}: its own.

        A copy of the batch runs on its own arrays.
        """
        self._handle = make_handle(self._arrays._replace(**arrays))

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_handle", "_pool")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        # Copies of read-only arrays can be written to, and kernels would compile anew for them.
        for table in self.read_only():
            table.setflags(write=False)
        self._connect()

    @abstractmethod
    def read_only(self) -> Sequence[NDArray[Any]]:
        """The arrays for which kernels are compiled as read-only."""

    def close(self) -> None:
        """Stop the threads."""
        if self._pool is not None:
            self._pool.shutdown()

    @property
    def n_modes(self) -> list[int]:
        """Modes of each control, standing included."""
        return [int(n) for n in self.tables.n_modes]

    def seed_row(self, row: int, seed: int) -> None:
        """Start the row's random stream anew."""
        self.state.rng[row] = np.random.SeedSequence(seed).generate_state(1, np.uint64)[0]

    def reset_row(self, row: int, obs: Float32s, day: int = -1) -> None:
        """Start a row on a random day, or on the day with that index; write obs [observed]."""
        self.kernels.reset_row(self._handle, row, day, obs)

    def observe_row(self, row: int, obs: Float32s) -> None:
        """Write the observation of a row [observed]."""
        self.kernels.observe_row(self._handle, row, obs)

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
            run = self.kernels.run_levels if continuous else self.kernels.run_modes
            bad = run(self._handle, table, self.autoreset, obs, account)
        else:
            take = self.kernels.take_levels if continuous else self.kernels.take_modes
            bad = take(self._handle, table)
            if bad < 0:
                self._step_in_threads(self._pool, obs, account)
        if bad >= 0:
            raise self._bad_action(table, bad)
        return obs, account

    def _bad_action(self, table: NDArray[Any], row: int) -> InputError:
        tops = [n - 1 for n in self.n_modes]
        fix = "levels from -1 to 1" if self.tables.continuous else f"modes from 0 to {tops}"
        fix = f"give {fix}, one a {self.control}"
        return InputError(f"action of row {row}", table[row].tolist(), fix)

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
            step_rows = self.kernels.step_rows
            step_rows(self._handle, thread, start, stop, self.autoreset, obs, account)

        others = [pool.submit(run, thread) for thread in range(1, self._threads)]
        run(0)
        for other in others:
            other.result()

    def levels_to_action(self, levels: Floats) -> NDArray[Any]:
        """The action that asks for levels [..., J]."""
        if self.tables.continuous:
            return np.asarray(levels * (2.0 / (self.tables.n_modes - 1)) - 1.0)
        return np.rint(levels).astype(np.int64)

    def date(self, row: int) -> str:
        """Date of the day on which the episode of a row began, as YYYY-MM-DD."""
        return str(self.scenarios.dates[self.state.day[row]])

    @abstractmethod
    def outlook(self, row: int, *, hindsight: bool = False) -> ViewT_co:
        """What is known in a row, in physical units; with hindsight also what is yet to come."""

    @abstractmethod
    def greatest_state(self) -> Mapping[str, tuple[int, int | Ints]]:
        """Least and greatest value of the fields of a state by which kernels index arrays."""

    def put_state(self, state: StateT) -> None:
        """Go back to a state.

        Raises:
            InputError: fields of another shape, or beyond what this plant and its days have.
        """
        if type(state) is not type(self.state):
            raise InputError("state", type(state).__name__, "give what get_state() returned")
        given = state._asdict()
        for name, mine in self.state._asdict().items():
            if mine.shape != np.shape(given[name]):
                fix = f"give a state of this env: {mine.shape}"
                raise InputError(f"state {name} shape", np.shape(given[name]), fix)
        for name, (low, high) in self.greatest_state().items():
            values = given[name]
            # Kernels trust the state: what lies beyond their arrays would read foreign memory.
            if not ((values >= low) & (values <= high)).all():
                fix = "give a state of the same plant, split and step length"
                raise InputError(f"state {name}", values.tolist(), fix)
        for mine, value in zip(self.state, state, strict=True):
            mine[...] = value
        self.resume()

    def resume(self) -> None:
        """Take up a state that was just written to `state`."""


def reward_weights(weights: Mapping[str, float] | None, parts: Sequence[str]) -> Floats:
    """Weight of each cost part in the reward [parts], 1 where not named.

    Raises:
        InputError: no mapping, an unknown part, or a weight that is no finite number.
    """
    if not isinstance(weights, Mapping | None):
        raise InputError("reward", weights, "give { 'purchase': 1.0 } by name, or None")
    given = dict(weights or {})
    for part, weight in given.items():
        if part not in parts:
            raise InputError("reward", part, f"weigh cost parts: {', '.join(parts)}")
        check_number(f"reward {part!r}", weight, low=-math.inf)
    return np.array([float(given.get(part, 1.0)) for part in parts])
