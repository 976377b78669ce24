"""Heaters as files and as tables, and every way in which they can be wrong."""

from __future__ import annotations

import pickle
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from plantgym.twins.errors import InputError
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_tables import N_VALUES
from plantgym.twins.heater_toml import (
    heater_to_toml,
    load_heater,
    parse_heater,
    save_heater,
    shipped_heaters,
)
from plantgym.twins.heater_weather import HeaterWeather
from plantgym.twins.plant_toml import shipped_plants

from .heater_cases import SETS, heaters

GOOD = heater_to_toml(SETS)


class TestFiles:
    def test_heaters_and_factories_are_listed_apart(self) -> None:
        assert shipped_heaters() == ("sets_heater",)
        assert "sets_heater" not in shipped_plants()

    def test_a_file_comes_back_equal(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        save_heater(SETS, path)
        assert load_heater(path) == load_heater(str(path)) == SETS

    @given(heaters())
    def test_any_heater_comes_back_equal(self, plant: HeaterPlant) -> None:
        again = parse_heater(heater_to_toml(plant))
        assert again == plant
        np.testing.assert_array_equal(again.tables, plant.tables)

    def test_the_shipped_heater_is_that_of_the_paper(self) -> None:
        assert SETS.heater.power_max_kw == 1000.0
        # 10 MWh between the limits, within the rounding of the capacity
        stored_kwh = SETS.brick.capacity_kwh_per_k * (SETS.brick.max_c - SETS.brick.min_c)
        assert stored_kwh == pytest.approx(10_000.0, rel=1e-3)
        # the insulation alone loses 106 kWh a day at the mean of the brick's limits
        loss_kwh = 24 * SETS.brick.loss_kw_per_k * (390.0 - SETS.brick.surroundings_c)
        assert loss_kwh == pytest.approx(106.0, rel=0.01)
        # 20 K over 14.2 kW/K is the design load, whose mean water is 37 K above 18 degC
        assert SETS.water.flow_kw_per_k * 20.0 == pytest.approx(SETS.water.radiator_kw, rel=0.01)
        assert SETS.water.radiator_rise_k == (65.0 + 45.0) / 2 - 18.0
        assert set(SETS.sources) >= {"plant", "brick", "air", "water", "building", "gains"}

    def test_every_value_of_the_shipped_file_tells_its_source(self) -> None:
        file = Path(__file__).parents[1] / "twins/plants/sets_heater.toml"
        of_paper = ("power_max_kw", "min_c", "max_c", "radiator_rise_k", "radiator_exponent")
        values = file.read_text("utf-8").split("[heater]")[1].splitlines()
        for line in filter(lambda line: "=" in line, values):
            name = line.split(" = ")[0]
            assert "# assumed" in line or "# derived" in line or name in of_paper, line


class TestTables:
    def test_they_cannot_be_written_to(self) -> None:
        assert SETS.tables.shape == (N_VALUES,)
        assert not SETS.tables.flags.writeable
        with pytest.raises(FrozenInstanceError):
            SETS.name = "other"  # type: ignore[misc]

    def test_they_follow_the_plant(self) -> None:
        bigger = replace(SETS, brick=replace(SETS.brick, capacity_kwh_per_k=20.0))
        assert (bigger.tables != SETS.tables).sum() == 1
        copy = pickle.loads(pickle.dumps(bigger))
        assert copy == bigger
        np.testing.assert_array_equal(copy.tables, bigger.tables)

    def test_stages(self) -> None:
        assert SETS.stage_power_kw.tolist() == [50.0 * stage for stage in range(21)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[air]", "[air]\nfan_max = 1.0", "air key = 'fan_max': did you mean 'fan_min'?"),
        ("[brick]", "[bricks]", "heater key = 'bricks': did you mean 'brick'?"),
        ("flow_kw_per_k = 8.77", "flow_w_per_k = 8770.0", "did you mean 'flow_kw_per_k'?"),
        ("fan_min = 0.03\n", "", "air fan_min = None: add the key fan_min"),
        ('name = "sets_heater"\n', "", "heater name = None: add the key name"),
        ('name = "sets_heater"', 'name = ""', "name = '': give it as text"),
        ("stages = 20", "stages = 20.0", "heater stages = 20.0: give a whole number"),
        ("fan_min = 0.03", "fan_min = 3.0", "air fan_min = 3.0: give a value of at most 0.9"),
        ("ess = 0.8", "ess = 80", "air exchanger_effectiveness = 80: give a value of at most 1"),
        ("room_c = 20.0", "room_c = 293.15", "initial room_c = 293.15: give a value of at most 50"),
        ("room_c = 20.0", "room_c = nan", "initial room_c = nan: give a finite number"),
        ("brick_c = 150.0", 'brick_c = "hot"', "initial brick_c = 'hot': give a finite number"),
        ("base_kw = 6.0", "base_kw = -6.0", "gains base_kw = -6.0: give a value of at least 0"),
        ("trip_c = 750.0", "trip_c = 650.0", "brick max_c = 700.0: keep it at or below brick trip"),
        ("min_c = 105.0", "min_c = 90.0", "water max_c = 95.0: keep it at or below brick min_c 90"),
        ("brick_c = 150.0", "brick_c = 710.0", "initial brick_c = 710.0: keep it at or below"),
        ("flow_kw_per_k = 14.2", "flow_kw_per_k = 1.4", "water flow_kw_per_k = 1.4: raise it abov"),
        ("kwh_per_k = 16.8", "kwh_per_k = 0.9", "brick capacity_kwh_per_k = 0.9: raise it above"),
        ("room_kwh_per_k = 28.0", "room_kwh_per_k = 1.0", "quickest time constant = "),
        ("[gains]", "gains = 3\n[gain]", "heater key = 'gain': did you mean 'gains'?"),
    ],
)
def test_every_slip_is_named(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=re.escape(message)):
        parse_heater(GOOD.replace(old, new))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mend the TOML there"):
        parse_heater("name = ")
    with pytest.raises(InputError, match=r"one of \('sets_heater',\)"):
        load_heater("sets")
    with pytest.raises(InputError, match="give a HeaterPlant, a name or the path"):
        load_heater(3)  # type: ignore[arg-type]
    (tmp_path / "latin.toml").write_bytes('name = "Öfen"'.encode("latin-1"))
    with pytest.raises(InputError, match="save it as UTF-8"):
        load_heater(tmp_path / "latin.toml")


class TestWeather:
    def test_single_numbers_hold_for_all_steps(self) -> None:
        weather = HeaterWeather([-5.0, 3.0], 4.0, [0.0, 200.0], 0.5)
        assert weather.n_steps == 2
        assert weather.table.tolist() == [[-5.0, 4.0, 0.0, 0.5], [3.0, 4.0, 200.0, 0.5]]
        assert weather.shifted(1).table.tolist() == weather.table.tolist()[::-1]

    @pytest.mark.parametrize(
        ("field", "values", "message"),
        [
            ("ambient_c", [270.0, 271.0], "ambient_c of step 0 = 270.0: .*degC; kelvin or degF"),
            ("ambient_c", [50.0, 59.0], "ambient_c of step 1 = 59.0"),
            ("ambient_c", [1.0, np.nan], "ambient_c of step 1 = nan: .*fill gaps"),
            ("wind_m_per_s", [-1.0, 0.0], "wind_m_per_s of step 0 = -1.0: .*m/s"),
            ("ghi_w_per_m2", [0.0, 2000.0], "ghi_w_per_m2 of step 1 = 2000.0: .*W/m2"),
            ("occupancy", 50.0, "occupancy of step 0 = 50.0: .*share"),
            ("occupancy", [0.0, 1.0, 0.0], r"occupancy = \(3,\): give one number a step, \(2,\)"),
            ("ambient_c", [[0.0]], r"ambient_c = \(1, 1\)"),
        ],
    )
    def test_implausible_weather_is_refused(self, field: str, values: object, message: str) -> None:
        with pytest.raises(InputError, match=message):
            HeaterWeather(**({"ambient_c": [0.0, 1.0]} | {field: values}))  # type: ignore[arg-type]
