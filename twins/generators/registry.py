"""Generators by name, and the one to use where none is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..errors import InputError
from .analog import AnalogGenerator
from .base import Generator
from .copula import CopulaGenerator
from .learned import EnergyNetGenerator, GanGenerator

GENERATORS: Mapping[str, type[Generator]] = MappingProxyType(
    {
        each.name: each
        for each in (AnalogGenerator, CopulaGenerator, EnergyNetGenerator, GanGenerator)
    }
)
"""Every generator."""

DEFAULT = "analog"
"""The best by the scores of `plantgym reproduce generators`; docs/scenarios.md shows them."""


def make_generator(name: str, **hyperparameters: Any) -> Generator:  # noqa: ANN401
    """A generator that is not fitted yet.

    Args:
        name: one of `GENERATORS`.
        hyperparameters: those of its class.

    Raises:
        InputError: an unknown name.
    """
    if name not in GENERATORS:
        raise InputError("generator", name, f"use one of {', '.join(GENERATORS)}")
    return GENERATORS[name](**hyperparameters)


def default_generator(**hyperparameters: Any) -> Generator:  # noqa: ANN401
    """The generator that scores best, not fitted yet; it needs no extra."""
    return make_generator(DEFAULT, **hyperparameters)
