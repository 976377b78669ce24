"""A process of on/off stages from the load of its stages: run hours, powers, stores, target.

The levels of the load tell the likely run hours and powers (`hour_search.py`). From these, several
populations of plants evolve on some of the days, planning them and comparing with the meter; the
best of all of them evolve on, at last on all days and against the noise that is really there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from ..errors import InputError
from ..stn_tables import Floats
from .chain import Chain, Ints
from .evolution import Evolution
from .hour_fit import HourFit, HourModel
from .hour_search import search_hours
from .process import Process
from .trials import Trial, Trials

MAX_STAGES = 12
"""More on/off stages than that have too many levels of load to tell apart."""

_CANDIDATES = 40
_ISLANDS, _TURNS = 2, 3
_ISLAND_TRIALS, _SOME_TRIALS, _ALL_TRIALS = 5000, 4000, 2500
_SLOW = 40
_PATIENCE = 0.5
_SOME_DAYS = 10
_EXACT, _ONLY_NOISE = 1e-3, 0.7
_FINALISTS = 16
_LEAST_NOISE, _FIRST_NOISE, _MOST_NOISE = 5e-4, 0.01, 0.12
_MEDIAN_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True, eq=False)
class OnOffFit:
    """A fitted process of on/off stages.

    Args:
        trial: the parameters and their days.
        others: parameters that fit not much worse, best first.
        trials: on all days, against the noise that is left.
        hours: of the stages that run like those of the trial, as the levels of the load tell them.
    """

    trial: Trial
    others: list[Trial]
    trials: Trials
    hours: HourFit


def fit_onoff(
    process: Process,
    load_kwh: Floats,
    price_per_kwh: Floats,
    *,
    seed: int,
    n_jobs: int | None = None,
    progress: Callable[[float, str], None],
) -> OnOffFit:
    """Fit on/off stages to the load of a process.

    Args:
        process: what is public.
        load_kwh: of the stages alone [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        seed: of all that is drawn.
        n_jobs: threads, as joblib counts them; the result is the same for any number.
        progress: called with the share that is done and a word on it.

    Raises:
        InputError: a process of too many stages, or days that no on/off process could have run.
    """
    stages = len(process.stages)
    if stages > MAX_STAGES:
        fix = f"give at most {MAX_STAGES}, or use model='lp'"
        raise InputError("process stages", stages, fix)
    model = HourModel(load_kwh, price_per_kwh, Chain.of(process))
    model, fits = search_hours(
        model, count=_CANDIDATES, seed=seed, progress=lambda done: progress(0.4 * done, "run hours")
    )
    if not fits:
        raise InputError("meter", "no day", "no on/off schedule explains it; use model='lp'")
    whole = Trials(process, load_kwh, price_per_kwh, model.noise_kwh(fits[0], _FIRST_NOISE))
    best = _evolved(whole, fits, seed, n_jobs, lambda done: progress(0.4 + 0.4 * done, "stores"))
    if not best:
        raise InputError("meter", "no day", "no on/off plant can run its hours; use model='lp'")
    noise_kwh = _remaining_noise_kwh(whole, best[0], relative=fits[0].relative > 0)
    fine = Trials(process, load_kwh, price_per_kwh, noise_kwh)
    last = _continued(fine, best, _ALL_TRIALS, np.random.default_rng(seed), 0.0, progress)
    if not last:
        raise InputError("meter", "no day", "no on/off plant can run all days; use model='lp'")
    steps = last[0].steps
    target_t = target_of(process, last[0].parameters.power_kw, steps, fine.steps)
    trial = replace(last[0], parameters=replace(last[0].parameters, target_t=target_t))
    return OnOffFit(trial, last[1:], fine, model.fit(steps))


def _evolved(
    whole: Trials,
    fits: list[HourFit],
    seed: int,
    n_jobs: int | None,
    progress: Callable[[float], None],
) -> list[Trial]:
    """The best trials of the islands, evolved together on some of the days, tried on all.

    Where even the best leaves clearly more than noise, new islands are settled.
    """
    some = slice(None, None, max(1, len(whole.load_kwh) // _SOME_DAYS))
    seeds = np.random.SeedSequence(seed)
    found: list[Trial] = []
    for turn in range(_TURNS if whole.pairs else 1):
        *own, last = (np.random.default_rng(each) for each in seeds.spawn(_ISLANDS + 1))
        progress(turn / _TURNS)
        islands = Parallel(n_jobs=n_jobs, prefer="threads")(
            delayed(_island)(whole.on(some), fits, rng) for rng in own
        )
        found += [trial for trials in islands for trial in trials]
        found.sort(key=_misfit)
        found = _continued(whole.on(some), found, _SOME_TRIALS, last, _EXACT, None)
        if found and found[0].misfit < _ONLY_NOISE:
            break
    tried = [whole.trial(trial.parameters, trial.steps) for trial in found[:_FINALISTS]]
    return sorted((trial for trial in tried if trial is not None), key=_misfit)


def _island(trials: Trials, fits: list[HourFit], rng: np.random.Generator) -> list[Trial]:
    evolution = Evolution(trials, rng, _EXACT)
    slow = 1 if trials.pairs else _SLOW
    for hours in fits[::slow]:
        evolution.settle(hours)
    count = _ISLAND_TRIALS // slow
    evolution.run(count, int(_PATIENCE * count), lambda _: None)
    return evolution.members


def _continued(
    trials: Trials,
    members: list[Trial],
    count: int,
    rng: np.random.Generator,
    target: float,
    progress: Callable[[float, str], None] | None,
) -> list[Trial]:
    """The members after they evolved on these days."""
    evolution = Evolution(trials, rng, target)
    for trial in members:
        evolution.add(trial.parameters, trial.steps)
    count //= 1 if trials.pairs else _SLOW
    evolution.run(
        count,
        int(_PATIENCE * count),
        lambda done: progress(0.8 + 0.2 * done, "stores") if progress else None,
    )
    return evolution.members


def _remaining_noise_kwh(trials: Trials, trial: Trial, *, relative: bool) -> Floats:
    """Standard deviation of each reading [D, T], from what a trial leaves unexplained."""
    present = ~np.isnan(trials.load_kwh)
    left_kwh = np.abs(trials.deviations_kwh(trial)[present])
    peak_kwh = float(np.nanmax(trials.load_kwh))
    unit_kwh = trials.planned_kwh(trial) if relative else np.full(present.shape, peak_kwh)
    shares = left_kwh / np.maximum(unit_kwh[present], _LEAST_NOISE * peak_kwh)
    share = min(_MEDIAN_TO_DEVIATION * float(np.median(shares)), _MOST_NOISE)
    return np.hypot(_LEAST_NOISE * peak_kwh, share * unit_kwh)


def target_of(process: Process, power_kw: Floats, steps: Ints, day_steps: int) -> Floats:
    """The target in the middle of those that take just these running steps [M].

    The smallest target that takes them is that of one step less of the smallest producer.
    """
    step_t = np.maximum(process.net_per_kwh, 0.0) * power_kw[:, None] * 24 / day_steps
    least_t = np.where(step_t > 0, step_t, np.inf).min(axis=0)
    is_product = np.array([name in process.products for name in process.materials])
    most_t = made_t(process, power_kw, steps, day_steps)
    return np.where(is_product, most_t - least_t / 2, 0.0)


def made_t(process: Process, power_kw: Floats, steps: Ints, day_steps: int) -> Floats:
    """What is made of each material in a day [M]."""
    step_t = np.maximum(process.net_per_kwh, 0.0) * power_kw[:, None] * 24 / day_steps
    return np.asarray((step_t * steps[:, None]).sum(axis=0))


def _misfit(trial: Trial) -> float:
    return trial.misfit
