"""The DRO tables of Li et al. (2024) run anew on the rebuilt factory, and how long forms take."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from rich.table import Table

from ..twins.linear_problem import Problem
from ..twins.solver import solve
from ..twins.uncertain.ambiguity import Ambiguity, fuzzy_chance, normal_chance, robust_budget
from ..twins.uncertain.cuts import Effort, Recourse
from ..twins.uncertain.extensive import strong_dual, wasserstein_extensive
from ..twins.uncertain.load import Load
from ..twins.uncertain.planning import worst_case
from ..twins.uncertain.two_stage import TwoStageProblem
from ..twins.uncertain.worst_case import WorstCase
from .dro_case import (
    BASE_EVENT,
    BASE_TARGET_T,
    EVENTS,
    FITTED,
    METHODS,
    RADIUS_SAMPLES,
    SOURCE,
    rebuilt_ambiguity,
    rebuilt_day,
)
from .dro_rows import CostRow, FormRow, cost_tables, form_table

DRO_FORMAT = "plantgym DRO 1"

TARGETS_T = (3400.0, 3700.0, 4000.0, 4300.0, 4600.0)
SAMPLES = (100, 150, 200, 250, 300, 350)
_MANY = 2000
_FORM_GAP = 1e-8

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class DroReproduction:
    """What was found.

    Args:
        costs: rows of all tables.
        forms: times of the same problem in several forms; none in a quick run.
        seed: of the samples.
    """

    costs: Sequence[CostRow]
    forms: Sequence[FormRow]
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        return [*cost_tables(self.costs), *([form_table(self.forms)] if self.forms else [])]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "dro",
            "version": version("plantgym"),
            "seed": self.seed,
            "published": SOURCE,
            "fitted": dict(FITTED),
            "costs": [{**asdict(row), "published": row.published} for row in self.costs],
            "forms": [asdict(row) for row in self.forms],
        }


def reproduce_dro(
    *, quick: bool = False, seed: int = 0, progress: Progress | None = None
) -> DroReproduction:
    """Plan the rebuilt factory in all cases of the paper.

    Args:
        quick: without the forms that have a row for every sample, which take minutes.
        seed: of the samples.
        progress: is told how far it is.
    """
    cases = _cases(seed)
    forms = [] if quick else _forms(seed)
    total, costs, times = len(cases) + len(forms), [], []
    for done, (table, case, method, target_t, event, reach) in enumerate(cases):
        if progress:
            progress(done / total, f"{case}, {method}")
        found = rebuilt_day(target_t).plan(reach, event)
        costs.append(
            CostRow(
                table,
                case,
                method,
                found.cost,
                found.day_ahead.cost,
                found.intraday.cost,
                found.settlement,
                found.multiplier,
                found.solve_s,
            )
        )
    for done, (name, n, form) in enumerate(forms, start=len(cases)):
        if progress:
            progress(done / total, f"{name}, N = {n}")
        times.append(_timed(name, n, seed, form))
    cuts_s = {row.n: row.cpu_s for row in times if row.form == "cuts"}
    ratios = [FormRow(**{**asdict(row), "ratio": row.cpu_s / cuts_s[row.n]}) for row in times]
    return DroReproduction(costs, ratios, seed)


_Case = tuple[str, str, str, float, str, Ambiguity]


def _cases(seed: int) -> list[_Case]:
    """Table, case, method, target, event and reach of each plan."""
    base = {method: rebuilt_ambiguity(method, seed=seed) for method in METHODS}
    cases: list[_Case] = [
        ("target", f"{target_t:.0f} t", method, target_t, BASE_EVENT, base[method])
        for target_t in TARGETS_T
        for method in METHODS
    ]
    cases += [("event", event, "DRO", BASE_TARGET_T, event, base["DRO"]) for event in EVENTS]
    for n in SAMPLES:
        reach = rebuilt_ambiguity("DRO", n, seed)
        cases.append(("samples", f"N = {n}", "DRO", BASE_TARGET_T, BASE_EVENT, reach))
    box, samples = base["RO"], base["SO"].samples
    further = {
        "RO, worst in 4 hours": robust_budget(samples, 4, box.lowest_kw, box.highest_kw),
        "normal chance 95 %": normal_chance(samples, 0.95),
        "fuzzy chance 95 %": fuzzy_chance(samples, 0.95),
    }
    for name, reach in further.items():
        cases.append(("method", "4000 t", name, BASE_TARGET_T, BASE_EVENT, reach))
    return cases


_Form = Callable[[Problem, Load, WorstCase], tuple[float, int]]


def _forms(seed: int) -> list[tuple[str, int, _Form]]:
    return [
        ("cuts", RADIUS_SAMPLES, _by_cuts),
        ("cuts", _MANY, _by_cuts),
        ("extensive", RADIUS_SAMPLES, _by(wasserstein_extensive)),
        ("strong dual", RADIUS_SAMPLES, _by(_hourly_strong_dual)),
    ]


def _hourly_strong_dual(problem: Problem, load: Load, worst: WorstCase) -> Problem:
    return strong_dual(problem, load, worst, step_h=1.0)


def _by_cuts(problem: Problem, load: Load, worst: WorstCase) -> tuple[float, int]:
    recourse = Recourse(problem, load, worst)
    found = recourse.solve(Effort(_FORM_GAP), ())
    return found.cost, len(recourse.problem.row_lower)


def _by(form: Callable[[Problem, Load, WorstCase], Problem]) -> _Form:
    def solved(problem: Problem, load: Load, worst: WorstCase) -> tuple[float, int]:
        made = form(problem, load, worst)
        return solve(made, mip_gap=_FORM_GAP).cost, len(made.row_lower)

    return solved


def _timed(name: str, n: int, seed: int, form: _Form) -> FormRow:
    """Time everything from the compiled plant on."""
    day, reach = rebuilt_day(), rebuilt_ambiguity("DRO", n, seed)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    both = TwoStageProblem(day.scheduler, day.day_ahead, day.intraday, EVENTS[BASE_EVENT])
    worst = worst_case(day.scheduler.day, day.intraday, both.load, reach, 0.0)
    cost, rows = form(both.problem, both.load, worst)
    wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
    return FormRow(name, n, rows, cost, wall_s, cpu_s, 1.0)
