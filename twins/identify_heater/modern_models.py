"""Models that know what a store is: ridge with a Gaussian process, and a forest of medians."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.linear_model import ARDRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ..stn_tables import Floats
from .daily_model import DailyModel
from .day_features import (
    charging_h,
    filled_early,
    last_charging_hour,
    leaky_sum,
    previous,
    store_below_full_kwh,
    weather_features,
)
from .heater_days import HeaterDays

_MEMORIES = (0.0, 0.7, 0.95)
_BALANCE_MEMORY = 0.95
_BALANCE_STRENGTH = 0.01
_TREES = 200
_LEAST_IN_LEAF = 3


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


class StoreForest(DailyModel):
    """Randomised trees on the balance of the store; it predicts the median of like days.

    A heater at fixed power draws one of few amounts, and which of them depends on what the store
    holds: by its balance since it was last full (which the meter shows: charging ends early), or
    by the brick temperature, if it is known. Of such amounts a mean is none; a median is one.

    Args:
        seed: of the trees.
        first_hour: at which days begin, as `heater_days` takes it.
    """

    uses_brick = True

    def __init__(self, *, seed: int = 0, first_hour: int | None = None) -> None:
        self.seed = seed
        self.first_hour = first_hour

    def _learn(self, days: HeaterDays) -> None:
        metered = days.metered
        self.last_hour_ = last_charging_hour(days)
        self.usual_h_ = float(np.nanmedian(charging_h(days)))
        self.demand_ = _DemandOfBalance(days)
        energy_kwh = days.daily_kwh[metered]
        order = np.argsort(energy_kwh, kind="stable")
        self.energy_kwh_ = energy_kwh[order]
        features = self._features(days)[metered][order]
        self.trees_ = ExtraTreesRegressor(
            _TREES, min_samples_leaf=_LEAST_IN_LEAF, max_features=1.0, random_state=self.seed
        ).fit(features, self.energy_kwh_)
        self.leaves_ = self.trees_.apply(features)

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        leaves = self.trees_.apply(self._features(days)[rows])
        medians_kwh = np.empty(len(leaves))
        for place, leaf in enumerate(leaves):
            alike = self.leaves_ == leaf
            weight = np.cumsum((alike / alike.sum(axis=0)).sum(axis=1))
            medians_kwh[place] = self.energy_kwh_[np.searchsorted(weight, weight[-1] / 2.0)]
        return medians_kwh

    def _features(self, days: HeaterDays) -> Floats:
        demand_kwh = self.demand_.predict(days)
        full = filled_early(days, self.last_hour_)
        store_kwh = store_below_full_kwh(days, demand_kwh, full)
        energy_kwh = np.where(days.metered, days.daily_kwh, demand_kwh)
        hours = charging_h(days)
        brick = _brick(days)
        return np.column_stack(
            [
                demand_kwh,
                store_kwh,
                store_kwh - demand_kwh,
                previous(np.where(np.isfinite(hours), hours, self.usual_h_), days),
                previous(full.astype(np.float64), days),
                previous(energy_kwh, days),
                weather_features(days)[:, 0],
                *brick,
            ]
        )


class _DemandOfBalance:
    """The demand that keeps the store within its limits: a line on the weather.

    A store evens out days, so sums over many of them tell the demand better than the days do: the
    line is fitted to leaky sums of energy and of features, as a ridge regression.
    """

    def __init__(self, days: HeaterDays) -> None:
        features = weather_features(days)
        metered = days.metered
        place = np.arange(days.days)
        energy_kwh = np.interp(place, place[metered], days.daily_kwh[metered])
        self._mean, self._spread = features.mean(axis=0), features.std(axis=0)
        self._spread[self._spread == 0.0] = 1.0
        columns = leaky_sum(self._columns(features), _BALANCE_MEMORY)
        strength = _BALANCE_STRENGTH * len(columns) / (1.0 - _BALANCE_MEMORY) ** 2
        penalty = np.full(columns.shape[1], strength)
        penalty[-1] = 0.0
        self._factors = np.linalg.solve(
            columns.T @ columns + np.diag(penalty),
            columns.T @ leaky_sum(energy_kwh, _BALANCE_MEMORY),
        )

    def predict(self, days: HeaterDays) -> Floats:
        """The demand of days [D] [kWh]."""
        demand_kwh: Floats = self._columns(weather_features(days)) @ self._factors
        return demand_kwh

    def _columns(self, features: Floats) -> Floats:
        return np.column_stack([(features - self._mean) / self._spread, np.ones(len(features))])


def _brick(days: HeaterDays) -> list[Floats]:
    """The brick temperatures as features, if they are known."""
    return [] if np.isnan(days.brick_c).all() else [days.brick_c]


def _ridge() -> Any:  # noqa: ANN401 - scikit-learn has no types
    """A ridge regression that finds the strength of each feature's penalty by itself."""
    return make_pipeline(StandardScaler(), ARDRegression())
