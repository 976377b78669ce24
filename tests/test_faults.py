"""What faults do to requests, plants and sensors."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.faults.assets import plant_assets
from plantgym.twins.faults.effects import (
    faulty_heater_values,
    faulty_series,
    faulty_stn_tables,
    stuck_request,
)
from plantgym.twins.faults.fault import SIZES, Fault, FaultKind, changed_faults
from plantgym.twins.faults.sensors import NOISE, factory_readings, sensed
from plantgym.twins.heater_kernel import METER, run_heater
from plantgym.twins.heater_toml import load_heater
from plantgym.twins.heater_weather import HeaterWeather
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.stn_state import StnSeries
from plantgym.twins.stn_tables import Floats, compile_tables

CEMENT, SETS = load_plant("cement_pv"), load_heater("sets_heater")
ASSETS = plant_assets(CEMENT)


class TestAssets:
    def test_a_factory_has_tasks_generation_and_a_meter(self) -> None:
        assert [asset.name for asset in ASSETS] == ["T1", "T2", "T3", "generation", "meter"]
        assert [asset.full_scale for asset in ASSETS] == [4500.0, 1900.0, 6500.0, 14000.0, 12900.0]

    def test_without_generation_there_is_none(self) -> None:
        names = [asset.name for asset in plant_assets(load_plant("steel_powder"))]
        assert "generation" not in names
        assert names[-1] == "meter"

    def test_a_heater_has_four(self) -> None:
        assets = plant_assets(SETS)
        assert [asset.name for asset in assets] == ["elements", "fan", "store", "meter"]
        assert [asset.control for asset in assets] == [0, 1, None, None]


class TestSettingFaults:
    def test_one_of_each_kind_and_asset(self) -> None:
        faults = changed_faults(ASSETS, (), "T1", "stuck", 1.0)
        faults = changed_faults(ASSETS, faults, "T1", "sensor_bias", -0.1, since=4)
        faults = changed_faults(ASSETS, faults, "T1", "stuck", 0.5)
        assert faults == (Fault("T1", "sensor_bias", -0.1, 4), Fault("T1", "stuck", 0.5))

    @pytest.mark.parametrize("size", [None, 0, 0.0])
    def test_nothing_clears(self, size: float | None) -> None:
        faults = changed_faults(ASSETS, (), "T1", "stuck", 1.0)
        assert changed_faults(ASSETS, faults, "T1", "stuck", size) == ()

    @pytest.mark.parametrize(
        ("asset", "kind", "size", "told"),
        [
            ("T9", "stuck", 1.0, "asset = 'T9': use one of T1, T2, T3, generation, meter"),
            ("meter", "stuck", 1.0, "fault kind of 'meter' = 'stuck': use one of sensor_bias"),
            ("generation", "stuck", 1.0, "use one of efficiency_loss, sensor_bias"),
            ("T1", "melted", 1.0, "use one of efficiency_loss, stuck, sensor_bias"),
            ("T1", "stuck", 1.1, "fault size = 1.1: give a value of at most 1"),
            ("T1", "efficiency_loss", -0.1, "fault size = -0.1: give a value of at least 0"),
            ("T1", "sensor_drift", float("nan"), "fault size = nan: give a finite number"),
        ],
    )
    def test_refusals(self, asset: str, kind: FaultKind, size: float, told: str) -> None:
        with pytest.raises(InputError) as refused:
            changed_faults(ASSETS, (), asset, kind, size)
        assert told in str(refused.value)

    def test_every_kind_has_a_range(self) -> None:
        for kind, limits in SIZES.items():
            assert Fault("T1", kind, limits.high).size == limits.high


class TestFactory:
    def test_a_loss_costs_power_and_no_rate(self) -> None:
        tables = compile_tables(CEMENT, 60)
        faulty = faulty_stn_tables(CEMENT, tables, [Fault("T1", "efficiency_loss", 0.2)])
        assert faulty.power_kw[0].tolist() == [0.0, 3750.0, 5625.0]
        assert faulty.power_kw[1:].tolist() == tables.power_kw[1:].tolist()
        assert faulty.produce_t is tables.produce_t

    def test_without_a_loss_the_tables_stay(self) -> None:
        tables = compile_tables(CEMENT, 60)
        assert faulty_stn_tables(CEMENT, tables, [Fault("T1", "stuck", 1.0)]) is tables

    def test_pv_gives_less(self) -> None:
        series = StnSeries(np.full((1, 2, 5), 10.0), np.full((1, 3), -1), np.zeros(1))
        faulty = faulty_series(series, [Fault("generation", "efficiency_loss", 0.3)])
        assert faulty.values[0, 0].tolist() == [10.0, 10.0, 7.0, 10.0, 10.0]
        assert series.values.min() == 10.0

    def test_a_stuck_task_keeps_its_mode(self) -> None:
        asked, ran = np.array([2.0, 1.0, 0.0]), np.array([1.0, 0.0, 2.0])
        faults = [Fault("T1", "stuck", 1.0)]
        found = stuck_request(ASSETS, faults, asked, ran, np.random.default_rng(0))
        assert found.tolist() == [1.0, 1.0, 0.0]
        assert asked.tolist() == [2.0, 1.0, 0.0]

    def test_a_sticky_task_misses_that_share_of_commands(self) -> None:
        rng, faults = np.random.default_rng(0), [Fault("T3", "stuck", 0.3)]
        one, two = np.zeros(3), np.ones(3)
        missed = [stuck_request(ASSETS, faults, two, one, rng)[2] == 0.0 for _ in range(4000)]
        assert np.mean(missed) == pytest.approx(0.3, abs=0.03)


class TestHeater:
    def run(self, *faults: Fault, power_kw: float = 0.0, fan: float = 0.0) -> dict[str, float]:
        """A day of the heater: energies, and where the brick ends."""
        temp_c, meter = np.zeros((97, 4)), np.zeros((96, len(METER)))
        temp_c[0] = [415.0, 45.0, 20.0, 18.0]
        weather = HeaterWeather(np.zeros(96), 0.0)
        run_heater(
            faulty_heater_values(SETS, faults), temp_c, np.zeros(97, np.bool_),
            np.full(96, power_kw), np.full(96, fan), weather.table, 0.25, meter,
        )  # fmt: skip
        return {"brick_c": temp_c[-1, 0], **dict(zip(METER, meter.sum(axis=0), strict=True))}

    def test_without_a_loss_the_vector_is_the_plants(self) -> None:
        assert faulty_heater_values(SETS, [Fault("fan", "stuck", 1.0)]) is SETS.tables

    def test_elements_give_less_heat_for_the_same_power(self) -> None:
        faulty = self.run(Fault("elements", "efficiency_loss", 0.2), power_kw=100.0)
        healthy, less = self.run(power_kw=100.0), self.run(power_kw=80.0)
        assert faulty["heater_kwh"] == pytest.approx(healthy["heater_kwh"])
        assert faulty["brick_c"] == pytest.approx(less["brick_c"])

    def test_a_fan_moves_less_heat_at_the_same_power(self) -> None:
        faulty = self.run(Fault("fan", "efficiency_loss", 0.3), fan=0.1)
        healthy = self.run(fan=0.1)
        assert faulty["fan_kwh"] == healthy["fan_kwh"]
        # Less than 30 % less, as the bricks stay warmer.
        assert 0.7 < faulty["released_kwh"] / healthy["released_kwh"] < 0.85

    def test_a_store_loses_that_share_of_its_heat_a_day(self) -> None:
        faulty, healthy = self.run(Fault("store", "efficiency_loss", 0.3)), self.run()
        # 400 K above the surroundings decay by exp(-0.3 - what the insulation loses).
        insulation = SETS.brick.loss_kw_per_k / SETS.brick.capacity_kwh_per_k * 24.0
        assert healthy["brick_c"] == pytest.approx(15.0 + 400.0 * np.exp(-insulation), abs=0.01)
        kept = 400.0 * np.exp(-0.3 - insulation)
        assert faulty["brick_c"] == pytest.approx(15.0 + kept, abs=0.01)

    @pytest.mark.parametrize("size", [0.01, 0.5, 0.9])
    def test_all_sizes_run(self, size: float) -> None:
        assets = ("elements", "fan", "store")
        found = self.run(*(Fault(name, "efficiency_loss", size) for name in assets), fan=0.5)
        assert all(np.isfinite(value) for value in found.values())


class TestSensors:
    TRUE = factory_readings(ASSETS, compile_tables(CEMENT, 60), np.array([2, 1, 0]), 6400.0, 700.0)

    def test_what_is_read(self) -> None:
        assert self.TRUE.tolist() == [4500.0, 1900.0, 0.0, 700.0, 6400.0]

    def test_a_level_between_modes(self) -> None:
        tables = compile_tables(CEMENT, 60)
        found = factory_readings(ASSETS, tables, np.array([1.5, 0.5, 0.0]), 0.0, 0.0)
        assert found.tolist() == [3750.0, 950.0, 0.0, 0.0, 0.0]

    def read(self, *faults: Fault, step: int = 0) -> Floats:
        return sensed(ASSETS, faults, self.TRUE, step, 24, np.random.default_rng(3))

    def test_noise_is_a_share_of_the_range(self) -> None:
        rng = np.random.default_rng(0)
        read = np.array([sensed(ASSETS, (), self.TRUE, 0, 24, rng) for _ in range(2000)])
        shares = (read - self.TRUE) / [asset.full_scale for asset in ASSETS]
        assert shares.std(axis=0) == pytest.approx(np.full(5, NOISE), rel=0.1)
        assert abs(shares.mean(axis=0)).max() < NOISE / 10

    def test_a_bias_is_added_to_its_sensor_alone(self) -> None:
        off = self.read(Fault("T2", "sensor_bias", -0.1)) - self.read()
        assert off == pytest.approx([0.0, -190.0, 0.0, 0.0, 0.0])

    def test_a_drift_grows_from_its_first_step_on(self) -> None:
        fault = Fault("meter", "sensor_drift", 0.3, since=100)
        for step, share in ((50, 0.0), (100, 0.0), (100 + 24 * 15, 0.15), (100 + 24 * 60, 0.6)):
            off = self.read(fault, step=step) - self.read(step=step)
            assert off == pytest.approx([0.0, 0.0, 0.0, 0.0, share * 12900.0])

    def test_that_share_of_samples_is_lost(self) -> None:
        rng, faults = np.random.default_rng(0), [Fault("T1", "dropped_samples", 0.25)]
        read = np.array([sensed(ASSETS, faults, self.TRUE, 0, 24, rng) for _ in range(4000)])
        assert np.isnan(read[:, 0]).mean() == pytest.approx(0.25, abs=0.02)
        assert not np.isnan(read[:, 1:]).any()
