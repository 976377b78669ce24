"""What all models of a heater's consumption share: scikit-learn's contract on heating days."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Self

import numpy as np

from ..errors import InputError, MissingExtraError
from ..stn_tables import Floats
from .heater_days import HeaterDays
from .reading import heater_days
from .unit_checks import check_fit_days, check_like_fit

try:
    from sklearn.base import BaseEstimator, clone
    from sklearn.utils.validation import check_is_fitted
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]
except ImportError as error:
    raise MissingExtraError("scikit-learn", "identify") from error

if TYPE_CHECKING:
    from .heater_columns import Table

LEAST_DAYS = 14
"""Days with all readings that a fit needs."""

_BRICK_KNOWN = 0.8
_ALIKE_DAYS = 8
_STANDING = 0.05


class DailyPredictor(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Predicts what a heater draws in a day, and in each of its hours.

    A prediction is made when a day begins. It knows the weather of the day, as forecast, all that
    was metered before, and the brick temperature at that moment if there is telemetry. Of days
    before without readings, it takes its own predictions.

    Attributes:
        history_: the days of the fit.
    """

    first_hour: int | None
    history_: HeaterDays

    def fit(self, meter: Table, weather: Table, telemetry: Table | None = None) -> Self:
        """Learn from a meter.

        Args:
            meter: as `heater_days` takes it.
            weather: of the same days.
            telemetry: of the heater's sensors; it may be of fewer days.

        Raises:
            InputError: anything wrong with the data, by name.
        """
        return self.fit_days(heater_days(meter, weather, telemetry, first_hour=self.first_hour))

    def fit_days(self, days: HeaterDays) -> Self:
        """Learn from metered days.

        Raises:
            InputError: too few days, or units that cannot be.
        """
        check_fit_days(days, LEAST_DAYS)
        self.history_ = days
        with threadpool_limits(limits=1):
            self._fit(days)
        return self

    def predict(
        self, weather: Table, telemetry: Table | None = None, *, meter: Table | None = None
    ) -> Floats:
        """Energy of days [D] [kWh].

        Args:
            weather: of the days; arrays are taken to follow the days of the fit.
            telemetry: of the same days.
            meter: their readings, as far as there are any: what a day drew is known to the days
                after it.

        Raises:
            InputError: anything wrong with the data, by name.
            NotFittedError: before `fit`.
        """
        return np.asarray(self.predict_hourly(weather, telemetry, meter=meter).sum(axis=1))

    def predict_hourly(
        self, weather: Table, telemetry: Table | None = None, *, meter: Table | None = None
    ) -> Floats:
        """Energy of each hour of days [D, 24] [kWh]; arguments and errors as `predict`."""
        return self.predict_days(self._later_days(meter, weather, telemetry))

    def predict_days(self, days: HeaterDays) -> Floats:
        """Energy of each hour of days [D, 24] [kWh], from what is known when each begins.

        Raises:
            InputError: weather that the fit has seen nothing of, such as in other units.
            NotFittedError: before `fit`.
        """
        check_is_fitted(self, "history_")
        check_like_fit(days, self.history_)
        table = self.history_.followed_by(days)
        row = table.days - days.days
        energy_kwh, metered = table.energy_kwh.copy(), table.metered
        hourly_kwh = np.empty_like(energy_kwh)
        with threadpool_limits(limits=1):
            while row < table.days:
                unmetered = np.flatnonzero(~metered[row:])
                end = row + int(unmetered[0]) + 1 if len(unmetered) else table.days
                rows = slice(row, end)
                daily_kwh = self._daily(table.with_energy(energy_kwh), rows)
                hourly_kwh[rows] = self._in_hours(np.maximum(daily_kwh, 0.0))
                if not metered[end - 1]:
                    energy_kwh[end - 1] = hourly_kwh[end - 1]
                row = end
        return hourly_kwh[-days.days :]

    def score(self, meter: Table, weather: Table, telemetry: Table | None = None) -> float:
        """Minus the mean absolute error of the days, as a share of each (greater is better).

        Raises:
            InputError: as `predict`, or a meter without a whole day.
            NotFittedError: before `fit`.
        """
        days = self._later_days(meter, weather, telemetry)
        errors = relative_errors(self.predict_days(days).sum(axis=1), days.daily_kwh)
        return -float(np.abs(errors).mean())

    @abstractmethod
    def _fit(self, days: HeaterDays) -> None:
        """Learn from days, some of which may have no readings or not know the brick."""

    @abstractmethod
    def _daily(self, days: HeaterDays, rows: slice) -> Floats:
        """Energy of some of the days, from the readings of those before each [kWh]."""

    def _in_hours(self, daily_kwh: Floats) -> Floats:
        """Daily energies in hours [n, 24], as the metered days of the nearest energies had them."""
        days = self.history_.take(self.history_.metered)
        known_kwh = days.daily_kwh
        days, known_kwh = days.take(known_kwh > 0.0), known_kwh[known_kwh > 0.0]
        shares = days.energy_kwh / known_kwh[:, None]
        apart = np.abs(daily_kwh[:, None] - known_kwh)
        alike = np.argsort(apart, axis=1, kind="stable")[:, :_ALIKE_DAYS]
        return np.asarray(daily_kwh[:, None] * shares[alike].mean(axis=1), np.float64)

    def _later_days(
        self, meter: Table | None, weather: Table, telemetry: Table | None
    ) -> HeaterDays:
        check_is_fitted(self, "history_")
        history = self.history_
        return heater_days(
            meter, weather, telemetry, first_hour=history.first_hour,
            first_day=history.dates[-1] + 1,
        )  # fmt: skip


class DailyModel(DailyPredictor):
    """A single model of a day's consumption.

    Attributes:
        without_: the same model fitted without brick temperatures, for days on which they are not
            known; None for a model that takes none.
    """

    uses_brick = False
    """Whether the model makes use of the brick temperature."""

    without_: DailyModel | None

    def _fit(self, days: HeaterDays) -> None:
        self.without_ = None
        if self.uses_brick and knows_brick(days):
            self.without_ = clone(self).fit_days(days.without_brick())
            self._learn(days.take(np.isfinite(days.brick_c)))
        else:
            self._learn(days.without_brick())

    @abstractmethod
    def _learn(self, days: HeaterDays) -> None:
        """Learn from days, some of which may have no readings; all know the brick, or none."""

    @abstractmethod
    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        """Energy of some of the days, from the readings of those before each [kWh]."""

    def _daily(self, days: HeaterDays, rows: slice) -> Floats:
        """As `_estimate`, without brick temperatures where they are not known."""
        if self.without_ is None:
            return self._estimate(days.without_brick(), rows)
        bare_kwh = self.without_._estimate(days.without_brick(), rows)
        known = np.isfinite(days.brick_c)
        if not known[rows].any():
            return bare_kwh
        # A day whose brick is not known only serves the days after it.
        filled = days.with_brick(np.where(known, days.brick_c, np.nanmean(days.brick_c)))
        return np.where(known[rows], self._estimate(filled, rows), bare_kwh)


def knows_brick(days: HeaterDays) -> bool:
    """Whether enough of the metered days know the brick temperature to learn from it."""
    metered = days.metered
    known = metered & np.isfinite(days.brick_c)
    return bool(known.sum() >= max(LEAST_DAYS, _BRICK_KNOWN * metered.sum()))


def relative_errors(predicted_kwh: Floats, metered_kwh: Floats) -> Floats:
    """Predicted less metered energy of days, as shares of the metered [n].

    Days without readings are left out, and days on which the heater all but stood: below 5 % of
    the median day.

    Raises:
        InputError: no day that is left.
    """
    read = np.isfinite(metered_kwh)
    running = read & (metered_kwh > _STANDING * np.nanmedian(np.append(metered_kwh, np.nan)))
    if not running.any():
        raise InputError("meter", "no whole day", "give at least one day with all of its readings")
    return np.asarray(predicted_kwh[running] / metered_kwh[running] - 1.0, np.float64)
