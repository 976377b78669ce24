"""The days on which scenario generators are judged: real ones, split by date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..twins.markets import load_scenarios
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from ..twins.scenarios import Scenarios

PLANT = "cement_pv"
MARKET = "tou"
WIND_CAPACITY_KW = 7000.0
"""Wind power beside the plant's own PV (assumed: half of it)."""

IMPORT_LIMIT_KW = 9000.0
"""Below the plant's own, so that it binds: else all schedules cost nearly the same."""

OVERRUN_PER_KWH = 3.0
"""Charge on power drawn beyond the limit [CNY/kWh] (assumed)."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A plant and its days.

    Args:
        name: of the case.
        plant: what schedules are made for.
        days: real days.
    """

    name: str
    plant: StnPlant
    days: Scenarios


def generator_cases() -> list[Case]:
    """PV alone, on all days that there are, and PV with wind, on those that have wind too."""
    plant = load_plant(PLANT)
    windy = replace(plant, site=replace(plant.site, wind_capacity_kw=WIND_CAPACITY_KW))
    return [
        Case(name, replace(each, site=replace(each.site, import_limit_kw=IMPORT_LIMIT_KW)), days)
        for name, each in (("PV", plant), ("PV and wind", windy))
        for days in (load_scenarios(each, MARKET),)
    ]
