"""The load of a plant that is run at least cost, day by day: the forward model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InputError
from ..outlook import morning
from ..plant import StnPlant
from ..scheduling import Schedule, Scheduler
from ..stn_tables import Floats, compile_tables
from .plain_plant import quick_model

NODE_LIMIT = 20_000
"""Branch-and-bound nodes after which a day is taken as good as it is then."""


def optimal_load(
    plant: StnPlant,
    prices_per_kwh: ArrayLike,
    *,
    mip_gap: float = 0.0,
    node_limit: int = NODE_LIMIT,
) -> Floats:
    """Energy [D, T] that a plant's optimal operation draws [kWh].

    Every day is planned for itself, with its prices known and the plant's initial stocks. Energy
    is worth its price whether it is drawn or saved, so generation on the site changes nothing and
    is left out; the plant's own base load is in.

    Args:
        plant: discrete or continuous.
        prices_per_kwh: one row a day, one price a step of the plant's day [D, T] [currency/kWh].
        mip_gap: greatest relative gap of a day's cost above the least possible.
        node_limit: branch-and-bound nodes for a day; the best schedule by then counts.

    Raises:
        InputError: prices that are no finite [D, T], or whose T does not divide the plant's day
            into whole steps.
    """
    days = daily_loads(plant, prices_per_kwh, mip_gap=mip_gap, node_limit=node_limit)
    return np.array(list(days))


def daily_loads(
    plant: StnPlant,
    prices_per_kwh: ArrayLike,
    *,
    mip_gap: float = 0.0,
    node_limit: int = NODE_LIMIT,
) -> Iterator[Floats]:
    """The rows [T] of `optimal_load`, one day after the other.

    Raises:
        InputError: as `optimal_load`.
    """
    prices = np.array(prices_per_kwh, np.float64, ndmin=1)
    step_h = _step_minutes(plant, prices) / 60
    quick = quick_model(plant, prices, mip_gap=mip_gap, node_limit=node_limit)
    for price in prices:
        planned = quick and quick.plan(price)
        if planned:
            yield planned.load_kwh
        else:
            (day,) = cheapest_days(plant, price[None], mip_gap=mip_gap, node_limit=node_limit)
            yield day.load_kw * step_h


def cheapest_days(
    plant: StnPlant,
    prices_per_kwh: ArrayLike,
    *,
    mip_gap: float = 0.0,
    node_limit: int = NODE_LIMIT,
) -> Iterator[Schedule]:
    """The schedules behind `optimal_load`, one day after the other.

    Raises:
        InputError: as `optimal_load`.
    """
    prices = np.asarray(prices_per_kwh, np.float64)
    tables = compile_tables(plant, _step_minutes(plant, prices))
    scheduler = Scheduler(tables)
    nothing = np.zeros(tables.n_steps)
    base_load_kw = nothing + plant.site.base_load_kw
    for price in prices:
        outlook = morning(tables, price, nothing, nothing, base_load_kw)
        yield scheduler.plan(outlook, mip_gap=mip_gap, node_limit=node_limit)


def _step_minutes(plant: StnPlant, prices: Floats) -> int:
    if prices.ndim != 2 or not prices.size:
        raise InputError("prices", prices.shape, "give one row a day and one price a step")
    if not np.isfinite(prices).all():
        day = int(np.argmin(np.isfinite(prices).all(axis=1)))
        raise InputError(f"prices of day {day}", prices[day], "give finite prices")
    steps: int = prices.shape[1]
    minutes, rest = divmod(plant.horizon_h * 60, steps)
    if rest or 60 % minutes:
        fix = f"give {plant.horizon_h} prices a day, or a multiple whose steps divide the hour"
        raise InputError("prices a day", steps, fix)
    return minutes
