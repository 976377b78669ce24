"""Store and transfer from the readings of a heater's sensors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_operation import Control
from plantgym.twins.heater_season import heating_season
from plantgym.twins.heater_tables import brick_to_water_kw_per_k
from plantgym.twins.identify_heater import Telemetry, fit_telemetry
from plantgym.twins.identify_heater.telemetry_fit import TelemetryFit
from plantgym.twins.stn_tables import Floats

from .heater_cases import SETS
from .test_heater_season import QUIET

WEEK = 7 * 96


def telemetry_of(readings: Floats) -> Telemetry:
    brick_c, water_c, power_kw, fan = readings.T.copy()
    return Telemetry(brick_c, water_c, power_kw, fan, 0.25)


def transfer_errors(found: TelemetryFit, plant: HeaterPlant) -> Floats:
    true: Floats = brick_to_water_kw_per_k(plant.tables, found.fans)
    return found.transfer_kw_per_k / true - 1.0


def capacity_error(found: TelemetryFit, plant: HeaterPlant) -> float:
    return found.plant.brick.capacity_kwh_per_k / plant.brick.capacity_kwh_per_k - 1.0


def week(seed: int, control: Control = "modulated") -> tuple[HeaterPlant, Telemetry]:
    season = heating_season(seed, control=control, days=50)
    return season.plant, telemetry_of(season.telemetry[40 * 96 :][:WEEK])


def test_sensors_without_errors_tell_store_and_transfer() -> None:
    season = heating_season(3, days=40, plant=SETS, noise=QUIET)
    known = replace(SETS, brick=replace(SETS.brick, capacity_kwh_per_k=12.0))
    found = fit_telemetry(telemetry_of(season.telemetry[20 * 96 :][:WEEK]), known)
    assert found.sensor_k < 0.1  # water between its readings is taken as straight
    assert capacity_error(found, SETS) == pytest.approx(0.0, abs=0.002)
    assert np.abs(transfer_errors(found, SETS)).max() < 0.01


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_week_of_real_sensors_tells_the_store_to_one_and_the_transfer_to_two_per_cent(
    seed: int,
) -> None:
    plant, telemetry = week(seed)
    found = fit_telemetry(telemetry)
    assert abs(capacity_error(found, plant)) < 0.01
    assert np.abs(transfer_errors(found, plant)).max() < 0.02
    assert found.sensor_k == pytest.approx(1.5, abs=0.2)  # the noise of the brick's sensor
    low, high = found.intervals["brick.capacity_kwh_per_k"]
    assert low <= plant.brick.capacity_kwh_per_k <= high


def test_what_sensors_do_not_tell_is_said_to_be_unknown() -> None:
    plant, telemetry = week(11)
    found = fit_telemetry(telemetry)
    unknown = {"air.flow_kw_per_k", "air.channel_ntu", "brick.loss_kw_per_k"}
    assert unknown <= set(found.not_identified)
    assert "brick.capacity_kwh_per_k" not in found.not_identified
    assert not any(name.startswith("transfer") for name in found.not_identified)
    true = {
        "air.flow_kw_per_k": plant.air.flow_kw_per_k,
        "air.channel_ntu": plant.air.channel_ntu,
        "brick.loss_kw_per_k": plant.brick.loss_kw_per_k,
    }
    for name, value in true.items():
        low, high = found.intervals[name]
        assert low <= value <= high
        assert high > 1.5 * low


def test_other_values_in_the_range_give_the_same_transfer() -> None:
    """Flow and transfer units trade off: the range is one of real alternatives, not a guess."""
    _, telemetry = week(11)
    found = fit_telemetry(telemetry)
    low, high = found.intervals["air.flow_kw_per_k"]
    air = found.plant.air
    assert low < air.flow_kw_per_k < high
    other = replace(SETS, air=replace(SETS.air, flow_kw_per_k=0.8 * low + 0.2 * high))
    again = fit_telemetry(telemetry, other)
    for name in found.intervals:
        if name.startswith("transfer"):
            middle = np.mean(again.intervals[name])
            assert found.intervals[name][0] <= middle <= found.intervals[name][1]


def test_a_biased_thermocouple_shifts_the_transfer_and_not_the_store() -> None:
    plant, telemetry = week(12)
    biased = replace(telemetry, brick_c=telemetry.brick_c + 15.0)
    found = fit_telemetry(biased)
    assert abs(capacity_error(found, plant)) < 0.02
    assert np.mean(transfer_errors(found, plant)) < -0.03


@pytest.mark.parametrize("control", ["modulated", "fixed-power"])
@pytest.mark.parametrize(("unit", "zero", "per_k"), [("kelvin", 273.15, 1.0), ("degF", 32.0, 1.8)])
def test_bricks_in_other_units_are_refused(
    control: Control, unit: str, zero: float, per_k: float
) -> None:
    _, telemetry = week(12, control)
    wrong = replace(telemetry, brick_c=per_k * telemetry.brick_c + zero)
    with pytest.raises(InputError, match=rf"^telemetry brick_c = .* that this is in {unit}$"):
        fit_telemetry(wrong)


def test_gaps_cost_little() -> None:
    plant, telemetry = week(13)
    readings = np.stack([telemetry.brick_c, telemetry.water_c, telemetry.power_kw, telemetry.fan])
    rng = np.random.default_rng(0)
    readings[0, rng.random(WEEK) < 0.3] = np.nan
    readings[2, 200:203] = np.nan
    readings[1, 400] = np.nan
    found = fit_telemetry(telemetry_of(readings.T))
    assert abs(capacity_error(found, plant)) < 0.01
    assert np.abs(transfer_errors(found, plant)).max() < 0.03


@pytest.mark.parametrize("missing", ["short", "standing"])
def test_readings_that_tell_nothing_are_refused(missing: str) -> None:
    _, telemetry = week(13)
    readings = np.stack([telemetry.brick_c, telemetry.water_c, telemetry.power_kw, telemetry.fan])
    if missing == "standing":
        readings[2] = 0.0
    bad = telemetry_of(readings.T[: 96 if missing == "short" else WEEK])
    with pytest.raises(InputError, match=r"^telemetry"):
        fit_telemetry(bad)


@pytest.mark.slow
@pytest.mark.parametrize("control", ["modulated", "fixed-power"])
def test_over_many_heaters_store_and_transfer_keep_their_goals(control: Control) -> None:
    errors, inside = [], []
    for seed in range(200, 212):
        plant, telemetry = week(seed, control)
        found = fit_telemetry(telemetry)
        errors.append(
            (abs(capacity_error(found, plant)), np.abs(transfer_errors(found, plant)).max())
        )
        true = brick_to_water_kw_per_k(plant.tables, found.fans)
        for fan, value in zip(found.fans, true, strict=True):
            low, high = found.intervals[f"transfer_kw_per_k({fan:g})"]
            inside.append(low <= value <= high)
    capacity, transfer = np.array(errors).T
    assert capacity.max() < 0.01
    assert np.median(transfer) < 0.01
    # At fixed power the store is hot in mild weeks: little heat leaves it, and loss looks like it.
    assert np.quantile(transfer, 1.0 if control == "modulated" else 0.8) < 0.02
    assert np.mean(inside) >= 0.95
