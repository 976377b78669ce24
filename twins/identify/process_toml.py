"""Processes as TOML files: public knowledge only, units in the key names, every key checked."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w

from ..errors import InputError
from ..toml_tables import check_keys, parse_toml, read_text, sub_rows, sub_table
from ..whole_file import write_whole
from .process import PartLoad, Process, Stage, in_line

_SIMPLE_KEYS = ("name", "mass_unit", "currency", "same_step_transfer")
_STAGE_KEYS = ("name", "output_per_kwh", "consumes", "produces", "part_load")
_PART_LOAD_KEYS = ("power_share", "output_per_kwh")


def load_process(path: str | os.PathLike[str]) -> Process:
    """Load a process from a TOML file.

    Raises:
        InputError: a missing file, malformed TOML, an unknown or missing key, or values that make
            no process.
    """
    if not Path(path).is_file():
        raise InputError("process", os.fspath(path), "give a TOML file that exists")
    return parse_process(read_text("process", Path(path)), os.fspath(path))


def parse_process(text: str, origin: str = "process") -> Process:
    """Build a process from TOML text; `origin` names it in errors.

    Raises:
        InputError: as `load_process`.
    """
    data = parse_toml("process", text, origin)
    check_keys(origin, data, (*_SIMPLE_KEYS, "sources", "stage"), ("name", "mass_unit"))
    return Process(
        **{key: data[key] for key in _SIMPLE_KEYS if key in data},
        stages=tuple(_stage(row) for row in sub_rows(origin, data, "stage")),
        sources=sub_table(origin, data, "sources"),
    )


def process_to_toml(process: Process) -> str:
    """The process as TOML text; `parse_process` gives an equal process back."""
    data: dict[str, Any] = {key: getattr(process, key) for key in _SIMPLE_KEYS}
    data["sources"] = dict(process.sources)
    bare = [replace(stage, consumes={}, produces={}) for stage in process.stages]
    stages = bare if in_line(bare) == process.stages else process.stages
    data["stage"] = [_stage_table(stage) for stage in stages]
    return tomli_w.dumps(data)


def save_process(process: Process, path: str | os.PathLike[str]) -> None:
    """Write a process to a TOML file, whole or not at all."""
    write_whole(path, process_to_toml(process))


def _stage(row: dict[str, Any]) -> Stage:
    owner = f"stage {row.get('name', '?')!r}"
    check_keys(owner, row, _STAGE_KEYS, ("name", "output_per_kwh"))
    part_loads = sub_rows(owner, row, "part_load")
    for part_load in part_loads:
        check_keys(f"{owner} part_load", part_load, _PART_LOAD_KEYS, _PART_LOAD_KEYS)
    rest = {key: value for key, value in row.items() if key != "part_load"}
    return Stage(**rest, part_loads=tuple(PartLoad(**part_load) for part_load in part_loads))


def _stage_table(stage: Stage) -> dict[str, Any]:
    table: dict[str, Any] = {"name": stage.name, "output_per_kwh": stage.output_per_kwh}
    for side in ("consumes", "produces"):
        if masses := getattr(stage, side):
            table[side] = dict(masses)
    if stage.part_loads:
        table["part_load"] = [
            {key: getattr(part_load, key) for key in _PART_LOAD_KEYS}
            for part_load in stage.part_loads
        ]
    return table
