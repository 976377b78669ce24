"""Messages of the live twin: JSON text, checked against the published schema."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from ..errors import InputError, MissingExtraError

try:
    from fastjsonschema import JsonSchemaValueException
    from fastjsonschema import compile as compile_schema
except ImportError:
    raise MissingExtraError("fastjsonschema", "live") from None

PROTOCOL = 1
"""Version of the protocol."""

LARGEST_BYTES = 65536
"""Largest message that a server takes."""

STAY_AWAY, COME_BACK_LATER = 1008, 1013
"""Close codes: what the client did is not allowed; the connection may be tried again."""

_LONGEST_ECHO = 120

Message = dict[str, Any]


@cache
def message_schema() -> Message:
    """The published JSON Schema of all messages."""
    text = files(__package__).joinpath("messages.schema.json").read_text("utf-8")
    schema: Message = json.loads(text)
    return schema


def message_types(sender: str) -> tuple[str, ...]:
    """Types of the messages that `"client"` or `"server"` sends."""
    kinds = message_schema()["definitions"].items()
    return tuple(name for name, kind in kinds if kind.get("x-from") == sender)


def write_message(message: Message) -> str:
    """A message as text. Numbers keep all their bits."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def read_message(text: str | bytes, sender: str) -> Message:
    """Read and check a message.

    Args:
        text: as it came.
        sender: `"client"` or `"server"`: whose messages are expected.

    Raises:
        InputError: what is no JSON, of an unknown type, or not as the schema has it.
    """
    if not isinstance(text, str):
        raise InputError("message", f"{len(text)} bytes", "send text, not binary")
    try:
        number = _whole_or_finite if sender == "client" else _finite
        message = json.loads(text, parse_constant=_no_number, parse_float=number)
    except (ValueError, RecursionError) as error:
        raise InputError("message", text[:80], f"send one JSON object ({error})") from None
    if not isinstance(message, dict):
        raise InputError("message", text[:80], "send one JSON object")
    kinds = message_types(sender)
    kind = message.get("type")
    if kind not in kinds:
        raise InputError("message type", _short(kind), f"use one of {', '.join(kinds)}")
    try:
        _checker(kind)(message)
    except JsonSchemaValueException as error:
        field = str(error.name).replace("data", kind, 1)
        fix = str(_short(error.message.replace("data", kind, 1)))
        raise InputError(f"message {field}", _short(error.value), fix) from None
    return message


def refusal(n: int | None, error: InputError) -> str:
    """The answer to a request that is refused; n is None if it could not be read."""
    value = error.value if isinstance(error.value, int | float | str | list) else str(error.value)
    return write_message(
        {
            "type": "ack", "n": n, "status": "refused",
            "field": error.field, "value": value, "fix": error.fix,
        }
    )  # fmt: skip


def message_table(sender: str) -> str:
    """The messages of `"client"` or `"server"` as a Markdown table, read from the schema."""
    lines = ["| message | field | JSON type | meaning |", "|---|---|---|---|"]
    kinds = message_schema()["definitions"]
    for name in message_types(sender):
        lines.append(f"| `{name}` | | | {kinds[name]['description']} |")
        for field, given in kinds[name]["properties"].items():
            if field != "type":
                told = kinds.get(given.get("$ref", "").rpartition("/")[2], {}) | given
                optional = "" if field in kinds[name]["required"] else "?"
                meaning = told.get("description", "")
                lines.append(f"| | `{field}`{optional} | {_json_type(told)} | {meaning} |")
    return "\n".join(lines)


def _json_type(told: Message) -> str:
    if "const" in told:
        return json.dumps(told["const"])
    if "enum" in told:
        return ", ".join(f"`{value}`" for value in told["enum"])
    given = told.get("type", "any")
    return given if isinstance(given, str) else " or ".join(given)


def _short(value: object) -> object:
    """The value, or the beginning of one that is too long to be sent back."""
    return value if len(str(value)) <= _LONGEST_ECHO else f"{str(value)[:_LONGEST_ECHO]}..."


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _whole_or_finite(text: str) -> float:
    """1.0 as 1: some languages know no other way to write it."""
    number = _finite(text)
    return int(number) if number.is_integer() else number


@cache
def _checker(kind: str) -> Callable[[Message], Message]:
    schema = message_schema()
    checker: Callable[[Message], Message] = compile_schema(
        {"$ref": f"#/definitions/{kind}", "definitions": schema["definitions"]}
    )
    return checker
