"""What all TOML files share: where they lie, tables and rows where they belong, keys checked."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from .errors import InputError


def read_plant_file(
    owner: str, plant: str | os.PathLike[str], shipped: Sequence[str], given: str
) -> tuple[str, str]:
    """The text of a shipped plant, or of a file; and how errors in it name it.

    Args:
        owner: the argument, as errors name it.
        plant: a name or a path.
        shipped: names of the plants that come with the package.
        given: what else the argument may be, as errors name it.

    Raises:
        InputError: no name or path, a file that does not exist or is no text.
    """
    if isinstance(plant, str) and plant in shipped:
        return (resources.files(__package__) / "plants" / f"{plant}.toml").read_text("utf-8"), plant
    if not isinstance(plant, str | os.PathLike):
        raise InputError(owner, plant, f"give a {given}, a name or the path of a TOML file")
    path = Path(plant)
    if not path.is_file():
        fix = f"give a TOML file that exists, or one of {tuple(shipped)}"
        raise InputError(owner, str(plant), fix)
    return read_text(owner, path), str(path)


def read_text(owner: str, path: Path) -> str:
    """The text of a file that exists.

    Raises:
        InputError: a file that is no text.
    """
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        fix = f"save it as UTF-8 text ({error})"
        raise InputError(f"{owner} file", str(path), fix) from error


def parse_toml(owner: str, text: str, origin: str) -> dict[str, Any]:
    """The tables in a text.

    Args:
        owner: what is read, as errors name it.
        text: TOML.
        origin: where the text comes from, as errors name it.

    Raises:
        InputError: malformed TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{owner} file {origin}", str(error), "mend the TOML there") from error


def check_keys(
    owner: str, row: Mapping[str, Any], known: tuple[str, ...], needed: tuple[str, ...]
) -> None:
    """Raise unless a table has no keys but the known ones, and all that it needs.

    Args:
        owner: the table, as errors name it.
        row: the table.
        known: keys that it may have.
        needed: those of them that it must have.

    Raises:
        InputError: an unknown key, with the one that was probably meant, or a missing one.
    """
    for key in row:
        if key not in known:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]!r}? " if close else ""
            raise InputError(f"{owner} key", key, f"{hint}known keys are {', '.join(known)}")
    for key in needed:
        if key not in row:
            raise InputError(f"{owner} {key}", None, f"add the key {key}")


def sub_rows(owner: str, data: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The [[key]] tables within a table; none if it has no such key.

    Raises:
        InputError: something else under that key.
    """
    rows = data.get(key, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{owner} {key}", rows, f"write it as [[{key}]] tables")
    return rows


def sub_table(owner: str, data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The [key] table within a table; empty if it has no such key.

    Raises:
        InputError: something else under that key.
    """
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise InputError(f"{owner} {key}", table, f"write it as a [{key}] table")
    return table
