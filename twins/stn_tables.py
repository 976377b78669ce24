"""A plant compiled to contiguous arrays: the only thing that kernels and planners read."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import InputError
from .plant import Mode, StnPlant
from .tariff import DrProgramme

TOL = 1e-6
"""The one tolerance between planner and simulator: relative cost, levels and DR ratios."""

STOCK_TOL = 1e-9
"""How far a step may overshoot a stock limit, relative to the limit (and at least 1 unit)."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Array = TypeVar("_Array", bound=NDArray[Any])


class StnTables(NamedTuple):
    """Tables of a plant at one step length. M materials, J tasks, K modes with standing as mode 0.

    Modes that a task lacks are padded with zeros; `n_modes` says how many are real.
    """

    n_steps: int
    """Steps a day."""
    step_h: float
    """Length of a step [h]."""
    continuous: bool
    """Whether tasks take any level between neighbouring modes."""
    strict: bool
    """Whether material made in a step is usable only from the next one."""
    n_modes: Ints
    """[J] modes of a task, standing included."""
    power_kw: Floats
    """[J, K] electric power [kW]."""
    labour_per_h: Floats
    """[J, K] wages [currency/h]."""
    consume_t: Floats
    """[J, K, M] material taken in a step [stock_unit]."""
    produce_t: Floats
    """[J, K, M] material made in a step [stock_unit]."""
    n_touched: Ints
    """[J] how many materials a task takes or makes; kernels skip the others."""
    touched: Ints
    """[J, Q] which ones; only the first `n_touched` of a row count."""
    take_t: Floats
    """[J, K, Q] `consume_t` of the materials touched."""
    make_t: Floats
    """[J, K, Q] `produce_t` of the materials touched."""
    must_run_from: Ints
    """[J] step from which on standing is a trip; `n_steps` for never."""
    min_run_steps: Ints
    """[J] least number of steps in a started mode (1 for none)."""
    trip_cost_per_h: Floats
    """[J] cost of standing while the task must run [currency/h]."""
    stock_min_t: Floats
    """[M] least stock."""
    stock_max_t: Floats
    """[M] greatest stock."""
    stock_low_t: Floats
    """[M] least stock that rounding may lead to."""
    stock_high_t: Floats
    """[M] greatest stock that rounding may lead to."""
    stock_initial_t: Floats
    """[M] stock at the start."""
    end_min_t: Floats
    """[M] target at the end of the day; `stock_min_t` where there is none."""
    shortfall_cost_per_t: Floats
    """[M] cost of each missing unit at the end [currency/stock_unit]."""
    downstream_first: Ints
    """[J] tasks ordered so that consumers of a material come before its producers."""
    import_limit_kw: float
    export_limit_kw: float
    demand_charge_per_kw: float
    """Charge on the day's peak import [currency/kW]."""
    dr_subsidy_per_kwh: float
    dr_penalty_per_kwh: float
    dr_thresholds: Floats
    """[3] response ratios at which a band begins."""
    dr_factors: Floats
    """[3] paid shares of the bands."""


def n_steps(plant: StnPlant, step_minutes: int) -> int:
    """Steps in the plant's day.

    Raises:
        InputError: a step that does not divide the hour.
    """
    if not isinstance(step_minutes, int) or step_minutes <= 0 or 60 % step_minutes:
        raise InputError("step_minutes", step_minutes, "use a divisor of 60, such as 60 or 15")
    return plant.horizon_h * 60 // step_minutes


def compile_tables(plant: StnPlant, step_minutes: int = 60) -> StnTables:
    """Compile a plant to tables at a step length.

    Raises:
        InputError: a step that does not divide the hour.
    """
    steps, step_h = n_steps(plant, step_minutes), step_minutes / 60
    return StnTables(
        n_steps=steps,
        step_h=step_h,
        continuous=plant.operation == "continuous",
        strict=not plant.same_step_transfer,
        **_mode_tables(plant, step_h),
        **_task_tables(plant, step_h, steps),
        **_stock_tables(plant),
        **_money_tables(plant),
    )


def _mode_tables(plant: StnPlant, step_h: float) -> dict[str, Any]:
    """Power, wages and flows of each mode, and the same flows of just the materials touched."""
    shape = (len(plant.tasks), 1 + max(len(task.modes) for task in plant.tasks))
    power_kw, labour_per_h = np.zeros(shape), np.zeros(shape)
    consume_t, produce_t = np.zeros((2, *shape, len(plant.materials)))
    column = {material.name: index for index, material in enumerate(plant.materials)}
    for j, task in enumerate(plant.tasks):
        for k, mode in enumerate(task.modes, start=1):
            power_kw[j, k] = mode.power_kw
            labour_per_h[j, k] = mode.workers * plant.site.wage_per_h
            for name, rate in mode.consumes_t_per_h.items():
                consume_t[j, k, column[name]] = rate * step_h
            for name, rate in mode.produces_t_per_h.items():
                produce_t[j, k, column[name]] = rate * step_h
    touches = ((consume_t > 0) | (produce_t > 0)).any(axis=1)
    most_touched = int(touches.sum(axis=1).max())
    touched = np.argsort(~touches, axis=1, kind="stable")[:, :most_touched]
    return {
        "power_kw": _floats(power_kw),
        "labour_per_h": _floats(labour_per_h),
        "consume_t": _floats(consume_t),
        "produce_t": _floats(produce_t),
        "n_touched": _ints(touches.sum(axis=1)),
        "touched": _ints(touched),
        "take_t": _floats(np.take_along_axis(consume_t, touched[:, None, :], axis=2)),
        "make_t": _floats(np.take_along_axis(produce_t, touched[:, None, :], axis=2)),
    }


def _task_tables(plant: StnPlant, step_h: float, steps: int) -> dict[str, Any]:
    must_from = [steps_of(t.must_run_from_h, step_h) if t.must_run else steps for t in plant.tasks]
    return {
        "n_modes": _ints([1 + len(task.modes) for task in plant.tasks]),
        "must_run_from": _ints(must_from),
        "min_run_steps": _ints([max(1, steps_of(t.min_run_h, step_h)) for t in plant.tasks]),
        "trip_cost_per_h": _floats([task.trip_cost_per_h for task in plant.tasks]),
        "downstream_first": _ints(downstream_first(plant)),
    }


def _stock_tables(plant: StnPlant) -> dict[str, Any]:
    low, high = np.array([(m.min_t, m.max_t) for m in plant.materials], np.float64).T
    rounding = STOCK_TOL * np.maximum(1.0, high)
    targets = [m.min_t if m.end_min_t is None else m.end_min_t for m in plant.materials]
    return {
        "stock_min_t": _floats(low),
        "stock_max_t": _floats(high),
        "stock_low_t": _floats(low - rounding),
        "stock_high_t": _floats(high + rounding),
        "stock_initial_t": _floats([m.initial_t for m in plant.materials]),
        "end_min_t": _floats(np.maximum(low, targets)),
        "shortfall_cost_per_t": _floats([m.shortfall_cost_per_t for m in plant.materials]),
    }


def _money_tables(plant: StnPlant) -> dict[str, Any]:
    """Grid limits, charges and the settlement of demand response (nothing without a programme)."""
    dr = plant.dr or DrProgramme(0.0, 0.0)
    return {
        "import_limit_kw": float(plant.site.import_limit_kw),
        "export_limit_kw": float(plant.site.export_limit_kw),
        "demand_charge_per_kw": float(plant.tariff.demand_charge_per_kw),
        "dr_subsidy_per_kwh": float(dr.subsidy_per_kwh),
        "dr_penalty_per_kwh": float(dr.penalty_per_kwh),
        "dr_thresholds": _floats(dr.thresholds),
        "dr_factors": _floats(dr.factors),
    }


def downstream_first(plant: StnPlant) -> list[int]:
    """Indices of tasks such that consumers of a material come before its producers.

    Tasks on a cycle keep the plant's order among themselves.
    """
    takes = [_names(task.modes, "consumes_t_per_h") for task in plant.tasks]
    makes = [_names(task.modes, "produces_t_per_h") for task in plant.tasks]
    left = list(range(len(plant.tasks)))
    order: list[int] = []
    while left:
        free = [j for j in left if not any(makes[j] & takes[other] for other in left if other != j)]
        chosen = free[-1] if free else left[-1]
        order.append(chosen)
        left.remove(chosen)
    return order


def steps_of(time_h: float, step_h: float) -> int:
    """Whole steps that cover a time."""
    return math.ceil(time_h / step_h - TOL)


def _names(modes: tuple[Mode, ...], side: str) -> set[str]:
    return {name for mode in modes for name, rate in getattr(mode, side).items() if rate > 0}


def _floats(values: ArrayLike) -> Floats:
    return _frozen(np.array(values, dtype=np.float64))


def _ints(values: ArrayLike) -> Ints:
    return _frozen(np.array(values, dtype=np.int64))


def _frozen(array: _Array) -> _Array:
    array.setflags(write=False)
    return array
