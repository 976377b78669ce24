"""A heater run through a course of controls and weather, outside any env."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError
from .heater import HeaterPlant, Temperatures
from .heater_heat_kernel import fan_fractions
from .heater_kernel import METER, run_heater, run_released
from .heater_tables import HOLD_H, brick_to_water_kw_per_k
from .heater_weather import HeaterWeather
from .stn_tables import Floats


@dataclass(frozen=True, slots=True)
class HeaterRun:
    """What a heater did in T steps.

    Args:
        temp_c: temperatures of brick, water, room and mass before the first step and after each
            [T + 1, 4], in degC.
        tripped: whether the heater had tripped [T + 1].
        meter: energies, fan fraction and clip reasons of the steps [T, 11], in the order of
            `heater_kernel.METER`.
        step_h: length of a step [h].
        capacities_kwh_per_k: heat capacities of the four stores [4].
    """

    temp_c: Floats
    tripped: NDArray[np.bool_]
    meter: Floats
    step_h: float
    capacities_kwh_per_k: Floats

    def metered(self, name: str) -> Floats:
        """A column of the meter [T], by its name in `heater_kernel.METER`.

        Raises:
            InputError: a name that is not metered.
        """
        if name not in METER:
            raise InputError("metered", name, f"use one of {', '.join(METER)}")
        return self.meter[:, METER.index(name)]

    @property
    def power_kw(self) -> Floats:
        """Realised heater power [T], in kW."""
        return self.metered("heater_kwh") / self.step_h

    @property
    def load_kw(self) -> Floats:
        """Electric load of heater and fan [T], in kW."""
        return (self.metered("heater_kwh") + self.metered("fan_kwh")) / self.step_h

    @property
    def stored_kwh(self) -> Floats:
        """Heat in the four stores above 0 degC [T + 1], in kWh."""
        return self.temp_c @ self.capacities_kwh_per_k

    @property
    def unbalanced_kwh(self) -> Floats:
        """Heat in less heat out less heat stored [T], in kWh: what rounding leaves."""
        heat_in = self.metered("heater_kwh") + self.metered("gains_kwh")
        losses = ("envelope_kwh", "infiltration_kwh", "store_loss_kwh")
        heat_out = np.sum([self.metered(name) for name in losses], axis=0)
        balance: Floats = heat_in - heat_out - np.diff(self.stored_kwh)
        return balance


def simulate_heater(
    plant: HeaterPlant,
    power_kw: ArrayLike,
    fan: ArrayLike,
    weather: HeaterWeather,
    *,
    step_minutes: int = 15,
    start: Temperatures | None = None,
    tripped: bool = False,
) -> HeaterRun:
    """Run a heater from a state through a course of controls and weather.

    Requests are taken as far as the limits of the plant allow (`docs/heater.md`).

    Args:
        plant: the heater.
        power_kw: heater power asked for [T] [kW].
        fan: fan fraction asked for [T]; below the plant's least the fan stands.
        weather: of the T steps.
        step_minutes: length of a step, a divisor of 60; within it the controls are held.
        start: the first state; None for the plant's own.
        tripped: whether the heater has tripped before.

    Raises:
        InputError: controls that are not finite numbers or not as many as steps of weather, a step
            that does not divide the hour, or a start hotter than the trip or the water's limit.
    """
    if not isinstance(step_minutes, int) or step_minutes <= 0 or 60 % step_minutes:
        raise InputError("step_minutes", step_minutes, "use a divisor of 60, such as 60 or 15")
    steps = weather.n_steps
    return _run(
        plant, start or plant.initial, tripped, _controls("power_kw", power_kw, steps),
        _controls("fan", fan, steps), weather, step_minutes / 60, run_heater,
    )  # fmt: skip


def release_heater(
    plant: HeaterPlant,
    start: Temperatures,
    power_kw: ArrayLike,
    heat_kw: ArrayLike,
    weather: HeaterWeather,
) -> HeaterRun:
    """Run a heater by quarters of an hour with the fan set to release given heat.

    Args:
        plant: the heater.
        start: its first state.
        power_kw: heater power asked for [T] [kW].
        heat_kw: heat from the brick to the water [T] [kW], as much of it as the fan can move; met
            at the temperatures at the start of each step.
        weather: of the T steps.

    Raises:
        InputError: as `simulate_heater`.
    """
    steps = weather.n_steps
    return _run(
        plant, start, False, _controls("power_kw", power_kw, steps),
        _controls("heat_kw", heat_kw, steps), weather, HOLD_H, run_released,
    )  # fmt: skip


def transfer_of_fan(plant: HeaterPlant, fan: ArrayLike) -> Floats:
    """Transfer K(f) from brick to water [kW/K] at fan fractions from 0 to 1, of any shape."""
    return brick_to_water_kw_per_k(plant.tables, np.asarray(fan, np.float64))


def fan_of_transfer(plant: HeaterPlant, transfer_kw_per_k: ArrayLike) -> Floats:
    """Fan fractions that give transfers [kW/K] of any shape: the inverse of `transfer_of_fan`.

    Rising; 0 below the least transfer of a running fan, 1 beyond the most; the transfer at the
    fraction is within 1e-6 of the one asked for.
    """
    wanted = np.asarray(transfer_kw_per_k, np.float64)
    fan = np.empty(wanted.size)
    fan_fractions(plant.tables, wanted.ravel(), fan)
    return fan.reshape(wanted.shape)


def _controls(name: str, values: ArrayLike, steps: int) -> Floats:
    controls = np.asarray(values, np.float64)
    if controls.shape != (steps,):
        raise InputError(name, controls.shape, f"give one number for each of {steps} steps")
    if not np.isfinite(controls).all():
        raise InputError(name, controls[~np.isfinite(controls)][0], "give finite numbers")
    return np.ascontiguousarray(controls)


def _run(
    plant: HeaterPlant, start: Temperatures, tripped: bool, power_kw: Floats, control: Floats,
    weather: HeaterWeather, step_h: float, course: Callable[..., None],
) -> HeaterRun:  # fmt: skip
    steps = weather.n_steps
    temp_c, trips = np.empty((steps + 1, 4)), np.empty(steps + 1, np.bool_)
    temp_c[0], trips[0] = start.as_array(), tripped
    if not np.isfinite(temp_c[0]).all():
        raise InputError("start", start, "give finite temperatures in degC")
    meter = np.zeros((steps, len(METER)))
    course(plant.tables, temp_c, trips, power_kw, control, weather.table, step_h, meter)
    return HeaterRun(temp_c, trips, meter, step_h, plant.capacities_kwh_per_k)
