"""Whatever is asked for, the heater stays within its limits, and says what it changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.heater import HeaterPlant, Temperatures
from plantgym.twins.heater_kernel import (
    BRICK_COLD,
    BRICK_FULL,
    FAN_TOO_SLOW,
    TRIPPED,
    WATER_HOT,
)
from plantgym.twins.heater_simulate import simulate_heater
from plantgym.twins.heater_weather import HeaterWeather

from .heater_cases import SETS, heaters

COLD = HeaterWeather(np.full(4, -10.0), 3.0)
STARTS = st.builds(
    Temperatures,
    brick_c=st.one_of(st.floats(20.0, 700.0), st.floats(690.0, 700.0), st.just(700.0)),
    water_c=st.one_of(st.floats(0.0, 95.0), st.just(95.0)),
    room_c=st.floats(-20.0, 45.0),
    mass_c=st.floats(-20.0, 45.0),
)
REQUESTS = st.lists(
    st.tuples(
        st.one_of(st.sampled_from([0.0, 1000.0]), st.floats(-100.0, 3000.0)),
        st.one_of(st.sampled_from([0.0, 0.03, 1.0]), st.floats(-1.0, 2.0)),
        st.floats(-40.0, 40.0),
        st.floats(0.0, 40.0),
    ),
    min_size=1,
    max_size=30,
)


class TestAnyAction:
    @given(heaters(), STARTS, REQUESTS, st.sampled_from([5, 15, 60]))
    def test_brick_and_water_never_pass_their_limits(
        self,
        plant: HeaterPlant,
        start: Temperatures,
        requests: list[tuple[float, float, float, float]],
        step_minutes: int,
    ) -> None:
        power_kw, fan, ambient_c, wind = np.array(requests).T
        weather = HeaterWeather(ambient_c, wind, 300.0, 1.0)
        run = simulate_heater(plant, power_kw, fan, weather, start=start, step_minutes=step_minutes)
        assert run.temp_c[:, 0].max() <= plant.brick.max_c
        assert run.temp_c[:, 1].max() <= plant.water.max_c
        assert np.isfinite(run.temp_c).all()
        assert not run.tripped.any()
        assert (run.power_kw >= 0.0).all()
        assert (run.power_kw <= np.clip(power_kw, 0.0, 1000.0) * (1 + 1e-12)).all()
        assert (run.metered("fan") <= np.clip(fan, 0.0, 1.0) * (1 + 1e-12)).all()
        assert np.abs(run.unbalanced_kwh).max() < 1e-7

    @pytest.mark.parametrize("fan", [0.0, 0.03, 0.2, 1.0])
    def test_a_heater_at_full_power_all_week_holds_the_brick_just_below_its_limit(
        self, fan: float
    ) -> None:
        weather = HeaterWeather(np.full(672, -10.0), 3.0)
        run = simulate_heater(SETS, np.full(672, 1000.0), np.full(672, fan), weather)
        assert run.temp_c[:, 0].max() <= 700.0
        assert run.temp_c[-96:, 0].min() > 699.99

    @pytest.mark.parametrize("start_c", [660.0, 690.0, 699.9])
    def test_fans_that_jump_do_not_lift_the_brick_over_its_limit(self, start_c: float) -> None:
        fan = np.tile([1.0, 0.0, 0.03, 1.0, 0.1, 0.0], 16)
        start = replace(SETS.initial, brick_c=start_c, water_c=90.0)
        weather = HeaterWeather(np.tile([-20.0, 10.0], 48), 3.0)
        run = simulate_heater(SETS, np.full(96, 1000.0), fan, weather, start=start)
        assert run.temp_c[:, 0].max() <= 700.0

    def test_a_request_that_ends_at_the_limit_is_taken_unchanged(self) -> None:
        start = replace(SETS.initial, brick_c=695.0)
        asked = simulate_heater(SETS, [1000.0], [0.2], HeaterWeather([0.0]), start=start)
        power_kw = asked.power_kw[0]
        assert 0.0 < power_kw < 1000.0
        assert asked.metered("power_clip")[0] == BRICK_FULL
        again = simulate_heater(SETS, [power_kw], [0.2], HeaterWeather([0.0]), start=start)
        assert again.power_kw[0] == pytest.approx(power_kw, rel=1e-14)
        assert again.metered("power_clip")[0] == 0
        # 16.8 kWh/K over the 5 K left, and what leaves meanwhile: 67.2 kW/K 5 K = 336 kW.
        leaving_kwh = again.metered("released_kwh")[0] + again.metered("store_loss_kwh")[0]
        assert power_kw == pytest.approx(336.0 + 4.0 * leaving_kwh, abs=1.0)
        assert 699.98 < again.temp_c[1, 0] <= 700.0


class TestTrip:
    def test_a_trip_lasts_until_the_brick_has_cooled(self) -> None:
        hot = replace(SETS.initial, brick_c=755.0)
        weather = HeaterWeather(np.full(400, -10.0), 3.0)
        run = simulate_heater(SETS, np.full(400, 800.0), np.full(400, 0.3), weather, start=hot)
        free = np.flatnonzero(~run.tripped[1:])[0]
        assert run.tripped[1 : free + 1].all()
        assert not run.tripped[free + 1 :].any()
        assert run.temp_c[free, 0] <= SETS.brick.trip_reset_c < run.temp_c[free - 1, 0]
        assert (run.power_kw[:free] == 0.0).all()
        assert (run.metered("power_clip")[:free] == TRIPPED).all()
        assert run.power_kw[free] == 800.0
        assert run.metered("power_clip")[free] == 0

    def test_a_trip_from_before_holds_between_reset_and_trip(self) -> None:
        between = replace(SETS.initial, brick_c=670.0)
        controls = ([100.0], [0.5], HeaterWeather([0.0]))
        assert simulate_heater(SETS, *controls, start=between, tripped=True).power_kw[0] == 0.0
        assert simulate_heater(SETS, *controls, start=between).power_kw[0] == 100.0

    def test_no_reason_is_given_where_nothing_was_asked_for(self) -> None:
        hot = replace(SETS.initial, brick_c=755.0)
        run = simulate_heater(SETS, [0.0], [0.0], HeaterWeather([0.0]), start=hot)
        assert run.tripped[1]
        assert run.metered("power_clip")[0] == run.metered("fan_clip")[0] == 0


class TestFan:
    @pytest.mark.parametrize(
        ("asked", "got", "reason"),
        [(0.0, 0.0, 0), (0.02, 0.0, FAN_TOO_SLOW), (0.03, 0.03, 0), (0.5, 0.5, 0), (1.5, 1.0, 0)],
    )
    def test_a_fan_runs_from_its_least_fraction_on(
        self, asked: float, got: float, reason: float
    ) -> None:
        run = simulate_heater(SETS, [0.0], [asked], HeaterWeather([0.0]))
        assert run.metered("fan")[0] == got
        assert run.metered("fan_clip")[0] == reason
        # 18 kW f^3 for a quarter of an hour
        assert run.metered("fan_kwh")[0] == pytest.approx(4.5 * got**3, rel=1e-12)

    def test_a_cold_brick_stops_the_fan(self) -> None:
        start = replace(SETS.initial, brick_c=104.9)
        run = simulate_heater(SETS, np.zeros(4), np.ones(4), COLD, start=start)
        assert run.metered("fan_clip").tolist() == [BRICK_COLD] * 4
        assert run.metered("released_kwh").tolist() == [0.0] * 4

    def test_hot_water_slows_the_fan(self) -> None:
        start = replace(SETS.initial, brick_c=600.0, water_c=80.0)
        run = simulate_heater(SETS, [0.0], [1.0], HeaterWeather([0.0]), start=start)
        assert run.metered("fan_clip")[0] == WATER_HOT
        # 9.3 kWh/K 15 K within 0.25 h is 558 kW, at 520 K 1.073 kW/K
        assert run.metered("released_kwh")[0] == pytest.approx(558.0 / 4, rel=0.02)
        assert 0.0 < run.metered("fan")[0] < 1.0
        hotter = replace(start, water_c=94.5)
        stopped = simulate_heater(SETS, [0.0], [1.0], HeaterWeather([0.0]), start=hotter)
        assert stopped.metered("fan")[0] == 0.0


def test_an_hour_is_four_quarters_of_an_hour() -> None:
    start = replace(SETS.initial, brick_c=695.0)
    hour = simulate_heater(
        SETS, [900.0], [0.3], HeaterWeather([-5.0], 4.0), step_minutes=60, start=start
    )
    quarters = simulate_heater(
        SETS, np.full(4, 900.0), np.full(4, 0.3), HeaterWeather(np.full(4, -5.0), 4.0), start=start
    )
    np.testing.assert_array_equal(hour.temp_c[-1], quarters.temp_c[-1])
    np.testing.assert_allclose(hour.meter[0, :8], quarters.meter[:, :8].sum(axis=0), rtol=1e-14)
    assert hour.metered("fan")[0] == pytest.approx(quarters.metered("fan").mean())
    assert hour.metered("power_clip")[0] == quarters.metered("power_clip").max() == BRICK_FULL


def test_load_is_heater_and_fan() -> None:
    run = simulate_heater(SETS, np.full(4, 200.0), np.full(4, 0.5), COLD)
    np.testing.assert_allclose(run.load_kw, 200.0 + 18.0 * 0.125, rtol=1e-12)
