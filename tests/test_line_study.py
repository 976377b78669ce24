"""The study of random lines: its figures by hand, one table a noise, and going on after a kill."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]
from typer.testing import CliRunner

from plantgym.benchmarks import line_study
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.fit_time import timed_fit
from plantgym.benchmarks.found_parameters import FoundParameter, run_hours
from plantgym.benchmarks.line_study import reproduce_lines, run_line
from plantgym.benchmarks.line_table import LineResult, LineSummary, MedianWorst, line_table
from plantgym.twins.csv_file import Floats
from plantgym.twins.errors import InputError
from plantgym.twins.identify import identifier
from plantgym.twins.identify.forward import cheapest_days, optimal_load
from plantgym.twins.identify.process import Process
from plantgym.twins.identify.psi_data import psi_days
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.intervals import parameters, with_parameters
from plantgym.twins.plant_toml import load_plant

from .known_plant import with_intervals

SEEDS = (107, 108)  # of three stages
LAST_POWER = "stage_3.power_kw"


class Guesser:
    """Finds the line that its process is of, but for a hundredth of power at its last stage."""

    def __init__(self, process: Process, model: str, *, seed: int, n_jobs: int) -> None:
        assert (model, seed, n_jobs) == ("milp", 0, 1)
        self._line = random_line(int(process.name.removeprefix("random_line_")))

    def fit(self, meter_kwh: Floats, prices: Floats) -> Self:
        self.meter_kwh = meter_kwh
        own = parameters(self._line)
        self.plant_ = with_intervals(
            with_parameters(self._line, {LAST_POWER: 1.01 * own[LAST_POWER]})
        )
        return self

    def predict(self, prices: Floats) -> Floats:
        return 1.02 * optimal_load(self._line, prices)


@pytest.fixture
def guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identifier, "PlantIdentifier", Guesser)


def line(seed: int, noise: float = 0.0, error: float = 0.01) -> LineResult:
    return LineResult(
        seed,
        noise,
        stages=2,
        test_error=error,
        train_error=2 * error,
        power_error=(error, 3 * error),
        run_hours=[8, 20],
        true_run_hours=[8, 19],
        parameters=[FoundParameter("a", 1, 0, 2, 2), FoundParameter("b", 1, 0, 2, 2.1)],
        wall_s=2.0,
        cpu_s=1.0,
    )


FAILED = LineResult(9, 0.0, 2, "meter = no day: use another")


@pytest.mark.usefixtures("guessed")
def test_a_line_by_hand() -> None:
    found, plant = run_line(107, 0.0), random_line(107)
    load_kwh = optimal_load(plant, psi_days("cement", "test_baseline").price_per_kwh)
    by_day = 0.02 * np.sqrt((load_kwh**2).mean(axis=1)) / load_kwh[-1].max()
    assert found.test_error == pytest.approx(by_day.mean())
    assert found.power_error == pytest.approx((0.0, 0.01))
    assert found.true_run_hours == run_hours(plant)
    assert (found.stages, found.message) == (3, "")
    assert len(found.parameters) == 3 + 2 * 2 + 1
    (power,) = [each for each in found.parameters if each.name == LAST_POWER]
    assert power.value == pytest.approx(1.01 * power.true)
    assert power.inside
    noisy = run_line(107, 0.05)
    assert noisy.test_error == found.test_error  # against the clean load
    assert noisy.train_error != found.train_error


def test_run_hours_are_those_of_the_optimal_days() -> None:
    for plant in (load_plant("cement_mill"), random_line(SEEDS[0])):
        (day,) = cheapest_days(plant, psi_days("cement", "test_baseline").price_per_kwh[:1])
        assert run_hours(plant) == (day.levels > 0).sum(axis=0).tolist()


def test_a_fit_that_finds_nothing_is_told_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, guessed: None
) -> None:
    def refuse(self: Guesser, meter_kwh: Floats, prices: Floats) -> None:
        raise InputError("meter", "no day", "no plant\nexplains it")

    monkeypatch.setattr(Guesser, "fit", refuse)
    found = run_line(107, 0.0)
    assert found.message == "meter = 'no day': no plant explains it"
    assert found.test_error is None
    summary = LineSummary.of([line(1), line(2), FAILED])
    assert summary.failed == 1
    assert summary.test_error == (0.01, None)
    assert LineSummary.of([FAILED]).test_error == (None, None)
    assert "9: meter = no day: use another" in str(line_table([line(1), FAILED]).caption)


def test_summary_by_hand() -> None:
    summary = LineSummary.of([line(1, error=0.01), line(2, error=0.05), line(3, error=0.02)])
    assert summary.test_error == pytest.approx((0.02, 0.05))
    assert summary.train_error == pytest.approx((0.04, 0.10))
    assert summary.power_error == pytest.approx((0.02, 0.05))
    assert summary.greatest_power_error == pytest.approx((0.06, 0.15))
    assert (summary.right_hours, summary.inside) == (0.5, 0.5)
    assert summary.wall_s == MedianWorst(2.0, 2.0)


@pytest.mark.usefixtures("guessed")
def test_the_command_prints_a_table_a_noise_and_writes_all(tmp_path: Path) -> None:
    out = tmp_path / "lines.json"
    arguments = ["lines", "--seed-from=107", "--lines=2", "--jobs=1", f"--json={out}"]
    result = CliRunner().invoke(app, ["reproduce", *arguments])
    assert result.exit_code == 0, result.stderr
    rows = [row.split() for row in result.stdout.splitlines()]
    assert ["2", "random", "lines,", "5%", "noise"] in rows
    clean, noisy = (row for row in rows if row[:1] == ["108"])
    assert clean[1] == "3"
    assert clean[2:4] != noisy[2:4]
    assert clean[4:7] == ["0.00/1.00", "3/3", "8/8"]
    assert [row[0] for row in rows if row and row[0] in ("median", "worst")] == [
        "median",
        "worst",
    ] * 2
    told = json.loads(out.read_text())
    assert told["format"] == "plantgym line study 1"
    assert (told["days"], told["threads"], len(told["lines"])) == (21, 1, 4)
    assert [each["noise"] for each in told["summary"]] == [0.0, 0.05]
    lines = [LineResult.parsed(each) for each in told["lines"]]
    assert LineSummary.of(lines[:2]).inside == told["summary"][0]["inside"]
    assert [path.name for path in tmp_path.iterdir()] == ["lines.json"]


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, asked = tmp_path / "lines.json", []

    def run(seed: int, noise: float) -> LineResult:
        asked.append((seed, noise))
        if seed == SEEDS[1] and len(asked) < 3:
            raise KeyboardInterrupt
        return line(seed, noise, seed / 1e4)

    monkeypatch.setattr(line_study, "run_line", run)
    with pytest.raises(KeyboardInterrupt):
        reproduce_lines(SEEDS, out=out)
    assert not out.exists()
    study = reproduce_lines(SEEDS, out=out)
    assert asked[2:] == [(108, 0.0), (107, 0.05), (108, 0.05)]
    assert [(each.noise, each.seed) for each in study.lines] == [
        *((0.0, 107), (0.0, 108)),
        *((0.05, 107), (0.05, 108)),
    ]
    assert study.lines[0] == line(107, 0.0, 0.0107)
    assert [path.name for path in tmp_path.iterdir()] == ["lines.json"]


def test_lines_of_another_version_are_not_mixed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = tmp_path / "lines.json.part"
    settings = {"version": "0.0.1", "days": 21, "seed": 0}
    header = {"format": "plantgym unfinished line study 1", "settings": settings}
    part.write_text(json.dumps(header) + "\n")
    monkeypatch.setattr(line_study, "run_line", line)
    with pytest.raises(InputError, match=r"version is '0\.0\.1' there .* give another --json"):
        reproduce_lines(SEEDS, out=tmp_path / "lines.json")


@pytest.mark.parametrize(
    ("seeds", "noises", "jobs", "field"),
    [
        ((), (0.0,), 1, "seeds and noises"),
        (SEEDS, (), 1, "seeds and noises"),
        (SEEDS, (-0.1,), 1, "noise"),
        (SEEDS, (0.0,), 0, "n_jobs"),
    ],
)
def test_bad_requests(seeds: Sequence[int], noises: Sequence[float], jobs: int, field: str) -> None:
    with pytest.raises(InputError, match=field):
        reproduce_lines(seeds, noises, n_jobs=jobs)


def test_a_fit_is_timed_on_one_thread() -> None:
    seen: list[int] = []

    def fit() -> None:
        np.ones((4, 4)) @ np.ones((4, 4))
        seen.extend(pool["num_threads"] for pool in threadpool_info())

    before = [pool["num_threads"] for pool in threadpool_info()]
    took = timed_fit(fit)
    assert set(seen) == {1}
    assert [pool["num_threads"] for pool in threadpool_info()] == before
    assert min(took) >= 0


@pytest.mark.slow
def test_the_number_of_processes_changes_nothing_but_times() -> None:
    one, two = (
        [
            replace(each, wall_s=None, cpu_s=None)
            for each in reproduce_lines(SEEDS[1:], n_jobs=jobs).lines
        ]
        for jobs in (1, 2)
    )
    assert one == two
    clean, noisy = one
    assert clean.test_error is not None
    assert clean.test_error < 0.01
    assert noisy.test_error is not None
    assert noisy.test_error < 0.03
