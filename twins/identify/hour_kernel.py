"""Which stages ran in which step, as probabilities: the expectation step of `hour_fit.py`.

Every subset of I stages makes a level of the load. Given powers, the noise of the meter and how
strictly each stage keeps to the cheap steps of a day, a reading gives each level a weight;
multipliers hold the expected running steps of each stage and day at their given number. All 2^I
levels within reach of a reading are gone through, so I is small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..jit import entry, kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_REACH = 6.0
_NEWTON_STEP = 0.8
_LONGEST_STEP = 2.0
_LEAST_VARIANCE = 0.3
_NEGLIGIBLE = 1e-9
_BISECTIONS = 40
_NEVER_STANDING = -50.0


@kernel
def _sum_subsets(values: Floats, sums: Floats) -> None:
    """sums[k] = sum of values[i] over the bits i of k."""
    sums[0] = 0.0
    for k in range(1, len(sums)):
        low = 0
        while not (k >> low) & 1:
            low += 1
        sums[k] = sums[k & (k - 1)] + values[low]


@kernel
def _within_reach(reading: float, ranked: Floats, reach: float) -> tuple[int, int]:
    """The slice of the ranked levels that a reading may stem from, never empty."""
    levels = len(ranked)
    if np.isnan(reading):
        return 0, levels
    first = int(np.searchsorted(ranked, reading - reach))
    end = int(np.searchsorted(ranked, reading + reach))
    if first < end:
        return first, end
    first = max(0, min(first, levels - 1) - 1)
    return first, min(levels, first + 3)


@kernel
def _weigh(
    reading: float,
    ranked: Floats,
    spread: Floats,
    cost: Floats,
    order: Ints,
    first: int,
    end: int,
    share: Floats,
) -> float:
    """Share of each level within reach in a reading; returns the log of their sum."""
    missing = np.isnan(reading)
    highest = -np.inf
    for q in range(first, end):
        share[q] = -cost[order[q]]
        if not missing:
            score = (reading - ranked[q]) / spread[q]
            share[q] -= 0.5 * score * score + np.log(spread[q])
        highest = max(highest, share[q])
    mass = 0.0
    for q in range(first, end):
        share[q] = np.exp(share[q] - highest)
        mass += share[q]
    for q in range(first, end):
        share[q] /= mass
    return float(highest + np.log(mass))


@kernel
def _collect(
    reading: float,
    ranked: Floats,
    spread: Floats,
    order: Ints,
    first: int,
    end: int,
    share: Floats,
    gram: Floats,
    moment: Floats,
) -> float:
    """Add a reading to the sums of the power fit; returns its mean squared score."""
    stages = len(moment)
    squares = 0.0
    for q in range(first, end):
        if share[q] < _NEGLIGIBLE:
            continue
        k = order[q]
        trust = share[q] / (spread[q] * spread[q])
        squares += trust * (reading - ranked[q]) ** 2
        for i in range(stages):
            if (k >> i) & 1:
                moment[i] += trust * reading
                for j in range(stages):
                    if (k >> j) & 1:
                        gram[i, j] += trust
    return squares


@entry
def expect(
    load: Floats,
    rank: Floats,
    strictness: Floats,
    needed: Floats,
    power: Floats,
    floor: float,
    relative: float,
    multiplier: Floats,
    newton: int,
    gram: Floats,
    moment: Floats,
    running: Floats,
    mean_rank: Floats,
) -> tuple[float, float, float]:
    """Probabilities of running, their log likelihood and the sums of the power fit.

    Args:
        load: of the stages in each step [D, T]; NaN where a reading is missing.
        rank: of the prices within their day, from -0.5 (cheapest) to 0.5 [D, T].
        strictness: log odds that a stage loses between the cheapest and the dearest step [I].
        needed: running steps of each stage in a day [I].
        power: load of each stage in a step [I].
        floor: standard deviation of a reading, whatever the load.
        relative: standard deviation per load, beside the floor.
        multiplier: of the running steps [D, I]; improved in place.
        newton: how often.
        gram: written: weighted count of pairs running together [I, I].
        moment: written: weighted sum of the load while a stage runs [I].
        running: written: probability that a stage runs [D, T, I].
        mean_rank: written: sum of the ranks of a day's running steps, mean of the days [I].

    Returns:
        Log likelihood (a dual bound that is exact where the third value is 0), mean squared score
        of the readings, and by how many steps the expected running steps are off.
    """
    days, steps = load.shape
    stages = len(power)
    levels = 1 << stages
    level, strict, cost = np.empty(levels), np.empty(levels), np.empty(levels)
    _sum_subsets(power, level)
    _sum_subsets(strictness, strict)
    order = np.argsort(level)
    ranked = level[order]
    spread = np.sqrt(floor * floor + (relative * ranked) ** 2)
    share, price = np.empty(levels), np.empty(levels)
    gap, variance = np.empty(stages), np.empty(stages)
    gram[:] = 0.0
    moment[:] = 0.0
    mean_rank[:] = 0.0
    total, squares, off, readings = 0.0, 0.0, 0.0, 0
    for d in range(days):
        for turn in range(newton + 1):
            last = turn == newton
            _sum_subsets(multiplier[d], price)
            gap[:] = -needed
            variance[:] = _LEAST_VARIANCE
            for t in range(steps):
                reading = load[d, t]
                first, end = _within_reach(reading, ranked, _REACH * spread[-1])
                for q in range(first, end):
                    cost[order[q]] = price[order[q]] + rank[d, t] * strict[order[q]]
                log_mass = _weigh(reading, ranked, spread, cost, order, first, end, share)
                for i in range(stages):
                    chance = 0.0
                    for q in range(first, end):
                        chance += share[q] * ((order[q] >> i) & 1)
                    running[d, t, i] = chance
                    gap[i] += chance
                    variance[i] += chance * (1.0 - chance)
                    if last:
                        mean_rank[i] += chance * rank[d, t] / days
                if last:
                    total += log_mass
                if last and not np.isnan(reading):
                    readings += 1
                    squares += _collect(
                        reading, ranked, spread, order, first, end, share, gram, moment
                    )
            for i in range(stages):
                if last:
                    total += multiplier[d, i] * needed[i]
                    off += abs(gap[i])
                else:
                    step = _NEWTON_STEP * gap[i] / variance[i]
                    multiplier[d, i] += max(-_LONGEST_STEP, min(_LONGEST_STEP, step))
    return total, squares / max(1, readings), off / (days * stages)


@kernel
def _expected(strictness: float, multiplier: float, steps: int) -> tuple[float, float, float]:
    """Running steps of a day before any reading, the sum of their ranks, and the log of all odds.

    All days have the same ranks, so one day stands for all.
    """
    count, ranks, odds = 0.0, 0.0, 0.0
    for t in range(steps):
        rank = t / (steps - 1) - 0.5
        reluctance = multiplier + strictness * rank
        chance = 1.0 / (1.0 + np.exp(reluctance))
        count += chance
        ranks += chance * rank
        odds += max(0.0, -reluctance) + np.log1p(np.exp(-abs(reluctance)))
    return count, ranks, odds


@entry
def prior(strictness: float, needed: int, steps: int) -> tuple[float, float, float]:
    """A stage that runs `needed` of `steps`, before any reading.

    Returns:
        The multiplier of its steps, the log weight of such days, and the sum of the ranks of its
        running steps.
    """
    if needed >= steps:
        return _NEVER_STANDING, 0.0, 0.0
    low, high = -100.0, 100.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if _expected(strictness, middle, steps)[0] > needed:
            low = middle
        else:
            high = middle
    _, ranks, odds = _expected(strictness, middle, steps)
    return middle, odds + middle * needed, ranks


@entry
def suited_strictness(mean_rank: float, needed: int, steps: int, low: float, high: float) -> float:
    """The strictness between two limits at which running steps have a given sum of ranks."""
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if prior(middle, needed, steps)[2] > mean_rank:
            low = middle
        else:
            high = middle
    return middle
