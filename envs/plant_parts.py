"""What batches of every kind of plant are made of, whoever compiles their kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..twins.stn_tables import Floats, Ints
from .observation import Float32s

DISABLED, NEXT_STEP, SAME_STEP = range(3)
"""What happens to a row whose episode is over, as in `gymnasium.vector.AutoresetMode`."""

THREAD_ROWS = 16
"""Rows of scratch memory between threads: on one cache line they would wait for each other."""


class Results(NamedTuple):
    """What a step of n rows gives, beside its fresh arrays. Overwritten by every step."""

    reward: Floats
    """[n]."""
    ended: NDArray[np.bool_]
    """[n] whether the episode ended in this step."""
    final_obs: Float32s
    """[n, observed] last observation of an episode that ended; only in SAME_STEP, else
    [0, observed]."""


class NamedPlant(Protocol):
    """What every kind of plant tells of itself."""

    @property
    def name(self) -> str:
        """Of the plant."""

    @property
    def sources(self) -> Mapping[str, str]:
        """Where its values come from, by topic."""


class PlantTables(Protocol):
    """What the tables of every kind of plant tell."""

    @property
    def n_steps(self) -> int:
        """Steps of an episode."""

    @property
    def n_modes(self) -> Ints:
        """[J] modes of each control; a level runs from 0 to the number less 1."""

    @property
    def continuous(self) -> bool:
        """Whether controls take any level."""


class PlantState(Protocol):
    """What the state of every kind of plant has, a named tuple of arrays with a row each."""

    @property
    def rng(self) -> NDArray[np.uint64]:
        """[n] state of the row's random stream."""

    @property
    def step(self) -> Ints:
        """[n] step to be decided next."""

    @property
    def day(self) -> Ints:
        """[n] index of the day on which the episode began."""

    @property
    def over(self) -> NDArray[np.bool_]:
        """[n] whether the episode has ended (True before the first reset)."""

    def _asdict(self) -> dict[str, Any]: ...

    def __iter__(self) -> Iterator[NDArray[Any]]: ...

    def copy(self) -> Self:
        """A copy that shares no memory."""


StateT = TypeVar("StateT", bound=PlantState)
ViewT_co = TypeVar("ViewT_co", covariant=True)


class Kernels(NamedTuple):
    """The compiled calls of a batch, each given the handle on its arrays first."""

    reset_row: Callable[..., None]
    """(row, day, obs): start a row on a day, random below 0."""
    observe_row: Callable[..., None]
    """(row, obs)."""
    take_modes: Callable[..., int]
    """(modes): note what is asked for; the first row out of range, or -1."""
    take_levels: Callable[..., int]
    """(levels): likewise."""
    run_modes: Callable[..., int]
    """(modes, autoreset, obs, account): `take_modes`, then a step of all rows."""
    run_levels: Callable[..., int]
    """(levels, autoreset, obs, account): likewise."""
    step_rows: Callable[..., None]
    """(thread, start, stop, autoreset, obs, account): a step of some rows."""


def new_results(rows: int, n_observed: int, *, same_step: bool) -> Results:
    """Memory for the results of n rows."""
    return Results(
        reward=np.zeros(rows),
        ended=np.zeros(rows, np.bool_),
        final_obs=np.zeros((rows if same_step else 0, n_observed), np.float32),
    )
