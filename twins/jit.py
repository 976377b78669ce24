"""How plantgym compiles its kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

_F = TypeVar("_F", bound=Callable[..., Any])
_njit: Any = numba.njit
_SHARED = {"cache": True, "nogil": True, "error_model": "numpy"}


def entry(function: _F) -> _F:
    """Compile a function that Python calls."""
    return cast(_F, _njit(**_SHARED)(function))


def kernel(function: _F) -> _F:
    """Compile a function that only compiled code calls, into its caller.

    It owns no memory, so arrays are passed on without reference counts; with counts and real
    calls, the tables of a plant would cost more to pass around than a step costs to compute.
    """
    return cast(_F, _njit(**_SHARED, _nrt=False, forceinline=True)(function))


def rare(function: _F) -> _F:
    """As `kernel`, but called: for what runs seldom, so that it is compiled only once."""
    return cast(_F, _njit(**_SHARED, _nrt=False)(function))
