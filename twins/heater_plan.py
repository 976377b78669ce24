"""Plans of a heater: the controls of the rest of an episode that cost least, as far as known.

Sequential linear programming on the env's own discretisation. The released heat at the start of a
step, K(f) (Tb - Tw), is the decision, not the fan: then only the radiators and the fan's power are
not linear. Each round linearises the Runge-Kutta steps of the best course so far, solves the linear
programme and runs its controls in the env's kernel, whose cost decides. `docs/heater.md` has the
method and what it was chosen against.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .heater_episode_state import COST_PARTS, HeaterTables
from .heater_heat_kernel import BRICK, WATER, fan_fractions
from .heater_outlook import HeaterOutlook
from .heater_plan_course import Course, run_course
from .heater_plan_round import Pattern, Round, solve_round
from .heater_plan_slopes import surroundings
from .heater_tables import (
    ENVELOPE_KW_PER_K,
    FAN_POWER_KW,
    POWER_MAX_KW,
    TRANSFER_MIN_KW_PER_K,
)
from .solver import SolverError
from .stn_tables import Floats

__all__ = ["HeaterPlan", "HeaterPlanner"]

ROUNDS = 16
"""Rounds of a plan made at leisure."""

_FULL_FANS = (1, 2, 4, 8)
_FREE_ROUNDS = 2
_FIRST_TRUST_KW, _LEAST_TRUST_KW = 160.0, 1.0
_SETTLED = 2e-6
_SMOOTH_STEPS = 16
_ABOVE_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class HeaterPlan:
    """What a heater does in the rest of an episode, and what that costs.

    Args:
        power_kw: heater power [T]; past steps are zero.
        fan: fan fraction [T]; past steps are zero.
        course: what they do from the outlook's step on: run by the env's kernel, nothing clipped.
        rounds: linear programmes that were solved.
        solve_s: wall-clock time [s].
    """

    power_kw: Floats
    fan: Floats
    course: Course
    rounds: int
    solve_s: float

    @property
    def cost(self) -> float:
        """Cost from the outlook's step to the end of the episode [currency]."""
        return self.course.cost

    @property
    def cost_parts(self) -> dict[str, float]:
        """The cost by part [currency]."""
        return dict(zip(COST_PARTS, self.course.cost_parts.sum(axis=0).tolist(), strict=True))


class HeaterPlanner:
    """Plans episodes of one heater under its terms.

    Args:
        tables: plant and terms, as the env's `batch.tables`.
    """

    def __init__(self, tables: HeaterTables) -> None:
        self.tables = tables
        self._least_kw_per_k = float(tables.values[TRANSFER_MIN_KW_PER_K])

    def plan(
        self,
        outlook: HeaterOutlook,
        *,
        rounds: int = ROUNDS,
        like: HeaterPlan | None = None,
        full_fans: bool = True,
    ) -> HeaterPlan:
        """The cheapest controls that are found for the rest of the episode.

        Args:
            outlook: state and expectation; the plan is for what it says.
            rounds: most linear programmes that are solved.
            like: an earlier plan of the episode to begin with. The bands of calls are then chosen
                without branch and bound, so that the plan is quick.
            full_fans: without `like`, whether to try full fans where power earns, which takes up
                to five times as long.
        """
        began = time.perf_counter()
        now = outlook.step
        if like is None:
            course, solved = self._improve(outlook, self._guess(outlook), rounds)
            if full_fans:
                course, solved = self._with_full_fans(outlook, course, rounds, solved)
        else:
            course = run_course(self.tables, outlook, like.power_kw[now:], like.fan[now:])
            course, solved = self._improve(outlook, course, rounds, whole=False)
        power_kw, fan = np.zeros((2, self.tables.n_steps))
        power_kw[now:], fan[now:] = course.power_kw, course.fan
        # What ran is asked for anew: it keeps all limits, so that nothing is clipped any more.
        course = run_course(self.tables, outlook, power_kw[now:], fan[now:])
        return HeaterPlan(power_kw, fan, course, solved, time.perf_counter() - began)

    def _with_full_fans(
        self, outlook: HeaterOutlook, best: Course, rounds: int, solved: int
    ) -> tuple[Course, int]:
        """If power earns in some steps, try full fans in the best of them.

        Full fans draw power that earns and is not stored. No small change of a slow fan leads
        there: its power grows with its cube.
        """
        price = outlook.buy_price_per_kwh[outlook.step :]
        by_price = np.argsort(price, kind="stable")
        for count in _FULL_FANS:
            if price[by_price[min(count, len(price)) - 1]] >= 0.0:
                break
            fan = best.fan.copy()
            fan[by_price[:count]] = 1.0
            begun = run_course(self.tables, outlook, best.power_kw, fan)
            course, more = self._improve(outlook, begun, rounds)
            best, solved = min(best, course, key=lambda course: course.cost), solved + more
        return best, solved

    def _guess(self, outlook: HeaterOutlook) -> Course:
        """Release what the building takes at its least temperature, and charge as much."""
        tables, around = self.tables, surroundings(self.tables.values, outlook)
        lost_kw_per_k = around.air_kw_per_k + tables.values[ENVELOPE_KW_PER_K]
        heat_kw = lost_kw_per_k * (tables.room_min_c - around.ambient_c) - around.gain_kw
        heat_kw = np.maximum(0.0, _smooth(heat_kw))
        rise_k = max(float(outlook.temp_c[BRICK] - outlook.temp_c[WATER]), 10.0)
        fan = self._fan(heat_kw / rise_k)
        return run_course(tables, outlook, np.minimum(heat_kw, tables.values[POWER_MAX_KW]), fan)

    def _improve(
        self, outlook: HeaterOutlook, course: Course, rounds: int, *, whole: bool = True
    ) -> tuple[Course, int]:
        """Solve linear programmes about the best course until they promise no more.

        The first round leaves the fan any transfer from zero on and chooses the bands of calls.
        Then a running fan has its least; which fans run is fixed such that the released heat adds
        up to what the round before wants.
        """
        about = best = course
        pattern, trust_kw = Pattern.open(len(course.fan)), np.inf
        for solved in range(rounds):
            try:
                found = solve_round(self.tables, outlook, about, pattern, trust_kw, whole=whole)
            except SolverError:
                return best, solved
            new = self._run(outlook, found)
            best = min(best, new, key=lambda course: course.cost)
            if solved == 0:
                pattern = Pattern(_runs(found, self._least_kw_per_k), found.bands)
            if solved < _FREE_ROUNDS or new.cost < about.cost:
                about = new
            else:
                trust_kw = min(trust_kw, _FIRST_TRUST_KW) / 2.0
            settled = about.cost - found.cost < _SETTLED * max(1.0, abs(about.cost))
            if solved >= _FREE_ROUNDS and (settled or trust_kw < _LEAST_TRUST_KW):
                return best, solved + 1
        return best, rounds

    def _run(self, outlook: HeaterOutlook, found: Round) -> Course:
        """Run what a round found; the power makes up for the fan's, so that the load is kept."""
        values = self.tables.values
        fan = self._fan(found.heat_kw / found.rise_k)
        fan_kw = values[FAN_POWER_KW] * fan**3
        power_kw = np.clip(found.load_kw - fan_kw, 0.0, values[POWER_MAX_KW])
        return run_course(self.tables, outlook, power_kw, fan)

    def _fan(self, transfer_kw_per_k: Floats) -> Floats:
        """Fans of transfers [n]; where they come within a hair of the least, the least runs."""
        least = self._least_kw_per_k
        near = transfer_kw_per_k > 0.999 * least
        fan = np.empty(len(transfer_kw_per_k))
        wanted = np.where(near, np.maximum(transfer_kw_per_k, (1.0 + _ABOVE_LEAST) * least), 0.0)
        fan_fractions(self.tables.values, wanted, fan)
        return fan


def _smooth(series: Floats) -> Floats:
    """Moving means [n]."""
    padded = np.pad(series, _SMOOTH_STEPS // 2, mode="edge")
    kernel = np.ones(_SMOOTH_STEPS + 1) / (_SMOOTH_STEPS + 1)
    return np.convolve(padded, kernel, "valid")


def _runs(found: Round, least_kw_per_k: float) -> NDArray[np.int8]:
    """Which fans run (1) or stand (0), so that the heat of the least fan adds up to what is wanted.

    A fan that releases at least that runs in any case.
    """
    least_kw = least_kw_per_k * found.rise_k
    runs = np.zeros(len(least_kw), np.int8)
    owed_kw = 0.0
    for t, (wanted_kw, least) in enumerate(zip(found.heat_kw, least_kw, strict=True)):
        if wanted_kw >= (1.0 - _ABOVE_LEAST) * least:
            runs[t] = 1
            continue
        owed_kw += wanted_kw
        if owed_kw >= 0.5 * least:
            runs[t] = 1
            owed_kw -= least
    return runs
