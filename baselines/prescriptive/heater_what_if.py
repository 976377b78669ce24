"""What would become of the rest of an episode if a heater ran so: tried on its twin first."""

from __future__ import annotations

import numpy as np

from ...twins.heater import HeaterPlant
from ...twins.heater_episode_state import HeaterTables
from ...twins.heater_heat_kernel import BRICK, ROOM, WATER
from ...twins.heater_outlook import HeaterOutlook
from ...twins.heater_plan_course import Course, run_course
from ...twins.heater_simulate import fan_of_transfer, transfer_of_fan
from ...twins.heater_tables import HOLD_H
from ...twins.stn_tables import Floats
from .decisions import Wording

_LEAST_KW = 1.0
"""Less than this is not charged."""

_ROUNDS = 3
"""Runs in which the fan is fitted to the heat that it shall release."""


class HeaterWhatIf:
    """The twin of a heater, and the best known course of the rest of its episode.

    A course is refused if the room is colder in it than the best known one leaves it.

    Args:
        plant: the heater.
        tables: of it and its terms.
        words: how numbers are said.
        cold_kh: how many more degree-hours of cold are forgiven [K h].

    Attributes:
        course: the best known course, from the step of the view on.
    """

    def __init__(
        self, plant: HeaterPlant, tables: HeaterTables, words: Wording, cold_kh: float
    ) -> None:
        self.plant, self.tables, self.words = plant, tables, words
        self._cold_kh = cold_kh

    def meet(self, view: HeaterOutlook, power_kw: Floats, fan: Floats) -> None:
        """Look at a step, with the controls [n] that are known from it on."""
        self.view = view
        self.course = self.run(power_kw, fan)

    def run(self, power_kw: Floats, fan: Floats) -> Course:
        """The course of controls [n], in stages where there are only stages."""
        power_kw = np.where(power_kw < _LEAST_KW, 0.0, power_kw)
        if not self.tables.continuous:
            most_kw = self.plant.heater.power_max_kw
            power_kw = _nearest(self.tables.power_share * most_kw, power_kw)
            fan = _nearest(self.tables.fan, fan)
        return run_course(self.tables, self.view, power_kw, fan)

    def refusal(self, course: Course) -> str:
        """Why a course is worse than the best known one, in words; empty if it is not."""
        more_kh = self._colder_kh(course) - self._colder_kh(self.course)
        if more_kh <= self._cold_kh:
            return ""
        least_c = float(course.temp_c[:, ROOM].min())
        return f"the room would fall to {least_c:.2f} degC, {more_kh:.2f} Kh of cold more"

    def stand(self, place: int, count: int) -> str:
        """Take a course in which elements (0) or fan (1) stand, or say what speaks against it.

        What is not charged meanwhile is charged afterwards, in the cheapest steps; the fan runs
        faster where the brick is colder.
        """
        power_kw, fan = self.course.power_kw.copy(), self.course.fan.copy()
        if place == 1:
            fan[:count] = 0.0
        else:
            later = count + np.argsort(self._prices[count:], kind="stable")
            room_kw = self.plant.heater.power_max_kw - power_kw[later]
            filled_kw = np.minimum(np.cumsum(room_kw), power_kw[:count].sum())
            power_kw[later] += np.diff(filled_kw, prepend=0.0)
            power_kw[:count] = 0.0
            fan = self._fan_of_heat(power_kw)
        course = self.run(power_kw, fan)
        against = self.refusal(course)
        if not against:
            self.take(course)
        return against

    def _fan_of_heat(self, power_kw: Floats) -> Floats:
        """Fan fractions [n] that release the heat of the best known course at another power."""
        course = self.course
        heat_kw = transfer_of_fan(self.plant, course.fan) * _rise_k(course)
        for _ in range(_ROUNDS):
            fan = fan_of_transfer(self.plant, heat_kw / _rise_k(course))
            course = self.run(power_kw, fan)
        return fan

    @property
    def _prices(self) -> Floats:
        """Prices from the step of the view on [n]."""
        return self.view.buy_price_per_kwh[self.view.step :]

    def take(self, course: Course) -> None:
        """Make a course the best known one; what ran in it is what is asked for."""
        self.course = course

    def _colder_kh(self, course: Course) -> float:
        below_k = np.maximum(0.0, self.tables.room_min_c - course.temp_c[1:, ROOM])
        return float(below_k.sum()) * HOLD_H


def _rise_k(course: Course) -> Floats:
    """How much hotter the brick is than the water at the start of each step [n]."""
    rise_k: Floats = np.maximum(1.0, course.temp_c[:-1, BRICK] - course.temp_c[:-1, WATER])
    return rise_k


def _nearest(stages: Floats, values: Floats) -> Floats:
    """The nearest of some stages [n]."""
    nearest: Floats = stages[np.abs(values[:, None] - stages).argmin(axis=1)]
    return nearest
