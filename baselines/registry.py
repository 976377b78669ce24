"""The policies of each kind of plant, by the names that the command line and result files use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import NamedTuple

from ..envs.policy import Policy
from ..envs.registry import PlantKind
from ..twins.errors import InputError


class PolicySet(NamedTuple):
    """The policies of a kind of plant."""

    reference: str
    """The rule that scores 0."""
    makers: Mapping[str, Callable[[int], Policy]]
    """What makes each policy, given a seed."""
    on_request: frozenset[str] = frozenset()
    """Names of those that are slow, and run only where they are named."""

    @property
    def usual(self) -> tuple[str, ...]:
        """Names of the others."""
        return tuple(name for name in self.makers if name not in self.on_request)


def _from(module: str, name: str) -> Callable[..., Policy]:
    """A policy class, imported when it is first needed."""
    made: Callable[..., Policy] = getattr(import_module(f".{module}", __package__), name)
    return made


UNCERTAIN = ("so", "dro", "ro", "ro-budget", "chance", "fuzzy")
"""Methods of planning under uncertainty, as `uncertain_planners.REACHES` has them."""


def _uncertain(name: str, method: str) -> Callable[[int], Policy]:
    return lambda seed: _from("uncertain_planners", name)(method)


_FACTORY: dict[str, Callable[[int], Policy]] = {
    "rule": lambda seed: _from("rules", "ReferenceRule")(),
    "threshold": lambda seed: _from("rules", "PriceThreshold")(),
    "random": lambda seed: _from("rules", "RandomPolicy")(seed),
    "milp-day-ahead": lambda seed: _from("planners", "DayAheadMilp")(),
    "quick": lambda seed: _from("quick", "QuickFactoryPlan")(),
    "mpc": lambda seed: _from("planners", "RollingMpc")(),
    "pi": lambda seed: _from("prescriptive.factory", "PrescriptiveFactory")(),
    **{name: _uncertain("UncertainMpc", name) for name in UNCERTAIN},
    **{f"{name}-day-ahead": _uncertain("UncertainDayAhead", name) for name in UNCERTAIN},
    "optimum": lambda seed: _from("planners", "Optimum")(),
}

_SLOW = frozenset((*UNCERTAIN, *(f"{name}-day-ahead" for name in UNCERTAIN)))

_HEATER: dict[str, Callable[[int], Policy]] = {
    "timer": lambda seed: _from("heater_rules", "Timer")(),
    "timer-short": lambda seed: _from("heater_rules", "Timer")("short"),
    "thermostat": lambda seed: _from("heater_rules", "Thermostat")(),
    "price-quantile": lambda seed: _from("heater_rules", "PriceQuantile")(),
    "quick": lambda seed: _from("quick", "QuickHeaterPlan")(),
    "mpc": lambda seed: _from("heater_planners", "HeaterMpc")(),
    "pi": lambda seed: _from("prescriptive.heater", "PrescriptiveHeater")(),
    "optimum": lambda seed: _from("heater_planners", "HeaterOptimum")(),
}

POLICIES: Mapping[PlantKind, PolicySet] = MappingProxyType(
    {
        "factory": PolicySet("rule", MappingProxyType(_FACTORY), _SLOW),
        "heater": PolicySet("timer", MappingProxyType(_HEATER)),
    }
)
"""Policies by kind of plant. Planners need the extra `plan`."""


def make_policy(name: str, seed: int = 0, *, kind: PlantKind = "factory") -> Policy:
    """Make a policy by its name.

    Args:
        name: of the policy.
        seed: of what it draws.
        kind: of the plant that it shall run.

    Raises:
        InputError: an unknown name.
        MissingExtraError: a planner without the packages of the extra `plan`.
    """
    makers = POLICIES[kind].makers
    if name not in makers:
        raise InputError("policy", name, f"use one of {', '.join(makers)}")
    return makers[name](seed)
