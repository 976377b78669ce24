"""What is expected of prices and weather: a forecast a day, the less sure the farther ahead.

A forecast is made at the hour at which episodes start, every day anew. **Weather**: the truth plus
an error that starts at 0 and walks on hour by hour, e <- m e + sqrt(1 - m^2) s z with z standard
normal, so that its spread s sqrt(1 - m^(2h)) grows with the h hours ahead; quarters lie between.
The errors of a date follow from the date alone: the same in every env, whatever is drawn there.
**Prices**: from 13 h on the day-ahead prices of the next day are known, before it only those of the
running day; later days are expected as the mean of the same quarter of an hour over the last seven
days known.
"""

from __future__ import annotations

import numpy as np

from .heater_markets import STEPS_PER_DAY
from .scenarios import Scenarios
from .stn_tables import Floats, Ints

PRICE, AMBIENT, WIND, GHI, OCCUPANCY = range(5)
"""Places in a forecast."""

MEMORY_H = 108.0
"""Hours after which an error is kept to a share of 1/e: the spread at 24 h is then 0.6 of the last,
at three days 0.86."""

SPREAD = (2.5, 2.0, 0.5)
"""Spread of the errors far ahead: temperature [K], wind [m/s], irradiance as a share of itself. At
24 h they are 1.5 K, 1.2 m/s and 30 %, the size of what weather services report; assumed."""

PUBLISHED_HOUR = 13
"""Clock hour at which the day-ahead prices of the next day are known."""

_KNOWN_DAYS = 7
_SEED = 715517
_MOST_SUN = 1500.0


def forecasts(days: Scenarios, start_hour: int, steps: int, error_scale: float) -> Floats:
    """The forecasts of all days [D, steps, 5], in the order of `PRICE` and the names beside it.

    Args:
        days: D days; steps beyond the last of them, or across a gap, mean nothing.
        start_hour: clock hour at which forecasts are made, and with which they begin.
        steps: quarters of an hour that each reaches ahead.
        error_scale: what the errors of the weather are multiplied by; 0 for a perfect forecast.
    """
    ahead = steps_from(days, start_hour, steps)
    names = ("ambient_c", "wind_m_per_s", "ghi_w_per_m2", "occupancy")
    truth = [days.series[name].ravel()[ahead] for name in names]
    ambient, wind, sun = np.moveaxis(error_scale * _errors(days, steps), -1, 0)
    made = (
        _expected_prices(days, start_hour, ahead),
        np.clip(truth[0] + ambient, -70.0, 55.0),
        np.clip(truth[1] + wind, 0.0, 75.0),
        np.clip(truth[2] * (1.0 + sun), 0.0, _MOST_SUN),
        truth[3],
    )
    return np.stack(made, axis=2)


def steps_from(days: Scenarios, start_hour: int, steps: int) -> Ints:
    """Places of the steps from an hour of each day on, in the series drawn out [D, steps]."""
    first = np.arange(days.n_days)[:, None] * STEPS_PER_DAY + 4 * start_hour
    return np.asarray(np.minimum(first + np.arange(steps), days.n_days * STEPS_PER_DAY - 1))


def _errors(days: Scenarios, steps: int) -> Floats:
    """Errors of temperature [K], wind [m/s] and irradiance (a share) [D, steps, 3]."""
    hours = steps // 4 + 1
    memory = np.exp(-1.0 / MEMORY_H)
    shocks = np.stack(
        [np.random.default_rng([_SEED, day]).standard_normal((hours, 3)) for day in _numbers(days)]
    )
    error = np.zeros((days.n_days, hours, 3))
    for hour in range(1, hours):
        error[:, hour] = memory * error[:, hour - 1] + np.sqrt(1 - memory**2) * shocks[:, hour]
    quarter = np.arange(4)[:, None] / 4.0
    between = error[:, :-1, None] * (1.0 - quarter) + error[:, 1:, None] * quarter
    return np.asarray(between.reshape(days.n_days, steps, 3) * SPREAD, np.float64)


def _numbers(days: Scenarios) -> list[int]:
    """A number for each date, counted from 1900 so that it is positive."""
    return [int(day) for day in (days.dates - np.datetime64("1900-01-01")).astype(np.int64)]


def _expected_prices(days: Scenarios, start_hour: int, ahead: Ints) -> Floats:
    """Expected buy prices [D, steps]."""
    day_ahead = days.series["buy_forecast_per_kwh"]
    known = np.arange(days.n_days) + (1 if start_hour >= PUBLISHED_HOUR else 0)
    known = np.minimum(known, days.n_days - 1)
    first = np.maximum(0, known - _KNOWN_DAYS + 1)
    usual = np.stack([day_ahead[a : b + 1].mean(axis=0) for a, b in zip(first, known, strict=True)])
    day, quarter = np.divmod(ahead, STEPS_PER_DAY)
    later = np.take_along_axis(usual, quarter, axis=1)
    return np.where(day <= known[:, None], day_ahead[day, quarter], later)
