"""The sun of a place: irradiance under a clear sky, from dates and clock times alone."""

from __future__ import annotations

import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ..errors import InputError
from ..scenario_checks import Dates
from ..stn_tables import Floats
from ..value_checks import check_number

_LOOKS_PER_STEP = 6


class Site(NamedTuple):
    """Where the PV stands.

    Args:
        latitude_deg: north is positive.
        longitude_deg: east is positive.
        time_zone: of the clock of the days, by its IANA name.
    """

    latitude_deg: float
    longitude_deg: float
    time_zone: str

    def check(self) -> None:
        """Refuse what is no place.

        Raises:
            InputError: by field.
        """
        for name, value, highest in (
            ("latitude_deg", self.latitude_deg, 90.0),
            ("longitude_deg", self.longitude_deg, 180.0),
        ):
            check_number(f"site {name}", value, low=-highest, high=highest)
        self._zone()

    def clear_sky_w_per_m2(
        self, dates: Dates, n_steps: int, step_minutes: int, start_hour: int
    ) -> Floats:
        """Mean global horizontal irradiance of each step [D, T] under a clear sky; 0 at night.

        Args:
            dates: local dates [D].
            n_steps: steps a day T.
            step_minutes: length of a step [min].
            start_hour: clock hour of the first step.

        Source:
            Haurwitz, Journal of Meteorology 2 (1945) 154-166, for the irradiance; Spencer, Search 2
            (1971) 172, for declination and equation of time (the sun is right to about 0.3 deg).
        """
        looks = (np.arange(n_steps * _LOOKS_PER_STEP) + 0.5) / _LOOKS_PER_STEP
        clock_h = start_hour + looks * step_minutes / 60.0
        up = np.maximum(self._sine_of_elevation(dates, clock_h), 1e-6)
        ghi: Floats = 1098.0 * up * np.exp(-0.059 / up)
        return np.asarray(ghi.reshape(len(dates), n_steps, _LOOKS_PER_STEP).mean(axis=2))

    def _sine_of_elevation(self, dates: Dates, clock_h: Floats) -> Floats:
        """Sine of the sun's elevation [D, S] at clock hours [S] of dates [D]."""
        day = (dates - dates.astype("datetime64[Y]")).astype(np.float64)[:, None]
        angle = 2.0 * np.pi * day / 365.0
        equation_min = 229.18 * (
            0.000075
            + 0.001868 * np.cos(angle)
            - 0.032077 * np.sin(angle)
            - 0.014615 * np.cos(2 * angle)
            - 0.040849 * np.sin(2 * angle)
        )
        declination = (
            0.006918
            - 0.399912 * np.cos(angle)
            + 0.070257 * np.sin(angle)
            - 0.006758 * np.cos(2 * angle)
            + 0.000907 * np.sin(2 * angle)
            - 0.002697 * np.cos(3 * angle)
            + 0.00148 * np.sin(3 * angle)
        )
        solar_h = clock_h - self.utc_offset_h(dates)[:, None]
        solar_h = solar_h + self.longitude_deg / 15.0 + equation_min / 60.0
        latitude = np.deg2rad(self.latitude_deg)
        height = np.sin(latitude) * np.sin(declination)
        across = np.cos(latitude) * np.cos(declination)
        return np.asarray(height + across * np.cos(np.pi * (solar_h - 12.0) / 12.0))

    def utc_offset_h(self, dates: Dates) -> Floats:
        """Local time less UTC at noon of each date [D], [h]."""
        zone = self._zone()
        noons = (datetime.datetime.combine(day, datetime.time(12), zone) for day in dates.tolist())
        offsets = (noon.utcoffset() or datetime.timedelta() for noon in noons)
        return np.array([offset.total_seconds() / 3600.0 for offset in offsets])

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            fix = "give the IANA name of a time zone, such as 'Europe/Brussels'"
            raise InputError("site time_zone", self.time_zone, fix) from None


BELGIUM = Site(50.6, 4.6, "Europe/Brussels")
"""The middle of the PV that the shipped days are of (assumed; they cover the whole country)."""
