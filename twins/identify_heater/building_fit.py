"""The building behind a meter: what it loses to the weather and gains for nothing.

In a season the store takes as much as it gives, so the meter shows the heat that the building
needed: a line on the cold, the wind and the sun. It is fitted to leaky sums over days, and drawn
towards a known building as far as the meter does not tell (a normal prior).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..heater import Building, Gains, HeaterPlant
from ..intervals import Intervals
from ..stn_tables import Floats
from .day_features import leaky_sum
from .heater_days import HOURS, HeaterDays

_MEMORY = 0.9
_PRIOR_SPREAD = np.array([0.4, 0.5, 0.8, 0.6])
_OCCUPANCY = 0.25
_ROOM_DRIFT = 0.06
"""Standard error of the loss, as a share, since rooms that are warmer on colder days look like it:
1.5 K in 25 K."""

_SURE = 1.96


@dataclass(frozen=True, slots=True, eq=False)
class BuildingFit:
    """What the meter tells of a building.

    Args:
        plant: the known plant with the building that was found.
        intervals: 95 %, of `building.loss_kw_per_k` (envelope and infiltration without wind, in
            series and beside each other), `building.infiltration_kw_per_k_per_m_per_s`,
            `gains.mean_kw` (base and people) and `gains.solar_m2`.
    """

    plant: HeaterPlant
    intervals: Intervals


def fit_building(days: HeaterDays, plant: HeaterPlant, room_c: float) -> BuildingFit:
    """Find the losses and gains of a building.

    Args:
        days: metered days.
        plant: known plant, around whose values those of the building are looked for.
        room_c: mean room temperature [degC]; the meter cannot tell it from the gains.
    """
    known = _values_of(plant)
    cold_k = room_c - days.ambient_c.mean(axis=1)
    windy = (days.wind_m_per_s * (room_c - days.ambient_c)).mean(axis=1)
    sun_kw_per_m2 = days.ghi_w_per_m2.mean(axis=1) / 1000.0
    columns = np.stack([cold_k, windy, -np.ones(days.days), -sun_kw_per_m2], axis=1)
    metered = days.metered
    place = np.arange(days.days)
    load_kw = np.interp(place, place[metered], days.daily_kwh[metered]) / HOURS
    summed, load = leaky_sum(columns, _MEMORY), leaky_sum(load_kw, _MEMORY)
    error_kw = float((load - summed @ np.linalg.lstsq(summed, load, rcond=None)[0]).std())
    # Neighbouring sums share what they sum: only one in so many is new.
    error_kw *= float(np.sqrt((1.0 + _MEMORY) / (1.0 - _MEMORY)))
    prior = np.diag((_PRIOR_SPREAD * known) ** -2.0)
    precision = summed.T @ summed / error_kw**2 + prior
    found = np.linalg.solve(precision, summed.T @ load / error_kw**2 + prior @ known)
    error = np.sqrt(np.diag(np.linalg.inv(precision)))
    error[0] = np.hypot(error[0], _ROOM_DRIFT * found[0])
    error *= _SURE
    value = np.maximum(found, np.array([0.05 * known[0], 0.0, 0.0, 0.0]))
    names = (
        "building.loss_kw_per_k", "building.infiltration_kw_per_k_per_m_per_s", "gains.mean_kw",
        "gains.solar_m2",
    )  # fmt: skip
    intervals = {
        name: (max(0.0, float(middle - half)), float(max(middle + half, half)))
        for name, middle, half in zip(names, value, error, strict=True)
    }
    return BuildingFit(_with_values(plant, value, known), intervals)


def loss_kw_per_k(building: Building) -> float:
    """What a building loses for each kelvin between room and outside, without wind [kW/K]."""
    inside, envelope = building.room_to_mass_kw_per_k, building.envelope_kw_per_k
    return inside * envelope / (inside + envelope) + building.infiltration_kw_per_k


def mean_gains_kw(gains: Gains) -> float:
    """Mean heat of devices and of people, who are there a quarter of the time [kW]."""
    return gains.base_kw + _OCCUPANCY * gains.occupancy_kw


def _values_of(plant: HeaterPlant) -> Floats:
    """The values that are looked for, as the known plant has them."""
    building, gains = plant.building, plant.gains
    wind = building.infiltration_kw_per_k_per_m_per_s
    return np.array([loss_kw_per_k(building), wind, mean_gains_kw(gains), gains.solar_m2])


def _with_values(plant: HeaterPlant, values: Floats, known: Floats) -> HeaterPlant:
    """The plant with the values; loss and gains are split as those of the known plant."""
    loss, wind, gains_kw, solar_m2 = (float(value) for value in values)
    building, gains = plant.building, plant.gains
    scale = loss / float(known[0])
    infiltration = scale * building.infiltration_kw_per_k
    through_mass = loss - infiltration
    inside = building.room_to_mass_kw_per_k
    # A loss that the inner wall alone could not let through takes a better inner wall.
    inside = max(inside, 2.0 * through_mass)
    gain_scale = gains_kw / float(known[2]) if known[2] > 0.0 else 1.0
    return replace(
        plant,
        building=replace(
            building,
            room_to_mass_kw_per_k=inside,
            envelope_kw_per_k=inside * through_mass / (inside - through_mass),
            infiltration_kw_per_k=infiltration,
            infiltration_kw_per_k_per_m_per_s=wind,
        ),
        gains=replace(
            gains,
            base_kw=gain_scale * gains.base_kw,
            occupancy_kw=gain_scale * gains.occupancy_kw,
            solar_m2=solar_m2,
        ),
    )
