"""One argument for all arrays of a compiled call.

A compiled call unpacks each array that Python gives it, and for a single env that would cost more
than the step. A handle is unpacked once for all: numba's `structref` around a named tuple.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar, cast

from numba import types
from numba.core import config
from numba.experimental import structref

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_types: Any = types
_structref: Any = structref


class Handle(Protocol[T_co]):
    """Carries a named tuple of arrays and numbers into compiled code."""

    @property
    def arrays(self) -> T_co:
        """The named tuple; only compiled code may read it."""


@_structref.register
class _HandleType(_types.StructRef):  # type: ignore[misc]
    def preprocess_fields(self, fields: tuple[tuple[str, object], ...]) -> object:
        return tuple((name, _types.unliteral(kind)) for name, kind in fields)


class _CompiledHandle(_structref.StructRefProxy):  # type: ignore[misc]
    def __new__(cls, arrays: tuple[object, ...]) -> _CompiledHandle:
        return cast(_CompiledHandle, _structref.StructRefProxy.__new__(cls, arrays))


_structref.define_proxy(_CompiledHandle, _HandleType, ["arrays"])


class _PlainHandle:
    def __init__(self, arrays: tuple[object, ...]) -> None:
        self.arrays = arrays


def make_handle(arrays: T) -> Handle[T]:
    """A handle on a named tuple. It can be neither copied nor pickled: make it anew."""
    kind: Any = _PlainHandle if vars(config)["DISABLE_JIT"] else _CompiledHandle
    return cast(Handle[T], kind(arrays))
