"""The physical model against values by hand, and the repeating day against known ones."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.heater_day import PeriodicDay, design_heat_kw, periodic_day
from plantgym.twins.heater_physics import (
    conduction_loss_kw,
    convection_kw,
    film_w_per_m2_k,
    hole_area_m2,
    load_share,
    mean_temperature_c,
    nusselt_cross_flow,
    nusselt_in_hole,
    reynolds,
    steady_day,
    supply_c,
    water_spread_k,
)
from plantgym.twins.heater_weather import HeaterWeather
from plantgym.twins.stn_tables import Floats

from .heater_cases import SETS


class TestPhysicalModel:
    def test_p1_mean_of_both(self) -> None:
        assert mean_temperature_c(105.0, 700.0) == 402.5

    def test_p2_wall_of_the_holes(self) -> None:
        # pi 0.04 m 1.575 m 336
        assert hole_area_m2(0.04, 1.575, 336) == pytest.approx(66.50, abs=0.005)

    def test_p3_reynolds(self) -> None:
        # 1 m/s 0.04 m / 7.93e-5 m2/s, air at 500 degC
        assert reynolds(1.0, 0.04, 7.93e-5) == pytest.approx(504.4, abs=0.1)

    @pytest.mark.parametrize(
        ("number", "by_hand"),
        [
            (50.0, 0.9 * 4.78176),  # 50^0.4
            (504.0, 0.52 * 22.44994),  # the square root
            (5000.0, 0.27 * 213.96912),  # 5000^0.63
            (4e5, 0.033 * 30314.33),  # 4e5^0.8
        ],
    )
    def test_p4_zukauskas(self, number: float, by_hand: float) -> None:
        assert nusselt_cross_flow(number, 1.0, 1.0) == pytest.approx(by_hand, rel=1e-5)
        # 0.69^0.36 = 0.874955, (0.69/0.75)^0.25 = 0.979370
        assert nusselt_cross_flow(number, 0.69, 0.75) == pytest.approx(
            by_hand * 0.874955 * 0.979370, rel=1e-5
        )

    def test_p4_is_not_the_third_line_at_the_velocity_of_the_paper(self) -> None:
        assert nusselt_cross_flow(504.0, 0.69, 0.70) == pytest.approx(10.1, abs=0.1)

    @pytest.mark.parametrize("number", [0.5, 3e6, np.nan])
    def test_p4_ends_somewhere(self, number: float) -> None:
        with pytest.raises(InputError, match=r"reynolds_number = .*keep it within 1 to 2e"):
            nusselt_cross_flow([504.0, number], 0.69, 0.70)

    def test_p5_p6_laminar_flow_in_holes(self) -> None:
        # Gz = 504 0.69 0.04 / 1.575 = 8.832; 0.58998 / (1 + 0.04 4.2727) = 0.50386
        nusselt = nusselt_in_hole(504.0, 0.69, 0.04 / 1.575)
        assert nusselt == pytest.approx(4.16386, abs=1e-4)
        film = film_w_per_m2_k(nusselt, np.array([0.0515, 0.0575]), 0.04)
        np.testing.assert_allclose(film, [5.361, 5.986], atol=1e-3)

    def test_p7_brick_to_air(self) -> None:
        assert convection_kw(6.0, 66.5, 500.0, 100.0) == pytest.approx(159.6)

    def test_p8_loss(self) -> None:
        # 11.8 W/K by 375 K all day: 106 kWh
        assert 24 * conduction_loss_kw(0.0118, 390.0, 15.0) == pytest.approx(106.2)

    def test_p9_share_of_the_design_load(self) -> None:
        np.testing.assert_allclose(
            load_share(18.0, np.array([-16.9, 0.0, 18.0, 25.0])), [1.0, 18 / 34.9, 0.0, 0.0]
        )

    def test_p10_p11_water(self) -> None:
        assert supply_c(18.0, 1.0, 0.287) == pytest.approx(65.0)
        assert supply_c(18.0, 1.0, 0.287) - water_spread_k(1.0) == pytest.approx(45.0)
        # q = 0.5: 18 + 5 + 37 0.5^(1/1.287) = 23 + 37 0.583579
        assert supply_c(18.0, 0.5, 0.287) == pytest.approx(44.5924, abs=1e-4)
        assert supply_c(18.0, 0.0, 0.287) == 18.0
        assert water_spread_k(0.5) == 10.0

    def test_p12_to_p14_a_day(self) -> None:
        day = steady_day(SETS, -16.9, 7.0)
        assert day.heat_kw == pytest.approx(284.0)  # 14.2 kW/K by 20 K
        # out of the bricks at 45 + 284 / 7.016, back at 32.3832 K less
        assert day.air_mean_c == pytest.approx(45.0 + 40.4789 - 16.1916, abs=1e-3)
        assert day.brick_initial_c == pytest.approx(105.0)
        # 17 h of 284 kW and of 0.0118 kW/K by 235.1 K out of 16.8 kWh/K
        assert day.brick_final_c == pytest.approx(105.0 + 17 * (284.0 + 2.774) / 16.8, abs=0.01)
        assert day.charged_kwh == pytest.approx(24 * (284.0 + 2.774), abs=0.1)

    def test_a_small_swing_needs_the_brick_hotter_than_the_air(self) -> None:
        day = steady_day(SETS, -16.9, 24.0)
        # 69.287 + 284 / (0.45 8.77)
        assert day.brick_mean_c == pytest.approx(69.2873 + 71.9625, abs=1e-3)

    def test_five_hours_are_not_enough_for_the_coldest_day(self) -> None:
        charged = steady_day(SETS, [[-16.9], [0.0]], [5.0, 7.0]).charged_kwh
        assert charged.shape == (2, 2)
        assert charged[0, 0] == 5000.0
        assert charged[1, 0] == pytest.approx(charged[1, 1], rel=0.01)

    def test_the_winter_months_of_the_paper(self) -> None:
        # Model results of the paper for December and February with the flow and area corrected.
        charged = steady_day(SETS, -7.6, 7.0).charged_kwh
        assert charged == pytest.approx(5046.0, rel=0.02)
        assert charged == pytest.approx(5122.0, rel=0.02)

    @pytest.mark.parametrize(
        ("ambient_c", "charging_h", "field"),
        [(263.0, 7.0, "ambient_c"), (np.nan, 7.0, "ambient_c"), (-5.0, 0.0, "charging_h")],
    )
    def test_days_that_cannot_be(self, ambient_c: float, charging_h: float, field: str) -> None:
        with pytest.raises(InputError, match=f"{field} = .*keep it within"):
            steady_day(SETS, ambient_c, charging_h)


def winter_day(ambient_c: float) -> HeaterWeather:
    hour = np.arange(96) / 4
    occupancy = np.where((hour >= 8) & (hour < 17), 1.0, 0.0)
    return HeaterWeather(np.full(96, ambient_c), 3.5, 0.0, occupancy)


class TestPeriodicDay:
    @pytest.mark.parametrize(
        ("ambient_c", "kwh", "peak_c"),
        [(-16.9, 6627, 414), (-12.6, 5816, 380), (-7.6, 4874, 341), (0.0, 3440, 281)],
    )
    def test_known_days(self, ambient_c: float, kwh: float, peak_c: float) -> None:
        day = periodic_day(SETS, winter_day(ambient_c))
        assert day.heater_kwh == pytest.approx(kwh, rel=0.005)
        assert day.brick_peak_c == pytest.approx(peak_c, abs=1.5)
        np.testing.assert_allclose(day.run.temp_c[-1], day.run.temp_c[0], atol=1e-5)

    def test_the_day_balances(self) -> None:
        day: PeriodicDay = periodic_day(SETS, winter_day(-5.0))
        total = {name: day.run.metered(f"{name}_kwh").sum() for name in ("heater", "gains")}
        out = ("envelope", "infiltration", "store_loss")
        lost = sum(day.run.metered(f"{name}_kwh").sum() for name in out)
        assert total["heater"] + total["gains"] == pytest.approx(lost, abs=0.01)
        assert total["heater"] == pytest.approx(7 * day.power_kw)

    def test_charging_begins_when_it_is_told_to(self) -> None:
        weather = winter_day(-5.0)
        late = periodic_day(SETS, weather, charge_from_hour=3, charge_h=6, brick_c=150.0)
        assert late.run.temp_c[0, 0] == 150.0
        assert (late.run.power_kw[:24] > 0.0).all()
        assert (late.run.power_kw[24:] == 0.0).all()
        # 8:00 is 5 h after the start of charging: 24 kW of people come
        gains_kw: Floats = late.run.metered("gains_kwh") * 4
        assert gains_kw[[19, 20, 55, 56]].tolist() == [6.0, 30.0, 30.0, 6.0]

    def test_design_heat(self) -> None:
        # (5.6 + 1.6 + 0.17 3.5) 30 K - 6 kW, less 24 kW of people by day
        heat_kw = design_heat_kw(SETS, winter_day(-10.0), 20.0)
        assert heat_kw[0] == pytest.approx(227.85)
        assert heat_kw[40] == pytest.approx(203.85)
        assert design_heat_kw(SETS, winter_day(25.0), 20.0).max() == 0.0

    def test_days_that_cannot_be_served_are_refused(self) -> None:
        with pytest.raises(InputError, match="the heater cannot serve it"):
            periodic_day(SETS, winter_day(-16.9), charge_h=3)
        with pytest.raises(InputError, match="weather = 4: give 96 quarters"):
            periodic_day(SETS, HeaterWeather(np.zeros(4)))
