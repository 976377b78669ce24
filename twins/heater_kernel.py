"""A step of the heater: what its limits leave of a request, four temperatures, exact energies.

Compiled; deterministic given the weather. A step is cut into holds of at most `HOLD_H`, for each
of which power and fan are constant and within the limits, and a hold into `SUBSTEPS` Runge-Kutta
steps.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .heater_heat_kernel import (
    AMBIENT_C,
    BRICK,
    MASS,
    ROOM,
    WATER,
    Four,
    fan_fraction,
    gains_kw,
    infiltration_kw_per_k,
    runge_kutta,
    transfer_kw_per_k,
)
from .heater_tables import (
    BRICK_K_PER_KWH,
    BRICK_MAX_C,
    BRICK_MIN_C,
    ELEMENT_EFFICIENCY,
    ENVELOPE_KW_PER_K,
    FAN_MIN,
    FAN_POWER_KW,
    HOLD_H,
    POWER_MAX_KW,
    STORE_LOSS_KW_PER_K,
    SUBSTEPS,
    SURROUNDINGS_C,
    TRIP_C,
    TRIP_RESET_C,
    WATER_K_PER_KWH,
    WATER_MAX_C,
)
from .jit import entry, kernel
from .stn_tables import Floats

Flags = NDArray[np.bool_]

MARGIN_K = 1e-9
"""How far below its limit a clipped step aims to end the brick, so that rounding cannot lift it."""

METER = (
    "heater_kwh", "fan_kwh", "released_kwh", "radiator_kwh", "gains_kwh", "envelope_kwh",
    "infiltration_kwh", "store_loss_kwh", "fan", "power_clip", "fan_clip",
)  # fmt: skip
"""What is metered in a step: energies [kWh], the mean fan fraction, and the clip reasons."""

(
    HEATER_KWH, FAN_KWH, RELEASED_KWH, RADIATOR_KWH, GAINS_KWH, ENVELOPE_KWH, INFILTRATION_KWH,
    STORE_LOSS_KWH, FAN, POWER_CLIP, FAN_CLIP,
) = range(11)  # fmt: skip
"""Places in the meter of a step."""

BRICK_FULL, TRIPPED = 1.0, 2.0
"""Why power was cut (0: it was not): the brick would pass its limit; the heater has tripped."""

FAN_TOO_SLOW, BRICK_COLD, WATER_HOT = 1.0, 2.0, 3.0
"""Why the fan was changed (0: it was not): less than its least was asked for, so it stands; the
brick is too cold, so it stands; the water could pass its limit, so it runs slower or stands."""


@kernel
def step_heater(
    values: Floats, temp_c: Floats, tripped: Flags, i: int, power_kw: float, fan: float,
    weather: Floats, step_h: float, meter: Floats,
) -> None:  # fmt: skip
    """Run row i for one step; move its state on and add to the meter.

    Args:
        values: the plant, as `heater_tables.compile_heater` gives it.
        temp_c: temperatures [n, 4], in the order of `BRICK`, `WATER`, `ROOM`, `MASS` [degC].
        tripped: whether a heater has tripped [n].
        i: the row.
        power_kw: heater power asked for [kW].
        fan: fan fraction asked for; below the plant's least the fan stands.
        weather: of the step [4], in the order of `AMBIENT_C` and the names beside it.
        step_h: length of the step [h].
        meter: of the step [11], in the order of `METER`; zeros before the step. Of several holds
            it keeps the greatest clip reason.
    """
    n_holds = max(1, math.ceil(step_h / HOLD_H - 1e-9))
    for _ in range(n_holds):
        _hold(values, temp_c, tripped, i, power_kw, fan, weather, step_h / n_holds, meter)
    meter[FAN] /= n_holds


@entry
def run_heater(
    values: Floats, temp_c: Floats, tripped: Flags, power_kw: Floats, fan: Floats,
    weather: Floats, step_h: float, meter: Floats,
) -> None:  # fmt: skip
    """Run one heater through T steps.

    Args:
        values: the plant.
        temp_c: temperatures [T + 1, 4], the first row given, the others written [degC].
        tripped: whether it has tripped [T + 1], the first given, the others written.
        power_kw: heater power asked for [T] [kW].
        fan: fan fractions asked for [T].
        weather: [T, 4].
        step_h: length of the steps [h].
        meter: [T, 11], zeros before, in the order of `METER`.
    """
    for t in range(power_kw.shape[0]):
        _carry_on(temp_c, tripped, t)
        step_heater(
            values, temp_c, tripped, t + 1, power_kw[t], fan[t], weather[t], step_h, meter[t]
        )


@entry
def run_released(
    values: Floats, temp_c: Floats, tripped: Flags, power_kw: Floats, heat_kw: Floats,
    weather: Floats, step_h: float, meter: Floats,
) -> None:  # fmt: skip
    """As `run_heater`, with the fan set at the start of each step to release heat [T] [kW]."""
    for t in range(power_kw.shape[0]):
        _carry_on(temp_c, tripped, t)
        rise_k = temp_c[t, BRICK] - temp_c[t, WATER]
        fan = fan_fraction(values, heat_kw[t] / rise_k) if rise_k > 0.0 else 0.0
        step_heater(values, temp_c, tripped, t + 1, power_kw[t], fan, weather[t], step_h, meter[t])


@kernel
def _carry_on(temp_c: Floats, tripped: Flags, t: int) -> None:
    """Begin row t + 1 with the state of row t."""
    for place in range(4):
        temp_c[t + 1, place] = temp_c[t, place]
    tripped[t + 1] = tripped[t]


@kernel
def _hold(
    values: Floats, temp_c: Floats, tripped: Flags, i: int, power_kw: float, fan: float,
    weather: Floats, hold_h: float, meter: Floats,
) -> None:  # fmt: skip
    brick_c = temp_c[i, BRICK]
    tripped[i] = brick_c >= values[TRIP_C] or (tripped[i] and brick_c > values[TRIP_RESET_C])
    power_kw = min(max(power_kw, 0.0), values[POWER_MAX_KW])
    if tripped[i] and power_kw > 0.0:
        power_kw = 0.0
        meter[POWER_CLIP] = TRIPPED
    heat_kw = power_kw * values[ELEMENT_EFFICIENCY]
    fan, transfer, clip = _limit_fan(values, brick_c, temp_c[i, WATER], heat_kw, fan, hold_h)
    meter[FAN_CLIP] = max(meter[FAN_CLIP], clip)
    meter[FAN] += fan
    meter[FAN_KWH] += values[FAN_POWER_KW] * fan * fan * fan * hold_h
    _heat(values, temp_c, i, heat_kw, transfer, weather, hold_h, meter)


@kernel
def _limit_fan(
    values: Floats, brick_c: float, water_c: float, power_kw: float, fan: float, hold_h: float
) -> tuple[float, float, float]:
    """What the limits leave of a fan fraction; its transfer [kW/K]; the clip reason.

    The water stays below its limit whatever the radiators do: the released heat is at most what
    warms the water to its limit within the hold, at the hottest that the brick can be.
    """
    if fan < values[FAN_MIN]:
        return 0.0, 0.0, FAN_TOO_SLOW if fan > 0.0 else 0.0
    if brick_c < values[BRICK_MIN_C]:
        return 0.0, 0.0, BRICK_COLD
    fan = min(fan, 1.0)
    transfer = transfer_kw_per_k(values, fan)
    allowed_kw = (values[WATER_MAX_C] - water_c) / (values[WATER_K_PER_KWH] * hold_h)
    rise_k = brick_c + power_kw * hold_h * values[BRICK_K_PER_KWH] - water_c
    if transfer * rise_k <= allowed_kw:
        return fan, transfer, 0.0
    fan = fan_fraction(values, allowed_kw / rise_k)
    return fan, transfer_kw_per_k(values, fan) if fan > 0.0 else 0.0, WATER_HOT


@kernel
def _heat(
    values: Floats, temp_c: Floats, i: int, power_kw: float, transfer: float, weather: Floats,
    hold_h: float, meter: Floats,
) -> None:  # fmt: skip
    """Integrate a hold with as much of the power in heat as the brick can take; meter it."""
    air_kw_per_k, gain_kw = infiltration_kw_per_k(values, weather), gains_kw(values, weather)
    start_c = (temp_c[i, BRICK], temp_c[i, WATER], temp_c[i, ROOM], temp_c[i, MASS])
    # A kW lifts the end of the brick by at least this much: what it adds to the release is partly
    # given back by warmer water. So one correction ends just below the limit.
    leaving_per_h = (transfer + values[STORE_LOSS_KW_PER_K]) * values[BRICK_K_PER_KWH]
    lift_k_per_kw = hold_h * (1.0 - 0.5 * leaving_per_h * hold_h) * values[BRICK_K_PER_KWH]
    while True:
        end_c, mean_c, heat_kw, hottest_c = _integrate(
            values, start_c, power_kw, transfer, weather[AMBIENT_C], air_kw_per_k, gain_kw, hold_h
        )
        excess_k = hottest_c - values[BRICK_MAX_C]
        if excess_k <= 0.0 or power_kw <= 0.0:
            break
        power_kw = max(0.0, power_kw - (excess_k + MARGIN_K) / lift_k_per_kw)
        meter[POWER_CLIP] = max(meter[POWER_CLIP], BRICK_FULL)
    temp_c[i, BRICK], temp_c[i, WATER], temp_c[i, ROOM], temp_c[i, MASS] = end_c
    meter[HEATER_KWH] += power_kw / values[ELEMENT_EFFICIENCY] * hold_h
    meter[RELEASED_KWH] += transfer * (mean_c[0] - mean_c[1]) * hold_h
    meter[RADIATOR_KWH] += heat_kw * hold_h
    meter[GAINS_KWH] += gain_kw * hold_h
    meter[ENVELOPE_KWH] += values[ENVELOPE_KW_PER_K] * (mean_c[3] - weather[AMBIENT_C]) * hold_h
    meter[INFILTRATION_KWH] += air_kw_per_k * (mean_c[2] - weather[AMBIENT_C]) * hold_h
    lost_kw = values[STORE_LOSS_KW_PER_K] * (mean_c[0] - values[SURROUNDINGS_C])
    meter[STORE_LOSS_KWH] += lost_kw * hold_h


@kernel
def _integrate(
    values: Floats, start_c: Four, power_kw: float, transfer: float, ambient_c: float,
    air_kw_per_k: float, gain_kw: float, hold_h: float,
) -> tuple[Four, Four, float, float]:  # fmt: skip
    """Temperatures at the end and on average, mean radiator heat [kW], hottest brick [degC]."""
    end_c, mean_c, heat_kw = runge_kutta(
        values, start_c, power_kw, transfer, ambient_c, air_kw_per_k, gain_kw, hold_h / SUBSTEPS
    )
    hottest_c = end_c[0]
    for _ in range(SUBSTEPS - 1):
        end_c, more_c, more_kw = runge_kutta(
            values, end_c, power_kw, transfer, ambient_c, air_kw_per_k, gain_kw, hold_h / SUBSTEPS
        )
        hottest_c = max(hottest_c, end_c[0])
        mean_c = (
            mean_c[0] + more_c[0], mean_c[1] + more_c[1], mean_c[2] + more_c[2],
            mean_c[3] + more_c[3],
        )  # fmt: skip
        heat_kw += more_kw
    mean_c = (
        mean_c[0] / SUBSTEPS, mean_c[1] / SUBSTEPS, mean_c[2] / SUBSTEPS, mean_c[3] / SUBSTEPS
    )  # fmt: skip
    return end_c, mean_c, heat_kw / SUBSTEPS, hottest_c
