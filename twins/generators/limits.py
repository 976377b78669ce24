"""How much PV and wind there can be: nothing at night, no more than a clear sky or the capacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..scenario_checks import Dates
from ..stn_tables import Floats, Ints

DAYS_OF_YEAR = 366
SEASON_DAYS = 15
"""Days before and after a date whose highest PV power is taken for that of a clear sky."""

CLEAR_SKY_TOLERANCE = 0.05
"""How far PV may exceed the highest power that the days of the season have shown, as a share."""

_FEWEST_IN_SEASON = 10


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Limits of each source, learnt from days that are over.

    A place and its panels are not known, so the clear sky is learnt: at each step of the day, the
    highest PV power of all days within `SEASON_DAYS` of the date in any year, and the share
    `CLEAR_SKY_TOLERANCE` more. Where this is zero, or the forecast is, it is night. (The forecast
    tells the sun of the day itself; the days of a season lie on both sides of a clock change.)

    Args:
        capacity_kw: highest power of each source [C].
        clear_kw: limit of each source by day of the year and step [366, C, T].
        dark: sources that have a night [C].
    """

    capacity_kw: Floats
    clear_kw: Floats
    dark: Ints

    @classmethod
    def learnt(
        cls,
        sources: tuple[str, ...],
        dates: Dates,
        outcome_kw: Floats,
        wind_capacity_kw: float | None,
    ) -> Limits:
        """The limits that outcomes [D, C, T] show.

        Raises:
            InputError: wind above its capacity.
        """
        clear_kw = np.empty((DAYS_OF_YEAR, *outcome_kw.shape[1:]))
        for channel, source in enumerate(sources):
            power_kw = outcome_kw[:, channel]
            if source == "pv":
                clear_kw[:, channel] = _season_highest(dates, power_kw) * (1 + CLEAR_SKY_TOLERANCE)
            else:
                clear_kw[:, channel] = _wind_capacity(power_kw, wind_capacity_kw)
        dark = np.array([source == "pv" for source in sources], np.int64)
        return cls(clear_kw.max(axis=(0, 2)), clear_kw, dark)

    def limit_kw(self, dates: Dates, forecast_kw: Floats) -> Floats:
        """Limits [D, C, T] of days with forecasts [D, C, T] [kW]."""
        night = (self.dark[:, None] == 1) & (forecast_kw <= 0.0)
        return np.where(night, 0.0, self.clear_kw[day_of_year(dates) - 1])


def day_of_year(dates: Dates) -> Ints:
    """Place of dates in their years, from 1 on."""
    days: Ints = (dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1
    return days


def shares(power_kw: Floats, limit_kw: Floats) -> Floats:
    """Power as a share of its limit, 0 to 1; 0 where the limit is 0."""
    share = np.divide(power_kw, limit_kw, out=np.zeros_like(power_kw), where=limit_kw > 0.0)
    return np.clip(share, 0.0, 1.0)


def _season_highest(dates: Dates, power_kw: Floats) -> Floats:
    """Highest power [366, T] of the days around each day of the year, of ten at least."""
    given = day_of_year(dates)
    highest = np.empty((DAYS_OF_YEAR, power_kw.shape[1]))
    for day in range(DAYS_OF_YEAR):
        apart = np.abs(given - (day + 1))
        apart = np.minimum(apart, DAYS_OF_YEAR - apart)
        tenth = np.partition(apart, _FEWEST_IN_SEASON - 1)[_FEWEST_IN_SEASON - 1]
        reach = max(SEASON_DAYS, int(tenth))
        highest[day] = power_kw[apart <= reach].max(axis=0)
    return highest


def _wind_capacity(power_kw: Floats, given_kw: float | None) -> float:
    highest = float(power_kw.max())
    if given_kw is None:
        return highest
    if highest > given_kw:
        fix = f"the wind power of the days reaches {highest:g} kW; give at least that"
        raise InputError("wind_capacity_kw", given_kw, fix)
    return given_kw
