"""Fitted generators in files: trained once, read after that.

A file holds arrays and one line of JSON (NumPy's `.npz`), no pickled code, so that a file from
elsewhere can do no harm.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..scenarios import Scenarios
from ..whole_file import write_whole
from .base import Generator
from .clear_sky import Site
from .limits import Limits
from .registry import make_generator
from .sources import SOURCES, Layout

_FORMAT = "plantgym generator 1"
_HEADER = "header"
_LEARNT, _LIMITS = "learnt.", "limits."
_LIMIT_ARRAYS = ("capacity_kw", "highest", "sunny")
_DIGEST_LENGTH = 16
_DAMAGED = (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile)


def save_generator(generator: Generator, path: str | os.PathLike[str]) -> None:
    """Write a fitted generator to a file, whole or not at all.

    Raises:
        InputError: a generator that is not fitted, or a file that cannot be written.
    """
    generator.check_fitted()
    layout = generator.layout_
    header = {
        "format": _FORMAT,
        "name": generator.name,
        "hyperparameters": generator.hyperparameters(),
        "layout": {name: getattr(layout, name) for name in Layout.__slots__},
    }
    arrays: dict[str, NDArray[Any]] = {_HEADER: np.array(json.dumps(header))}
    arrays |= {f"{_LIMITS}{each}": getattr(generator.limits_, each) for each in _LIMIT_ARRAYS}
    arrays |= {f"{_LEARNT}{name}": value for name, value in generator.learnt().items()}
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    write_whole(path, packed.getvalue())


def load_generator(path: str | os.PathLike[str]) -> Generator:
    """Read a fitted generator from a file.

    Raises:
        InputError: a file that is absent or was not written by `save_generator`.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays[_HEADER]))
        if header["format"] != _FORMAT:
            raise InputError("generator file", str(path), f"give one of the format {_FORMAT!r}")
        layout = Layout(**header["layout"] | {"sources": tuple(header["layout"]["sources"])})
        made = header["hyperparameters"]
        made["site"] = made["site"] and Site(*made["site"])
        clock = (made["site"], layout.start_hour, layout.step_minutes)
        limits = Limits(*clock, *(arrays[f"{_LIMITS}{each}"] for each in _LIMIT_ARRAYS))
        generator = make_generator(header["name"], **made)
    except InputError:
        raise
    except _DAMAGED as error:
        fix = f"give a file that save_generator has written ({error})"
        raise InputError("generator file", str(path), fix) from None
    generator.restore(layout, limits, _beginning_with(_LEARNT, arrays))
    return generator


def fit_once(
    generator: Generator, scenarios: Scenarios, folder: str | os.PathLike[str] | None = None
) -> Generator:
    """A generator fitted to days: read from the cache, or fitted and kept there for the next time.

    The file is named after the generator and a digest of its hyperparameters and the days, so
    another fit never takes its place.

    Args:
        generator: not fitted yet, or to be fitted anew.
        scenarios: as `Generator.fit` takes them.
        folder: of the cache; None for `default_folder()`.

    Returns:
        A fitted generator, which may be another object than the given one.

    Raises:
        InputError: as `Generator.fit`, or a folder that cannot be made.
    """
    place = default_folder() if folder is None else Path(folder)
    file = place / f"{generator.name}-{_digest(generator, scenarios)}.npz"
    if file.is_file():
        return load_generator(file)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = f"give a folder that can be made ({error.strerror})"
        raise InputError("generator folder", str(place), fix) from None
    generator.fit(scenarios)
    save_generator(generator, file)
    return generator


def default_folder() -> Path:
    """`plantgym/generators` in `$XDG_CACHE_HOME`, or in `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "plantgym" / "generators"


def _digest(generator: Generator, scenarios: Scenarios) -> str:
    """What a fit depends on, in short."""
    made = [_FORMAT, generator.name, generator.hyperparameters(), scenarios.step_minutes]
    digest = hashlib.sha256(json.dumps([*made, scenarios.start_hour]).encode())
    digest.update(scenarios.dates.astype(np.int64).tobytes())
    for source in SOURCES:
        for name in (f"{source}_kw", f"{source}_forecast_kw"):
            if name in scenarios.series:
                digest.update(name.encode() + scenarios.series[name].tobytes())
    return digest.hexdigest()[:_DIGEST_LENGTH]


def _beginning_with(mark: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(mark): each for name, each in arrays.items() if name.startswith(mark)}
