"""What a planner may know of a plant-day when it decides."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .stn_tables import StnTables

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrEvent:
    """A demand-response event, in steps of the plant's day.

    Args:
        notice_step: step at which the event becomes known.
        start_step: first step of the window.
        end_step: first step after the window.
        award_kw: awarded capacity [kW].
    """

    notice_step: int
    start_step: int
    end_step: int
    award_kw: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """State and expectation at the beginning of a step, in physical units.

    Series cover the whole day of T steps: realised up to and including `step`, expected after.

    Args:
        step: the step to be decided, 0 to T - 1.
        stock_t: stocks [M].
        level: mode (or level, continuous plants) of each task in the step before [J].
        hold_level: mode that each task must keep while `hold_steps` is above 0 [J].
        hold_steps: steps for which each task must still keep that mode [J].
        peak_kw: highest import of the day so far [kW].
        buy_price_per_kwh: price of energy drawn [T].
        sell_price_per_kwh: price of energy fed in [T].
        buy_forecast_per_kwh: the day-ahead expectation of the buy price, past steps too [T].
        sell_forecast_per_kwh: the day-ahead expectation of the sell price, past steps too [T].
        generation_kw: PV and wind power available [T].
        base_load_kw: load beside the tasks [T].
        baseline_load_kw: load against which a DR response is measured [T].
        dr: the event of the day, if it is known by now.
    """

    step: int
    stock_t: Floats
    level: Floats
    hold_level: Floats
    hold_steps: NDArray[np.int64]
    peak_kw: float
    buy_price_per_kwh: Floats
    sell_price_per_kwh: Floats
    buy_forecast_per_kwh: Floats
    sell_forecast_per_kwh: Floats
    generation_kw: Floats
    base_load_kw: Floats
    baseline_load_kw: Floats
    dr: DrEvent | None

    def with_prices(self, buy_price_per_kwh: Floats, sell_price_per_kwh: Floats) -> Outlook:
        """The same outlook under other expected prices [T]."""
        return replace(
            self, buy_price_per_kwh=buy_price_per_kwh, sell_price_per_kwh=sell_price_per_kwh
        )


def morning(
    tables: StnTables,
    buy_price_per_kwh: Floats,
    sell_price_per_kwh: Floats,
    generation_kw: Floats,
    base_load_kw: Floats,
) -> Outlook:
    """A plant before its first step, on a day without an event whose prices are known.

    Args:
        tables: the plant.
        buy_price_per_kwh: price of energy drawn [T].
        sell_price_per_kwh: price of energy fed in [T].
        generation_kw: expected PV and wind power [T].
        base_load_kw: load beside the tasks [T].
    """
    standing = np.zeros(len(tables.n_modes))
    return Outlook(
        step=0,
        stock_t=tables.stock_initial_t,
        level=standing,
        hold_level=standing,
        hold_steps=standing.astype(np.int64),
        peak_kw=0.0,
        buy_price_per_kwh=buy_price_per_kwh,
        sell_price_per_kwh=sell_price_per_kwh,
        buy_forecast_per_kwh=buy_price_per_kwh,
        sell_forecast_per_kwh=sell_price_per_kwh,
        generation_kw=generation_kw,
        base_load_kw=base_load_kw,
        baseline_load_kw=base_load_kw,
        dr=None,
    )
