"""The load of a plant under the prices of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..twins.csv_file import CsvFile, Floats
from ..twins.day_grid import DroppedDay, step_times
from ..twins.errors import InputError
from ..twins.identify.forward import daily_loads
from ..twins.identify.meter import Times
from ..twins.markets import exchange_rate
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from ..twins.readers import MINUTES_PER_DAY, prices_of, to_step
from ..twins.stn_tables import n_steps
from ..twins.whole_file import check_writable

_HEADER = "time,energy_kwh"
_LONGEST_STEP_MINUTES = 60


@dataclass(frozen=True, slots=True, eq=False)
class PricedDays:
    """Days of a plant with their prices.

    Args:
        plant: whose hours they are.
        times: beginning of each step [D, T], with the offsets of the file.
        price_per_kwh: price of each step [D, T], [the plant's currency/kWh].
        dropped: days of the file that were left out.
    """

    plant: StnPlant
    times: Times
    price_per_kwh: Floats
    dropped: tuple[DroppedDay, ...]


def priced_days(plant: str, prices: Path) -> PricedDays:
    """Read a price file for a plant.

    Steps are those of the file, an hour at most. Clock-change days and days that the file begins
    or ends within are left out.

    Args:
        plant: a TOML file, or the name of a shipped plant.
        prices: CSV as `read_prices` takes it.

    Raises:
        InputError: anything wrong in a file, such as a missing step, by line.
    """
    owner = load_plant(plant)
    read = prices_of(CsvFile.read(prices), None, "drop")
    step_minutes = min(_LONGEST_STEP_MINUTES, MINUTES_PER_DAY // read.values.shape[1])
    first = owner.start_hour * 60 // step_minutes
    hours = slice(first, first + n_steps(owner, step_minutes))
    rate = exchange_rate(read.currency or owner.currency, owner.currency)
    times = step_times(read.dates, MINUTES_PER_DAY // step_minutes, read.offset_s)
    price_per_kwh = to_step(read.values, step_minutes) * rate
    return PricedDays(owner, times[:, hours], price_per_kwh[:, hours], read.dropped)


def predict_load(days: PricedDays, progress: Callable[[float, str], None]) -> Floats:
    """The energy [D, T] that the plant's cheapest operation draws [kWh].

    Args:
        days: the days.
        progress: is told how far it is.
    """
    energy_kwh = np.empty_like(days.price_per_kwh)
    for row, load_kwh in enumerate(daily_loads(days.plant, days.price_per_kwh)):
        energy_kwh[row] = load_kwh
        progress((row + 1) / len(energy_kwh), f"day {row + 1} of {len(energy_kwh)}")
    return energy_kwh


def check_load_file(out: Path) -> None:
    """Make sure that a load may be written: it replaces but another load.

    Raises:
        InputError: a file that cannot be written, or one that holds something else.
    """
    check_writable("--out", out)
    if out.exists() and not (out.is_file() and out.read_bytes().startswith(_HEADER.encode())):
        fix = "this file holds no load, so it is kept; give another name"
        raise InputError("--out", str(out), fix)
