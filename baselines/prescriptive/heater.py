"""The prescriptive policy of heaters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...envs.policy import Env
from ...twins.heater_outlook import HeaterOutlook
from ...twins.heater_tables import HOLD_H
from ...twins.stn_tables import Floats
from ..heater_planners import HeaterMpc
from .decisions import Health, Reason, Wording, order_between, risk_of
from .heater_moves import best_charge_move
from .heater_what_if import HeaterWhatIf
from .heater_words import call_words, charge_move_words, control_words, trip_words
from .rest import Rest
from .thresholds import HeaterThresholds

_ELEMENTS = 0

ASSETS = ("elements", "fan")
"""What is decided on, in the order of the controls."""

_RISKS = (("elements", "store"), ("fan",))
"""Whose risk counts for each: who charges, charges the store."""


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the last plan was made on."""

    step: int
    view: HeaterOutlook
    stands: tuple[bool, ...]


class PrescriptiveHeater(HeaterMpc):
    """Written rules for elements and fan, in the order of `docs/prescriptive.md`, with reasons.

    Between the plans that rule 2 calls for it keeps a course for the rest of the episode, which the
    rules change. Every change is tried on the twin first, and refused if the room would be colder.

    Args:
        thresholds: of the rules; None for those that are shipped.
        health: of elements, fan and store, by name.

    Attributes:
        health: as given; to be replaced when there is news of it.
        reasons: of the last decision, for elements and fan.
    """

    def __init__(
        self, thresholds: HeaterThresholds | None = None, health: Health | None = None
    ) -> None:
        super().__init__()
        self.thresholds = thresholds or HeaterThresholds()
        self.health: Health = health or {}
        self.reasons: tuple[Reason, ...] = ()

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started."""
        super().reset(env)
        plant, limits = self.env.plant, self.thresholds
        words = Wording(self.env.terms.currency, self.env.batch.form.start_hour, HOLD_H)
        self._what_if = HeaterWhatIf(plant, self.env.batch.tables, words, limits.cold_kh)
        self._sick = Rest(len(ASSETS), limits, words, HOLD_H, self.env.batch.tables.n_steps)
        self._basis: _Basis | None = None
        self._controls: tuple[Floats, Floats] | None = None
        self._from_step = 0
        self._moved_at = -(10**6)
        self._usual_cost = self.env.reference_cost / self.env.batch.tables.n_steps
        self.reasons = ()

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for what the rules make of the course."""
        told = self.env.view()
        view = replace(told, buy_price_per_kwh=self.faded(told))
        self._forecast = told
        said: dict[int, Reason] = {}
        self._decide(view, said)
        course = self._what_if.course
        self._controls, self._from_step = (course.power_kw, course.fan), view.step
        self.reasons = tuple(
            replace(said[place], reason=self._sick.refused.get(place, "") + said[place].reason)
            for place in range(len(ASSETS))
        )
        return self.env.batch.controls_to_action(float(course.power_kw[0]), float(course.fan[0]))

    def _decide(self, view: HeaterOutlook, said: dict[int, Reason]) -> None:
        """Go through the rules, and note what is said of each asset."""
        first = self._controls is None
        self._what_if.meet(view, *(self._planned(view) if first else self._ahead(view)))
        risks = [risk_of(self.health, *assets) for assets in _RISKS]
        self._sick.decide(view.step, risks, self._what_if.stand, "the room stays warm")
        for place, told in self._sick.told.items():
            said[place] = Reason(ASSETS[place], "SHUTDOWN", told)
        if view.tripped:
            said[_ELEMENTS] = Reason(ASSETS[_ELEMENTS], "SHUTDOWN", trip_words(self._what_if))
        why = self._why_plan(view)
        if why:
            self._optimise(view, why, said)
        else:
            self._move_charge(view, said)
        self._follow(view, said)

    def _ahead(self, view: HeaterOutlook) -> tuple[Floats, Floats]:
        """Power and fan of the course that is known, from a step on."""
        assert self._controls is not None
        ahead = view.step - self._from_step
        return self._controls[0][ahead:], self._controls[1][ahead:]

    def _why_plan(self, view: HeaterOutlook) -> str:
        """Why a new plan is needed, in words; empty if it is not."""
        words, limits, basis = self._what_if.words, self.thresholds, self._basis
        if basis is None:
            return "no plan yet"
        if view.calls != basis.view.calls:
            return call_words(words, view.calls, basis.view.calls)
        if self._sick.stands != basis.stands:
            return "what stands for its health has changed"
        age_h = (view.step - basis.step) * HOLD_H
        if age_h >= limits.plan_h:
            return f"the plan is {age_h:g} h old"
        if age_h < limits.least_plan_h:
            return ""
        price, planned = (v.buy_price_per_kwh[view.step] for v in (view, basis.view))
        usual = float(np.abs(basis.view.buy_price_per_kwh).mean())
        if abs(price - planned) > limits.price_share * usual:
            return f"price {words.price(price)}, the plan took {words.price(planned)}"
        return ""

    def _planned(self, view: HeaterOutlook) -> tuple[Floats, Floats]:
        """Power and fan of the plan of `mpc`, from a step on; what is sick stands for its time."""
        like, step = self._last, view.step
        if like is not None:
            power_kw, fan = like.power_kw.copy(), like.fan.copy()
            power_kw[step:], fan[step:] = self._what_if.course.power_kw, self._what_if.course.fan
            like = replace(like, power_kw=power_kw, fan=fan)
        self._last = self.planner.plan(view, rounds=self.rounds, like=like, full_fans=False)
        controls = (self._last.power_kw[step:].copy(), self._last.fan[step:].copy())
        for place, control in enumerate(controls):
            if self._sick.stands[place]:
                control[: self._sick.until[place] - step] = 0.0
        return controls

    def _optimise(self, view: HeaterOutlook, why: str, said: dict[int, Reason]) -> None:
        """Rule 2: plan the rest of the episode, and take the plan if it is allowed and pays."""
        what_if = self._what_if
        told = f"{why}: the plan of the rest of the episode"
        if self._basis is not None:
            course = what_if.run(*self._planned(view))
            against, saved = what_if.refusal(course), what_if.course.cost - course.cost
            if against:
                told = f"{why}, but with a new plan {against}: the course goes on"
            elif saved < 0.0:
                told = f"{why}, but a new plan saves nothing: the course goes on"
            else:
                told = f"{why}: a new plan costs {what_if.words.money(saved)} less than going on"
                what_if.take(course)
        self._basis = _Basis(view.step, view, self._sick.stands)
        for place, name in enumerate(ASSETS):
            does = control_words(what_if, place)
            said.setdefault(place, Reason(name, "OPTIMIZE", f"{told}; {does}"))

    def _move_charge(self, view: HeaterOutlook, said: dict[int, Reason]) -> None:
        """Rules 3 and 4: charge later where the price is dear, and earlier where it is cheap."""
        what_if, limits = self._what_if, self.thresholds
        if (
            view.tripped
            or self._sick.stands[_ELEMENTS]
            or (view.step - self._moved_at) * HOLD_H < limits.dwell_h
        ):
            return
        before = what_if.course
        least = limits.saving_share * self._usual_cost
        move = best_charge_move(what_if, least)
        if move is None:
            return
        what_if.take(move.course)
        order = order_between(before.power_kw[0], move.course.power_kw[0])
        told = charge_move_words(what_if, before, move)
        said[_ELEMENTS] = Reason(ASSETS[_ELEMENTS], order, told)
        self._moved_at = view.step

    def _follow(self, view: HeaterOutlook, said: dict[int, Reason]) -> None:
        """Rule 5: go on as the course has it."""
        assert self._basis is not None
        made, course = self._what_if.words.clock(self._basis.step), self._what_if.course
        states = ((view.power_kw, course.power_kw[0]), (view.fan, course.fan[0]))
        for place, (before, now) in enumerate(states):
            order = order_between(before, now)
            told = f"course of {made}: {control_words(self._what_if, place)}"
            said.setdefault(place, Reason(ASSETS[place], order, told))
