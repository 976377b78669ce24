"""Tariffs and demand-response programmes: what energy and flexibility cost.

All money is in the plant's currency, energy in kWh, power in kW. Clock hours are hour-beginning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import InputError

HOURS_PER_DAY = 24


@dataclass(frozen=True, slots=True)
class TouPeriod:
    """One price level of a time-of-use table.

    Args:
        name: such as `"peak"`.
        hours: clock hours (0-23) in which the level holds.
        buy_price_per_kwh: price of energy drawn from the grid [currency/kWh].
        sell_price_per_kwh: price of energy fed into the grid [currency/kWh].
    """

    name: str
    hours: tuple[int, ...]
    buy_price_per_kwh: float
    sell_price_per_kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices by clock hour, and an optional charge on the day's peak import.

    Args:
        buy_price_per_kwh: 24 prices of energy drawn from the grid [currency/kWh].
        sell_price_per_kwh: 24 prices of energy fed into the grid [currency/kWh].
        demand_charge_per_kw: charge on the highest mean import of any step of the day
            [currency/kW]; 0 for none.

    Raises:
        InputError: a table that has not 24 finite prices, or a negative demand charge.
    """

    buy_price_per_kwh: tuple[float, ...]
    sell_price_per_kwh: tuple[float, ...]
    demand_charge_per_kw: float = 0.0

    def __post_init__(self) -> None:
        for field in ("buy_price_per_kwh", "sell_price_per_kwh"):
            prices = getattr(self, field)
            if len(prices) != HOURS_PER_DAY:
                raise InputError(f"tariff {field}", len(prices), "give 24 prices, one a clock hour")
            if not all(math.isfinite(price) for price in prices):
                raise InputError(f"tariff {field}", prices, "replace NaN or infinite prices")
        if not (self.demand_charge_per_kw >= 0 and math.isfinite(self.demand_charge_per_kw)):
            raise InputError(
                "tariff demand_charge_per_kw", self.demand_charge_per_kw, "give 0 or more"
            )

    @classmethod
    def from_periods(
        cls, periods: Sequence[TouPeriod], demand_charge_per_kw: float = 0.0
    ) -> Tariff:
        """Build the 24-hour table from time-of-use periods that cover each hour once.

        Raises:
            InputError: an hour outside 0-23, named twice or not at all.
        """
        by_hour: dict[int, TouPeriod] = {}
        for period in periods:
            for hour in period.hours:
                if hour not in range(HOURS_PER_DAY):
                    raise InputError(f"tariff period {period.name!r} hours", hour, "use 0 to 23")
                if hour in by_hour:
                    raise InputError(
                        f"tariff period {period.name!r} hours",
                        hour,
                        f"name each hour once; it is in {by_hour[hour].name!r} too",
                    )
                by_hour[hour] = period
        missing = sorted(set(range(HOURS_PER_DAY)) - set(by_hour))
        if missing:
            raise InputError("tariff periods", missing, "give these hours a period")
        ordered = [by_hour[hour] for hour in range(HOURS_PER_DAY)]
        return cls(
            tuple(period.buy_price_per_kwh for period in ordered),
            tuple(period.sell_price_per_kwh for period in ordered),
            demand_charge_per_kw,
        )


@dataclass(frozen=True, slots=True)
class DrProgramme:
    """Settlement of a demand-response event, step by step (Li 2024; bands as in `docs/plants.md`).

    With awarded capacity D, response R = baseline load - load and ratio r = R / D, an hour earns
    `subsidy * factor * R`, or is fined `penalty * (thresholds[0] * D - R)` below the first
    threshold. Above the last threshold the paid response is capped at `factors[2] * D`.

    Args:
        subsidy_per_kwh: paid for each kWh of accepted response [currency/kWh].
        penalty_per_kwh: fined for each kWh short of the first threshold [currency/kWh].
        thresholds: ratios at which a band begins (three, rising).
        factors: share of R that is paid in the first and second paid band, and the multiple of D
            that is paid in the third.

    Raises:
        InputError: negative prices, thresholds that do not rise, or negative factors.
    """

    subsidy_per_kwh: float
    penalty_per_kwh: float
    thresholds: tuple[float, float, float] = (0.5, 0.7, 1.2)
    factors: tuple[float, float, float] = (0.6, 1.0, 1.2)

    def __post_init__(self) -> None:
        for field in ("subsidy_per_kwh", "penalty_per_kwh"):
            value = getattr(self, field)
            if not (value >= 0 and math.isfinite(value)):
                raise InputError(f"dr {field}", value, "give 0 or more")
        low, middle, high = self.thresholds
        if not 0 < low < middle < high < math.inf:
            raise InputError("dr thresholds", self.thresholds, "give three rising ratios above 0")
        if not all(0 <= factor < math.inf for factor in self.factors):
            raise InputError("dr factors", self.factors, "give three factors of 0 or more")


@dataclass(frozen=True, slots=True)
class DrEventProcess:
    """How demand-response events come about: at most one a day, drawn at reset.

    Args:
        probability: chance of an event on a day.
        windows: candidate windows as (first, last + 1) clock hours, equally likely.
        notice_h: hours between the notice and the window [h].
        award_min_kw: least awarded capacity [kW].
        award_max_kw: greatest awarded capacity [kW]; uniform between the two.

    Raises:
        InputError: a probability outside 0-1, an empty window, negative notice or award.
    """

    probability: float
    windows: tuple[tuple[int, int], ...]
    notice_h: float
    award_min_kw: float
    award_max_kw: float

    def __post_init__(self) -> None:
        if not 0 <= self.probability <= 1:
            raise InputError("dr events probability", self.probability, "give 0 to 1")
        if not self.windows:
            raise InputError("dr events windows", self.windows, "give at least one window")
        for window in self.windows:
            if not 0 <= window[0] < window[1] <= HOURS_PER_DAY:
                raise InputError("dr events windows", window, "give [first hour, end hour] in 0-24")
        if not 0 <= self.notice_h < math.inf:
            raise InputError("dr events notice_h", self.notice_h, "give 0 or more hours")
        if not 0 < self.award_min_kw <= self.award_max_kw < math.inf:
            raise InputError(
                "dr events award_min_kw, award_max_kw",
                (self.award_min_kw, self.award_max_kw),
                "give a positive range, least first",
            )
