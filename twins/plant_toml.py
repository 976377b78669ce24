"""Plants as TOML files: units in the key names, every key checked, shipped plants by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, fields
from importlib import resources
from typing import Any, TypeVar, cast

import numpy as np

from .errors import InputError
from .plant import Material, Mode, Site, StnPlant, Task
from .tariff import DrEventProcess, DrProgramme, Tariff, TouPeriod
from .toml_tables import check_keys, parse_toml, read_plant_file, sub_rows, sub_table
from .value_checks import check_prices
from .whole_file import write_whole

_Entry = TypeVar(
    "_Entry", Material, Task, Mode, Site, Tariff, TouPeriod, DrProgramme, DrEventProcess
)

_TOP_KEYS = ("material", "task", "site", "tariff", "dr", "sources", "intervals")
HEATER_ENDING = "_heater.toml"
"""How the names of shipped files end that hold a heater and no factory."""

_SIMPLE_KEYS = (
    "name", "currency", "operation", "same_step_transfer", "horizon_h", "start_hour", "stock_unit",
)  # fmt: skip


def shipped_plants() -> tuple[str, ...]:
    """Names of the factories that come with the package."""
    folder = resources.files(__package__) / "plants"
    names = (path.name for path in folder.iterdir())
    return tuple(
        sorted(n[:-5] for n in names if n.endswith(".toml") and not n.endswith(HEATER_ENDING))
    )


def load_plant(plant: str | os.PathLike[str]) -> StnPlant:
    """Load a shipped plant by name, or a plant from a TOML file.

    Raises:
        InputError: an unknown name, a missing file, malformed TOML, an unknown or missing key, or
            values that make no plant.
    """
    return parse_plant(*read_plant_file("plant", plant, shipped_plants(), "StnPlant"))


def parse_plant(text: str, origin: str = "plant") -> StnPlant:
    """Build a plant from TOML text; `origin` names it in errors.

    Raises:
        InputError: as `load_plant`.
    """
    data = parse_toml("plant", text, origin)
    check_keys(origin, data, (*_SIMPLE_KEYS, *_TOP_KEYS), ("name", "currency", "site", "tariff"))
    dr, dr_events = _demand_response(origin, data)
    return StnPlant(
        **{key: data[key] for key in _SIMPLE_KEYS if key in data},
        materials=tuple(
            _build(Material, "material", row) for row in sub_rows(origin, data, "material")
        ),
        tasks=tuple(_task(row) for row in sub_rows(origin, data, "task")),
        site=_build(Site, "site", sub_table(origin, data, "site")),
        tariff=_tariff(sub_table(origin, data, "tariff")),
        dr=dr,
        dr_events=dr_events,
        sources=sub_table(origin, data, "sources"),
        intervals=_intervals(origin, data),
    )


def plant_to_toml(plant: StnPlant) -> str:
    """The plant as TOML text; `parse_plant` gives an equal plant back."""
    import tomli_w

    data: dict[str, Any] = {key: getattr(plant, key) for key in _SIMPLE_KEYS}
    data["sources"] = dict(plant.sources)
    data["site"] = _plain(plant.site)
    data["tariff"] = _plain(plant.tariff)
    if plant.dr:
        data["dr"] = _plain(plant.dr)
    if plant.dr_events:
        data["dr"]["events"] = _plain(plant.dr_events)
    if plant.intervals:
        data["intervals"] = {
            name: [float(low), float(high)] for name, (low, high) in plant.intervals.items()
        }
    data["material"] = [_plain(material) for material in plant.materials]
    data["task"] = [
        {
            **{key: value for key, value in _plain(task).items() if key != "modes"},
            "mode": [_plain(mode) for mode in task.modes],
        }
        for task in plant.tasks
    ]
    return tomli_w.dumps(data)


def save_plant(plant: StnPlant, path: str | os.PathLike[str]) -> None:
    """Write a plant to a TOML file, whole or not at all."""
    write_whole(path, plant_to_toml(plant))


def _plain(entry: object) -> dict[str, Any]:
    values = {field.name: getattr(entry, field.name) for field in fields(cast(Any, entry))}
    return {
        key: dict(value) if isinstance(value, Mapping) else value
        for key, value in values.items()
        if value is not None
    }


def _task(row: dict[str, Any]) -> Task:
    owner = f"task {row.get('name', '?')!r}"
    if "modes" in row:
        raise InputError(f"{owner} key", "modes", "write each mode as a [[task.mode]] table")
    modes = tuple(_build(Mode, f"{owner} mode", mode) for mode in sub_rows(owner, row, "mode"))
    rest = {key: value for key, value in row.items() if key != "mode"}
    return _build(Task, owner, {**rest, "modes": modes})


def _tariff(table: dict[str, Any]) -> Tariff:
    if "period" not in table:
        tariff: Tariff = _build(Tariff, "tariff", table)
        _check_prices("tariff", tariff)
        return tariff
    check_keys("tariff", table, ("period", "demand_charge_per_kw"), ())
    periods = [
        _build(TouPeriod, "tariff.period", row) for row in sub_rows("tariff", table, "period")
    ]
    tariff = Tariff.from_periods(periods, table.get("demand_charge_per_kw", 0.0))
    for period in periods:
        if period.hours:  # else it is in no tariff, and nobody has seen whether it has numbers
            _check_prices(f"tariff.period {period.name!r}", period)
    return tariff


def _check_prices(owner: str, entry: Tariff | TouPeriod) -> None:
    """Refuse the prices of a tariff, already known to be numbers, if they must be per MWh."""
    named = [
        (f"{owner} {key}", price)
        for key in ("buy_price_per_kwh", "sell_price_per_kwh")
        for price in np.atleast_1d(getattr(entry, key)).tolist()
    ]
    check_prices([price for _, price in named], lambda place: named[place][0])


def _demand_response(
    origin: str, data: Mapping[str, Any]
) -> tuple[DrProgramme | None, DrEventProcess | None]:
    if "dr" not in data:
        return None, None
    settlement = dict(sub_table(origin, data, "dr"))
    events = sub_table("dr", settlement, "events") if "events" in settlement else None
    settlement.pop("events", None)
    programme: DrProgramme = _build(DrProgramme, "dr", settlement)
    return programme, None if events is None else _build(DrEventProcess, "dr.events", events)


def _intervals(origin: str, data: Mapping[str, Any]) -> dict[str, Any]:
    table = sub_table(origin, data, "intervals")
    return {name: _tuples(interval) for name, interval in table.items()}


def _build(kind: type[_Entry], owner: str, row: dict[str, Any]) -> _Entry:
    """Make a dataclass of a TOML table whose keys are its fields."""
    if "name" in row and not owner.startswith("task"):
        owner = f"{owner} {row['name']!r}"
    known = tuple(field.name for field in fields(kind))
    needed = tuple(
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    )
    check_keys(owner, row, known, needed)
    values: dict[str, Any] = {key: _tuples(value) for key, value in row.items()}
    return kind(**values)


def _tuples(value: object) -> object:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
