"""Heaters on the command line: identify, predict, and the figures of the paper."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from plantgym.benchmarks import sets_study
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.heater_found_tables import value_of
from plantgym.benchmarks.sets_study import (
    SetsErrors,
    SetsReproduction,
    season_errors,
    season_months,
)
from plantgym.benchmarks.sets_table import PUBLISHED_ERRORS, PUBLISHED_KWH
from plantgym.twins.heater_operation import Behaviour, Control
from plantgym.twins.heater_toml import load_heater

from .heater_seasons import frames, season, season_files, write

# Table 3 of Ji et al. 2019: errors of the ten test days are told by their mean and maximum.
TOLD = {"CPM": "1.88/5.1", "PM": "12.50/30.5", "CM": "4.55/7.2"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("heater")
    season_files(folder)
    return folder


def plantgym(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_line(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def test_identify_writes_a_heater_and_tells_of_it(folder: Path) -> None:
    out, report = folder / "heater.toml", folder / "report.json"
    result = plantgym(
        "identify", folder / "meter.csv", folder / "weather.csv", "--kind", "heater",
        "--telemetry", folder / "telemetry.csv", "--model", "ridge-gp", "--out", out,
        "--report", report,
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    found, true = load_heater(out), season().plant
    assert found.brick.capacity_kwh_per_k == pytest.approx(true.brick.capacity_kwh_per_k, rel=0.01)
    rows = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    assert f"{found.brick.capacity_kwh_per_k:.4g}" in rows["brick.capacity_kwh_per_k"]
    assert "not identified" in rows["air.channel_ntu"]
    assert "not identified" not in rows["brick.capacity_kwh_per_k"]
    told = json.loads(report.read_text())
    assert told["format"] == "plantgym heater identification 1"
    assert told["report"]["model"] == "ridge-gp"
    for name, (low, high) in told["intervals"].items():
        assert low <= value_of(found, name) <= high


def test_the_examples_of_the_help_run_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter, weather, _ = frames()
    write(meter.iloc[: 96 * 25], tmp_path / "meter.csv")
    write(weather.iloc[: 24 * 30], tmp_path / "weather.csv")
    nothing = SetsReproduction([], [], 0)
    monkeypatch.setattr(SetsReproduction, "tables", lambda _: [])
    monkeypatch.setattr(sets_study, "reproduce_sets", lambda **_: nothing)
    monkeypatch.chdir(tmp_path)
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    both = (commands["identify"], commands["predict"], commands["reproduce"].commands["sets"])
    examples = re.findall(r"plantgym (.*(?:heater|sets).*)", "\n".join(c.epilog for c in both))
    assert len(examples) == 4
    for example in examples:
        result = plantgym(*example.split())
        assert result.exit_code == 0, result.output
    assert {"heater.toml", "load.csv", "sets.json"} <= {path.name for path in tmp_path.iterdir()}


def test_predict_goes_on_where_the_meter_ends(folder: Path, tmp_path: Path) -> None:
    meter, _, _ = frames()
    known = write(meter.iloc[: 96 * 50], tmp_path / "known.csv")
    out = tmp_path / "load.csv"
    result = plantgym(
        "predict", "sets_heater", folder / "weather.csv", "--meter", known, "--out", out
    )
    assert result.exit_code == 0, result.stderr
    load = pd.read_csv(out)
    assert load["time"][0] == "2018-12-20T22:00:00+08:00"
    truth = season().energy_kwh[96 * 49 + 88 : 96 * 59 + 88].reshape(10, -1).sum(axis=1)
    found = load["energy_kwh"].to_numpy().reshape(10, 24).sum(axis=1)
    assert np.abs(found / truth - 1.0).mean() < 0.15


REFUSED = {
    "--kind pump": "--kind = 'pump': use one of stn, heater",
    "": "PROCESS = None: give the process (TOML)",
    "{f}/meter.csv --kind heater": "PROCESS = '{f}/meter.csv': leave it out",
    "--kind heater --pv {f}/meter.csv": "--pv = ",
    "--kind heater --validation-days 3": "--validation-days = 3: leave it out",
    "--kind heater --model best": "model = 'best': use one of auto, pm",
    "--kind heater --plant cement_mill": "heater = 'cement_mill': give a TOML file that exists",
    "{f}/meter.csv --telemetry {f}/telemetry.csv": "--telemetry = '{f}/telemetry.csv': leave",
}


@pytest.mark.parametrize(("options", "told"), REFUSED.items())
def test_options_that_do_not_go_together_get_one_clear_line(
    folder: Path, tmp_path: Path, options: str, told: str
) -> None:
    out = tmp_path / "out.toml"
    arguments = options.format(f=folder).split()
    result = plantgym(
        "identify", folder / "meter.csv", folder / "weather.csv", *arguments, "--out", out
    )
    assert error_line(result).startswith(f"plantgym: {told.format(f=folder)}")
    assert not out.exists()


def test_a_file_that_is_no_heater_is_kept(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.toml"
    out.write_text("mine")
    files = (folder / "meter.csv", folder / "weather.csv")
    line = error_line(plantgym("identify", *files, "--kind", "heater", "--out", out))
    assert "no heater, so it is kept" in line
    assert out.read_text() == "mine"


def test_predict_asks_for_what_it_needs(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "load.csv"
    weather, meter = folder / "weather.csv", folder / "meter.csv"
    line = error_line(plantgym("predict", "sets_heater", weather, "--out", out))
    assert line.startswith("plantgym: --meter = None: give the readings")
    line = error_line(plantgym("predict", "sets_heater", weather, "--meter", meter, "--out", out))
    assert "give weather of later days" in line
    line = error_line(plantgym("predict", "cement_mill", weather, "--meter", meter, "--out", out))
    assert line.endswith("leave it out: 'cement_mill' is no heater")


def test_published_figures_are_those_of_the_paper() -> None:
    published = np.array(PUBLISHED_KWH)
    np.testing.assert_array_equal(published[:, 0], [3805.0, 5526.9, 5616.0, 5035.1, 3470.8])
    np.testing.assert_array_equal(published[:, 1], [3486.3, 5323.3, 5610.0, 4990.2, 3152.7])
    assert PUBLISHED_ERRORS["PM"] == (0.125, 0.305)


def test_months_of_the_twin_are_those_of_the_paper_within_its_weather() -> None:
    months = season_months("long", 3)
    twin_kwh = np.array([month.twin_kwh for month in months])
    assert [month.month for month in months] == [0, 1, 2, 3, 4]
    assert np.abs(twin_kwh / np.array(PUBLISHED_KWH)[:, 0] - 1.0).max() < 0.35
    model_kwh = np.array([month.model_kwh for month in months])
    assert np.abs(model_kwh / twin_kwh - 1.0).max() < 0.12


def test_errors_of_a_method_on_a_season() -> None:
    found = season_errors("PM", "modulated", "long", 3)
    assert found.test_mean <= found.test_max
    assert 0.01 < found.rolling_mean < 0.1


def test_reproduce_sets_prints_and_writes_all_figures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def errors(method: str, control: Control, behaviour: Behaviour, seed: int) -> SetsErrors:
        return SetsErrors(method, control, behaviour, seed, 0.01, 0.02 + 0.01 * seed, 0.03, 0.04)

    monkeypatch.setattr(sets_study, "season_errors", errors)
    out = tmp_path / "sets.json"
    result = plantgym("reproduce", "sets", "--jobs", 1, "--seed", 1, "--json", out)
    assert result.exit_code == 0, result.stderr
    lines = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line.strip()}
    for name, published in TOLD.items():
        assert lines[name][1:] == [published, *["1.00/4.0", "|", "3.00"] * 5]
    assert lines["November"][1:5] == ["3,805", "3,486", "-8.4", "%"]
    assert lines["January"][1:5] == ["5,616", "5,610", "-0.1", "%"]
    told = json.loads(out.read_text())
    assert (told["name"], told["format"]) == ("sets", "plantgym reproduction 1")
    assert "twin" in told["data"]
    assert (len(told["errors"]), len(told["months"])) == (50, 20)
