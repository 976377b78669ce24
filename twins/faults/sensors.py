"""What sensors read of a plant, and what faults make of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..heater_tables import HOLD_H
from ..stn_tables import Floats, StnTables
from .assets import METER, Asset
from .effects import size_of
from .fault import DRIFT_DAYS, Fault

NOISE = 0.002
"""Spread of a reading, as a share of the full scale; assumed: a sensor of class 0.5."""

SPREAD = 0.01
"""Spread of a task's power about that of its mode, once from day to day and once from step to step;
assumed: material is harder or softer, wetter or drier."""


def factory_readings(
    assets: Sequence[Asset], tables: StnTables, level: Floats, load_kw: float, generation_kw: float
) -> Floats:
    """What sensors without error read in a step of a factory, in the order of the assets [A].

    Args:
        assets: of the factory.
        tables: those by which it really runs.
        level: modes or levels that ran [J].
        load_kw: of the site.
        generation_kw: of PV and wind.
    """
    beside = {METER: load_kw}
    return np.array(
        [
            beside.get(asset.name, generation_kw)
            if asset.control is None
            else at_level(tables.power_kw[asset.control], float(level[asset.control]))
            for asset in assets
        ]
    )


def spread(readings: Floats, of_day: Floats, of_step: Floats) -> Floats:
    """Readings [A] of a factory whose J tasks stray from the powers of their modes.

    Args:
        readings: as `factory_readings` gives them, the meter last [A].
        of_day: standard normal numbers of the day [J].
        of_step: those of the step [J].
    """
    found, tasks = readings.copy(), len(of_day)
    found[:tasks] *= 1.0 + SPREAD * (of_day + of_step)
    found[-1] += found[:tasks].sum() - readings[:tasks].sum()
    return found


def heater_readings(meter: Mapping[str, float]) -> Floats:
    """What sensors without error read in a step of a heater, in the order of the assets [4].

    Args:
        meter: of the step, by the names of `heater_episode_state.METER`.
    """
    return np.array(
        [
            meter["heater_kwh"] / HOLD_H,
            meter["released_kwh"] / HOLD_H,
            meter["brick_c"],
            meter["load_kw"],
        ]
    )


def sensed(
    assets: Sequence[Asset],
    faults: Sequence[Fault],
    readings: Floats,
    step: int,
    steps_per_day: float,
    rng: np.random.Generator,
) -> Floats:
    """Readings [A] as sensors with noise and faults give them; NaN where a sample is lost.

    Args:
        assets: of the plant.
        faults: those that are there.
        readings: without error [A].
        step: on the count in which faults have their `since`.
        steps_per_day: of that count.
        rng: the source of chance; the same count of numbers is drawn whatever the faults.
    """
    noise, lost = rng.standard_normal(len(assets)), rng.random(len(assets))
    found = np.array(readings, np.float64)
    for place, asset in enumerate(assets):
        added = NOISE * noise[place] + _offset(asset, faults, step, steps_per_day)
        found[place] += added * asset.full_scale
        if lost[place] < size_of(faults, asset.name, "dropped_samples"):
            found[place] = np.nan
    return found


def _offset(asset: Asset, faults: Sequence[Fault], step: int, steps_per_day: float) -> float:
    """What bias and drift add, as a share of the full scale."""
    added = size_of(faults, asset.name, "sensor_bias")
    for fault in faults:
        if (fault.asset, fault.kind) == (asset.name, "sensor_drift"):
            added += fault.size * max(0, step - fault.since) / steps_per_day / DRIFT_DAYS
    return added


def at_level(power_kw: Floats, level: float) -> float:
    """Power of a task at a level between modes [K] [kW]."""
    mode = int(level)
    part = level - mode
    if not part:
        return float(power_kw[mode])
    return float((1.0 - part) * power_kw[mode] + part * power_kw[mode + 1])
