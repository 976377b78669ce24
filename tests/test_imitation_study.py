"""What is told of imitation: a short study, its table, its command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("minari")
pytest.importorskip("torch")
pytest.importorskip("highspy")

from plantgym.benchmarks import imitation_study
from plantgym.benchmarks.imitation_study import (
    IMITATION_FORMAT,
    ImitationRow,
    ImitationStudy,
    imitation_cells,
    imitation_markdown,
    study_imitation,
)

from .test_cli import plantgym

MILL = "plantgym/CementMill-v0"
STUDY = ImitationStudy(
    [
        ImitationRow(MILL, "rule", "EUR", 200.0, 1.0, 0.0),
        ImitationRow(MILL, "bc", "EUR", 125.4, None, 0.746, 48, 3.2),
        ImitationRow(MILL, "ppo", "EUR", 110.0, 0.1, 0.9, 12_288, 61.7, 0.55),
    ],
    steps=10_000,
    days=20,
    shown={MILL: 2},
    seed=3,
)


def test_cells_of_a_study() -> None:
    assert imitation_cells(STUDY.as_dict()) == [
        ["CementMill-v0", "rule", "", "", "200 EUR", "100%", "0.000", ""],
        ["CementMill-v0", "bc", "48", "3", "125 EUR", "-", "0.746", ""],
        ["CementMill-v0", "ppo", "12,288", "62", "110 EUR", "10.0%", "0.900", "0.550"],
    ]
    told = imitation_markdown(json.loads(json.dumps(STUDY.as_dict())))
    assert "20 validation days, seed 3" in told
    assert "(2 on `CementMill-v0`)" in told


def test_a_short_study() -> None:
    done: list[float] = []
    study = study_imitation(
        lambda share, doing: done.append(share), ["CementMill"], steps=12_000, shown=2, days=2
    )
    rows = {row.policy: row for row in study.rows}
    assert list(rows) == ["rule", "optimum", "bc", "ppo", "ppo, begins as bc"]
    assert (rows["rule"].score, rows["optimum"].score) == (0.0, 1.0)
    assert rows["optimum"].gap == 0.0
    assert study.shown == {MILL: 2}
    for row in rows.values():
        assert row.env == MILL
        assert row.cost >= rows["optimum"].cost
        assert row.score == pytest.approx(
            (rows["rule"].cost - row.cost) / (rows["rule"].cost - rows["optimum"].cost)
        )
    assert rows["bc"].steps == 48
    assert rows["ppo"].steps == rows["ppo, begins as bc"].steps == 24_576
    assert done == sorted(done)


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, int] = {}

    def quick(tell: object, **how: int) -> ImitationStudy:
        given.update(how)
        return STUDY

    monkeypatch.setattr(imitation_study, "study_imitation", quick)
    out = tmp_path / "imitation.json"
    done = plantgym("reproduce", "imitation", "--steps=9", "--seed=3", f"--json={out}")
    assert done.exit_code == 0, done.stderr
    assert given == {"steps": 9, "seed": 3}
    told = json.loads(out.read_text())
    assert told["format"] == IMITATION_FORMAT
    assert imitation_cells(told) == imitation_cells(STUDY.as_dict())
    assert "0.746" in done.stdout
