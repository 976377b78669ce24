"""Checks of the single values that users write: numbers, words, switches."""

from __future__ import annotations

import math

from .errors import InputError


def check_number(field: str, value: object, *, low: float = 0.0, high: float = math.inf) -> None:
    """Refuse what is no finite number within the limits."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(field, value, "give a finite number")
    if value < low:
        raise InputError(field, value, f"give a value of at least {low:g}")
    if value > high:
        raise InputError(field, value, f"give a value of at most {high:g}")


def check_numbers(field: str, values: object, count: int, *, low: float = 0.0) -> None:
    """Refuse what is no row of so many finite numbers."""
    if not isinstance(values, tuple | list) or len(values) != count:
        raise InputError(field, values, f"give {count} numbers")
    for value in values:
        check_number(field, value, low=low)


def check_whole(field: str, value: object, *, low: int = 0, high: int) -> None:
    """Refuse what is no whole number within the limits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputError(field, value, "give a whole number")
    check_number(field, value, low=low, high=high)


def check_text(field: str, value: object) -> None:
    """Refuse what is no text, or an empty one."""
    if not isinstance(value, str) or not value:
        raise InputError(field, value, "give it as text in quotes, not empty")


def check_flag(field: str, value: object) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise InputError(field, value, "give true or false")
