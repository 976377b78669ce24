"""Winters drawn at random: weather of a place such as Shenyang, from November to March.

Monthly means of the outside temperature are those of `MONTHLY_MEAN_C`; days above and below them
follow each other as an autoregressive series. The spread of days, the daily course, wind and clouds
are assumed.
"""

from __future__ import annotations

import numpy as np

from .stn_tables import Floats

STEPS_PER_DAY = 96
"""Quarters of an hour in a day."""

FIRST_DAY = np.datetime64("2018-11-01")
"""First day of a winter, a Thursday."""

WINTER_DAYS = 151
"""Days from November to March."""

MONTHLY_MEAN_C = (0.0, -7.6, -12.6, -7.7, 0.3)
"""Mean outside temperature from November to March [degC]."""

_MONTH_DAYS = (30, 31, 31, 28, 31)
_LATITUDE_RAD = np.deg2rad(41.8)

_DAY_SPREAD_K, _DAY_MEMORY = 4.0, 0.75
_STEP_SPREAD_K, _STEP_MEMORY = 0.6, 0.98
_COURSE_K = (2.5, 3.5)
_WARMEST_HOUR = 15.0
_WIND_M_PER_S, _WIND_SPREAD, _WIND_MEMORY = 2.9, 0.45, 0.985


def winter_weather(
    rng: np.random.Generator, days: int = WINTER_DAYS, first_day: np.datetime64 = FIRST_DAY
) -> Floats:
    """Weather of days in quarters of an hour [T, 3].

    Args:
        rng: the source of chance.
        days: from `first_day` on.
        first_day: date on which it begins. Days before November or after March are as warm as the
            nearest of the winter.

    Returns:
        Outside temperature [degC], wind [m/s] and global horizontal irradiance [W/m2].
    """
    steps = days * STEPS_PER_DAY
    clearness = np.clip(0.62 + 0.25 * red_noise(rng, days, 0.4), 0.15, 1.0)
    anomaly_k = _DAY_SPREAD_K * red_noise(rng, days, _DAY_MEMORY)
    at_day = np.arange(steps) / STEPS_PER_DAY
    daily_c = _seasonal_c(days, first_day) + anomaly_k
    smooth_c = np.interp(at_day, np.arange(days) + 0.5, daily_c)
    hour = np.asarray((np.arange(steps) % STEPS_PER_DAY + 0.5) / 4.0, np.float64)
    course_k = _COURSE_K[0] + _COURSE_K[1] * np.repeat(clearness, STEPS_PER_DAY)
    ambient_c = smooth_c + course_k * np.cos(2 * np.pi * (hour - _WARMEST_HOUR) / 24.0)
    ambient_c += _STEP_SPREAD_K * red_noise(rng, steps, _STEP_MEMORY)
    wind = _WIND_M_PER_S * np.exp(_WIND_SPREAD * red_noise(rng, steps, _WIND_MEMORY))
    sun = _clear_sky_w_per_m2(days, first_day, hour) * np.repeat(clearness, STEPS_PER_DAY)
    return np.stack([ambient_c, np.minimum(wind, 25.0), sun], axis=1)


def red_noise(rng: np.random.Generator, count: int, memory: float) -> Floats:
    """An autoregressive series of unit variance [count], each value kept to the share `memory`."""
    shocks = rng.standard_normal(count)
    series = np.empty(count)
    value = shocks[0]
    for place, shock in enumerate(shocks):
        if place:
            value = memory * value + np.sqrt(1.0 - memory**2) * shock
        series[place] = value
    return series


def _seasonal_c(days: int, first_day: np.datetime64) -> Floats:
    """Temperature without chance of each day [days], whose monthly means are those wanted."""
    month = np.repeat(np.arange(len(_MONTH_DAYS)), _MONTH_DAYS)
    middles = np.asarray(np.cumsum(_MONTH_DAYS) - np.array(_MONTH_DAYS) / 2.0, np.float64)
    day = np.arange(WINTER_DAYS, dtype=np.float64) + 0.5
    # Beyond the middles of November and March the lines go on as they came.
    hats = np.stack([_line(day, middles, unit) for unit in np.eye(len(middles))], axis=1)
    means = np.stack([hats[month == each].mean(axis=0) for each in range(len(middles))])
    knots = np.linalg.solve(means, MONTHLY_MEAN_C)
    start = int((first_day - _november(first_day)).astype(int))
    place = np.clip(np.arange(days, dtype=np.float64) + start, 0.0, WINTER_DAYS - 1.0)
    return _line(place + 0.5, middles, np.asarray(knots, np.float64))


def _november(day: np.datetime64) -> np.datetime64:
    """The 1 November of the winter that a day belongs to, which begins in July."""
    months = int(day.astype("datetime64[M]").astype(int))
    return np.datetime64(f"{1970 + (months - 6) // 12}-11-01", "D")


def _line(at: Floats, places: Floats, values: Floats) -> Floats:
    """The polygon through points, its ends drawn out."""
    line = np.interp(at, places, values)
    for low, near, end in ((True, 0, 1), (False, -1, -2)):
        beyond = at < places[0] if low else at > places[-1]
        slope = (values[near] - values[end]) / (places[near] - places[end])
        line = np.where(beyond, values[near] + slope * (at - places[near]), line)
    return np.asarray(line, np.float64)


def _clear_sky_w_per_m2(days: int, first_day: np.datetime64, hour: Floats) -> Floats:
    """Irradiance under a clear sky [T], after Haurwitz 1945."""
    day_of_year = (first_day - first_day.astype("datetime64[Y]")).astype(int) + np.arange(days)
    declination = np.deg2rad(-23.44) * np.cos(2 * np.pi * (np.repeat(day_of_year, 96) + 10) / 365)
    hour_angle = np.pi * (hour - 12.0) / 12.0
    height = np.sin(_LATITUDE_RAD) * np.sin(declination)
    height = height + np.cos(_LATITUDE_RAD) * np.cos(declination) * np.cos(hour_angle)
    up = np.maximum(height, 1e-3)
    return np.asarray(np.where(height > 0.0, 1098.0 * up * np.exp(-0.057 / up), 0.0), np.float64)
