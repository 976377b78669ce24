"""The PSI benchmark as shipped: hourly meters of two plants and the prices they ran under.

Lyu et al. 2024 (IEEE TSG, 3507046): 21 training, 10 validation and 10 test days of July and August
2022, and the test days again with the price of hours 8 to 11 doubled (`"test_dr"`).
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from ..day_grid import step_times
from ..errors import InputError
from ..shipped import data_file
from ..stn_tables import Floats
from .meter import MeterDays

if TYPE_CHECKING:
    import pandas as pd

PSI_PLANTS = MappingProxyType({"cement": "cement_mill", "steel_powder": "steel_powder"})
"""The shipped plant behind each meter."""

PSI_SETS = ("train", "cv", "test_baseline", "test_dr")

_KWH = MappingProxyType({"energy_kwh": 1.0, "energy_mwh": 1000.0})
_HOURS = 24
_EASTERN_DAYLIGHT_S = -4 * 3600


@cache
def psi_days(plant: str, days: str) -> MeterDays:
    """Load the days of a set, in kWh and USD/kWh. Arrays are read-only.

    Args:
        plant: one of `PSI_PLANTS`.
        days: one of `PSI_SETS`.

    Raises:
        InputError: another plant or set.
    """
    if plant not in PSI_PLANTS:
        raise InputError("plant", plant, f"use one of {', '.join(PSI_PLANTS)}")
    if days not in PSI_SETS:
        raise InputError("days", days, f"use one of {', '.join(PSI_SETS)}")
    rows = _table(plant).query("set == @days")
    (unit,) = _KWH.keys() & set(rows)
    dates = rows["date"].to_numpy("datetime64[D]")[::_HOURS]
    loaded = MeterDays(
        dates,
        step_times(dates, _HOURS, np.full(len(dates), _EASTERN_DAYLIGHT_S)),
        _by_day(rows[unit]) * _KWH[unit],
        _by_day(rows["price_usd_per_mwh"]) / 1000,
        step_minutes=60,
    )
    for array in (loaded.dates, loaded.times, loaded.energy_kwh, loaded.price_per_kwh):
        array.setflags(write=False)
    return loaded


def _by_day(column: pd.Series[float]) -> Floats:
    return np.array(column, np.float64).reshape(-1, _HOURS)


@cache
def _table(plant: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(data_file(f"psi_meter_{plant}.csv.gz"))
