"""What a prescriptive policy is told of its assets, and what it says of its decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ...twins.stn_tables import Floats

Order = Literal["SHUTDOWN", "OPTIMIZE", "STARTUP", "HOLD"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an asset does what it does in a step.

    Args:
        asset: its name.
        order: what it is told: to stand, to follow a new plan, to run, or to go on.
        reason: in words, with numbers and units.
    """

    asset: str
    order: Order
    reason: str


class AssetHealth(Protocol):
    """What a policy needs to know of the health of an asset."""

    @property
    def score(self) -> float:
        """From 0, broken, to 100, as it should be."""

    @property
    def risk(self) -> float:
        """From 0 to 1."""


Health = Mapping[str, AssetHealth]
"""Health by the name of the asset; an asset that is not named is healthy."""


def risk_of(health: Health, *assets: str) -> float:
    """The greatest risk of some assets, 0 to 1."""
    return max((health[name].risk for name in assets if name in health), default=0.0)


def order_between(before: float, now: float) -> Order:
    """What an asset is told that goes from one level to another."""
    if before == 0.0 < now:
        return "STARTUP"
    return "SHUTDOWN" if before > 0.0 == now else "HOLD"


class Wording:
    """How clock times, prices and money of a plant are said.

    Args:
        currency: ISO code.
        start_hour: clock hour of the first step.
        step_h: length of a step [h].
    """

    def __init__(self, currency: str, start_hour: int, step_h: float) -> None:
        self._currency, self._start_hour, self._step_h = currency, start_hour, step_h

    def clock(self, step: int) -> str:
        """Clock time at which a step begins, as HH:MM."""
        minutes = round(60 * (self._start_hour + step * self._step_h))
        return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"

    def price(self, per_kwh: float) -> str:
        """A price, for a MWh."""
        return f"{1000.0 * per_kwh:,.0f} {self._currency}/MWh"

    def rank(self, prices_per_kwh: Floats, step: int) -> str:
        """The price of a step among those of the day [T]."""
        price = prices_per_kwh[step]
        below, above = (prices_per_kwh < price).mean(), (prices_per_kwh > price).mean()
        side = f"above {below:.0%}" if below >= above else f"below {above:.0%}"
        return f"price {self.price(price)}, {side} of the day's"

    def money(self, amount: float) -> str:
        """An amount, in whole units where they are many."""
        digits = 0 if abs(amount) >= 100.0 else 2
        return f"{amount:,.{digits}f} {self._currency}"
