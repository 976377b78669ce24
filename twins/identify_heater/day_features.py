"""What a day's consumption depends on: its weather, the day before, and what the store holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats
from .heater_days import HOURS, HeaterDays

_ROOM_C = 20.0
_NOON = 12
_CHARGING_SHARE = 0.5
_FULL_SHARE = 0.97
_HABITUAL_DAYS = 0.05
_MASS_MEMORY = 0.96
_OFFICE_HOURS = (8, 17)


def previous(values: Floats, days: HeaterDays) -> Floats:
    """Values of the day before [D, ...]; where that day is not known, those of the day itself."""
    before = np.concatenate([values[:1], values[:-1]])
    return np.asarray(np.where(_follows(days, values), before, values), np.float64)


def weather_features(days: HeaterDays) -> Floats:
    """Weather and calendar [D, 10]: cold, its course, wind, sun and working days; before too."""
    cold_k = _ROOM_C - days.ambient_c
    mean_k = np.asarray(cold_k.mean(axis=1))
    first_k = cold_k[:, : HOURS // 2].mean(axis=1) - mean_k
    windy = np.asarray((days.wind_m_per_s * cold_k).mean(axis=1))
    sun = np.asarray(days.ghi_w_per_m2.mean(axis=1))
    at_work = _working_day(days)
    day_before = previous(mean_k, days)
    return np.stack(
        [
            mean_k, day_before, previous(day_before, days), first_k, windy, previous(windy, days),
            sun, previous(sun, days), at_work, previous(at_work, days),
        ],
        axis=1,
    )  # fmt: skip


def leaky_sum(values: Floats, memory: float) -> Floats:
    """Sums over days [D, ...] that keep the share `memory` of what they were the day before."""
    sums = np.array(values, np.float64)
    for day in range(1, len(sums)):
        sums[day] += memory * sums[day - 1]
    return sums


def charging_h(days: HeaterDays) -> Floats:
    """Working time [D] [h]: hours in which more than half of the day's greatest hour was drawn.

    NaN where readings are missing.
    """
    energy_kwh = days.energy_kwh
    greatest_kwh = energy_kwh.max(axis=1, keepdims=True)
    hours = (energy_kwh > _CHARGING_SHARE * greatest_kwh).sum(axis=1)
    return np.asarray(np.where(days.metered, hours, np.nan), np.float64)


def last_charging_hour(days: HeaterDays) -> int:
    """The last hour of a day, counted from its first, in which charging is usual."""
    energy_kwh = days.energy_kwh[days.metered]
    charging = energy_kwh > _CHARGING_SHARE * energy_kwh.max(axis=1, keepdims=True)
    return int(np.flatnonzero(charging.mean(axis=0) >= _HABITUAL_DAYS)[-1])


def filled_early(days: HeaterDays, last_hour: int) -> NDArray[np.bool_]:
    """Days [D] on which charging ended before its usual last hour did: the store was full."""
    energy_kwh = days.energy_kwh
    with np.errstate(invalid="ignore"):
        return np.asarray(energy_kwh[:, last_hour] < _FULL_SHARE * energy_kwh.max(axis=1))


def charge_to_charge_features(days: HeaterDays, last_hour: int) -> Floats:
    """Weather from the end of the usual charging of the day before to that of the day [D, 5].

    Cold, the slow course of it that a building's mass follows, wind, sun and working hours: what
    the store gave between two nights depends on them. Of the day before a gap nothing is known;
    the day's own hours stand for its hours then.
    """
    cold_k = _ROOM_C - days.ambient_c
    first_k = float(cold_k[0, 0])
    slow_k = first_k + (1.0 - _MASS_MEMORY) * leaky_sum(cold_k.ravel() - first_k, _MASS_MEMORY)
    hour = (days.first_hour + np.arange(HOURS)) % HOURS
    office = (hour >= _OFFICE_HOURS[0]) & (hour < _OFFICE_HOURS[1])
    hourly = np.stack(
        [
            cold_k, slow_k.reshape(cold_k.shape), days.wind_m_per_s * cold_k, days.ghi_w_per_m2,
            np.outer(_working_day(days), office),
        ],
        axis=2,
    )  # fmt: skip
    before = previous(hourly, days)[:, last_hour + 1 :]
    window = np.concatenate([before, hourly[:, : last_hour + 1]], axis=1)
    return np.asarray(window.mean(axis=1), np.float64)


def _working_day(days: HeaterDays) -> Floats:
    """1 for days whose larger part lies on Monday to Friday [D], else 0."""
    dates = days.dates + (1 if days.first_hour >= _NOON else 0)
    return np.asarray(np.is_busday(dates), np.float64)


def _follows(days: HeaterDays, values: Floats) -> NDArray[np.bool_]:
    """Whether a day follows the row before [D, 1...]."""
    gaps = np.diff(days.dates).astype("timedelta64[D]").astype(int)
    follows = np.concatenate([[False], gaps == 1])
    return np.asarray(follows.reshape(-1, *[1] * (values.ndim - 1)))
