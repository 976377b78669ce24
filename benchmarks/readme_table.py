"""Rewrite the results table of a README from the results of `plantgym demo`.

    python -m plantgym.benchmarks.readme_table demo-report.json README.md

The table stands between the lines `<!-- results -->` and `<!-- /results -->`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..twins.errors import InputError, PlantgymError
from ..twins.whole_file import write_whole
from .aggregates import Summary
from .demo import DEMO_FORMAT
from .markdown import markdown_table, with_region
from .tables import HEADERS, summary_cells

_REGION = "results"


def results_table(comparisons: Sequence[dict[str, Any]]) -> str:
    """A Markdown table, a row a plant and policy.

    Args:
        comparisons: as they stand in the results of the demo.
    """
    rows = []
    for comparison in comparisons:
        for place, entry in enumerate(comparison["summary"]):
            summary = Summary(**entry)
            plant = "" if place else comparison["plant"]
            rows.append([plant, summary.policy, *summary_cells(summary, comparison["currency"])])
    return markdown_table(("plant", "policy", *HEADERS), rows, left=2)


def with_table(readme: str, table: str) -> str:
    """The text with the table between its markers.

    Raises:
        InputError: a text without both markers.
    """
    return with_region("README", readme, _REGION, table)


def update_readme(results: Path, readme: Path) -> None:
    """Rewrite the table of a README.

    Raises:
        InputError: a file that does not hold the results of a demo, or a README without markers.
    """
    try:
        found = json.loads(results.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError("results", str(results), f"give a readable JSON file ({error})") from None
    if not isinstance(found, dict) or found.get("format") != DEMO_FORMAT:
        raise InputError("results", str(results), "give a file written by `plantgym demo`")
    write_whole(readme, with_table(readme.read_text("utf-8"), results_table(found["comparisons"])))


if __name__ == "__main__":
    try:
        update_readme(*map(Path, sys.argv[1:]))
    except PlantgymError as error:
        sys.exit(str(error))
