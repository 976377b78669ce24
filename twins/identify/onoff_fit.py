"""A process of on/off stages from the load of its stages: run hours, powers, stores, target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..stn_tables import Floats
from .chain import Chain, Ints
from .hour_fit import HourFit, HourModel
from .hour_search import neighbours, search_hours
from .parameters import Parameters
from .process import Process
from .schedule_reading import needed_stores
from .store_search import StoreSearch, Trial

MAX_STAGES = 12
"""More on/off stages than that have too many levels of load to tell apart."""

_CANDIDATES = 12
_FINALISTS = 2
_EXACT = 2e-4
_NOISY, _NOISE_LEFT = 0.005, 1.04
_CLOSE, _HOPELESS = 1.8, 1.5
_LOOSE_GAP, _CLOSE_GAP = 1e-3, 1e-5
_SWEEPS = 2
_SOME_DAYS = 7
_TURNS, _QUICK_ROUNDS, _BETTER = 5, 6, 0.98
_CLOSE_NOISE = 0.002
_CLOSE_ROUNDS = 25
_NUDGE = 2e-6


@dataclass(frozen=True, slots=True, eq=False)
class OnOffFit:
    """A fitted process of on/off stages.

    Args:
        trial: the parameters and their days.
        steps: running steps of each stage in a day [I].
        hours: the fit of the run hours behind it.
    """

    trial: Trial
    steps: Ints
    hours: HourFit


def fit_onoff(
    process: Process,
    load_kwh: Floats,
    price_per_kwh: Floats,
    *,
    tolerance: float,
    seed: int,
    progress: Callable[[float, str], None],
) -> OnOffFit:
    """Fit on/off stages to the load of a process.

    Args:
        process: what is public.
        load_kwh: of the stages alone [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        tolerance: how far the outputs per energy may be off, as a share.
        seed: of the random starts.
        progress: called with the share that is done and a word on it.

    Raises:
        InputError: a process of too many stages, or days that no on/off process could have run.
    """
    stages = len(process.stages)
    if stages > MAX_STAGES:
        fix = f"give at most {MAX_STAGES}, or use model='lp'"
        raise InputError("process stages", stages, fix)
    work = Workbench(process, load_kwh, price_per_kwh, tolerance)
    fits = search_hours(
        work.model,
        count=_CANDIDATES,
        seed=seed,
        progress=lambda done: progress(0.4 * done, "run hours"),
    )
    started: list[OnOffFit] = []
    for turn, hours in enumerate(fits):
        progress(0.4 + 0.3 * turn / len(fits), "stores")
        best = min((fit.trial.error for fit in started), default=np.inf)
        first = work.start(hours, _HOPELESS * best)
        if first is None:
            continue
        started.append(first)
        left = first.trial.error / work.unavoidable_error(first.hours)
        if left < 1:
            return first
        if left < _CLOSE and work.is_noisy(first.hours):
            break
    if not started:
        raise InputError("meter", "no day", "no on/off schedule explains it; use model='lp'")
    started.sort(key=lambda fit: fit.trial.error)
    improved = []
    for turn, start in enumerate(started[:_FINALISTS]):
        progress(0.7 + 0.3 * turn / _FINALISTS, "stores")
        improved.append(work.settle(start))
        if improved[-1].trial.error < work.unavoidable_error(start.hours):
            break
    return min(improved, key=lambda fit: fit.trial.error)


class Workbench:
    """The steps of a fit of on/off stages.

    Args:
        process: what is public.
        load_kwh: of the stages alone [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        tolerance: how far the outputs per energy may be off, as a share.
    """

    def __init__(
        self, process: Process, load_kwh: Floats, price_per_kwh: Floats, tolerance: float
    ) -> None:
        self.process = process
        self.model = HourModel(load_kwh, price_per_kwh, Chain.of(process, tolerance))

    def unavoidable_error(self, hours: HourFit) -> float:
        """Error below which only noise is left."""
        return _NOISE_LEFT * self._noise(hours) if self.is_noisy(hours) else _EXACT

    def is_noisy(self, hours: HourFit) -> bool:
        """Whether the readings are more than rounded off the levels of the stages."""
        return self._noise(hours) > _NOISY

    def _noise(self, hours: HourFit) -> float:
        return float(np.sqrt(np.mean(self._noise_kwh(hours) ** 2))) / self.model.peak_kwh

    def start(self, hours: HourFit, worst: float) -> OnOffFit | None:
        """Closer powers, and stores read from the metered days; None if worse than `worst`."""
        close = self._close(hours)
        stores = needed_stores(
            self.process,
            close.power_kw,
            close.steps,
            self.model.load_kwh,
            self.model.price_per_kwh,
            self._noise_kwh(close),
        )
        search = self.search(close)
        target_t = target_of(self.process, close.power_kw, close.steps, self.model.steps)
        trial = None
        if stores is not None:
            trial = search.trial(Parameters(close.power_kw, *stores, target_t), worst)
        if stores is None:
            trial = search.generic_start(close.power_kw, target_t)
        return None if trial is None else OnOffFit(trial, close.steps, close)

    def _noise_kwh(self, hours: HourFit) -> Floats:
        """Standard deviation of each reading [D, T]."""
        floor_kwh = hours.floor * self.model.peak_kwh
        return np.hypot(floor_kwh, hours.relative * np.nan_to_num(self.model.load_kwh))

    def settle(self, fit: OnOffFit) -> OnOffFit:
        """Better stores and run hours in turn, until only noise is left or nothing helps."""
        for _ in range(_TURNS):
            fit = self.improve(fit)
            if fit.trial.error < self.unavoidable_error(fit.hours):
                break
            near = self._better_hours(fit)
            if near is None:
                break
            fit = near
        return fit

    def _better_hours(self, fit: OnOffFit) -> OnOffFit | None:
        """Neighbouring run hours whose planned days are nearer to the meter; None if none are."""
        model = self.model.assuming(least_noise=_CLOSE_NOISE, relative=fit.hours.relative > 0)
        stores = fit.trial.parameters
        some = self.search(fit.hours, self._some)
        start = some.trial(stores)
        least, best = np.inf if start is None else start.error * _BETTER, None
        for steps in neighbours(fit.steps, self.model.steps, 1):
            hours = model.fit(np.array(steps), fit.hours, rounds=_QUICK_ROUNDS)
            if not np.isfinite(hours.log_likelihood):
                continue
            power_kw = self._feasible(hours.power_kw, hours.steps)
            target_t = target_of(self.process, power_kw, hours.steps, self.model.steps)
            changed = replace(stores, power_kw=power_kw, target_t=target_t)
            trial = self.search(hours, self._some).trial(changed, least)
            if trial is not None:
                least, best = trial.error, OnOffFit(trial, hours.steps, hours)
        if best is None:
            return None
        known = self.search(best.hours).trial(best.trial.parameters)
        read = self.start(best.hours, np.inf if known is None else known.error)
        kept = None if known is None else replace(best, trial=known)
        found = read or kept
        return found if found and found.trial.error < fit.trial.error else None

    @property
    def _some(self) -> slice:
        """Days spread over all."""
        return slice(None, None, max(1, len(self.model.load_kwh) // _SOME_DAYS))

    def improve(self, fit: OnOffFit) -> OnOffFit:
        """Better stores, then powers that suit the planned days.

        Stores are improved on some of the days, and taken if they are better on all.
        """
        whole = self.search(fit.hours)
        some = self.search(fit.hours, self._some)
        trial, start = fit.trial, some.trial(fit.trial.parameters)
        if start is not None:
            better = some.improve(start, sweeps=_SWEEPS, target_error=_EXACT)
            trial = whole.trial(better.parameters, trial.error) or trial
        return replace(fit, trial=self._power_trial(whole, trial, fit) or trial)

    def search(self, hours: HourFit, days: slice = slice(None)) -> StoreSearch:
        """The search for the stores of some run hours, on some days.

        Under noise, days need not be planned to the last digit.
        """
        return StoreSearch(
            self.process,
            hours.steps,
            self.model.load_kwh[days],
            self.model.price_per_kwh[days],
            peak_kwh=self.model.peak_kwh,
            mip_gap=_LOOSE_GAP if self.is_noisy(hours) else _CLOSE_GAP,
        )

    def _close(self, hours: HourFit) -> HourFit:
        fits = [
            self.model.assuming(least_noise=_CLOSE_NOISE, relative=relative).fit(
                hours.steps, rounds=_CLOSE_ROUNDS
            )
            for relative in (False, True)
        ]
        best = max(fits, key=lambda fit: fit.log_likelihood)
        return replace(best, power_kw=self._feasible(best.power_kw, best.steps))

    def _feasible(self, power_kw: Floats, steps: Ints) -> Floats:
        """Powers just inside their limits, where the stores can be balanced in whole steps."""
        limits = self.model.chain.limits(steps)
        return self.model.chain.fit_powers(
            np.diag(1 / power_kw**2), 1 / power_kw, limits - _NUDGE * np.abs(limits), power_kw
        )

    def _power_trial(self, search: StoreSearch, trial: Trial, fit: OnOffFit) -> Trial | None:
        """The trial with the powers that suit its schedules best, if that is better."""
        step_h = 24 / self.model.steps
        present = ~np.isnan(self.model.load_kwh)
        running = trial.running.transpose(0, 2, 1)[present] * step_h
        chain = self.model.chain
        power_kw = chain.fit_powers(
            running.T @ running,
            running.T @ self.model.load_kwh[present],
            chain.limits(fit.steps),
            trial.parameters.power_kw,
        )
        power_kw = self._feasible(power_kw, fit.steps)
        target_t = target_of(self.process, power_kw, fit.steps, self.model.steps)
        changed = replace(trial.parameters, power_kw=power_kw, target_t=target_t)
        return search.trial(changed, trial.error)


def target_of(process: Process, power_kw: Floats, steps: Ints, day_steps: int) -> Floats:
    """The target in the middle of those that take just these running steps [M].

    The smallest target that takes them is that of one step less of the smallest producer.
    """
    step_t = np.maximum(process.net_per_kwh, 0.0) * power_kw[:, None] * 24 / day_steps
    made_t = (step_t * steps[:, None]).sum(axis=0)
    least_t = np.where(step_t > 0, step_t, np.inf).min(axis=0)
    is_product = np.array([name in process.products for name in process.materials])
    return np.where(is_product, made_t - least_t / 2, 0.0)
