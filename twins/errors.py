"""The errors that plantgym raises on bad input."""

from __future__ import annotations


class PlantgymError(Exception):
    """Base of every error that plantgym raises on purpose."""


class InputError(PlantgymError, ValueError):
    """A value given by the user cannot be used.

    Args:
        field: what was given, in the user's own terms (`"task 'mill' power_kw"`).
        value: the value as given.
        fix: what to do about it, as an instruction.
    """

    def __init__(self, field: str, value: object, fix: str) -> None:
        super().__init__(field, value, fix)
        self.field = field
        self.value = value
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.field} = {self.value!r}: {self.fix}"


class MissingExtraError(PlantgymError, ImportError):
    """A feature needs a package of an extra that is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.package} is not installed: pip install 'plantgym[{self.extra}]'"
