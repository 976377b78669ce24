"""`plantgym generate`."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from plantgym.benchmarks.cli import app
from plantgym.twins.generators import default_folder

DOCS = Path(__file__).resolve().parents[1] / "docs" / "cli.md"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def generate(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["generate", *map(str, arguments)])


def test_samples_are_written(tmp_path: Path) -> None:
    out = tmp_path / "samples.csv"
    done = generate("car_seat", "2025-06-01", "--samples", 50, "--keep", 4, "--out", out)
    assert done.exit_code == 0, done.output
    assert "4 samples of 2025-06-01" in done.stdout
    header, *lines = out.read_text().splitlines()
    assert header == "sample,weight,step,pv_kw,wind_kw"
    rows = [list(map(float, line.split(","))) for line in lines]
    assert len(rows) == 4 * 12
    assert sum(row[1] for row in rows if row[2] == 0) == pytest.approx(1.0)
    assert 0 <= max(row[3] for row in rows) <= 1000
    assert 0 < max(row[4] for row in rows) <= 500


def test_a_second_run_reads_the_fit_and_writes_the_same(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one.csv", "two.csv")]
    for file in files:
        assert generate("cement_pv", "2025-06-01", "--out", file).exit_code == 0
        (kept,) = default_folder().iterdir()
    assert files[0].read_bytes() == files[1].read_bytes()
    assert kept.name.startswith("analog-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("cement_pv", "2031-01-01"), "date"),
        (("cement_pv", "2020-01-02"), "none before it"),
        (("cement_pv", "2020-01-20"), "at least 30 days"),
        (("cement_mill", "2025-06-01"), "add 'pv_kw' or 'wind_kw'"),
        (("cement_pv", "2025-06-01", "--generator", "oracle"), "use one of analog"),
        (("cement_pv", "2025-06-01", "--samples", 5, "--keep", 6), "k = 6"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: tuple[object, ...], message: str) -> None:
    done = generate(*arguments, "--out", tmp_path / "samples.csv")
    assert done.exit_code == 2
    (line,) = done.stderr.splitlines()
    assert message in line
    assert not (tmp_path / "samples.csv").exists()


def test_other_files_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "mine.csv"
    out.write_text("mine")
    assert generate("cement_pv", "2025-06-01", "--out", out).exit_code == 2
    assert out.read_text() == "mine"


def test_the_docs_name_every_option() -> None:
    told = DOCS.read_text("utf-8")
    section = told.partition("## generate\n")[2].partition("\n## ")[0]
    command = get_command(app).commands["generate"]  # type: ignore[attr-defined]
    options = [name for each in command.params for name in each.opts if name.startswith("--")]
    assert options
    assert all(f"`{name}`" in section for name in options)
