"""Rule 1: assets that are sick stand, as far as the day allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...twins.stn_tables import steps_of
from .decisions import Wording
from .thresholds import Thresholds


class Rest:
    """Which assets stand for their health, and until when.

    An asset whose risk is above the limit stands for the least time of rest; then, as long as its
    risk is above what is clear, for that time again. Each time is tried on the twin first.

    Args:
        assets: how many there are.
        thresholds: limits of the risk, and the time of rest.
        words: how numbers are said.
        step_h: length of a step [h].
        n_steps: steps of the day.

    Attributes:
        stands: which assets stand.
        until: step until which each of them does.
        told: why each of them stands, by its place.
        refused: why others do not, though they are sick, by their place.
    """

    def __init__(
        self, assets: int, thresholds: Thresholds, words: Wording, step_h: float, n_steps: int
    ) -> None:
        self._limits, self._words, self._n_steps = thresholds, words, n_steps
        self._steps = max(1, steps_of(thresholds.rest_h, step_h))
        self.stands = (False,) * assets
        self.until = [0] * assets
        self.told: dict[int, str] = {}
        self.refused: dict[int, str] = {}

    def decide(
        self, step: int, risks: Sequence[float], stand: Callable[[int, int], str], kept: str
    ) -> None:
        """Have sick assets stand.

        Args:
            step: the step.
            risks: of the assets.
            stand: has an asset stand for a number of steps, or says what speaks against it.
            kept: what is kept if an asset may stand, in words.
        """
        limit, clear = self._limits.risk_limit, self._limits.risk_clear
        self.told, self.refused, stands = {}, {}, []
        for place, risk in enumerate(risks):
            rests = self.stands[place]
            waits = rests and step < self.until[place]
            stands.append(waits or risk > (clear if rests else limit))
            if not stands[place]:
                continue
            until = self.until[place] if waits else min(step + self._steps, self._n_steps)
            against = stand(place, until - step)
            said = f"risk {risk:.2f}, limit {limit:.2f}"
            if against:
                stands[place] = False
                self.refused[place] = f"{said}, but if it stood {against}; "
                continue
            self.until[place] = until
            self.told[place] = (
                f"{said}: stands until {self._words.clock(until)}, and on while the risk is above "
                f"{clear:.2f}; {kept}"
            )
        self.stands = tuple(stands)
