"""What happened on the day so far: what pictures and reports are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from ..twins.outlook import Outlook
from ..twins.plant import StnPlant
from ..twins.stn_tables import Floats


@dataclass(frozen=True, slots=True)
class DayRecord:
    """A plant-day up to now, after t of T steps.

    Args:
        plant: the plant.
        date: YYYY-MM-DD.
        step_h: length of a step [h].
        level: modes or levels that ran [t, J].
        stock_t: stocks before the first and after each step [t + 1, M].
        meter: metered values, in the order of `METER` [t, 7].
        cost: cost parts, in the order of `COST_PARTS` [t, 8].
        outlook: what is known now: prices and generation of the whole day, DR event.
    """

    plant: StnPlant
    date: str
    step_h: float
    level: Floats
    stock_t: Floats
    meter: Floats
    cost: Floats
    outlook: Outlook
