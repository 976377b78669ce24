"""Checks of the values that users write: numbers, words, switches, and what they changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from .csv_file import Floats
from .errors import InputError

MAX_PRICE_PER_KWH = 20.0
"""Highest plausible price, in any currency; prices per MWh lie above it."""


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


def check_prices(prices: Sequence[float] | Floats, field: Callable[[int], str]) -> None:
    """Refuse prices per kWh that are so high that they must be per MWh.

    Args:
        prices: finite prices [N] [currency/kWh].
        field: names the price at a place, for the error.
    """
    high = np.abs(prices) > MAX_PRICE_PER_KWH
    if high.any():
        place = int(high.argmax())
        fix = f"above {MAX_PRICE_PER_KWH:g} per kWh is implausible; is it per MWh?"
        raise InputError(field(place), float(prices[place]), fix)


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


def changes(theirs: Mapping[str, object], mine: Mapping[str, object]) -> str:
    """In what the settings of an earlier run differ from mine, in words; empty if in none."""
    return "; ".join(
        f"{name} is {theirs.get(name)!r} there and {mine.get(name)!r} now"
        for name in sorted(theirs.keys() | mine.keys())
        if theirs.get(name) != mine.get(name)
    )
