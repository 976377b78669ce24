"""Whether meter and weather tell of the same heated building, in the units that they should."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .heater_days import HeaterDays

_MEAN_OF_DAYS = 3
_WARMEST_BALANCE_C = 40.0
_LEAST_BLOCKS = 4
_LEAST_SPREAD_K = 2.0
_LEAST_SPREAD = 0.05
_FREE_SHARE = 0.95
_SURE = 2.0
_WARMER_K = 15.0


def check_fit_days(days: HeaterDays, least_days: int) -> None:
    """Refuse days that nothing can be learnt from.

    Raises:
        InputError: fewer metered days than needed, or a consumption that would end only at an
            outside temperature that no building needs: weather in degF looks like that.
    """
    metered = days.metered
    if metered.sum() < least_days:
        fix = f"give at least {least_days} whole days with readings and weather"
        raise InputError("metered days", int(metered.sum()), fix)
    balance_c = balance_temperature_c(days)
    if balance_c is not None and balance_c > _WARMEST_BALANCE_C:
        raise InputError(
            "weather ambient_c",
            f"{balance_c:.0f} at which heating would end",
            "give it in degC: this looks like degF, so take 32 off and divide by 1.8 (or meter and "
            "weather are of different places)",
        )


def balance_temperature_c(days: HeaterDays) -> float | None:
    """Outside temperature at which the line of energy over temperature is 0, at least [degC].

    At least, since the line is as steep as its error allows. Days on which a heater gives all that
    it can tell nothing and are left out. None where the others are too alike, or their energy does
    not fall with the temperature.
    """
    energy_kwh = days.daily_kwh
    ambient_c = days.ambient_c.mean(axis=1)
    blocks = len(energy_kwh) // _MEAN_OF_DAYS * _MEAN_OF_DAYS
    energy, ambient = (
        values[:blocks].reshape(-1, _MEAN_OF_DAYS).mean(axis=1)
        for values in (energy_kwh, ambient_c)
    )
    free = energy < _FREE_SHARE * np.nanmax(energy_kwh)
    energy, ambient = energy[free], ambient[free]
    if len(energy) < _LEAST_BLOCKS or ambient.std() < _LEAST_SPREAD_K:
        return None
    if energy.std() < _LEAST_SPREAD * energy.mean():
        return None
    (slope, _), covariance = np.polyfit(ambient, energy, 1, cov=True)
    if slope >= 0.0:
        return None
    steepest = slope - _SURE * np.sqrt(covariance[0, 0])
    return float(ambient.mean() - energy.mean() / steepest)


def check_like_fit(days: HeaterDays, fitted: HeaterDays) -> None:
    """Refuse weather that the fit has seen nothing of.

    Raises:
        InputError: a day much warmer than all of the fit, as in degF, or other hours of days.
    """
    if days.first_hour != fitted.first_hour:
        fix = f"cut the days as those of the fit, which begin at {fitted.first_hour} h"
        raise InputError("first_hour", days.first_hour, fix)
    warmest_c = float(fitted.ambient_c.mean(axis=1).max())
    found_c = float(days.ambient_c.mean(axis=1).max())
    if found_c > warmest_c + _WARMER_K:
        raise InputError(
            "weather ambient_c",
            f"a day of {found_c:.1f}",
            f"the warmest day of the fit had {warmest_c:.1f} degC: check the unit (degF?), or fit "
            "to a season with such days",
        )
