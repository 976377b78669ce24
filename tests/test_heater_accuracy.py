"""The kernel against exact energies, its order, and an integration that shares no code with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from plantgym.twins.errors import InputError
from plantgym.twins.heater import Temperatures
from plantgym.twins.heater_simulate import (
    HeaterRun,
    fan_of_transfer,
    release_heater,
    simulate_heater,
    transfer_of_fan,
)
from plantgym.twins.heater_weather import HeaterWeather
from plantgym.twins.stn_tables import Floats

from .heater_cases import SETS, random_controls, random_weather

SEASON = 151 * 96  # November to March


@pytest.fixture(scope="module")
def season() -> HeaterRun:
    rng = np.random.default_rng(7)
    weather = random_weather(SEASON, rng)
    return simulate_heater(SETS, *random_controls(SEASON, rng), weather)


class TestEnergy:
    def test_a_season_closes(self, season: HeaterRun) -> None:
        heat_in = season.metered("heater_kwh").sum() + season.metered("gains_kwh").sum()
        assert heat_in > 500_000.0
        assert abs(season.unbalanced_kwh.sum()) < 1e-8 * heat_in
        assert np.abs(season.unbalanced_kwh).max() < 1e-8

    def test_each_store_closes(self, season: HeaterRun) -> None:
        flows = {name: season.metered(f"{name}_kwh") for name in (
            "heater", "released", "radiator", "gains", "envelope", "infiltration", "store_loss"
        )}  # fmt: skip
        stored_kwh = np.diff(season.temp_c, axis=0) * [16.8, 9.3, 28.0, 450.0]
        brick = flows["heater"] - flows["released"] - flows["store_loss"]
        np.testing.assert_allclose(stored_kwh[:, 0], brick, atol=1e-8)
        np.testing.assert_allclose(
            stored_kwh[:, 1], flows["released"] - flows["radiator"], atol=1e-8
        )
        inside = flows["radiator"] + flows["gains"] - flows["envelope"] - flows["infiltration"]
        np.testing.assert_allclose(stored_kwh[:, 2:].sum(axis=1), inside, atol=1e-8)

    def test_a_heater_at_rest_stays_there(self) -> None:
        # All at 15 degC, no wind, no gains: nothing flows.
        plant = replace(SETS, gains=replace(SETS.gains, base_kw=0.0))
        start = Temperatures(15.0, 15.0, 15.0, 15.0)
        weather = HeaterWeather(np.full(96, 15.0))
        run = simulate_heater(plant, np.zeros(96), np.ones(96), weather, start=start)
        assert (run.temp_c == 15.0).all()
        assert (run.meter[:, :8] == 0.0).all()

    def test_flows_at_first_sight(self) -> None:
        # One minute is short enough for the slopes at the start to tell the energies.
        weather = HeaterWeather([-10.0], 5.0, 200.0, 0.5)
        start = Temperatures(400.0, 57.0, 20.0, 18.0)
        run = simulate_heater(SETS, [600.0], [1.0], weather, step_minutes=1, start=start)
        by_hand_kw = {
            "heater": 600.0,
            "fan": 18.0,
            "released": 3.247 * 343.0,  # K(1), see TestTransfer
            "radiator": 282.0,  # 37 K is the design rise
            "gains": 6.0 + 12.0 + 9.0,
            "envelope": 5.6 * 28.0,
            "infiltration": (1.6 + 0.85) * 30.0,
            "store_loss": 0.0118 * 385.0,
        }
        for name, power_kw in by_hand_kw.items():
            assert 60 * run.metered(f"{name}_kwh")[0] == pytest.approx(power_kw, rel=0.03), name


class TestIntegrator:
    def test_order_is_four(self) -> None:
        start = Temperatures(500.0, 45.0, 19.0, 17.0)

        def after_two_hours(step_minutes: int) -> Floats:
            steps = 120 // step_minutes
            weather = HeaterWeather(np.full(steps, -10.0), 6.0, 100.0, 0.5)
            run = simulate_heater(
                SETS, np.full(steps, 400.0), np.full(steps, 0.25), weather,
                step_minutes=step_minutes, start=start,
            )  # fmt: skip
            assert (run.meter[:, 9:] == 0.0).all()
            return np.asarray(run.temp_c[-1])

        exact = after_two_hours(1)
        errors = np.array([np.abs(after_two_hours(step) - exact).max() for step in (15, 10, 5)])
        orders = np.log(errors[:-1] / errors[1:]) / np.log([15 / 10, 10 / 5])
        assert errors[0] > 1e-6
        np.testing.assert_allclose(orders, 4.0, atol=0.25)

    @pytest.mark.parametrize("seed", [0, 1])
    @pytest.mark.parametrize("share", [1.0, 0.3])
    def test_a_week_of_jumps_agrees_with_dop853(self, seed: int, share: float) -> None:
        rng = np.random.default_rng(seed)
        weather = random_weather(672, rng)
        power_kw, fan = random_controls(672, rng)
        run = simulate_heater(SETS, share * power_kw, share * fan, weather)
        np.testing.assert_allclose(run.temp_c, integrated(run, weather), atol=0.01)


def integrated(run: HeaterRun, weather: HeaterWeather) -> Floats:
    """The same course by DOP853 on equations written down anew, from the realised controls."""
    temp_c = [run.temp_c[0]]
    for t in range(len(run.meter)):
        fan, outside_c = run.metered("fan")[t], weather.ambient_c[t]
        air_kw_per_k = 1.6 + 0.17 * weather.wind_m_per_s[t]
        gain_kw = 6.0 + 24.0 * weather.occupancy[t] + 0.045 * weather.ghi_w_per_m2[t]
        inputs = (run.power_kw[t], by_hand(fan), outside_c, air_kw_per_k, gain_kw)
        solution = solve_ivp(
            slopes, (0.0, 0.25), temp_c[-1], "DOP853", args=inputs, rtol=1e-9, atol=1e-8
        )
        temp_c.append(solution.y[:, -1])
    return np.array(temp_c)


def slopes(
    _: float, temp_c: Floats, power: float, k: float, outside: float, air: float, gain: float
) -> list[float]:
    tb, tw, tr, tm = temp_c
    radiators = 282.0 * ((tw - tr) / 37.0) ** 1.287 if tw > tr else 0.0
    return [
        (power - k * (tb - tw) - 0.0118 * (tb - 15.0)) / 16.8,
        (k * (tb - tw) - radiators) / 9.3,
        (radiators + gain - air * (tr - outside) - 40.0 * (tr - tm)) / 28.0,
        (40.0 * (tr - tm) - 5.6 * (tm - outside)) / 450.0,
    ]


def by_hand(fan: float) -> float:
    if fan == 0.0:
        return 0.0
    effectiveness = 1.0 - np.exp(-0.45 * fan**-0.2)
    over_returning = 8.77 * fan / (1.0 / effectiveness + 1.0 / 0.8 - 1.0)
    return float(1.0 / (1.0 / over_returning - 1.0 / 28.4))


class TestTransfer:
    def test_values_by_hand(self) -> None:
        # f = 1: effectiveness 1 - e^-0.45 = 0.362372; 8.77 / (2.759596 + 0.25) = 2.914012;
        # 1 / (0.3431695 - 0.0352113) = 3.247194 kW/K
        np.testing.assert_allclose(transfer_of_fan(SETS, [0.0, 1.0]), [0.0, 3.247194], atol=2e-6)
        fan = np.linspace(0.03, 1.0, 50)
        np.testing.assert_allclose(transfer_of_fan(SETS, fan), [by_hand(f) for f in fan])

    def test_the_inverse_rises_and_comes_back(self) -> None:
        least, most = transfer_of_fan(SETS, [0.03, 1.0])
        wanted = np.linspace(least, most, 5001)
        fan = fan_of_transfer(SETS, wanted)
        assert (np.diff(fan) > 0.0).all()
        np.testing.assert_allclose(transfer_of_fan(SETS, fan), wanted, rtol=1e-6)
        assert fan_of_transfer(SETS, [[-1.0, 0.0, 0.9 * least, 2 * most]]).tolist() == [
            [0, 0, 0, 1]
        ]

    def test_the_kernel_reads_the_same_curve(self) -> None:
        fan = np.linspace(0.03, 0.2, 40)
        start = Temperatures(300.0, 40.0, 20.0, 18.0)
        for fraction in fan:
            run = simulate_heater(
                SETS, [0.0], [fraction], HeaterWeather([0.0]), step_minutes=1, start=start
            )
            rise_k = (run.temp_c[:, 0] - run.temp_c[:, 1]).mean()
            assert 60 * run.metered("released_kwh")[0] / rise_k == pytest.approx(
                by_hand(fraction), rel=1e-5
            )

    def test_heat_asked_for_is_released(self) -> None:
        heat_kw = np.array([0.0, 60.0, 150.0, 5000.0])
        weather = HeaterWeather(np.full(4, -10.0), 3.0)
        start = replace(SETS.initial, brick_c=160.0)
        run = release_heater(SETS, start, np.zeros(4), heat_kw, weather)
        got_kw = 4 * run.metered("released_kwh")
        np.testing.assert_allclose(got_kw[:3], heat_kw[:3], rtol=0.05)
        assert run.metered("fan")[3] == 1.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"power_kw": np.zeros(3)}, r"power_kw = \(3,\): give one number for each of 4 steps"),
        ({"fan": np.array([0.0, np.nan, 0.0, 0.0])}, "fan = .*nan.*: give finite numbers"),
        ({"step_minutes": 7}, "step_minutes = 7: use a divisor of 60"),
        ({"start": Temperatures(np.nan, 40.0, 20.0, 18.0)}, "start = .*give finite temperatures"),
    ],
)
def test_bad_courses_are_refused(change: dict[str, object], message: str) -> None:
    course: dict[str, object] = {
        "power_kw": np.zeros(4), "fan": np.zeros(4), "weather": HeaterWeather(np.zeros(4)),
    }  # fmt: skip
    with pytest.raises(InputError, match=message):
        simulate_heater(SETS, **(course | change))  # type: ignore[arg-type]


def test_a_name_that_is_not_metered_is_refused() -> None:
    run = simulate_heater(SETS, [0.0], [0.0], HeaterWeather([0.0]))
    with pytest.raises(InputError, match="metered = 'power_kw': use one of heater_kwh"):
        run.metered("power_kw")
