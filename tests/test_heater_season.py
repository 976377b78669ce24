"""The generator of heating seasons: reproducible, physical, with the weather that it says."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.heater_kernel import METER
from plantgym.twins.heater_operation import (
    CHARGING_HOURS,
    Behaviour,
    Control,
    HeaterOperation,
    SeasonNoise,
)
from plantgym.twins.heater_season import heating_season, random_heater
from plantgym.twins.season_weather import MONTHLY_MEAN_C, winter_weather

from .heater_cases import SETS

MONTH = np.repeat(np.arange(5), (30, 31, 31, 28, 31))
QUIET = SeasonNoise(**dict.fromkeys(SeasonNoise.__dataclass_fields__, 0.0))


def test_the_winters_have_the_monthly_means_that_they_say() -> None:
    rng = np.random.default_rng(0)
    winters = [winter_weather(rng)[:, 0].reshape(151, 96).mean(axis=1) for _ in range(60)]
    daily_c = np.mean(winters, axis=0)
    found = [daily_c[month == MONTH].mean() for month in range(5)]
    assert found == pytest.approx(MONTHLY_MEAN_C, abs=0.7)  # a winter's month strays by 2.3 K


def test_a_winter_follows_the_calendar_in_any_year() -> None:
    first, other = (
        winter_weather(np.random.default_rng(3), 20, np.datetime64(day))[:, 0]
        for day in ("2018-12-20", "2023-12-20")
    )
    np.testing.assert_array_equal(first, other)


def test_the_same_seed_gives_the_same_season_and_another_one_another() -> None:
    one, same, other = (heating_season(seed, days=5) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.energy_kwh, same.energy_kwh)
    np.testing.assert_array_equal(one.telemetry, same.telemetry)
    assert one.plant == same.plant != other.plant
    assert not np.array_equal(one.energy_kwh, other.energy_kwh)


@pytest.mark.parametrize("control", ["modulated", "fixed-power"])
@pytest.mark.parametrize("behaviour", ["short", "long"])
def test_the_heater_is_charged_in_the_hours_of_the_behaviour(
    control: Control, behaviour: Behaviour
) -> None:
    season = heating_season(4, control=control, behaviour=behaviour, days=20)
    by_hour = season.telemetry[:, 2].reshape(20, 24, 4).mean(axis=(0, 2))
    assert set(np.flatnonzero(by_hour > 0.0)) == set(CHARGING_HOURS[behaviour])


def test_fixed_power_is_one_stage_and_modulated_power_is_not() -> None:
    fixed = heating_season(4, control="fixed-power", days=20, noise=QUIET).telemetry[:, 2]
    (stage,) = set(fixed[fixed > 0.0].round(6))
    assert stage in SETS.stage_power_kw
    modulated = heating_season(4, days=20, noise=QUIET).telemetry[:, 2]
    assert len(set(modulated.round(6))) > 15


def test_the_heat_of_a_winter_is_what_the_building_loses_at_its_room_temperature() -> None:
    operation = HeaterOperation(SETS, QUIET, 120, np.random.default_rng(4))
    operation.run("modulated", "long")
    days = slice(10 * 96 + 88, 110 * 96 + 88)
    charged_kwh = operation.meter[days, METER.index("heater_kwh")].sum()
    room_c, weather = operation.temp_c[days, 2].mean(), operation.weather.table[days].mean(axis=0)
    building, gains = SETS.building, SETS.gains
    mass = 1.0 / (1.0 / building.room_to_mass_kw_per_k + 1.0 / building.envelope_kw_per_k)
    air = building.infiltration_kw_per_k
    air += building.infiltration_kw_per_k_per_m_per_s * weather[1]
    free_kw = gains.base_kw + gains.occupancy_kw * weather[3] + gains.solar_m2 * weather[2] / 1e3
    store_kw = SETS.brick.loss_kw_per_k * (operation.temp_c[days, 0].mean() - 15.0)
    load_kw = (mass + air) * (room_c - weather[0]) - free_kw + store_kw
    assert charged_kwh == pytest.approx(100 * 24 * load_kw, rel=0.01)


def test_random_heaters_stay_around_the_one_in_the_middle() -> None:
    rng = np.random.default_rng(0)
    drawn = [random_heater(rng) for _ in range(50)]
    capacity = np.array([plant.brick.capacity_kwh_per_k for plant in drawn])
    assert capacity.std() > 1.0
    assert np.abs(capacity / SETS.brick.capacity_kwh_per_k - 1.0).max() <= 0.2


def test_frames_are_what_identification_reads() -> None:
    meter, weather, telemetry = heating_season(0, days=2).frames()
    assert (len(meter), len(weather), len(telemetry)) == (192, 48, 192)
    assert str(meter.index[0]) == "2018-11-01 00:00:00+08:00"
    assert list(weather) == ["ambient_c", "wind_m_per_s", "ghi_w_per_m2"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"control": "bang"}, "control"),
        ({"behaviour": "all"}, "behaviour"),
        ({"days": 0}, "days"),
        ({"seed": -1}, "seed"),
    ],
)
def test_wrong_arguments_are_named(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(InputError, match=f"^{field} = "):
        heating_season(**{"seed": 0, **wrong})  # type: ignore[arg-type]


def test_a_noise_below_zero_is_refused() -> None:
    with pytest.raises(InputError, match="noise meter"):
        SeasonNoise(meter=-0.1)
