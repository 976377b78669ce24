"""What makes a table of numbers a plant: every check of `StnPlant`, one function an idea."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING

from .errors import InputError
from .intervals import check_intervals
from .value_checks import check_flag, check_number, check_text, check_whole

if TYPE_CHECKING:
    from .plant import Material, Mode, StnPlant, Task


def check_plant(plant: StnPlant) -> None:
    """Raise `InputError` for the first thing that keeps the table from being a plant."""
    _check_texts(plant)
    if plant.operation not in ("discrete", "continuous"):
        raise InputError("operation", plant.operation, "use 'discrete' or 'continuous'")
    if not plant.materials:
        raise InputError("material", (), "give the plant at least one material")
    if not plant.tasks:
        raise InputError("task", (), "give the plant at least one task")
    _check_unique("material", (material.name for material in plant.materials))
    _check_unique("task", (task.name for task in plant.tasks))
    _check_day(plant)
    _check_site(plant)
    for material in plant.materials:
        _check_material(material)
    for task in plant.tasks:
        _check_task(task, plant)
    if plant.max_power_kw == 0:
        raise InputError("task modes power_kw", 0.0, "give at least one mode a power above 0")
    _check_cycles(plant)
    _check_targets(plant)
    check_intervals(plant, plant.intervals)


def _check_texts(plant: StnPlant) -> None:
    for field in ("name", "currency", "stock_unit"):
        check_text(field, getattr(plant, field))
    for topic, source in plant.sources.items():
        check_text(f"sources {topic!r}", source)


def _check_unique(kind: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        check_text(f"{kind} name", name)
        if count > 1:
            raise InputError(f"{kind} name", name, f"it is used {count} times; rename the others")


def _check_numbers(owner: str, entry: object) -> None:
    """Every plain number of a dataclass is finite and not negative."""
    assert is_dataclass(entry)
    for field in fields(entry):
        value = getattr(entry, field.name)
        if field.type in ("float", "float | None") and value is not None:
            check_number(f"{owner} {field.name}", value)


def _check_day(plant: StnPlant) -> None:
    check_flag("same_step_transfer", plant.same_step_transfer)
    check_whole("horizon_h", plant.horizon_h, low=1, high=24)
    check_whole("start_hour", plant.start_hour, high=24 - plant.horizon_h)
    if plant.dr_events and not plant.dr:
        raise InputError("dr.events", plant.dr_events, "give the settlement in [dr] too")
    for window in plant.dr_events.windows if plant.dr_events else ():
        if not plant.start_hour <= window[0] < window[1] <= plant.start_hour + plant.horizon_h:
            raise InputError("dr.events windows", window, "keep the window within the plant's day")


def _check_site(plant: StnPlant) -> None:
    _check_numbers("site", plant.site)
    if plant.site.base_load_kw > plant.site.import_limit_kw:
        raise InputError(
            "site import_limit_kw",
            plant.site.import_limit_kw,
            f"raise it to at least the base load of {plant.site.base_load_kw:g} kW",
        )


def _check_material(material: Material) -> None:
    owner = f"material {material.name!r}"
    _check_numbers(owner, material)
    if material.max_t < material.min_t:
        raise InputError(f"{owner} max_t", material.max_t, f"use at least min_t {material.min_t:g}")
    if not material.min_t <= material.initial_t <= material.max_t:
        raise InputError(
            f"{owner} initial_t",
            material.initial_t,
            f"keep it within the limits {material.min_t:g} to {material.max_t:g}",
        )
    if material.end_min_t is not None:
        if material.end_min_t > material.max_t:
            raise InputError(
                f"{owner} end_min_t", material.end_min_t, f"use at most max_t {material.max_t:g}"
            )
        if material.shortfall_cost_per_t == 0:
            raise InputError(
                f"{owner} shortfall_cost_per_t", 0.0, "give the cost of each unit that is missing"
            )


def _check_task(task: Task, plant: StnPlant) -> None:
    owner = f"task {task.name!r}"
    if not task.modes:
        raise InputError(f"{owner} modes", (), "give it at least one running mode")
    _check_numbers(owner, task)
    check_flag(f"{owner} must_run", task.must_run)
    if plant.operation == "continuous" and (task.must_run or task.min_run_h > 0):
        raise InputError(
            f"{owner} must_run, min_run_h",
            (task.must_run, task.min_run_h),
            "they are for discrete plants; set operation = 'discrete' or leave them out",
        )
    if task.must_run_from_h > 0 and not task.must_run:
        raise InputError(
            f"{owner} must_run_from_h", task.must_run_from_h, "set must_run = true too"
        )
    if task.min_run_h > plant.horizon_h:
        raise InputError(f"{owner} min_run_h", task.min_run_h, f"use at most {plant.horizon_h}")
    known = {material.name for material in plant.materials}
    for number, mode in enumerate(task.modes, start=1):
        _check_mode(f"{owner} mode {number}", mode, known)
    powers = [mode.power_kw for mode in task.modes]
    if powers != sorted(powers):
        raise InputError(f"{owner} modes power_kw", powers, "list the modes by rising power")


def _check_mode(owner: str, mode: Mode, known: set[str]) -> None:
    _check_numbers(owner, mode)
    for side in ("consumes_t_per_h", "produces_t_per_h"):
        rates = getattr(mode, side)
        if not isinstance(rates, Mapping):
            raise InputError(f"{owner} {side}", rates, "give a rate by material, { S1 = 2.0 }")
        for name, rate in rates.items():
            if name not in known:
                raise InputError(
                    f"{owner} {side}", name, f"use a material of the plant: {sorted(known)}"
                )
            check_number(f"{owner} {side} {name!r}", rate)


def _links(plant: StnPlant, side: str) -> dict[str, set[str]]:
    """Material names on one side of each task, by task name."""
    return {
        task.name: {
            name for mode in task.modes for name, rate in getattr(mode, side).items() if rate > 0
        }
        for task in plant.tasks
    }


def _check_cycles(plant: StnPlant) -> None:
    """A cycle of tasks needs stock somewhere on it, or nothing on it can ever start."""
    empty = {m.name for m in plant.materials if m.initial_t <= m.min_t}
    takes, makes = _links(plant, "consumes_t_per_h"), _links(plant, "produces_t_per_h")
    ahead = {a: {b for b in takes if makes[a] & takes[b] & empty} for a in makes}
    waiting = set(ahead)
    while True:
        ends = {name for name in waiting if not ahead[name] & waiting}
        if not ends:
            break
        waiting -= ends
    if waiting:
        cycle = sorted(waiting)
        raise InputError(
            "task",
            cycle,
            "these form or feed a cycle without stock; give one of its materials "
            "an initial_t above min_t",
        )


def _check_targets(plant: StnPlant) -> None:
    """Refuse targets that are out of reach even if every producer runs at full rate all day."""
    for material in plant.materials:
        if material.end_min_t is None:
            continue
        best_t = _most_at_end(plant, material.name, frozenset())
        if best_t < material.end_min_t * (1 - 1e-9):
            raise InputError(
                f"material {material.name!r} end_min_t",
                material.end_min_t,
                f"at full rate the plant reaches {best_t:g}; lower the target, or raise rates, "
                f"initial stocks or horizon_h ({plant.horizon_h} h)",
            )


def _most_at_end(plant: StnPlant, name: str, behind: frozenset[str]) -> float:
    """Upper bound on a stock at the end of the day, from rates and the stocks upstream."""
    material = next(m for m in plant.materials if m.name == name)
    total = material.initial_t
    for task in plant.tasks:
        rate = max(mode.produces_t_per_h.get(name, 0.0) for mode in task.modes)
        if rate == 0 or task.name in behind:
            continue
        made = rate * plant.horizon_h
        for source in {s for mode in task.modes for s in mode.consumes_t_per_h}:
            made = min(made, _most_from(plant, task, name, source, behind | {task.name}))
        total += made
    return total


def _most_from(
    plant: StnPlant, task: Task, name: str, source: str, behind: frozenset[str]
) -> float:
    """Most of `name` that a task can make of all of `source` that there can be."""
    ratios = [
        mode.produces_t_per_h.get(name, 0.0) / mode.consumes_t_per_h[source]
        if mode.consumes_t_per_h.get(source, 0.0) > 0
        else math.inf
        for mode in task.modes
        if mode.produces_t_per_h.get(name, 0.0) > 0
    ]
    usable = _most_at_end(plant, source, behind) - next(
        m.min_t for m in plant.materials if m.name == source
    )
    return max(ratios) * usable if usable > 0 else (math.inf if math.inf in ratios else 0.0)
