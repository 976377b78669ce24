"""Rolling origin: what a model would have predicted, had it been fitted anew as time went on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from ..errors import InputError
from ..stn_tables import Floats
from ..value_checks import check_whole
from .daily_model import LEAST_DAYS, relative_errors
from .heater_days import HeaterDays


@dataclass(frozen=True, slots=True, eq=False)
class RollingErrors:
    """Predictions of days that the model had not seen.

    Args:
        days: the days.
        predicted_kwh: energy of each of their hours [D, 24] [kWh].
    """

    days: HeaterDays
    predicted_kwh: Floats

    @property
    def relative(self) -> Floats:
        """Predicted less metered energy of the days with readings, as shares of the metered."""
        return relative_errors(self.predicted_kwh.sum(axis=1), self.days.daily_kwh)

    @property
    def mape(self) -> float:
        """Mean absolute error of a day, as a share."""
        return float(np.abs(self.relative).mean())

    @property
    def worst(self) -> float:
        """Greatest absolute error of a day, as a share."""
        return float(np.abs(self.relative).max())

    @property
    def hourly(self) -> float:
        """Sum of the absolute errors of all hours, as a share of what they drew."""
        metered = self.days.metered
        metered_kwh = self.days.energy_kwh[metered]
        off_kwh = np.abs(self.predicted_kwh[metered] - metered_kwh)
        return float(off_kwh.sum() / metered_kwh.sum())


def rolling_origin(
    model: object,
    days: HeaterDays,
    *,
    first: int = 60,
    every: int = 7,
    progress: Callable[[float], None] | None = None,
) -> RollingErrors:
    """Fit a model to the days before an origin, predict those from it on, and move the origin.

    Each day is predicted when it begins: its readings and all later ones are not known to the
    model, those of the days before are, also after the origin. Of the telemetry it knows the brick
    temperature when each day begins.

    Args:
        model: any of the models of this package; it is cloned, not changed.
        days: metered days.
        first: days before the first origin.
        every: days from one origin to the next.
        progress: is told the share that is done.

    Raises:
        InputError: fewer days than a fit and a prediction need, or hyperparameters of no sense.
    """
    check_whole("first", first, low=LEAST_DAYS, high=100_000)
    check_whole("every", every, low=1, high=100_000)
    if days.days <= first:
        raise InputError("days", days.days, f"give more than the {first} days of the first fit")
    days, parts = days.without_telemetry(), []
    for origin in range(first, days.days, every):
        fitted = clone(model).fit_days(days.take(slice(origin)))
        parts.append(fitted.predict_days(days.take(slice(origin, origin + every))))
        if progress is not None:
            progress((origin + every - first) / (days.days - first))
    return RollingErrors(days.take(slice(first, None)), np.concatenate(parts))
