"""What of a plant data may leave open: its parameters by name, and the intervals they lie in."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import replace

from .errors import InputError
from .plant import Material, StnPlant, Task
from .value_checks import check_number, check_numbers

Intervals = Mapping[str, tuple[float, float]]
"""Lowest and highest plausible value by the name of the parameter, as in `parameters`."""

BASE_LOAD = "site.base_load_kw"

_ROUNDING = 1e-9


def parameters(plant: StnPlant) -> dict[str, float]:
    """The plant's own value of each parameter that an interval may be given for.

    `"<task>.power_kw"` is the power of the highest mode [kW]; `"<material>.headroom_t"` max less
    initial, `"<material>.reserve_t"` initial less min and `"<material>.target_t"` end less initial
    stock [stock_unit]; `"site.base_load_kw"` the load beside the tasks [kW].
    """
    values = {f"{task.name}.power_kw": float(task.modes[-1].power_kw) for task in plant.tasks}
    for m in plant.materials:
        values[f"{m.name}.headroom_t"] = float(m.max_t - m.initial_t)
        values[f"{m.name}.reserve_t"] = float(m.initial_t - m.min_t)
        if m.end_min_t is not None:
            values[f"{m.name}.target_t"] = float(m.end_min_t - m.initial_t)
    values[BASE_LOAD] = float(plant.site.base_load_kw)
    return values


def with_parameters(plant: StnPlant, values: Mapping[str, float]) -> StnPlant:
    """The plant with other values of some of its `parameters`, and without intervals.

    Output per energy is public: all modes and all flows of a task scale with its power. Initial
    stocks stay; the limits and the target move around them.

    Raises:
        InputError: values that make no plant.
    """
    own = parameters(plant)
    shift = {name: values.get(name, value) - value for name, value in own.items()}
    return replace(
        plant,
        materials=tuple(_moved(material, shift) for material in plant.materials),
        tasks=tuple(_scaled(task, values) for task in plant.tasks),
        site=replace(plant.site, base_load_kw=plant.site.base_load_kw + shift[BASE_LOAD]),
        intervals={},
    )


def _moved(material: Material, shift: Mapping[str, float]) -> Material:
    name, end_t = material.name, material.end_min_t
    return replace(
        material,
        min_t=max(0.0, material.min_t - shift[f"{name}.reserve_t"]),
        max_t=material.max_t + shift[f"{name}.headroom_t"],
        end_min_t=None if end_t is None else max(0.0, end_t + shift[f"{name}.target_t"]),
    )


def _scaled(task: Task, values: Mapping[str, float]) -> Task:
    name = f"{task.name}.power_kw"
    if name not in values:
        return task
    factor = values[name] / task.modes[-1].power_kw
    modes = tuple(
        replace(
            mode,
            power_kw=factor * mode.power_kw,
            consumes_t_per_h={m: factor * rate for m, rate in mode.consumes_t_per_h.items()},
            produces_t_per_h={m: factor * rate for m, rate in mode.produces_t_per_h.items()},
        )
        for mode in task.modes
    )
    return replace(task, modes=modes)


def check_intervals(plant: StnPlant, intervals: object) -> None:
    """Refuse intervals that do not fit a plant.

    Raises:
        InputError: an unknown name, no pair of finite numbers that rise, an interval that leaves
            the plant's own value out, or one that reaches values that no plant has.
    """
    if not isinstance(intervals, Mapping):
        raise InputError("intervals", intervals, "give { 'mill.power_kw': (low, high) } by name")
    if not intervals:
        return
    own, limits = parameters(plant), _limits(plant)
    for name, interval in intervals.items():
        field = f"intervals {name!r}"
        if name not in own:
            raise InputError("intervals name", name, _known(str(name), own))
        check_numbers(field, interval, 2, low=-math.inf)
        low, high = interval
        if low > high:
            raise InputError(field, interval, "give the lower value first")
        rounding = _ROUNDING * max(1.0, abs(low), abs(high))
        if not low - rounding <= own[name] <= high + rounding:
            fix = f"widen it to hold the plant's own value {own[name]:g}"
            raise InputError(field, interval, fix)
        least, most = limits[name]
        check_number(f"{field} low", low, low=least - rounding)
        check_number(f"{field} high", high, low=-math.inf, high=most + rounding)
        if name.endswith(".power_kw") and own[name] == 0:
            raise InputError(field, interval, "give the task a power, or leave the interval out")


def _limits(plant: StnPlant) -> dict[str, tuple[float, float]]:
    """Least and greatest value of each parameter that a plant can have, whatever the others."""
    limits = dict.fromkeys(parameters(plant), (0.0, math.inf))
    for m in plant.materials:
        limits[f"{m.name}.reserve_t"] = (0.0, m.initial_t)  # stocks are never negative
        limits[f"{m.name}.target_t"] = (-m.initial_t, math.inf)
    limits[BASE_LOAD] = (0.0, plant.site.import_limit_kw)
    return limits


def _known(name: str, own: Mapping[str, float]) -> str:
    close = difflib.get_close_matches(name, own, 1)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}put the name in quotes; this plant has {', '.join(own)}"
