"""The experiments of Ji et al. 2019 on seasons of the heater's twin: no meter of theirs is public.

Each season is that of the shipped heater in a winter drawn at random. The models learn from it as
the authors' did (120 days, then ten that are tested), and at rolling origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table

from ..twins.errors import MissingExtraError
from ..twins.heater_operation import CHARGING_HOURS, Behaviour, Control
from ..twins.heater_season import heating_season
from ..twins.heater_toml import load_heater
from .parallel import in_parallel
from .sets_table import PUBLISHED_SOURCE, consumption_table, error_table

if TYPE_CHECKING:
    from ..twins.identify_heater import HeaterDays
    from ..twins.identify_heater.daily_model import DailyPredictor

TWIN = "seasons of the heater's twin (plantgym.twins.heater_season), not measured ones"
"""What our figures are of."""

METHODS = MappingProxyType(
    {"CPM": "cpm", "PM": "pm", "CM": "cm", "ours": "auto", "ours + brick": "auto"}
)
"""Rows of the table of errors: models of the paper and ours, by their names there and here."""

BEHAVIOURS: tuple[tuple[Control, Behaviour], ...] = (
    ("modulated", "short"), ("modulated", "long"), ("fixed-power", "short"),
    ("fixed-power", "long"), ("fixed-power", "mixed"),
)  # fmt: skip
"""Seasons of the table of errors."""

SEASONS = 2
"""Seasons of each behaviour."""

_TRAIN_DAYS, _TEST_DAYS = 120, 10
_FIRST_ORIGIN, _EVERY = 60, 14
_MONTHS = 5


@dataclass(frozen=True, slots=True)
class SetsErrors:
    """Errors of a method on one season, relative to what a day drew.

    Args:
        method: one of `METHODS`.
        control: how the season's heater was charged.
        behaviour: when.
        seed: of the season.
        test_mean: mean absolute error of the ten test days.
        test_max: greatest of them.
        rolling_mean: mean absolute error of a day at rolling origins.
        hourly: sum of the errors of all hours there, as a share of what they drew.
    """

    method: str
    control: str
    behaviour: str
    seed: int
    test_mean: float
    test_max: float
    rolling_mean: float
    hourly: float


@dataclass(frozen=True, slots=True)
class SetsMonth:
    """Consumption of the days of a month that a season's modulated heater was charged in.

    Args:
        behaviour: of charging.
        seed: of the season.
        month: 0 for November to 4 for March.
        twin_kwh: mean of a day on the twin's meter.
        model_kwh: mean of what the physical model says of the days, with the true plant.
    """

    behaviour: str
    seed: int
    month: int
    twin_kwh: float
    model_kwh: float


@dataclass(frozen=True, slots=True)
class SetsReproduction:
    """What was found.

    Args:
        months: of Table 1.
        errors: of Table 3.
        seed: of the first season.
    """

    months: Sequence[SetsMonth]
    errors: Sequence[SetsErrors]
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        return [consumption_table(self.months), error_table(self.errors)]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "sets",
            "version": version("plantgym"),
            "seed": self.seed,
            "published": PUBLISHED_SOURCE,
            "data": TWIN,
            "months": [asdict(each) for each in self.months],
            "errors": [asdict(each) for each in self.errors],
        }


def reproduce_sets(
    *, quick: bool = False, seed: int = 0, n_jobs: int = 1, progress: bool = False
) -> SetsReproduction:
    """Run the experiments of the paper's Tables 1 and 3 on seasons of the twin.

    Args:
        quick: one season of each behaviour instead of two.
        seed: of the first season.
        n_jobs: seasons at the same time.
        progress: whether to show a progress bar on stderr.

    Raises:
        MissingExtraError: without the packages of the extra `identify`.
    """
    seeds = range(seed, seed + (1 if quick else SEASONS))
    both: tuple[Behaviour, ...] = ("short", "long")
    months = [month for each in seeds for b in both for month in season_months(b, each)]
    calls = [
        (method, control, behaviour, each)
        for method in METHODS
        for control, behaviour in BEHAVIOURS
        for each in seeds
    ]
    running = in_parallel(
        season_errors, calls[::-1], jobs=n_jobs, title="sets", unit="fits", progress=progress
    )
    with closing(running) as errors:
        found = {(e.method, e.control, e.behaviour, e.seed): e for e in errors}
    return SetsReproduction(months, [found[call] for call in calls], seed)


def season_months(behaviour: Behaviour, seed: int) -> list[SetsMonth]:
    """What a modulated heater drew in the months of a season, and the physical model of it."""
    from ..twins.heater_physics import steady_day

    plant = load_heater("sets_heater")
    days = _season_days("modulated", behaviour, seed)
    ambient_c = days.ambient_c.mean(axis=1)
    model_kwh = steady_day(plant, ambient_c, len(CHARGING_HOURS[behaviour])).charged_kwh
    month = (days.dates.astype("datetime64[M]").astype(int) + 2) % 12
    found = []
    for each in range(_MONTHS):
        of_month = month == each
        twin_kwh, pm_kwh = days.daily_kwh[of_month].mean(), model_kwh[of_month].mean()
        found.append(SetsMonth(behaviour, seed, each, float(twin_kwh), float(pm_kwh)))
    return found


def season_errors(method: str, control: Control, behaviour: Behaviour, seed: int) -> SetsErrors:
    """Errors of a method on a season.

    Args:
        method: one of `METHODS`.
        control: how the heater is charged.
        behaviour: when.
        seed: of the season.
    """
    try:
        from ..twins.identify_heater import rolling_origin
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "scikit-learn", "identify") from None
    days = _season_days(control, behaviour, seed)
    if not method.endswith("brick"):
        days = days.without_brick()
    model = _model(method)
    rolling = rolling_origin(model, days, first=_FIRST_ORIGIN, every=_EVERY)
    until = days.take(slice(_TRAIN_DAYS + _TEST_DAYS))
    test = rolling_origin(model, until, first=_TRAIN_DAYS, every=_TEST_DAYS)
    errors = np.abs(test.relative)
    return SetsErrors(
        method, control, behaviour, seed, float(errors.mean()), float(errors.max()), rolling.mape,
        rolling.hourly,
    )  # fmt: skip


def _season_days(control: Control, behaviour: Behaviour, seed: int) -> HeaterDays:
    from ..twins.identify_heater import heater_days

    season = heating_season(
        seed, control=control, behaviour=behaviour, plant=load_heater("sets_heater")
    )
    return heater_days(*season.frames(), first_hour=22)


def _model(method: str) -> DailyPredictor:
    from ..twins.identify_heater.identifier import MODELS, HeaterIdentifier

    name = METHODS[method]
    return HeaterIdentifier() if name == "auto" else MODELS[name]()
