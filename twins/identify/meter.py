"""Metered days: what a plant drew at which price, as the estimators take it.

A day is kept if it has a price for all of its steps and at least one reading. Days are calendar
days in the local time of the prices, which is that of their offsets; readings are matched to them
by the instant, whatever their own offset. The days of a clock change have no 24 hours and are left
out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..csv_file import Floats
from ..day_grid import Dates, DroppedDay
from ..errors import InputError
from ..readers import MINUTES_PER_DAY, to_step
from ..whole_file import write_whole

Times = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class MeterDays:
    """Energy and prices of D days of T steps.

    Args:
        dates: local dates [D], rising.
        times: beginning of each step [D, T], ISO 8601 with offset if the prices had offsets.
        energy_kwh: metered energy of each step [D, T]; NaN where a reading is missing. Negative
            where on-site generation fed the grid.
        price_per_kwh: price of energy [D, T], [currency/kWh].
        step_minutes: length of a step [min].
        pv_kwh_per_kw: energy of each step that PV in the region made per kW installed [D, T],
            [kWh/kW]; None if the plant is not known to have PV.
        dropped: days within the meter's range that were left out, each with the reason.
    """

    dates: Dates
    times: Times
    energy_kwh: Floats
    price_per_kwh: Floats
    step_minutes: int
    pv_kwh_per_kw: Floats | None = None
    dropped: tuple[DroppedDay, ...] = ()

    @property
    def days(self) -> int:
        """Number of days D."""
        return len(self.dates)

    @property
    def steps(self) -> int:
        """Number of steps a day T."""
        return MINUTES_PER_DAY // self.step_minutes

    @property
    def hourly_price_per_kwh(self) -> Floats:
        """Mean price of each clock hour [24], [currency/kWh]: the tariff of a plant found here."""
        return np.asarray(to_step(self.price_per_kwh, 60).mean(axis=0))

    def take(
        self, rows: slice | Sequence[int] | NDArray[np.int64] | NDArray[np.bool_]
    ) -> MeterDays:
        """Some of the days, as an index of `dates` picks them."""
        index = rows if isinstance(rows, slice) else np.asarray(rows)
        pv = self.pv_kwh_per_kw
        return replace(
            self,
            dates=self.dates[index],
            times=self.times[index],
            energy_kwh=self.energy_kwh[index],
            price_per_kwh=self.price_per_kwh[index],
            pv_kwh_per_kw=None if pv is None else pv[index],
        )


def write_load(path: str | os.PathLike[str], times: Times, load_kwh: Floats) -> None:
    """Write the energy of each step as CSV `time,energy_kwh`, whole or not at all.

    Args:
        path: of the file.
        times: beginning of each step [D, T], as `MeterDays.times` and `DailySeries.times`.
        load_kwh: energy of each step [D, T], to a millionth of a kWh.

    Raises:
        InputError: times and energies of different shapes, or an energy that is no finite number.
    """
    if times.shape != load_kwh.shape:
        raise InputError("load_kwh", load_kwh.shape, f"give it the shape of times {times.shape}")
    if not np.isfinite(load_kwh).all():
        bad_kwh = float(load_kwh[~np.isfinite(load_kwh)][0])
        raise InputError("load_kwh", bad_kwh, "give finite numbers")
    rows = zip(times.ravel().tolist(), np.round(load_kwh, 6).ravel().tolist(), strict=True)
    lines = ["time,energy_kwh", *(f"{time},{energy!r}" for time, energy in rows)]
    write_whole(path, "\n".join(lines) + "\n")
