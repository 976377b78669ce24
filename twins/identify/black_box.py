"""Black-box models of a load: what an identified plant must beat.

They have scikit-learn's contract and learn the load from prices alone, with no plant behind it. On
the PSI meters each has a smaller error than the networks that Lyu et al. 2024 published as
baselines. Defaults were chosen on the PSI validation days.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import InputError
from ..stn_tables import Floats
from .load_error import load_error


class BlackBox(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A model that predicts a day's load from the day's prices.

    Attributes:
        n_steps_: steps a day, as fitted.
    """

    n_steps_: int

    def fit(self, meter_kwh: ArrayLike, prices_per_kwh: ArrayLike) -> Self:
        """Learn from metered days.

        Args:
            meter_kwh: readings [D, T] [kWh]; NaN where one is missing, which is left out.
            prices_per_kwh: price of each step [D, T] [currency/kWh].

        Raises:
            InputError: arrays that are not both [D, T], prices that are not finite, or a meter
                without any reading.
        """
        meter, prices = np.asarray(meter_kwh, np.float64), _prices(prices_per_kwh)
        if meter.shape != prices.shape:
            fix = f"give as many days and steps as there are prices, {prices.shape}"
            raise InputError("meter", meter.shape, fix)
        read = np.isfinite(meter)
        if not read.any():
            raise InputError("meter", meter, "give at least one finite reading")
        self.n_steps_ = prices.shape[1]
        self._learn(meter, prices, read)
        return self

    def predict(self, prices_per_kwh: ArrayLike) -> Floats:
        """The load [D, T] under prices [D, T] [kWh].

        Raises:
            InputError: prices that are no finite [D, T] with the steps a day that were fitted.
            NotFittedError: before `fit`.
        """
        check_is_fitted(self)
        prices = _prices(prices_per_kwh)
        if prices.shape[1] != self.n_steps_:
            raise InputError("prices a day", prices.shape[1], f"give {self.n_steps_}, as fitted")
        return self._load(prices)

    def score(self, meter_kwh: ArrayLike, prices_per_kwh: ArrayLike) -> float:
        """Minus the mean load error (see `load_error`), so that greater is better.

        Raises:
            InputError: as `predict` and `load_error`.
        """
        return -load_error(self.predict(prices_per_kwh), meter_kwh).mean

    @abstractmethod
    def _learn(self, meter: Floats, prices: Floats, read: NDArray[np.bool_]) -> None: ...

    @abstractmethod
    def _load(self, prices: Floats) -> Floats: ...


class PriceRankTable(BlackBox):
    """The mean load at each price rank of the day: T numbers.

    Attributes:
        load_kwh_: mean energy at each rank, cheapest step first [T] [kWh]. A rank without readings
            takes it from its neighbours.
    """

    load_kwh_: Floats

    def _learn(self, meter: Floats, prices: Floats, read: NDArray[np.bool_]) -> None:
        rank = _rank(prices)[read]
        readings = np.bincount(rank, minlength=self.n_steps_)
        energy_kwh = np.bincount(rank, meter[read], minlength=self.n_steps_)
        known = np.flatnonzero(readings)
        mean_kwh = energy_kwh[known] / readings[known]
        self.load_kwh_ = np.interp(np.arange(self.n_steps_), known, mean_kwh)

    def _load(self, prices: Floats) -> Floats:
        return self.load_kwh_[_rank(prices)]


class _PriceRegression(BlackBox):
    """A regression on the price of a step and its place in the day."""

    regressor_: Any

    @abstractmethod
    def _regressor(self) -> Any:  # noqa: ANN401 - scikit-learn has no types
        """An unfitted regressor."""

    def _learn(self, meter: Floats, prices: Floats, read: NDArray[np.bool_]) -> None:
        with _one_thread():
            self.regressor_ = self._regressor().fit(_features(prices)[read], meter[read])

    def _load(self, prices: Floats) -> Floats:
        features = _features(prices)
        with _one_thread():
            load: Floats = self.regressor_.predict(features.reshape(-1, features.shape[-1]))
        return load.reshape(prices.shape)


class BoostedTrees(_PriceRegression):
    """Gradient-boosted trees.

    Args:
        max_iter: trees.
        learning_rate: weight of each.
        random_state: seed.
    """

    def __init__(
        self, *, max_iter: int = 100, learning_rate: float = 0.05, random_state: int = 0
    ) -> None:
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.random_state = random_state

    def _regressor(self) -> Any:  # noqa: ANN401
        return HistGradientBoostingRegressor(
            max_iter=self.max_iter,
            learning_rate=self.learning_rate,
            random_state=self.random_state,
        )


class NeuralNet(_PriceRegression):
    """A multi-layer perceptron (tanh) on scaled features and loads.

    Args:
        hidden_layer_sizes: units of each hidden layer.
        alpha: penalty on the square of the weights.
        max_iter: greatest number of iterations of the optimiser, L-BFGS.
        random_state: seed.
    """

    def __init__(
        self,
        *,
        hidden_layer_sizes: tuple[int, ...] = (32, 32),
        alpha: float = 0.3,
        max_iter: int = 2000,
        random_state: int = 0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.max_iter = max_iter
        self.random_state = random_state

    def _regressor(self) -> Any:  # noqa: ANN401
        network = MLPRegressor(
            hidden_layer_sizes=self.hidden_layer_sizes,
            activation="tanh",
            solver="lbfgs",
            alpha=self.alpha,
            max_iter=self.max_iter,
            random_state=self.random_state,
        )
        return TransformedTargetRegressor(
            make_pipeline(StandardScaler(), network), transformer=StandardScaler()
        )


def _one_thread() -> threadpool_limits:
    """Days of one plant are too few to share: threads would mostly wait for each other."""
    return threadpool_limits(1)


def _prices(prices_per_kwh: ArrayLike) -> Floats:
    prices = np.asarray(prices_per_kwh, np.float64)
    if prices.ndim != 2 or not prices.size:
        raise InputError("prices", prices.shape, "give one row a day and one price a step")
    if not np.isfinite(prices).all():
        raise InputError("prices", prices, "give finite prices")
    return prices


def _rank(prices: Floats) -> NDArray[np.intp]:
    """Rank of each step among its day's prices [D, T], 0 the cheapest; of equals, the earlier."""
    return np.argsort(np.argsort(prices, axis=1, kind="stable"), axis=1)


def _features(prices: Floats) -> Floats:
    """What a regression sees of each step [D, T, 6].

    Price, rank and step of the day, the day's mean price, and the prices a step before and after
    (at the ends of the day, the step's own).
    """
    wide = np.pad(prices, ((0, 0), (1, 1)), mode="edge")
    step = np.broadcast_to(np.arange(prices.shape[1], dtype=np.float64), prices.shape)
    day_mean = np.broadcast_to(prices.mean(axis=1, keepdims=True), prices.shape)
    columns = (prices, _rank(prices), step, day_mean, wide[:, :-2], wide[:, 2:])
    return np.stack(columns, axis=2)
