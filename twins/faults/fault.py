"""A fault of an asset: its kind and size, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from ..errors import InputError
from ..value_checks import check_number, check_whole
from .assets import Asset, AssetKind, find_asset

FaultKind = Literal["efficiency_loss", "stuck", "sensor_bias", "sensor_drift", "dropped_samples"]

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

SENSOR_FAULTS: tuple[FaultKind, ...] = ("sensor_bias", "sensor_drift", "dropped_samples")

DRIFT_DAYS = 30.0
"""Days in which a sensor drifts by the size of the fault."""


@dataclass(frozen=True, slots=True)
class SizeRange:
    """What the size of a fault means, and its limits; 0 is no fault."""

    low: float
    high: float
    meaning: str


SIZES: Mapping[FaultKind, SizeRange] = MappingProxyType(
    {
        "efficiency_loss": SizeRange(
            0.0,
            0.9,
            "share of the efficiency that is lost: a task draws 1/(1 - size) of its power at the "
            "same rate, generation gives 1 - size of its power, heating elements turn 1 - size of "
            "their power into heat, a fan moves 1 - size of the air at the same power, a store "
            "loses size more of its heat above its surroundings a day",
        ),
        "stuck": SizeRange(
            0.0, 1.0, "share of the steps in which the command is lost and the mode stays; 1: all"
        ),
        "sensor_bias": SizeRange(
            -1.0, 1.0, "what is added to each reading, as a share of the full scale"
        ),
        "sensor_drift": SizeRange(
            -1.0, 1.0, "what is added in 30 days, growing evenly, as a share of the full scale"
        ),
        "dropped_samples": SizeRange(0.0, 1.0, "share of the readings that are lost"),
    }
)
"""Range and meaning of the size of each kind."""

_KINDS: Mapping[AssetKind, tuple[FaultKind, ...]] = MappingProxyType(
    {
        "task": FAULT_KINDS,
        "elements": FAULT_KINDS,
        "fan": FAULT_KINDS,
        "generation": ("efficiency_loss", *SENSOR_FAULTS),
        "store": ("efficiency_loss", *SENSOR_FAULTS),
        "meter": SENSOR_FAULTS,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that is there from a step on.

    Args:
        asset: name of the asset.
        kind: one of `FAULT_KINDS`.
        size: as `SIZES` says, not 0.
        since: step in which it began, on the caller's own count; drifts grow from it on.

    Raises:
        InputError: an unknown kind, or a size that is no number, 0 or out of its range.
    """

    asset: str
    kind: FaultKind
    size: float
    since: int = 0

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise InputError("fault kind", self.kind, f"use one of {', '.join(FAULT_KINDS)}")
        limits = SIZES[self.kind]
        check_number("fault size", self.size, low=limits.low, high=limits.high)
        if self.size == 0.0:
            raise InputError("fault size", self.size, "give another number: 0 is no fault")
        check_whole("fault since", self.since, low=-(2**62), high=2**62)


def fault_kinds(asset: Asset) -> tuple[FaultKind, ...]:
    """The kinds of faults that an asset can have."""
    return _KINDS[asset.kind]


def changed_faults(
    assets: tuple[Asset, ...],
    faults: tuple[Fault, ...],
    asset: str,
    kind: str,
    size: float | None,
    since: int = 0,
) -> tuple[Fault, ...]:
    """The faults after one is set or cleared; an asset has each kind once.

    Args:
        assets: of the plant.
        faults: as they are.
        asset: name of the asset.
        kind: of the fault.
        size: of the fault; None or 0 clears it.
        since: step in which it begins.

    Raises:
        InputError: an unknown asset, a kind that the asset cannot have, or a bad size.
    """
    possible: dict[str, FaultKind] = {each: each for each in fault_kinds(find_asset(assets, asset))}
    if kind not in possible:
        raise InputError(f"fault kind of {asset!r}", kind, f"use one of {', '.join(possible)}")
    others = tuple(each for each in faults if (each.asset, each.kind) != (asset, kind))
    if size is None or size == 0:
        return others
    return (*others, Fault(asset, possible[kind], size, since))
