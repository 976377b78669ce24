"""Records of numbers and arrays as JSON, and back from their type hints."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from ..health.records import OperatingRecord, Signal

RecordT = TypeVar("RecordT")


def to_plain(value: object) -> Any:  # noqa: ANN401 - JSON
    """What JSON can carry of a dataclass, an array, a tuple or a number; all bits are kept."""
    if is_dataclass(value):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, tuple | list):
        return [to_plain(entry) for entry in value]
    return value


def from_plain(kind: type[RecordT], plain: Any) -> RecordT:  # noqa: ANN401 - JSON
    """The dataclass that `to_plain` was given.

    Args:
        kind: of the dataclass; its fields are numbers, words, arrays, tuples, or dataclasses.
        plain: what `to_plain` gave.
    """
    return cast(RecordT, _rebuilt(kind, plain))


def record_to_plain(record: OperatingRecord) -> dict[str, Any]:
    """What JSON can carry of an operating record, without asset and time; null for NaN."""
    return {
        "sampled": record.sampled,
        "signals": [
            {
                "reading_kw": _known(signal.reading_kw),
                "expected_kw": _known(signal.expected_kw),
                "effects_kw": [_known(effect_kw) for effect_kw in signal.effects_kw],
            }
            for signal in record.signals
        ],
        "command": _known(record.command),
        "ran": _known(record.ran),
    }


def record_from_plain(asset: str, time: np.datetime64, plain: dict[str, Any]) -> OperatingRecord:
    """The operating record of an asset that `record_to_plain` was given."""
    signals = tuple(
        Signal(
            _number(signal["reading_kw"]),
            _number(signal["expected_kw"]),
            tuple(_number(effect_kw) for effect_kw in signal["effects_kw"]),
        )
        for signal in plain["signals"]
    )
    command, ran = _number(plain["command"]), _number(plain["ran"])
    return OperatingRecord(asset, time, plain["sampled"], signals, command, ran)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _rebuilt(kind: Any, plain: Any) -> Any:  # noqa: ANN401 - any type hint
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        own = {f.name: _rebuilt(hints[f.name], plain[f.name]) for f in fields(kind)}
        return cast(Any, kind)(**own)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if plain is None:
            return None
        (other,) = (each for each in arguments if each is not NoneType)
        return _rebuilt(other, plain)
    if origin is np.ndarray:
        (scalar,) = get_args(arguments[1])
        return np.array(plain, scalar)
    if origin is tuple:
        each = arguments[:1] * len(plain) if arguments[-1] is Ellipsis else arguments
        return tuple(_rebuilt(one, entry) for one, entry in zip(each, plain, strict=True))
    return plain if origin is Literal else kind(plain)
