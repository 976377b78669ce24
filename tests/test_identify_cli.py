"""The commands of identification: what they print, write and refuse, and that the loop closes."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from plantgym.baselines.registry import make_policy
from plantgym.benchmarks import forecast_study, line_study, predict, reproduce
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.episodes import run_episode
from plantgym.benchmarks.forecast_study import ForecastRow, ForecastStudy
from plantgym.benchmarks.line_study import LineStudy
from plantgym.twins.identify import fleet, meter_job
from plantgym.twins.identify.forward import optimal_load
from plantgym.twins.identify.meter import MeterDays
from plantgym.twins.identify.meter_reading import read_meter
from plantgym.twins.plant_toml import load_plant, save_plant

from .known_plant import (
    DAYS,
    LINE,
    Knowing,
    csv_rows,
    knowing,
    line_files,
    with_intervals,
    write_prices,
)
from .plant_days import flour
from .plant_days import plant as hand_plant

DOCS = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
ALL: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
COMMANDS: dict[str, Any] = {
    **{name: ALL[name] for name in ("identify", "predict")},
    **{f"reproduce {name}": each for name, each in ALL["reproduce"].commands.items()},
}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return line_files(tmp_path / "files", ("a", "b"))


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> type[Knowing]:
    """Fits take no time and find the line."""
    known = knowing()
    monkeypatch.setattr(meter_job, "_estimator", lambda: known)
    return known


def plantgym(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def identify(files: Path, *options: object, meter: str = "meters/a.csv") -> Result:
    given = (files / meter, files / "prices.csv", files / "process.toml")
    return plantgym("identify", *given, *options)


def error_line(result: Result) -> str:
    """The one line that answers bad input."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_an_example_and_the_docs_name_every_option(name: str) -> None:
    assert plantgym(*name.split(), "--help").exit_code == 0
    assert f"plantgym {name}" in COMMANDS[name].epilog
    section = f"## {name.partition(' ')[0]}\n"
    told = DOCS.read_text("utf-8").partition(section)[2].partition("\n## ")[0]
    options = [option for each in COMMANDS[name].params for option in each.opts]
    assert [each for each in options if each.startswith("-") and each not in told] == []


def test_the_examples_of_the_help_run_as_written(
    files: Path, known: type[Knowing], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reproduce.PsiReproduction({}, {}, "EUR", 0)
    monkeypatch.setattr(reproduce, "reproduce_psi", lambda **_: found)
    monkeypatch.setattr(line_study, "reproduce_lines", lambda *_, **__: LineStudy([], 21))
    judged = ForecastStudy([ForecastRow("cement", "seasonal naive, day", *[1.0] * 5)])
    monkeypatch.setattr(forecast_study, "reproduce_forecasts", lambda _: judged)
    monkeypatch.chdir(files)
    shutil.copy("meters/a.csv", "meter.csv")
    told = "\n".join(each.epilog for each in COMMANDS.values())
    examples = re.findall(r"plantgym (.+)", told)
    # Those of heaters, of planning under uncertainty and of learners run in their own tests.
    elsewhere = "heater|reproduce (sets|dro|car-seat|generators|health|learning-speed|imitation)"
    examples = [each for each in examples if not re.search(elsewhere, each)]
    assert len(examples) == 7
    for example in examples:
        # The fits of other processes are not known; threads do the same here.
        folder = ["--backend", "threading"] if "meters/" in example else []
        result = plantgym(*shlex.split(example), *folder)
        assert result.exit_code == 0, result.output
    written = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()}
    assert written >= {"plant.toml", "plants/b.toml", "plants/fleet.csv", "load.csv"}
    assert written >= {"psi.json", "forecasts.json"}


def test_reproduce_refuses_no_processes() -> None:
    line = error_line(plantgym("reproduce", "psi", "--jobs", 0))
    assert line == "plantgym: n_jobs = 0: use 1 or more, or -1 for all cores"


def test_identify_writes_the_plant_and_tells_of_it(files: Path, known: type[Knowing]) -> None:
    out, report = files / "plant.toml", files / "report.json"
    result = identify(files, "--out", out, "--report", report, "--validation-days", 1)
    assert result.exit_code == 0, result.stderr
    assert load_plant(out) == with_intervals(LINE)
    assert "random_line_3: MILP class, error" in result.stdout
    assert "on 3 training days, 25.00% on the validation days" in result.stdout
    assert "left out 2022-07-30: the plant stands" in result.stdout
    power_kw = LINE.tasks[0].modes[-1].power_kw
    (row,) = [line for line in result.stdout.splitlines() if "stage_1.power_kw" in line]
    low, high = f"{0.9 * power_kw:,.6g}", f"{power_kw:,.6g}"
    assert " ".join(row.split()) == f"stage_1.power_kw {high} {low} to {high} kW"
    assert "note: all is known" in result.stderr
    told = json.loads(report.read_text())
    assert told["model"] == "milp"
    assert told["options"]["validation_days"] == 1
    assert {each["unit"] for each in told["parameters"]} == {"kW", "t"}


def test_identify_replaces_a_plant_but_nothing_else(files: Path, known: type[Knowing]) -> None:
    out = files / "plant.toml"
    assert identify(files, "--out", out).exit_code == 0
    assert identify(files, "--out", out).exit_code == 0
    out.write_text("mine")
    assert "no plant, so it is kept" in error_line(identify(files, "--out", out))
    assert out.read_text() == "mine"


def test_a_stopped_fit_leaves_the_old_plant(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(days: MeterDays) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(meter_job, "_estimator", lambda: knowing(trouble=stop))
    out = files / "plant.toml"
    save_plant(LINE, out)
    result = identify(files, "--out", out)
    assert (result.exit_code, result.stdout) == (130, "")
    assert load_plant(out) == LINE
    assert sorted(path.name for path in files.iterdir()) == [
        "meters",
        "plant.toml",
        "prices.csv",
        "process.toml",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--model", "qp"), "model = 'qp': use one of auto, lp, milp"),
        (("--base-load", "weekly"), "base_load = 'weekly'"),
        (("--output-tolerance", "0.9"), "output_tolerance = 0.9"),
        (("--validation-days", "4"), "validation_days = 4: keep at least one of the meter's 4"),
        (("--pv", "absent.csv"), "absent.csv"),
    ],
)
def test_bad_options_get_one_clear_line(
    files: Path, known: type[Knowing], options: tuple[str, ...], message: str
) -> None:
    assert message in error_line(identify(files, "--out", files / "plant.toml", *options))


def no_work(*_: object, **__: object) -> None:
    raise AssertionError("the work has begun before all was checked")


UNWRITABLE = {
    "absent folder": ("absent/it", "make the folder '{folder}/absent' first"),
    "folder": ("meters", "give a file; this is a folder"),
    "long name": ("n" * 300, "give a file that can be written (File name too long)"),
    "read-only file": ("read-only.csv", "give a file that can be written (Permission denied)"),
    "read-only folder": ("read-only/it", "give a file that can be written (Permission denied)"),
}


@pytest.mark.parametrize("case", UNWRITABLE)
@pytest.mark.parametrize("option", ["identify --out", "identify --report", "predict", "reproduce"])
def test_a_file_that_cannot_be_written_is_told_before_the_work(
    files: Path, monkeypatch: pytest.MonkeyPatch, option: str, case: str
) -> None:
    (files / "read-only").mkdir(mode=0o555)
    (files / "read-only.csv").touch(mode=0o444)
    if "read-only" in case and os.access(files / "read-only", os.W_OK):
        pytest.skip("root may write everywhere")
    monkeypatch.setattr(meter_job, "fit_meter", no_work)
    monkeypatch.setattr(predict, "predict_load", no_work)
    monkeypatch.setattr(reproduce, "reproduce_psi", no_work)
    name, fix = UNWRITABLE[case]
    out, plant = files / name, files / "plant.toml"
    save_plant(LINE, plant)
    calls: dict[str, Callable[[], Result]] = {
        "identify --out": lambda: identify(files, "--out", out),
        "identify --report": lambda: identify(files, "--out", plant, "--report", out),
        "predict": lambda: plantgym("predict", plant, files / "prices.csv", "--out", out),
        "reproduce": lambda: plantgym("reproduce", "psi", "--json", out),
    }
    field = {"identify --report": "--report", "reproduce": "--json"}.get(option, "--out")
    line = error_line(calls[option]())
    assert line == f"plantgym: {field} = {str(out)!r}: {fix.format(folder=files)}"


@pytest.mark.parametrize("out", ["prices.csv", "prices.csv/plants", "n" * 300])
def test_a_folder_that_cannot_be_made_is_told_before_the_work(
    files: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    monkeypatch.setattr(fleet, "fit_meter", no_work)
    line = error_line(identify(files, "--out", files / out, meter="meters"))
    assert f"out = {str(files / out)!r}: give a folder that can be made" in line


def test_bad_files_get_one_clear_line(files: Path, known: type[Knowing]) -> None:
    out = ("--out", files / "plant.toml")
    assert "absent.csv" in error_line(identify(files, *out, meter="absent.csv"))
    meter = files / "meters" / "a.csv"
    meter.write_text(meter.read_text().replace("energy_kwh", "energy"))
    assert "keep one energy column" in error_line(identify(files, *out))
    (files / "process.toml").write_text('name = "x"\n')
    assert "mass_unit" in error_line(identify(files, *out, meter="meters/b.csv"))


def test_a_folder_of_meters(files: Path, known: type[Knowing]) -> None:
    out = files / "plants"
    result = identify(files, "--out", out, "--backend", "threading", "--jobs", 2, meter="meters")
    assert result.exit_code == 0, result.stderr
    assert "Plants: 2" in result.stdout
    assert sorted(path.name for path in out.glob("*.toml")) == ["a.toml", "b.toml"]
    (files / "meters" / "bad.csv").write_text("time,energy_kwh\n")
    result = identify(files, "--out", out, meter="meters")
    assert result.exit_code == 3
    assert "failed: 1" in result.stdout
    rows = csv_rows(out / "fleet.csv")
    assert [row["status"] for row in rows] == ["ok", "ok", "failed"]
    assert known.fits == 2
    report = ("--report", files / "report.json")
    assert "leave it out" in error_line(identify(files, "--out", out, *report, meter="meters"))


def test_predict_writes_the_load_of_the_cheapest_operation(files: Path) -> None:
    plant, out = files / "plant.toml", files / "load.csv"
    save_plant(LINE, plant)
    for _ in range(2):
        result = plantgym("predict", plant, files / "prices.csv", "--out", out)
        assert result.exit_code == 0, result.stderr
    read = read_meter(out, files / "prices.csv")
    assert np.array_equal(read.times, DAYS.times)
    assert np.allclose(read.energy_kwh, optimal_load(LINE, DAYS.price_per_kwh), atol=1e-6)
    first = out.read_text().splitlines()[:2]
    assert first == ["time,energy_kwh", f"2022-07-01T00:00:00-04:00,{read.energy_kwh[0, 0]}"]


def test_predict_takes_the_hours_of_the_plant_and_the_steps_of_the_file(tmp_path: Path) -> None:
    plant, prices, out = (tmp_path / name for name in ("plant.toml", "prices.csv", "load.csv"))
    save_plant(hand_plant(materials=(flour(wanted_t=2.0),), start_hour=8), plant)
    quarters = [np.char.replace(DAYS.times[:1], ":00:00-", f":{m:02}:00-") for m in (0, 15, 30, 45)]
    price_per_kwh = np.full((1, 24), 0.1)
    price_per_kwh[0, [9, 11]] = 0.05
    write_prices(prices, np.stack(quarters, axis=2), price_per_kwh.repeat(4, axis=1))
    assert plantgym("predict", plant, prices, "--out", out).exit_code == 0
    rows = csv_rows(out)
    assert [row["time"][11:] for row in rows[:2]] == ["08:00:00-04:00", "08:15:00-04:00"]
    assert [float(row["energy_kwh"]) for row in rows] == [0.0] * 4 + [25.0] * 4 + [0.0] * 4 + [
        25.0
    ] * 4


def test_predict_refuses_missing_hours_and_foreign_files(files: Path) -> None:
    plant, prices, out = files / "plant.toml", files / "prices.csv", files / "load.csv"
    save_plant(LINE, plant)
    lines = prices.read_text().splitlines()
    prices.write_text("\n".join(lines[:5] + lines[6:]) + "\n")
    line = error_line(plantgym("predict", plant, prices, "--out", out))
    assert "2022-07-01T04:00:00" in line
    assert "this step is missing" in line
    prices.write_text("\n".join(lines[:-3]) + "\n")
    result = plantgym("predict", plant, prices, "--out", out)
    assert result.stderr.splitlines() == [
        "note: left out 2022-07-04 (incomplete at the edge of the file)"
    ]
    out.write_text("mine")
    assert "so it is kept" in error_line(plantgym("predict", plant, prices, "--out", out))
    assert "absent.toml" in error_line(
        plantgym("predict", "absent.toml", prices, "--out", files / "other.csv")
    )


def test_the_loop_closes(files: Path) -> None:
    out = files / "plant.toml"
    result = identify(files, "--out", out, "--model", "milp")
    assert result.exit_code == 0, result.stderr
    env = gym.make(
        "plantgym/Stn-v0", plant=out, market="pjm", split="test", disable_env_checker=True
    )
    day = "2022-08-02"
    cost = {
        name: run_episode(env, make_policy(name), name, day, 0).cost
        for name in ("rule", "milp-day-ahead", "optimum")
    }
    assert cost["optimum"] <= min(cost.values()) + 1e-6
    varied = gym.make("plantgym/Stn-v0", plant=out, market="pjm", intervals=True)
    assert varied.observation_space == env.observation_space
    varied.reset(seed=1)
