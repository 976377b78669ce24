"""The error of a predicted load as Lyu et al. 2024 define it (IEEE TSG, 3507046).

A day's error is the root of its mean squared difference in energy, relative to the highest reading
of the last day. Their headline figure is the mean of it over the test days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..stn_tables import Floats


@dataclass(frozen=True, slots=True, eq=False)
class LoadError:
    """Errors of a load, relative to the highest reading of the last day (0.05 is 5 %).

    Args:
        by_day: of each day [D]; NaN for a day without readings.
    """

    by_day: Floats

    @property
    def mean(self) -> float:
        """Mean over the days that have readings."""
        return float(np.nanmean(self.by_day))

    @property
    def rms(self) -> float:
        """Root of the mean square over the days that have readings."""
        return float(np.sqrt(np.nanmean(self.by_day**2)))


def load_error(predicted_kwh: ArrayLike, metered_kwh: ArrayLike) -> LoadError:
    """Compare a predicted with a metered load.

    Args:
        predicted_kwh: energy of each step [D, T] [kWh].
        metered_kwh: readings [D, T] [kWh]; NaN where one is missing, which does not count.

    Raises:
        InputError: arrays that are not both [D, T], a prediction that is not finite, or a last day
            whose highest reading is not above 0.
    """
    predicted = np.asarray(predicted_kwh, np.float64)
    metered = np.asarray(metered_kwh, np.float64)
    if metered.ndim != 2 or not metered.size:
        raise InputError("metered load", metered.shape, "give readings as days x steps")
    if predicted.shape != metered.shape:
        fix = f"give as many days and steps as the meter has, {metered.shape}"
        raise InputError("predicted load", predicted.shape, fix)
    if not np.isfinite(predicted).all():
        raise InputError("predicted load", predicted, "give finite energies")
    read = np.isfinite(metered)
    highest_kwh = float(np.max(metered[-1], where=read[-1], initial=0.0))
    if highest_kwh == 0:
        fix = "end with a day on which the plant runs: its highest reading is the yardstick"
        raise InputError("metered load of the last day", metered[-1], fix)
    squares = np.where(read, predicted - metered, 0.0) ** 2
    readings = np.where(read.any(axis=1), read.sum(axis=1), np.nan)
    return LoadError(np.sqrt(squares.sum(axis=1) / readings) / highest_kwh)
