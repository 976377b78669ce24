"""Plants as files and as tables: nothing is lost on the way."""

import os
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.plant_toml import (
    load_plant,
    parse_plant,
    plant_to_toml,
    save_plant,
    shipped_plants,
)
from plantgym.twins.stn_tables import compile_tables, downstream_first
from plantgym.twins.tariff import DrEventProcess, DrProgramme, Tariff

from .hand_plant import KILN, MILL, quarry
from .random_plants import plants

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
numbers = st.floats(0.0, 1e9, allow_subnormal=False)
prices = st.lists(st.floats(-10.0, 10.0), min_size=24, max_size=24).map(tuple)


@st.composite
def programmes(draw: st.DrawFn) -> DrProgramme:
    rising = sorted(draw(st.sets(st.floats(0.01, 5.0), min_size=3, max_size=3)))
    first, second = sorted(draw(st.tuples(numbers, numbers)))
    factors = (first, second, rising[2] * second + draw(numbers))
    return DrProgramme(draw(numbers), draw(numbers), (rising[0], rising[1], rising[2]), factors)


@st.composite
def processes(draw: st.DrawFn) -> DrEventProcess:
    hours = st.tuples(st.integers(5, 12), st.integers(13, 21))
    windows = draw(st.lists(hours, min_size=1, max_size=3).map(tuple))
    award_kw = draw(st.floats(0.1, 1e6))
    return DrEventProcess(
        draw(st.floats(0.0, 1.0)), windows, draw(numbers), award_kw, award_kw + draw(numbers)
    )


@st.composite
def named_plants(draw: st.DrawFn) -> StnPlant:
    """Plants with any names and numbers in every field that a file has."""
    names = draw(st.lists(words, min_size=2, max_size=4, unique=True))
    materials = [Material(name, 0.0, 1e9, draw(numbers)) for name in names]
    stock_t = materials[0].initial_t
    materials[0] = replace(
        materials[0], end_min_t=stock_t, shortfall_cost_per_t=draw(st.floats(1, 9))
    )
    power_kw = draw(st.floats(1.0, 1e6))
    mode = Mode(power_kw, {names[0]: draw(numbers)}, {names[1]: draw(numbers)}, draw(numbers))
    must = draw(st.booleans())
    task = Task(draw(words), (mode,), must, float(must), float(draw(st.integers(0, 16))), 2.5)
    dr = draw(st.none() | programmes())
    return StnPlant(
        name=draw(words),
        currency=draw(words),
        materials=tuple(materials),
        tasks=(task,),
        site=Site(draw(numbers), draw(numbers), draw(numbers), draw(numbers), 0.0, draw(numbers)),
        tariff=Tariff(draw(prices), draw(prices), draw(numbers)),
        same_step_transfer=draw(st.booleans()),
        horizon_h=16,
        start_hour=5,
        stock_unit=draw(words),
        dr=dr,
        dr_events=draw(st.none() | processes()) if dr else None,
        sources=draw(st.dictionaries(words, words, max_size=2)),
    )


class TestFiles:
    @pytest.mark.parametrize("name", shipped_plants())
    def test_shipped_plants_come_back_equal(self, name: str, tmp_path: Path) -> None:
        plant = load_plant(name)
        path = tmp_path / "copy.toml"
        save_plant(plant, path)
        assert load_plant(path) == load_plant(str(path)) == plant
        assert [p.name for p in tmp_path.iterdir()] == ["copy.toml"]

    @given(plants() | named_plants())
    def test_any_plant_comes_back_equal(self, plant: StnPlant) -> None:
        again = parse_plant(plant_to_toml(plant))
        assert again == plant
        assert plant_to_toml(again) == plant_to_toml(plant)

    def test_rows_come_back_as_tuples(self) -> None:
        again = parse_plant(plant_to_toml(load_plant("cement_pv")))
        assert again.dr is not None
        assert again.dr_events is not None
        rows: list[Any] = [again.tasks, again.tasks[0].modes, again.materials, again.dr.thresholds]
        rows += [
            again.dr_events.windows,
            again.dr_events.windows[0],
            again.tariff.buy_price_per_kwh,
        ]
        assert {type(row) for row in rows} == {tuple}

    def test_what_a_file_leaves_out_has_a_default(self) -> None:
        text = """
            name = "smallest"
            currency = "EUR"
            site.import_limit_kw = 10
            tariff.period = [{ name = "all", hours = ALL_HOURS, buy_price_per_kwh = 1 }]
            material = [{ name = "m", min_t = 0, max_t = 1, initial_t = 0 }]
            task = [{ name = "t", mode = [{ power_kw = 1, produces_t_per_h = { m = 1 } }] }]
        """
        plant = parse_plant(text.replace("ALL_HOURS", str(list(range(24)))))
        assert plant == StnPlant(
            "smallest", "EUR", (Material("m", 0, 1, 0),),
            (Task("t", (Mode(1, {}, {"m": 1}),)),), Site(10), Tariff((1.0,) * 24, (0.0,) * 24),
            operation="discrete", same_step_transfer=False, horizon_h=24, start_hour=0,
            stock_unit="t", dr=None, dr_events=None, sources={},
        )  # fmt: skip


class TestSaving:
    @pytest.fixture
    def disk_full(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def half_written(file: int) -> None:
            os.ftruncate(file, os.fstat(file).st_size // 2)
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", half_written)

    @pytest.mark.usefixtures("disk_full")
    def test_a_file_stays_as_it_was_if_the_new_one_cannot_be_written(self, tmp_path: Path) -> None:
        path = tmp_path / "plant.toml"
        path.write_bytes(b"before")
        with pytest.raises(InputError, match=r"plant.toml.*\(No space left on device\)"):
            save_plant(quarry(), path)
        assert [p.name for p in tmp_path.iterdir()] == ["plant.toml"]
        assert path.read_bytes() == b"before"

    def test_nothing_is_left_where_the_target_is_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "folder").mkdir()
        with pytest.raises(InputError, match=r"folder.*can be written"):
            save_plant(quarry(), tmp_path / "folder")
        assert [p.name for p in tmp_path.iterdir()] == ["folder"]


class TestTables:
    def test_flows_and_powers_of_an_hour(self) -> None:
        tables = compile_tables(quarry())
        assert tables.n_steps == 6
        assert tables.n_modes.tolist() == [3, 2]
        assert tables.power_kw.tolist() == [[0, 100, 200], [0, 50, 0]]
        assert tables.labour_per_h.tolist() == [[0, 20, 60], [0, 10, 0]]
        ore, meal, lime = range(3)
        assert tables.consume_t[0, :, ore].tolist() == [0, 10, 20]
        assert tables.produce_t[0, :, meal].tolist() == [0, 10, 20]
        assert tables.consume_t[1, :, meal].tolist() == [0, 10, 0]
        assert tables.produce_t[1, :, lime].tolist() == [0, 8, 0]
        assert tables.consume_t.sum() == 40
        assert tables.produce_t.sum() == 38
        assert tables.end_min_t.tolist() == [0, 0, 30]

    def test_quarter_hours(self) -> None:
        held = replace(MILL, min_run_h=1.1, must_run=True, must_run_from_h=0.6)
        hourly = compile_tables(quarry(tasks=(held, KILN)), 60)
        quarterly = compile_tables(quarry(tasks=(held, KILN)), 15)
        assert (quarterly.n_steps, quarterly.step_h) == (24, 0.25)
        np.testing.assert_array_equal(quarterly.consume_t, hourly.consume_t / 4)
        np.testing.assert_array_equal(quarterly.produce_t, hourly.produce_t / 4)
        np.testing.assert_array_equal(quarterly.power_kw, hourly.power_kw)
        assert (hourly.min_run_steps.tolist(), quarterly.min_run_steps.tolist()) == ([2, 1], [5, 1])
        assert (hourly.must_run_from.tolist(), quarterly.must_run_from.tolist()) == (
            [1, 6],
            [3, 24],
        )

    def test_times_that_are_no_binary_fractions_round_to_their_steps(self) -> None:
        held = replace(MILL, min_run_h=0.1 + 0.2)
        assert compile_tables(quarry(tasks=(held, KILN)), 6).min_run_steps[0] == 3

    def test_tables_cannot_be_written_to(self) -> None:
        for table in compile_tables(quarry()):
            assert not isinstance(table, np.ndarray) or not table.flags.writeable

    @pytest.mark.parametrize("step_minutes", [0, -15, 7, 120, 7.5, "15"])
    def test_steps_that_do_not_divide_the_hour(self, step_minutes: Any) -> None:  # noqa: ANN401
        with pytest.raises(
            InputError, match=f"step_minutes = {step_minutes!r}: use a divisor of 60"
        ):
            compile_tables(quarry(), step_minutes)

    def test_consumers_come_before_producers(self) -> None:
        assert downstream_first(quarry()) == [1, 0]
        assert downstream_first(quarry(tasks=(KILN, MILL))) == [0, 1]
        order = downstream_first(load_plant("car_seat"))
        assert order[0] == 4
        assert sorted(order) == [0, 1, 2, 3, 4]
        assert downstream_first(load_plant("steel_powder")) == list(range(9, -1, -1))


def test_plants_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        quarry().name = "other"  # type: ignore[misc]


def test_power_and_generation_of_the_site() -> None:
    plant = quarry(site=Site(1000.0, pv_capacity_kw=300.0, wind_capacity_kw=50.0, base_load_kw=9.0))
    assert plant.max_power_kw == 250.0
    assert plant.generation_capacity_kw == 350.0
