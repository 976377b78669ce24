"""The document on uncertainty shows what the results render to, and its example runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from plantgym.benchmarks.dro_figure import draw_study
from plantgym.benchmarks.dro_study import StudyRow
from plantgym.benchmarks.uncertain_doc_tables import UNCERTAIN_FORMATS, UNCERTAIN_REGIONS

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "uncertainty.md").read_text("utf-8")


def results() -> dict[str, Any]:
    folder = ROOT / "docs" / "results"
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in UNCERTAIN_FORMATS}


@pytest.mark.parametrize("name", UNCERTAIN_REGIONS)
def test_every_table_is_that_of_the_results(name: str) -> None:
    found = results()
    assert all(found[each]["format"] == mark for each, mark in UNCERTAIN_FORMATS.items())
    content = UNCERTAIN_REGIONS[name](found)
    assert f"<!-- {name} -->\n{content}\n<!-- /{name} -->" in TEXT, "run `make tables`"


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(example, "docs/uncertainty.md", "exec"), {})
    costs = [float(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert costs == sorted(costs)
    assert costs[0] < costs[-1]


def test_the_picture_has_a_panel_a_limit(tmp_path: Path) -> None:
    rows = [
        StudyRow(limit_kw, share, method, 9.0, 9.0, gain, -gain)
        for limit_kw in (9000.0, 6000.0)
        for share in (1.0, 0.85)
        for method, gain in (("forecast", 0.0), ("SO", 1.0), ("RO", 2.0))
    ]
    path = tmp_path / "study.svg"
    draw_study(rows, path)
    assert path.stat().st_size > 5000
