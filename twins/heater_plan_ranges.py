"""Ranges that no course of a heater leaves, whatever its controls: what the lower bound rests on.

They hold for the ends of steps and for the Runge-Kutta stages in between. `docs/heater.md`, section
"Planner", has the arguments, by the letters used here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heater_heat_kernel import BRICK, MASS, ROOM, WATER
from .heater_outlook import HeaterOutlook
from .heater_plan_slopes import SUBSTEP_H, Surroundings, radiator_kw_per_k
from .heater_tables import (
    BRICK_K_PER_KWH,
    BRICK_MAX_C,
    BRICK_MIN_C,
    CELLS,
    ENVELOPE_KW_PER_K,
    HOLD_H,
    MASS_K_PER_KWH,
    RADIATOR_CELLS_PER_K,
    RADIATOR_CURVE,
    ROOM_K_PER_KWH,
    ROOM_TO_MASS_KW_PER_K,
    STORE_LOSS_KW_PER_K,
    SURROUNDINGS_C,
    TRANSFER_MAX_KW_PER_K,
    WATER_K_PER_KWH,
    WATER_MAX_C,
    radiated_kw,
)
from .stn_tables import Floats

_SPARE_K = 1.0
_SPARE_RISE_K = 10.0


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges of a rest of an episode of n steps.

    Args:
        low_c: least brick, water, room and mass [4].
        high_c: greatest [4].
        steepest_kw_per_k: greatest slope L of the radiator heat.
        curve_kw: how far the kernel's curve of the radiator heat is from its equation, at most.
        least_loss_kw: least heat that the room loses to the outside and the mass, less its gains
            [n]; negative.
        proven: whether the plant is slow enough for the arguments; if not, there is no bound.
    """

    low_c: Floats
    high_c: Floats
    steepest_kw_per_k: float
    curve_kw: float
    least_loss_kw: Floats
    proven: bool


def find_ranges(values: Floats, outlook: HeaterOutlook, around: Surroundings) -> Ranges:
    """The ranges from the state of an outlook on, in its surroundings."""
    brick_c, water_c, room_c, mass_c = outlook.temp_c.tolist()
    coldest_c = float(min(water_c, room_c, mass_c, around.ambient_c.min())) - _SPARE_K
    water_k_per_k = HOLD_H * values[WATER_K_PER_KWH] * values[TRANSFER_MAX_KW_PER_K]
    hottest_c = max(water_c, float(values[WATER_MAX_C]))
    hottest_c += float(water_k_per_k) * (hottest_c - coldest_c)
    free_c = around.ambient_c + around.gain_kw / np.maximum(around.air_kw_per_k, 1e-9)
    room_high_c = max(hottest_c, room_c, mass_c, float(free_c.max())) + _SPARE_K
    high_c = np.array([max(brick_c, values[BRICK_MAX_C]), hottest_c, room_high_c, room_high_c])
    low_c = np.full(4, coldest_c)
    low_c[BRICK] = _least_brick_c(values, brick_c, coldest_c, len(around.gain_kw), high_c[BRICK])
    rise_k = high_c[WATER] - coldest_c + _SPARE_RISE_K
    steepest = float(radiator_kw_per_k(values, np.array(rise_k)))
    least_loss_kw = _least_loss_kw(values, outlook, around, coldest_c, room_high_c)
    return Ranges(
        low_c, high_c, steepest, _curve_kw(values), least_loss_kw,
        _slow_enough(values, around, steepest, least_loss_kw, high_c[BRICK]),
    )  # fmt: skip


def _least_brick_c(
    values: Floats, brick_c: float, coldest_c: float, n: int, hottest_c: float
) -> float:
    """Below its least the brick loses heat by its insulation only; from above, a step of full fan.

    A brick that begins below its least stays there or is heated.
    """
    least_c = float(values[BRICK_MIN_C])
    share = HOLD_H * values[BRICK_K_PER_KWH] * values[TRANSFER_MAX_KW_PER_K]
    lost_k = values[BRICK_K_PER_KWH] * values[STORE_LOSS_KW_PER_K] * n * HOLD_H
    lost_k *= max(0.0, hottest_c - values[SURROUNDINGS_C])
    return min(brick_c, least_c - float(share) * (least_c - coldest_c)) - float(lost_k) - _SPARE_K


def _least_loss_kw(
    values: Floats, outlook: HeaterOutlook, around: Surroundings, coldest_c: float, room_c: float
) -> Floats:
    """Lower bound of the room's loss [n]: the mass is at most so much warmer than the room."""
    inside = values[ROOM_TO_MASS_KW_PER_K]
    cooling = values[ROOM_K_PER_KWH] * around.air_kw_per_k * (room_c - around.ambient_c)
    warming_k = np.maximum(0.0, around.ambient_c - coldest_c)
    cooling = cooling + values[MASS_K_PER_KWH] * values[ENVELOPE_KW_PER_K] * warming_k
    settling = inside * (values[ROOM_K_PER_KWH] + values[MASS_K_PER_KWH])
    warmer_k = max(float(outlook.temp_c[MASS] - outlook.temp_c[ROOM]), 0.0)
    warmer_k = max(warmer_k, float(cooling.max() / settling)) + _SPARE_K
    least: Floats = -around.gain_kw - around.air_kw_per_k * warming_k - inside * warmer_k
    return least


def _curve_kw(values: Floats) -> float:
    """Twice the greatest error of the curve at sixteen points of each cell, and a hair more."""
    place = np.arange(16 * CELLS) / 16.0
    cell = place.astype(np.int64)
    factors = values[RADIATOR_CURVE : RADIATOR_CURVE + 4 * CELLS].reshape(CELLS, 4)[cell]
    within = (place - cell)[:, None]
    on_curve = (factors * within ** np.arange(4)).sum(axis=1)
    error = np.abs(on_curve - radiated_kw(values, place / values[RADIATOR_CELLS_PER_K]))
    return 2.0 * float(error[4 * 16 :].max()) + 1e-6


def _slow_enough(
    values: Floats, around: Surroundings, steepest: float, least_loss_kw: Floats, brick_c: float
) -> bool:
    """Whether no stage of a Runge-Kutta step can turn a heat flow round."""
    brick, water = values[BRICK_K_PER_KWH], values[WATER_K_PER_KWH]
    room, mass = values[ROOM_K_PER_KWH], values[MASS_K_PER_KWH]
    inside = values[ROOM_TO_MASS_KW_PER_K]
    rates_per_h = (
        values[TRANSFER_MAX_KW_PER_K] * (brick + water),
        steepest * (water + room) / 2.0,
        (around.air_kw_per_k.max() + inside) * room,
        (inside + values[ENVELOPE_KW_PER_K]) * mass,
    )
    slow = all(rate * SUBSTEP_H <= 0.5 for rate in rates_per_h)
    turned_k = brick * values[STORE_LOSS_KW_PER_K] * (brick_c - values[SURROUNDINGS_C])
    turned_k -= water * SUBSTEP_H * steepest * room * float(least_loss_kw.min())
    spare_k = values[BRICK_MIN_C] - values[WATER_MAX_C]
    fallen_k = HOLD_H * brick * values[TRANSFER_MAX_KW_PER_K] * values[BRICK_MIN_C]
    slow = slow and values[BRICK_MIN_C] - fallen_k >= values[SURROUNDINGS_C]
    return bool(slow and 2.0 * SUBSTEP_H * turned_k <= 0.3 * spare_k)
