"""What a heater's agent is told, and that it is told no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.spaces import observation_slices
from plantgym.twins.heater_forecast import MEMORY_H, SPREAD, forecasts
from plantgym.twins.heater_markets import load_heater_scenarios
from plantgym.twins.stn_tables import Floats

from .env_cases import HEATERS, Case, actions
from .test_heater_env_costs import CALLED

BELGIUM = load_heater_scenarios("belgium-real-time")
WINDOWS = ("buy_price", "ambient", "wind", "ghi", "occupancy")
every_heater = pytest.mark.parametrize("case", HEATERS.values(), ids=HEATERS.keys())


def shown(env: SetsHeaterEnv, obs: NDArray[np.float32], name: str) -> Floats:
    """An entry of the observation table, as it stands in an observation."""
    return obs[observation_slices(env.batch)[name]].astype(np.float64)


def seen_scales(env: SetsHeaterEnv) -> list[float]:
    scale = 4 * np.abs(load_heater_scenarios(market_of(env)).series["buy_price_per_kwh"]).mean()
    return [float(scale), 30.0, 20.0, 1000.0, 1.0]


def market_of(env: SetsHeaterEnv) -> str:
    return "shenyang" if env.terms.currency == "CNY" else "belgium-real-time"


@every_heater
def test_windows_are_the_view_by_the_hour(case: Case) -> None:
    env = case.heater()
    obs, _ = env.reset(seed=2)
    scales, n_steps = seen_scales(env), env.batch.tables.n_steps
    for action in actions(env, n_steps):
        view = env.view()
        series = np.column_stack([view.buy_price_per_kwh, view.weather.table])
        for values, scale, name in zip(series.T, scales, WINDOWS, strict=True):
            window = shown(env, obs, name)
            scaled = np.clip(values / scale, -1, 1)
            assert window[0] == pytest.approx(scaled[view.step], abs=1e-6)
            ahead = scaled[view.step + 1 :]
            whole = len(ahead) // 4
            hours = ahead[: 4 * whole].reshape(-1, 4).mean(axis=1)
            np.testing.assert_allclose(window[1 : 1 + whole], hours, atol=1e-6)
            assert not window[1 + -(-len(ahead) // 4) :].any()
        obs, *_ = env.step(action)
    assert not shown(env, obs, "buy_price").any()


@every_heater
def test_the_state_is_observed_in_its_units(case: Case) -> None:
    env = case.heater()
    env.reset(seed=2)
    price_scale = seen_scales(env)[0]
    for action in actions(env, 60):
        obs, *_ = env.step(action)
        view = env.view()
        room = (view.temp_c[2:] - env.terms.room_min_c) / 10
        wanted = {
            "time": view.step / env.batch.tables.n_steps,
            "time_of_day": view.step % 96 / 96,
            "brick": view.temp_c[0] / 700,
            "water": view.temp_c[1] / 95,
            "room": np.clip(room[0], -1, 1),
            "mass": np.clip(room[1], -1, 1),
            "tripped": 0.0,
            "power": view.power_kw / 1000,
            "fan": view.fan,
            "peak": view.peak_kw / 1018,
            "missing_price": view.missing_price_per_kwh / price_scale,
            "surplus_price": view.surplus_price_per_kwh / price_scale,
        }
        for name, value in wanted.items():
            assert shown(env, obs, name)[0] == pytest.approx(value, abs=1e-6), name
        heat_kwh = float(env.plant.capacities_kwh_per_k @ view.temp_c) - view.start_heat_kwh
        assert shown(env, obs, "heat")[0] == pytest.approx(heat_kwh / 9996, abs=1e-6)


def test_prices_yet_to_come_change_nothing() -> None:
    price = BELGIUM.series["buy_price_per_kwh"].copy()
    day, step = BELGIUM.index_of("2024-12-10"), 30
    price.reshape(-1)[day * 96 + 13 * 4 + step + 1 :] += 1.0
    changed = BELGIUM.replace_series(buy_price_per_kwh=price)
    envs = [HEATERS["SetsHeater-v0"].heater(scenarios=s, split="all") for s in (BELGIUM, changed)]
    views = []
    for env in envs:
        env.reset(seed=4, options={"day": "2024-12-10"})
        for action in actions(env, step):
            env.step(action)
        views.append(env.view())
    for name in ("buy_price_per_kwh", "baseline_load_kw", "missing_price_per_kwh", "temp_c"):
        np.testing.assert_array_equal(getattr(views[0], name), getattr(views[1], name))
    np.testing.assert_array_equal(views[0].weather.table, views[1].weather.table)
    later = [env.hindsight().buy_price_per_kwh for env in envs]
    np.testing.assert_allclose(later[1][step + 1 :] - later[0][step + 1 :], 1.0)


def test_calls_are_unknown_before_their_notice() -> None:
    env = HEATERS["SetsHeater-v0"].heater(terms=CALLED, days=2)
    obs, _ = env.reset(seed=1)
    told, load_kw = env.hindsight(), 1018.0
    for step, action in enumerate(actions(env, 192)):
        assert env.view().calls == tuple(c for c in told.calls if c.notice_step <= step)
        for kind in ("reduce", "absorb"):
            known = [c for c in told.calls if c.kind == kind and c.notice_step <= step < c.end_step]
            entries = [
                shown(env, obs, f"{kind}_{name}")[0]
                for name in ("active", "starts_in", "ends_in", "award", "baseline")
            ]
            if not known:
                assert entries == [0, 1, 1, 0, 0]
                continue
            call = known[0]
            rest = slice(max(step, call.start_step), call.end_step)
            assert entries == pytest.approx(
                [
                    float(step >= call.start_step),
                    max(0, call.start_step - step) / 96,
                    (call.end_step - step) / 96,
                    call.award_kw / load_kw,
                    told.baseline_load_kw[rest].mean() / load_kw,
                ],
                abs=1e-6,
            )
        obs, *_ = env.step(action)


def test_without_calls_none_are_observed_and_days_stay_the_same() -> None:
    with_calls, without = (HEATERS["SetsHeater-v0"].heater(dr=dr) for dr in (True, False))
    assert not any("reduce" in name for name in without.observation_names)
    for seed in range(5):
        days = [env.reset(seed=seed)[1]["day"] for env in (with_calls, without)]
        assert days[0] == days[1]
        np.testing.assert_array_equal(with_calls.view().temp_c, without.view().temp_c)


class TestForecasts:
    def test_errors_grow_with_the_time_ahead_as_documented(self) -> None:
        days = load_heater_scenarios("shenyang")
        made, true = (forecasts(days, 13, 7 * 96, scale) for scale in (1.0, 0.0))
        inner = slice(0, 1400)
        error_k = (made - true)[inner, :, 1]
        for hour in (1, 24, 72, 160):
            spread = SPREAD[0] * np.sqrt(1 - np.exp(-2 * hour / MEMORY_H))
            assert error_k[:, 4 * hour].std() == pytest.approx(spread, rel=0.08)
            assert abs(error_k[:, 4 * hour].mean()) < 4 * spread / np.sqrt(1400)
        # Neighbours go together, forecasts of different days do not.
        hourly = error_k[:, 96::4]
        assert np.corrcoef(hourly[:, 0], hourly[:, 3])[0, 1] > 0.9
        assert abs(np.corrcoef(hourly[:-1, 0], hourly[1:, 0])[0, 1]) < 0.1

    def test_a_perfect_forecast_is_the_truth(self) -> None:
        env = HEATERS["SetsHeater-v0"].heater(forecast_error=0.0, days=2)
        env.reset(seed=6)
        np.testing.assert_array_equal(env.view().weather.table, env.hindsight().weather.table)

    def test_errors_belong_to_dates(self) -> None:
        one = forecasts(BELGIUM, 13, 96, 1.0)
        other = forecasts(BELGIUM.take(range(10, 40)), 13, 96, 1.0)
        np.testing.assert_array_equal(one[15, :, 1:], other[5, :, 1:])
        longer = forecasts(BELGIUM, 13, 192, 1.0)
        np.testing.assert_array_equal(one[15], longer[15, :96])

    def test_a_new_forecast_is_made_every_day(self) -> None:
        env = HEATERS["SetsHeater-v0"].heater(days=2)
        env.reset(seed=8)
        view = env.view()
        seen = [view.weather.ambient_c[150]]
        for action in actions(env, 97):
            env.step(action)
            seen.append(env.view().weather.ambient_c[150])
        assert len(set(seen)) == 2
        assert len(set(seen[:96])) == 1
        truth = env.hindsight().weather.ambient_c[:98]
        np.testing.assert_array_equal(env.view().weather.ambient_c[:98], truth)

    @pytest.mark.parametrize(("start_hour", "known_days"), [(12, 0), (13, 1)])
    def test_day_ahead_prices_are_known_from_13_h_on(
        self, start_hour: int, known_days: int
    ) -> None:
        expected = forecasts(BELGIUM, start_hour, 3 * 96, 1.0)[20, :, 0]
        day_ahead = BELGIUM.series["buy_forecast_per_kwh"]
        known = (24 * (1 + known_days) - start_hour) * 4
        flat = day_ahead[20:24].ravel()[4 * start_hour :]
        np.testing.assert_array_equal(expected[:known], flat[:known])
        usual = day_ahead[20 + known_days - 6 : 20 + known_days + 1].mean(axis=0)
        np.testing.assert_allclose(expected[known : known + 96], usual)


class TestStarts:
    def test_episodes_stay_within_their_split_and_without_gaps(self) -> None:
        # The clock changes on 30 March 2025: that day is left out, and none can begin before it.
        for split, days, lost in (("train", 7, 7), ("validation", 3, 3), ("test", 1, 2)):
            env = HEATERS["SetsHeater-v0"].heater(split=split, days=days)
            inside = BELGIUM.split(split).dates
            starts = env.batch.scenarios.dates
            assert len(starts) == len(inside) - lost
            assert set(starts + np.timedelta64(days, "D")) <= set(inside)
        whole = HEATERS["SetsHeater-v0"].heater(split="train", start_hour=0)
        assert whole.batch.scenarios.n_days == 87

    def test_seasons_are_not_joined(self) -> None:
        env = HEATERS["SetsHeater-shenyang"].heater(days=2)
        ends = env.batch.scenarios.dates + np.timedelta64(1, "D")
        assert not (ends.astype("datetime64[M]").astype(int) % 12 == 3).any()

    def test_stores_begin_in_balance_and_within_the_range(self) -> None:
        env = HEATERS["SetsHeater-v0"].heater()
        bricks = []
        for seed in range(40):
            env.reset(seed=seed)
            brick_c, water_c, room_c, mass_c = env.view().temp_c
            bricks.append(brick_c)
            assert room_c == 18.5
            assert mass_c < room_c < water_c < 60
        assert 200 < min(bricks) < 230
        assert 370 < max(bricks) < 400

    def test_the_first_brick_can_be_fixed(self) -> None:
        terms = replace(CALLED, start_brick_c=(300.0, 300.0))
        env = HEATERS["SetsHeater-v0"].heater(terms=terms)
        env.reset(seed=3)
        assert env.view().temp_c[0] == 300.0
