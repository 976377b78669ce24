"""How the end of each step of a course depends on its start, its power and its fan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heater_heat_kernel import BRICK, MASS, ROOM, WATER
from .heater_outlook import HeaterOutlook
from .heater_plan_course import Course
from .heater_tables import (
    BASE_GAIN_KW,
    BRICK_K_PER_KWH,
    ENVELOPE_KW_PER_K,
    HOLD_H,
    INFILTRATION_KW_PER_K,
    MASS_K_PER_KWH,
    OCCUPANCY_GAIN_KW,
    RADIATOR_KW,
    RADIATOR_POWER,
    RADIATOR_RISE_K,
    ROOM_K_PER_KWH,
    ROOM_TO_MASS_KW_PER_K,
    SOLAR_KW_PER_W_PER_M2,
    STORE_LOSS_KW_PER_K,
    SUBSTEPS,
    SURROUNDINGS_C,
    WATER_K_PER_KWH,
    WIND_KW_PER_K_PER_M_PER_S,
    brick_to_water_kw_per_k,
    radiated_kw,
)
from .stn_tables import Floats

SUBSTEP_H = HOLD_H / SUBSTEPS

STAGE_SHARES = (0.0, 0.5, 0.5, 1.0)
"""Of a Runge-Kutta step: how far each stage goes with the slope of the stage before."""

STAGE_WEIGHTS = (1 / 6, 1 / 3, 1 / 3, 1 / 6)
"""Weights of the slopes of the stages in the step."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the weather does to the building in n steps.

    Args:
        ambient_c: outside temperature [n].
        gain_kw: gains [n].
        air_kw_per_k: conductance of the air exchange [n].
    """

    ambient_c: Floats
    gain_kw: Floats
    air_kw_per_k: Floats


def surroundings(values: Floats, outlook: HeaterOutlook) -> Surroundings:
    """The surroundings from the step of an outlook on."""
    weather, ahead = outlook.weather, slice(outlook.step, None)
    wind_kw_per_k = values[WIND_KW_PER_K_PER_M_PER_S] * weather.wind_m_per_s[ahead]
    gain_kw = values[BASE_GAIN_KW] + values[OCCUPANCY_GAIN_KW] * weather.occupancy[ahead]
    return Surroundings(
        ambient_c=weather.ambient_c[ahead],
        gain_kw=gain_kw + values[SOLAR_KW_PER_W_PER_M2] * weather.ghi_w_per_m2[ahead],
        air_kw_per_k=values[INFILTRATION_KW_PER_K] + wind_kw_per_k,
    )


def radiator_kw_per_k(values: Floats, rise_k: Floats) -> Floats:
    """Slope of the radiator heat, equation (5), at rises of the water over the room, any shape."""
    rise = np.maximum(rise_k, 0.0) / values[RADIATOR_RISE_K]
    steepest = values[RADIATOR_KW] * values[RADIATOR_POWER] / values[RADIATOR_RISE_K]
    slope: Floats = np.where(rise_k > 0.0, steepest * rise ** (values[RADIATOR_POWER] - 1.0), 0.0)
    return slope


@dataclass(frozen=True, slots=True)
class Slopes:
    """The steps of a course, linearised: n steps.

    Args:
        end_c: ends of the steps [n, 4].
        by_start: derivatives of the ends by the starts [n, 4, 4].
        by_power: by the heater power [n, 4] [K/kW].
        by_transfer: by the transfer from brick to water [n, 4] [K/(kW/K)].
        transfer_kw_per_k: transfer in the course [n].
    """

    end_c: Floats
    by_start: Floats
    by_power: Floats
    by_transfer: Floats
    transfer_kw_per_k: Floats


class _Heater:
    """The slopes of the four temperatures and their derivatives, for all steps at once."""

    def __init__(self, values: Floats, around: Surroundings, course: Course) -> None:
        self.values, self.around, self.power_kw = values, around, course.power_kw
        self.transfer = brick_to_water_kw_per_k(values, course.fan)
        places = [BRICK_K_PER_KWH, WATER_K_PER_KWH, ROOM_K_PER_KWH, MASS_K_PER_KWH]
        self.per_kwh = values[places]

    def slopes(self, at_c: Floats, by: Floats) -> tuple[Floats, Floats]:
        """Slopes [n, 4] and their derivatives [n, 4, 6] at temperatures and their derivatives."""
        values, around = self.values, self.around
        brick_c, water_c, room_c, mass_c = at_c.T
        loss, envelope = values[STORE_LOSS_KW_PER_K], values[ENVELOPE_KW_PER_K]
        inside = values[ROOM_TO_MASS_KW_PER_K]
        released = self.transfer * (brick_c - water_c)
        released_by = self.transfer[:, None] * (by[:, BRICK] - by[:, WATER])
        released_by[:, -1] += brick_c - water_c
        radiated = radiated_kw(values, water_c - room_c)
        steepness = radiator_kw_per_k(values, water_c - room_c)
        radiated_by = steepness[:, None] * (by[:, WATER] - by[:, ROOM])
        moved, moved_by = inside * (room_c - mass_c), inside * (by[:, ROOM] - by[:, MASS])
        stored = self.power_kw - released - loss * (brick_c - values[SURROUNDINGS_C])
        stored_by = -released_by - loss * by[:, BRICK]
        stored_by[:, 4] += 1.0
        lost = around.air_kw_per_k * (room_c - around.ambient_c)
        lost_by = around.air_kw_per_k[:, None] * by[:, ROOM]
        flows = np.stack(
            [
                stored,
                released - radiated,
                radiated + around.gain_kw - lost - moved,
                moved - envelope * (mass_c - around.ambient_c),
            ],
            axis=1,
        )
        flows_by = np.stack(
            [
                stored_by,
                released_by - radiated_by,
                radiated_by - lost_by - moved_by,
                moved_by - envelope * by[:, MASS],
            ],
            axis=1,
        )
        return flows * self.per_kwh, flows_by * self.per_kwh[:, None]


def linearise(values: Floats, around: Surroundings, course: Course) -> Slopes:
    """Differentiate the Runge-Kutta steps of a course."""
    heater, n = _Heater(values, around, course), len(course.power_kw)
    at_c, by = course.temp_c[:-1], np.zeros((n, 4, 6))
    by[:, range(4), range(4)] = 1.0
    for _ in range(SUBSTEPS):
        slope, slope_by = np.zeros_like(at_c), np.zeros_like(by)
        end_c, end_by = at_c, by
        for share, weight in zip(STAGE_SHARES, STAGE_WEIGHTS, strict=True):
            ahead = SUBSTEP_H * share
            slope, slope_by = heater.slopes(at_c + ahead * slope, by + ahead * slope_by)
            end_c = end_c + SUBSTEP_H * weight * slope
            end_by = end_by + SUBSTEP_H * weight * slope_by
        at_c, by = end_c, end_by
    return Slopes(at_c, by[:, :, :4], by[:, :, 4], by[:, :, 5], heater.transfer)
