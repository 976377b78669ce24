"""The folder that a training writes into, and how its files name what was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..twins.errors import InputError
from ..twins.whole_file import unwritable

CHECKPOINT, RESULT = "training.pt", "result.json"
"""Files of a training: what it goes on from, and what came of it."""


def make_folder(folder: Path, *, resume: bool = False) -> None:
    """Make the folder of a training, unless it holds another one.

    Args:
        folder: for all files.
        resume: whether a training that has a checkpoint there will go on.

    Raises:
        InputError: a folder that cannot be made, or one that holds a training.
    """
    check_folder(folder, resume=resume)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable("--out", folder, error) from None


def check_folder(folder: Path, *, resume: bool = False) -> None:
    """Raise if a folder holds a training, unless that is to go on.

    Args:
        folder: for all files; it need not be there.
        resume: whether a training that has a checkpoint there will go on.

    Raises:
        InputError: a folder that holds a training.
    """
    if resume and (folder / CHECKPOINT).exists():
        return
    if any((folder / name).exists() for name in (CHECKPOINT, RESULT)):
        fix = "it holds a training; resume that with its own algorithm, or give another folder"
        raise InputError("--out", str(folder), fix)


def plain_arguments(arguments: Mapping[str, Any]) -> dict[str, bool | int | float | str]:
    """Arguments of an env as files have them: plants and scenarios by their kind alone."""
    plain = (bool, int, float, str)
    return {
        name: value if isinstance(value, plain) else type(value).__name__
        for name, value in sorted(arguments.items())
    }
