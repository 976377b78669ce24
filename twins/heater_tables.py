"""A heater compiled to a vector: the only thing that kernels and planners read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .stn_tables import Floats

if TYPE_CHECKING:
    from .heater import HeaterPlant

HOLD_H = 0.25
"""Longest time for which power and fan are held without looking at the limits again [h]."""

SUBSTEPS = 2
"""Runge-Kutta steps in a hold."""

(
    POWER_MAX_KW, BRICK_K_PER_KWH, BRICK_MIN_C, BRICK_MAX_C, TRIP_C, TRIP_RESET_C,
    STORE_LOSS_KW_PER_K, SURROUNDINGS_C, AIR_KW_PER_K, CHANNEL_NTU, EXCHANGER_RESISTANCE,
    WATER_RESISTANCE_K_PER_KW, FAN_MIN, FAN_POWER_KW, WATER_K_PER_KWH, WATER_MAX_C, RADIATOR_KW,
    RADIATOR_RISE_K, RADIATOR_POWER, ROOM_K_PER_KWH, MASS_K_PER_KWH, ROOM_TO_MASS_KW_PER_K,
    ENVELOPE_KW_PER_K, INFILTRATION_KW_PER_K, WIND_KW_PER_K_PER_M_PER_S, BASE_GAIN_KW,
    OCCUPANCY_GAIN_KW, SOLAR_KW_PER_W_PER_M2, TRANSFER_MIN_KW_PER_K, TRANSFER_MAX_KW_PER_K,
    RADIATOR_CELLS_PER_K, TRANSFER_CELLS_PER_FAN, ELEMENT_EFFICIENCY, N_NUMBERS,
) = range(34)  # fmt: skip
"""Places in the vector. `*_K_PER_KWH` are inverse heat capacities, `EXCHANGER_RESISTANCE` is
1/e_hx - 1 and `WATER_RESISTANCE_K_PER_KW` is 1/(2 mw cw) of equation (6), `RADIATOR_POWER` is 1 +
eta of equation (5). The transfer limits are those of the least and the full fan.
`ELEMENT_EFFICIENCY` is the share of the energy drawn that reaches the bricks: 1 but for faults."""

CELLS = 128
"""Pieces of each of the three curves behind the numbers; a piece is a cubic of four factors."""

TRANSFER_CURVE, FAN_CURVE, RADIATOR_CURVE, N_VALUES = range(
    N_NUMBERS, N_NUMBERS + 3 * 4 * CELLS + 1, 4 * CELLS
)
"""Where the curves begin: transfer [kW/K] over the fan fraction from the least to 1, its inverse,
and radiator heat [kW] over the rise of the water above the room from 0 on."""

COLDEST_C = -60.0
"""Room temperature down to which the radiator curve reaches [degC]."""

_SAMPLES = np.arange(4) / 3.0


def compile_heater(plant: HeaterPlant) -> Floats:
    """The vector of a plant [N_VALUES], read-only."""
    values = np.zeros(N_VALUES)
    _fill_heater(values, plant)
    _fill_building(values, plant)
    values[ELEMENT_EFFICIENCY] = 1.0
    fan_min = plant.air.fan_min
    least, most = brick_to_water_kw_per_k(values, np.array([fan_min, 1.0]))
    values[TRANSFER_MIN_KW_PER_K] = least
    values[TRANSFER_MAX_KW_PER_K] = most
    rise_max_k = plant.water.max_c - COLDEST_C
    values[RADIATOR_CELLS_PER_K] = CELLS / rise_max_k
    values[TRANSFER_CELLS_PER_FAN] = CELLS / (1.0 - fan_min)
    curves = (
        (TRANSFER_CURVE, lambda fan: brick_to_water_kw_per_k(values, fan), fan_min, 1.0),
        (FAN_CURVE, lambda transfer: _fan_of(values, transfer), least, most),
        (RADIATOR_CURVE, lambda rise: radiated_kw(values, rise), 0.0, rise_max_k),
    )
    for start, curve, low, high in curves:
        values[start : start + 4 * CELLS] = _cubics(curve, low, high)
    values.setflags(write=False)
    return values


def brick_to_water_kw_per_k(values: Floats, fan: Floats) -> Floats:
    """Equation (6): transfer K from brick to water [kW/K].

    Args:
        values: the vector of a plant; its curves are not read.
        fan: fan fractions, 0 (no transfer) to 1, of any shape.
    """
    running = np.where(fan > 0.0, fan, 1.0)
    effectiveness = 1.0 - np.exp(-values[CHANNEL_NTU] * running**-0.2)
    resistance = 1.0 / effectiveness + values[EXCHANGER_RESISTANCE]
    resistance = resistance / (values[AIR_KW_PER_K] * running) - values[WATER_RESISTANCE_K_PER_KW]
    return np.where(fan > 0.0, 1.0 / resistance, 0.0)


def radiated_kw(values: Floats, rise_k: Floats) -> Floats:
    """Equation (5): radiator heat [kW] at rises of the water over the room [K], of any shape."""
    rise = np.maximum(rise_k, 0.0) / values[RADIATOR_RISE_K]
    heat_kw: Floats = values[RADIATOR_KW] * rise ** values[RADIATOR_POWER]
    return heat_kw


def _fan_of(values: Floats, transfer_kw_per_k: Floats) -> Floats:
    """Fan fractions of given transfers, by bisection to the last digit."""
    low = np.full_like(transfer_kw_per_k, values[FAN_MIN])
    high = np.ones_like(transfer_kw_per_k)
    for _ in range(55):
        middle = (low + high) / 2
        enough = brick_to_water_kw_per_k(values, middle) >= transfer_kw_per_k
        high, low = np.where(enough, middle, high), np.where(enough, low, middle)
    return high


def _cubics(curve: Callable[[Floats], Floats], low: float, high: float) -> Floats:
    """Factors of the cubics through four points of a curve in each cell, constant first."""
    at = low + (np.arange(CELLS)[:, None] + _SAMPLES) * ((high - low) / CELLS)
    factors = np.linalg.solve(np.vander(_SAMPLES, increasing=True), curve(np.minimum(at, high)).T)
    return np.asarray(factors.T, np.float64).ravel()


def _fill_heater(values: Floats, plant: HeaterPlant) -> None:
    brick, air, water = plant.brick, plant.air, plant.water
    values[POWER_MAX_KW] = plant.heater.power_max_kw
    values[BRICK_K_PER_KWH] = 1.0 / brick.capacity_kwh_per_k
    values[BRICK_MIN_C] = brick.min_c
    values[BRICK_MAX_C] = brick.max_c
    values[TRIP_C] = brick.trip_c
    values[TRIP_RESET_C] = brick.trip_reset_c
    values[STORE_LOSS_KW_PER_K] = brick.loss_kw_per_k
    values[SURROUNDINGS_C] = brick.surroundings_c
    values[AIR_KW_PER_K] = air.flow_kw_per_k
    values[CHANNEL_NTU] = air.channel_ntu
    values[EXCHANGER_RESISTANCE] = 1.0 / air.exchanger_effectiveness - 1.0
    values[WATER_RESISTANCE_K_PER_KW] = 1.0 / (2.0 * water.flow_kw_per_k)
    values[FAN_MIN] = air.fan_min
    values[FAN_POWER_KW] = air.fan_power_kw
    values[WATER_K_PER_KWH] = 1.0 / water.capacity_kwh_per_k
    values[WATER_MAX_C] = water.max_c
    values[RADIATOR_KW] = water.radiator_kw
    values[RADIATOR_RISE_K] = water.radiator_rise_k
    values[RADIATOR_POWER] = 1.0 + water.radiator_exponent


def _fill_building(values: Floats, plant: HeaterPlant) -> None:
    building, gains = plant.building, plant.gains
    values[ROOM_K_PER_KWH] = 1.0 / building.room_kwh_per_k
    values[MASS_K_PER_KWH] = 1.0 / building.mass_kwh_per_k
    values[ROOM_TO_MASS_KW_PER_K] = building.room_to_mass_kw_per_k
    values[ENVELOPE_KW_PER_K] = building.envelope_kw_per_k
    values[INFILTRATION_KW_PER_K] = building.infiltration_kw_per_k
    values[WIND_KW_PER_K_PER_M_PER_S] = building.infiltration_kw_per_k_per_m_per_s
    values[BASE_GAIN_KW] = gains.base_kw
    values[OCCUPANCY_GAIN_KW] = gains.occupancy_kw
    values[SOLAR_KW_PER_W_PER_M2] = gains.solar_m2 / 1000.0
