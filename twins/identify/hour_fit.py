"""Powers and noise for given running hours, from the levels of the load: EM.

Each reading is the sum of the powers of the stages that ran, with noise. Which of them ran is
hidden; that every stage runs a known number of steps a day, rather when energy is cheap, makes it
probable. How strictly a stage keeps to cheap steps depends on its stores and is fitted for each.
Expectation (`hour_kernel.py`) and the least-squares fit of the powers take turns. The likelihood
compares running hours: it needs no optimisation model, so thousands can be tried.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..stn_tables import Floats
from .chain import Chain, Ints
from .hour_kernel import expect, prior, suited_strictness

_FIRST_NOISE, _MOST_NOISE = 0.05, 0.12
_NEWTON, _LAST_NEWTON = 2, 8
_FIRST_STRICTNESS, _STRICTNESS = 8.0, (0.5, 30.0)
_LENIENT_ROUNDS = 3
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
        strictness: with which each stage keeps to the cheap steps of a day [I].
    """

    steps: Ints
    power_kw: Floats
    log_likelihood: float
    floor: float
    relative: float
    running: Floats
    multiplier: Floats
    strictness: Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit of run hours assumes.

    Args:
        least_noise: smallest standard deviation of a reading, as a share of the peak.
        relative: whether the noise rises with the load, beyond the smallest.
    """

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
        self._rank = price_per_kwh.argsort(axis=1).argsort(axis=1) / (self.steps - 1) - 0.5

    def assuming(self, **changes: float | bool) -> HourModel:
        """The same readings with other settings."""
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        return HourModel(self.load_kwh, self.price_per_kwh, self.chain, settings)

    def on(self, days: slice) -> HourModel:
        """Some of the days with the same settings."""
        return HourModel(self.load_kwh[days], self.price_per_kwh[days], self.chain, self.settings)

    def noise_kwh(self, fit: HourFit, least: float) -> Floats:
        """Standard deviation of each reading [D, T], at least a share of the peak.

        It is that of the likely load: a reading that happens to be low is no surer than others.
        """
        floor_kwh = max(fit.floor, least) * self.peak_kwh
        likely_kwh = self._step_h * (fit.running @ fit.power_kw)
        return np.asarray(np.hypot(floor_kwh, fit.relative * likely_kwh))

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
        days, stages = len(self.load_kwh), self.chain.stages
        power = self.start_powers(steps) * self._step_h
        floor, slope = _FIRST_NOISE, 0.0
        strictness = np.full(stages, _FIRST_STRICTNESS)
        multiplier, weight = self._prior(strictness, steps)
        multiplier = np.tile(multiplier, (days, 1))
        if start is not None:
            power = start.power_kw * self._step_h * start.steps / steps
            floor, slope, strictness = start.floor, start.relative, start.strictness
            before, _ = self._prior(strictness, start.steps)
            after, weight = self._prior(strictness, steps)
            multiplier = start.multiplier + after - before
        gram, moment = np.empty((stages, stages)), np.empty(stages)
        running, mean_rank = np.empty((*self.load_kwh.shape, stages)), np.empty(stages)
        needed, limits = steps.astype(np.float64), self.chain.limits(steps)
        value = off = 0.0
        for turn in range(rounds):
            last = turn == rounds - 1
            value, squares, off = expect(
                self.load_kwh, self._rank, strictness, needed, power, floor * self.peak_kwh, slope,
                multiplier, _LAST_NEWTON if last else _NEWTON, gram, moment, running, mean_rank,
            )  # fmt: skip
            if last:
                break
            power = self.chain.fit_powers(gram, moment, limits, power)
            floor, slope = self._noise(floor, slope, squares)
            if start is not None or turn >= _LENIENT_ROUNDS:
                before, _ = self._prior(strictness, steps)
                strictness = self._strictness(mean_rank, steps)
                after, weight = self._prior(strictness, steps)
                multiplier += after - before
        value -= days * float(weight.sum())
        if off > _PATIENCE_STEPS:
            value = -np.inf  # multipliers that run away: nothing explains these steps
        return HourFit(
            steps, power / self._step_h, value, floor, slope, running, multiplier, strictness
        )

    def _noise(self, floor: float, slope: float, squares: float) -> tuple[float, float]:
        """Floor and slope of the noise after readings of some mean squared score."""
        grown = float(np.clip(np.sqrt(squares), 0.3, 1.5))
        least = self.settings.least_noise
        if self.settings.relative:
            return least, float(np.clip((slope or floor) * grown, least, _MOST_NOISE))
        return float(np.clip(floor * grown, least, _MOST_NOISE)), slope

    def _prior(self, strictness: Floats, steps: Ints) -> tuple[Floats, Floats]:
        """Multiplier and log weight of the running steps of each stage [I], [I]."""
        found = [prior(s, n, self.steps) for s, n in zip(strictness, steps, strict=True)]
        return np.array([m for m, _, _ in found]), np.array([w for _, w, _ in found])

    def _strictness(self, mean_rank: Floats, steps: Ints) -> Floats:
        """What suits the ranks of the running steps [I]."""
        return np.array(
            [
                suited_strictness(rank, n, self.steps, *_STRICTNESS)
                for rank, n in zip(mean_rank, steps, strict=True)
            ]
        )
