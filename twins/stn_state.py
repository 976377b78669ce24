"""The state of a batch of STN plants, and what their kernels read and write."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .outlook import DrEvent
from .stn_tables import Floats, Ints, StnTables

COST_PARTS = (
    "purchase", "sales", "labour", "trip", "demand", "dr_penalty", "dr_subsidy", "shortfall",
)  # fmt: skip
"""Parts of the cost of a step [currency]. Sales and subsidy are negative costs."""

METER = ("load_kw", "generation_kw", "buy_kw", "sell_kw", "curtailed_kw", "dr_response_kw", "moved")
"""What is metered in a step: mean powers [kW], and how many tasks the shield changed."""

NO_EVENT = -1
"""Step fields of a day without a demand-response event."""


BUY_PRICE, SELL_PRICE, GENERATION_KW, BASE_LOAD_KW, BASELINE_LOAD_KW = range(5)
"""Places in `StnSeries.values`."""


class StnSeries(NamedTuple):
    """What happens on each day, whatever the plant does. D days of T steps."""

    values: Floats
    """[D, T, 5] buy and sell price [currency/kWh], generation, base load and baseline load [kW].

    Side by side, so that a step of a random day costs one access to memory and not five.
    """
    dr_steps: Ints
    """[D, 3] notice, first and last + 1 step of the day's own event; -1 for none."""
    dr_award_kw: Floats
    """[D] awarded capacity of the day's own event."""

    def days(self, chosen: Ints) -> StnSeries:
        """Some of the days, by their indices."""
        return StnSeries(self.values[chosen], self.dr_steps[chosen], self.dr_award_kw[chosen])


class StnState(NamedTuple):
    """State of n plants, a row each."""

    rng: NDArray[np.uint64]
    """[n] state of the row's random stream."""
    step: Ints
    """[n] step to be decided next."""
    day: Ints
    """[n] day of the series that is running."""
    over: NDArray[np.bool_]
    """[n] whether the day has ended (True before the first reset)."""
    dr_steps: Ints
    """[n, 3] notice, first and last + 1 step of the event of the day; -1 for none."""
    dr_award_kw: Floats
    """[n] awarded capacity."""
    peak_kw: Floats
    """[n] highest import of the day so far."""
    stock_t: Floats
    """[n, M] stocks."""
    level: Floats
    """[n, J] mode or level in the step before."""
    since: Ints
    """[n, J] steps for which the task has been in that mode."""
    hold_level: Floats
    """[n, J] mode that must be kept while `hold_steps` is above 0."""
    hold_steps: Ints
    """[n, J] steps for which a started mode must still be kept."""

    def copy(self) -> StnState:
        """A copy that shares no memory."""
        return deepcopy(self)


class Work(NamedTuple):
    """Scratch memory of one thread."""

    level: Floats
    """[J] levels being tried."""
    taken_t: Floats
    """[M] material taken at those levels."""
    made_t: Floats
    """[M] material made at those levels."""


def new_state(tables: StnTables, rows: int) -> StnState:
    """State of plants that have not been reset yet."""
    tasks, materials = len(tables.n_modes), len(tables.stock_min_t)
    return StnState(
        rng=np.zeros(rows, np.uint64),
        step=np.zeros(rows, np.int64),
        day=np.zeros(rows, np.int64),
        over=np.ones(rows, np.bool_),
        dr_steps=np.full((rows, 3), NO_EVENT, np.int64),
        dr_award_kw=np.zeros(rows),
        peak_kw=np.zeros(rows),
        stock_t=np.zeros((rows, materials)),
        level=np.zeros((rows, tasks)),
        since=np.zeros((rows, tasks), np.int64),
        hold_level=np.zeros((rows, tasks)),
        hold_steps=np.zeros((rows, tasks), np.int64),
    )


def new_work(tables: StnTables, *rows: int) -> Work:
    """Scratch memory for a plant; with a number of rows, as often."""
    tasks, materials = len(tables.n_modes), len(tables.stock_min_t)
    return Work(
        np.zeros((*rows, tasks)),
        np.zeros((*rows, materials)),
        np.zeros((*rows, materials)),
    )


def event_of(steps: Ints, award_kw: float) -> DrEvent | None:
    """The event of a row or day, from its [3] steps and its awarded capacity [kW]."""
    if steps[1] == NO_EVENT:
        return None
    return DrEvent(int(steps[0]), int(steps[1]), int(steps[2]), float(award_kw))
