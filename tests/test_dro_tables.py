"""The rebuilt tables of the papers against the values of an independent prototype."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plantgym.benchmarks import dro_reproduce, dro_study
from plantgym.benchmarks.car_seat_reproduce import CarSeatRow, row_cells
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.dro_case import RADIUS_KWH, rebuilt_ambiguity, rebuilt_day
from plantgym.benchmarks.dro_reproduce import reproduce_dro
from plantgym.benchmarks.dro_rows import CostRow, FormRow, cost_cells, form_cells
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables

from .plant_days import outlook

REBUILT = {
    ("3400 t", "SO"): 82_632,
    ("3400 t", "DRO"): 87_745,
    ("3400 t", "RO"): 88_321,
    ("3700 t", "SO"): 95_628,
    ("3700 t", "DRO"): 100_741,
    ("3700 t", "RO"): 101_318,
    ("4000 t", "SO"): 109_788,
    ("4000 t", "DRO"): 114_901,
    ("4000 t", "RO"): 115_477,
    ("4300 t", "SO"): 124_910,
    ("4300 t", "DRO"): 130_022,
    ("4300 t", "RO"): 130_599,
    ("4600 t", "SO"): 143_613,
    ("4600 t", "DRO"): 148_800,
    ("4600 t", "RO"): 149_376,
    ("no DR", "DRO"): 157_532,
    ("DR 10-12", "DRO"): 149_220,
    ("DR 18-20", "DRO"): 114_901,
    ("N = 100", "DRO"): 115_477,
    ("N = 150", "DRO"): 115_477,
    ("N = 200", "DRO"): 115_477,
    ("N = 250", "DRO"): 115_477,
    ("N = 300", "DRO"): 115_225,
    ("N = 350", "DRO"): 114_901,
}
WITHIN = 0.005


def test_the_base_case_is_the_rebuilt_one() -> None:
    for method in ("SO", "DRO", "RO"):
        found = rebuilt_day().plan(rebuilt_ambiguity(method), "DR 18-20")
        assert found.cost == pytest.approx(REBUILT["4000 t", method], rel=WITHIN)
        assert found.bound == pytest.approx(found.cost, abs=0.01)
        parts = found.day_ahead.cost + found.intraday.cost + found.settlement
        assert parts == pytest.approx(found.cost, abs=0.01)
        assert (found.response_kw[18:20] >= 1.2 * 6250.0).all()


def test_forms_find_the_same_cost_on_few_samples() -> None:
    costs = [
        dro_reproduce._timed("", 6, 0, form).cost
        for _, _, form in (dro_reproduce._forms(0)[k] for k in (0, 2, 3))
    ]
    assert costs == pytest.approx([costs[0]] * 3, abs=0.01)


@pytest.mark.slow
def test_every_table_is_the_rebuilt_one() -> None:
    found = reproduce_dro(quick=True)
    rows = {(row.case, row.method): row.cost for row in found.costs}
    for key, cost in REBUILT.items():
        assert rows[key] == pytest.approx(cost, rel=WITHIN), key


@pytest.mark.slow
def test_cuts_are_exact_and_as_small_for_any_number_of_samples() -> None:
    rows = {(row.form, row.n): row for row in reproduce_dro().forms}
    cuts, dual = rows["cuts", 350], rows["strong dual", 350]
    assert cuts.cost == pytest.approx(dual.cost, abs=0.01)
    assert cuts.cost == pytest.approx(rows["extensive", 350].cost, abs=0.01)
    assert dual.rows > 50 * cuts.rows
    assert rows["cuts", 2000].rows < 1.1 * cuts.rows


@pytest.mark.parametrize(("netted", "cost"), [(False, 1319.82), (True, 1248.55)])
def test_car_seats_without_generation_cost_what_they_cost_elsewhere(
    netted: bool, cost: float
) -> None:
    plant = replace(load_plant("car_seat"), same_step_transfer=netted)
    tables = compile_tables(plant)
    hours = range(plant.start_hour, plant.start_hour + plant.horizon_h)
    buy = [plant.tariff.buy_price_per_kwh[hour] for hour in hours]
    found = Scheduler(tables).plan(outlook(tables, buy, 0.1), mip_gap=1e-6)
    assert found.cost == pytest.approx(cost, abs=0.01)


def test_rows_say_how_far_they_are_from_the_published_figures() -> None:
    row = CostRow("target", "4000 t", "SO", 109_788.0, 71_000.0, 83_788.0, -45_000.0, 0.8, 0.5)
    assert cost_cells(row)[:5] == ["4000 t", "SO", "109,784", "109,788", "+0.00%"]
    assert cost_cells(CostRow("method", "x", "y", 1.0, 1.0, 0.0, 0.0, 0.0, 0.1))[2] == ""
    assert form_cells(FormRow("cuts", 350, 1200, 1.0, 0.5, 0.25, 49.4))[-1] == "49x"
    cells = row_cells([CarSeatRow("SO", 700.0, 2.0, 1e-4), CarSeatRow("RO", 840.0, 1.0, 0.0)])
    assert cells[1][1:5] == ["1,542.8", "+16.5%", "840.00", "+20.0%"]
    assert cells[-1][0] == "other stochastic"


def test_support_and_radius_are_those_that_were_fitted() -> None:
    reach = rebuilt_ambiguity("DRO", 100)
    assert reach.radius == pytest.approx(RADIUS_KWH * 3.5**0.5)
    assert rebuilt_day().day_ahead.generation_kw.sum() == pytest.approx(74_578, abs=1)
    assert reach.samples.mean_kw == pytest.approx(rebuilt_day().intraday.generation_kw)


def test_the_study_judges_on_the_day_that_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dro_study, "LIMITS_KW", (9000.0,))
    monkeypatch.setattr(dro_study, "METHODS", {"SO": dro_study.METHODS["SO"]})
    found = dro_study.reproduce_study(days=1)
    rows = {(row.pv_share, row.method): row for row in found.rows}
    assert rows[1.0, "forecast"].mean_gain == 0
    assert rows[0.85, "SO"].mean > rows[1.0, "SO"].mean
    assert rows[1.0, "SO"].cvar90 == rows[1.0, "SO"].mean
    assert len(dro_study.study_cells(found.rows[0])) == len(dro_study.HEADERS)


def test_the_potential_of_a_plant_is_a_command(tmp_path: Path) -> None:
    out = tmp_path / "curve.json"
    command = ["dr-potential", "cement_pv", "--from", "18", "--to", "20", "--json", str(out)]
    done = CliRunner().invoke(app, [*command, "--subsidy", "0", "--subsidy", "3"])
    assert done.exit_code == 0
    assert "offered kW" in done.stdout
    points = json.loads(out.read_text())["points"]
    assert points[1]["offered_kw"] > points[0]["offered_kw"]
    for window in (["--from", "20", "--to", "18"], ["--from", "18", "--to", "25"]):
        done = CliRunner().invoke(app, ["dr-potential", "cement_pv", *window])
        assert done.exit_code == 2
        assert "--from, --to" in done.stderr
