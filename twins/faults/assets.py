"""The assets of a plant: what can fail, what its sensor reads, and which control drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..errors import InputError
from ..heater import HeaterPlant
from ..plant import StnPlant

AssetKind = Literal["task", "generation", "meter", "elements", "fan", "store"]

METER, GENERATION = "meter", "generation"
"""Names of the two assets that a factory has beside its tasks."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A part of a plant that is watched.

    Args:
        name: of the task, or the kind of the asset.
        kind: what it is.
        signal: what its sensor reads, in words.
        unit: of the reading.
        full_scale: range of the sensor, from which faults of sensors count [unit].
        control: place of the control that drives it; None for none.
    """

    name: str
    kind: AssetKind
    signal: str
    unit: str
    full_scale: float
    control: int | None = None


def plant_assets(plant: StnPlant | HeaterPlant) -> tuple[Asset, ...]:
    """The assets of a plant, in the order of readings.

    A factory has its tasks (power), its generation if there is any (PV and wind together, power),
    and its meter (load of the site). A heater has its elements (power), its fan with the exchanger
    (heat to the water), its store (brick temperature) and its meter (load).

    Raises:
        InputError: a factory with a task called as one of the other assets.
    """
    if isinstance(plant, HeaterPlant):
        return _heater_assets(plant)
    tasks = [
        Asset(task.name, "task", "power", "kW", max(mode.power_kw for mode in task.modes), place)
        for place, task in enumerate(plant.tasks)
    ]
    for task in tasks:
        if task.name in (METER, GENERATION):
            raise InputError("task name", task.name, "give the task another name")
    generation = Asset(GENERATION, "generation", "power", "kW", plant.generation_capacity_kw)
    load_kw = plant.max_power_kw + plant.site.base_load_kw
    meter = Asset(METER, "meter", "load", "kW", load_kw)
    return (*tasks, *([generation] if generation.full_scale > 0.0 else []), meter)


def find_asset(assets: tuple[Asset, ...], name: str) -> Asset:
    """The asset of a name.

    Raises:
        InputError: a name that no asset has.
    """
    for asset in assets:
        if asset.name == name:
            return asset
    raise InputError("asset", name, f"use one of {', '.join(asset.name for asset in assets)}")


def _heater_assets(plant: HeaterPlant) -> tuple[Asset, ...]:
    power_kw, fan_kw = plant.heater.power_max_kw, plant.air.fan_power_kw
    return (
        Asset("elements", "elements", "power", "kW", power_kw, 0),
        Asset("fan", "fan", "heat to the water", "kW", plant.water.radiator_kw, 1),
        Asset("store", "store", "brick temperature", "degC", plant.brick.max_c),
        Asset(METER, "meter", "load", "kW", power_kw + fan_kw),
    )
