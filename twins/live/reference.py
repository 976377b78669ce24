"""What a monitor compares a live run with: the same plant, simulated under the reference rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ..faults.assets import Asset
from ..health.records import OperatingRecord
from .live_twin import LiveTwin
from .messages import Message


class PastDays(NamedTuple):
    """Days of the plant under the rule that follow each other, step by step."""

    load_kw: list[float]
    price_per_kwh: list[float]
    """As expected at the start of each day."""


class Reference(Protocol):
    """A simulated plant beside the live one."""

    @property
    def assets(self) -> Sequence[Asset]:
        """Of the plant."""

    @property
    def twin(self) -> LiveTwin:
        """A plant of its own for the day that runs; its safe policy is the reference rule."""

    def event(self) -> Message | None:
        """The demand-response event that is known in `twin`'s day: the next, else the last one.

        As `from_step`, `steps` and `power_kw`, which is negative to draw more.
        """

    def prices(self, day: str) -> list[float]:
        """Prices of the steps of a day, as expected at its start [currency/kWh]."""

    def days_before(self, day: str, most: int) -> PastDays:
        """The days that end where a day begins, as many as there are without a gap."""

    def healthy(self, days: int) -> list[list[OperatingRecord]]:
        """Operating records of healthy days, step by step."""
