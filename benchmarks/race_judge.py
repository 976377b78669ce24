"""Who judges a race of learners: a stopwatch, and looks at the validation days."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..agents.validation import Validator
from ..twins.stn_tables import Floats

_LEAST_PAUSE_S, _PAUSE_SHARE = 1.0, 0.05
"""CPU time between two looks at the validation days: at least, and of the time so far."""


@dataclass(frozen=True, slots=True)
class Look:
    """How good a learner was at a time.

    Args:
        steps: env-steps so far.
        cpu_s: CPU time of its learning so far [s].
        wall_s: time by the clock [s].
        gap: relative distance of the validation days' mean cost from that of the optimum.
    """

    steps: int
    cpu_s: float
    wall_s: float
    gap: float


@dataclass(frozen=True, slots=True)
class Racer:
    """What a learner did in the race.

    Args:
        name: of the learner.
        reached: whether it came within the goal.
        looks: at it, in order; the last one reached the goal if any did.
    """

    name: str
    reached: bool
    looks: tuple[Look, ...]


class Judge:
    """Stops the time of a learner, and looks at it on the validation days now and then.

    Args:
        validator: of the validation days.
        goal: gap to reach.
        limit_s: CPU time that a learner has [s].

    Attributes:
        looks: so far.
        over: whether the learner has reached the goal or has no time left.
    """

    def __init__(self, validator: Validator, goal: float, limit_s: float) -> None:
        self.validator, self.looks, self.over = validator, list[Look](), False
        self._goal, self._limit_s = goal, limit_s
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    @property
    def reached(self) -> bool:
        """Whether the learner has come within the goal."""
        return bool(self.looks) and self.looks[-1].gap <= self._goal

    def pass_by(self, steps: int, costs: Callable[[], Floats], *, last: bool = False) -> bool:
        """Look at the learner if it is time to.

        Args:
            steps: of the learner so far.
            costs: runs its policy on the validation days.
            last: whether to look in any case: it has come to its end.

        Returns:
            Whether its race is over.
        """
        cpu, wall = time.process_time(), time.perf_counter()
        cpu_s, wall_s = cpu - self._cpu, wall - self._wall
        before = self.looks[-1].cpu_s if self.looks else 0.0
        out_of_time = cpu_s > self._limit_s
        due = cpu_s - before >= max(_LEAST_PAUSE_S, _PAUSE_SHARE * cpu_s)
        if due or last or out_of_time:
            gap = self.validator.days.gap(costs())
            assert gap is not None, "the optimum of the raced env costs something"
            self.looks.append(Look(steps, cpu_s, wall_s, gap))
            self.over = self.reached or out_of_time
            self._cpu += time.process_time() - cpu
            self._wall += time.perf_counter() - wall
        return self.over
