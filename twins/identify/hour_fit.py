"""Powers and noise for given running hours, from the levels of the load: EM.

Each reading is the sum of the powers of the stages that ran, with noise. Which of them ran is
hidden; that every stage runs a known number of steps a day, rather when energy is cheap, makes it
probable. Expectation (`hour_kernel.py`) and the least-squares fit of the powers take turns. The
likelihood compares running hours: it needs no optimisation model, so thousands can be tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from ..stn_tables import Floats
from .chain import Chain, Ints
from .hour_kernel import expect

_FIRST_NOISE = 0.05
_NEWTON, _LAST_NEWTON = 2, 8
_NEVER_STANDING = -50.0
_PATIENCE_STEPS = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class HourFit:
    """What a number of running steps of each stage explains.

    Args:
        steps: running steps of each stage in a day [I].
        power_kw: of each stage [I].
        log_likelihood: of the readings.
        floor: noise of a reading that does not depend on the load, as a share of the peak.
        relative: noise that rises with the load, as a share of it.
        running: probability that a stage ran [D, T, I].
        multiplier: of the running steps [D, I].
    """

    steps: Ints
    power_kw: Floats
    log_likelihood: float
    floor: float
    relative: float
    running: Floats
    multiplier: Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit of run hours assumes.

    Args:
        strictness: how strongly stages keep to the cheap steps of a day.
        least_noise: smallest standard deviation of a reading, as a share of the peak.
        relative: whether the noise rises with the load, beyond the smallest.
    """

    strictness: float = 8.0
    least_noise: float = 0.01
    relative: bool = False


class HourModel:
    """The readings of a meter as levels of on/off stages.

    Args:
        load_kwh: of the stages alone [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        chain: of the process.
        settings: what to assume.
    """

    def __init__(
        self,
        load_kwh: Floats,
        price_per_kwh: Floats,
        chain: Chain,
        settings: Settings = Settings(),
    ) -> None:
        self.load_kwh = np.ascontiguousarray(load_kwh)
        self.price_per_kwh = price_per_kwh
        self.chain = chain
        self.settings = settings
        self.steps = load_kwh.shape[1]
        self._step_h = 24 / self.steps
        self.peak_kwh = float(np.nanquantile(load_kwh, 0.99))
        self.day_kwh = float(np.median(np.nanmean(load_kwh, axis=1) * self.steps))
        rank = price_per_kwh.argsort(axis=1).argsort(axis=1) / (self.steps - 1) - 0.5
        self._reluctance = rank * settings.strictness
        self._prior_multiplier, self._prior = self._prior_of_counts()

    def assuming(self, **changes: float | bool) -> HourModel:
        """The same readings with other settings."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return HourModel(self.load_kwh, self.price_per_kwh, self.chain, settings)

    def on(self, days: slice) -> HourModel:
        """Some of the days with the same settings."""
        return HourModel(self.load_kwh[days], self.price_per_kwh[days], self.chain, self.settings)

    def start_powers(self, steps: Ints) -> Floats:
        """Power of each stage if it processes the daily mass in its steps [I], [kW]."""
        energy_kwh = self.chain.day_energy(self.day_kwh)
        return np.asarray(energy_kwh / (steps * self._step_h))

    def fit(self, steps: Ints, start: HourFit | None = None, *, rounds: int = 12) -> HourFit:
        """Fit powers and noise by EM.

        Args:
            steps: running steps of each stage in a day [I].
            start: a fit of other steps to begin with.
            rounds: of expectation and fit.
        """
        days = len(self.load_kwh)
        stages = self.chain.stages
        power = self.start_powers(steps) * self._step_h
        floor, slope = _FIRST_NOISE, 0.0
        multiplier = np.tile(self._prior_multiplier[steps], (days, 1))
        if start is not None:
            power = start.power_kw * self._step_h * start.steps / steps
            floor, slope = start.floor, start.relative
            moved = self._prior_multiplier[steps] - self._prior_multiplier[start.steps]
            multiplier = start.multiplier + moved
        gram, moment = np.empty((stages, stages)), np.empty(stages)
        running = np.empty((*self.load_kwh.shape, stages))
        needed, limits = steps.astype(np.float64), self.chain.limits(steps)
        value = off = 0.0
        for turn in range(rounds):
            value, squares, off = expect(
                self.load_kwh, self._reluctance, needed, power, floor * self.peak_kwh, slope,
                multiplier, _LAST_NEWTON if turn == rounds - 1 else _NEWTON, gram, moment, running,
            )  # fmt: skip
            if turn == rounds - 1:
                break
            power = self.chain.fit_powers(gram, moment, limits, power)
            grown = float(np.clip(np.sqrt(squares), 0.3, 1.5))
            if self.settings.relative:
                slope = max((slope or floor) * grown, self.settings.least_noise)
                floor = self.settings.least_noise
            else:
                floor = max(floor * grown, self.settings.least_noise)
        value -= days * float(self._prior[steps].sum())
        if off > _PATIENCE_STEPS:
            value = -np.inf  # multipliers that run away: nothing explains these steps
        return HourFit(steps, power / self._step_h, value, floor, slope, running, multiplier)

    def _prior_of_counts(self) -> tuple[Floats, Floats]:
        """Multiplier and log weight of each number of running steps before any reading [T + 1].

        All days have the same ranks of prices, so one day stands for all.
        """
        reluctance = np.sort(self._reluctance[0])
        counts = np.arange(self.steps + 1)
        low, high = np.full(len(counts), -100.0), np.full(len(counts), 100.0)
        for _ in range(60):
            middle = (low + high) / 2
            too_many = expit(-middle[:, None] - reluctance).sum(axis=1) > counts
            low, high = np.where(too_many, middle, low), np.where(too_many, high, middle)
        multipliers = middle
        multipliers[0], multipliers[-1] = 0.0, _NEVER_STANDING
        weights = np.logaddexp(0.0, -multipliers[:, None] - reluctance).sum(axis=1)
        weights += multipliers * counts
        weights[0] = 0.0
        return multipliers, weights
