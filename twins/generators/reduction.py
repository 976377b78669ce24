"""Scenario reduction: a few scenarios that stand for many, and carry their weights.

What is made small is the Kantorovich distance to the full set: the weighted mean distance of each
scenario to the nearest one that is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from ..scenarios import Scenarios
from ..stn_tables import Floats, Ints
from ..value_checks import check_whole

MOST_SCENARIOS = 10_000
"""The table of all distances grows with the square."""

_LEAST_GAIN = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Reduction:
    """Which scenarios are kept.

    Args:
        indices: of the kept ones, rising [k].
        weight: of the kept ones [k]; the sum of all weights is kept.
        distance: weighted mean distance of each scenario to the nearest kept one.
    """

    indices: Ints
    weight: Floats
    distance: float


def reduce_values(values: Floats, k: int, weight: Floats | None = None) -> Reduction:
    """Choose k of N scenarios: fast forward selection, then swaps until none helps (PAM).

    Args:
        values: scenarios [N, V], in units that may be compared.
        k: how many to keep.
        weight: of the scenarios [N], 0 or more; 1/N each if there is none.

    Raises:
        InputError: no scenario or too many, NaN, weights that do not fit, or k out of range.

    Source:
        Heitsch, Römisch, Computational Optimization and Applications 24 (2003) 187-206, doi
        10.1023/A:1021805924152 (forward selection); Kaufman, Rousseeuw, Finding Groups in Data
        (1990), doi 10.1002/9780470316801 (PAM).
    """
    values, weight = _checked(values, weight)
    check_whole("k", k, low=1, high=len(values))
    apart = _distances(values)
    kept = _swapped(apart, weight, _forward(apart, weight, k))
    kept.sort()
    nearest = apart[kept].argmin(axis=0)
    nearest[kept] = np.arange(k)  # of two that are the same, each keeps its own weight
    return Reduction(
        kept,
        np.bincount(nearest, weight, minlength=k).astype(np.float64),
        float(weight @ apart[kept].min(axis=0) / weight.sum()),
    )


def reduce_scenarios(
    scenarios: Scenarios, k: int, series: Sequence[str] | None = None
) -> Scenarios:
    """The k days that stand best for all, each with the weights of the days that it stands for.

    Args:
        scenarios: the days.
        k: how many to keep.
        series: what days are compared by, each series in units of its own spread; None for all
            that differ between the days.

    Raises:
        InputError: k out of range, or a series that is not there.
    """
    names = list(scenarios.series) if series is None else list(series)
    missing = [name for name in names if name not in scenarios.series]
    if missing or not names:
        raise InputError("series", names, f"use one or more of {', '.join(scenarios.series)}")
    parts = [_in_spreads(scenarios.series[name]) for name in names]
    found = reduce_values(np.concatenate(parts, axis=1), k, scenarios.weight)
    return replace(scenarios.take(found.indices), weight=found.weight)


def _in_spreads(values: Floats) -> Floats:
    """Departures of days [D, T] from their mean, in units of the spread of all."""
    departure = values - values.mean(axis=0)
    spread = float(np.sqrt((departure**2).mean()))
    return np.asarray(departure / spread if spread > 0.0 else departure)


def _distances(values: Floats) -> Floats:
    """Euclidean distances [N, N]."""
    values = values - values.mean(axis=0)  # small numbers lose fewer digits
    square = (values**2).sum(axis=1)
    apart = square[:, None] + square - 2.0 * values @ values.T
    np.fill_diagonal(apart, 0.0)
    return np.asarray(np.sqrt(np.maximum(apart, 0.0)))


def _forward(apart: Floats, weight: Floats, k: int) -> Ints:
    """Take, k times, the scenario that lowers the distance most."""
    nearest = np.full(len(apart), np.inf)
    kept: list[int] = []
    for _ in range(k):
        distance = np.minimum(apart, nearest) @ weight
        distance[kept] = np.inf
        kept.append(int(distance.argmin()))
        nearest = np.minimum(nearest, apart[kept[-1]])
    return np.array(kept, np.int64)


def _swapped(apart: Floats, weight: Floats, kept: Ints) -> Ints:
    """Swap a kept for another scenario, always the pair that gains most, until none gains."""
    kept, k = kept.copy(), len(kept)
    if k == len(apart):
        return kept
    columns = np.arange(len(apart))
    while True:
        to_kept = apart[kept]
        owner = to_kept.argmin(axis=0)
        first = to_kept[owner, columns]
        to_kept[owner, columns] = np.inf
        second = to_kept.min(axis=0)
        joined = np.minimum(apart, first)  # [candidate, scenario], if the candidate came on top
        lost = np.minimum(apart, second) - joined  # what leaves when the owner goes besides
        member = np.where(owner == np.arange(k)[:, None], weight, 0.0)
        change = (joined - first) @ weight + member @ lost.T
        change[:, kept] = np.inf
        goes, comes = np.unravel_index(int(change.argmin()), change.shape)
        if change[goes, comes] >= -_LEAST_GAIN * (first @ weight):
            return kept
        kept[goes] = comes


def _checked(values: Floats, weight: Floats | None) -> tuple[Floats, Floats]:
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or not values.size or len(values) > MOST_SCENARIOS:
        fix = f"give [scenarios, values] with 1 to {MOST_SCENARIOS} scenarios"
        raise InputError("scenarios shape", values.shape, fix)
    if not np.isfinite(values).all():
        raise InputError("scenarios", "NaN or infinite", "fill the gaps, or leave them out")
    given = np.full(len(values), 1.0 / len(values)) if weight is None else np.asarray(weight)
    if given.shape != (len(values),) or not (given >= 0.0).all() or not 0.0 < given.sum() < np.inf:
        fix = f"give {len(values)} numbers of 0 or more, one a scenario, not all 0"
        raise InputError("weight", given, fix)
    return values, given.astype(np.float64)
