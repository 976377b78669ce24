"""What would become of the rest of the day if a factory ran so: tried on its twin first."""

from __future__ import annotations

import numpy as np

from ...twins.outlook import Outlook
from ...twins.plant import StnPlant
from ...twins.stn_course import StnCourse, StnTwin
from ...twins.stn_tables import TOL, Floats, StnTables
from .decisions import Wording


class FactoryWhatIf:
    """The twin of a factory, and the best known course of the rest of its day.

    A course is refused if it loses more of the targets than the best known one, or trips more. So
    the targets that the reference rule keeps are kept, as far as the day comes as expected.

    Args:
        plant: the factory.
        tables: of it.

    Attributes:
        words: how numbers are said.
        course: the best known course, from the step of the view on; it runs as it is.
        rule: the course of the reference rule.
    """

    def __init__(self, plant: StnPlant, tables: StnTables) -> None:
        self.plant, self.tables = plant, tables
        self.words = Wording(plant.currency, plant.start_hour, tables.step_h)
        self._twin = StnTwin(tables)

    def meet(self, view: Outlook, levels: Floats | None) -> bool:
        """Look at a step; the best known course is the one given, or else that of the rule.

        Args:
            view: state and expectation.
            levels: course that is known, from the step on [n, J]; None for none.

        Returns:
            Whether the course that was given still runs, with no more loss than the rule.
        """
        self.view = view
        self._twin.meet(view)
        self.rule = self.run(np.zeros((0, len(self.tables.n_modes))))
        self.course = self.rule
        if levels is None:
            return False
        known = self.run(levels)
        if self.refusal(known):
            return False
        self.course = known
        return not known.moved.any()

    def run(self, levels: Floats) -> StnCourse:
        """The course of levels [k, J], and after them of the reference rule."""
        return self._twin.run(levels)

    def refusal(self, course: StnCourse) -> str:
        """Why a course is worse than the best known one, in words; empty if it is not."""
        best, words = self.course, self.words
        if course.shortfall_cost > best.shortfall_cost + TOL * max(1.0, best.shortfall_cost):
            lost_t = self._missing_t(course) - self._missing_t(best)
            worst = int(np.argmax(lost_t * self.tables.shortfall_cost_per_t))
            name, unit = self.plant.materials[worst].name, self.plant.stock_unit
            return f"{max(0.0, lost_t[worst]):,.0f} {unit} of {name} would be missing at the end"
        if course.trip_cost > best.trip_cost + TOL * max(1.0, best.trip_cost):
            more = course.trip_cost - best.trip_cost
            return f"a task that must run would trip, for {words.money(more)}"
        return ""

    def stand(self, j: int, count: int) -> str:
        """Take a course in which a task stands for some steps, or say what speaks against it."""
        levels = self.course.levels.copy()
        levels[:count, j] = 0.0
        against = ""
        for asked in (levels, levels[:count]):
            course = self.run(asked)
            against = self.refusal(course)
            if not against:
                self.take(course)
                break
        return against

    def allowed(self, course: StnCourse) -> bool:
        """Whether nothing speaks against a course."""
        return not self.refusal(course)

    def take(self, course: StnCourse) -> None:
        """Make a course the best known one; what the shield left of it is what is asked for."""
        self.course = course

    def _missing_t(self, course: StnCourse) -> Floats:
        missing: Floats = np.maximum(0.0, self.tables.end_min_t - course.stock_t[-1])
        return missing


def task_power_kw(tables: StnTables, levels: Floats) -> Floats:
    """Power of each task at levels [..., J], in kW."""
    low = levels.astype(np.int64)
    high = np.minimum(low + 1, tables.n_modes - 1)
    part, task = levels - low, np.arange(levels.shape[-1])
    power: Floats = (1.0 - part) * tables.power_kw[task, low] + part * tables.power_kw[task, high]
    return power
