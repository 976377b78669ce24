"""How good forecasts are, judged on blocks of time that follow those of the fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from sklearn.base import clone

from ..errors import InputError
from ..stn_tables import Floats, Ints
from .features import DAYS_PER_WEEK
from .forecasters import Forecast, LoadForecaster
from .load_series import LoadSeries

_SMALL = 0.01
"""Loads below this share of the mean are left out of the MAPE, which they would swamp."""


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """Errors of forecasts.

    Args:
        mae_kw: mean absolute error of the mean [kW].
        rmse_kw: root of its mean squared error [kW].
        mape_pct: mean absolute error as a share of the load [%], where that is at least 1 % of
            the mean load.
        pinball_kw: mean pinball loss of the quantiles [kW].
        coverage_pct: how often the load was between the first and the last quantile [%].
    """

    mae_kw: float
    rmse_kw: float
    mape_pct: float
    pinball_kw: float
    coverage_pct: float


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Where a forecaster is fitted and judged.

    Args:
        train_end: it is fitted on the steps before this one.
        origins: of its forecasts.
    """

    train_end: int
    origins: Ints


def time_blocks(
    series: LoadSeries, horizon: int, *, blocks: int = 4, first: float = 0.5, every: int = 1
) -> Iterator[Block]:
    """Blocks of equal length that follow each other; each is forecast from all that was before it.

    No target of a fit lies in its block, as the fit ends where the block begins.

    Args:
        series: the load.
        horizon: steps ahead.
        blocks: how many.
        first: share of the series that goes before the first block.
        every: steps from origin to origin.

    Raises:
        InputError: a series too short for the blocks.
    """
    edges = np.linspace(first * series.steps, series.steps, blocks + 1).astype(int)
    least = (DAYS_PER_WEEK + 2) * series.per_day + horizon
    if edges[0] < least or np.diff(edges).min() < horizon:
        fix = f"give {least} steps before the first block, and {horizon} in each"
        raise InputError("load_kw", f"{series.steps} steps", fix)
    for start, end in pairwise(edges):
        yield Block(int(start), np.arange(start, end - horizon + 1, every))


def evaluate(
    forecaster: LoadForecaster,
    series: LoadSeries,
    *,
    blocks: int = 4,
    first: float = 0.5,
    every: int = 1,
) -> ForecastScore:
    """Errors of a forecaster over `time_blocks`, fitted anew for each.

    Raises:
        InputError: as `time_blocks`, or blocks without readings.
    """
    actual: list[Floats] = []
    told: list[Forecast] = []
    horizon = forecaster.horizon
    for block in time_blocks(series, horizon, blocks=blocks, first=first, every=every):
        fitted = clone(forecaster).fit(series.until(block.train_end))
        told.append(fitted.predict(series, block.origins))
        targets = block.origins[:, None] + np.arange(horizon)
        actual.append(series.load_kw[targets])
    together = Forecast(
        np.concatenate([each.mean_kw for each in told]),
        np.concatenate([each.quantile_kw for each in told]),
        told[0].quantiles,
    )
    return score(together, np.concatenate(actual))


def score(forecast: Forecast, load_kw: Floats) -> ForecastScore:
    """Errors of forecasts of a load [O, H] [kW]; steps without a reading are left out.

    Raises:
        InputError: a load of another shape, or without a reading.
    """
    if np.shape(load_kw) != forecast.mean_kw.shape:
        raise InputError("load_kw", np.shape(load_kw), f"give {forecast.mean_kw.shape}")
    read = np.isfinite(load_kw)
    if not read.any():
        raise InputError("load_kw", "all NaN", "give readings")
    load, mean, quantile = load_kw[read], forecast.mean_kw[read], forecast.quantile_kw[read]
    error, size = mean - load, np.abs(load)
    large = size >= max(_SMALL * size.mean(), np.finfo(float).tiny)
    levels = np.array(forecast.quantiles)
    below = load[:, None] - quantile
    within = (load >= quantile[:, 0]) & (load <= quantile[:, -1])
    return ForecastScore(
        mae_kw=float(np.abs(error).mean()),
        rmse_kw=float(np.sqrt((error**2).mean())),
        mape_pct=float(100.0 * (np.abs(error[large]) / size[large]).mean()),
        pinball_kw=float(np.maximum(levels * below, (levels - 1.0) * below).mean()),
        coverage_pct=float(100.0 * within.mean()),
    )
