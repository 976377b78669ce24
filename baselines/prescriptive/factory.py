"""The prescriptive policy of factories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...envs.policy import Env
from ...twins.outlook import DrEvent, Outlook
from ...twins.schedule_day import LIMITS
from ...twins.solver import SolverError, solve
from ...twins.stn_tables import Floats
from ..planners import RollingMpc
from .decisions import Health, Reason, order_between, risk_of
from .factory_moves import best_move
from .factory_what_if import FactoryWhatIf
from .factory_words import event_words, level_words, move_words
from .rest import Rest
from .thresholds import FactoryThresholds


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the last plan was made on."""

    step: int
    view: Outlook
    dr: DrEvent | None
    stands: tuple[bool, ...]


class PrescriptiveFactory(RollingMpc):
    """Written rules for each task, in the order of `docs/prescriptive.md`, each with its reason.

    Between the plans that rule 2 calls for it keeps a course for the rest of the day, which the
    rules change. Every change is tried on the twin first, and refused if it would lose a target
    that the course keeps, trip, or not run as asked.

    Args:
        thresholds: of the rules; None for those that are shipped.
        health: of the tasks, by name.

    Attributes:
        health: as given; to be replaced when there is news of it.
        reasons: of the last decision, one a task.
    """

    def __init__(
        self, thresholds: FactoryThresholds | None = None, health: Health | None = None
    ) -> None:
        super().__init__()
        self.thresholds = thresholds or FactoryThresholds()
        self.health: Health = health or {}
        self.reasons: tuple[Reason, ...] = ()

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        plant = self.env.plant
        self._what_if = FactoryWhatIf(plant, self.tables)
        self._names = tuple(task.name for task in plant.tasks)
        self._sick = Rest(
            len(plant.tasks), self.thresholds, self._what_if.words, self.tables.step_h,
            self.tables.n_steps,
        )  # fmt: skip
        self._basis: _Basis | None = None
        self._course: Floats | None = None
        self._course_from = 0
        self._moved_at = np.full(len(self._names), -(10**6))
        self.reasons = ()

    def levels(self) -> Floats:
        """What the rules make of the course, as the plant can run it."""
        view = self.expected(self.env.view())
        known = None if self._course is None else self._course[view.step - self._course_from :]
        holds = self._what_if.meet(view, known)
        said: dict[int, Reason] = {}
        risks = [risk_of(self.health, name) for name in self._names]
        self._sick.decide(view.step, risks, self._what_if.stand, "the targets are kept")
        for j, told in self._sick.told.items():
            said[j] = Reason(self._names[j], "SHUTDOWN", told)
        why = self._why_plan(view, holds)
        if why:
            self._optimise(view, why, said)
        else:
            self._move_work(view, said)
        self._follow(view, said)
        self._course, self._course_from = self._what_if.course.levels, view.step
        self.reasons = tuple(
            Reason(name, said[j].order, self._sick.refused.get(j, "") + said[j].reason)
            for j, name in enumerate(self._names)
        )
        return np.asarray(self._course[0])

    def _why_plan(self, view: Outlook, holds: bool) -> str:
        """Why a new plan is needed, in words; empty if it is not."""
        words, limits, basis = self._what_if.words, self.thresholds, self._basis
        if basis is None:
            return "no plan yet"
        if view.dr != basis.dr:
            return event_words(words, view.dr)
        if self._sick.stands != basis.stands:
            return "other tasks stand for their health"
        if not holds:
            return "the course no longer runs as it was made"
        if (view.step - basis.step) * self.tables.step_h < limits.least_plan_h:
            return ""
        now, then = view.generation_kw[view.step], basis.view.generation_kw[view.step]
        most_kw = limits.generation_share * float(self.tables.power_kw.max(axis=1).sum())
        if abs(now - then) > most_kw:
            return f"generation {now:,.0f} kW, {now - then:+,.0f} kW against the plan"
        price, planned = (v.buy_price_per_kwh[view.step] for v in (view, basis.view))
        usual = float(np.abs(view.buy_forecast_per_kwh).mean())
        if abs(price - planned) > limits.price_share * usual:
            return f"price {words.price(price)}, the plan took {words.price(planned)}"
        return ""

    def _optimise(self, view: Outlook, why: str, said: dict[int, Reason]) -> None:
        """Rule 2: plan the rest of the day, and take the plan if it is allowed and pays."""
        what_if = self._what_if
        first = self._basis is None
        self._basis = _Basis(view.step, view, view.dr, self._sick.stands)
        try:
            course = what_if.run(self._planned(view))
        except SolverError as error:
            told = f"{why}, but there is no plan ({error}): the course goes on"
        else:
            against = what_if.refusal(course)
            saved = what_if.course.cost - course.cost
            if against:
                told = f"{why}, but with a new plan {against}: the course goes on"
            elif saved < 0.0:
                told = f"{why}, but a new plan saves nothing: the course goes on"
            else:
                than = "the reference rule" if first else "going on"
                told = f"{why}: a new plan costs {what_if.words.money(saved)} less than {than}"
                what_if.take(course)
        for j, name in enumerate(self._names):
            does = level_words(what_if, j)
            said.setdefault(j, Reason(name, "OPTIMIZE", f"{told}; {does}"))

    def _planned(self, view: Outlook) -> Floats:
        """Levels of the plan of `mpc` [n, J]; sick tasks stand in it for their time."""
        day = self.scheduler.day
        problem = day.fill(view)
        modes = problem.columns["mode"]
        upper, index = modes.by_step(problem.col_upper), modes.index[:: modes.n_steps]
        for j in np.flatnonzero(self._sick.stands):
            running = (index[:, 0] == j) & (index[:, 1] > 0)
            upper[running, view.step + 1 : self._sick.until[j] + 1] = 0.0
        solution = solve(problem, mip_gap=self.mip_gap, node_limit=self.node_limit, limits=LIMITS)
        return day.levels(solution.x)[view.step :]

    def _move_work(self, view: Outlook, said: dict[int, Reason]) -> None:
        """Rules 3 and 4: do work later where the price is dear, and earlier where it is cheap."""
        what_if, limits = self._what_if, self.thresholds
        least = limits.saving_share * abs(what_if.rule.cost) / (self.tables.n_steps - view.step)
        dwells = (view.step - self._moved_at) * self.tables.step_h < limits.dwell_h
        for _ in self._names:
            movable = np.flatnonzero(~dwells & ~np.array(self._sick.stands))
            before = what_if.course
            move = best_move(what_if, movable, tried=limits.tried, least=least)
            if move is None:
                return
            what_if.take(move.course)
            for j in np.flatnonzero(before.levels[0] != move.course.levels[0]):
                order = order_between(before.levels[0, j], move.course.levels[0, j])
                told = move_words(what_if, int(j), before, move)
                said[int(j)] = Reason(self._names[j], order, told)
                self._moved_at[j] = view.step
                dwells[j] = True

    def _follow(self, view: Outlook, said: dict[int, Reason]) -> None:
        """Rule 5: go on as the course has it."""
        assert self._basis is not None
        made = self._what_if.words.clock(self._basis.step)
        for j, name in enumerate(self._names):
            before, now = view.level[j], self._what_if.course.levels[0, j]
            order = order_between(before, now)
            does = level_words(self._what_if, j)
            said.setdefault(j, Reason(name, order, f"course of {made}: {does}"))
