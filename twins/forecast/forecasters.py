"""Forecasters of a load, with scikit-learn's contract: one model for each step ahead."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import InputError
from ..stn_tables import Floats, Ints
from ..value_checks import check_whole
from .features import DAYS_PER_WEEK, feature_names, features
from .forest_kernel import leaf_order, leaf_quantiles
from .load_series import LoadSeries

QUANTILES = (0.1, 0.5, 0.9)

Fitted = Any
"""What a forecaster has learned of one step ahead."""

Expected = tuple[Floats, Floats]
"""Mean [O] and quantiles [O, Q] of one step ahead."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Loads expected at O origins, H steps ahead.

    Args:
        mean_kw: [O, H].
        quantile_kw: [O, H, Q], rising.
        quantiles: levels [Q].
    """

    mean_kw: Floats
    quantile_kw: Floats
    quantiles: tuple[float, ...]


class LoadForecaster(BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """Forecasts a load from what is known at an origin, the first step that is not metered yet.

    Attributes:
        per_day_: steps a day, as fitted.
        names_: of the features, as fitted.
    """

    horizon: int
    quantiles: Sequence[float]
    per_day_: int
    names_: tuple[str, ...]

    def fit(self, series: LoadSeries) -> Self:
        """Learn from a metered load.

        Raises:
            InputError: a horizon below 1, quantiles that do not rise within 0 to 1, or a load
                without eight days of readings beyond the horizon.
        """
        check_whole("horizon", self.horizon, low=1, high=14 * series.per_day)
        levels = np.asarray(self.quantiles, np.float64)
        if levels.ndim != 1 or not len(levels) or not (np.diff([0.0, *levels, 1.0]) > 0).all():
            raise InputError("quantiles", self.quantiles, "let them rise between 0 and 1")
        origins = np.arange((DAYS_PER_WEEK + 1) * series.per_day, series.steps - self.horizon + 1)
        self.per_day_, self.names_ = series.per_day, feature_names(series)
        self._models: list[Fitted] = []
        for ahead in range(self.horizon):
            target = series.load_kw[origins + ahead]
            read = np.isfinite(target)
            if not read.any():
                fix = f"give more than eight days of readings and {self.horizon} steps"
                raise InputError("load_kw", f"{series.steps} steps", fix)
            self._models.append(self._learn(series, origins[read], ahead, target[read]))
        self.is_fitted_ = True
        return self

    def predict(self, series: LoadSeries, origins: ArrayLike) -> Forecast:
        """Forecasts at origins [O].

        Args:
            series: with the same known and measured series as fitted. Loads and measurements from
                an origin on are not looked at.
            origins: steps with a day before them and the horizon within the series.

        Raises:
            InputError: another series than fitted, or origins without room.
            NotFittedError: before `fit`.
        """
        check_is_fitted(self)
        steps = np.atleast_1d(np.asarray(origins))
        if (series.per_day, feature_names(series)) != (self.per_day_, self.names_):
            raise InputError("series", feature_names(series), f"give those fitted: {self.names_}")
        last = series.steps - self.horizon
        if steps.dtype.kind not in "iu" or not ((steps >= self.per_day_) & (steps <= last)).all():
            fix = f"give steps from {self.per_day_} to {last}"
            raise InputError("origins", steps.tolist(), fix)
        mean_kw = np.empty((len(steps), self.horizon))
        quantile_kw = np.empty((*mean_kw.shape, len(self.quantiles)))
        for ahead, model in enumerate(self._models):
            told = self._expect(model, series, steps, ahead)
            mean_kw[:, ahead], quantile_kw[:, ahead] = told
        return Forecast(mean_kw, np.sort(quantile_kw, axis=2), tuple(map(float, self.quantiles)))

    @abstractmethod
    def _learn(self, series: LoadSeries, origins: Ints, ahead: int, target: Floats) -> Fitted: ...

    @abstractmethod
    def _expect(self, model: Fitted, series: LoadSeries, origins: Ints, ahead: int) -> Expected:
        """What is expected at origins [O]."""


class SeasonalNaive(LoadForecaster):
    """The load will be what it was at the same time of a week before, or of a day before.

    Quantiles are those of the errors that this made in the data of the fit. Where that reading is
    missing, the mean load of the fit is expected.

    Args:
        horizon: steps ahead.
        quantiles: levels, rising.
        weekly: whether a week before; else a day before.
    """

    def __init__(
        self, horizon: int = 24, quantiles: Sequence[float] = QUANTILES, weekly: bool = True
    ) -> None:
        self.horizon, self.quantiles, self.weekly = horizon, quantiles, weekly

    def _before(self, series: LoadSeries, origins: Ints, ahead: int) -> Floats:
        name = "load a week before" if self.weekly else "load a day before"
        return features(series, origins, ahead, self.horizon)[:, self.names_.index(name)]

    def _learn(self, series: LoadSeries, origins: Ints, ahead: int, target: Floats) -> Fitted:
        error = target - self._before(series, origins, ahead)
        error = error[np.isfinite(error)]
        return target.mean(), np.quantile(error if len(error) else [0.0], self.quantiles)

    def _expect(self, model: Fitted, series: LoadSeries, origins: Ints, ahead: int) -> Expected:
        mean_kw, off_kw = model
        before = self._before(series, origins, ahead)
        expected = np.where(np.isfinite(before), before, mean_kw)
        return expected, expected[:, None] + off_kw


class ForestForecaster(LoadForecaster):
    """A random forest for each step ahead; quantiles from what shares its leaves.

    Args:
        horizon: steps ahead.
        quantiles: levels, rising.
        trees: of each forest.
        min_leaf: least training rows of a leaf.
        seed: of the forests.
        n_jobs: threads.
    """

    def __init__(
        self,
        horizon: int = 24,
        quantiles: Sequence[float] = QUANTILES,
        trees: int = 100,
        min_leaf: int = 5,
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.horizon, self.quantiles = horizon, quantiles
        self.trees, self.min_leaf, self.seed, self.n_jobs = trees, min_leaf, seed, n_jobs

    def _learn(self, series: LoadSeries, origins: Ints, ahead: int, target: Floats) -> Fitted:
        rising = np.argsort(target, kind="stable")
        seen, target = features(series, origins[rising], ahead, self.horizon), target[rising]
        forest = RandomForestRegressor(
            self.trees, min_samples_leaf=self.min_leaf, max_features=1 / 3,
            random_state=self.seed + ahead, n_jobs=self.n_jobs,
        ).fit(seen, target)  # fmt: skip
        return forest, target, *leaf_order(forest.apply(seen))

    def _expect(self, model: Fitted, series: LoadSeries, origins: Ints, ahead: int) -> Expected:
        forest, target, rows, leaves = model
        seen = features(series, origins, ahead, self.horizon)
        asked = forest.apply(seen)
        trees = range(self.trees)
        first, last = (
            np.column_stack([np.searchsorted(leaves[k], asked[:, k], side) for k in trees])
            for side in ("left", "right")
        )
        levels, weight = np.array(self.quantiles, np.float64), np.empty(len(target))
        quantile_kw = np.empty((len(origins), len(levels)))
        leaf_quantiles(rows, first, last, target, levels, weight, quantile_kw)
        return np.asarray(forest.predict(seen)), quantile_kw


class BoostedForecaster(LoadForecaster):
    """Boosted trees for each step ahead, one ensemble for the mean and one for each quantile.

    Args:
        horizon: steps ahead.
        quantiles: levels, rising.
        rounds: trees of each ensemble.
        learning_rate: share of each tree that is taken.
        seed: of the ensembles.
    """

    def __init__(
        self,
        horizon: int = 24,
        quantiles: Sequence[float] = QUANTILES,
        rounds: int = 100,
        learning_rate: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.horizon, self.quantiles = horizon, quantiles
        self.rounds, self.learning_rate, self.seed = rounds, learning_rate, seed

    def _learn(self, series: LoadSeries, origins: Ints, ahead: int, target: Floats) -> Fitted:
        seen = features(series, origins, ahead, self.horizon)
        losses: list[dict[str, Any]] = [{"loss": "squared_error"}]
        losses += [{"loss": "quantile", "quantile": level} for level in self.quantiles]
        # So little work is slower when threads share it, and far slower on a busy machine.
        with threadpool_limits(1):
            return [self._boosted(seen, target, loss) for loss in losses]

    def _boosted(self, seen: Floats, target: Floats, loss: dict[str, Any]) -> Fitted:
        model = HistGradientBoostingRegressor(
            max_iter=self.rounds,
            learning_rate=self.learning_rate,
            random_state=self.seed,
            early_stopping=False,
            **loss,
        )
        return model.fit(seen, target)

    def _expect(self, model: Fitted, series: LoadSeries, origins: Ints, ahead: int) -> Expected:
        seen = features(series, origins, ahead, self.horizon)
        with threadpool_limits(1):
            mean_kw, *quantile_kw = (each.predict(seen) for each in model)
        return mean_kw, np.column_stack(quantile_kw)
