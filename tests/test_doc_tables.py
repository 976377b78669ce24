"""The tables of the documents are what the results in `docs/results` render to."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from plantgym.benchmarks.doc_tables import REGIONS, read_results, rendered, update_documents
from plantgym.twins.errors import InputError

ROOT = Path(__file__).resolve().parents[1]
NAMES = tuple(read_results(ROOT))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The documents and results, to be changed."""
    shutil.copytree(ROOT / "docs" / "results", tmp_path / "docs" / "results")
    for document in REGIONS:
        shutil.copy(ROOT / document, tmp_path / document)
    return tmp_path


def change(root: Path, name: str, **values: Any) -> None:  # noqa: ANN401
    path = root / "docs" / "results" / f"{name}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


@pytest.mark.parametrize("document", REGIONS)
def test_the_documents_show_the_results(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    assert rendered(document, text, read_results(ROOT)) == text, "run `make tables`"


def test_other_results_make_other_tables_and_leave_the_rest(copy: Path) -> None:
    before = (copy / "docs" / "identify.md").read_text("utf-8")
    lines = json.loads((ROOT / "docs" / "results" / "lines.json").read_text())["lines"]
    first = {**lines[0], "noise": 0.03, "test_error": 0.0123, "seed": 4321}
    change(copy, "lines", lines=[first])
    update_documents(copy)
    after = (copy / "docs" / "identify.md").read_text("utf-8")
    assert "1 lines (seeds 4321 to 4321)" in after
    assert "| 3% | 1.23/1.23 |" in after
    assert "1 at 3% noise with a median test error of 1.23 %" in (copy / "README.md").read_text()
    assert before.partition("<!-- lines -->")[0] == after.partition("<!-- lines -->")[0]
    assert before.partition("<!-- /lines -->")[2] == after.partition("<!-- /lines -->")[2]


def test_the_published_figures_stand_beside_ours() -> None:
    text = rendered(
        "README.md",
        "<!-- identification -->\n<!-- /identification -->",
        read_results(ROOT),
    )
    assert (
        text.splitlines()[1] == "| test error | published PSI | ours LP | ours MILP | ours auto |"
    )
    assert "| cement | 5.18 % |" in text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "plantgym fleet 1"}'])
def test_other_files_are_refused(copy: Path, name: str, content: str) -> None:
    (copy / "docs" / "results" / f"{name}.json").write_text(content)
    with pytest.raises(InputError, match="results"):
        update_documents(copy)


def test_markers_are_needed(copy: Path) -> None:
    (copy / "README.md").write_text("# plantgym\n")
    with pytest.raises(InputError, match=r"README\.md.*add the lines"):
        update_documents(copy)


def test_the_heater_is_proven_to_the_pooled_gap(copy: Path) -> None:
    rows = [
        {"policy": name, "day": day, "cost": cost, "bound": bound}
        for day, least, bound in (("2025-02-01", 10.0, 9.0), ("2025-02-02", -6.0, -6.2))
        for name, cost in (("timer", 20.0), ("optimum", least))
    ]
    change(copy, "heater", rows=rows, summary=[{"policy": "timer"}, {"policy": "optimum"}])
    update_documents(copy)
    text = (copy / "docs" / "heater.md").read_text("utf-8")
    assert "| 2025-02-01 | 20.0 | 10.0 | 1.00 | 10.00% |" in text
    assert "| mean | 20.0 | 2.0 | 0.60 | 30.00% |" in text
