"""Tables of the study of scenario generators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from .generator_study import GeneratorRow
    from .generator_weather import ForecastError

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


def generator_table(rows: Sequence[GeneratorRow]) -> Table:
    """All generators of a case."""
    return _table(rows[0].case, GENERATOR_HEADERS, map(generator_cells, rows), left=1)


def error_table(errors: Sequence[ForecastError]) -> Table:
    """PV from weather."""
    return _table("PV from weather", ERROR_HEADERS, map(error_cells, errors), left=2)


def _table(title: str, headers: Sequence[str], rows: map[list[str]], *, left: int) -> Table:
    table = Table(title=title, title_justify="left")
    for place, header in enumerate(headers):
        table.add_column(header, justify="left" if place < left else "right")
    for row in rows:
        table.add_row(*row)
    return table
