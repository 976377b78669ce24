"""What a planner may know of a heater's episode when it decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .heater_weather import HeaterWeather
from .stn_tables import Floats

CallKind = Literal["reduce", "absorb"]

CALL_KINDS: tuple[CallKind, CallKind] = ("reduce", "absorb")
"""In the order of kernels."""


@dataclass(frozen=True, slots=True)
class HeaterCall:
    """A call for another load than the baseline, in steps of the episode.

    Args:
        kind: `"reduce"` to draw less, `"absorb"` to draw more.
        notice_step: step at which it becomes known.
        start_step: first step of the window.
        end_step: first step after the window.
        award_kw: awarded change of the load [kW].
    """

    kind: CallKind
    notice_step: int
    start_step: int
    end_step: int
    award_kw: float


@dataclass(frozen=True, slots=True)
class HeaterOutlook:
    """State and expectation at the beginning of a step, in physical units.

    Series cover the whole episode of T quarters of an hour: realised up to and including `step`,
    the last forecast after.

    Args:
        step: the step to be decided, 0 to T - 1; T when the episode is over.
        start_hour: clock hour of the first step.
        temp_c: temperatures of brick, water, room and mass [4].
        tripped: whether the heater has tripped.
        power_kw: heater power of the step before.
        fan: fan fraction of the step before.
        start_heat_kwh: heat in the four stores at the start, above 0 degC.
        peak_kw: highest load of the episode so far.
        buy_price_per_kwh: price of energy [T].
        weather: weather and occupancy of the T steps.
        baseline_load_kw: load against which calls are measured [T].
        missing_price_per_kwh: price of each kWh of heat that the end lacks against the start.
        surplus_price_per_kwh: what each kWh of heat more than at the start earns.
        calls: the calls that are known, in the order of their windows.
    """

    step: int
    start_hour: int
    temp_c: Floats
    tripped: bool
    power_kw: float
    fan: float
    start_heat_kwh: float
    peak_kw: float
    buy_price_per_kwh: Floats
    weather: HeaterWeather
    baseline_load_kw: Floats
    missing_price_per_kwh: float
    surplus_price_per_kwh: float
    calls: tuple[HeaterCall, ...]
