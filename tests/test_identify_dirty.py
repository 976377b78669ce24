"""Meters as they really are: found as well as was measured when this was written, or refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.twins.csv_file import Floats
from plantgym.twins.identify.identifier import PlantIdentifier
from plantgym.twins.identify.meter_reading import read_meter
from plantgym.twins.identify.process import Process, process_of
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.identify.twin_meter import metered_days
from plantgym.twins.plant import StnPlant

from .fitted_lines import TRAIN_PRICES, assembly, fitted, total_kw
from .meter_files import series_file

LINE = random_line(1, stages=3)
FOUR = random_line(4, stages=4)
DAYS = 10
HOURS = np.arange(24)
WAVE = 1.0 + 0.6 * np.sin((HOURS - 9) / 24 * 2 * np.pi)


def sunshine(days: int = DAYS) -> Floats:
    """Energy of PV in each hour per kW, on clear and cloudy days."""
    rng = np.random.default_rng(5)
    clear = np.clip(np.sin((HOURS + 0.5 - 6) / 14 * np.pi), 0.0, None) ** 1.3
    clouds = rng.uniform(0.3, 1.0, (days, 1)) * rng.uniform(0.8, 1.0, (days, 24))
    return np.asarray(0.9 * clear * clouds)


def told_wrongly(process: Process) -> Process:
    """Outputs per energy that are off by up to 5 %."""
    rng = np.random.default_rng(9)
    stages = [
        replace(stage, output_per_kwh=stage.output_per_kwh * rng.uniform(0.95, 1.05))
        for stage in process.stages
    ]
    return replace(process, stages=tuple(stages))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "noise", "error"), [(LINE, 0.0, 1e-3), (LINE, 0.02, 0.01), (FOUR, 0.0, 0.01)]
)
def test_constant_base_load(plant: StnPlant, noise: float, error: float) -> None:
    base_load_kw = 0.2 * total_kw(plant)
    found = fitted(
        plant,
        days=DAYS,
        options={"base_load": "constant"},
        base_load_kw=base_load_kw,
        noise=noise,
    )
    assert found.test_error() < error
    assert found.estimator.plant_.site.base_load_kw == pytest.approx(base_load_kw, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plant", "noise", "error"), [(LINE, 0.0, 1e-3), (LINE, 0.02, 0.01), (FOUR, 0.0, 0.01)]
)
def test_base_load_with_the_same_course_every_day(
    plant: StnPlant, noise: float, error: float
) -> None:
    base_load_kw = 0.2 * total_kw(plant) * WAVE
    found = fitted(
        plant, days=14, options={"base_load": "daily"}, base_load_kw=base_load_kw, noise=noise
    )
    assert found.test_error() < error
    off_kw = found.estimator.base_load_kwh_ - base_load_kw
    assert np.abs(off_kw).max() < (0.03 if noise else 1e-4) * total_kw(plant)
    assert any("daily base load" in note for note in found.estimator.report_.notes)


def test_missing_hours() -> None:
    assert fitted(LINE, days=DAYS, missing_share=0.05).test_error() < 1e-3


@pytest.mark.slow
def test_a_quarter_hourly_meter_with_hourly_prices() -> None:
    load_kwh = metered_days(LINE, TRAIN_PRICES[:DAYS], seed=1)
    quarters = np.repeat(load_kwh.ravel() / 4, 4)
    start = "2024-05-22T00:00:00+02:00"
    meter = series_file("energy_kwh", quarters, start=start, step_minutes=15, name="meter.csv")
    prices = series_file("buy_price_per_kwh", TRAIN_PRICES[:DAYS].ravel(), start=start)
    days = read_meter(meter, prices)
    found = PlantIdentifier(process_of(LINE), "milp").fit_days(days)
    true = fitted(LINE, days=DAYS)
    assert found.predict(TRAIN_PRICES[:2]) == pytest.approx(
        true.estimator.predict(TRAIN_PRICES[:2]), rel=1e-6
    )


@pytest.mark.slow
def test_pv_behind_the_meter() -> None:
    pv_kw = 0.5 * total_kw(LINE)
    found = fitted(LINE, days=DAYS, pv_kw=pv_kw, pv_cf=sunshine())
    assert found.test_error() < 1e-3
    assert found.estimator.report_.pv_kw == pytest.approx(pv_kw, rel=1e-3)


@pytest.mark.slow
def test_pv_that_differs_from_that_of_the_region() -> None:
    pv_kw, region = 0.5 * total_kw(LINE), sunshine()
    prices = TRAIN_PRICES[:DAYS]
    own = region * np.random.default_rng(6).normal(1.0, 0.05, region.shape)
    meter = metered_days(LINE, prices, seed=1, pv_kw=pv_kw, pv_cf=own)
    found = PlantIdentifier(process_of(LINE), "milp").fit(meter, prices, pv_cf=region)
    assert found.report_.pv_kw == pytest.approx(pv_kw, rel=0.03)
    true = [task.modes[-1].power_kw for task in LINE.tasks]
    powers = [task.modes[-1].power_kw for task in found.plant_.tasks]
    assert powers == pytest.approx(true, rel=0.01)


def test_stopped_days_are_left_out_and_told() -> None:
    found = fitted(LINE, days=DAYS + 2, stopped_days=2)
    assert found.test_error() < 1e-3
    report = found.estimator.report_
    assert (report.days, len(report.left_out)) == (DAYS, 2)
    assert all("0 kWh" in reason for _, reason in report.left_out)


@pytest.mark.parametrize("plant", [LINE, pytest.param(FOUR, marks=pytest.mark.slow)])
def test_outputs_that_are_known_roughly(plant: StnPlant) -> None:
    process = told_wrongly(process_of(plant))
    found = fitted(plant, days=DAYS, process=process, options={"output_tolerance": 0.05})
    assert found.test_error() < 1e-3
    assert found.power_error() < 1e-3
    given = np.array([stage.output_per_kwh for stage in process.stages])
    own = process_of(found.estimator.plant_)
    factors = np.array([stage.output_per_kwh for stage in own.stages]) / given
    assert np.abs(factors - 1).max() <= 0.05
    assert any("nearest that suit" in note for note in found.estimator.report_.notes)


@pytest.mark.slow
def test_two_feeders_of_an_assembler() -> None:
    found = fitted(assembly(), days=DAYS)
    assert found.test_error() < 1e-3
    assert found.power_error() < 1e-3


@pytest.mark.slow
def test_a_noisy_assembly() -> None:
    found = fitted(assembly(), days=14, noise=0.05)
    assert found.test_error() < 0.02
    assert found.power_error() < 0.05


@pytest.mark.parametrize(
    ("blemishes", "told"),
    [
        ({"missing_share": 1.0}, "meter"),
        ({"stopped_days": DAYS}, "give readings of a plant that runs"),
        ({"stopped_days": 8}, "meter"),
    ],
)
def test_what_tells_nothing_is_refused(blemishes: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        fitted(LINE, days=DAYS, **blemishes)
