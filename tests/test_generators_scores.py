"""Scores beside their definitions, written out, and beside distributions whose scores are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.generators import (
    autocorrelation_distance,
    coverage,
    energy_score,
    marginal_distance,
    variogram_score,
)
from plantgym.twins.stn_tables import Floats

RNG = np.random.default_rng(5)
SAMPLES = RNG.normal(size=(4, 7, 6))
OUTCOMES = RNG.normal(size=(4, 6))


def test_energy_score_is_its_definition() -> None:
    for day, score in enumerate(energy_score(SAMPLES, OUTCOMES)):
        drawn, came = SAMPLES[day], OUTCOMES[day]
        near = sum(math.dist(each, came) for each in drawn) / 7
        between = sum(math.dist(a, b) for a in drawn for b in drawn) / (7 * 6)
        assert score == pytest.approx(near - between / 2)


def test_energy_score_of_one_value_is_the_crps() -> None:
    """CRPS of a standard normal distribution at 0: (sqrt(2) - 1) / sqrt(pi)."""
    drawn = RNG.normal(size=(1, 2000, 1))
    score = energy_score(drawn, np.zeros((1, 1)))[0]
    assert score == pytest.approx((math.sqrt(2) - 1) / math.sqrt(math.pi), abs=0.02)


def test_variogram_score_is_its_definition() -> None:
    for day, score in enumerate(variogram_score(SAMPLES, OUTCOMES)):
        expected = 0.0
        for i in range(6):
            for j in range(i):
                mean = sum(abs(x[i] - x[j]) ** 0.5 for x in SAMPLES[day]) / 7
                expected += (abs(OUTCOMES[day, i] - OUTCOMES[day, j]) ** 0.5 - mean) ** 2
        assert score == pytest.approx(expected)


def test_marginal_distance_is_that_of_wasserstein() -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = [
        stats.wasserstein_distance(SAMPLES[..., value].ravel(), OUTCOMES[:, value])
        for value in range(6)
    ]
    assert marginal_distance(SAMPLES, OUTCOMES) == pytest.approx(np.mean(expected))


def red(rng: np.random.Generator, memory: float, days: int) -> Floats:
    noise = rng.normal(size=(days, 60))
    series = noise.copy()
    for step in range(1, 60):
        series[:, step] = memory * series[:, step - 1] + math.sqrt(1 - memory**2) * noise[:, step]
    return series


def test_autocorrelation_distance_is_known_for_red_noise() -> None:
    slow, fast = red(RNG, 0.9, 4000), red(RNG, 0.5, 4000)
    expected = np.mean([0.9**lag - 0.5**lag for lag in range(1, 7)])
    drawn = np.stack([slow, slow], axis=1)
    assert autocorrelation_distance(drawn, fast) == pytest.approx(expected, abs=0.01)
    assert autocorrelation_distance(np.stack([fast, fast], axis=1), fast) < 1e-12
    two = np.concatenate([slow, fast], axis=1)
    half = autocorrelation_distance(
        np.stack([two, two], axis=1), np.concatenate([fast, fast], 1), 2
    )
    assert half == pytest.approx(expected / 2, abs=0.01)


def test_coverage_counts_what_lies_inside() -> None:
    drawn = np.tile(np.linspace(0.0, 1.0, 101)[None, :, None], (1, 1, 4))
    came = np.array([[0.04, 0.06, 0.94, 0.96]])
    everything = np.ones((1, 4), bool)
    assert coverage(drawn, came, everything) == 0.5
    assert coverage(drawn, came, np.array([[False, True, True, False]])) == 1.0
    assert coverage(drawn, came, everything, level=0.98) == 1.0


def test_the_truth_scores_best() -> None:
    truth, days, members = np.random.default_rng(0), 300, 40
    came = red(truth, 0.8, days)
    right = red(truth, 0.8, days * members).reshape(days, members, 60)
    rivals = {
        "too wide": 1.6 * right,
        "too narrow": 0.5 * right,
        "biased": right + 0.5,
        "no memory": truth.permuted(right, axis=1),
    }
    for name, rival in rivals.items():
        score = variogram_score if name == "no memory" else energy_score
        assert score(rival, came).mean() > score(right, came).mean(), name


@pytest.mark.parametrize(
    "score", [energy_score, variogram_score, marginal_distance, autocorrelation_distance]
)
def test_what_cannot_be_scored_is_refused(score: object) -> None:
    assert callable(score)
    holes = SAMPLES.copy()
    holes[0, 0, 0] = np.nan
    for samples, outcomes, field in (
        (SAMPLES[:, :1], OUTCOMES, "samples shape"),
        (SAMPLES[:0], OUTCOMES[:0], "samples shape"),
        (SAMPLES, OUTCOMES[:, :5], "outcomes shape"),
        (SAMPLES, OUTCOMES[:3], "outcomes shape"),
        (holes, OUTCOMES, "samples"),
    ):
        with pytest.raises(InputError) as caught:
            score(samples, outcomes)
        assert caught.value.field == field
