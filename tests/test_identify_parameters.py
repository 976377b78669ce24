"""Private parameters: the plant that they make, its names, and the way back."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.identify.forward import optimal_load
from plantgym.twins.identify.parameters import (
    Parameters,
    day_output_t,
    parameter_names,
    parameters_of,
    to_plant,
)
from plantgym.twins.identify.process import PartLoad, Process, Stage, process_of
from plantgym.twins.intervals import parameters as plant_parameters
from plantgym.twins.intervals import with_parameters
from plantgym.twins.plant import Mode, Operation
from plantgym.twins.plant_toml import load_plant, parse_plant, plant_to_toml

from .processes import parameters, processes

PRICES = np.full(24, 0.1)
LINE = Process(
    "line", "t", (Stage("mill", 0.5), Stage("kiln", 0.25, part_loads=(PartLoad(0.5, 0.2),)))
)
OWN = Parameters(
    power_kw=np.array([100.0, 80.0]),
    headroom_t=np.array([30.0, 480.0]),
    reserve_t=np.array([20.0, 0.0]),
    target_t=np.array([0.0, 300.0]),
    base_load_kw=10.0,
)


class TestToPlant:
    def test_stores_products_and_site(self) -> None:
        plant = to_plant(LINE, OWN, "discrete", price_per_kwh=PRICES, name="found")
        store, product = plant.materials
        assert (store.min_t, store.initial_t, store.max_t, store.end_min_t) == (0, 20, 50, 20)
        # 80 kW at 0.25 t/kWh make 20 t/h: 480 t a day, which is room enough
        assert (product.initial_t, product.max_t, product.end_min_t) == (0, 480, 300)
        assert plant.site.import_limit_kw == pytest.approx(1.1 * 190)
        assert plant.site.base_load_kw == 10
        assert plant.tariff.buy_price_per_kwh == (0.1,) * 24
        assert (plant.name, plant.currency, plant.stock_unit) == ("found", "EUR", "t")
        assert plant.same_step_transfer

    def test_modes_are_part_loads_and_full_load(self) -> None:
        mill, kiln = to_plant(LINE, OWN, "continuous", price_per_kwh=PRICES).tasks
        assert mill.modes == (Mode(100.0, {}, {"mill_out": 50.0}),)
        assert kiln.modes == (
            Mode(40.0, {"mill_out": 8.0}, {"kiln_out": 8.0}),
            Mode(80.0, {"mill_out": 20.0}, {"kiln_out": 20.0}),
        )

    def test_missing_stock_costs_far_more_than_its_energy(self) -> None:
        # 180 kW draw 9 kWh while the kiln makes a tonne: 100 x 9 x 1; at 3 per kWh three times that
        for price, cost in ((0.1, 900.0), (3.0, 2700.0)):
            plant = to_plant(LINE, OWN, "discrete", price_per_kwh=np.full(24, price))
            assert plant.materials[1].shortfall_cost_per_t == pytest.approx(cost)

    def test_raw_materials_do_not_appear(self) -> None:
        stage = Stage("s", 1.0, {"ore": 1.0}, {"metal": 0.5})
        process = Process("p", "t", (stage,))
        one, none = np.ones(1), np.zeros(1)
        plant = to_plant(
            process, Parameters(one, none, none, one), "discrete", price_per_kwh=PRICES
        )
        assert [material.name for material in plant.materials] == ["metal"]
        assert plant.tasks[0].modes == (Mode(1.0, {}, {"metal": 0.5}),)

    def test_intervals_have_room(self) -> None:
        intervals = {
            "mill.power_kw": (90.0, 120.0),
            "mill_out.reserve_t": (5.0, 45.0),
            "mill_out.headroom_t": (30.0, 60.0),
            "kiln.power_kw": (80.0, 160.0),
            "site.base_load_kw": (0.0, 20.0),
        }
        plant = to_plant(LINE, OWN, "discrete", price_per_kwh=PRICES, intervals=intervals)
        assert plant.intervals == intervals
        assert plant.site.import_limit_kw == pytest.approx(1.1 * 300)
        highest = {name: high for name, (_, high) in intervals.items()}
        moved = plant_parameters(with_parameters(plant, highest))
        assert {name: moved[name] for name in highest} == pytest.approx(highest)
        # of the product the store takes what the kiln makes in a day at 160 kW
        assert plant.materials[1].max_t == 960
        same = parameters_of(plant, LINE)
        np.testing.assert_allclose(same.reserve_t, OWN.reserve_t)
        np.testing.assert_allclose(same.headroom_t, OWN.headroom_t)

    def test_optimal_operation_is_that_of_the_true_plant(self) -> None:
        true = load_plant("cement_mill")
        process = process_of(true)
        found = to_plant(process, parameters_of(true, process), "discrete", price_per_kwh=PRICES)
        rng = np.random.default_rng(3)
        prices = rng.uniform(0.02, 0.2, (2, 24))
        loads = [optimal_load(plant, prices) for plant in (true, found)]
        np.testing.assert_allclose(loads[1], loads[0], rtol=1e-6)
        # hours 6, 24, 20 and 17 of 2.2, 11, 11.55 and 11.22 MW (Lyu et al. 2024)
        np.testing.assert_allclose(loads[1].sum(axis=1), 698_940, rtol=1e-6)


class TestRoundTrip:
    @given(
        data=st.data(), process=processes(), operation=st.sampled_from(["discrete", "continuous"])
    )
    def test_a_plant_gives_its_parameters_back(
        self, data: st.DataObject, process: Process, operation: Operation
    ) -> None:
        own = data.draw(parameters(process))
        plant = to_plant(process, own, operation, price_per_kwh=PRICES)
        back = parameters_of(parse_plant(plant_to_toml(plant)), process)
        for field in fields(Parameters):
            values = getattr(back, field.name), getattr(own, field.name)
            np.testing.assert_allclose(*values, rtol=1e-9, atol=1e-9, err_msg=field.name)

    @given(data=st.data(), process=processes())
    def test_a_plant_gives_its_process_back(self, data: st.DataObject, process: Process) -> None:
        own = data.draw(parameters(process))
        plant = to_plant(process, own, "discrete", price_per_kwh=PRICES)
        back = process_of(plant)
        assert set(back.materials) == set(process.materials)
        net_kw = back.net_per_kwh * own.power_kw[:, None]
        np.testing.assert_allclose(net_kw, process.net_per_kwh * own.power_kw[:, None], rtol=1e-9)

    @given(data=st.data(), process=processes())
    def test_names_are_those_of_the_plant(self, data: st.DataObject, process: Process) -> None:
        plant = to_plant(process, data.draw(parameters(process)), "discrete", price_per_kwh=PRICES)
        names = parameter_names(process)
        assert set(names) <= set(plant_parameters(plant))
        assert len(set(names)) == len(names)


def test_names_are_powers_stores_targets_and_base_load() -> None:
    assert parameter_names(LINE) == (
        "mill.power_kw",
        "kiln.power_kw",
        "mill_out.headroom_t",
        "mill_out.reserve_t",
        "kiln_out.target_t",
        "site.base_load_kw",
    )


def test_day_output_counts_all_producers() -> None:
    twins = tuple(Stage(name, 0.5, {}, {"A": 2.0}) for name in ("one", "two"))
    process = Process("p", "t", twins)
    np.testing.assert_allclose(day_output_t(process, np.array([10.0, 20.0])), [24 * 30.0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"power_kw": np.ones(3)}, r"power_kw shape = \(3,\): .*each of mill, kiln"),
        ({"headroom_t": np.ones(1)}, "headroom_t shape .*mill_out, kiln_out"),
        ({"power_kw": np.array([1.0, 0.0])}, r"kiln.power_kw = 0.0: .*above 0"),
        ({"power_kw": np.array([1.0, np.nan])}, r"kiln.power_kw = nan: give a finite"),
        ({"reserve_t": np.array([-1.0, 0.0])}, r"mill_out.reserve_t = -1.0: .*at least 0"),
        ({"base_load_kw": -1.0}, r"site.base_load_kw = -1.0: .*at least 0"),
        ({"target_t": np.array([0.0, 500.0])}, "kiln_out.*end_min_t = 500.0: at full rate"),
    ],
)
def test_refusals(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        to_plant(LINE, replace(OWN, **changes), "discrete", price_per_kwh=PRICES)


def test_refusals_of_prices_and_foreign_plants() -> None:
    with pytest.raises(InputError, match="give 24 numbers"):
        to_plant(LINE, OWN, "discrete", price_per_kwh=0.1)
    with pytest.raises(InputError, match=r"mill\.power_kw.*give a plant of the process"):
        parameters_of(load_plant("cement_mill"), LINE)
