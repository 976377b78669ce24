"""Trials of the parameters of an on/off plant: days planned again and held against the meter."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..stn_tables import Floats
from .chain import Chain, Ints
from .cut_model import Pairs
from .day_kernel import misfit_of_day, plan_days
from .day_model import DayModel
from .parameters import Parameters
from .process import Process

_NUDGE = 2e-6
_LOOSE_GAP = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Parameters, and how well the days that they make fit the meter.

    Args:
        parameters: that were tried.
        steps: running steps of each stage in a day [I].
        misfit: mean Huber loss of the deviations, in standard deviations of the readings.
        running: share of its full load at which each stage runs [D, I, T].
    """

    parameters: Parameters
    steps: Ints
    misfit: float
    running: Floats


class Trials:
    """Trials on some metered days.

    Args:
        process: what is public.
        load_kwh: of the stages [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        noise_kwh: standard deviation of each reading [D, T].
    """

    def __init__(
        self, process: Process, load_kwh: Floats, price_per_kwh: Floats, noise_kwh: Floats
    ) -> None:
        self.process = process
        self.chain = Chain.of(process)
        self.pairs = Pairs.of(process)
        self.load_kwh = np.ascontiguousarray(load_kwh)
        self.price_per_kwh = np.ascontiguousarray(price_per_kwh)
        self.noise_kwh = np.ascontiguousarray(noise_kwh)
        self.count = 0
        self.steps = load_kwh.shape[1]
        self.step_h = 24 / self.steps
        self._certainty = 1 / self.noise_kwh
        self._order = np.arange(len(load_kwh))
        names = process.materials
        self.is_store = np.array([name not in process.products for name in names])

    @property
    def readings(self) -> int:
        """How many readings there are."""
        return int(np.count_nonzero(~np.isnan(self.load_kwh)))

    def on(self, days: slice) -> Trials:
        """Trials on some of the days."""
        parts = (self.load_kwh[days], self.price_per_kwh[days], self.noise_kwh[days])
        return Trials(self.process, *parts)

    def trial(self, parameters: Parameters, steps: Ints, worst: float = np.inf) -> Trial | None:
        """Plan all days; None if that is impossible or the misfit exceeds `worst`."""
        self.count += 1
        running = np.zeros((len(self.load_kwh), len(steps), self.steps))
        if self.pairs is None:
            misfit = self._branched(parameters, steps, worst, running)
        else:
            misfit = self._cut(self.pairs, parameters, steps, worst, running)
        return Trial(parameters, steps, misfit, running) if np.isfinite(misfit) else None

    def unit_t(self, power_kw: Floats) -> Floats:
        """Mass that flows through each store in a step at most [M]."""
        net = np.abs(self.process.net_per_kwh) * power_kw[:, None] * self.step_h
        return np.asarray(net.max(axis=0))

    def stocks_t(self, power_kw: Floats, running: Floats) -> Floats:
        """Stocks above the morning after each step [D, M, T]."""
        net_t = self.process.net_per_kwh * power_kw[:, None] * self.step_h
        return np.asarray(np.cumsum(np.einsum("im,dit->dmt", net_t, running), axis=2))

    def suited_powers(self, trial: Trial) -> Floats:
        """The powers that fit the schedules of a trial best [I]."""
        present = ~np.isnan(self.load_kwh)
        certainty = self._certainty[present]
        running = trial.running.transpose(0, 2, 1)[present] * (certainty * self.step_h)[:, None]
        power_kw = self.chain.fit_powers(
            running.T @ running,
            running.T @ (self.load_kwh[present] * certainty),
            self.chain.limits(trial.steps),
            trial.parameters.power_kw,
        )
        return self.balanced_powers(power_kw, trial.steps)

    def balanced_powers(self, power_kw: Floats, steps: Ints) -> Floats:
        """The nearest powers with which the stores can be balanced in whole steps [I]."""
        limits = self.chain.limits(steps)
        return self.chain.fit_powers(
            np.diag(1 / power_kw**2), 1 / power_kw, limits - _NUDGE * np.abs(limits), power_kw
        )

    def planned_kwh(self, trial: Trial) -> Floats:
        """The load of a trial [D, T]."""
        energy_kwh = trial.parameters.power_kw * self.step_h
        return np.asarray(np.einsum("i,dit->dt", energy_kwh, trial.running))

    def deviations_kwh(self, trial: Trial) -> Floats:
        """What the meter shows above the plan [D, T]."""
        return self.load_kwh - self.planned_kwh(trial)

    def _cut(
        self, pairs: Pairs, parameters: Parameters, steps: Ints, worst: float, running: Floats
    ) -> float:
        misfit, planned = plan_days(
            steps,
            steps,
            pairs.maker,
            pairs.taker,
            pairs.rates_t(parameters, self.step_h),
            pairs.late,
            parameters.power_kw * self.step_h,
            self.price_per_kwh,
            self.load_kwh,
            self._certainty,
            self._order,
            worst,
            running,
        )
        if misfit == np.inf:
            self._first(planned - 1)
        return np.inf if misfit < 0 else float(misfit)

    def _branched(
        self, parameters: Parameters, steps: Ints, worst: float, running: Floats
    ) -> float:
        """As `_cut`, for stores shared by several stages and for part loads."""
        model = DayModel(self.process, parameters, self.steps, steps, mip_gap=_LOOSE_GAP)
        energy_kwh = parameters.power_kw * self.step_h
        total = 0.0
        for turn, day in enumerate(self._order.tolist()):
            plan = model.plan(self.price_per_kwh[day])
            if plan is None:
                return np.inf
            share = model.recipe.power_kw / parameters.power_kw[model.recipe.stage]
            np.add.at(running[day], model.recipe.stage, share[:, None] * plan.running)
            total += misfit_of_day(
                energy_kwh, running[day], self.load_kwh[day], self._certainty[day]
            )
            if total > worst * len(self._order):
                self._first(turn)
                return np.inf
        return total / len(self._order)

    def _first(self, turn: int) -> None:
        """Plan the day of this turn first from now on: it tells bad trials soonest."""
        if turn:
            self._order = np.r_[self._order[turn], np.delete(self._order, turn)]


def with_stores(parameters: Parameters, stores_t: Floats) -> Parameters:
    """The parameters with other reserves and headrooms [2, M]."""
    return replace(parameters, reserve_t=stores_t[0], headroom_t=stores_t[1])


def stores_of(parameters: Parameters) -> Floats:
    """Reserves and headrooms [2, M]."""
    return np.array([parameters.reserve_t, parameters.headroom_t])
