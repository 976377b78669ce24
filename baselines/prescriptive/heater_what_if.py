"""What would become of the rest of an episode if a heater ran so: tried on its twin first."""

from __future__ import annotations

import numpy as np

from ...twins.heater import HeaterPlant
from ...twins.heater_episode_state import HeaterTables
from ...twins.heater_heat_kernel import ROOM
from ...twins.heater_outlook import HeaterOutlook
from ...twins.heater_plan_course import Course, run_course
from ...twins.heater_tables import HOLD_H
from ...twins.stn_tables import Floats
from .decisions import Wording

_LEAST_KW = 1.0
"""Less than this is not charged."""


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
        return f"the room would fall to {least_c:.1f} degC, {more_kh:.1f} Kh of cold more"

    def stand(self, place: int, count: int) -> str:
        """Take a course in which elements (0) or fan (1) stand, or say what speaks against it."""
        controls = [self.course.power_kw.copy(), self.course.fan.copy()]
        controls[place][:count] = 0.0
        course = self.run(*controls)
        against = self.refusal(course)
        if not against:
            self.take(course)
        return against

    def take(self, course: Course) -> None:
        """Make a course the best known one; what ran in it is what is asked for."""
        self.course = course

    def _colder_kh(self, course: Course) -> float:
        below_k = np.maximum(0.0, self.tables.room_min_c - course.temp_c[1:, ROOM])
        return float(below_k.sum()) * HOLD_H


def _nearest(stages: Floats, values: Floats) -> Floats:
    """The nearest of some stages [n]."""
    return stages[np.abs(values[:, None] - stages).argmin(axis=1)]
