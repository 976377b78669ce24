"""Heating seasons drawn at random: what a meter, a weather station and sensors would have shown.

The method and all that is assumed stand in `docs/heater.md`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .day_grid import step_times
from .errors import InputError
from .heater import HeaterPlant
from .heater_operation import (
    BEHAVIOURS,
    CONTROLS,
    WARM_UP_DAYS,
    Behaviour,
    Control,
    HeaterOperation,
    SeasonNoise,
)
from .heater_toml import load_heater
from .season_weather import FIRST_DAY, STEPS_PER_DAY, WINTER_DAYS
from .stn_tables import Floats
from .value_checks import check_whole

if TYPE_CHECKING:
    import pandas as pd

OFFSET_S = 8 * 3600
"""Local time less UTC of a season [s]."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatingSeason:
    """A season of D days in T quarters of an hour, from midnight on.

    Args:
        plant: the heater that ran it: what identification is to find.
        control: how it was charged.
        behaviour: when it was charged.
        first_day: date of the first day.
        energy_kwh: what the meter shows [T].
        weather: outside temperature [degC], wind [m/s] and irradiance [W/m2] that the station
            shows [T, 3].
        telemetry: brick and water temperature at the start of the step [degC], mean heater power
            [kW] and fan fraction, as sensors show them [T, 4].
    """

    plant: HeaterPlant
    control: Control
    behaviour: Behaviour
    first_day: np.datetime64
    energy_kwh: Floats
    weather: Floats
    telemetry: Floats

    @property
    def days(self) -> int:
        """Number of days D."""
        return len(self.energy_kwh) // STEPS_PER_DAY

    @property
    def times(self) -> NDArray[np.str_]:
        """Beginning of each step [T], ISO 8601 with offset."""
        dates = self.first_day + np.arange(self.days)
        return step_times(dates, STEPS_PER_DAY, np.full(self.days, OFFSET_S)).ravel()

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Meter, weather (by the hour) and telemetry, as identification takes them."""
        import pandas as pd

        index = pd.DatetimeIndex(pd.to_datetime(self.times), name="time")
        weather = pd.DataFrame(
            self.weather, index, columns=["ambient_c", "wind_m_per_s", "ghi_w_per_m2"]
        )
        telemetry = pd.DataFrame(
            self.telemetry, index, columns=["brick_c", "water_c", "power_kw", "fan"]
        )
        meter = pd.DataFrame({"energy_kwh": self.energy_kwh}, index)
        return meter, weather.resample("1h").mean(), telemetry


def random_heater(rng: np.random.Generator, plant: HeaterPlant | None = None) -> HeaterPlant:
    """A heater like another one: each of its sizes drawn within a quarter or so around it.

    Args:
        rng: the source of chance.
        plant: the heater in the middle; the shipped one if None.
    """
    plant = plant or load_heater("sets_heater")
    building_scale = rng.uniform(0.85, 1.1)

    def near(value: float, spread: float = 0.2, scale: float = 1.0) -> float:
        return float(value * scale * rng.uniform(1.0 - spread, 1.0 + spread))

    brick, air, water = plant.brick, plant.air, plant.water
    building, gains = plant.building, plant.gains
    return replace(
        plant,
        brick=replace(
            brick,
            capacity_kwh_per_k=near(brick.capacity_kwh_per_k),
            loss_kw_per_k=float(brick.loss_kw_per_k * rng.uniform(1.0, 2.5)),
        ),
        air=replace(
            air,
            flow_kw_per_k=near(air.flow_kw_per_k),
            channel_ntu=near(air.channel_ntu),
            exchanger_effectiveness=float(rng.uniform(0.7, 0.9)),
        ),
        water=replace(water, capacity_kwh_per_k=near(water.capacity_kwh_per_k)),
        building=replace(
            building,
            room_kwh_per_k=near(building.room_kwh_per_k),
            mass_kwh_per_k=near(building.mass_kwh_per_k, 0.3),
            envelope_kw_per_k=near(building.envelope_kw_per_k, 0.1, building_scale),
            infiltration_kw_per_k=near(building.infiltration_kw_per_k, 0.2, building_scale),
            infiltration_kw_per_k_per_m_per_s=near(
                building.infiltration_kw_per_k_per_m_per_s, 0.3, building_scale
            ),
        ),
        gains=replace(
            gains,
            base_kw=near(gains.base_kw, 0.3),
            occupancy_kw=near(gains.occupancy_kw, 0.3),
            solar_m2=near(gains.solar_m2, 0.4),
        ),
    )


def heating_season(
    seed: int,
    *,
    control: Control = "modulated",
    behaviour: Behaviour = "mixed",
    days: int = WINTER_DAYS,
    plant: HeaterPlant | None = None,
    noise: SeasonNoise | None = None,
) -> HeatingSeason:
    """A season of a random heater in a random winter; the same arguments give the same season.

    At 22 h the operator estimates what the next 24 hours will take and what the store has left.
    Under `"modulated"` control the hours of charging share what is missing. `"fixed-power"` is
    two-point control: the heater runs at one power through all of the hours, or until the store is
    full.

    Args:
        seed: of the plant, the weather and all else that is drawn.
        control: how the heater is charged.
        behaviour: hours of charging, those of `CHARGING_HOURS`, or `"mixed"`: modulated, the short
            ones on evenings when they suffice; at fixed power, the long ones from an evening when
            the store is below its reserve to the night when it gets full, else the short ones.
        days: length, from 1 November on.
        plant: the heater; one of `random_heater` if None.
        noise: what nobody knows in advance.

    Raises:
        InputError: arguments that are not among those named.
    """
    for name, value, known in (
        ("control", control, CONTROLS), ("behaviour", behaviour, BEHAVIOURS)
    ):  # fmt: skip
        if value not in known:
            raise InputError(name, value, f"use one of {', '.join(known)}")
    check_whole("seed", seed, high=2**32 - 1)
    check_whole("days", days, low=1, high=366)
    rng = np.random.default_rng(seed)
    noise = noise or SeasonNoise()
    plant = plant or random_heater(rng)
    operation = HeaterOperation(plant, noise, days + WARM_UP_DAYS + 1, rng)
    operation.run(control, behaviour)
    kept = slice(WARM_UP_DAYS * STEPS_PER_DAY, (WARM_UP_DAYS + days) * STEPS_PER_DAY)
    energy_kwh, telemetry = operation.readings(rng)
    return HeatingSeason(
        plant, control, behaviour, FIRST_DAY, energy_kwh[kept], operation.station[kept],
        telemetry[kept],
    )  # fmt: skip
