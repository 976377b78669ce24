"""The value of stored heat, and when to buy it: compiled.

Stored heat has a falling marginal value, kept as a list of slopes: going back in time, a step
inserts what it can buy at its price, and takes off what it releases. So the plan under a limit of
the power is exact. The limit follows from a golden-section search, as the cost is convex in it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .heater_tables import HOLD_H
from .jit import kernel
from .stn_tables import Floats

_DEAR = 1e3
"""Price of heat that is not there [currency/kWh]."""

_GOLDEN = 0.6180339887498949
_ROUNDS = 7


class HeatWork(NamedTuple):
    """Memory that a plan is made in. T steps, N slopes."""

    price: Floats
    """[T, 2] of the first and of further power in each step [currency/kWh]."""
    first_kw: Floats
    """[T] power that is bought at the first price."""
    weather: Floats
    """[T, 4]."""
    release_kwh: Floats
    """[T]."""
    length: Floats
    """[N] heat stored [kWh] at a slope, from the least heat on."""
    slope: Floats
    """[N] value of heat [currency/kWh], falling."""


class Store(NamedTuple):
    """The heat store of a heater, and what its heat is worth."""

    heat_kwh: float
    """Stored now, above the least."""
    most_kwh: float
    """That can be stored."""
    missing_kwh: float
    """To be stored in the end, so that no heat is missing."""
    missing_price: float
    """Of heat that is missing in the end [currency/kWh]."""
    surplus_price: float
    """Of heat that is more [currency/kWh]."""
    spare_now_kwh: float
    """That the building takes in this step beyond what it needs."""
    spare_kwh: float
    """Likewise in each later step."""
    spare_price: float
    """Of that heat [currency/kWh]."""
    peak_kw: float
    """Highest load so far."""


@kernel
def _insert(work: HeatWork, n: int, length_kwh: float, slope: float) -> int:
    """Insert a piece among n that fall; how many there are then."""
    if length_kwh <= 0.0:
        return n
    place = n
    while place > 0 and work.slope[place - 1] < slope:
        work.length[place] = work.length[place - 1]
        work.slope[place] = work.slope[place - 1]
        place -= 1
    work.length[place], work.slope[place] = length_kwh, slope
    return n + 1


@kernel
def _cut(work: HeatWork, n: int, first_kwh: float, kept_kwh: float) -> int:
    """Take off the first pieces up to a length, and what is left beyond another; how many stay."""
    kept, total_kwh = 0, 0.0
    for place in range(n):
        length = work.length[place]
        off = min(length, first_kwh)
        first_kwh -= off
        length = min(length - off, kept_kwh - total_kwh)
        if length > 0.0:
            work.length[kept], work.slope[kept] = length, work.slope[place]
            total_kwh += length
            kept += 1
    return kept


@kernel
def _below(work: HeatWork, n: int, length_kwh: float) -> float:
    """Value of the first pieces up to a length."""
    value = 0.0
    for place in range(n):
        part = min(work.length[place], length_kwh)
        value += part * work.slope[place]
        length_kwh -= part
    return value


@kernel
def _first_step(
    work: HeatWork, store: Store, n: int, limit_kw: float
) -> tuple[float, float, float]:
    """Power that pays now [kW], heat to spare the building [kWh], and the cost of all steps.

    Args:
        work: with the value of the heat after this step.
        store: the store.
        n: pieces of the value.
        limit_kw: of the power.
    """
    kept_kwh = 0.0
    for place in range(n):
        if work.slope[place] > store.spare_price:
            kept_kwh += work.length[place]
    n = _insert(work, n, store.spare_now_kwh, store.spare_price)
    heat_kwh = store.heat_kwh - work.release_kwh[0]
    power_kw, cost, start_kwh = 0.0, 0.0, heat_kwh
    for part in range(2):
        worth_kwh = 0.0
        for place in range(n):
            if work.slope[place] > work.price[0, part]:
                worth_kwh += work.length[place]
        most_kw = min(work.first_kw[0], limit_kw) if part == 0 else limit_kw - power_kw
        part_kw = min(max(0.0, (worth_kwh - heat_kwh) / HOLD_H), max(0.0, most_kw))
        power_kw += part_kw
        heat_kwh += part_kw * HOLD_H
        cost += part_kw * HOLD_H * work.price[0, part]
    if start_kwh < 0.0:
        cost -= _DEAR * start_kwh
    spare_kwh = min(max(0.0, heat_kwh - kept_kwh), store.spare_now_kwh)
    return power_kw, spare_kwh, cost - _below(work, n, heat_kwh)


@kernel
def _plan(
    work: HeatWork, store: Store, left: int, peak_price: float, limit_kw: float
) -> tuple[float, float, float]:
    """Power that pays now [kW], heat to spare the building [kWh], and the cost of the steps left.

    No step may draw more than the limit.
    """
    value = 0.0
    missing_kwh = min(max(store.missing_kwh, 0.0), store.most_kwh)
    n = _insert(work, 0, missing_kwh, store.missing_price)
    n = _insert(work, n, store.most_kwh - missing_kwh, store.surplus_price)
    for s in range(left - 1, 0, -1):
        first_kwh = min(work.first_kw[s], limit_kw) * HOLD_H
        more_kwh = limit_kw * HOLD_H - first_kwh
        value -= first_kwh * work.price[s, 0] + more_kwh * work.price[s, 1]
        n = _insert(work, n, first_kwh, work.price[s, 0])
        n = _insert(work, n, more_kwh, work.price[s, 1])
        n = _insert(work, n, store.spare_kwh, store.spare_price)
        gain_kwh = limit_kw * HOLD_H - work.release_kwh[s]
        if gain_kwh < 0.0:
            value += _DEAR * gain_kwh
            n = _insert(work, n, -gain_kwh, _DEAR)
        else:
            value += _below(work, n, gain_kwh)
        n = _cut(work, n, max(0.0, gain_kwh), store.most_kwh)
    power_kw, spare_kwh, cost = _first_step(work, store, n, limit_kw)
    cost += peak_price * max(0.0, limit_kw - store.peak_kw) - value
    return power_kw, spare_kwh, cost


@kernel
def best_start(
    work: HeatWork, store: Store, left: int, peak_price: float, power_max_kw: float
) -> tuple[float, float]:
    """Power that pays now [kW], and heat to spare the building [kWh].

    The limit of the power is the one that makes the steps left cheapest.
    """
    low_kw, high_kw = min(store.peak_kw, power_max_kw), power_max_kw
    best = _plan(work, store, left, peak_price, high_kw)
    if peak_price > 0.0:
        best = _cheaper(best, _plan(work, store, left, peak_price, low_kw))
        lower = upper = (0.0, 0.0, math.nan)
        for _ in range(_ROUNDS):
            inner_kw = _GOLDEN * (high_kw - low_kw)
            if math.isnan(lower[2]):
                lower = _plan(work, store, left, peak_price, high_kw - inner_kw)
            if math.isnan(upper[2]):
                upper = _plan(work, store, left, peak_price, low_kw + inner_kw)
            best = _cheaper(best, _cheaper(lower, upper))
            if lower[2] < upper[2]:
                high_kw, upper, lower = low_kw + inner_kw, lower, (0.0, 0.0, math.nan)
            else:
                low_kw, lower, upper = high_kw - inner_kw, upper, (0.0, 0.0, math.nan)
    return best[0], best[1]


@kernel
def _cheaper(
    one: tuple[float, float, float], other: tuple[float, float, float]
) -> tuple[float, float, float]:
    """The start with the lower cost."""
    return other if other[2] < one[2] else one


def new_heat_work(n_steps: int) -> HeatWork:
    """Memory for plans over so many steps."""
    return HeatWork(
        price=np.zeros((n_steps, 2)),
        first_kw=np.zeros(n_steps),
        weather=np.zeros((n_steps, 4)),
        release_kwh=np.zeros(n_steps),
        length=np.zeros(4 * n_steps + 4),
        slope=np.zeros(4 * n_steps + 4),
    )
