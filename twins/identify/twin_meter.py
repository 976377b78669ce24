"""The meter of a plant that is known: what an identification would be given, blemishes included."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..plant import StnPlant
from ..stn_tables import Floats
from ..value_checks import check_number, check_whole
from .forward import NODE_LIMIT, optimal_load


def metered_days(
    plant: StnPlant,
    prices_per_kwh: ArrayLike,
    *,
    seed: int,
    noise: float = 0.0,
    base_load_kw: ArrayLike = 0.0,
    pv_kw: float = 0.0,
    pv_cf: ArrayLike = 0.0,
    missing_share: float = 0.0,
    stopped_days: int = 0,
    mip_gap: float = 0.0,
    node_limit: int = NODE_LIMIT,
) -> Floats:
    """Readings [D, T] of a plant that is run at least cost each day [kWh].

    Each blemish has its own random stream: the same seed misses the same readings at any noise.

    Args:
        plant: every day begins with its initial stocks.
        prices_per_kwh: one row a day, one price a step of the plant's day [D, T] [currency/kWh].
        seed: of noise, missing readings and stopped days.
        noise: standard deviation of a reading, relative to it.
        base_load_kw: load beside the plant's own, constant or by step of the day [T] [kW].
        pv_kw: installed PV behind the meter, net metered: a reading may be negative [kW].
        pv_cf: output of that PV relative to `pv_kw` [D, T].
        missing_share: share of readings, drawn at random, that are NaN.
        stopped_days: days, drawn at random, on which no task runs.
        mip_gap: greatest relative gap of a day's cost above the least possible.
        node_limit: branch-and-bound nodes for a day; the best schedule by then counts.

    Raises:
        InputError: prices as `optimal_load` refuses them, series of another shape, or a blemish
            out of range.
    """
    prices = np.asarray(prices_per_kwh, np.float64)
    plant_kwh = optimal_load(plant, prices, mip_gap=mip_gap, node_limit=node_limit)
    days, steps = plant_kwh.shape
    check_number("noise", noise)
    check_number("pv_kw", pv_kw)
    check_number("missing_share", missing_share, high=1.0)
    check_whole("stopped_days", stopped_days, high=days)
    step_h = plant.horizon_h / steps
    noise_rng, missing_rng, stopped_rng = np.random.default_rng(seed).spawn(3)
    stopped = stopped_rng.permutation(days) < stopped_days
    plant_kwh[stopped] = plant.site.base_load_kw * step_h
    beside_kw = _series("base_load_kw", base_load_kw, (steps,)) - pv_kw * _series(
        "pv_cf", pv_cf, (days, steps)
    )
    readings = (plant_kwh + beside_kw * step_h) * (
        1.0 + noise * noise_rng.standard_normal((days, steps))
    )
    missing = missing_rng.random((days, steps)) < missing_share
    return np.where(missing, np.nan, readings)


def _series(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """One number for all, or one for each."""
    series = np.asarray(values, np.float64)
    if series.shape not in ((), shape):
        raise InputError(name, series.shape, f"give one number, or an array of shape {shape}")
    if not np.isfinite(series).all():
        raise InputError(name, values, "give finite numbers")
    return series
