"""The models of Ji et al. 2019: physical (PM), neural network (CM), and their combination (CPM).

Source: Energies 2019, 12(24), 4744, doi 10.3390/en12244744; the physical model with the corrections
of `heater_physics`.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.cluster import KMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ..day_grid import Ints
from ..heater import HeaterPlant
from ..heater_physics import steady_day
from ..heater_toml import load_heater
from ..stn_tables import Floats
from .daily_model import DailyModel
from .day_features import charging_h, weather_features
from .heater_days import HeaterDays

_NEURONS_ALONE, _NEURONS_OF_CORRECTION = 25, 13
_ITERATIONS = 300
_WEIGHT_DECAY = 1.0
_SVM_PENALTY = 10.0
_LEAST_APART_H = 1.0
_LEAST_IN_CLASS = 5


class WorkingTime:
    """Behaviours of charging by their working time, and which of them a day's weather calls for.

    K-means finds two behaviours in the working times of the metered days; one, if they are less
    than an hour apart or one of them has fewer than five days. A one-vs-one support vector machine
    learns which of them follows from the weather.

    Args:
        features: of metered days [n, F].
        hours: their working times [n] [h].
        seed: of K-means.

    Attributes:
        of_day: behaviour of each of the metered days [n].
        hours: mean working time of each behaviour [B] [h].
    """

    def __init__(self, features: Floats, hours: Floats, seed: int) -> None:
        means = (
            KMeans(2, n_init=4, random_state=seed).fit(hours[:, None]) if np.ptp(hours) else None
        )
        self.of_day = np.zeros(len(hours), np.int64)
        self._machine: Any = None
        if means is not None:
            of_day = means.labels_.astype(np.int64)
            apart_h = float(np.ptp(means.cluster_centers_))
            if apart_h >= _LEAST_APART_H and np.bincount(of_day).min() >= _LEAST_IN_CLASS:
                self.of_day = of_day
                machine = SVC(C=_SVM_PENALTY, decision_function_shape="ovo")
                self._machine = make_pipeline(StandardScaler(), machine).fit(features, of_day)
        behaviours = range(int(self.of_day.max()) + 1)
        self.hours = np.array([hours[self.of_day == each].mean() for each in behaviours])

    def predict(self, features: Floats) -> Ints:
        """The behaviour of days [n] from their features [n, F]."""
        if self._machine is None:
            return np.zeros(len(features), np.int64)
        return np.asarray(self._machine.predict(features), np.int64)


class PhysicalModel(DailyModel):
    """PM: the steady day of a heater at the mean outside temperature and the working time.

    For each behaviour of charging one factor is fitted, since sizes of plant and building are not
    known.

    Args:
        plant: the heater; the shipped one if None.
        seed: of the search for behaviours.
        first_hour: at which days begin, as `heater_days` takes it.
    """

    def __init__(
        self, plant: HeaterPlant | None = None, *, seed: int = 0, first_hour: int | None = None
    ) -> None:
        self.plant = plant
        self.seed = seed
        self.first_hour = first_hour

    def _learn(self, days: HeaterDays) -> None:
        metered = days.metered
        features = weather_features(days)[metered]
        self.working_time_ = WorkingTime(features, charging_h(days)[metered], self.seed)
        behaviour = self.working_time_.of_day
        model_kwh = self._steady_kwh(days.take(metered), behaviour)
        energy_kwh = days.daily_kwh[metered]
        self.factors_ = np.array(
            [
                energy_kwh[behaviour == each].sum() / model_kwh[behaviour == each].sum()
                for each in range(len(self.working_time_.hours))
            ]
        )

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        behaviour = self.working_time_.predict(weather_features(days)[rows])
        return self.factors_[behaviour] * self._steady_kwh(days.take(rows), behaviour)

    def _steady_kwh(self, days: HeaterDays, behaviour: Ints) -> Floats:
        plant = self.plant or load_heater("sets_heater")
        hours = self.working_time_.hours[behaviour].clip(1.0, 24.0)
        return steady_day(plant, days.ambient_c.mean(axis=1), hours).charged_kwh


class NeuralModel(DailyModel):
    """CM: a network of 25 neurons that learns the consumption from the weather.

    Args:
        seed: of its first weights.
        first_hour: at which days begin, as `heater_days` takes it.
    """

    def __init__(self, *, seed: int = 0, first_hour: int | None = None) -> None:
        self.seed = seed
        self.first_hour = first_hour

    def _learn(self, days: HeaterDays) -> None:
        metered = days.metered
        features, energy_kwh = weather_features(days)[metered], days.daily_kwh[metered]
        self.network_ = _trained(_NEURONS_ALONE, self.seed, features, energy_kwh)

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        return np.asarray(self.network_.predict(weather_features(days)[rows]), np.float64)


class CorrectedPhysicalModel(PhysicalModel):
    """CPM: the physical model, and a network of 13 neurons that learns what it is off by.

    The network sees the weather, the working time of the behaviour and what the physical model
    says. Arguments are those of `PhysicalModel`.
    """

    def _learn(self, days: HeaterDays) -> None:
        super()._learn(days)
        metered = days.metered
        features = self._correction_features(days.take(metered), self.working_time_.of_day)
        off_kwh = days.daily_kwh[metered] - features[:, -1]
        self.network_ = _trained(_NEURONS_OF_CORRECTION, self.seed, features, off_kwh)

    def _estimate(self, days: HeaterDays, rows: slice) -> Floats:
        behaviour = self.working_time_.predict(weather_features(days)[rows])
        features = self._correction_features(days, behaviour, rows)
        return np.asarray(features[:, -1] + self.network_.predict(features), np.float64)

    def _correction_features(
        self, days: HeaterDays, behaviour: Ints, rows: slice = slice(None)
    ) -> Floats:
        """Features of the correction; the last is the energy of the physical model."""
        model_kwh = self.factors_[behaviour] * self._steady_kwh(days.take(rows), behaviour)
        hours = self.working_time_.hours[behaviour]
        return np.column_stack([weather_features(days)[rows], hours, model_kwh])


def _trained(neurons: int, seed: int, features: Floats, target_kwh: Floats) -> Any:  # noqa: ANN401
    """A network with one hidden layer, trained for a set number of iterations."""
    network = MLPRegressor(
        hidden_layer_sizes=(neurons,), solver="lbfgs", alpha=_WEIGHT_DECAY, max_iter=_ITERATIONS,
        random_state=seed,
    )  # fmt: skip
    scaled = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), network), transformer=StandardScaler()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return scaled.fit(features, target_kwh)
