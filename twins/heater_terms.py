"""What a heater's energy, peak, flexibility and comfort cost: everything but the price series."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InputError
from .tariff import DrEventProcess, DrProgramme
from .value_checks import check_number, check_numbers, check_text

DAYS_PER_MONTH = 30.0
"""Days over which a monthly demand charge is spread."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of the grid operator for another load: how they come about and how they are settled.

    Args:
        events: how calls come about, at most one a day.
        programme: what a response earns, and what a missing one costs.
    """

    events: DrEventProcess
    programme: DrProgramme


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaterTerms:
    """The terms under which a heater runs.

    Args:
        currency: ISO code of all prices.
        demand_charge_per_kw_month: charge on the highest mean load of a quarter of an hour in a
            month [currency/kW]. An episode bears it by its share of 30 days, on its own peak.
        reduce: calls to draw less than the baseline load; None for no such calls.
        absorb: calls to draw more than the baseline load, when wind would be curtailed; None for
            no such calls.
        room_min_c: least room temperature that is no cold [degC].
        room_set_c: what rules hold, and where the room begins [degC].
        room_max_c: greatest room temperature that is no heat [degC].
        start_brick_c: least and greatest brick temperature at the start of an episode, all between
            equally likely [degC].
        comfort_price_per_kh: for each kelvin below the least or above the greatest room temperature
            and hour [currency/(K h)].
        missing_share: price of each kWh of heat that the end lacks against the start, as a share
            of the mean buy price expected at the start.
        surplus_share: likewise what each kWh of heat more than at the start earns.

    Raises:
        InputError: a number out of its range, or a surplus that is worth more than a lack costs.
    """

    currency: str
    demand_charge_per_kw_month: float
    reduce: Calls | None
    absorb: Calls | None
    room_min_c: float = 18.0
    room_set_c: float = 18.5
    room_max_c: float = 24.0
    start_brick_c: tuple[float, float] = (200.0, 400.0)
    comfort_price_per_kh: float
    missing_share: float = 1.25
    surplus_share: float = 0.25

    def __post_init__(self) -> None:
        check_text("terms currency", self.currency)
        check_number("terms demand_charge_per_kw_month", self.demand_charge_per_kw_month)
        check_number("terms room_min_c", self.room_min_c, low=5.0, high=30.0)
        check_number("terms room_set_c", self.room_set_c, low=self.room_min_c, high=30.0)
        check_number("terms room_max_c", self.room_max_c, low=self.room_set_c, high=40.0)
        check_numbers("terms start_brick_c", self.start_brick_c, 2)
        check_number("terms start_brick_c", self.start_brick_c[1], low=self.start_brick_c[0])
        check_number("terms comfort_price_per_kh", self.comfort_price_per_kh)
        check_number("terms missing_share", self.missing_share, high=10.0)
        check_number("terms surplus_share", self.surplus_share, high=10.0)
        if self.surplus_share > self.missing_share:
            fix = f"keep it at or below missing_share {self.missing_share:g}"
            raise InputError("terms surplus_share", self.surplus_share, fix)


BELGIAN_TERMS = HeaterTerms(
    currency="EUR",
    demand_charge_per_kw_month=4.5,
    reduce=Calls(
        DrEventProcess(0.3, ((7, 9), (17, 20)), 4.0, 30.0, 80.0), DrProgramme(0.2, 0.3)
    ),
    absorb=Calls(
        DrEventProcess(0.3, ((1, 4), (10, 12)), 4.0, 150.0, 400.0), DrProgramme(0.04, 0.02)
    ),
    comfort_price_per_kh=10.0,
)  # fmt: skip
"""Belgium. All assumed, in the size of what is usual there; `docs/heater.md` says why."""

SHENYANG_TERMS = HeaterTerms(
    currency="CNY",
    demand_charge_per_kw_month=30.0,
    reduce=Calls(
        DrEventProcess(0.3, ((8, 10), (17, 20)), 4.0, 60.0, 150.0), DrProgramme(1.5, 2.0)
    ),
    absorb=Calls(
        DrEventProcess(0.3, ((0, 3), (3, 6)), 4.0, 200.0, 500.0), DrProgramme(0.2, 0.1)
    ),
    start_brick_c=(300.0, 500.0),
    comfort_price_per_kh=50.0,
)  # fmt: skip
"""Shenyang. All assumed."""
