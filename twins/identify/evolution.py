"""Stores, powers and run hours of an on/off plant, by evolution.

The misfit of planned days has many local optima: what one store does wrong, another may hide. A
population keeps several explanations alive, crosses their stores and changes a few values at a
time. Trials cost about a millisecond (`cut_kernel.py`), so thousands are tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats
from .chain import Ints
from .hour_fit import HourFit
from .parameters import Parameters
from .trials import Trial, Trials, stores_of, with_stores

_SIZE, _ALIKE = 48, 6
_STARTS = 4
_GENERIC_STEPS = 4.0
_LEAST_STEPS, _MOST_STEPS = 0.1, 14.0
_USAGE_QUANTILE, _USAGE_SPREAD = 0.9, 0.5
_SHARES = (0.25, 0.17, 0.2, 0.38)
_ANEW = 0.25
_STEP, _POWER_STEP = 0.5, 0.03
_REFIT = 0.3
_SAME = 1e-3

Child = tuple[Parameters, Ints]
Mask = NDArray[np.bool_]


class Evolution:
    """A population of trials.

    Args:
        trials: on some metered days.
        rng: of all that is drawn.
        target: misfit below which the search ends.
    """

    def __init__(self, trials: Trials, rng: np.random.Generator, target: float) -> None:
        self.trials = trials
        self.rng = rng
        self.target = target
        self.members: list[Trial] = []

    def settle(self, hours: HourFit) -> None:
        """Add trials of some run hours, with stores of several sizes."""
        power_kw = self.trials.balanced_powers(hours.power_kw, hours.steps)
        unit_t = self.trials.unit_t(power_kw)
        used_t = self._usage_t(hours, power_kw, unit_t)
        none = np.zeros(len(unit_t))
        for turn in range(_STARTS):
            if turn == 0:
                stores_t = used_t
            elif turn == 1:
                stores_t = np.tile(_GENERIC_STEPS * unit_t, (2, 1))
            elif turn % 2:
                stores_t = self._anew(unit_t)
            else:
                spread = np.exp(_USAGE_SPREAD * self.rng.standard_normal(used_t.shape))
                stores_t = self._bounded(used_t * spread, unit_t)
            stores_t = stores_t * self.trials.is_store
            self.add(Parameters(power_kw, stores_t[1], stores_t[0], none), hours.steps)

    def add(self, parameters: Parameters, steps: Ints) -> None:
        """Try parameters, and keep them if they belong to the best of their kind."""
        worst = self.members[-1].misfit if len(self.members) >= _SIZE else np.inf
        trial = self.trials.trial(parameters, steps, worst)
        if trial is None:
            return
        if self.rng.random() < _REFIT:
            power_kw = self.trials.suited_powers(trial)
            changed = replace(parameters, power_kw=power_kw)
            trial = self.trials.trial(changed, steps, trial.misfit) or trial
        self._keep(trial)

    def run(self, trials: int, patience: int, progress: Callable[[float], None]) -> None:
        """Evolve until trials or patience run out, or the target is reached.

        Args:
            trials: at most.
            patience: trials without a better best.
            progress: called with the share that is done.
        """
        first = last = self.trials.count
        while self.members and self.members[0].misfit > self.target:
            done = self.trials.count - first
            if done >= trials or self.trials.count - last >= patience:
                break
            progress(done / trials)
            best = self.members[0].misfit
            self.add(*self._child())
            if self.members[0].misfit < best * (1 - _SAME):
                last = self.trials.count

    def _keep(self, trial: Trial) -> None:
        for place, member in enumerate(self.members):
            if abs(member.misfit - trial.misfit) <= _SAME * member.misfit:
                if trial.misfit < member.misfit:
                    self.members[place] = trial
                return
        self.members.append(trial)
        self.members.sort(key=lambda member: member.misfit)
        alike = [m for m in self.members if np.array_equal(m.steps, trial.steps)]
        if len(alike) > _ALIKE:
            self.members = [member for member in self.members if member is not alike[-1]]
        del self.members[_SIZE:]

    def _child(self) -> Child:
        places = self.rng.integers(len(self.members), size=2)
        parent = self.members[int(places.min())]
        kinds = (self._crossed, self._other_powers, self._other_hours, self._other_stores)
        return kinds[int(self.rng.choice(len(kinds), p=_SHARES))](parent)

    def _crossed(self, parent: Trial) -> Child:
        """Some stores of another member, rather one of the same run hours."""
        mates = self.members
        if self.rng.random() < 0.7:
            mates = [m for m in self.members if np.array_equal(m.steps, parent.steps)]
        mate = mates[int(self.rng.integers(len(mates)))]
        own_t, other_t = stores_of(parent.parameters), stores_of(mate.parameters)
        whole = self.rng.random() < 0.7
        from_mate = self.rng.random((1, own_t.shape[1]) if whole else own_t.shape) < 0.5
        child = with_stores(parent.parameters, np.where(from_mate, other_t, own_t))
        if np.array_equal(mate.steps, parent.steps) and self.rng.random() < 0.5:
            child = replace(child, power_kw=mate.parameters.power_kw)
        if self.rng.random() < 0.5:
            child = self._moved(child, 1.0)
        return child, parent.steps

    def _other_powers(self, parent: Trial) -> Child:
        power_kw = parent.parameters.power_kw
        size = _POWER_STEP * 10 ** self.rng.uniform(-1.0, 0.2)
        factor = np.exp(size * self.rng.standard_normal(len(power_kw)))
        power_kw = np.where(self._some(power_kw.shape, 1.5), power_kw * factor, power_kw)
        power_kw = self.trials.balanced_powers(power_kw, parent.steps)
        child = replace(parent.parameters, power_kw=power_kw)
        return (self._moved(child, 1.0) if self.rng.random() < 0.3 else child), parent.steps

    def _other_hours(self, parent: Trial) -> Child:
        steps = self._drawn_steps(parent.steps)
        if steps.min() < 1 or steps.max() > self.trials.steps:
            return self._other_stores(parent)
        power_kw = parent.parameters.power_kw * parent.steps / steps
        power_kw = self.trials.balanced_powers(power_kw, steps)
        return replace(parent.parameters, power_kw=power_kw), steps

    def _other_stores(self, parent: Trial) -> Child:
        return self._moved(parent.parameters, 1.5), parent.steps

    def _drawn_steps(self, steps: Ints) -> Ints:
        """Steps of one stage changed, one moved to another stage, or those of some exchanged."""
        moved, draw = steps.copy(), self.rng.random()
        some = self.rng.permutation(len(steps))[:3]
        if draw < 0.4 or len(steps) < 2:
            moved[some[0]] += self.rng.choice((-1, 1))
        elif draw < 0.5:
            moved[some[0]] += self.rng.choice((-3, -2, 2, 3))
        elif draw < 0.7:
            moved[some[:2]] = steps[some[1::-1]]
        elif draw < 0.9:
            moved[some[:2]] += (1, -1)
        else:
            moved[some] = steps[np.roll(some, 1)]
        return moved

    def _moved(self, parameters: Parameters, expected: float) -> Parameters:
        """Some limits of stores changed: about `expected` of them, by a little or to any size."""
        stores_t = stores_of(parameters)
        unit_t = self.trials.unit_t(parameters.power_kw)
        some = np.zeros(stores_t.shape, dtype=bool)
        stores = np.flatnonzero(self.trials.is_store)
        some[:, stores] = self._some((2, len(stores)), expected)
        if self.rng.random() < _ANEW:
            moved = self._anew(unit_t)
        else:
            size = _STEP * 10 ** self.rng.uniform(-1.3, 0.3)
            factor = np.exp(size * self.rng.standard_normal(stores_t.shape))
            moved = self._bounded(stores_t * factor, unit_t)
        return with_stores(parameters, np.where(some, moved, stores_t))

    def _some(self, shape: tuple[int, ...], expected: float) -> Mask:
        """A mask of about `expected` places, one at least where there are any."""
        places = int(np.prod(shape))
        some = self.rng.random(places) < expected / max(1, places)
        if places:
            some[self.rng.integers(places)] = True
        return some.reshape(shape)

    def _anew(self, unit_t: Floats) -> Floats:
        """Stores of any size [2, M]."""
        share = self.rng.random((2, len(unit_t)))
        return np.asarray(_LEAST_STEPS * (_MOST_STEPS / _LEAST_STEPS) ** share * unit_t)

    def _bounded(self, stores_t: Floats, unit_t: Floats) -> Floats:
        return np.clip(stores_t, _LEAST_STEPS * unit_t, _MOST_STEPS * unit_t)

    def _usage_t(self, hours: HourFit, power_kw: Floats, unit_t: Floats) -> Floats:
        """How far the stocks fall and rise if the stages run as the meter makes likely [2, M]."""
        stocks_t = self.trials.stocks_t(power_kw, self._likely(hours))
        fall_t = np.quantile(-stocks_t.min(axis=2), _USAGE_QUANTILE, axis=0)
        rise_t = np.quantile(stocks_t.max(axis=2), _USAGE_QUANTILE, axis=0)
        return self._bounded(np.array([fall_t, rise_t]), unit_t)

    def _likely(self, hours: HourFit) -> Floats:
        return np.ascontiguousarray(hours.running.transpose(0, 2, 1))
