"""What makes a table of numbers a heater: every check of `HeaterPlant`."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

from .errors import InputError
from .heater_tables import HOLD_H, SUBSTEPS
from .stn_tables import Floats
from .value_checks import check_number, check_text, check_whole

if TYPE_CHECKING:
    from .heater import HeaterPlant

SECTIONS = ("heater", "brick", "air", "water", "building", "gains", "initial")
"""The parts of a plant, as attributes and as tables of a file."""

_UNIT_RANGES: tuple[tuple[str, float, float], ...] = (
    ("_kwh_per_k", 1e-3, 1e5),
    ("_per_m_per_s", 0.0, 1e3),
    ("_kw_per_k", 0.0, 1e4),
    ("_kw", 0.0, 1e5),
    ("_m2", 0.0, 1e5),
    ("_k", 1.0, 200.0),
)
"""Least and greatest plausible value of a number, by the unit that its name ends with."""

_RANGES: dict[str, tuple[float, float]] = {
    "heater power_max_kw": (1.0, 1e5),
    "air flow_kw_per_k": (1e-2, 1e4),
    "air channel_ntu": (0.01, 10.0),
    "air exchanger_effectiveness": (0.05, 1.0),
    "air fan_min": (1e-3, 0.9),
    "water flow_kw_per_k": (1e-2, 1e4),
    "water max_c": (40.0, 200.0),
    "water radiator_kw": (1e-2, 1e5),
    "water radiator_exponent": (0.0, 1.0),
    "building room_to_mass_kw_per_k": (1e-3, 1e4),
    "brick min_c": (40.0, 1200.0),
    "brick max_c": (40.0, 1200.0),
    "brick trip_c": (40.0, 1200.0),
    "brick trip_reset_c": (40.0, 1200.0),
    "brick surroundings_c": (-40.0, 60.0),
    "initial brick_c": (0.0, 1200.0),
    "initial water_c": (0.0, 200.0),
    "initial room_c": (-20.0, 50.0),
    "initial mass_c": (-20.0, 50.0),
}
"""Narrower ranges of single numbers; temperatures in kelvin or degF fall out of most of them."""

_LEAST_STORE_H = 1.0
"""Least time constant of the brick at full fan [h]."""

_STORM = 40.0
"""Wind that a plant must stand [m/s]."""

_STABLE = 2.5
"""Greatest step times rate at which the Runge-Kutta method still damps (its limit is 2.78)."""


def check_heater(plant: HeaterPlant) -> None:
    """Raise `InputError` for the first thing that keeps the table from being a plant."""
    check_text("name", plant.name)
    for topic, source in plant.sources.items():
        check_text(f"sources {topic!r}", source)
    for section in SECTIONS:
        _check_ranges(section, getattr(plant, section))
    _check_limits(plant)
    _check_exchanger(plant)
    _check_speed(plant)


def _check_ranges(section: str, entry: object) -> None:
    for field in fields(entry):  # type: ignore[arg-type]
        name, value = f"{section} {field.name}", getattr(entry, field.name)
        if field.name == "stages":
            check_whole(name, value, low=1, high=1000)
            continue
        by_unit = ((low, high) for unit, low, high in _UNIT_RANGES if field.name.endswith(unit))
        low, high = _RANGES[name] if name in _RANGES else next(by_unit)
        check_number(name, value, low=low, high=high)


def _check_limits(plant: HeaterPlant) -> None:
    brick, water = plant.brick, plant.water
    rising = (
        ("water max_c", water.max_c, "brick min_c", brick.min_c),
        ("brick min_c", brick.min_c, "brick max_c", brick.max_c),
        ("brick min_c", brick.min_c, "brick trip_reset_c", brick.trip_reset_c),
        ("brick max_c", brick.max_c, "brick trip_c", brick.trip_c),
        ("brick trip_reset_c", brick.trip_reset_c, "brick trip_c", brick.trip_c),
        ("initial brick_c", plant.initial.brick_c, "brick max_c", brick.max_c),
        ("initial water_c", plant.initial.water_c, "water max_c", water.max_c),
    )
    for low_name, low, high_name, high in rising:
        if low > high:
            raise InputError(low_name, low, f"keep it at or below {high_name} {high:g}")


def _check_exchanger(plant: HeaterPlant) -> None:
    """Equation (6) needs the air at full fan to be the weaker side of the exchanger."""
    over_water, over_returning = 1.0 / (2.0 * plant.water.flow_kw_per_k), _air_resistance(plant)
    if over_returning < 1.05 * over_water:
        raise InputError(
            "water flow_kw_per_k",
            plant.water.flow_kw_per_k,
            f"raise it above {1.05 / (2.0 * over_returning):.3g}, or the air at full fan is the "
            "stronger side of the exchanger; or lower air flow_kw_per_k",
        )


def _air_resistance(plant: HeaterPlant) -> float:
    """Kelvins between brick and returning water for each kW at full fan: 1/K0 of equation (6)."""
    air = plant.air
    channels = 1.0 - math.exp(-air.channel_ntu)
    return (1.0 / channels + 1.0 / air.exchanger_effectiveness - 1.0) / air.flow_kw_per_k


def _full_transfer(plant: HeaterPlant) -> float:
    """Equation (6) at full fan: transfer K from brick to water [kW/K]."""
    return 1.0 / (_air_resistance(plant) - 1.0 / (2.0 * plant.water.flow_kw_per_k))


def _check_speed(plant: HeaterPlant) -> None:
    """Refuse plants that store nothing, or whose quickest heat flow no step can follow."""
    brick = plant.brick
    least_kwh_per_k = _LEAST_STORE_H * (_full_transfer(plant) + brick.loss_kw_per_k)
    if brick.capacity_kwh_per_k < least_kwh_per_k:
        raise InputError(
            "brick capacity_kwh_per_k",
            brick.capacity_kwh_per_k,
            f"raise it above {least_kwh_per_k:.3g}, or the fan empties the store within the hour",
        )
    quickest_h = -1.0 / float(np.linalg.eigvals(_stiffest(plant)).real.min())
    least_h = HOLD_H / SUBSTEPS / _STABLE
    if quickest_h < least_h:
        raise InputError(
            "quickest time constant",
            f"{60 * quickest_h:.2g} min",
            f"steps can follow {60 * least_h:.2g} min and more; raise the *_kwh_per_k of brick, "
            "water, room and mass or lower the *_kw_per_k between them",
        )


def _stiffest(plant: HeaterPlant) -> Floats:
    """Slopes of the four temperatures by the four where heat flows quickest [4, 4], per hour."""
    water, building = plant.water, plant.building
    transfer = _full_transfer(plant)
    rise = (water.max_c + 20.0) / water.radiator_rise_k
    radiator = water.radiator_kw / water.radiator_rise_k * (1.0 + water.radiator_exponent)
    radiator *= rise**water.radiator_exponent
    inside = building.room_to_mass_kw_per_k
    air = building.infiltration_kw_per_k + _STORM * building.infiltration_kw_per_k_per_m_per_s
    flows: Floats = np.array(
        [
            [-transfer - plant.brick.loss_kw_per_k, transfer, 0.0, 0.0],
            [transfer, -transfer - radiator, radiator, 0.0],
            [0.0, radiator, -radiator - inside - air, inside],
            [0.0, 0.0, inside, -inside - building.envelope_kw_per_k],
        ]
    )
    return plant.capacities_kwh_per_k[:, None] ** -1.0 * flows
