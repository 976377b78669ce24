"""A small learned forecaster: weather to PV power, by way of the physics of the panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np

from ..errors import InputError, MissingExtraError
from ..stn_tables import Floats
from .clear_sky import Site
from .limits import DAYS_OF_YEAR, day_of_year
from .pv_physics import FLEET, Plane, PvWeather, pv_physics
from .sources import FEWEST_DAYS

try:
    from sklearn.base import BaseEstimator
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.utils.validation import check_is_fitted
except ImportError as error:
    raise MissingExtraError("scikit-learn", "identify") from error

Features = Literal["physics", "weather"]

_TREES = 200
_RATE = 0.05
_DEPTH = 3
_LEAF_HOURS = 30


class PvForecaster(BaseEstimator):  # type: ignore[misc]
    """Predicts PV power from weather, hour by hour, by gradient-boosted trees.

    Args:
        site: where the PV stands.
        features: what the trees see. `"physics"`: effective irradiance of the hour and of its
            neighbours, cell temperature and elevation of the sun (Li et al. 2024 name the first two
            kinds); `"weather"`: irradiance, temperature, wind, hour and season as they are.
        planes: what the PV consists of.
        seed: of the trees.

    Attributes:
        model_: the fitted trees.
    """

    def __init__(
        self,
        site: Site,
        features: Features = "physics",
        *,
        planes: Sequence[Plane] = FLEET,
        seed: int = 0,
    ) -> None:
        self.site = site
        self.features = features
        self.planes = planes
        self.seed = seed

    def fit(self, weather: PvWeather, pv_cf: Floats) -> Self:
        """Learn from days that are over.

        Args:
            weather: of D days.
            pv_cf: power that came, per installed power [D, 24], [kW/kW].

        Raises:
            InputError: too few days, power of another shape, NaN, or power that never changes.
            MissingExtraError: without pvlib, for the features of physics.
        """
        pv_cf = np.asarray(pv_cf, np.float64)
        if pv_cf.shape != weather.ghi_w_per_m2.shape:
            fix = f"give {weather.ghi_w_per_m2.shape}, as many hours as the weather has"
            raise InputError("pv_cf shape", pv_cf.shape, fix)
        if not np.isfinite(pv_cf).all():
            raise InputError("pv_cf", "NaN or infinite", "fill the gaps, or leave these days out")
        if len(pv_cf) < FEWEST_DAYS:
            raise InputError("pv_cf days", len(pv_cf), f"give at least {FEWEST_DAYS} days")
        if np.ptp(pv_cf) == 0.0:
            raise InputError("pv_cf", float(pv_cf[0, 0]), "it never changes; give measured power")
        self.model_ = HistGradientBoostingRegressor(
            max_iter=_TREES,
            learning_rate=_RATE,
            max_depth=_DEPTH,
            min_samples_leaf=_LEAF_HOURS,
            random_state=self.seed,
        )
        self.model_.fit(self._features(weather), pv_cf.ravel())
        return self

    def predict(self, weather: PvWeather) -> Floats:
        """Power per installed power [D, 24], [kW/kW]; 0 while the sun is down."""
        check_is_fitted(self)
        found = self.model_.predict(self._features(weather)).reshape(weather.ghi_w_per_m2.shape)
        clear = self.site.clear_sky_w_per_m2(weather.dates, 24, 60, 0)
        return np.asarray(np.where(clear > 0.0, np.clip(found, 0.0, 1.0), 0.0))

    def _features(self, weather: PvWeather) -> Floats:
        """A row an hour, a column a feature."""
        if self.features == "physics":
            physics = pv_physics(weather, self.site, self.planes)
            light = physics.effective_w_per_m2
            near = (np.roll(light, 1, axis=1), np.roll(light, -1, axis=1))
            columns = [light, *near, physics.cell_c, physics.elevation_deg]
        elif self.features == "weather":
            angle = 2 * np.pi * day_of_year(weather.dates) / DAYS_OF_YEAR
            clock = [np.arange(24.0), np.sin(angle)[:, None], np.cos(angle)[:, None]]
            columns = [weather.ghi_w_per_m2, weather.temp_c, weather.wind_m_per_s, *clock]
        else:
            raise InputError("features", self.features, "use 'physics' or 'weather'")
        shape = weather.ghi_w_per_m2.shape
        return np.stack([np.broadcast_to(each, shape).ravel() for each in columns], axis=1)
