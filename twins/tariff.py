"""Tariffs and demand-response programmes: what energy and flexibility cost.

All money is in the plant's currency, energy in kWh, power in kW. Clock hours are hour-beginning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .errors import InputError
from .value_checks import check_number, check_numbers, check_whole

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
            check_numbers(f"tariff {field}", prices, HOURS_PER_DAY, low=-math.inf)
        check_number("tariff demand_charge_per_kw", self.demand_charge_per_kw)

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
            label = f"tariff period {period.name!r} hours"
            if not isinstance(period.hours, tuple | list):
                raise InputError(label, period.hours, "list clock hours, such as [8, 9, 10]")
            for hour in period.hours:
                check_whole(label, hour, high=HOURS_PER_DAY - 1)
                if hour in by_hour:
                    fix = f"name each hour once; it is in {by_hour[hour].name!r} too"
                    raise InputError(label, hour, fix)
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
        InputError: negative prices, thresholds that do not rise, or a payment that falls where a
            higher band begins.
    """

    subsidy_per_kwh: float
    penalty_per_kwh: float
    thresholds: tuple[float, float, float] = (0.5, 0.7, 1.2)
    factors: tuple[float, float, float] = (0.6, 1.0, 1.2)

    def __post_init__(self) -> None:
        for field in ("subsidy_per_kwh", "penalty_per_kwh"):
            check_number(f"dr {field}", getattr(self, field))
        check_numbers("dr thresholds", self.thresholds, 3)
        check_numbers("dr factors", self.factors, 3)
        low, middle, high = self.thresholds
        if not 0 < low < middle < high:
            raise InputError("dr thresholds", self.thresholds, "give three rising ratios above 0")
        first, second, last = self.factors
        if first > second or second * high > last + 1e-12:
            fix = f"let no band pay less at its edge: first <= second, {high:g} x second <= third"
            raise InputError("dr factors", self.factors, fix)


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
        check_number("dr events probability", self.probability, high=1.0)
        check_number("dr events notice_h", self.notice_h)
        check_number("dr events award_min_kw", self.award_min_kw)
        check_number("dr events award_max_kw", self.award_max_kw)
        if not 0 < self.award_min_kw <= self.award_max_kw:
            raise InputError(
                "dr events award_min_kw, award_max_kw",
                (self.award_min_kw, self.award_max_kw),
                "give a positive range, least first",
            )
        if not isinstance(self.windows, tuple | list) or not self.windows:
            raise InputError("dr events windows", self.windows, "give at least one window")
        for window in self.windows:
            _check_window(window)


def _check_window(window: tuple[int, int]) -> None:
    check_numbers("dr events windows", window, 2)
    for hour in window:
        check_whole("dr events windows", hour, high=HOURS_PER_DAY)
    if window[0] >= window[1]:
        raise InputError("dr events windows", window, "give [first hour, end hour], end later")
