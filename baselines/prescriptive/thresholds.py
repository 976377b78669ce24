"""The thresholds of prescriptive policies, with their units. Chosen on validation days."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from ...twins.errors import InputError
from ...twins.value_checks import check_number, check_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """What factories and heaters share.

    Args:
        risk_limit: risk above which an asset is shut down.
        risk_clear: risk at or below which it may run again.
        rest_h: least time for which it then stands [h].
        saving_share: least saving for which work is moved, as a share of what a step costs on
            average.
        dwell_h: least time between two such moves of an asset [h].
        price_share: deviation of the price from that of the plan that calls for a new plan, as a
            share of the mean price of the day.
        least_plan_h: least time between two plans that deviations call for [h].

    Raises:
        InputError: a threshold out of its range, or out of order.
    """

    risk_limit: float = 0.30
    risk_clear: float = 0.25
    rest_h: float = 2.0
    saving_share: float = 0.001
    dwell_h: float = 1.0
    price_share: float = 1.5
    least_plan_h: float = 1.0

    def __post_init__(self) -> None:
        for field in fields(self):
            high = 1.0 if field.name.startswith("risk") else math.inf
            check_number(f"thresholds {field.name}", getattr(self, field.name), high=high)
        if self.risk_clear > self.risk_limit:
            fix = f"keep it at or below risk_limit {self.risk_limit:g}"
            raise InputError("thresholds risk_clear", self.risk_clear, fix)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactoryThresholds(Thresholds):
    """Of a factory.

    Args:
        generation_share: deviation of the generation from that of the plan that calls for a new
            plan, as a share of the power of all tasks.
        tried: later steps to which the work of a step may be moved that are tried.
    """

    generation_share: float = 0.15
    tried: int = 8

    def __post_init__(self) -> None:
        Thresholds.__post_init__(self)
        check_whole("thresholds tried", self.tried, low=1, high=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaterThresholds(Thresholds):
    """Of a heater.

    Args:
        plan_h: age at which a plan is made anew [h].
        cold_kh: how many more degree-hours of cold a change may bring, as expected [K h].
    """

    plan_h: float = 4.0
    cold_kh: float = 0.25
    dwell_h: float = 0.0
    price_share: float = 0.7
    least_plan_h: float = 0.25
