"""Which metered days say how a plant is run, and which do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .meter import MeterDays

LEAST_DAYS = 3

_LEAST_READINGS = 0.5
_LEAST_ENERGY, _MOST_ENERGY = 0.6, 1.6


@dataclass(frozen=True, slots=True, eq=False)
class UsableDays:
    """The days that identification uses.

    Args:
        days: those that are kept.
        left_out: date and reason of the others.
    """

    days: MeterDays
    left_out: tuple[tuple[str, str], ...]


def usable_days(days: MeterDays) -> UsableDays:
    """Leave out days with few readings, and days on which the plant stood or ran only partly.

    The yardstick is the median energy of the days; gaps are filled with the mean of the day.

    Raises:
        InputError: fewer than 3 usable days, or a meter that never shows a load.
    """
    present = ~np.isnan(days.energy_kwh)
    enough = present.mean(axis=1) >= _LEAST_READINGS
    energy_kwh = np.nansum(days.energy_kwh, axis=1) / np.maximum(present.mean(axis=1), 1e-9)
    typical_kwh = float(np.median(energy_kwh[enough])) if enough.any() else 0.0
    if not typical_kwh > 0 and days.pv_kwh_per_kw is None:
        raise InputError("meter energy_kwh", typical_kwh, "give readings of a plant that runs")
    usual = np.ones(days.days, dtype=bool)
    if days.pv_kwh_per_kw is None:
        share = energy_kwh / typical_kwh
        usual = (share >= _LEAST_ENERGY) & (share <= _MOST_ENERGY)
    reasons = [
        (str(date), _reason(bool(whole), float(energy), typical_kwh))
        for date, whole, energy, kept in zip(
            days.dates, enough, energy_kwh, enough & usual, strict=True
        )
        if not kept
    ]
    kept = days.take(enough & usual)
    if kept.days < LEAST_DAYS:
        lost = [*((str(date), reason) for date, reason in days.dropped), *reasons]
        fix = f"give at least {LEAST_DAYS} days of usual operation; 14 to 21 are better"
        if lost:
            fix += f" (of {len(lost)} days left out, {lost[0][0]}: {lost[0][1]})"
        raise InputError("meter days", kept.days, fix)
    return UsableDays(kept, tuple(reasons))


def _reason(whole: bool, energy_kwh: float, typical_kwh: float) -> str:
    if not whole:
        return "more than half of the readings are missing"
    return f"{energy_kwh:.4g} kWh where {typical_kwh:.4g} kWh are usual: the plant ran otherwise"
