"""What all TOML files share: tables and rows where they belong, every key checked."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from .errors import InputError


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
