"""PV power from weather on days that were not learnt: by physics, by trees, and by Elia."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import MissingExtraError
from ..twins.generators import BELGIUM
from ..twins.generators.pv_physics import PvWeather, pv_physics, shipped_pv_weather
from ..twins.markets import BELGIAN_SPLITS
from ..twins.shipped import shipped_pv
from ..twins.stn_tables import Floats

ELIA = "Elia, day ahead"


@dataclass(frozen=True, slots=True)
class ForecastError:
    """Errors over all hours of a block of days, as shares of the capacity.

    Args:
        method: what forecasts.
        block: `"validation"` or `"test"`.
        days: in the block.
        mean_absolute: error.
        rms: root of the mean square error.
        bias: mean of forecast less outcome.
    """

    method: str
    block: str
    days: int
    mean_absolute: float
    rms: float
    bias: float


def forecast_errors() -> list[ForecastError]:
    """Errors of each method, by block.

    Raises:
        MissingExtraError: without the packages of the extras `identify` and `weather`.
    """
    weather, came, elia = _days()
    dates = weather.dates
    train = dates < BELGIAN_SPLITS.validation_from
    test = dates >= BELGIAN_SPLITS.test_from
    found = {ELIA: elia, **_found(weather, came, train)}
    return [
        _error(method, block, forecast[chosen] - came[chosen])
        for block, chosen in (("validation", ~train & ~test), ("test", test))
        for method, forecast in found.items()
    ]


def _days() -> tuple[PvWeather, Floats, Floats]:
    """Weather, PV that came and Elia's forecast of it, on the days that have all."""
    weather, pv = shipped_pv_weather(), shipped_pv(60)
    dates = np.intersect1d(weather.dates, pv["measured_cf"].dates)
    at = np.searchsorted(pv["measured_cf"].dates, dates)
    came, elia = (pv[name].values[at] for name in ("measured_cf", "day_ahead_cf"))
    return weather.take(np.searchsorted(weather.dates, dates)), came, elia


def _found(weather: PvWeather, came: Floats, train: NDArray[np.bool_]) -> dict[str, Floats]:
    """Forecasts of all days by methods that learn from the training days."""
    try:
        from ..twins.generators.pv_forecaster import PvForecaster
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "identify") from error

    ac_cf = pv_physics(weather, BELGIUM).ac_cf
    scale = (ac_cf[train] * came[train]).sum() / (ac_cf[train] ** 2).sum()
    found = {"physics, scaled": scale * ac_cf}
    learnt = weather.take(np.flatnonzero(train))
    for features, method in (("physics", "trees on physics"), ("weather", "trees on weather")):
        forecaster = PvForecaster(BELGIUM, features)  # type: ignore[arg-type]
        found[method] = forecaster.fit(learnt, came[train]).predict(weather)
    return found


def _error(method: str, block: str, error: Floats) -> ForecastError:
    return ForecastError(
        method,
        block,
        len(error),
        float(np.abs(error).mean()),
        float(np.sqrt((error**2).mean())),
        float(error.mean()),
    )
