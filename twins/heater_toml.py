"""Heaters as TOML files: units in the key names, every key checked, shipped heaters by name."""

from __future__ import annotations

import os
import tomllib
from dataclasses import asdict, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from .heater import (
    AirLoop,
    Brick,
    Building,
    Gains,
    Heater,
    HeaterPlant,
    Temperatures,
    Water,
)
from .heater_checks import SECTIONS
from .plant_toml import HEATER_ENDING
from .toml_tables import check_keys, parse_toml, read_plant_file, sub_table
from .whole_file import write_whole

_Part = TypeVar("_Part", Heater, Brick, AirLoop, Water, Building, Gains, Temperatures)


def shipped_heaters() -> tuple[str, ...]:
    """Names of the heaters that come with the package."""
    folder = resources.files(__package__) / "plants"
    return tuple(sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(HEATER_ENDING)))


def load_heater(plant: str | os.PathLike[str]) -> HeaterPlant:
    """Load a shipped heater by name, or a heater from a TOML file.

    Raises:
        InputError: an unknown name, a missing file, malformed TOML, an unknown or missing key, or
            values that make no heater.
    """
    return parse_heater(*read_plant_file("heater", plant, shipped_heaters(), "HeaterPlant"))


def is_heater(plant: str) -> bool:
    """Whether a name or file is that of a heater; what cannot be read is taken to be none."""
    try:
        return plant in shipped_heaters() or "brick" in tomllib.loads(
            Path(plant).read_text("utf-8")
        )
    except (OSError, ValueError):
        return False


def parse_heater(text: str, origin: str = "heater") -> HeaterPlant:
    """Build a heater from TOML text; `origin` names it in errors.

    Raises:
        InputError: as `load_heater`.
    """
    data = parse_toml("heater", text, origin)
    check_keys(origin, data, ("name", "sources", *SECTIONS), ("name", *SECTIONS))
    return HeaterPlant(
        name=data["name"],
        heater=_part(Heater, origin, data, "heater"),
        brick=_part(Brick, origin, data, "brick"),
        air=_part(AirLoop, origin, data, "air"),
        water=_part(Water, origin, data, "water"),
        building=_part(Building, origin, data, "building"),
        gains=_part(Gains, origin, data, "gains"),
        initial=_part(Temperatures, origin, data, "initial"),
        sources=sub_table(origin, data, "sources"),
    )


def heater_to_toml(plant: HeaterPlant) -> str:
    """The heater as TOML text; `parse_heater` gives an equal plant back."""
    import tomli_w

    data: dict[str, Any] = {"name": plant.name, "sources": dict(plant.sources)}
    data |= {section: asdict(getattr(plant, section)) for section in SECTIONS}
    return tomli_w.dumps(data)


def save_heater(plant: HeaterPlant, path: str | os.PathLike[str]) -> None:
    """Write a heater to a TOML file, whole or not at all."""
    write_whole(path, heater_to_toml(plant))


def _part(kind: type[_Part], origin: str, data: dict[str, Any], section: str) -> _Part:
    """Make a part of its table, whose keys are the part's fields."""
    table = sub_table(origin, data, section)
    names = tuple(field.name for field in fields(kind))
    check_keys(section, table, names, names)
    return kind(**table)
