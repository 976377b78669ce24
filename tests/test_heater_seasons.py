"""The study of heaters on seasons of their twin: its errors, its tables, its command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from plantgym.benchmarks import heater_seasons
from plantgym.benchmarks.heater_seasons import (
    HEATER_SEASONS_FORMAT,
    HeaterSeasons,
    SeasonError,
    WeekError,
    season_cells,
    season_error,
    week_cells,
    week_errors,
)

from .test_cli import plantgym

STUDY = HeaterSeasons(
    [
        SeasonError("modulated", False, 300, 0.04),
        SeasonError("modulated", False, 301, 0.02),
        SeasonError("modulated", True, 300, 0.025),
        SeasonError("fixed-power", False, 300, 0.0712),
    ],
    [
        WeekError("modulated", 300, 10, -0.002, 0.01),
        WeekError("modulated", 300, 40, 0.001, 0.03),
        WeekError("fixed-power", 300, 10, 0.004, 0.02),
    ],
    every=30,
)


def test_cells_worked_out_by_hand() -> None:
    run = json.loads(json.dumps(STUDY.as_dict()))
    assert season_cells(run) == [
        ["modulated", "no", "2 (300 to 301)", "3.00%", "4.00%", "5.0%"],
        ["modulated", "yes", "1 (300 to 300)", "2.50%", "2.50%", "3.5%"],
        ["fixed-power", "no", "1 (300 to 300)", "7.12%", "7.12%", "7.0%"],
    ]
    assert week_cells(run) == [
        ["modulated", "2", "0.15%", "0.20%", "2.00%", "3.00%", "50%"],
        ["fixed-power", "1", "0.40%", "0.40%", "2.00%", "2.00%", "100%"],
    ]


def test_weeks_of_a_heater_tell_its_store() -> None:
    weeks = week_errors("modulated", 301)
    assert [week.first_day for week in weeks] == [10, 40, 70, 100, 130]
    assert all(0.0 < abs(week.capacity) < 0.01 for week in weeks)
    assert np.median([week.transfer for week in weeks]) < 0.02


@pytest.mark.slow
def test_a_season_with_telemetry_and_without() -> None:
    blind, told = (season_error("modulated", telemetry, 301, 90) for telemetry in (False, True))
    assert (blind.telemetry, told.telemetry) == (False, True)
    assert 0.0 < told.error < blind.error < 0.1


def test_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, object] = {}

    def quick(**how: object) -> HeaterSeasons:
        given.update(how)
        return STUDY

    monkeypatch.setattr(heater_seasons, "study_heater_seasons", quick)
    out = tmp_path / "seasons.json"
    done = plantgym("reproduce", "heater-seasons", "--seasons=2", "--heaters=1", f"--json={out}")
    assert done.exit_code == 0, done.stderr
    assert given == {"seasons": 2, "heaters": 1, "every": 14, "jobs": 2, "progress": True}
    told = json.loads(out.read_text())
    assert told["format"] == HEATER_SEASONS_FORMAT
    assert week_cells(told) == week_cells(STUDY.as_dict())
