"""The cost of an episode of the heater as columns and rows of a linear programme."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heater_episode_state import HeaterTables
from .heater_heat_kernel import ROOM
from .heater_outlook import CALL_KINDS, HeaterCall, HeaterOutlook
from .heater_plan_rows import LinearRows, Mix
from .heater_tables import FAN_POWER_KW, HOLD_H, POWER_MAX_KW
from .stn_tables import TOL, Floats, Ints

N_BANDS = 4
"""Bands of the response to a call: fined, and three that are paid."""


@dataclass(frozen=True, slots=True)
class CostColumns:
    """Where the costs lie.

    Args:
        constant: cost that no plan changes [currency].
        bands: whether the response to a call is in a band [N_BANDS, steps], call by call.
    """

    constant: float
    bands: tuple[Ints, ...]


def add_costs(
    rows: LinearRows, tables: HeaterTables, outlook: HeaterOutlook, load_kw: Mix, temp_c: Ints
) -> CostColumns:
    """Add all costs but the purchase, which is that of the columns of the load.

    Args:
        rows: the programme.
        tables: the plant and its terms.
        outlook: prices, calls and state.
        load_kw: electric load of n steps.
        temp_c: temperatures before and after each step [n + 1, 4].
    """
    n = len(temp_c) - 1
    peak_kw = rows.columns(1, low=outlook.peak_kw, cost=tables.demand_per_kw)
    rows.rows(Mix.of(np.repeat(peak_kw, n)) - load_kw, low=0.0)
    constant = -tables.demand_per_kw * outlook.peak_kw
    constant += _add_comfort(rows, tables, outlook, temp_c[1:, ROOM])
    _add_heat(rows, tables, outlook, temp_c[-1])
    bands = [_add_call(rows, tables, outlook, load_kw, call) for call in outlook.calls]
    return CostColumns(constant, tuple(band for band in bands if band.size))


def _add_comfort(
    rows: LinearRows, tables: HeaterTables, outlook: HeaterOutlook, room_c: Ints
) -> float:
    """Cold and heat at the ends of steps; each end counts half in the steps on its two sides."""
    per_k = np.full(len(room_c), tables.comfort_per_kh * HOLD_H)
    per_k[-1] /= 2.0
    cold_k = rows.columns(room_c.shape, low=0.0, cost=per_k)
    hot_k = rows.columns(room_c.shape, low=0.0, cost=per_k)
    rows.rows(Mix.of(room_c) + Mix.of(cold_k), low=tables.room_min_c)
    rows.rows(Mix.of(room_c) - Mix.of(hot_k), high=tables.room_max_c)
    now_c = float(outlook.temp_c[ROOM])
    off_k = max(0.0, tables.room_min_c - now_c) + max(0.0, now_c - tables.room_max_c)
    return tables.comfort_per_kh * HOLD_H / 2.0 * off_k


def _add_heat(rows: LinearRows, tables: HeaterTables, outlook: HeaterOutlook, end_c: Ints) -> None:
    """Heat at the end is worth the less of its two prices, so it costs the greater of two lines."""
    cost = rows.columns(1, cost=1.0)
    for price in (outlook.missing_price_per_kwh, outlook.surplus_price_per_kwh):
        worth = Mix.of(cost)
        for place, capacity in enumerate(tables.capacities):
            worth = worth + price * float(capacity) * Mix.of(end_c[place : place + 1])
        rows.rows(worth, low=price * outlook.start_heat_kwh)


def _add_call(
    rows: LinearRows, tables: HeaterTables, outlook: HeaterOutlook, load_kw: Mix, call: HeaterCall
) -> Ints:
    """Settle a call in bands that jump, of which each step chooses one; return the choice."""
    kind = CALL_KINDS.index(call.kind)
    steps = np.arange(max(call.start_step, outlook.step), call.end_step) - outlook.step
    if not len(steps):
        return np.zeros((N_BANDS, 0), np.int64)
    sign = 1.0 if kind == 0 else -1.0
    baseline_kw = outlook.baseline_load_kw[steps + outlook.step]
    edges_kw = _edges_kw(tables, kind, call.award_kw, sign * baseline_kw)
    fixed, per_kw = _band_costs(tables, kind, call.award_kw)
    chosen = rows.columns((N_BANDS, len(steps)), 0.0, 1.0, fixed[:, None], whole=True)
    response_kw = rows.columns((N_BANDS, len(steps)), cost=per_kw[:, None])
    total, one = sign * _at(load_kw, steps), Mix({}, {})
    for band in range(N_BANDS):
        inside, choice = Mix.of(response_kw[band]), Mix.of(chosen[band])
        rows.rows(inside - edges_kw[band] * choice, low=0.0)
        rows.rows(inside - edges_kw[band + 1] * choice, high=0.0)
        total, one = total + inside, one + choice
    rows.rows(one, 1.0, 1.0)
    rows.rows(total, sign * baseline_kw, sign * baseline_kw)
    return chosen


def _edges_kw(tables: HeaterTables, kind: int, award_kw: float, signed_kw: Floats) -> Floats:
    """Edges of the bands [N_BANDS + 1, steps]: least response, thresholds, greatest response.

    A band begins as much below its threshold as the settlement forgives.
    """
    most_kw = float(tables.values[POWER_MAX_KW] + tables.values[FAN_POWER_KW])
    least_kw, greatest_kw = (signed_kw - most_kw, signed_kw) if kind == 0 else (
        signed_kw, signed_kw + most_kw
    )  # fmt: skip
    inner_kw = np.outer((tables.thresholds[kind] - TOL) * award_kw, np.ones(len(signed_kw)))
    least_kw = np.minimum(least_kw, inner_kw[0])
    return np.vstack([least_kw, inner_kw, np.maximum(greatest_kw, inner_kw[-1])])


def _band_costs(tables: HeaterTables, kind: int, award_kw: float) -> tuple[Floats, Floats]:
    """Cost of being in each band, and for each kW of response there [N_BANDS]."""
    fine = HOLD_H * float(tables.penalty_per_kwh[kind])
    pay = HOLD_H * float(tables.subsidy_per_kwh[kind]) * tables.factors[kind]
    fixed = award_kw * np.array([fine * tables.thresholds[kind, 0], 0.0, 0.0, -pay[2]])
    return fixed, np.array([-fine, -pay[0], -pay[1], 0.0])


def _at(mix: Mix, steps: Ints) -> Mix:
    """A mix of columns in some of its steps; its weights and constant are the same in all."""
    columns = {first: columns[steps] for first, columns in mix.columns.items()}
    return Mix(mix.weights, columns, mix.constant)
