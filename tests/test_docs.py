"""What the documents show runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plantgym.twins.plant_toml import parse_plant

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


@pytest.mark.parametrize(
    "document",
    ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))],
)
def test_links_lead_somewhere(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert ((ROOT / document).parent / target).exists(), target
