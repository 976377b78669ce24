"""On/off plants from a meter: each step against brute force, then the whole on small lines."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from plantgym.twins.csv_file import Floats
from plantgym.twins.identify.chain import Chain, Ints, needed_steps
from plantgym.twins.identify.hour_kernel import expect, prior, suited_strictness
from plantgym.twins.identify.onoff_fit import target_of
from plantgym.twins.identify.process import Process, Stage, process_of
from plantgym.twins.identify.random_lines import random_line

from .fitted_lines import fitted

seeds = st.integers(0, 2**32 - 1)


class Expected(NamedTuple):
    """What the kernel says."""

    value: float
    squares: float
    off: float
    gram: Floats
    moment: Floats
    running: Floats
    mean_rank: Floats


class Case:
    """A tiny meter whose levels can be enumerated."""

    def __init__(self, stages: int, steps: int, relative: float, missing: bool) -> None:
        rng = np.random.default_rng(stages * 100 + steps)
        self.power = rng.uniform(1.0, 4.0, stages)
        self.floor, self.relative = 0.3, relative
        self.rank = rng.normal(0.0, 1.0, (1, steps))
        self.strictness = rng.uniform(0.5, 2.0, stages)
        ran = rng.integers(0, 2, (steps, stages))
        ran[0], ran[-1] = 0, 1
        self.needed = ran.sum(axis=0).astype(np.float64)
        self.load = (ran @ self.power + rng.normal(0.0, 0.2, steps))[None]
        if missing:
            self.load[0, 1] = np.nan
        self.multiplier = rng.normal(0.0, 0.5, (1, stages))

    def expect(self, newton: int) -> Expected:
        stages = len(self.power)
        gram, moment = np.empty((stages, stages)), np.empty(stages)
        running, mean_rank = np.empty((*self.load.shape, stages)), np.empty(stages)
        told = expect(
            self.load, self.rank, self.strictness, self.needed, self.power, self.floor,
            self.relative, self.multiplier, newton, gram, moment, running, mean_rank,
        )  # fmt: skip
        return Expected(*told, gram, moment, running, mean_rank)

    def dual(self, multiplier: Floats) -> float:
        """Log likelihood by enumeration of all levels of each step."""
        return float(multiplier @ self.needed) + sum(
            float(np.log(sum(weights))) for weights in self.weights(multiplier)
        )

    def weights(self, multiplier: Floats) -> list[list[float]]:
        """Of each subset of the stages, in each step."""
        return [
            [
                float(np.exp(-multiplier @ ran - rank * (self.strictness @ ran)))
                * self.density(reading, float(np.array(ran) @ self.power))
                for ran in self.subsets()
            ]
            for reading, rank in zip(self.load[0], self.rank[0], strict=True)
        ]

    def subsets(self) -> list[tuple[int, ...]]:
        return list(product((0, 1), repeat=len(self.power)))

    def spread(self, level: float) -> float:
        return float(np.hypot(self.floor, self.relative * level))

    def density(self, reading: float, level: float) -> float:
        spread = self.spread(level)
        score = 0.0 if np.isnan(reading) else (reading - level) / spread
        return float(np.exp(-(score**2) / 2)) / (1.0 if np.isnan(reading) else spread)


CASES = [(2, 4, 0.0, False), (2, 5, 0.1, True), (3, 5, 0.0, True), (3, 6, 0.1, False)]


@pytest.mark.parametrize("kind", CASES)
def test_expectation_is_that_of_all_levels(kind: tuple[int, int, float, bool]) -> None:
    case = Case(*kind)
    multiplier = case.multiplier[0].copy()
    found = case.expect(newton=0)
    assert found.value == pytest.approx(case.dual(multiplier), rel=1e-6)
    stages = len(case.power)
    true_gram, true_moment, scores, readings = np.zeros((stages, stages)), np.zeros(stages), 0.0, 0
    for t, weights in enumerate(case.weights(multiplier)):
        shares = np.array(weights) / sum(weights)
        subsets = np.array(case.subsets(), np.float64)
        assert found.running[0, t] == pytest.approx(shares @ subsets, abs=1e-6)
        reading = case.load[0, t]
        if np.isnan(reading):
            continue
        readings += 1
        for share, ran in zip(shares, subsets, strict=True):
            trust = share / case.spread(ran @ case.power) ** 2
            true_gram += trust * np.outer(ran, ran)
            true_moment += trust * reading * ran
            scores += trust * (reading - ran @ case.power) ** 2
    assert found.gram == pytest.approx(true_gram, abs=1e-5)
    assert found.moment == pytest.approx(true_moment, abs=1e-4)
    assert found.squares == pytest.approx(scores / readings, abs=1e-5)
    assert found.mean_rank == pytest.approx(case.rank[0] @ found.running[0])


@pytest.mark.parametrize("kind", CASES)
def test_multipliers_hold_the_running_steps_and_are_the_best_bound(
    kind: tuple[int, int, float, bool],
) -> None:
    case = Case(*kind)
    found = case.expect(newton=200)
    assert found.off < 1e-2
    assert found.running[0].sum(axis=0) == pytest.approx(case.needed, abs=3e-2)
    rng = np.random.default_rng(0)
    for _ in range(20):
        move = rng.normal(0.0, 0.3, len(case.power))
        # The bound is convex, and its slope is the steps by which the expectation is off.
        slack = found.off * len(move) * np.abs(move).max()
        assert case.dual(case.multiplier[0] + move) >= found.value - slack - 1e-6


@pytest.mark.parametrize("strictness", [0.7, 8.0, 30.0])
def test_a_prior_has_the_running_steps_and_the_weight_of_the_sets_that_have_them(
    strictness: float,
) -> None:
    steps, needed = 8, 3
    multiplier, weight, ranks = prior(strictness, needed, steps)
    rank = np.arange(steps) / (steps - 1) - 0.5
    odds = np.exp(-multiplier - strictness * rank)
    chance = odds / (1 + odds)
    assert chance.sum() == pytest.approx(needed, abs=1e-6)
    assert ranks == pytest.approx(chance @ rank)
    assert weight == pytest.approx(np.log1p(odds).sum() + multiplier * needed)
    assert suited_strictness(ranks, needed, steps, 0.5, 40.0) == pytest.approx(strictness, rel=1e-3)


def line(outputs: Floats) -> Process:
    return Process("line", "t", tuple(Stage(f"s{i}", g) for i, g in enumerate(outputs.tolist())))


@st.composite
def lines(draw: st.DrawFn) -> tuple[Floats, Floats, Ints]:
    """Outputs per energy, powers near balance, and running steps of a line."""
    rng = np.random.default_rng(draw(seeds))
    stages = draw(st.integers(2, 5))
    outputs, steps = rng.uniform(0.1, 2.0, stages), rng.integers(4, 24, stages)
    powers = 100.0 / outputs / steps * rng.uniform(0.96, 1.1, stages)
    return outputs, powers, steps


@given(lines())
def test_limits_of_powers_are_the_balance_of_stores_and_no_step_too_many(
    drawn: tuple[Floats, Floats, Ints],
) -> None:
    outputs, powers, steps = drawn
    rate = outputs * powers
    balanced = all(
        rate[i] * steps[i] >= rate[i + 1] * steps[i + 1] > rate[i] * (steps[i] - 1)
        for i in range(len(rate) - 1)
    )
    rows = Chain.of(line(outputs)).limits(steps)
    assert bool((rows @ powers >= 0).all()) == balanced


@given(lines(), seeds)
def test_a_tolerance_leaves_room_for_all_outputs_within_it(
    drawn: tuple[Floats, Floats, Ints], seed: int
) -> None:
    outputs, powers, _ = drawn
    target_t = np.zeros(len(powers))
    target_t[-1] = 100.0
    steps = needed_steps(line(outputs), powers, target_t, 24)
    assert (Chain.of(line(outputs)).limits(steps) @ powers >= -1e-4).all()
    told = outputs * np.random.default_rng(seed).uniform(0.95, 1.05, len(outputs))
    rows = Chain.of(line(told), tolerance=0.06).limits(steps)
    assert (rows @ powers >= 0).all()


@given(seeds)
@settings(max_examples=30)
def test_fitted_powers_are_the_least_squares_within_the_limits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    stages = int(rng.integers(2, 6))
    outputs, steps = rng.uniform(0.5, 2.0, stages), rng.integers(6, 20, stages)
    chain = Chain.of(line(outputs))
    rows = chain.limits(steps)
    start = 100.0 / outputs / steps
    ran = (rng.uniform(size=(60, stages)) < 0.5).astype(np.float64)
    load = ran @ (start * rng.uniform(0.9, 1.1, stages)) + rng.normal(0.0, 5.0, 60)
    gram, moment = ran.T @ ran, ran.T @ load
    found = chain.fit_powers(gram, moment, rows, start)

    def misfit(share: Floats) -> float:
        power = share * start
        return float(power @ gram @ power / 2 - moment @ power) / float(moment @ start)

    scaled = rows * start / np.abs(rows * start).max(axis=1, keepdims=True)
    best = minimize(
        misfit,
        np.ones(stages),
        method="SLSQP",
        constraints={"type": "ineq", "fun": lambda share: scaled @ share},
        options={"ftol": 1e-12, "maxiter": 500},
    )
    assert (scaled @ (found / start) >= -1e-6).all()
    assert misfit(found / start) <= best.fun + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_the_target_in_the_middle_takes_just_the_steps(seed: int) -> None:
    plant = random_line(seed)
    process = process_of(plant)
    powers = np.array([task.modes[-1].power_kw for task in plant.tasks])
    target_t = np.array([0.0] * (len(powers) - 1) + [plant.materials[-1].end_min_t or 0.0])
    steps = needed_steps(process, powers, target_t, 24)
    middle_t = target_of(process, powers, steps, 24)
    assert needed_steps(process, powers, middle_t, 24).tolist() == steps.tolist()
    step_t = next(iter(plant.tasks[-1].modes[0].produces_t_per_h.values()))
    assert abs(middle_t[-1] - target_t[-1]) <= step_t / 2


# Of the three lines no true parameter lies outside its interval.
@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.slow), pytest.param(7, marks=pytest.mark.slow)]
)
def test_clean_meters_give_the_plant_itself(seed: int) -> None:
    found = fitted(random_line(seed, stages=3))
    hours, true = found.run_hours()
    assert hours == true
    assert found.power_error() < 1e-3
    assert found.estimator.report_.train_error < 1e-3
    assert found.test_error() < 0.01
    assert found.outside() == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 7])
def test_noisy_meters_give_nearly_the_plant(seed: int) -> None:
    found = fitted(random_line(seed, stages=3), days=14, noise=0.05)
    assert found.power_error() < 0.06
    assert found.test_error() < 0.02
    assert 0.02 < found.estimator.report_.noise < 0.06


@pytest.mark.slow
def test_the_number_of_threads_changes_nothing() -> None:
    plant = random_line(1, stages=3)
    one, two = (fitted(plant, days=6, options={"n_jobs": jobs}) for jobs in (1, 2))
    assert one.estimator.plant_ == two.estimator.plant_
    assert one.estimator.intervals_ == two.estimator.intervals_
