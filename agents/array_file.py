"""Files of arrays, with a few words of JSON about them: how trained policies are kept."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.whole_file import write_whole

_ABOUT, _FORMAT = "about", "format"

_Made = TypeVar("_Made")


def write_arrays(
    path: Path, mark: str, about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    """Write a file, whole or not at all.

    Args:
        path: of the file.
        mark: of its format.
        about: what JSON can hold.
        arrays: by name; none is named `about`.

    Raises:
        InputError: a file that cannot be written.
    """
    told = np.array(json.dumps({_FORMAT: mark, **about}))
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{_ABOUT: told, **arrays})
    write_whole(path, buffer.getvalue())


def read_arrays(
    path: Path,
    mark: str,
    origin: str,
    make: Callable[[dict[str, Any], dict[str, NDArray[Any]]], _Made],
) -> _Made:
    """What a file holds.

    Args:
        path: of the file.
        mark: of its format.
        origin: which file of which command it should be, for the error.
        make: makes it of what is said about the arrays, and of the arrays by name.

    Raises:
        InputError: a file that cannot be read, or holds something else.
    """
    fix = f"give the {origin} wrote"
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        about = json.loads(str(arrays.pop(_ABOUT)))
        if about[_FORMAT] != mark:
            raise ValueError(f"format {about[_FORMAT]!r}")
        return make(about, arrays)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise InputError("policy file", str(path), f"{fix} ({error})") from None
