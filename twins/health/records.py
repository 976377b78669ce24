"""Operating records: what an asset did in a step, beside what a healthy one would have done.

Expectations come from the healthy plant and from what is metered; nothing that no instrument of a
real plant shows is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ..faults.assets import GENERATION, METER, Asset, AssetKind
from ..faults.sensors import at_level
from ..heater import HeaterPlant
from ..heater_tables import HOLD_H, brick_to_water_kw_per_k
from ..plant import StnPlant
from ..stn_tables import Floats, StnTables

SIGNALS: Mapping[AssetKind, tuple[str, ...]] = MappingProxyType(
    {
        "task": ("power", "power by the meter"),
        "generation": ("power",),
        "meter": ("load",),
        "elements": ("power", "heat"),
        "fan": ("heat",),
        "store": ("heat kept",),
    }
)
"""What is compared of an asset, in the order of a record; all in kW."""

CHARGING = 0.02
"""Share of the greatest power from which on elements heat."""


class OperatingRecord(NamedTuple):
    """A step of an asset.

    A reading, or an expectation, that there is not is NaN; so are command and what ran of an asset
    without control.
    """

    asset: str
    time: np.datetime64
    """Start of the step."""
    sampled: bool
    """Whether the asset's own sensor gave a reading."""
    readings: tuple[float, ...]
    """By the `SIGNALS` of its kind [kW]."""
    expected: tuple[float, ...]
    """The same of a healthy asset that ran as this one [kW]."""
    command: float = math.nan
    """Level that a plant that obeys would have run, limits considered."""
    ran: float = math.nan
    """Level that ran, as the control reports it."""


@dataclass(frozen=True, slots=True)
class FactoryRecords:
    """Makes the records of a factory.

    Args:
        plant: the factory, healthy.
        assets: of it, as `plant_assets` gives them.
        tables: of it, healthy.
    """

    plant: StnPlant
    assets: tuple[Asset, ...]
    tables: StnTables

    def records(
        self,
        time: np.datetime64,
        command: Floats,
        ran: Floats,
        readings: Floats,
        base_load_kw: float,
        generation_forecast_kw: float,
    ) -> list[OperatingRecord]:
        """The records of a step, in the order of the assets.

        Args:
            time: start of the step.
            command: levels that the plant would have run if it obeyed [J].
            ran: levels that ran [J].
            readings: of the sensors [A].
            base_load_kw: load beside the tasks.
            generation_forecast_kw: day-ahead forecast of PV and wind.
        """
        read = readings.tolist()
        tasks_kw, load_kw = sum(read[: len(ran)]), read[-1]
        found = []
        for asset, reading in zip(self.assets, read, strict=True):
            if asset.name == METER:
                expected: tuple[float, ...] = (tasks_kw + base_load_kw,)
                own: tuple[float, ...] = (reading,)
            elif asset.name == GENERATION:
                own, expected = (reading,), (generation_forecast_kw,)
            else:
                level = float(ran[_place(asset)])
                power_kw = at_level(self.tables.power_kw[_place(asset)], level)
                by_meter_kw = load_kw - base_load_kw - (tasks_kw - reading)
                own, expected = (reading, by_meter_kw), (power_kw, power_kw)
            sampled = not math.isnan(reading)
            record = OperatingRecord(asset.name, time, sampled, own, expected)
            if asset.control is not None:
                record = record._replace(
                    command=float(command[asset.control]), ran=float(ran[asset.control])
                )
            found.append(record)
        return found


@dataclass(slots=True)
class HeaterRecords:
    """Makes the records of a heater, step by step; each day begins with `start`.

    Args:
        plant: the heater, healthy.
        assets: of it, as `plant_assets` gives them.
    """

    plant: HeaterPlant
    assets: tuple[Asset, ...]
    _brick_c: float = field(default=math.nan, init=False)
    _water_c: float = field(default=math.nan, init=False)

    def start(self) -> None:
        """Forget the step before."""
        self._brick_c = self._water_c = math.nan

    def records(
        self,
        time: np.datetime64,
        command: Floats,
        ran: Floats,
        readings: Floats,
        water_c: float,
    ) -> list[OperatingRecord]:
        """The records of a step, in the order of the assets.

        Args:
            time: start of the step.
            command: shares of power and fan that the heater would have run if it obeyed [2].
            ran: those that ran, as the controls report them [2].
            readings: of the sensors [4].
            water_c: reading of the water temperature at the end of the step.
        """
        power_kw, heat_kw, brick_c, load_kw = readings.tolist()
        kept_kw, moved_kw, lost_kw = self._flows(brick_c, water_c, float(ran[1]))
        fan_kw = self.plant.air.fan_power_kw * float(ran[1]) ** 3
        heating = power_kw > CHARGING * self.plant.heater.power_max_kw
        into_kw = kept_kw + heat_kw + lost_kw
        asked_kw = float(command[0]) * self.plant.heater.power_max_kw
        nan = math.nan
        self._brick_c, self._water_c = brick_c, water_c
        own = (
            (power_kw, into_kw if heating else nan),
            (heat_kw,),
            (nan if heating else kept_kw,),
            (load_kw,),
        )
        expected = (
            (asked_kw, power_kw),
            (moved_kw,),
            (power_kw - heat_kw - lost_kw,),
            (power_kw + fan_kw,),
        )
        return [
            OperatingRecord(
                asset.name, time, not math.isnan(reading), read, healthy,
                nan if asset.control is None else float(command[asset.control]),
                nan if asset.control is None else float(ran[asset.control]),
            )
            for asset, reading, read, healthy in zip(
                self.assets, readings.tolist(), own, expected, strict=True
            )
        ]  # fmt: skip

    def _flows(self, brick_c: float, water_c: float, fan: float) -> tuple[float, float, float]:
        """Heat that the store kept, that the fan should have moved, and that was lost [kW]."""
        brick = self.plant.brick
        mean_c = 0.5 * (self._brick_c + brick_c)
        kept_kw = brick.capacity_kwh_per_k * (brick_c - self._brick_c) / HOLD_H
        transfer = float(brick_to_water_kw_per_k(self.plant.tables, np.array([fan]))[0])
        moved_kw = transfer * (mean_c - 0.5 * (self._water_c + water_c))
        return kept_kw, moved_kw, brick.loss_kw_per_k * (mean_c - brick.surroundings_c)


def _place(asset: Asset) -> int:
    assert asset.control is not None
    return asset.control
