"""What the documents show runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from plantgym.twins.identify.process_toml import parse_process
from plantgym.twins.plant_toml import parse_plant

from .known_plant import DAYS, line_files

ROOT = Path(__file__).resolve().parents[1]


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    text = (ROOT / document).read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_the_example_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks("README.md", "python")
    exec(compile(example, "README.md", "exec"), {})
    assert "purchase" in capsys.readouterr().out


def test_the_plant_file_of_the_docs_is_a_plant() -> None:
    plant_file, dr = blocks("docs/plants.md", "toml")
    assert parse_plant(plant_file).tasks[0].modes[0].workers == 2.0
    assert parse_plant(plant_file + dr).dr_events is not None


def test_the_processes_of_the_docs_are_processes() -> None:
    line, graph = blocks("docs/identify.md", "toml")
    assert parse_process(line, "line").products == ("grinder_out",)
    oil = parse_process(f'name = "oil"\nmass_unit = "t"\n{graph}', "graph")
    assert (oil.products, oil.materials) == (("fuel",), ("light", "heavy", "fuel"))


def test_the_files_of_the_docs_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(line_files(tmp_path / "files"))
    shutil.copy("meters/a.csv", "meter.csv")
    times = DAYS.times.ravel()
    Path("pv.csv").write_text("\n".join(["time,measured_cf", *(f"{t},0.1" for t in times)]))
    names: dict[str, Any] = {"meter": DAYS.energy_kwh, "prices": DAYS.price_per_kwh}
    example = blocks("docs/identify.md", "python")[0]
    exec(compile(example, "docs/identify.md", "exec"), names)
    assert names["days"].energy_kwh.shape == DAYS.energy_kwh.shape


@pytest.mark.parametrize(
    "document",
    ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))],
)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert ((ROOT / document).parent / target).exists(), target
