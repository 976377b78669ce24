"""The meter of a known plant: PSI's days reproduced, blemishes as asked, and the error by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.identify.forward import optimal_load
from plantgym.twins.identify.load_error import load_error
from plantgym.twins.identify.psi_data import PSI_PLANTS, PSI_SETS, psi_days
from plantgym.twins.identify.twin_meter import metered_days
from plantgym.twins.plant import Site
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.shipped import data_file

from .plant_days import flour, plant

MILL = plant(materials=(flour(wanted_t=2.0),), site=Site(import_limit_kw=1000.0, base_load_kw=20.0))
PRICES = np.tile([[0.3, 0.1, 0.4, 0.2]], (30, 1))
CLEAN_KWH = [20.0, 120.0, 20.0, 120.0]


@pytest.mark.parametrize("plant_name", PSI_PLANTS)
def test_the_metered_sets_are_those_of_the_split(plant_name: str) -> None:
    split = json.loads(data_file("psi_split.json").read_text("utf-8"))
    assert tuple(split) == PSI_SETS
    for name in PSI_SETS:
        days = psi_days(plant_name, name)
        assert days.dates.astype(str).tolist() == split[name]
        assert days.energy_kwh.shape == days.price_per_kwh.shape == (len(split[name]), 24)


def test_metered_loads_and_prices_are_in_kwh() -> None:
    cement, steel = (psi_days(name, "test_baseline") for name in PSI_PLANTS)
    assert cement.energy_kwh[-1].max() == 35_970.0
    assert cement.energy_kwh.sum(axis=1) == pytest.approx([698_940.0] * 10)
    assert steel.energy_kwh[-1].max() == 285.0
    assert psi_days("cement", "train").price_per_kwh[0, 0] == pytest.approx(0.05071)


def test_the_demand_response_days_double_four_prices() -> None:
    base, event = (psi_days("cement", name) for name in ("test_baseline", "test_dr"))
    ratio = event.price_per_kwh / base.price_per_kwh
    assert np.allclose(ratio[:, 8:12], 2.0)
    assert np.allclose(np.delete(ratio, np.s_[8:12], axis=1), 1.0)


@pytest.mark.parametrize("args", [("glass", "train"), ("cement", "test")])
def test_other_psi_data_are_refused(args: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="use one of"):
        psi_days(*args)


@pytest.mark.parametrize("plant_name", PSI_PLANTS)
def test_the_optimal_operation_is_what_psi_metered(plant_name: str) -> None:
    days = psi_days(plant_name, "test_baseline")
    load_kwh = optimal_load(load_plant(PSI_PLANTS[plant_name]), days.price_per_kwh)
    assert np.allclose(load_kwh, days.energy_kwh, rtol=1e-6, atol=0.0)


def test_a_plant_runs_when_energy_is_cheapest() -> None:
    assert optimal_load(MILL, PRICES[:1]).tolist() == [CLEAN_KWH]


def test_a_continuous_plant_runs_part_load() -> None:
    milling = plant(materials=(flour(wanted_t=1.5),), operation="continuous")
    assert optimal_load(milling, PRICES[:1]).tolist() == [[0.0, 100.0, 0.0, 50.0]]


def test_steps_shorter_than_an_hour_come_from_the_prices() -> None:
    load_kwh = optimal_load(MILL, PRICES[:1].repeat(4, axis=1))
    assert load_kwh.tolist() == [[kwh / 4 for kwh in CLEAN_KWH for _ in range(4)]]


@pytest.mark.parametrize(
    "prices", [[0.1] * 4, [[0.1] * 5], [[0.1, np.nan, 0.1, 0.1]], np.empty((0, 4))]
)
def test_prices_that_are_no_days_of_the_plant_are_refused(prices: Any) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=r"^prices"):
        optimal_load(MILL, prices)


def test_a_meter_without_blemishes_shows_the_load() -> None:
    assert metered_days(MILL, PRICES, seed=1).tolist() == [CLEAN_KWH] * 30


def test_noise_is_relative_to_the_reading_and_comes_from_the_seed() -> None:
    noisy = metered_days(MILL, PRICES, seed=1, noise=0.05)
    assert np.array_equal(noisy, metered_days(MILL, PRICES, seed=1, noise=0.05))
    assert not np.array_equal(noisy, metered_days(MILL, PRICES, seed=2, noise=0.05))
    relative = noisy / CLEAN_KWH - 1.0
    assert relative.std(axis=0) == pytest.approx(0.05, rel=0.4)
    assert relative.mean() == pytest.approx(0.0, abs=0.02)


def test_base_load_and_pv_lie_beside_the_plant() -> None:
    pv_cf = np.zeros((30, 4))
    pv_cf[0, 2] = 0.5
    metered = metered_days(
        MILL, PRICES, seed=1, base_load_kw=[1.0, 2.0, 3.0, 4.0], pv_kw=100.0, pv_cf=pv_cf
    )
    assert metered[0].tolist() == [21.0, 122.0, -27.0, 124.0]
    assert metered[1].tolist() == [21.0, 122.0, 23.0, 124.0]


def test_readings_are_missing_and_days_stopped_as_often_as_asked() -> None:
    metered = metered_days(MILL, PRICES, seed=1, missing_share=0.2, stopped_days=7)
    missing = np.isnan(metered)
    assert missing.mean() == pytest.approx(0.2, abs=0.08)
    clean = metered_days(MILL, PRICES, seed=1, stopped_days=7)
    assert (clean == 20.0).all(axis=1).sum() == 7
    assert np.array_equal(metered[~missing], clean[~missing])


@pytest.mark.parametrize(
    ("blemish", "named"),
    [
        ({"noise": -0.1}, "noise"),
        ({"missing_share": 1.1}, "missing_share"),
        ({"stopped_days": 31}, "stopped_days"),
        ({"base_load_kw": [1.0, 2.0]}, "base_load_kw"),
        ({"pv_kw": 5.0, "pv_cf": np.full((30, 4), np.nan)}, "pv_cf"),
    ],
)
def test_blemishes_out_of_range_are_refused(blemish: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError, match=named):
        metered_days(MILL, PRICES, seed=1, **blemish)


def test_the_load_error_by_hand() -> None:
    metered = [[10.0, 0.0], [10.0, 20.0]]
    error = load_error([[10.0, 10.0], [13.0, 16.0]], metered)
    assert error.by_day == pytest.approx([np.sqrt(50.0) / 20.0, np.sqrt(12.5) / 20.0])
    assert error.mean == pytest.approx((np.sqrt(50.0) + np.sqrt(12.5)) / 40.0)
    assert error.rms == pytest.approx(np.sqrt(31.25) / 20.0)


def test_missing_readings_do_not_count() -> None:
    metered = [[np.nan, np.nan], [8.0, np.nan], [np.nan, 4.0]]
    error = load_error(np.zeros((3, 2)), metered)
    assert np.array_equal(error.by_day, [np.nan, 2.0, 1.0], equal_nan=True)
    assert error.mean == 1.5
    assert error.rms == pytest.approx(np.sqrt(2.5))


@pytest.mark.parametrize(
    ("predicted", "metered", "named"),
    [
        ([[1.0]], [[1.0, 2.0]], "predicted load"),
        ([1.0], [1.0], "metered load"),
        ([[np.nan]], [[1.0]], "predicted load"),
        ([[1.0], [1.0]], [[1.0], [0.0]], "metered load of the last day"),
        ([[1.0], [1.0]], [[1.0], [np.nan]], "metered load of the last day"),
    ],
)
def test_loads_that_cannot_be_compared_are_refused(
    predicted: list[Any], metered: list[Any], named: str
) -> None:
    with pytest.raises(InputError, match=named):
        load_error(predicted, metered)
