"""Fleets: a plant for each meter, whatever the others do, and only where it is still missing."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plantgym.twins.errors import InputError, MissingExtraError
from plantgym.twins.identify import meter_job
from plantgym.twins.identify.fit_options import FitOptions
from plantgym.twins.identify.fleet import (
    MeterJob,
    MeterResult,
    fleet_jobs,
    identify_fleet,
)
from plantgym.twins.identify.fleet_workers import spread
from plantgym.twins.identify.meter import MeterDays
from plantgym.twins.plant_toml import load_plant

from .known_plant import LINE, Knowing, csv_rows, knowing, line_files, with_intervals

METERS = ("a", "b", "c")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return line_files(tmp_path, METERS)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> type[Knowing]:
    """Fits take no time and find the line."""
    known = knowing()
    monkeypatch.setattr(meter_job, "_estimator", lambda: known)
    return known


def jobs(files: Path) -> tuple[MeterJob, ...]:
    return fleet_jobs(files / "meters", files / "prices.csv", files / "process.toml")


def run(files: Path, **options: Any) -> list[MeterResult]:  # noqa: ANN401
    return identify_fleet(jobs(files), files / "out", **options)


def summary(files: Path) -> list[dict[str, str]]:
    return csv_rows(files / "out" / "fleet.csv")


def test_each_meter_leaves_a_plant_and_a_result(files: Path, known: type[Knowing]) -> None:
    told: list[float] = []
    results = run(files, progress=lambda share, _: told.append(share))
    assert [(result.name, result.status) for result in results] == [(m, "ok") for m in METERS]
    assert told == pytest.approx([0, 1 / 3, 2 / 3, 1])
    for name in METERS:
        assert load_plant(files / "out" / f"{name}.toml") == with_intervals(LINE)
        found = json.loads((files / "out" / f"{name}.json").read_text())["found"]
        assert found["parameters"][0]["name"] == "stage_1.power_kw"
        assert found["report"]["left_out"] == [["2022-07-30", "the plant stands"]]
    row = summary(files)[0]
    assert (row["name"], row["status"], row["model"], row["days"]) == ("a", "ok", "milp", "4")
    assert 0 < float(row["train_error"]) < 0.02


def test_a_bad_meter_stops_no_other(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trouble(days: MeterDays) -> None:
        if days.energy_kwh.max() > 1e5:
            raise RuntimeError("no idea")

    monkeypatch.setattr(meter_job, "_estimator", lambda: knowing(trouble=trouble))
    header, *rows = (files / "meters" / "a.csv").read_text().splitlines()
    (files / "meters" / "a.csv").write_text("\n".join([header, *rows[:5], rows[4], *rows[5:]]))
    shutil.copy(files / "meters" / "b.csv", files / "meters" / "d.csv")
    huge = (files / "meters" / "b.csv").read_text().replace("energy_kwh", "energy_mwh")
    (files / "meters" / "b.csv").write_text(huge)
    processes = files / "processes"
    processes.mkdir()
    for name in "abd":
        shutil.copy(files / "process.toml", processes / f"{name}.toml")
    given = fleet_jobs(files / "meters", files / "prices.csv", processes)
    a, b, c, d = identify_fleet(given, files / "out")
    assert "a.csv line 7" in a.message
    assert "duplicated" in a.message
    assert b.message == "RuntimeError: no idea"
    assert "c.toml" in c.message
    assert (a.status, b.status, c.status, d.status) == ("failed", "failed", "failed", "ok")
    assert [row["message"] for row in summary(files)] == [a.message, b.message, c.message, ""]
    assert sorted(path.name for path in (files / "out").glob("*.toml")) == ["d.toml"]


def test_a_rerun_does_only_what_is_missing_or_changed(files: Path, known: type[Knowing]) -> None:
    def fits(**options: Any) -> int:  # noqa: ANN401
        before = known.fits
        run(files, **options)
        return known.fits - before

    assert fits() == 3
    assert fits() == 0
    (files / "out" / "b.toml").unlink()
    assert fits() == 1
    meter = files / "meters" / "c.csv"
    meter.write_text(meter.read_text().rsplit("\n", 2)[0] + "\n")
    assert fits() == 1
    assert fits(options=FitOptions(seed=1)) == 3
    (files / "prices.csv").write_text((files / "prices.csv").read_text() + "\n")
    assert fits(options=FitOptions(seed=1)) == 3


def test_what_failed_is_tried_again_and_leaves_no_old_plant(
    files: Path, known: type[Knowing]
) -> None:
    run(files)
    meter = files / "meters" / "a.csv"
    good = meter.read_text()
    meter.write_text("time,energy_kwh\n")
    assert run(files)[0].status == "failed"
    assert not (files / "out" / "a.toml").exists()
    meter.write_text(good)
    assert run(files)[0].status == "ok"
    assert known.fits == 4


def test_an_interrupted_run_goes_on_where_it_stopped(files: Path, known: type[Knowing]) -> None:
    def stop(share: float, _: str) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(files, progress=stop)
    assert known.fits == 2
    assert not (files / "out" / "fleet.csv").exists()
    assert all(result.status == "ok" for result in run(files))
    assert known.fits == 3


@pytest.mark.slow  # starts processes that compile the kernels for themselves
def test_plants_depend_on_neither_backend_nor_neighbours(files: Path) -> None:
    options = FitOptions("milp", seed=3)
    together = files / "together"
    identify_fleet(jobs(files)[:2], together, options=options, backend="loky", n_jobs=2)
    alone = files / "alone"
    identify_fleet(jobs(files)[1:2], alone, options=options, backend="threading")
    found = [(folder / "b.toml").read_bytes() for folder in (together, alone)]
    assert found[0] == found[1]


@pytest.mark.slow  # starts processes that compile the kernels for themselves
@pytest.mark.skipif(not importlib.util.find_spec("ray"), reason="the extra ray is not installed")
def test_two_ray_workers_find_the_same_plants(files: Path) -> None:
    code = (
        "import sys, ray\n"
        "from pathlib import Path\n"
        "from plantgym.twins.identify.fleet import *\n"
        "from plantgym.twins.identify.meter_job import FitOptions\n"
        "files = Path(sys.argv[1])\n"
        "ray.init(num_cpus=2, include_dashboard=False)\n"
        "jobs = fleet_jobs(files / 'meters', files / 'prices.csv', files / 'process.toml')[:2]\n"
        "options = FitOptions('milp', seed=3)\n"
        "print([r.message for r in identify_fleet(jobs, files / 'ray', options=options, "
        "backend='ray', n_jobs=2)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, files],
        env=os.environ | {"RAY_AUTH_MODE": "disabled"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "['', '']", done.stderr
    identify_fleet(jobs(files)[:2], files / "here", options=FitOptions("milp", seed=3))
    for name in ("a.toml", "b.toml"):
        assert (files / "ray" / name).read_bytes() == (files / "here" / name).read_bytes()


def test_a_killed_process_costs_no_other_call() -> None:
    codes = {
        "sum": "1 + 1",
        "killed": "__import__('os').kill(__import__('os').getpid(), 9)",
        "product": "3 * 4",
    }
    results = dict(spread(eval, codes.__getitem__, list(codes), backend="loky", n_jobs=2))
    assert results == {"sum": 2, "killed": None, "product": 12}


def _toml(out: Path) -> Path:
    (out / "a.toml").write_text('name = "my process"\n')
    return out / "a.toml"


def _json(out: Path) -> Path:
    (out / "b.json").write_text('{"mine": 1}')
    return out / "b.json"


def _csv(out: Path) -> Path:
    (out / "fleet.csv").write_text("my,table\n")
    return out / "fleet.csv"


@pytest.mark.parametrize("put", [_toml, _json, _csv])
def test_foreign_files_are_kept(files: Path, put: Callable[[Path], Path]) -> None:
    (files / "out").mkdir()
    foreign = put(files / "out")
    text = foreign.read_text()
    with pytest.raises(InputError, match=r"no result of a fleet"):
        run(files)
    assert foreign.read_text() == text


def test_bad_fleets_are_refused(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="backend = 'moon'"):
        run(files, backend="moon")
    with pytest.raises(InputError, match="n_jobs = 0"):
        run(files, n_jobs=0)
    with pytest.raises(InputError, match="2 meters have it"):
        identify_fleet(jobs(files)[:1] * 2, files / "out")
    with pytest.raises(InputError, match="folder of its own"):
        identify_fleet(jobs(files), files / "meters")
    with pytest.raises(InputError, match=r"a \*\.csv for each meter"):
        fleet_jobs(files / "absent", files / "prices.csv", files / "process.toml")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"plantgym\[ray\]"):
        run(files, backend="ray")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("model", "qp"),
        ("base_load", "weekly"),
        ("output_tolerance", 0.7),
        ("validation_days", -1),
        ("seed", -1),
    ],
)
def test_bad_options_are_refused(option: str, value: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=option):
        FitOptions(**{option: value})
