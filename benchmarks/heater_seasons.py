"""How well heaters are identified: on whole seasons, and from weeks of their sensors.

The seasons are of random heaters in random winters, run by the twin: nobody's real ones are public.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..twins.errors import MissingExtraError
from ..twins.heater_operation import Control
from ..twins.heater_season import heating_season
from ..twins.heater_tables import brick_to_water_kw_per_k
from .markdown import markdown_table
from .parallel import in_parallel
from .tables import filled_table

if TYPE_CHECKING:
    from rich.table import Table

HEATER_SEASONS_FORMAT = "plantgym heater seasons 1"
GOALS: tuple[tuple[Control, bool, float], ...] = (
    ("modulated", False, 0.05),
    ("modulated", True, 0.035),
    ("fixed-power", False, 0.07),
)
"""How a heater is charged, whether its telemetry is known, and the error of a day to be reached."""

TRANSFER_GOAL = 0.02

_SEASON_HEADERS = ("charging", "telemetry", "seasons", "error of a day", "worst season", "goal")
_WEEK_HEADERS = ("charging", "weeks", "Cb", "greatest", "K(f)", "greatest", "K(f) within 2 %")
_CONTROLS: tuple[Control, ...] = ("modulated", "fixed-power")
_FIRST_DAYS = (10, 40, 70, 100, 130)
"""Days of the season on which the weeks begin: from November to March."""

_STEPS_PER_DAY, _STEP_H, _DAYS = 96, 0.25, 7
_FIRST_SEED = 300


@dataclass(frozen=True, slots=True)
class SeasonError:
    """How far off predictions of a season's days were.

    Args:
        control: how the heater was charged.
        telemetry: whether its brick temperature was known when a day began.
        seed: of the season.
        error: mean absolute error of a day at rolling origins, relative.
    """

    control: Control
    telemetry: bool
    seed: int
    error: float


@dataclass(frozen=True, slots=True)
class WeekError:
    """How far off what a week of telemetry told of a heater was.

    Args:
        control: how the heater was charged.
        seed: of the season.
        first_day: of the week, within the season.
        capacity: error of the heat capacity of the bricks, relative.
        transfer: greatest error of the transfer at all fan fractions seen, relative.
    """

    control: Control
    seed: int
    first_day: int
    capacity: float
    transfer: float


@dataclass(frozen=True, slots=True)
class HeaterSeasons:
    """What was found.

    Args:
        seasons: errors of predictions.
        weeks: errors of store and transfer.
        every: days from one fit of a season to the next.
    """

    seasons: Sequence[SeasonError]
    weeks: Sequence[WeekError]
    every: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        run = self.as_dict()
        return [
            filled_table(season_note(run), _SEASON_HEADERS, season_cells(run), left=2),
            filled_table(week_note(), _WEEK_HEADERS, week_cells(run), left=1),
        ]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return {
            "version": version("plantgym"),
            "every": self.every,
            "seasons": [asdict(each) for each in self.seasons],
            "weeks": [asdict(each) for each in self.weeks],
        }


def study_heater_seasons(
    *, seasons: int, heaters: int, every: int, jobs: int, progress: bool = False
) -> HeaterSeasons:
    """Identify heaters of random seasons, and compare with what they are and draw.

    Args:
        seasons: how many of each goal.
        heaters: of how many the weeks are, for each way of charging.
        every: days from one fit of a season to the next.
        jobs: processes that work at the same time.
        progress: whether to show a progress bar on stderr.

    Raises:
        MissingExtraError: without the packages of the extra `identify`.
    """
    goals = [(control, telemetry) for control, telemetry, _ in GOALS]
    seeds = range(_FIRST_SEED, _FIRST_SEED + seasons)
    wanted = [(*goal, seed, every) for goal, seed in product(goals, seeds)]
    running = in_parallel(
        season_error, wanted, jobs=jobs, title="seasons", unit="seasons", progress=progress
    )
    with closing(running) as results:
        found = {(each.control, each.telemetry, each.seed): each for each in results}
    calls = list(product(_CONTROLS, range(_FIRST_SEED, _FIRST_SEED + heaters)))
    running_weeks = in_parallel(
        week_errors, calls, jobs=jobs, title="weeks", unit="heaters", progress=progress
    )
    with closing(running_weeks) as results_of_weeks:
        weeks = {(each[0].control, each[0].seed): each for each in results_of_weeks}
    return HeaterSeasons(
        [found[call[:3]] for call in wanted],
        [week for call in calls for week in weeks[call]],
        every,
    )


def season_error(control: Control, telemetry: bool, seed: int, every: int) -> SeasonError:
    """The error of a season.

    Args:
        control: how the heater is charged.
        telemetry: whether its sensors are known.
        seed: of the season.
        every: days from one fit to the next.
    """
    from ..twins.identify_heater import heater_days

    try:
        from ..twins.identify_heater import HeaterIdentifier, rolling_origin
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "scikit-learn", "identify") from None
    meter, weather, sensors = heating_season(seed, control=control).frames()
    days = heater_days(meter, weather, sensors if telemetry else None)
    found = rolling_origin(HeaterIdentifier(), days, every=every)
    return SeasonError(control, telemetry, seed, found.mape)


def week_errors(control: Control, seed: int) -> list[WeekError]:
    """The errors of all weeks of a heater.

    Args:
        control: how the heater is charged.
        seed: of the season.
    """
    from ..twins.identify_heater import Telemetry, fit_telemetry

    season, errors = heating_season(seed, control=control), []
    true = season.plant
    for day in _FIRST_DAYS:
        readings = season.telemetry[day * _STEPS_PER_DAY :][: _DAYS * _STEPS_PER_DAY]
        brick_c, water_c, power_kw, fan = readings.T.copy()
        found = fit_telemetry(Telemetry(brick_c, water_c, power_kw, fan, _STEP_H))
        transfer = found.transfer_kw_per_k / brick_to_water_kw_per_k(true.tables, found.fans)
        capacity = found.plant.brick.capacity_kwh_per_k / true.brick.capacity_kwh_per_k
        greatest = float(np.abs(transfer - 1.0).max())
        errors.append(WeekError(control, seed, day, capacity - 1.0, greatest))
    return errors


def seasons_markdown(run: Mapping[str, Any]) -> str:
    """Both tables for the documents, from what a JSON file holds."""
    return "\n\n".join(
        [
            season_note(run),
            markdown_table(_SEASON_HEADERS, season_cells(run), left=2),
            week_note(),
            markdown_table(_WEEK_HEADERS, week_cells(run)),
        ]
    )


def season_note(run: Mapping[str, Any]) -> str:
    """What the first table is of."""
    return (
        "Error of a day, mean of each season, at rolling origins from day 60 on, fitted anew every "
        f"{run['every']} days; plantgym {run['version']}."
    )


def week_note() -> str:
    """What the second table is of."""
    return (
        "Store (Cb) and transfer (K(f), the greatest error at all fan fractions seen) from a week "
        f"of telemetry, {len(_FIRST_DAYS)} weeks of each heater from November to March."
    )


def season_cells(run: Mapping[str, Any]) -> list[list[str]]:
    """A row a goal."""
    rows = []
    for control, telemetry, goal in GOALS:
        own = [
            each
            for each in run["seasons"]
            if (each["control"], each["telemetry"]) == (control, telemetry)
        ]
        errors, seeds = [each["error"] for each in own], [each["seed"] for each in own]
        told = [f"{np.mean(errors):.2%}", f"{max(errors):.2%}", f"{goal:.1%}"]
        known = "yes" if telemetry else "no"
        rows.append([control, known, f"{len(own)} ({min(seeds)} to {max(seeds)})", *told])
    return rows


def week_cells(run: Mapping[str, Any]) -> list[list[str]]:
    """A row a way of charging."""
    rows = []
    for control in _CONTROLS:
        own = [each for each in run["weeks"] if each["control"] == control]
        capacity = np.abs([each["capacity"] for each in own])
        transfer = np.array([each["transfer"] for each in own])
        errors = (capacity.mean(), capacity.max(), transfer.mean(), transfer.max())
        within = float((transfer <= TRANSFER_GOAL).mean())
        cells = [f"{each:.2%}" for each in errors]
        rows.append([control, str(len(own)), *cells, f"{within:.0%}"])
    return rows
