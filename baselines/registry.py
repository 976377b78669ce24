"""The policies by the names that the command line and result files use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..envs.policy import Policy
from ..twins.errors import InputError


def _from(module: str, name: str) -> Callable[..., Policy]:
    """A policy class, imported when it is first needed."""
    made: Callable[..., Policy] = getattr(import_module(f".{module}", __package__), name)
    return made


POLICIES: dict[str, Callable[[int], Policy]] = {
    "rule": lambda seed: _from("rules", "ReferenceRule")(),
    "threshold": lambda seed: _from("rules", "PriceThreshold")(),
    "random": lambda seed: _from("rules", "RandomPolicy")(seed),
    "milp-day-ahead": lambda seed: _from("planners", "DayAheadMilp")(),
    "mpc": lambda seed: _from("planners", "RollingMpc")(),
    "optimum": lambda seed: _from("planners", "Optimum")(),
}
"""Makers of policies of factories, given a seed. Planners need the extra `plan`."""

HEATER_POLICIES: dict[str, Callable[[int], Policy]] = {
    "thermostat": lambda seed: _from("heater_rules", "Thermostat")(),
    "timer": lambda seed: _from("heater_rules", "Timer")(),
    "timer-short": lambda seed: _from("heater_rules", "Timer")("short"),
    "price-quantile": lambda seed: _from("heater_rules", "PriceQuantile")(),
}
"""Makers of policies of heaters, given a seed."""


def make_policy(name: str, seed: int = 0) -> Policy:
    """Make a policy of factories or of heaters by its name.

    Raises:
        InputError: an unknown name.
        MissingExtraError: a planner without the packages of the extra `plan`.
    """
    known = POLICIES | HEATER_POLICIES
    if name not in known:
        raise InputError("policy", name, f"use one of {', '.join(known)}")
    return known[name](seed)
