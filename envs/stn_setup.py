"""What an STN env simulates: the arguments that all of them share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ..twins.errors import InputError
from ..twins.intervals import Intervals
from ..twins.markets import load_scenarios
from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.tariff import DrEventProcess


@dataclass(frozen=True, slots=True)
class StnSetup:
    """What is to be simulated; the arguments of every STN env.

    Args:
        plant: a plant, the name of a shipped one, or the path of a TOML file.
        market: `"tou"`, `"pjm"`, `"belgium-day-ahead"` or `"belgium-real-time"`.
        scenarios: days of your own instead of a market's.
        split: days to draw from: `"train"`, `"validation"`, `"test"` or `"all"`.
        dr: True to draw events from the plant's own process, a `DrEventProcess` to draw from
            that, False for just the events that the scenarios carry.
        step_minutes: length of a step [min]: 60 or a part of it, such as 30 or 15.
        reward: weight of each cost part in the reward, 1 where not named.
        intervals: True to run each episode on a plant drawn from the plant's own intervals, a
            mapping to draw from those, False to run the plant itself.

    Raises:
        InputError: `scenarios` or `dr` of another kind.
    """

    plant: StnPlant | str | os.PathLike[str]
    market: str = "belgium-real-time"
    scenarios: Scenarios | None = None
    split: str = "train"
    dr: DrEventProcess | bool = False
    step_minutes: int = 60
    reward: Mapping[str, float] | None = None
    intervals: Intervals | bool = False

    def __post_init__(self) -> None:
        check_days_given(self.scenarios)
        if not isinstance(self.dr, DrEventProcess | bool):
            raise InputError("dr", self.dr, "give True, False or a DrEventProcess")


def check_days_given(scenarios: object) -> None:
    """Refuse what are no days of one's own.

    Raises:
        InputError: neither `Scenarios` nor None.
    """
    if not isinstance(scenarios, Scenarios | None):
        raise InputError("scenarios", scenarios, "give Scenarios, or None for the market's")


def all_days(setup: StnSetup, plant: StnPlant) -> Scenarios:
    """The days of all splits."""
    if setup.scenarios is not None:
        return setup.scenarios
    return load_scenarios(plant, setup.market, setup.step_minutes)
