"""Rules that run a heater: what operators do who plan nothing.

All of them share the fan: it releases the heat that holds the room at its set-point. They differ in
when they charge.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..envs.heater_env import SetsHeaterEnv
from ..envs.policy import Env
from ..twins.errors import InputError
from ..twins.heater import HeaterPlant
from ..twins.heater_day import design_heat_kw
from ..twins.heater_heat_kernel import BRICK, MASS, ROOM, WATER
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_simulate import fan_of_transfer
from ..twins.heater_tables import HOLD_H
from ..twins.stn_tables import Floats
from ..twins.value_checks import check_number

Charging = Literal["long", "short"]

CHARGING_HOURS = {"long": (22, 23, 0, 1, 2, 3, 4), "short": (22, 23, 0, 3, 4)}
"""Clock hours of charging of Ji et al. 2019: 22-5 h, and 22-1 h plus 3-5 h."""

RESERVE_K = 30.0
"""What rules keep in the brick above its least temperature [K]."""

_PER_DAY = 96
_ROOM_H, _WATER_H = 1.0, 0.5
"""Times in which the fan means to bring room and water to where they should be [h]."""


def heater_env(env: Env) -> SetsHeaterEnv:
    """The heater env under any wrappers.

    Raises:
        InputError: an env that is no heater.
    """
    base = env.unwrapped
    if not isinstance(base, SetsHeaterEnv):
        raise InputError("env", str(env), "give an env of a heater, such as plantgym/SetsHeater-v0")
    return base


def holding_fan(plant: HeaterPlant, view: HeaterOutlook, room_c: float) -> float:
    """The fan fraction that brings the room to a temperature, and holds it there.

    The room needs what it loses, equation (3), and what it is too cold; the radiators give it at
    the water temperature that equation (5) asks for; the fan gives the water what they take, and
    what it is too cold.
    """
    weather, step = view.weather, view.step
    brick_c, water_c, now_c, mass_c = (view.temp_c[k] for k in (BRICK, WATER, ROOM, MASS))
    building, gains, water = plant.building, plant.gains, plant.water
    wind_kw_per_k = building.infiltration_kw_per_k_per_m_per_s * weather.wind_m_per_s[step]
    outside_kw = (building.infiltration_kw_per_k + wind_kw_per_k) * (
        room_c - weather.ambient_c[step]
    )
    inside_kw = building.room_to_mass_kw_per_k * (room_c - mass_c)
    gain_kw = gains.base_kw + gains.occupancy_kw * weather.occupancy[step]
    gain_kw += gains.solar_m2 / 1000.0 * weather.ghi_w_per_m2[step]
    heat_kw = outside_kw + inside_kw - gain_kw
    heat_kw = max(0.0, heat_kw + building.room_kwh_per_k * (room_c - now_c) / _ROOM_H)
    rise_k = (heat_kw / water.radiator_kw) ** (1.0 / (1.0 + water.radiator_exponent))
    wanted_c = min(now_c + water.radiator_rise_k * rise_k, water.max_c)
    released_kw = heat_kw + water.capacity_kwh_per_k * (wanted_c - water_c) / _WATER_H
    if released_kw <= 0.0 or brick_c <= water_c:
        return 0.0
    return float(fan_of_transfer(plant, released_kw / (brick_c - water_c)))


class HeaterRule(ABC):
    """Charges by a rule of its own, and holds the room at the set-point of the terms."""

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        self.env = heater_env(env)
        self.plant = self.env.plant
        self.room_c = self.env.terms.room_set_c

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for the power that the rule chooses and the fan that holds the room.

        Whatever the rule, what the building takes is charged while the brick is below its reserve.
        """
        view = self.env.view()
        needed_kw = self.needed_kw(view)
        power_kw = self.power_kw(view, needed_kw)
        if view.temp_c[BRICK] < self.plant.brick.min_c + RESERVE_K:
            power_kw = max(power_kw, 1.2 * needed_kw[0])
        power_kw = min(max(power_kw, 0.0), self.plant.heater.power_max_kw)
        fan = holding_fan(self.plant, view, self.room_c)
        return self.env.batch.controls_to_action(power_kw, fan)

    @abstractmethod
    def power_kw(self, view: HeaterOutlook, needed_kw: Floats) -> float:
        """Heater power for the coming step [kW], within any limits.

        Args:
            view: what is known.
            needed_kw: as the method `needed_kw` gives it.
        """

    def needed_kw(self, view: HeaterOutlook) -> Floats:
        """Heat that holds the room, and the loss of the store, from now to the end of the day [t].

        Equation (9), with the mass as much colder than the room as it becomes in time. The days of
        an episode begin at its start hour.
        """
        plant, building = self.plant, self.plant.building
        inside = building.room_to_mass_kw_per_k + building.envelope_kw_per_k
        less_kw_per_k = building.envelope_kw_per_k**2 / inside
        heat_kw = design_heat_kw(plant, view.weather, self.room_c)
        heat_kw -= less_kw_per_k * (self.room_c - view.weather.ambient_c)
        loss_kw = plant.brick.loss_kw_per_k * (view.temp_c[BRICK] - plant.brick.surroundings_c)
        ahead = slice(view.step, (view.step // _PER_DAY + 1) * _PER_DAY)
        return np.asarray(np.maximum(0.0, heat_kw[ahead]) + loss_kw, np.float64)

    def lacking_kwh(self, view: HeaterOutlook, needed_kw: Floats) -> float:
        """Energy to be charged for the day to end with the heat that the episode began with."""
        heat_kwh = float(self.plant.capacities_kwh_per_k @ view.temp_c)
        return view.start_heat_kwh - heat_kwh + float(needed_kw.sum()) * HOLD_H


class Thermostat(HeaterRule):
    """Charges what the building takes, whatever the price: keeps the heat that there was."""

    def power_kw(self, view: HeaterOutlook, needed_kw: Floats) -> float:
        """What the building takes now, and within an hour what the heat has fallen behind."""
        heat_kwh = float(self.plant.capacities_kwh_per_k @ view.temp_c)
        return float(needed_kw[0]) + view.start_heat_kwh - heat_kwh


class Timer(HeaterRule):
    """Charges in fixed hours of the night, what the day is expected to take.

    In each of the hours the operator shares what is lacking over those that are left: a constant
    power, as far as the forecast holds.

    Args:
        charging: `"long"` for 22-5 h, `"short"` for 22-1 h and 3-5 h.

    Raises:
        InputError: another way of charging.
    """

    def __init__(self, charging: Charging = "long") -> None:
        if charging not in CHARGING_HOURS:
            raise InputError("charging", charging, f"use one of {', '.join(CHARGING_HOURS)}")
        self.hours = CHARGING_HOURS[charging]

    def power_kw(self, view: HeaterOutlook, needed_kw: Floats) -> float:
        """An equal share of what is lacking in the hours of charging, else nothing."""
        hour = (view.start_hour + (view.step + np.arange(len(needed_kw))) // 4) % 24
        charging = np.isin(hour, self.hours)
        if not charging[0]:
            return 0.0
        return self.lacking_kwh(view, needed_kw) / (HOLD_H * np.count_nonzero(charging))


class PriceQuantile(HeaterRule):
    """Charges in the cheapest steps of the day that suffice, by the prices known and expected.

    Args:
        power_share: share of the greatest power that it charges with; more makes it choose fewer
            and cheaper steps, and a higher peak.

    Raises:
        InputError: a share that is not above 0 and at most 1.
    """

    def __init__(self, power_share: float = 0.3) -> None:
        check_number("power_share", power_share, low=0.01, high=1.0)
        self.power_share = power_share

    def power_kw(self, view: HeaterOutlook, needed_kw: Floats) -> float:
        """The rule's power if this step is among the cheapest that suffice, else nothing."""
        power_kw = self.power_share * self.plant.heater.power_max_kw
        steps = self.lacking_kwh(view, needed_kw) / (HOLD_H * power_kw)
        prices = view.buy_price_per_kwh[view.step : view.step + len(needed_kw)]
        cheaper = np.count_nonzero(prices < prices[0])
        return power_kw * min(1.0, max(0.0, steps - cheaper))
