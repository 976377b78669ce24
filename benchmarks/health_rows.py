"""What the study of health counts, and the rows that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from .health_tables import health_tables

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A kind and size of fault on all assets of a plant that can have it, found by one method.

    Args:
        plant: its name.
        method: one of `DETECTORS`.
        kind: of the fault.
        size: of the fault.
        runs: faults of this kind and size.
        found: how many of them raised an alarm at their asset.
        elsewhere: how many raised one at another asset only.
        delays_h: hours from the fault to the alarm of those found.
    """

    plant: str
    method: str
    kind: str
    size: float
    runs: int
    found: int
    elsewhere: int
    delays_h: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A method on a plant.

    Args:
        plant: its name.
        method: one of `DETECTORS`.
        precision: share of all alarms of runs with a fault that are at its asset, after it began.
        recall: share of the faults that raised one.
        false_per_month: alarms of an asset in a month of healthy operation.
        asset_months: healthy operation that was looked at.
        delay_h: median delay of those found.
    """

    plant: str
    method: str
    precision: float
    recall: float
    false_per_month: float
    asset_months: float
    delay_h: float


@dataclass(frozen=True, slots=True)
class HealthStudy:
    """All plants."""

    methods: Sequence[MethodRow]
    faults: Sequence[FaultRow]
    seed: int
    cpu_s: float

    def tables(self) -> list[Table]:
        """For the terminal."""
        return health_tables(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "health",
            "version": version("plantgym"),
            "seed": self.seed,
            "cpu_s": self.cpu_s,
            "methods": [asdict(row) for row in self.methods],
            "faults": [asdict(row) for row in self.faults],
        }


@dataclass(slots=True)
class Tally:
    """Alarms of a method in the runs of a fault, and before."""

    runs: int = 0
    found: int = 0
    elsewhere: int = 0
    false: int = 0
    delays_h: tuple[float, ...] = ()


def count_alarms(tally: Tally, onsets: dict[str, float], asset: str) -> None:
    """Count the alarms of a run: each asset's first one."""
    tally.runs += 1
    tally.false += sum(at < 0.0 for at in onsets.values())
    late = {name: at for name, at in onsets.items() if at >= 0.0}
    if asset in late:
        tally.found += 1
        tally.delays_h = (*tally.delays_h, late[asset])
    else:
        tally.elsewhere += bool(late)
    tally.false += sum(name != asset for name in late)


def fault_row(plant: str, method: str, kind: str, size: float, tally: Tally) -> FaultRow:
    """The row of a kind and size of fault."""
    return FaultRow(
        plant, method, kind, size, tally.runs, tally.found, tally.elsewhere, tally.delays_h
    )


def method_row(
    plant: str, method: str, tallies: Sequence[Tally], rate: float, months: float
) -> MethodRow:
    """The row of a method: all its tallies, and its alarms without a fault [asset and month]."""
    runs, found, false = (
        sum(getattr(each, name) for each in tallies) for name in ("runs", "found", "false")
    )
    delays = [delay for each in tallies for delay in each.delays_h]
    return MethodRow(
        plant,
        method,
        precision=found / max(1, found + false),
        recall=found / runs,
        false_per_month=rate,
        asset_months=months,
        delay_h=float(np.median(delays)) if delays else 0.0,
    )
