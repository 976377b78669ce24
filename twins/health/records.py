"""Operating records: what an asset did in a step, beside what a healthy one would have done.

Expectations come from the healthy plant and from what is metered; nothing that no instrument of a
real plant shows is looked at. Where two expectations stand side by side, as the readings of the
tasks and the powers of their modes, the one nearer to the reading counts: so an asset is not blamed
for the sensor of another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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

CHARGING = 0.02
"""Share of the greatest power from which on elements heat."""


class Signal(NamedTuple):
    """A quantity of an asset in a step [kW]; NaN where there is none.

    What is wrong shows as `reading - expected` that follows one of its effects.
    """

    reading_kw: float
    expected_kw: float
    effects_kw: tuple[float, ...]
    """Change of the reading by the size 1 of each of its `SignalForm.effects`."""


class SignalForm(NamedTuple):
    """What a signal means."""

    name: str
    effects: tuple[str, ...]
    """What each effect says of the asset, in words around a share; empty if it is not its own."""
    ridge: float = 0.05
    """Evidence, in samples at full scale, that stands for no effect at all: the square of the
    scatter of a residual, in tenths of the full scale."""


_POWER_OFF = "sensor {:+.1%} of full scale off"
_MOVED = ("{:+.1%} heat for its speed", "heat meter {:+.1%} of full scale off")

SIGNALS: Mapping[AssetKind, tuple[SignalForm, ...]] = MappingProxyType(
    {
        "task": (SignalForm("power", ("{:+.1%} power for its mode", _POWER_OFF)),),
        "generation": (SignalForm("power", ("{:+.1%} power for its forecast", _POWER_OFF), 2.0),),
        "meter": (SignalForm("load", ("{:+.1%} load for what runs", _POWER_OFF)),),
        "elements": (
            SignalForm("power", ("{:+.1%} power for its level", _POWER_OFF)),
            SignalForm("heat", ("{:+.1%} heat for its power",), 4.0),
        ),
        "fan": (SignalForm("heat", (*_MOVED, "")),),
        "store": (
            SignalForm("heat kept", ("{:+.1%} of its heat a day",), 4.0),
            SignalForm("temperature", ("", "", "sensor {:+.1%} of full scale off")),
        ),
    }
)
"""The signals of an asset, in the order of a record. Gains come first, then offsets."""

N_EFFECTS = 3
"""Most effects of a signal."""

RESTS_ON: Mapping[AssetKind, tuple[AssetKind, ...]] = MappingProxyType(
    {
        "task": (),
        "generation": (),
        "meter": ("task", "elements", "fan"),
        "elements": ("fan", "store"),
        "fan": ("store",),
        "store": ("fan",),
    }
)
"""On the readings of which other assets the expectations of an asset rest."""


class OperatingRecord(NamedTuple):
    """A step of an asset. Command and what ran are NaN without a control."""

    asset: str
    time: np.datetime64
    """Start of the step."""
    sampled: bool
    """Whether the asset's own sensor gave a reading."""
    signals: tuple[Signal, ...]
    """By the `SIGNALS` of its kind."""
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
        modes_kw = [at_level(self.tables.power_kw[j], float(ran[j])) for j in range(len(ran))]
        tasks_kw = [mode if math.isnan(x) else x for x, mode in zip(read, modes_kw, strict=False)]
        beside = {
            METER: nearest(read[-1], (sum(tasks_kw) + base_load_kw, sum(modes_kw) + base_load_kw)),
            GENERATION: generation_forecast_kw,
        }
        found = []
        for asset, reading in zip(self.assets, read, strict=True):
            j = asset.control
            expected_kw = beside[asset.name] if j is None else modes_kw[j]
            signal = Signal(reading, expected_kw, (expected_kw, asset.full_scale))
            levels = (math.nan, math.nan) if j is None else (float(command[j]), float(ran[j]))
            sampled = not math.isnan(reading)
            found.append(OperatingRecord(asset.name, time, sampled, (signal,), *levels))
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
        level, fan = ran.tolist()
        ran_kw = level * self.plant.heater.power_max_kw
        moved = self._moved(heat_kw, brick_c, water_c, fan)
        heat, kept = self._balance(ran_kw, (heat_kw, moved.expected_kw), brick_c)
        fan_kw = self.plant.air.fan_power_kw * fan**3
        drawn_kw = nearest(load_kw - fan_kw, (power_kw, ran_kw)) + fan_kw
        elements, _, _, meter = (asset.full_scale for asset in self.assets)
        signals = (
            (Signal(power_kw, ran_kw, (ran_kw, elements)), heat),
            (moved,),
            (kept, moved),
            (Signal(load_kw, drawn_kw, (drawn_kw, meter)),),
        )
        self._brick_c, self._water_c = brick_c, water_c
        controls = (0, 1, None, None)
        return [
            OperatingRecord(
                asset.name, time, not math.isnan(reading), own,
                math.nan if j is None else float(command[j]),
                math.nan if j is None else float(ran[j]),
            )
            for asset, reading, own, j in zip(
                self.assets, readings.tolist(), signals, controls, strict=True
            )
        ]  # fmt: skip

    def _moved(self, heat_kw: float, brick_c: float, water_c: float, fan: float) -> Signal:
        """Heat that the fan moved: by its speed, its meter, or a brick that reads too hot."""
        transfer = float(brick_to_water_kw_per_k(self.plant.tables, np.array([fan]))[0])
        rise_k = 0.5 * (self._brick_c + brick_c) - 0.5 * (self._water_c + water_c)
        _, meter, brick, _ = (asset.full_scale for asset in self.assets)
        return Signal(heat_kw, transfer * rise_k, (transfer * rise_k, meter, -transfer * brick))

    def _balance(
        self, ran_kw: float, left_kw: Sequence[float], brick_c: float
    ) -> tuple[Signal, Signal]:
        """What the bricks tell of the elements while these heat, and of the store else."""
        brick, none = self.plant.brick, Signal(math.nan, math.nan, (math.nan,))
        mean_c = 0.5 * (self._brick_c + brick_c)
        kept_kw = brick.capacity_kwh_per_k * (brick_c - self._brick_c) / HOLD_H
        above_kwh = brick.capacity_kwh_per_k * (mean_c - brick.surroundings_c)
        lost_kw = brick.loss_kw_per_k * (mean_c - brick.surroundings_c)
        gone_kw = lost_kw + nearest(ran_kw - lost_kw - kept_kw, left_kw)
        if ran_kw > CHARGING * self.plant.heater.power_max_kw:
            return Signal(kept_kw + gone_kw, ran_kw, (ran_kw,)), none
        return none, Signal(kept_kw, ran_kw - gone_kw, (above_kwh / 24.0,))


def nearest(value: float, others: Sequence[float]) -> float:
    """Which of the others is nearest to a value; NaN if none is a number."""
    known = [other for other in others if not math.isnan(other)]
    return min(known, key=lambda other: abs(other - value)) if known else math.nan
