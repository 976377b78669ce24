"""What many rows say of a policy: means, and means that withstand a few odd days."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..envs.cost_gap import cost_gap
from .scores import Row

Floats = NDArray[np.float64]
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Summary:
    """A policy over all days of a comparison.

    Args:
        policy: its name.
        days: how many.
        cost_mean: mean cost of a day [currency].
        cost_cvar95: mean cost of the worst 5 % of the days [currency].
        saving: share of the rule's mean cost that is saved.
        gap: mean cost above that of the optimum, as a share of it, as `cost_gap` has it.
        score_mean: mean of the days' scores; None if no day has one.
        score_iqm: mean of the middle half of the days' scores.
        score_iqm_low: lower end of its 95 % bootstrap interval.
        score_iqm_high: upper end.
        decision_ms: median over the days of the mean time of a decision [ms].
    """

    policy: str
    days: int
    cost_mean: float
    cost_cvar95: float
    saving: float | None
    gap: float | None
    score_mean: float | None
    score_iqm: float | None
    score_iqm_low: float | None
    score_iqm_high: float | None
    decision_ms: float


def iqm(values: ArrayLike) -> float:
    """Interquartile mean: a quarter of the values (rounded down) is left out at either end.

    Agarwal et al., NeurIPS 2021, arXiv 2108.13264.
    """
    ordered = np.sort(np.asarray(values, np.float64))
    cut = len(ordered) // 4
    return float(ordered[cut : len(ordered) - cut].mean())


def cvar(costs: ArrayLike, level: float = 0.95) -> float:
    """Mean of the worst 1 - level share of the costs; a cost on the edge counts in part."""
    worst_first = np.sort(np.asarray(costs, np.float64))[::-1]
    tail = (1.0 - level) * len(worst_first)
    weight = np.clip(tail - np.arange(len(worst_first)), 0.0, 1.0)
    return float(weight @ worst_first / tail)


def bootstrap_interval(
    strata: Sequence[ArrayLike],
    statistic: Callable[[Floats], float] = iqm,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
) -> tuple[float, float]:
    """Percentile interval of a statistic; each stratum (env) is resampled on its own.

    Args:
        strata: values of each stratum [n]; or [m, n] of m trainings on the same n days, of which
            trainings and days are then drawn independently of each other.
        statistic: of all values together.
        seed: of the resampling.
        resamples: how many.
        confidence: coverage of the interval.
    """
    rng = np.random.default_rng(seed)
    groups = [np.asarray(values, np.float64) for values in strata]
    drawn = [
        statistic(np.concatenate([_drawn_anew(group, rng) for group in groups]))
        for _ in range(resamples)
    ]
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _drawn_anew(group: Floats, rng: np.random.Generator) -> Floats:
    """As many values of a stratum, with replacement."""
    if group.ndim == 1:
        return rng.choice(group, len(group))
    trainings, days = (rng.integers(n, size=n) for n in group.shape)
    return group[np.ix_(trainings, days)].ravel()


def summarise(rows: Sequence[Row]) -> list[Summary]:
    """A summary for each policy of a comparison, in the order of the rows."""
    policies = dict.fromkeys(row["policy"] for row in rows)
    return [_summary(name, [row for row in rows if row["policy"] == name]) for name in policies]


def _summary(policy: str, rows: Sequence[Row]) -> Summary:
    cost, rule, optimum = (
        float(np.mean([row[name] for row in rows])) for name in ("cost", "rule_cost", "optimum")
    )
    scores = [row["score"] for row in rows if row["score"] is not None]
    low, high = bootstrap_interval([scores]) if scores else (None, None)
    return Summary(
        policy=policy,
        days=len(rows),
        cost_mean=cost,
        cost_cvar95=cvar([row["cost"] for row in rows]),
        saving=(rule - cost) / abs(rule) if rule else None,
        gap=cost_gap(cost, rule, optimum),
        score_mean=float(np.mean(scores)) if scores else None,
        score_iqm=iqm(scores) if scores else None,
        score_iqm_low=low,
        score_iqm_high=high,
        decision_ms=1000 * float(np.median([row["decision_s"] for row in rows])),
    )
