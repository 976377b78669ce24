"""The day that repeats itself: a heater charged at night that serves the same day again and again.

It is the steady state by which heaters, seasons and other simulations are compared; the protocol
and what it gives stand in `docs/heater.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .errors import InputError
from .heater import HeaterPlant, Temperatures
from .heater_simulate import HeaterRun, release_heater
from .heater_weather import HeaterWeather
from .stn_tables import Floats

_STEPS = 96
_TOLERANCE_K = 1e-6
_MOST_TRIES = 20
_NUDGE = 1e-2


@dataclass(frozen=True, slots=True)
class PeriodicDay:
    """A day that ends as it began.

    Args:
        power_kw: constant power while charging [kW].
        run: the day in quarters of an hour, from the start of charging on.
    """

    power_kw: float
    run: HeaterRun

    @property
    def heater_kwh(self) -> float:
        """Energy charged in the day [kWh]."""
        return float(self.run.metered("heater_kwh").sum())

    @property
    def brick_peak_c(self) -> float:
        """Hottest brick at the end of a step [degC]."""
        return float(self.run.temp_c[:, 0].max())


def design_heat_kw(plant: HeaterPlant, weather: HeaterWeather, room_c: float) -> Floats:
    """Equation (9): the heat load of a room temperature by the sum of the conductances [T], in kW.

    It takes the mass to be as warm as the room, as design loads do; so a heater that releases it
    keeps the room somewhat warmer.
    """
    building, gains = plant.building, plant.gains
    wind_kw_per_k = building.infiltration_kw_per_k_per_m_per_s * weather.wind_m_per_s
    outside_kw_per_k = building.envelope_kw_per_k + building.infiltration_kw_per_k + wind_kw_per_k
    free_kw = gains.base_kw + gains.occupancy_kw * weather.occupancy
    free_kw = free_kw + gains.solar_m2 / 1000.0 * weather.ghi_w_per_m2
    return np.maximum(0.0, outside_kw_per_k * (room_c - weather.ambient_c) - free_kw)


def periodic_day(
    plant: HeaterPlant,
    weather: HeaterWeather,
    *,
    room_c: float = 20.0,
    brick_c: float = 138.0,
    charge_from_hour: int = 22,
    charge_h: int = 7,
) -> PeriodicDay:
    """The day of a heater that is charged at constant power at night and releases constant heat.

    All day the fan releases the mean of the design heat load (equation 9). Power and the first
    temperatures of water, room and mass are found, by Newton's method, such that the day ends as it
    began.

    Args:
        plant: the heater.
        weather: a day of 96 quarters of an hour from midnight on.
        room_c: room temperature of the design heat load [degC].
        brick_c: brick when charging begins [degC]: what is kept in reserve.
        charge_from_hour: clock hour at which charging begins.
        charge_h: hours of charging.

    Raises:
        InputError: weather of another length, or a day that the heater cannot serve.
    """
    if weather.n_steps != _STEPS:
        raise InputError("weather", weather.n_steps, f"give {_STEPS} quarters of an hour")
    weather = weather.shifted(4 * charge_from_hour)
    heat_kw = np.full(_STEPS, design_heat_kw(plant, weather, room_c).mean())
    charging = np.arange(_STEPS) < 4 * charge_h

    def day(unknown: Floats) -> HeaterRun:
        power_kw, water_c, mean_room_c, mass_c = (float(value) for value in unknown)
        start = Temperatures(brick_c, water_c, mean_room_c, mass_c)
        return release_heater(plant, start, power_kw * charging, heat_kw, weather)

    def gap_k(unknown: Floats) -> Floats:
        first_c, last_c = day(unknown).temp_c[[0, -1]]
        return np.asarray(last_c - first_c, np.float64)

    power_guess_kw = heat_kw[0] * 24.0 / charge_h
    unknown = np.array([power_guess_kw, room_c + 25.0, room_c, room_c - 2.0])
    for _ in range(_MOST_TRIES):
        gap = gap_k(unknown)
        if np.abs(gap).max() < _TOLERANCE_K:
            return PeriodicDay(float(unknown[0]), day(unknown))
        nudged = [gap_k(unknown + nudge) - gap for nudge in _NUDGE * np.eye(4)]
        unknown = unknown - np.linalg.lstsq(np.array(nudged).T / _NUDGE, gap, rcond=None)[0]
    raise InputError(
        "periodic day",
        f"{np.abs(gap).max():.3g} K off",
        "the heater cannot serve it: give milder weather, longer charging or another brick_c",
    )
