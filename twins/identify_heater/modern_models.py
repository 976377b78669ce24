"""Models that know what a store is: ridge with a Gaussian process, and the balance of the store."""

from __future__ import annotations

import warnings
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import ARDRegression, BayesianRidge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..stn_tables import Floats
from .daily_model import DailyModel
from .day_features import (
    charge_to_charge_features,
    charging_h,
    filled_early,
    last_charging_hour,
    leaky_sum,
    weather_features,
)
from .heater_days import HeaterDays
from .paper_models import WorkingTime

_MEMORIES = (0.0, 0.7, 0.95)
_MOST_LACKED = 1.2
"""The most that a store can lack of being full, in days of long charging."""

_NEW = 1.05
"""How much more a day must draw than any behaviour of the fit to be one of another."""

_STRETCH_DAYS = 6
_LEAST_STRETCHES = 8


class RidgeProcess(DailyModel):
    """Ridge regression on physical features, and a Gaussian process for what is left.

    Each feature has a penalty of its own, found by its evidence (automatic relevance
    determination), since operators differ in what they heed.

    The demand of a day follows from its weather; what earlier days drew beyond theirs is still in
    the store, in part or as a whole, and so is what the brick temperature tells, if it is known.

    Args:
        first_hour: at which days begin, as `heater_days` takes it.
    """

    uses_brick = True

    def __init__(self, *, first_hour: int | None = None) -> None:
        self.first_hour = first_hour

    def _learn(self, days: HeaterDays) -> None:
        metered, energy_kwh = days.metered, days.daily_kwh
        self.demand_ = _ridge().fit(weather_features(days)[metered], energy_kwh[metered])
        features = self._features(days)
        self.ridge_ = _ridge().fit(features[metered], energy_kwh[metered])
        linear_kwh = self.ridge_.predict(features)
        off_kwh = (energy_kwh - linear_kwh)[metered]
        kernel = ConstantKernel(1.0, (1e-2, 10.0)) * RBF(1.0, (0.3, 10.0))
        kernel = kernel + WhiteKernel(1.0, (1e-2, 10.0))
        process = GaussianProcessRegressor(kernel, normalize_y=True)
        self.process_ = make_pipeline(StandardScaler(), process)
        with warnings.catch_warnings():
            # What is left may be mere noise: then a factor of the kernel rests on its bound.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.process_.fit(self._left_features(days, features, linear_kwh)[metered], off_kwh)

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        features = self._features(days)
        linear_kwh = self.ridge_.predict(features)
        left = self._left_features(days, features, linear_kwh)
        return np.asarray(linear_kwh[rows] + self.process_.predict(left[rows]), np.float64)

    def _features(self, days: HeaterDays) -> Floats:
        """Weather, demand, what earlier days drew beyond it, brick [D, 10 + 1 + 3 (+ 1)]."""
        weather = weather_features(days)
        demand_kwh = self.demand_.predict(weather)
        beyond_kwh = np.where(days.metered, days.daily_kwh - demand_kwh, 0.0)
        before_kwh = np.concatenate([[0.0], beyond_kwh[:-1]])
        sums = [leaky_sum(before_kwh, memory) for memory in _MEMORIES]
        return np.column_stack([weather, demand_kwh, *sums, *_brick(days)])

    def _left_features(self, days: HeaterDays, features: Floats, linear_kwh: Floats) -> Floats:
        demand_kwh = features[:, weather_features(days).shape[1]]
        return np.column_stack([demand_kwh, linear_kwh, *_brick(days)])


class StoreBalance(DailyModel):
    """What the store lacks of being full, and the most that the hours of charging can give.

    A heater at fixed power charges until its store is full, or until its hours end. So a day draws
    what the store lacks and what the building takes meanwhile, or what the power gives in those
    hours, whichever is less. The meter shows when the store was full: charging then ends early.
    Between two such nights the heater drew what the building took, and from that the line of the
    demand on the weather is learnt. With brick temperatures what the store lacks follows from them.

    How long a day charges, if there are two behaviours, a support vector machine tells from what
    the store lacks and from the working time of the day before.

    Args:
        seed: of the search for behaviours.
        first_hour: at which days begin, as `heater_days` takes it.
    """

    uses_brick = True

    def __init__(self, *, seed: int = 0, first_hour: int | None = None) -> None:
        self.seed = seed
        self.first_hour = first_hour

    def _learn(self, days: HeaterDays) -> None:
        metered, energy_kwh = days.metered, days.daily_kwh
        self.last_hour_ = last_charging_hour(days)
        self.usual_h_ = float(np.nanmedian(charging_h(days)))
        full = filled_early(days, self.last_hour_)
        weather = charge_to_charge_features(days, self.last_hour_)
        self.demand_ = _demand_between(_full_stretches(full, metered), weather, energy_kwh)
        self.lack_: Any = None
        known = full & np.isfinite(days.brick_c)
        if known.sum() >= _LEAST_STRETCHES:
            lack = np.column_stack([weather, days.brick_c])
            self.lack_ = _bayesian_ridge().fit(lack[known], energy_kwh[known])
        ran_out = metered & ~full
        if not ran_out.any():
            ran_out = days.daily_kwh == np.nanmax(days.daily_kwh)
        self.most_kwh_ = _MOST_LACKED * float(energy_kwh[ran_out].max())
        features = self._behaviour_features(days, self._needed_kwh(days, weather, full), full)
        self.working_time_ = WorkingTime(features[ran_out], charging_h(days)[ran_out], self.seed)
        behaviour = self.working_time_.of_day
        self.given_kwh_ = np.array(
            [
                np.median(energy_kwh[ran_out][behaviour == each])
                for each in range(len(self.working_time_.hours))
            ]
        )

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        full = filled_early(days, self.last_hour_)
        weather = charge_to_charge_features(days, self.last_hour_)
        needed_kwh = self._needed_kwh(days, weather, full)
        features = self._behaviour_features(days, needed_kwh, full)
        given_kwh = self.given_kwh_[self.working_time_.predict(features)]
        before_kwh = np.concatenate([[np.nan], days.daily_kwh[:-1]])
        # More than in the days of the fit: hours that they did not have, which go on.
        new = before_kwh > _NEW * self.given_kwh_.max()
        given_kwh = np.where(new, before_kwh, given_kwh)
        return np.asarray(np.minimum(given_kwh, needed_kwh)[rows], np.float64)

    def _needed_kwh(self, days: HeaterDays, weather: Floats, full: NDArray[np.bool_]) -> Floats:
        """What each day would draw until the store is full [D] [kWh]."""
        if self.lack_ is not None and np.isfinite(days.brick_c).all():
            needed: Floats = self.lack_.predict(np.column_stack([weather, days.brick_c]))
            return needed
        demand_kwh = self.demand_.predict(weather)
        drawn_kwh = np.where(days.metered, days.daily_kwh, demand_kwh)
        needed_kwh, lacks_kwh = np.empty(days.days), 0.0
        for day in range(days.days):
            needed_kwh[day] = lacks_kwh + demand_kwh[day]
            left_kwh = 0.0 if full[day] else needed_kwh[day] - drawn_kwh[day]
            lacks_kwh = min(max(left_kwh, 0.0), self.most_kwh_)
        return needed_kwh

    def _behaviour_features(
        self, days: HeaterDays, needed_kwh: Floats, full: NDArray[np.bool_]
    ) -> Floats:
        """Need, working time of the day before, and whether its store was full [D, 3]."""
        hours = charging_h(days)
        hours = np.where(np.isfinite(hours), hours, self.usual_h_)
        before = np.concatenate([[self.usual_h_], hours[:-1]])
        return np.column_stack([needed_kwh, before, np.concatenate([[False], full[:-1]])])


def _full_stretches(full: NDArray[np.bool_], metered: NDArray[np.bool_]) -> list[slice]:
    """Days after a night with a full store, to the next such night.

    Where there are too few, any six days: a store then holds about what it held before.
    """
    nights = np.flatnonzero(full).tolist()
    ends = [(first + 1, last + 1) for first, last in pairwise(nights)]
    stretches = [slice(*pair) for pair in ends if pair[1] - pair[0] <= _STRETCH_DAYS]
    whole = [stretch for stretch in stretches if metered[stretch].all()]
    if len(whole) >= _LEAST_STRETCHES:
        return whole
    starts = range(len(metered) - _STRETCH_DAYS + 1)
    return [s for s in (slice(day, day + _STRETCH_DAYS) for day in starts) if metered[s].all()]


def _demand_between(stretches: list[slice], weather: Floats, energy_kwh: Floats) -> Any:  # noqa: ANN401
    """The line of a day's demand on its weather, from stretches of days as a whole."""
    means = np.array([weather[each].mean(axis=0) for each in stretches])
    drawn_kwh = np.array([energy_kwh[each].mean() for each in stretches])
    length = np.array([each.stop - each.start for each in stretches], np.float64)
    return _bayesian_ridge().fit(means, drawn_kwh, bayesianridge__sample_weight=length)


def _brick(days: HeaterDays) -> list[Floats]:
    """The brick temperatures as features, if they are known."""
    return [] if np.isnan(days.brick_c).all() else [days.brick_c]


def _ridge() -> Any:  # noqa: ANN401 - scikit-learn has no types
    """A ridge regression that finds the strength of each feature's penalty by itself."""
    return make_pipeline(StandardScaler(), ARDRegression())


def _bayesian_ridge() -> Any:  # noqa: ANN401 - scikit-learn has no types
    """A ridge regression that finds the strength of its penalty by itself."""
    return make_pipeline(StandardScaler(), BayesianRidge())
