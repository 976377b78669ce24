"""Heat that the bricks must release to keep the room at its least temperature. Compiled."""

from __future__ import annotations

from .heater_heat_kernel import AMBIENT_C, MASS, ROOM, WATER, gains_kw, infiltration_kw_per_k
from .heater_heat_kernel import radiator_kw as radiated_kw
from .heater_tables import (
    ENVELOPE_KW_PER_K,
    HOLD_H,
    MASS_K_PER_KWH,
    RADIATOR_KW,
    RADIATOR_POWER,
    RADIATOR_RISE_K,
    ROOM_K_PER_KWH,
    ROOM_TO_MASS_KW_PER_K,
    WATER_K_PER_KWH,
    WATER_MAX_C,
)
from .jit import kernel
from .stn_tables import Floats


@kernel
def write_needs(
    values: Floats, temp_c: Floats, weather: Floats, left: int, room_c: float, release_kwh: Floats
) -> float:
    """Write what must be released in each step so that the room ends it at a temperature.

    As each step begins, water, room and mass are where the step before has left them; what the
    radiators give is what the room lacks, and the water is as hot as that takes.

    Args:
        values: the plant.
        temp_c: temperatures now [4].
        weather: of the steps left, this one first [steps, 4].
        left: steps.
        room_c: temperature that the room shall have [degC].
        release_kwh: written to [steps].

    Returns:
        How much more heat water, room and mass hold in the end than now [kWh].
    """
    water, room, mass = temp_c[WATER], temp_c[ROOM], temp_c[MASS]
    for s in range(left):
        ambient_c = weather[s, AMBIENT_C]
        air, gain_kw = infiltration_kw_per_k(values, weather[s]), gains_kw(values, weather[s])
        mean_c = 0.5 * (room + room_c)
        lost_kw = air * (mean_c - ambient_c) - gain_kw
        lost_kw += values[ROOM_TO_MASS_KW_PER_K] * (mean_c - mass)
        wanted_kw = lost_kw + (room_c - room) / (values[ROOM_K_PER_KWH] * HOLD_H)
        next_water = water
        if wanted_kw > 0.0:
            rise_k = values[RADIATOR_RISE_K] * (wanted_kw / values[RADIATOR_KW]) ** (
                1.0 / values[RADIATOR_POWER]
            )
            next_water = min(room_c + rise_k, values[WATER_MAX_C])
            release_kwh[s] = wanted_kw * HOLD_H + (next_water - water) / values[WATER_K_PER_KWH]
        next_room = room_c
        if wanted_kw <= 0.0 or release_kwh[s] < 0.0:
            release_kwh[s] = 0.0
            given_kw = radiated_kw(values, water, room)
            next_water = water - given_kw * HOLD_H * values[WATER_K_PER_KWH]
            next_room = _room_c(values, room, mass, ambient_c, air, gain_kw + given_kw)
        mean_c = 0.5 * (room + next_room)
        to_mass_kw = values[ROOM_TO_MASS_KW_PER_K] * (mean_c - mass)
        to_mass_kw -= values[ENVELOPE_KW_PER_K] * (mass - ambient_c)
        mass += to_mass_kw * HOLD_H * values[MASS_K_PER_KWH]
        water, room = next_water, next_room
    return float(
        (water - temp_c[WATER]) / values[WATER_K_PER_KWH]
        + (room - temp_c[ROOM]) / values[ROOM_K_PER_KWH]
        + (mass - temp_c[MASS]) / values[MASS_K_PER_KWH]
    )


@kernel
def _room_c(
    values: Floats, room: float, mass: float, ambient_c: float, air: float, given_kw: float
) -> float:
    """Temperature of the room after a step of being given heat, by the backward Euler rule."""
    to_mass, inert = values[ROOM_TO_MASS_KW_PER_K], 1.0 / (values[ROOM_K_PER_KWH] * HOLD_H)
    pulls = inert * room + to_mass * mass + air * ambient_c + given_kw
    return float(pulls / (inert + to_mass + air))
