"""How much PV and wind there can be: nothing at night, no more than a clear sky or the capacity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from ..scenario_checks import Dates
from ..stn_tables import Floats, Ints
from .clear_sky import Site

if TYPE_CHECKING:
    from .sources import Layout

DAYS_OF_YEAR = 366
SEASON_DAYS = 15
"""Days before and after a date that tell how much PV gives under a clear sky."""

CLEAR_SKY_TOLERANCE = 0.05
"""How far PV may exceed what the clearest of these days have shown, as a share."""

_FEWEST_IN_SEASON = 10
_DIM_W_PER_M2 = 20.0
_DARK_W_PER_M2 = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Limits of each source, learnt from days that are over.

    PV of a known site: clear-sky irradiance of the step, times the highest power per irradiance
    that any day within `SEASON_DAYS` of the date has shown at this step, in any year. Where the
    site is not known: the highest power of these days itself, which is looser, as the sun moves
    on within a season and clocks change. Either is raised by `CLEAR_SKY_TOLERANCE`. It is night
    where this is zero, and where the forecast is.

    Args:
        site: of the PV; None if it is not known.
        start_hour: clock hour of the first step.
        step_minutes: length of a step [min].
        capacity_kw: highest power of each source [C].
        highest: by day of the year and step [366, C, T]: limits [kW]; of PV at a known site
            [kW per (W/m2)].
        sunny: 1 for PV, 0 for wind [C].
    """

    site: Site | None
    start_hour: int
    step_minutes: int
    capacity_kw: Floats
    highest: Floats
    sunny: Ints

    @classmethod
    def learnt(
        cls,
        layout: Layout,
        dates: Dates,
        outcome_kw: Floats,
        site: Site | None,
        wind_capacity_kw: float | None,
    ) -> Limits:
        """The limits that outcomes [D, C, T] show.

        Raises:
            InputError: wind above its capacity.
        """
        sunny = np.array([source == "pv" for source in layout.sources], np.int64)
        limits = cls(
            site,
            layout.start_hour,
            layout.step_minutes,
            outcome_kw.max(axis=(0, 2)),
            np.empty((DAYS_OF_YEAR, *outcome_kw.shape[1:])),
            sunny,
        )
        for channel, power_kw in enumerate(outcome_kw.transpose(1, 0, 2)):
            if sunny[channel]:
                ratio = power_kw / limits._light(dates)
                limits.highest[:, channel] = _season_highest(dates, ratio)
            else:
                limits.capacity_kw[channel] = _wind_capacity(power_kw, wind_capacity_kw)
                limits.highest[:, channel] = limits.capacity_kw[channel]
        return limits

    def limit_kw(self, dates: Dates, forecast_kw: Floats) -> Floats:
        """Limits [D, C, T] of days with forecasts [D, C, T] [kW]."""
        limit = self.highest[day_of_year(dates) - 1]
        clear = (1 + CLEAR_SKY_TOLERANCE) * self._light(dates) * self._sun_is_up(dates)
        sunny = self.sunny[:, None] == 1
        return np.where(sunny, np.where(forecast_kw > 0.0, limit * clear[:, None], 0.0), limit)

    def _light(self, dates: Dates) -> Floats:
        """What the power of PV is measured by [D, T]: irradiance, or 1 where it is not known."""
        ghi = self._clear_sky(dates)
        return np.ones((len(dates), self.highest.shape[2])) if ghi is None else ghi + _DIM_W_PER_M2

    def _sun_is_up(self, dates: Dates) -> Floats:
        ghi = self._clear_sky(dates)
        return np.ones(1) if ghi is None else (ghi > _DARK_W_PER_M2).astype(np.float64)

    def _clear_sky(self, dates: Dates) -> Floats | None:
        """Irradiance [D, T] of the site."""
        if self.site is None:
            return None
        n_steps = self.highest.shape[2]
        return self.site.clear_sky_w_per_m2(dates, n_steps, self.step_minutes, self.start_hour)


def day_of_year(dates: Dates) -> Ints:
    """Place of dates in their years, from 1 on."""
    days: Ints = (dates - dates.astype("datetime64[Y]")).astype(np.int64) + 1
    return days


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
