"""Settings that must stand before the first test module imports plantgym."""

import hashlib
import os
import re
import signal
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from .browser import Page, browser

ROOT = Path(__file__).resolve().parents[1]


def _kernel_sources() -> set[Path]:
    """Return the kernels and the modules that they import: constants are compiled in."""
    kernels = set(ROOT.glob("*/*_kernel.py"))
    imported = {
        kernel.parents[len(dots) - 1] / f"{module.replace('.', '/')}.py"
        for kernel in kernels
        for dots, module in re.findall(
            r"^from (\.+)([\w.]+) import", kernel.read_text("utf-8"), re.MULTILINE
        )
    }
    return kernels | imported


def _kernel_cache() -> Path:
    """Return a folder for compiled kernels, named after the sources of all of them.

    numba recompiles a function when its own file changes, but not when a function or a constant
    that it takes from another file changes; so any change to their sources starts a new folder.
    """
    digest = hashlib.sha256(version("numba").encode())
    for path in sorted(_kernel_sources()):
        digest.update(path.read_bytes())
    return ROOT / ".cache" / "numba" / digest.hexdigest()[:16]


# Both are read when the libraries are imported; worker and child processes inherit them.
os.environ["NUMBA_CACHE_DIR"] = str(_kernel_cache())
os.environ["MPLBACKEND"] = "Agg"

# A shell has what it runs in the background ignore Ctrl-C, and children inherit that: commands that
# tests stop by it would run on.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Compilation makes the first example slow, so nothing here depends on time; examples are the same
# in every run.
settings.register_profile(
    "plantgym", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("plantgym")


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    yield from browser()
