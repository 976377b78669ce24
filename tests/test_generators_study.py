"""The study of generators: its costs and scores, its tables, its command."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("highspy")
pytest.importorskip("pyomo")

from plantgym.benchmarks.cli import app
from plantgym.benchmarks.generator_cases import Case, generator_cases
from plantgym.benchmarks.generator_costs import FORECAST, ExtraCost, extra_costs
from plantgym.benchmarks.generator_scores import Scores, score_forecast, score_generator
from plantgym.benchmarks.generator_study import GENERATORS_FORMAT, GeneratorStudy
from plantgym.benchmarks.generator_tables import (
    GeneratorRow,
    generators_markdown,
    weather_markdown,
)
from plantgym.benchmarks.generator_weather import ForecastError
from plantgym.twins.generators import DEFAULT, Generator, default_generator
from plantgym.twins.scenarios import Scenarios

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results" / "generators.json"


@pytest.fixture(scope="module")
def case() -> Case:
    return generator_cases()[0]


@pytest.fixture(scope="module")
def analog(case: Case) -> Generator:
    return default_generator().fit(case.days.split("train"))


def days_that_come_as_forecast(days: Scenarios) -> Scenarios:
    return days.replace_series(pv_kw=days.series["pv_forecast_kw"])


def test_cases_are_split_by_date() -> None:
    pv, both = generator_cases()
    assert "wind_kw" not in pv.days.series
    assert "wind_kw" in both.days.series
    for each in (pv, both):
        train, test = each.days.split("train"), each.days.split("test")
        assert train.dates.max() < np.datetime64("2025-03-20") < test.dates.min()


def test_a_sure_forecast_that_comes_true_costs_nothing_more(case: Case, analog: Generator) -> None:
    told: list[float] = []
    days = days_that_come_as_forecast(case.days.split("test").spread(2))
    costs = extra_costs(case, {"analog": analog}, days, 0, told.append)
    assert told == [0.5, 1.0]
    assert costs[FORECAST].mean == pytest.approx(0.0, abs=1e-6)
    assert costs["analog"].mean > -1e-3 * costs["analog"].optimum
    assert costs["analog"].optimum == costs[FORECAST].optimum > 0


def test_a_sure_forecast_that_comes_true_scores_nothing(case: Case, analog: Generator) -> None:
    days = days_that_come_as_forecast(case.days.split("test").spread(5))
    scores = score_forecast(analog, days)
    assert (scores.energy, scores.variogram) == pytest.approx((0.0, 0.0), abs=1e-7)
    assert scores.coverage == 1.0
    assert score_generator(analog, days, 0).energy > 0.0


def test_samples_score_better_than_the_forecast(case: Case, analog: Generator) -> None:
    days = case.days.split("validation").spread(20)
    drawn = score_generator(analog, days, 0)
    assert drawn == score_generator(analog, days, 0)
    assert drawn.energy < score_forecast(analog, days).energy
    assert drawn.coverage > 0.6


def made_up_study() -> GeneratorStudy:
    scores = Scores(89, 0.125, 1.5, 0.01, 0.02, 0.9)
    row = GeneratorRow("PV", "analog", 1899, 0.1, scores, scores, ExtraCost(30, 12.3, 4.5, 6789.0))
    error = ForecastError("physics", "test", 89, 0.02, 0.04, 0.001)
    return GeneratorStudy([row, replace(row, generator="copula")], [error], 3)


def test_tables_show_what_was_found() -> None:
    study = made_up_study()
    written = json.loads(json.dumps(study.as_dict()))
    text = generators_markdown(written)
    assert "PV: 1899 days to learn from, 89 and 89 to be scored, 30 scheduled" in text
    assert "| analog | 0.1250 | 0.1250 | 1.500 | 0.0100 | 0.0200 | 90.0% | 12 ± 4 | 0.1 |" in text
    assert "Seed 3" in text
    assert "| physics | test | 89 | 2.00 % | 4.00 % | 0.10 % |" in weather_markdown(written)
    first, last = study.tables()
    assert (first.title, first.row_count) == ("PV", 2)
    assert last.row_count == 1


def test_the_default_has_the_least_energy_score_on_the_validation_days() -> None:
    rows = json.loads(RESULTS.read_text("utf-8"))["rows"]
    total: dict[str, float] = {}
    for row in rows:
        score = row["validation"]["energy"]
        total[row["generator"]] = total.get(row["generator"], 0.0) + score
    assert min(total, key=lambda name: total[name]) == DEFAULT


def test_the_published_run_trained_within_three_minutes() -> None:
    rows = json.loads(RESULTS.read_text("utf-8"))["rows"]
    assert {row["generator"] for row in rows} == {
        FORECAST,
        "analog",
        "copula",
        "energy-net",
        "gan",
    }
    assert max(row["fit_cpu_s"] for row in rows) < 180.0


def test_bad_options_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text("mine")
    done = CliRunner().invoke(app, ["reproduce", "generators", "--json", str(file)])
    assert done.exit_code == 2
    assert file.read_text() == "mine"
    assert CliRunner().invoke(app, ["reproduce", "generators", "--days", "1"]).exit_code == 2


@pytest.mark.slow
def test_the_command_runs(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("pvlib")
    pytest.importorskip("sklearn")
    file = tmp_path / "generators.json"
    done = CliRunner().invoke(
        app, ["reproduce", "generators", "--quick", "--days", "2", "--json", str(file)]
    )
    assert done.exit_code == 0, done.output
    written = json.loads(file.read_text())
    assert written["format"] == GENERATORS_FORMAT
    assert len(written["rows"]) == 10
    assert written["rows"][0]["test"] == asdict(Scores(**written["rows"][0]["test"]))
