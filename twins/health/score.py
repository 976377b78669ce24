"""The Health Score: its formula, and states with hysteresis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "watch", "alarm"]

ALARM, WATCH = 70.0, 85.0
"""Scores below which an asset is in alarm, or watched."""

CLEAR = 5.0
"""By how much a score must rise beyond a limit until the state is left again."""

PERSIST_H = 2.0
"""Hours for which a score must be low before the state changes [h]."""


@dataclass(frozen=True, slots=True)
class Health:
    """Health of an asset.

    Args:
        score: 100 for what is usual, 70 at the limit of what a healthy asset may do, down to 0.
        risk: 1 - score / 100.
        state: `"ok"`, `"watch"` or `"alarm"`, with hysteresis.
        causes: what is unusual, the most unusual first: what, how far, and since when.
    """

    score: float
    risk: float
    state: State
    causes: tuple[str, ...] = ()


def health_score(excess: float) -> float:
    """100 x 0.7^(excess^2): 70 where the excess is 1, 91 where it is a half, 24 where it is 2."""
    return float(100.0 * 0.7 ** min(excess, 100.0) ** 2)


class Hysteresis:
    """The state that follows from scores.

    Args:
        persist: steps in a row for which a score must be low before the state gets worse.
    """

    def __init__(self, persist: int) -> None:
        self._persist = persist
        self._below = {ALARM: 0, WATCH: 0}
        self._on = {ALARM: False, WATCH: False}

    def update(self, score: float) -> State:
        """Take in the score of a step."""
        for limit, below in self._below.items():
            self._below[limit] = below + 1 if score < limit else 0
            if self._below[limit] >= self._persist:
                self._on[limit] = True
            elif score > limit + CLEAR:
                self._on[limit] = False
        if self._on[ALARM]:
            return "alarm"
        return "watch" if self._on[WATCH] else "ok"
