"""The state of a batch of heaters in their episodes, and what their kernels read and write."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .event_kernel import EventTables
from .heater_kernel import METER as HEAT_METER
from .stn_state import NO_EVENT
from .stn_tables import Floats, Ints

COST_PARTS = ("purchase", "demand", "dr_penalty", "dr_subsidy", "comfort", "heat")
"""Parts of the cost of a step [currency]: energy, peak, calls missed and served (negative), a
room too cold or too hot, and at the end the heat that is missing, or more (negative), against the
start."""

METER = (
    *HEAT_METER, "load_kw", "reduced_kw", "absorbed_kw", "cold_kh", "hot_kh", "brick_c", "water_c",
    "room_c", "mass_c", "moved",
)  # fmt: skip
"""What is metered in a step: the heater's own meter, the load, the response to calls, degree-hours
below and above the limits of the room, temperatures at the end of the step, and how many controls
were changed."""

BUY_PRICE, WEATHER = 0, 1
"""Places in `HeaterSeries.values`; the weather takes four, in the order of the heat kernel."""

REDUCE, ABSORB = range(2)
"""Kinds of calls."""

MISSING, SURPLUS = range(2)
"""Places in `HeaterSeries.heat_price`."""


class HeaterTables(NamedTuple):
    """All that a heater's kernels read of the plant and its terms."""

    values: Floats
    """The plant, as `heater_tables.compile_heater` gives it."""
    capacities: Floats
    """[4] heat capacities [kWh/K]."""
    n_steps: int
    n_modes: Ints
    """[2] modes of power and fan; 2 where they take any level."""
    continuous: bool
    power_share: Floats
    """[modes] share of the greatest power of each mode."""
    fan: Floats
    """[modes] fan fraction of each mode."""
    brick_low_c: float
    """Least brick temperature at the start."""
    brick_high_c: float
    demand_per_kw: float
    """Demand charge of an episode [currency/kW]."""
    room_min_c: float
    room_max_c: float
    comfort_per_kh: float
    thresholds: Floats
    """[2, 3] bands of the settlement, by kind of call."""
    factors: Floats
    """[2, 3]."""
    penalty_per_kwh: Floats
    """[2]."""
    subsidy_per_kwh: Floats
    """[2]."""


class HeaterCalls(NamedTuple):
    """How calls come about."""

    reduce: EventTables
    absorb: EventTables
    shift: Ints
    """[days] steps from the start of the episode to the start of each of its days."""


class HeaterSeries(NamedTuple):
    """What happens, whatever the heater does. N steps of all days, E starts of episodes."""

    values: Floats
    """[N, 5] buy price [currency/kWh] and weather."""
    first: Ints
    """[E] the first step of the episode."""
    forecast: Ints
    """[E] the first of the forecasts that are made in the episode; the next days' follow it."""
    start_c: Floats
    """[E, 3] water, room and mass at the start."""
    baseline_kw: Floats
    """[E, 96] baseline load of a day, from the hour of the start on."""
    heat_price: Floats
    """[E, 2] price of heat missing at the end, and of heat that is more."""


class HeaterState(NamedTuple):
    """State of n heaters, a row each; an episode has K calls, two a day."""

    rng: NDArray[np.uint64]
    """[n] state of the row's random stream."""
    step: Ints
    """[n] step to be decided next."""
    day: Ints
    """[n] which of the starts the episode has."""
    over: NDArray[np.bool_]
    """[n] whether the episode has ended (True before the first reset)."""
    temp_c: Floats
    """[n, 4] temperatures of brick, water, room and mass."""
    tripped: NDArray[np.bool_]
    """[n] whether the heater has tripped."""
    control: Floats
    """[n, 2] share of the power and fan fraction in the step before."""
    start_kwh: Floats
    """[n] heat in the four stores at the start."""
    peak_kw: Floats
    """[n] highest load so far."""
    call_steps: Ints
    """[n, K, 3] notice, first and last + 1 step of each call, reduce and absorb in turn; -1 for
    none."""
    award_kw: Floats
    """[n, K] awarded change of the load."""

    def copy(self) -> HeaterState:
        """A copy that shares no memory."""
        return deepcopy(self)


def new_heater_state(rows: int, days: int) -> HeaterState:
    """State of heaters that have not been reset yet."""
    return HeaterState(
        rng=np.zeros(rows, np.uint64),
        step=np.zeros(rows, np.int64),
        day=np.zeros(rows, np.int64),
        over=np.ones(rows, np.bool_),
        temp_c=np.zeros((rows, 4)),
        tripped=np.zeros(rows, np.bool_),
        control=np.zeros((rows, 2)),
        start_kwh=np.zeros(rows),
        peak_kw=np.zeros(rows),
        call_steps=np.full((rows, 2 * days, 3), NO_EVENT, np.int64),
        award_kw=np.zeros((rows, 2 * days)),
    )
