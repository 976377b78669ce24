"""The tables of the study of health, for the terminal and for `docs/health.md`."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING, Any

from .markdown import markdown_table

if TYPE_CHECKING:
    from rich.table import Table

HEALTH_FORMAT = "plantgym health 1"

OURS = "limits and forest"
"""The method of `twins.health`."""

METHOD_HEADERS = (
    *("plant", "method", "precision", "recall", "median delay"),
    *("false alarms per asset and month", "asset-months"),
)
FAULT_HEADERS = ("plant", "fault", "size", "faults", "found", "elsewhere only", "median delay")


def method_cells(results: Mapping[str, Any]) -> list[list[str]]:
    """A row a plant and method."""
    return [
        [
            row["plant"],
            row["method"],
            f"{row['precision']:.0%}",
            f"{row['recall']:.0%}",
            f"{row['delay_h']:.0f} h" if row["recall"] else "",
            f"{row['false_per_month']:.2f}",
            f"{row['asset_months']:.0f}",
        ]
        for row in results["methods"]
    ]


def fault_cells(results: Mapping[str, Any], method: str = OURS) -> list[list[str]]:
    """A row a plant, kind and size of fault, found by one method."""
    return [
        [
            row["plant"],
            row["kind"].replace("_", " "),
            f"{row['size']:g}",
            str(row["runs"]),
            f"{row['found'] / row['runs']:.0%}",
            f"{row['elsewhere'] / row['runs']:.0%}",
            f"{median(row['delays_h']):.0f} h" if row["delays_h"] else "",
        ]
        for row in results["faults"]
        if row["method"] == method
    ]


def health_tables(results: Mapping[str, Any]) -> list[Table]:
    """For the terminal."""
    from .tables import filled_table

    return [
        filled_table("Ways to find faults", METHOD_HEADERS, method_cells(results), left=2),
        filled_table(f"Faults found by {OURS}", FAULT_HEADERS, fault_cells(results), left=2),
    ]


def methods_markdown(results: Mapping[str, Any]) -> str:
    """The table of methods for the document."""
    run = f"seed {results['seed']}, {results['cpu_s']:.0f} CPU-seconds"
    note = f"plantgym {results['version']}, {run}."
    cells = [[cell.replace("|", "\\|") for cell in row] for row in method_cells(results)]
    return f"{note}\n\n{markdown_table(METHOD_HEADERS, cells, left=2)}"


def faults_markdown(results: Mapping[str, Any]) -> str:
    """The table of faults for the document."""
    return markdown_table(FAULT_HEADERS, fault_cells(results), left=2)
