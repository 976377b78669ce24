"""The scores of scenario generators on days that they have not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..twins.generators import (
    Generator,
    autocorrelation_distance,
    coverage,
    energy_score,
    marginal_distance,
    variogram_score,
)
from ..twins.generators.sources import Layout
from ..twins.scenarios import Scenarios
from ..twins.stn_tables import Floats

SAMPLES = 100
"""Of each day."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the days; power in shares of the capacities.

    Args:
        days: that were scored.
        energy: energy score.
        variogram: variogram score.
        marginal: distance of the marginal distributions.
        autocorrelation: distance of the autocorrelations.
        coverage: share of outcomes within the central 90 % of the samples, by day for PV.
    """

    days: int
    energy: float
    variogram: float
    marginal: float
    autocorrelation: float
    coverage: float


def score_generator(generator: Generator, days: Scenarios, seed: int) -> Scores:
    """Scores of a fitted generator."""
    drawn = [draw(generator, days, day, seed) for day in range(days.n_days)]
    capacity_kw = generator.limits_.capacity_kw
    samples = np.stack([_flat(generator.layout_, each, capacity_kw) for each in drawn])
    return _scores(generator, days, samples)


def score_forecast(generator: Generator, days: Scenarios) -> Scores:
    """Scores of the forecast, as if it were sure; capacities are those that a generator learnt."""
    forecast = generator.layout_.forecast_kw(days) / generator.limits_.capacity_kw[:, None]
    flat = forecast.reshape(days.n_days, 1, -1)
    return _scores(generator, days, np.repeat(flat, 2, axis=1))


def draw(generator: Generator, days: Scenarios, day: int, seed: int) -> Scenarios:
    """Samples of one of the days, the same ones whoever asks."""
    return generator.sample(SAMPLES, days.day(day), np.random.default_rng([seed, day]))


def _scores(generator: Generator, days: Scenarios, samples: Floats) -> Scores:
    layout = generator.layout_
    outcomes = _flat(layout, days, generator.limits_.capacity_kw)
    light = layout.forecast_kw(days).reshape(days.n_days, -1) > 0.0
    return Scores(
        days=days.n_days,
        energy=float(energy_score(samples, outcomes).mean()),
        variogram=float(variogram_score(samples, outcomes).mean()),
        marginal=marginal_distance(samples, outcomes),
        autocorrelation=autocorrelation_distance(samples, outcomes, len(layout.sources)),
        coverage=coverage(samples, outcomes, light),
    )


def _flat(layout: Layout, days: Scenarios, capacity_kw: Floats) -> Floats:
    """Outcomes of days [D, C T], as shares of the capacities."""
    return np.asarray((layout.outcome_kw(days) / capacity_kw[:, None]).reshape(days.n_days, -1))
