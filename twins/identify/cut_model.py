"""Optimal days of plants whose stores lie between one maker and one taker each: no branching."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..stn_tables import Floats
from .chain import Ints
from .day_kernel import plan_days
from .day_model import PlannedDay, Recipe
from .parameters import Parameters
from .process import Process


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """The stores of a process between one maker and one taker.

    Args:
        store: index of the material [S].
        maker: stage that fills it [S].
        taker: stage that empties it [S].
        made_per_kwh: mass made per energy of the maker [S].
        used_per_kwh: mass taken per energy of the taker [S].
        late: 1 if material made in a step is usable from the next, else 0.
    """

    store: Ints
    maker: Ints
    taker: Ints
    made_per_kwh: Floats
    used_per_kwh: Floats
    late: int

    @classmethod
    def of(cls, process: Process) -> Pairs | None:
        """The pairs of a process of on/off stages; None if a store has more makers or takers."""
        if any(stage.part_loads for stage in process.stages):
            return None
        net = process.net_per_kwh
        stores = [m for m, name in enumerate(process.materials) if name not in process.products]
        makers = [np.flatnonzero(net[:, m] > 0) for m in stores]
        takers = [np.flatnonzero(net[:, m] < 0) for m in stores]
        if any(len(stages) != 1 for stages in (*makers, *takers)):
            return None
        store = np.array(stores, dtype=np.int64)
        maker = np.array([stage for (stage,) in makers], dtype=np.int64)
        taker = np.array([stage for (stage,) in takers], dtype=np.int64)
        return cls(
            store,
            maker,
            taker,
            net[maker, store],
            -net[taker, store],
            int(not process.same_step_transfer),
        )

    def rates_t(self, parameters: Parameters, step_h: float) -> Floats:
        """Mass made and used in a step, reserve and headroom of each pair [4, S]."""
        energy_kwh = parameters.power_kw * step_h
        return np.array(
            [
                self.made_per_kwh * energy_kwh[self.maker],
                self.used_per_kwh * energy_kwh[self.taker],
                parameters.reserve_t[self.store],
                parameters.headroom_t[self.store],
            ]
        )


class CutModel:
    """Optimal days of a process with given parameters, as `DayModel`, but by minimum cuts.

    Args:
        process: what is public.
        pairs: of the process.
        parameters: what is not.
        steps: of a day T.
        needed_steps: least steps that each stage must run to meet the targets [I].
    """

    def __init__(
        self, process: Process, pairs: Pairs, parameters: Parameters, steps: int, needed_steps: Ints
    ) -> None:
        self.recipe = Recipe.of(process, parameters.power_kw)
        self.step_h = 24 / steps
        self._pairs = pairs
        self._parameters = parameters
        self._needed = needed_steps

    def plan(self, price_per_kwh: Floats) -> PlannedDay | None:
        """The cheapest day at the prices [T]; None if no day keeps the limits."""
        steps = len(price_per_kwh)
        if self._needed.max() > steps:
            return None
        energy_kwh = self._parameters.power_kw * self.step_h
        running = np.zeros((1, len(energy_kwh), steps))
        nothing = np.zeros((1, steps))
        misfit, _ = plan_days(
            self._needed,
            np.full_like(self._needed, steps),
            self._pairs.maker,
            self._pairs.taker,
            self._pairs.rates_t(self._parameters, self.step_h),
            self._pairs.late,
            energy_kwh,
            price_per_kwh[None],
            nothing,
            nothing,
            np.zeros(1, dtype=np.int64),
            np.inf,
            running,
        )
        if misfit < 0:
            return None
        load_kwh = energy_kwh @ running[0]
        base_load_kwh = self._parameters.base_load_kw * self.step_h
        return PlannedDay(load_kwh + base_load_kwh, running[0], float(load_kwh @ price_per_kwh))
