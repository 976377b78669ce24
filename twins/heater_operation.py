"""How a heater is run through a winter: by its building's controller and by an operator.

The controller sets the fan, the operator charges. Neither knows what the weather and the people
will do, and the meter and the sensors that watch them err.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .heater import HeaterPlant
from .heater_day import design_heat_kw
from .heater_kernel import METER
from .heater_season_kernel import run_controlled
from .heater_weather import HeaterWeather
from .season_weather import FIRST_DAY, STEPS_PER_DAY, red_noise, winter_weather
from .stn_tables import Floats
from .value_checks import check_number

Control = Literal["modulated", "fixed-power"]
Behaviour = Literal["short", "long", "mixed"]

CONTROLS: tuple[Control, ...] = ("modulated", "fixed-power")
BEHAVIOURS: tuple[Behaviour, ...] = ("short", "long", "mixed")

CHARGING_HOURS = {"short": (22, 23, 0, 3, 4), "long": (22, 23, 0, 1, 2, 3, 4)}
"""Clock hours of charging of the two behaviours of Ji et al. 2019: 22-1 and 3-5 h, 22-5 h."""

WARM_UP_DAYS = 4
"""Days that a heater runs before its season begins."""

_EVENING = 88
_ROOM_C = 20.0
_STEP_H = 0.25


@dataclass(frozen=True, slots=True)
class SeasonNoise:
    """What nobody knows in advance and what instruments add; all of it is assumed.

    Args:
        forecast_k: error of the operator's forecast of a day's mean temperature [K].
        demand: constant relative error of the operator's idea of the heat demand.
        room_k: how far the wanted room temperature strays from 20 degC over weeks [K].
        airing_m_per_s: open windows, as wind that the station does not see [m/s].
        wind: relative difference between the wind at the building and at the station.
        occupancy: relative spread of the people in the building from day to day.
        meter: relative error of a reading of the meter.
        ambient_k: error of a reading of the weather station [K].
        brick_k: error of a reading of the brick temperature [K].
        water_k: error of a reading of the water temperature [K].
        power: relative error of a reading of the heater power.
        fan: error of a reading of the fan fraction.

    Raises:
        InputError: a number below 0.
    """

    forecast_k: float = 0.7
    demand: float = 0.05
    room_k: float = 0.3
    airing_m_per_s: float = 1.5
    wind: float = 0.25
    occupancy: float = 0.25
    meter: float = 0.005
    ambient_k: float = 0.3
    brick_k: float = 1.5
    water_k: float = 0.3
    power: float = 0.005
    fan: float = 0.003

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            check_number(f"noise {name}", getattr(self, name), high=10.0)


class HeaterOperation:
    """A heater in its winter, from `WARM_UP_DAYS` before `FIRST_DAY` on.

    Args:
        plant: the heater.
        noise: what nobody knows in advance.
        days: length, the days before and the last evening included.
        rng: the source of chance.

    Attributes:
        station: weather that the station shows [T, 3].
        meter: of the heater [T, 11], in the order of `heater_kernel.METER`, once it has run.
        temp_c: temperatures [T + 1, 4] [degC].
    """

    def __init__(
        self, plant: HeaterPlant, noise: SeasonNoise, days: int, rng: np.random.Generator
    ) -> None:
        self.plant, self.noise = plant, noise
        steps = days * STEPS_PER_DAY
        true = winter_weather(rng, days, FIRST_DAY - WARM_UP_DAYS)
        self.station = true.copy()
        self.station[:, 0] += noise.ambient_k * rng.standard_normal(steps)
        self.occupancy = _occupancy(days, noise, rng)
        self.weather = HeaterWeather(
            true[:, 0], _site_wind(true[:, 1], days, noise, rng), true[:, 2], self.occupancy
        )
        self.room_c = np.repeat(_ROOM_C + noise.room_k * red_noise(rng, days, 0.9), STEPS_PER_DAY)
        expected = HeaterWeather(np.array(self.station[:, 0]), 4.5, 60.0, 0.25)
        self.expected_kw = design_heat_kw(plant, expected, _ROOM_C)
        self.forecast_k = noise.forecast_k * red_noise(rng, days, 0.3)
        self.idea = float(0.9 * (1.0 + noise.demand * rng.standard_normal()))
        self.fixed_kw = _fixed_power_kw(plant)
        self.temp_c = np.tile(plant.initial.as_array(), (steps + 1, 1))
        self.meter = np.zeros((steps, len(METER)))

    def run(self, control: Control, behaviour: Behaviour) -> None:
        """Run the heater, evening by evening."""
        hour = (np.arange(STEPS_PER_DAY) + _EVENING) % STEPS_PER_DAY // 4
        tripped = np.zeros(STEPS_PER_DAY + 1, np.bool_)
        full_c = self.full_c if control == "fixed-power" else self.plant.brick.max_c
        long_hours = True
        for start in range(_EVENING, len(self.meter) - STEPS_PER_DAY, STEPS_PER_DAY):
            day = slice(start, start + STEPS_PER_DAY)
            need_kwh = self._need_kwh(day)
            if control == "modulated":
                long_hours = need_kwh > self._most_in_short_hours_kwh
            elif self.temp_c[start, 0] < self.reserve_c:
                long_hours = True
            mixed: Behaviour = "long" if long_hours else "short"
            hours = CHARGING_HOURS[mixed if behaviour == "mixed" else behaviour]
            power_kw = self.fixed_kw if control == "fixed-power" else need_kwh / len(hours)
            temp_c = np.empty((STEPS_PER_DAY + 1, 4))
            temp_c[0] = self.temp_c[start]
            run_controlled(
                self.plant.tables, temp_c, tripped,
                np.where(np.isin(hour, hours), power_kw, 0.0), full_c, self.expected_kw[day],
                self.room_c[day], self.weather.table[day], _STEP_H, self.meter[day],
            )  # fmt: skip
            self.temp_c[start : start + STEPS_PER_DAY + 1] = temp_c
            if temp_c[:, 0].max() >= full_c:
                long_hours = False

    @property
    def reserve_c(self) -> float:
        """Brick temperature that the operator wants to find in the evening [degC]."""
        return self.plant.brick.min_c + 50.0

    @property
    def full_c(self) -> float:
        """Brick temperature at which charging at fixed power ends [degC]."""
        rise_k = 7.0 * self.fixed_kw / self.plant.brick.capacity_kwh_per_k
        return min(self.plant.brick.max_c, self.reserve_c + rise_k) - 5.0

    @property
    def _most_in_short_hours_kwh(self) -> float:
        return 0.9 * self.plant.heater.power_max_kw * len(CHARGING_HOURS["short"])

    def _need_kwh(self, day: slice) -> float:
        """What the operator believes to be missing for the next 24 hours [kWh]."""
        building = self.plant.building
        outside_kw_per_k = building.envelope_kw_per_k + building.infiltration_kw_per_k + 0.8
        colder_kwh = 24.0 * outside_kw_per_k * self.forecast_k[day.start // STEPS_PER_DAY]
        demand_kwh = self.idea * (self.expected_kw[day].sum() * _STEP_H + colder_kwh)
        missing_k = self.reserve_c - self.temp_c[day.start, 0]
        return float(max(0.0, demand_kwh + self.plant.brick.capacity_kwh_per_k * missing_k))

    def readings(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """What meter [T] and sensors [T, 4] show."""
        noise, steps = self.noise, len(self.meter)
        heater_kwh, fan_kwh, fan = (
            self.meter[:, METER.index(name)] for name in ("heater_kwh", "fan_kwh", "fan")
        )
        shocks = rng.standard_normal((5, steps))
        energy_kwh = (heater_kwh + fan_kwh) * (1.0 + noise.meter * shocks[0])
        telemetry = np.stack(
            [
                self.temp_c[:-1, 0] + noise.brick_k * shocks[1],
                self.temp_c[:-1, 1] + noise.water_k * shocks[2],
                heater_kwh / _STEP_H * (1.0 + noise.power * shocks[3]),
                np.where(fan > 0.0, np.clip(fan + noise.fan * shocks[4], 0.0, 1.0), 0.0),
            ],
            axis=1,
        )
        return energy_kwh, telemetry


def _fixed_power_kw(plant: HeaterPlant) -> float:
    """The stage of the heater that serves the coldest days in the long hours [kW]."""
    coldest = HeaterWeather(np.array([-18.0]), 4.5)
    needed_kw = 0.95 * design_heat_kw(plant, coldest, _ROOM_C)[0] * 24.0 / 7.0
    stages = plant.stage_power_kw
    return float(stages[np.searchsorted(stages, needed_kw).clip(max=len(stages) - 1)])


def _occupancy(days: int, noise: SeasonNoise, rng: np.random.Generator) -> Floats:
    """People in an office [T]."""
    weekday = (np.arange(days) + int((FIRST_DAY - WARM_UP_DAYS).astype(int)) + 3) % 7 < 5
    level = np.where(weekday, 0.85, 0.15) * (1.0 + noise.occupancy * rng.standard_normal(days))
    hour = np.arange(STEPS_PER_DAY) // 4
    there = np.where((hour >= 8) & (hour < 17), 1.0, 0.05)
    people: Floats = np.outer(np.clip(level, 0.0, 1.0), there).ravel()
    return people


def _site_wind(station: Floats, days: int, noise: SeasonNoise, rng: np.random.Generator) -> Floats:
    """Wind at the building, open windows included [T] [m/s]."""
    relative = np.exp(noise.wind * red_noise(rng, days, 0.3))
    airing = noise.airing_m_per_s * np.exp(0.5 * red_noise(rng, days, 0.6))
    wind: Floats = np.repeat(relative, STEPS_PER_DAY) * station + np.repeat(airing, STEPS_PER_DAY)
    return wind
