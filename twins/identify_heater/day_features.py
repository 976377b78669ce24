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
_FROM_FULL_TO_EVENING = 0.75


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


def store_below_full_kwh(days: HeaterDays, demand_kwh: Floats, full: NDArray[np.bool_]) -> Floats:
    """What the store holds when a day begins, less what it held when it was last full [D] [kWh].

    It takes what the meter showed and gives the demand. Full at the end of a charge, it has given
    three quarters of a day's demand by the next evening, and can never hold more than that.

    Args:
        days: with their readings; a day without them is taken to draw its demand.
        demand_kwh: expected heat of each day [D].
        full: whether the store was full in a day [D].
    """
    drawn_kwh = np.where(days.metered, days.daily_kwh, demand_kwh)
    after_full_kwh = -_FROM_FULL_TO_EVENING * demand_kwh
    least_kwh = -2.0 * float(demand_kwh.mean())
    store_kwh = np.zeros(days.days)
    for day in range(1, days.days):
        held_kwh = store_kwh[day - 1] + drawn_kwh[day - 1] - demand_kwh[day - 1]
        most_kwh = after_full_kwh[day - 1]
        store_kwh[day] = most_kwh if full[day - 1] else np.clip(held_kwh, least_kwh, most_kwh)
    return store_kwh


def _working_day(days: HeaterDays) -> Floats:
    """1 for days whose larger part lies on Monday to Friday [D], else 0."""
    dates = days.dates + (1 if days.first_hour >= _NOON else 0)
    return np.asarray(np.is_busday(dates), np.float64)


def _follows(days: HeaterDays, values: Floats) -> NDArray[np.bool_]:
    """Whether a day follows the row before [D, 1...]."""
    gaps = np.diff(days.dates).astype("timedelta64[D]").astype(int)
    follows = np.concatenate([[False], gaps == 1])
    return np.asarray(follows.reshape(-1, *[1] * (values.ndim - 1)))
