"""An env under the reference rule as what a live run is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..twins.errors import InputError
from ..twins.faults.assets import Asset
from ..twins.health.records import OperatingRecord
from ..twins.heater_outlook import HeaterCall, HeaterOutlook
from ..twins.live.reference import PastDays
from ..twins.outlook import DrEvent
from .live_twin import EnvTwin

_EVERY_OTHER = 2
"""Of the healthy days, one in so many is run by chance: rules use some modes only."""


class EnvReference:
    """A `plantgym.twins.live.reference.Reference` of simulated plants.

    Args:
        twin: a plant of its own, as the live one, for the day that runs.
        all_days: another one, which has all days.
    """

    def __init__(self, twin: EnvTwin, all_days: EnvTwin) -> None:
        self.twin, self._all_days = twin, all_days

    @property
    def assets(self) -> Sequence[Asset]:
        """Of the plant."""
        return self.twin.assets

    def event(self) -> dict[str, Any] | None:
        """The event that is known in `twin`'s day: the next, else the last one."""
        view = self.twin.env.view()
        if not isinstance(view, HeaterOutlook):
            return None if view.dr is None else _event(view.dr, 1.0)
        events = [_event(call, -1.0 if call.kind == "absorb" else 1.0) for call in view.calls]
        ahead = [each for each in events if each["from_step"] + each["steps"] > view.step]
        return next(iter([*ahead, *reversed(events)]), None)

    def prices(self, day: str) -> list[float]:
        """Prices of the steps of a day, as expected at its start."""
        self._all_days.start(0, day)
        view = self._all_days.env.view()
        if isinstance(view, HeaterOutlook):
            return [float(price) for price in view.buy_price_per_kwh]
        return [float(price) for price in view.buy_forecast_per_kwh]

    def days_before(self, day: str, most: int) -> PastDays:
        """The days that end where a day begins, as many as there are without a gap."""
        days: list[str] = []
        while len(days) < most and self._has(before := _before(day, len(days) + 1)):
            days.append(before)
        past = PastDays([], [])
        for each in reversed(days):
            past.price_per_kwh.extend(self.prices(each))
            while not self._all_days.over:
                ran = self._all_days.step(self._all_days.safe_action())
                past.load_kw.append(float(ran["meter"]["load_kw"]))
        return past

    def healthy(self, days: int) -> list[list[OperatingRecord]]:
        """Operating records of healthy days, step by step: the first ones that there are."""
        twin, chance = self._all_days, np.random.default_rng(0)
        found = []
        for day in range(min(days, twin.env.batch.scenarios.n_days)):
            twin.start(0, day)
            while not twin.over:
                by_rule = day % _EVERY_OTHER == 0
                twin.step(twin.safe_action() if by_rule else self._any_action(chance))
                found.append(list(twin.records))
        return found

    def _any_action(self, chance: np.random.Generator) -> list[float]:
        batch = self._all_days.env.batch
        if batch.tables.continuous:
            levels: list[float] = chance.uniform(-1.0, 1.0, len(batch.n_modes)).tolist()
            return levels
        return [int(chance.integers(n)) for n in batch.n_modes]

    def _has(self, day: str) -> bool:
        try:
            self._all_days.env.batch.scenarios.index_of(day)
        except InputError:
            return False
        return True


def _event(event: DrEvent | HeaterCall, sign: float) -> dict[str, Any]:
    steps = event.end_step - event.start_step
    return {"from_step": event.start_step, "steps": steps, "power_kw": sign * event.award_kw}


def _before(day: str, days: int) -> str:
    return str(np.datetime64(day) - days)
