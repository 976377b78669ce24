"""How real-time prices move around their forecast: a Markov chain learned from days gone by.

The spread is the real-time price less its forecast. A state of the chain is a size of the spread
and how restless the day has been so far; both are known when a step is decided. Recent days count
more, because markets change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..twins.stn_tables import Floats, Ints
from ..twins.value_checks import check_number, check_whole

_FLOOR = 0.1
"""Spreads that are small beside this share of their mean size are all taken for calm."""

_OLDEST = 10
"""Half-lives after which a day is forgotten: it counts for a thousandth."""

_FAINT = 1e-3
"""Weight of the mean over all days beside that of the days before a day, to have some at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSettings:
    """Settings of the chain.

    Args:
        sizes: sizes of the spread that are told apart.
        moods: degrees of unrest that are told apart.
        half_life_d: age at which a day counts half [d].
        mood_half_life_d: the same, for how restless a day is expected to be [d].
        mood_weight_h: hours of a day that this expectation weighs as much as [h].
        smoothing: steps of any size that are added to those seen after each state.

    Raises:
        InputError: a value of the wrong kind or out of range.
    """

    sizes: int = 9
    moods: int = 3
    half_life_d: float = 30.0
    mood_half_life_d: float = 7.0
    mood_weight_h: float = 12.0
    smoothing: float = 10.0

    def __post_init__(self) -> None:
        check_whole("sizes", self.sizes, low=2, high=99)
        check_whole("moods", self.moods, low=1, high=99)
        for name in ("half_life_d", "mood_half_life_d", "mood_weight_h", "smoothing"):
            check_number(name, getattr(self, name), low=1e-3)

    def as_dict(self) -> dict[str, Any]:
        """As it is written to files."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class SpreadChain:
    """A chain of K states: a size of the spread within a mood, one mood after the other.

    Args:
        spread: mean spread of each state [moods, sizes], rising within a mood [currency/kWh].
        chance: of each state after each state [K, K].
        mood: mean unrest of each mood [moods], rising.
        floor: spread below which all is calm [currency/kWh].
        expected: unrest that is expected of the day.
        weight: steps that this expectation weighs as much as.
    """

    spread: Floats
    chance: Floats
    mood: Floats
    floor: float
    expected: float
    weight: float

    def shares(self, spread: Floats) -> Floats:
        """How much each state has of a step [K], given the spreads of the day up to it [t + 1]."""
        unrest = np.log(np.abs(spread) + self.floor).sum()
        now = (self.weight * self.expected + unrest) / (self.weight + len(spread))
        size = [_shares(each, float(spread[-1])) for each in self.spread]
        return np.asarray((_shares(self.mood, now)[:, None] * size).ravel())


def no_chain() -> SpreadChain:
    """The chain of prices that come as they are forecast."""
    return SpreadChain(np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1), 1.0, 0.0, 1.0)


def fit_chain(
    spread: Floats, age_d: Floats, settings: ChainSettings, steps_per_h: float
) -> SpreadChain:
    """The chain of some days.

    Args:
        spread: of each day and step [D, T], oldest day first [currency/kWh].
        age_d: of each day [D], 1 for yesterday [d].
        settings: of the chain.
        steps_per_h: steps of an hour.
    """
    fresh = age_d <= max(_OLDEST * settings.half_life_d, age_d.min())
    spread, age_d = spread[fresh], age_d[fresh]
    if not spread.any():
        return no_chain()
    share = 0.5 ** (age_d / settings.half_life_d)
    floor = _FLOOR * float((np.abs(spread).mean(axis=1) * share).sum() / share.sum())
    unrest = np.log(np.abs(spread) + floor)
    weight = settings.mood_weight_h * steps_per_h
    expected = _expected(unrest.mean(axis=1), age_d, settings.mood_half_life_d)
    steps = weight + 1 + np.arange(spread.shape[1])
    now = (weight * expected[:-1, None] + unrest.cumsum(axis=1)) / steps
    weights = np.repeat(share, spread.shape[1])
    mood = _ranks(now.ravel(), weights, settings.moods)
    state = mood * settings.sizes
    for each in range(settings.moods):
        within = mood == each
        state[within] += _ranks(spread.ravel()[within], weights[within], settings.sizes)
    n_states = settings.moods * settings.sizes
    return SpreadChain(
        spread=_means(spread.ravel(), weights, state, n_states).reshape(settings.moods, -1),
        chance=_chances(state.reshape(spread.shape), weights.reshape(spread.shape), settings),
        mood=_means(now.ravel(), weights, mood, settings.moods),
        floor=floor,
        expected=float(expected[-1]),
        weight=weight,
    )


def _expected(unrest: Floats, age_d: Floats, half_life_d: float) -> Floats:
    """Unrest that the days before let expect of each day, and of today [D + 1]."""
    passed_d = -np.diff(np.append(age_d, 0.0))
    total, weight, mean = 0.0, 0.0, float(unrest.mean())
    expected = np.full(len(unrest) + 1, mean)
    for day, fade in enumerate(0.5 ** (passed_d / half_life_d)):
        total, weight = fade * (total + unrest[day]), fade * (weight + 1.0)
        expected[day + 1] = (total + _FAINT * mean) / (weight + _FAINT)
    return expected


def _ranks(values: Floats, weights: Floats, groups: int) -> Ints:
    """The group of each value [n], from lowest to highest, all of the same weight."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order]) - weights[order] / 2
    ranks = np.empty(len(values), np.int64)
    ranks[order] = np.minimum(below / weights.sum() * groups, groups - 1)
    return ranks


def _means(values: Floats, weights: Floats, group: Ints, groups: int) -> Floats:
    """Weighted mean of each group [groups]; that of all for a group without a value."""
    total = np.bincount(group, weights, groups)
    mean = np.bincount(group, weights * values, groups) / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, np.average(values, weights=weights))


def _chances(state: Ints, weights: Floats, settings: ChainSettings) -> Floats:
    """Chance of each state after each state [K, K], smoothed towards that after its mood."""
    k = settings.moods * settings.sizes
    step = (state[:, :-1] * k + state[:, 1:]).ravel()
    seen = np.bincount(step, weights[:, 1:].ravel(), k * k).astype(np.float64).reshape(k, k)
    after_mood = seen.reshape(settings.moods, settings.sizes, k).sum(axis=1) + 1e-12
    after_mood /= after_mood.sum(axis=1, keepdims=True)
    seen = seen + settings.smoothing * np.repeat(after_mood, settings.sizes, axis=0)
    return np.asarray(seen / seen.sum(axis=1, keepdims=True))


def _shares(levels: Floats, value: float) -> Floats:
    """How much each of some rising levels has of a value between them [n]."""
    shares = np.zeros(len(levels))
    above = int(np.searchsorted(levels, value))
    if above in (0, len(levels)):
        shares[min(above, len(levels) - 1)] = 1.0
        return shares
    width = levels[above] - levels[above - 1]
    shares[above] = (value - levels[above - 1]) / width
    shares[above - 1] = 1.0 - shares[above]
    return shares
