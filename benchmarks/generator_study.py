"""Every scenario generator on the same days: scores, and the cost of schedules made with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from rich.table import Table

from ..twins.generators import BELGIUM, GENERATORS, Generator, make_generator
from ..twins.value_checks import check_whole
from .generator_cases import Case, generator_cases
from .generator_costs import FORECAST, extra_costs
from .generator_scores import Scores, score_forecast, score_generator
from .generator_tables import GeneratorRow, error_table, generator_table
from .generator_weather import ForecastError, forecast_errors

GENERATORS_FORMAT = "plantgym generator study 1"

_BLOCKS = ("validation", "test")
_QUICK_STEPS = 20
_SHARE_OF_COSTS = 0.4

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class GeneratorStudy:
    """What was found.

    Args:
        rows: by case, then by generator.
        errors: of PV forecasts from weather.
        seed: of training and samples.
    """

    rows: list[GeneratorRow]
    errors: list[ForecastError]
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        cases = dict.fromkeys(row.case for row in self.rows)
        by_case = [[row for row in self.rows if row.case == case] for case in cases]
        return [*map(generator_table, by_case), error_table(self.errors)]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "generators",
            "version": version("plantgym"),
            "seed": self.seed,
            "rows": [asdict(row) for row in self.rows],
            "pv_from_weather": [asdict(each) for each in self.errors],
        }


def reproduce_generators(
    *, days: int = 30, quick: bool = False, seed: int = 0, progress: Progress
) -> GeneratorStudy:
    """Judge all generators on days by date: learn before 2025-03-20, test from 2025-05-19 on.

    Args:
        days: test days that are scheduled, evenly spread; scores take all of them.
        quick: train the networks hardly at all, to see whether everything runs.
        seed: of training and samples.
        progress: is told the share that is done and what is being done.

    Raises:
        InputError: days or a seed out of range.
        MissingExtraError: without the packages of the extras `generate`, `identify`, `plan` and
            `weather`.
    """
    check_whole("days", days, low=2, high=89)
    check_whole("seed", seed, high=2**31)
    errors = forecast_errors()
    cases, rows = generator_cases(), []
    for place, case in enumerate(cases):

        def tell(share: float, word: str, place: int = place) -> None:
            progress((place + share) / len(cases), word)

        rows += _judged(case, days, quick, seed, tell)
    return GeneratorStudy(rows, errors, seed)


def _judged(case: Case, days: int, quick: bool, seed: int, tell: Progress) -> list[GeneratorRow]:
    """The rows of a case."""
    fitted, took = _fitted(case, quick, seed, tell)
    scored = {
        name: _scored(generator, case, seed, _of(name, tell)) for name, generator in fitted.items()
    }
    any_fitted = next(iter(fitted.values()))
    validation, test = (score_forecast(any_fitted, case.days.split(each)) for each in _BLOCKS)
    costs = extra_costs(
        case,
        fitted,
        case.days.split("test").spread(days),
        seed,
        lambda share: tell(1.0 - _SHARE_OF_COSTS * (1.0 - share), f"{case.name}: schedules"),
    )
    train_days = case.days.split("train").n_days
    return [
        GeneratorRow(case.name, FORECAST, 0, 0.0, validation, test, costs[FORECAST]),
        *(
            GeneratorRow(case.name, name, train_days, took[name], *scored[name], costs[name])
            for name in fitted
        ),
    ]


def _fitted(
    case: Case, quick: bool, seed: int, tell: Progress
) -> tuple[dict[str, Generator], Mapping[str, float]]:
    """Fitted generators and the processor time that each took."""
    fitted: dict[str, Generator] = {}
    took = {}
    for place, name in enumerate(GENERATORS):

        def told(share: float, word: str, place: int = place) -> None:
            done = (place + share) / len(GENERATORS)
            tell((1.0 - _SHARE_OF_COSTS) * done, f"{case.name}: {word}")

        generator = make_generator(
            name, site=BELGIUM, progress=told, **_settings(name, quick, seed)
        )
        start = time.process_time()
        fitted[name] = generator.fit(case.days.split("train"))
        took[name] = time.process_time() - start
    return fitted, took


def _settings(name: str, quick: bool, seed: int) -> dict[str, int]:
    """Hyperparameters of the networks; the others have their own."""
    if not hasattr(GENERATORS[name], "steps"):
        return {}
    return {"seed": seed} | ({"steps": _QUICK_STEPS} if quick else {})


def _of(name: str, tell: Progress) -> Callable[[], None]:
    return lambda: tell(1.0 - _SHARE_OF_COSTS, f"scores of {name}")


def _scored(
    generator: Generator, case: Case, seed: int, tell: Callable[[], None]
) -> tuple[Scores, Scores]:
    """Scores on the validation and the test days."""
    tell()
    validation, test = (score_generator(generator, case.days.split(each), seed) for each in _BLOCKS)
    return validation, test
