"""What a plan made task by task reads of a plant, and the memory that it is made in."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from .stn_tables import Floats, Ints, StnTables

NOTHING = -1
"""The product of a task that makes nothing."""

MOST_UNITS = 12
"""Most units that a step at full rate counts; where modes differ by less, units are rounded."""

_SCALE = 1000.0
"""Rates are told apart to a thousandth."""


class PlanTables(NamedTuple):
    """What a plan depends on. J tasks, K modes with standing as mode 0, M materials."""

    n_steps: int
    strict: bool
    """Whether material made in a step is usable only from the next one."""
    order: Ints
    """[J] consumers of a material before its producers."""
    n_modes: Ints
    """[J]."""
    energy_kwh: Floats
    """[J, K] of a step."""
    wages: Floats
    """[J, K] of a step [currency]."""
    trip_cost: Floats
    """[J] of a step [currency]."""
    must_run_from: Ints
    """[J]."""
    product: Ints
    """[J] material that a task makes most of, or `NOTHING`."""
    unit_t: Floats
    """[J] how much of its product a unit is."""
    units: Ints
    """[J, K] units that a mode makes in a step."""
    take_t: Floats
    """[J, K, M]."""
    make_t: Floats
    """[J, K, M]."""
    stock_min_t: Floats
    """[M]."""
    stock_max_t: Floats
    """[M]."""
    end_min_t: Floats
    """[M]."""


class PlanWork(NamedTuple):
    """Memory that a plan is made in. T steps, U units."""

    prices: Floats
    """[T] sorted prices of the steps left."""
    missing_t: Floats
    """[M]."""
    runs: Floats
    """[J] steps at full rate that are needed."""
    needed_t: Floats
    """[M] how much must be made."""
    rate_t: Floats
    """[M] made in a step by all tasks at full rate."""
    worth: Floats
    """[M] what the last unit needed costs to make [currency/t]."""
    there_t: Floats
    """[M, T] most that can have been made by the end of a step, the stock at first included."""
    taken_t: Floats
    """[M, T] taken by the end of a step, by tasks that are planned."""
    made_t: Floats
    """[M, T] likewise."""
    own_cost: Floats
    """[K] cost of a mode but for its energy."""
    low: Floats
    """[T] least units made by the end of a step."""
    high: Floats
    """[T] most units."""
    cost_after: Floats
    """[T, U] cost from the end of a step on, having made so many units."""
    modes: Ints
    """[T] of the task that is planned."""


def plan_tables(tables: StnTables) -> PlanTables:
    """What plans need of a plant."""
    tasks = np.arange(len(tables.n_modes))
    top_t = tables.produce_t[tasks, tables.n_modes - 1]
    product = np.where(top_t.any(axis=1), top_t.argmax(axis=1), NOTHING)
    made_t = tables.produce_t[tasks, :, product]
    unit_t = np.array([_unit_t(made_t[j, 1 : tables.n_modes[j]]) for j in tasks])
    return PlanTables(
        n_steps=tables.n_steps,
        strict=tables.strict,
        order=np.array(tables.downstream_first),
        n_modes=np.array(tables.n_modes),
        energy_kwh=tables.power_kw * tables.step_h,
        wages=tables.labour_per_h * tables.step_h,
        trip_cost=tables.trip_cost_per_h * tables.step_h,
        must_run_from=np.array(tables.must_run_from),
        product=product,
        unit_t=unit_t,
        units=np.round(made_t / unit_t[:, None]).astype(np.int64),
        take_t=np.array(tables.consume_t),
        make_t=np.array(tables.produce_t),
        stock_min_t=np.array(tables.stock_min_t),
        stock_max_t=np.array(tables.stock_max_t),
        end_min_t=np.array(tables.end_min_t),
    )


def _unit_t(rates_t: Floats) -> float:
    """The greatest unit that all rates are multiples of, or a share of the full rate."""
    common = math.gcd(*(round(rate * _SCALE) for rate in rates_t)) / _SCALE
    if common == 0.0 or rates_t.max() / common > MOST_UNITS:
        return float(rates_t.max() / MOST_UNITS) or 1.0
    return common


def new_work(tables: PlanTables) -> PlanWork:
    """Memory for plans of a plant."""
    n_tasks, n_modes, n_materials = tables.take_t.shape
    steps, units = tables.n_steps, int(tables.units.max()) * tables.n_steps + 1
    return PlanWork(
        prices=np.zeros(steps),
        missing_t=np.zeros(n_materials),
        runs=np.zeros(n_tasks),
        needed_t=np.zeros(n_materials),
        rate_t=np.zeros(n_materials),
        worth=np.zeros(n_materials),
        there_t=np.zeros((n_materials, steps)),
        taken_t=np.zeros((n_materials, steps)),
        made_t=np.zeros((n_materials, steps)),
        own_cost=np.zeros(n_modes),
        low=np.zeros(steps),
        high=np.zeros(steps),
        cost_after=np.zeros((steps, units)),
        modes=np.zeros(steps, np.int64),
    )
