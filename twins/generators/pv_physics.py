"""From weather to PV power by physics: plane, cell and inverter, by pvlib (extra `weather`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..errors import InputError, MissingExtraError
from ..scenario_checks import Dates
from ..shipped import shipped_weather
from ..stn_tables import Floats, Ints
from .clear_sky import Site
from .limits import day_of_year

_PER_DEGREE = -0.004
_SYSTEM_LOSS = 0.14
_INVERTER_EFFICIENCY = 0.96


class Plane(NamedTuple):
    """Panels that look the same way.

    Args:
        tilt_deg: from the horizontal.
        azimuth_deg: clockwise from north.
        share: of the installed power.
    """

    tilt_deg: float
    azimuth_deg: float
    share: float


FLEET = (Plane(35.0, 180.0, 0.5), Plane(30.0, 90.0, 0.25), Plane(30.0, 270.0, 0.25))
"""The PV of a country: half of it looks south, the rest east and west (assumed)."""


@dataclass(frozen=True, slots=True, eq=False)
class PvWeather:
    """Weather of whole days, in hours.

    Args:
        dates: local dates [D].
        temp_c: air temperature [D, 24], [degC].
        wind_m_per_s: wind speed [D, 24], [m/s].
        ghi_w_per_m2: mean global horizontal irradiance of the hour that begins [D, 24], [W/m2].

    Raises:
        InputError: shapes that differ, NaN, or irradiance below 0.
    """

    dates: Dates
    temp_c: Floats
    wind_m_per_s: Floats
    ghi_w_per_m2: Floats

    def __post_init__(self) -> None:
        for name in ("temp_c", "wind_m_per_s", "ghi_w_per_m2"):
            values = getattr(self, name)
            if values.shape != (len(self.dates), 24) or not len(self.dates):
                fix = f"give ({len(self.dates)}, 24), the hours of each date, and at least one date"
                raise InputError(f"weather {name} shape", values.shape, fix)
            if not np.isfinite(values).all():
                raise InputError(f"weather {name}", "NaN or infinite", "fill the gaps")
        if self.ghi_w_per_m2.min() < 0.0:
            low = float(self.ghi_w_per_m2.min())
            raise InputError("weather ghi_w_per_m2", low, "give 0 or more")

    def take(self, days: Ints | slice) -> PvWeather:
        """Some of the days."""
        return PvWeather(
            self.dates[days], self.temp_c[days], self.wind_m_per_s[days], self.ghi_w_per_m2[days]
        )


@dataclass(frozen=True, slots=True, eq=False)
class PvPhysics:
    """What the weather does to PV, mean over its planes [D, 24].

    Args:
        elevation_deg: of the sun in the middle of the hour.
        effective_w_per_m2: irradiance on the plane that reaches the cells.
        cell_c: temperature of the cells [degC].
        ac_cf: power per installed power [kW/kW].
    """

    elevation_deg: Floats
    effective_w_per_m2: Floats
    cell_c: Floats
    ac_cf: Floats


def shipped_pv_weather() -> PvWeather:
    """The weather of Belgium that is shipped.

    Its irradiance is the mean of the hour *before* the time that it bears (so Open-Meteo has it,
    and so it fits the sun), and is moved to the hour that begins; temperature and wind hold at that
    time, and are averaged over the two ends of the hour.
    """
    weather = shipped_weather()
    temp, wind = (_over_the_hour(weather[name].values) for name in ("temp_c", "wind_m_per_s"))
    ghi = np.roll(weather["ghi_w_per_m2"].values, -1, axis=1)
    ghi[:, -1] = 0.0
    return PvWeather(weather["ghi_w_per_m2"].dates, temp, wind, ghi)


def pv_physics(weather: PvWeather, site: Site, planes: Sequence[Plane] = FLEET) -> PvPhysics:
    """Irradiance on the planes, cell temperature and AC power.

    Args:
        weather: of the days.
        site: where the PV stands.
        planes: what it consists of.

    Raises:
        InputError: a site that is no place, or planes whose shares do not add up to 1.
        MissingExtraError: without pvlib.

    Notes:
        Erbs' diffuse fraction, the transposition of Hay and Davies, the physical incidence-angle
        model on the beam, Faiman's cell temperature, PVWatts for cells and inverter with
        -0.4 %/degC and 14 % losses (the defaults of PVWatts; the losses scale all hours alike).
    """
    site.check()
    if not np.isclose(sum(plane.share for plane in planes), 1.0):
        shares = [plane.share for plane in planes]
        raise InputError("planes share", shares, "let the shares add up to 1")
    try:
        import pvlib
    except ImportError as error:
        raise MissingExtraError("pvlib", "weather") from error
    import pandas as pd

    hours = np.arange(24) * np.timedelta64(60, "m") + np.timedelta64(30, "m")
    local = weather.dates.astype("datetime64[m]")[:, None] + hours
    offset = (site.utc_offset_h(weather.dates) * 60).astype("timedelta64[m]")
    times = pd.DatetimeIndex((local - offset[:, None]).ravel(), tz="UTC")
    sun = pvlib.solarposition.get_solarposition(times, site.latitude_deg, site.longitude_deg)
    ghi, temp, wind = (
        values.ravel() for values in (weather.ghi_w_per_m2, weather.temp_c, weather.wind_m_per_s)
    )
    day = np.repeat(day_of_year(weather.dates), 24)
    zenith = sun["apparent_zenith"].to_numpy()
    parts = pvlib.irradiance.erbs(ghi, sun["zenith"].to_numpy(), day)
    extra = np.asarray(pvlib.irradiance.get_extra_radiation(day))
    dni, dhi = np.asarray(parts["dni"]), np.asarray(parts["dhi"])
    total = np.zeros((3, len(times)))
    for plane in planes:
        angles = (plane.tilt_deg, plane.azimuth_deg, zenith, sun["azimuth"].to_numpy())
        poa = pvlib.irradiance.get_total_irradiance(
            *angles, dni, ghi, dhi, dni_extra=extra, model="haydavies"
        )
        beam = np.asarray(poa["poa_direct"])
        angle = pvlib.irradiance.aoi(*angles)
        effective = beam * pvlib.iam.physical(angle) + np.asarray(poa["poa_diffuse"])
        effective = np.nan_to_num(effective)
        cell = pvlib.temperature.faiman(np.nan_to_num(np.asarray(poa["poa_global"])), temp, wind)
        dc = pvlib.pvsystem.pvwatts_dc(effective, cell, 1.0, _PER_DEGREE) * (1.0 - _SYSTEM_LOSS)
        ac = pvlib.inverter.pvwatts(dc, 1.0 / _INVERTER_EFFICIENCY, _INVERTER_EFFICIENCY)
        total += plane.share * np.stack([effective, cell, ac])
    shape = weather.ghi_w_per_m2.shape
    return PvPhysics(90.0 - zenith.reshape(shape), *(each.reshape(shape) for each in total))


def _over_the_hour(values: Floats) -> Floats:
    """Mean of both ends of each hour [D, 24]; the last hour of a day has its beginning alone."""
    later = np.concatenate([values[:, 1:], values[:, -1:]], axis=1)
    return np.asarray(0.5 * (values + later))
