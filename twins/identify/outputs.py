"""Outputs per energy that are known roughly, corrected so that the stores of a fit balance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

from ..stn_tables import Floats
from .chain import Chain
from .hour_fit import HourFit, HourModel
from .hour_search import search_hours
from .process import Process

_INSIDE = 0.005
_EACH_WEIGHT = 1e-3


def suited_process(
    process: Process, load_kwh: Floats, price_per_kwh: Floats, tolerance: float, seed: int
) -> Process:
    """The process with the outputs per energy nearest to the given ones that suit the meter.

    The likeliest run hours and powers are found with room for the tolerance; outputs are then
    changed until stages in these hours make what their followers take, and an hour less would not
    do. Only ratios of outputs show in a meter.

    Args:
        process: with roughly known outputs.
        load_kwh: of the stages [D, T]; NaN where a reading is missing.
        price_per_kwh: [D, T].
        tolerance: how far outputs may be off, as a share.
        seed: of the search.
    """
    model = HourModel(load_kwh, price_per_kwh, Chain.of(process, tolerance))
    _, fits = search_hours(model, count=1, seed=seed, progress=lambda _: None)
    if not fits:
        return process
    factors = _factors(Chain.of(process), fits[0])
    stages = [
        replace(stage, output_per_kwh=stage.output_per_kwh * factor)
        for stage, factor in zip(process.stages, factors.tolist(), strict=True)
    ]
    return replace(process, stages=tuple(stages))


def _factors(chain: Chain, fit: HourFit) -> Floats:
    """Factors of the outputs [I]: the largest change, then the sum of changes, is least."""
    rows = chain.limits(fit.steps) * fit.power_kw
    rows -= _INSIDE * np.abs(rows)
    stages = chain.stages
    one, none = np.eye(stages), np.zeros((stages, stages))
    most = np.ones((stages, 1))
    limits = np.vstack(
        [
            np.hstack([-rows, np.zeros((len(rows), stages + 1))]),
            np.hstack([one, -one, 0 * most]),
            np.hstack([-one, -one, 0 * most]),
            np.hstack([none, one, -most]),
        ]
    )
    ends = np.r_[np.zeros(len(rows)), np.ones(stages), -np.ones(stages), np.zeros(stages)]
    cost = np.r_[np.zeros(stages), np.full(stages, _EACH_WEIGHT), 1.0]
    return np.asarray(linprog(cost, limits, ends, bounds=(0, None)).x[:stages])
