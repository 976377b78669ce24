"""Tables of the study of scenario generators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from .generator_costs import ExtraCost
from .generator_scores import Scores
from .generator_weather import ForecastError
from .markdown import markdown_table
from .tables import filled_table

GENERATOR_HEADERS = (
    *(
        "generator",
        "energy, validation",
        "energy, test",
        "variogram",
        "marginal",
        "autocorrelation",
    ),
    *("90 % covers", "extra cost per day", "fit CPU s"),
)
ERROR_HEADERS = ("method", "block", "days", "mean absolute", "rms", "bias")


@dataclass(frozen=True, slots=True)
class GeneratorRow:
    """A generator in a case.

    Args:
        case: its name.
        generator: its name, or `FORECAST`.
        train_days: that it learnt from.
        fit_cpu_s: processor time of that [s].
        validation: scores there.
        test: scores there.
        cost: of schedules made with it on test days.
    """

    case: str
    generator: str
    train_days: int
    fit_cpu_s: float
    validation: Scores
    test: Scores
    cost: ExtraCost


def generator_cells(row: GeneratorRow) -> list[str]:
    """Cells of a generator; scores are those of the test days."""
    return [
        row.generator,
        f"{row.validation.energy:.4f}",
        f"{row.test.energy:.4f}",
        f"{row.test.variogram:.3f}",
        f"{row.test.marginal:.4f}",
        f"{row.test.autocorrelation:.4f}",
        f"{row.test.coverage:.1%}",
        f"{row.cost.mean:,.0f} ± {row.cost.error:,.0f}",
        f"{row.fit_cpu_s:.1f}",
    ]


def error_cells(error: ForecastError) -> list[str]:
    """Cells of the errors of a forecast, in % of the capacity."""
    shares = (error.mean_absolute, error.rms, error.bias)
    return [error.method, error.block, str(error.days), *(f"{100 * each:.2f} %" for each in shares)]


def generators_markdown(results: Mapping[str, Any]) -> str:
    """Tables of all cases, from the results of a run."""
    parts = []
    for case in dict.fromkeys(entry["case"] for entry in results["rows"]):
        rows = [_parsed(entry) for entry in results["rows"] if entry["case"] == case]
        cost = rows[0].cost
        told = (
            f"{case}: {max(row.train_days for row in rows)} days to learn from, "
            f"{rows[0].validation.days} and {rows[0].test.days} to be scored, {cost.days} "
            f"scheduled (at {cost.optimum:,.0f} CNY a day with perfect foresight)."
        )
        parts += [told, markdown_table(GENERATOR_HEADERS, map(generator_cells, rows))]
    note = f"Seed {results['seed']}, plantgym {results['version']}."
    return "\n\n".join([*parts, note])


def weather_markdown(results: Mapping[str, Any]) -> str:
    """Errors of PV from weather, from the results of a run."""
    errors = [ForecastError(**entry) for entry in results["pv_from_weather"]]
    return markdown_table(ERROR_HEADERS, map(error_cells, errors), left=2)


def generator_table(rows: Sequence[GeneratorRow]) -> Table:
    """All generators of a case."""
    return filled_table(rows[0].case, GENERATOR_HEADERS, map(generator_cells, rows), left=1)


def error_table(errors: Sequence[ForecastError]) -> Table:
    """PV from weather."""
    return filled_table("PV from weather", ERROR_HEADERS, map(error_cells, errors), left=2)


def _parsed(entry: Mapping[str, Any]) -> GeneratorRow:
    """A row as `asdict` has written it."""
    scores = {block: Scores(**entry[block]) for block in ("validation", "test")}
    return GeneratorRow(**{**entry, **scores, "cost": ExtraCost(**entry["cost"])})
