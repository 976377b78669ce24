"""The stores of a process with known run hours, by the looks of its optimal days.

A store matters only while it is full or empty. So the search plans the metered days with the
stores that it has, sees which limits are reached, and moves one limit at a time: up where it is
reached, down to where it begins to bind. The error of a trial is summed day by day and given up
as soon as it exceeds the best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ..stn_tables import Floats
from .chain import Ints
from .day_model import DayModel
from .parameters import Parameters
from .process import Process

_GENERIC = (24.0, 5.0, 2.5)
_DOWN = (0.6, 0.9)
_UP = (1.2, 1.8)
_REACHED = 0.98


Side = Literal["headroom_t", "reserve_t"]
SIDES: tuple[Side, Side] = ("headroom_t", "reserve_t")
"""What limits the stock of a store, above and below."""


def with_side(parameters: Parameters, side: Side, values_t: Floats) -> Parameters:
    """The parameters with other limits [M] on one side of the stores."""
    if side == "headroom_t":
        return replace(parameters, headroom_t=values_t)
    return replace(parameters, reserve_t=values_t)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Parameters, and how well the days that they make fit the meter.

    Args:
        parameters: that were tried.
        error: mean over the days of the root mean square deviation, as a share of the peak.
        running: share of each step that each stage ran [D, I, T].
    """

    parameters: Parameters
    error: float
    running: Floats


class StoreSearch:
    """Trials of stores and powers on some metered days.

    Args:
        process: what is public.
        steps: running steps of each stage in a day [I].
        load_kwh: of the stages [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        peak_kwh: the unit of errors.
        mip_gap: to which days are planned.
    """

    def __init__(
        self,
        process: Process,
        steps: Ints,
        load_kwh: Floats,
        price_per_kwh: Floats,
        *,
        peak_kwh: float,
        mip_gap: float,
    ) -> None:
        self.mip_gap = mip_gap
        self.process = process
        self.steps = steps
        self.load_kwh = load_kwh
        self.price_per_kwh = price_per_kwh
        self.peak_kwh = peak_kwh
        self.days_planned = 0
        self._order = np.arange(len(load_kwh))

    def trial(self, parameters: Parameters, worst: float = np.inf) -> Trial | None:
        """Plan all days; None if that is impossible or the error exceeds `worst`."""
        days, steps = self.load_kwh.shape
        model = DayModel(self.process, parameters, steps, self.steps)
        errors = np.zeros(days)
        running = np.empty((days, len(self.process.stages), steps))
        for done, day in enumerate(self._order.tolist()):
            plan = model.plan(self.price_per_kwh[day], mip_gap=self.mip_gap)
            self.days_planned += 1
            if plan is None:
                return None
            running[day] = plan.running
            errors[day] = self._error(plan.load_kwh, day)
            if errors.sum() > worst * days:
                if done:
                    self._order = np.r_[day, np.delete(self._order, done)]
                return None
        return Trial(parameters, float(errors.mean()), running)

    def generic_start(self, power_kw: Floats, target_t: Floats) -> Trial | None:
        """The best of stores that hold some steps of flow, all alike."""
        best: Trial | None = None
        unit_t = self.unit_t(power_kw)
        for steps in _GENERIC:
            parameters = Parameters(power_kw, steps * unit_t, steps * unit_t, target_t)
            trial = self.trial(parameters, np.inf if best is None else best.error)
            best = trial or best
        return best

    def improve(self, start: Trial, *, sweeps: int, target_error: float = 0.0) -> Trial:
        """Move one limit of one store at a time to the best of a few values, while that helps."""
        best = start
        for _ in range(sweeps):
            before = best.error
            for side in SIDES:
                for store in self._stores():
                    best = self._best_move(best, side, store)
                    if best.error <= target_error:
                        return best
            if best.error > before - 1e-6:
                break
        return best

    def unit_t(self, power_kw: Floats) -> Floats:
        """Mass that flows through each store in a step at most [M]."""
        net = np.abs(self.process.net_per_kwh) * power_kw[:, None] * 24 / self.load_kwh.shape[1]
        return np.asarray(net.max(axis=0))

    def usage_t(self, trial: Trial) -> tuple[Floats, Floats]:
        """How far the stocks rose and fell from the morning at most [M], [M]."""
        net_t = self.process.net_per_kwh * trial.parameters.power_kw[:, None]
        net_t = net_t * 24 / self.load_kwh.shape[1]
        stock_t = np.cumsum(np.einsum("dit,im->dtm", trial.running, net_t), axis=1)
        high, low = stock_t.max(axis=(0, 1)), stock_t.min(axis=(0, 1))
        return np.maximum(high, 0.0), np.maximum(-low, 0.0)

    def _stores(self) -> list[int]:
        names = self.process.materials
        return [m for m, name in enumerate(names) if name not in self.process.products]

    def _best_move(self, best: Trial, side: Side, store: int) -> Trial:
        limits: Floats = getattr(best.parameters, side)
        used_t = self.usage_t(best)[side == "reserve_t"][store]
        unit_t = self.unit_t(best.parameters.power_kw)[store]
        values = [used_t * factor for factor in _DOWN]
        if used_t > limits[store] - _REACHED * unit_t:
            values += [limits[store] * factor + 0.05 * unit_t for factor in _UP]
        for value in values:
            moved = limits.copy()
            moved[store] = value
            changed = with_side(best.parameters, side, moved)
            trial = self.trial(changed, best.error - 1e-7)
            best = trial or best
        return best

    def _error(self, load_kwh: Floats, day: int) -> float:
        return float(np.sqrt(np.nanmean((load_kwh - self.load_kwh[day]) ** 2)) / self.peak_kwh)
