"""What is made of the values that were found: a heater that can run, names, and notes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..heater import HeaterPlant
from ..intervals import Intervals
from .brick_balance import NAMES
from .heater_days import HeaterDays
from .telemetry_fit import IDENTIFIED, TelemetryFit

_IDENTIFIED_BUILDING = 0.2


def running_heater(plant: HeaterPlant, days: HeaterDays) -> HeaterPlant:
    """A heater that draws what the meter shows at most, and starts where the bricks were.

    Args:
        plant: with the values that were found.
        days: metered days.
    """
    most_kw = float(np.nanmax(days.energy_kwh)) - plant.air.fan_power_kw
    heater = replace(plant.heater, power_max_kw=max(plant.heater.power_max_kw, most_kw))
    known = days.brick_c[np.isfinite(days.brick_c)]
    start_c = float(known[0]) if len(known) else plant.initial.brick_c
    start_c = min(max(start_c, plant.brick.min_c), plant.brick.max_c)
    sources = {
        **plant.sources,
        "identified": f"from {int(days.metered.sum())} days of a meter that begin on "
        f"{days.dates[0]}; what the data do not tell is that of {plant.name}",
    }
    initial = replace(plant.initial, brick_c=start_c)
    return replace(plant, heater=heater, initial=initial, sources=sources)


def not_identified(intervals: Intervals, telemetry: bool) -> tuple[str, ...]:
    """Names of what the data do not pin down.

    Args:
        intervals: of what was looked for.
        telemetry: whether there were readings of the bricks; without, none of it was looked for.
    """
    wide = []
    for name, (low, high) in intervals.items():
        of_building = name.startswith(("building.", "gains."))
        if high - low > (_IDENTIFIED_BUILDING if of_building else IDENTIFIED) * high:
            wide.append(name)
    return tuple(wide) if telemetry else (*NAMES, "transfer_kw_per_k", *wide)


def notes_of(sensors: TelemetryFit | None) -> list[str]:
    """What a user should know of a heater that was found, beside its values.

    Args:
        sensors: what its sensors told, if there were any.
    """
    if sensors is None:
        return ["without telemetry, store and transfer are those that were known before"]
    return ["single values of air flow, transfer units, exchanger and loss are one choice of many"]
