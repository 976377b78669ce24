"""Scenario generators: what PV and wind may become of a day, given their day-ahead forecasts.

    generator = default_generator().fit(days.split("train"))
    samples = generator.sample(100, days.day("2025-06-01"), np.random.default_rng(0))
    few = samples.reduce(10)

All have one interface, `Generator`. Torch is loaded when a network is trained or drawn from.
"""

from __future__ import annotations

from .analog import AnalogGenerator
from .base import Generator
from .checkpoint import default_folder, fit_once, load_generator, save_generator
from .clear_sky import BELGIUM, Site
from .copula import CopulaGenerator
from .learned import EnergyNetGenerator, GanGenerator
from .limits import CLEAR_SKY_TOLERANCE, Limits
from .reduction import Reduction, reduce_scenarios, reduce_values
from .registry import DEFAULT, GENERATORS, default_generator, make_generator
from .scores import (
    autocorrelation_distance,
    coverage,
    energy_score,
    marginal_distance,
    variogram_score,
)

__all__ = [
    "BELGIUM",
    "CLEAR_SKY_TOLERANCE",
    "DEFAULT",
    "GENERATORS",
    "AnalogGenerator",
    "CopulaGenerator",
    "EnergyNetGenerator",
    "GanGenerator",
    "Generator",
    "Limits",
    "Reduction",
    "Site",
    "autocorrelation_distance",
    "coverage",
    "default_folder",
    "default_generator",
    "energy_score",
    "fit_once",
    "load_generator",
    "make_generator",
    "marginal_distance",
    "reduce_scenarios",
    "reduce_values",
    "save_generator",
    "variogram_score",
]
