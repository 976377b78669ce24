"""The factory of Li et al. (2024) as their tables let it be rebuilt.

The paper gives the plant, the prices and the settlement, but not the hours of the prices, the PV
day, its errors or the awards. What was fitted to its tables stands in `FITTED`, the rest in the
plant file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

import numpy as np

from ..twins.outlook import DrEvent, Outlook, morning
from ..twins.plant_toml import load_plant
from ..twins.scheduling import Scheduler
from ..twins.shipped import shipped_pv
from ..twins.stn_tables import Floats, compile_tables
from ..twins.uncertain.ambiguity import Ambiguity, robust, stochastic, wasserstein
from ..twins.uncertain.samples import Samples
from ..twins.uncertain.two_stage import Offer, TwoStagePlan, plan_two_stage

SOURCE = "Li et al., Electronics 2024, 13(24), 5058, doi 10.3390/electronics13245058"

PV_DATE = np.datetime64("2023-06-23")
PV_CUT = 0.2627
HALF_WIDTH = 0.1595
RADIUS_KWH = 7479.0
RADIUS_SAMPLES = 350
BASE_TARGET_T = 4000.0

FITTED: Mapping[str, str] = MappingProxyType(
    {
        "PV day": f"Elia day-ahead forecast of {PV_DATE}, scaled to 14 MW (74.6 MWh)",
        "intraday PV": f"{PV_CUT:.2%} below the day-ahead forecast",
        "support of intraday PV": f"{HALF_WIDTH:.2%} around that",
        "radius": f"{RADIUS_KWH:g} kWh at N = {RADIUS_SAMPLES}, falling with the root of N",
        "awards": "6250 kW at 18-20, 1250 kW at 10-12",
    }
)
"""What the paper does not give and was fitted to its tables."""

_SURE_COST_PER_T = 3000.0
_GAP = 1e-8


def _offer(first: int, end: int, award_kw: float) -> Offer:
    return Offer(DrEvent(0, first, end, award_kw))


EVENTS: Mapping[str, Offer | None] = MappingProxyType(
    {"no DR": None, "DR 10-12": _offer(10, 12, 1250.0), "DR 18-20": _offer(18, 20, 6250.0)}
)
BASE_EVENT = "DR 18-20"
METHODS = ("SO", "DRO", "RO")


@dataclass(frozen=True, slots=True)
class RebuiltDay:
    """The factory's day.

    Args:
        scheduler: of the plant.
        day_ahead: the day at the PV forecast.
        intraday: the day at the expected intraday PV.
    """

    scheduler: Scheduler
    day_ahead: Outlook
    intraday: Outlook

    def plan(self, ambiguity: Ambiguity, event: str) -> TwoStagePlan:
        """Both schedules, to the last cent."""
        return plan_two_stage(
            self.scheduler, self.day_ahead, self.intraday, ambiguity, EVENTS[event], mip_gap=_GAP
        )


@cache
def rebuilt_day(target_t: float = BASE_TARGET_T) -> RebuiltDay:
    """The day at a target, which must be met."""
    plant = load_plant("cement_pv")
    *others, product = plant.materials
    product = replace(product, end_min_t=target_t, shortfall_cost_per_t=_SURE_COST_PER_T)
    tables = compile_tables(replace(plant, materials=(*others, product)))
    buy = np.array(plant.tariff.buy_price_per_kwh)
    sell = np.array(plant.tariff.sell_price_per_kwh)
    forecast_kw = _forecast_kw(plant.site.pv_capacity_kw)
    day_ahead = morning(tables, buy, sell, forecast_kw, np.zeros(tables.n_steps))
    intraday = replace(day_ahead, generation_kw=(1 - PV_CUT) * forecast_kw)
    return RebuiltDay(Scheduler(tables), day_ahead, intraday)


def rebuilt_ambiguity(method: str, n: int = RADIUS_SAMPLES, seed: int = 0) -> Ambiguity:
    """Samples that fill the support evenly in each hour, and the reach of one of `METHODS`."""
    expected_kw = rebuilt_day().intraday.generation_kw
    rng = np.random.default_rng(seed)
    even = np.tile((np.arange(n) + 0.5) / n, (len(expected_kw), 1)).T
    share = 2 * rng.permuted(even, axis=0) - 1
    samples = Samples(expected_kw * (1 + HALF_WIDTH * share))
    lowest_kw, highest_kw = (1 - HALF_WIDTH) * expected_kw, (1 + HALF_WIDTH) * expected_kw
    if method == "SO":
        return stochastic(samples)
    if method == "RO":
        return robust(samples, lowest_kw, highest_kw)
    radius_kwh = RADIUS_KWH * np.sqrt(RADIUS_SAMPLES / n)
    return wasserstein(samples, radius_kwh, lowest_kw, highest_kw)


def _forecast_kw(capacity_kw: float) -> Floats:
    forecast = shipped_pv(60)["day_ahead_cf"]
    day: Floats = forecast.values[np.searchsorted(forecast.dates, PV_DATE)] * capacity_kw
    return day
