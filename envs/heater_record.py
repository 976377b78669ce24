"""What happened in a heater's episode so far: what pictures are drawn from."""

from __future__ import annotations

from dataclasses import dataclass

from ..twins.heater import HeaterPlant
from ..twins.heater_outlook import HeaterOutlook
from ..twins.heater_terms import HeaterTerms
from ..twins.stn_tables import Floats


@dataclass(frozen=True, slots=True)
class HeaterRecord:
    """An episode up to now, after t of T steps.

    Args:
        plant: the heater.
        terms: what energy, peak, calls and cold cost.
        date: on which the episode began, YYYY-MM-DD.
        temp_c: temperatures before the first and after each step [t + 1, 4].
        meter: metered values, in the order of `heater_episode_state.METER` [t, 20].
        cost: cost parts, in the order of `heater_episode_state.COST_PARTS` [t, 6].
        outlook: what is known now.
    """

    plant: HeaterPlant
    terms: HeaterTerms
    date: str
    temp_c: Floats
    meter: Floats
    cost: Floats
    outlook: HeaterOutlook
