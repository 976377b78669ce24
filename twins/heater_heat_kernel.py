"""The heat flows of a heater and their integration by the classical Runge-Kutta method.

Compiled; equation numbers are those of `docs/heater.md`.
"""

from __future__ import annotations

from .heater_tables import (
    BASE_GAIN_KW,
    BRICK_K_PER_KWH,
    CELLS,
    ENVELOPE_KW_PER_K,
    FAN_CURVE,
    FAN_MIN,
    INFILTRATION_KW_PER_K,
    MASS_K_PER_KWH,
    OCCUPANCY_GAIN_KW,
    RADIATOR_CELLS_PER_K,
    RADIATOR_CURVE,
    RADIATOR_KW,
    RADIATOR_POWER,
    RADIATOR_RISE_K,
    ROOM_K_PER_KWH,
    ROOM_TO_MASS_KW_PER_K,
    SOLAR_KW_PER_W_PER_M2,
    STORE_LOSS_KW_PER_K,
    SURROUNDINGS_C,
    TRANSFER_CELLS_PER_FAN,
    TRANSFER_CURVE,
    TRANSFER_MAX_KW_PER_K,
    TRANSFER_MIN_KW_PER_K,
    WATER_K_PER_KWH,
    WIND_KW_PER_K_PER_M_PER_S,
)
from .jit import entry, kernel
from .stn_tables import Floats

BRICK, WATER, ROOM, MASS = range(4)
"""Places of the temperatures of a row."""

AMBIENT_C, WIND_M_PER_S, GHI_W_PER_M2, OCCUPANCY = range(4)
"""Places of the weather of a step; the occupancy is a share, 0 to 1."""

BENT_CELLS = 4.0
"""First cells of the radiator curve in which the power itself is computed."""

Four = tuple[float, float, float, float]
"""Temperatures of brick, water, room and mass [degC], or their slopes [K/h]."""


@kernel
def _on_curve(values: Floats, curve: int, place: float) -> float:
    """A curve of the plant at a place, counted in cells from its start."""
    cell = min(int(place), CELLS - 1)
    within, at = place - cell, curve + 4 * cell
    rest = values[at + 1] + within * (values[at + 2] + within * values[at + 3])
    return float(values[at] + within * rest)


@kernel
def transfer_kw_per_k(values: Floats, fan: float) -> float:
    """Equation (6): transfer K from brick to water [kW/K] at a fan fraction, least to 1.

    Read off its curve, which is within 1e-6 of it.
    """
    place = (fan - values[FAN_MIN]) * values[TRANSFER_CELLS_PER_FAN]
    return _on_curve(values, TRANSFER_CURVE, place)


@kernel
def fan_fraction(values: Floats, wanted_kw_per_k: float) -> float:
    """The fan fraction of a transfer [kW/K]: the inverse of equation (6), within 1e-6, rising.

    It is 0 below the least transfer of a running fan, and 1 beyond the most.
    """
    low, high = values[TRANSFER_MIN_KW_PER_K], values[TRANSFER_MAX_KW_PER_K]
    if wanted_kw_per_k < low:
        return 0.0
    if wanted_kw_per_k >= high:
        return 1.0
    place = (wanted_kw_per_k - low) / (high - low) * CELLS
    return min(_on_curve(values, FAN_CURVE, place), 1.0)


@entry
def fan_fractions(values: Floats, wanted_kw_per_k: Floats, fan: Floats) -> None:
    """Write `fan_fraction` of each transfer [n] into `fan` [n]."""
    for i in range(wanted_kw_per_k.shape[0]):
        fan[i] = fan_fraction(values, wanted_kw_per_k[i])


@kernel
def radiator_kw(values: Floats, water_c: float, room_c: float) -> float:
    """Equation (5): heat from the radiators into the room [kW]; none into a warmer room.

    Read off its curve, which is within 1e-4 kW of it, but for the first cells, where a power has no
    cubic beside it.
    """
    rise_k = water_c - room_c
    if rise_k <= 0.0:
        return 0.0
    place = rise_k * values[RADIATOR_CELLS_PER_K]
    if place < BENT_CELLS:
        rise = rise_k / values[RADIATOR_RISE_K]
        return float(values[RADIATOR_KW] * rise ** values[RADIATOR_POWER])
    return _on_curve(values, RADIATOR_CURVE, place)


@kernel
def gains_kw(values: Floats, weather: Floats) -> float:
    """Equation (7): heat from devices, people and the sun [kW]."""
    return float(
        values[BASE_GAIN_KW]
        + values[OCCUPANCY_GAIN_KW] * weather[OCCUPANCY]
        + values[SOLAR_KW_PER_W_PER_M2] * weather[GHI_W_PER_M2]
    )


@kernel
def infiltration_kw_per_k(values: Floats, weather: Floats) -> float:
    """Conductance of the air exchange at a wind speed [kW/K]."""
    wind_kw_per_k = values[WIND_KW_PER_K_PER_M_PER_S] * weather[WIND_M_PER_S]
    return float(values[INFILTRATION_KW_PER_K] + wind_kw_per_k)


@kernel
def _slopes(
    values: Floats, at_c: Four, power_kw: float, transfer: float, radiated_kw: float,
    ambient_c: float, air_kw_per_k: float, gain_kw: float,
) -> Four:  # fmt: skip
    """Equations (1) to (4): slopes at temperatures and at the radiator heat there [K/h].

    They are linear in both, so that their mean over a step is the slope at the means.
    """
    brick_c, water_c, room_c, mass_c = at_c
    released_kw = transfer * (brick_c - water_c)
    lost_kw = values[STORE_LOSS_KW_PER_K] * (brick_c - values[SURROUNDINGS_C])
    to_mass_kw = values[ROOM_TO_MASS_KW_PER_K] * (room_c - mass_c)
    exchanged_kw = air_kw_per_k * (room_c - ambient_c)
    envelope_kw = values[ENVELOPE_KW_PER_K] * (mass_c - ambient_c)
    return (
        (power_kw - released_kw - lost_kw) * values[BRICK_K_PER_KWH],
        (released_kw - radiated_kw) * values[WATER_K_PER_KWH],
        (radiated_kw + gain_kw - exchanged_kw - to_mass_kw) * values[ROOM_K_PER_KWH],
        (to_mass_kw - envelope_kw) * values[MASS_K_PER_KWH],
    )


@kernel
def _moved(from_c: Four, slopes: Four, time_h: float) -> Four:
    return (
        from_c[0] + time_h * slopes[0],
        from_c[1] + time_h * slopes[1],
        from_c[2] + time_h * slopes[2],
        from_c[3] + time_h * slopes[3],
    )


@kernel
def _mean(first: float, second: float, third: float, fourth: float) -> float:
    """Mean over a Runge-Kutta step of a value at its four stages."""
    return (first + 2.0 * (second + third) + fourth) / 6.0


@kernel
def runge_kutta(
    values: Floats, start_c: Four, power_kw: float, transfer: float, ambient_c: float,
    air_kw_per_k: float, gain_kw: float, time_h: float,
) -> tuple[Four, Four, float]:  # fmt: skip
    """One classical Runge-Kutta step.

    Returns:
        Temperatures at its end; mean temperatures [degC] and mean radiator heat [kW] over the
        step, weighted as the method weights its stages: the flows at these means times the length
        of the step are exactly the energies that make the end of the start.
    """
    at_1 = start_c
    heat_1 = radiator_kw(values, at_1[1], at_1[2])
    slopes = _slopes(values, at_1, power_kw, transfer, heat_1, ambient_c, air_kw_per_k, gain_kw)
    at_2 = _moved(start_c, slopes, 0.5 * time_h)
    heat_2 = radiator_kw(values, at_2[1], at_2[2])
    slopes = _slopes(values, at_2, power_kw, transfer, heat_2, ambient_c, air_kw_per_k, gain_kw)
    at_3 = _moved(start_c, slopes, 0.5 * time_h)
    heat_3 = radiator_kw(values, at_3[1], at_3[2])
    slopes = _slopes(values, at_3, power_kw, transfer, heat_3, ambient_c, air_kw_per_k, gain_kw)
    at_4 = _moved(start_c, slopes, time_h)
    heat_4 = radiator_kw(values, at_4[1], at_4[2])
    mean_c = (
        _mean(at_1[0], at_2[0], at_3[0], at_4[0]),
        _mean(at_1[1], at_2[1], at_3[1], at_4[1]),
        _mean(at_1[2], at_2[2], at_3[2], at_4[2]),
        _mean(at_1[3], at_2[3], at_3[3], at_4[3]),
    )
    heat_kw = _mean(heat_1, heat_2, heat_3, heat_4)
    slopes = _slopes(values, mean_c, power_kw, transfer, heat_kw, ambient_c, air_kw_per_k, gain_kw)
    return _moved(start_c, slopes, time_h), mean_c, heat_kw
