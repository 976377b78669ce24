"""Models of a heater's consumption: scikit-learn's contract, foresight, and what each is for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from plantgym.twins.errors import InputError
from plantgym.twins.heater_physics import steady_day
from plantgym.twins.heater_toml import heater_to_toml, parse_heater
from plantgym.twins.identify_heater import HeaterDays, HeaterIdentifier, rolling_origin
from plantgym.twins.identify_heater.daily_model import DailyPredictor, relative_errors
from plantgym.twins.identify_heater.day_features import (
    charge_to_charge_features,
    filled_early,
    leaky_sum,
    previous,
)
from plantgym.twins.identify_heater.identifier import MODELS
from plantgym.twins.identify_heater.modern_models import StoreBalance
from plantgym.twins.identify_heater.paper_models import PhysicalModel, WorkingTime
from plantgym.twins.stn_tables import Floats

from .heater_cases import SETS
from .heater_seasons import frames, season, season_days

FIRST = 45


def plain_days(energy_kwh: Floats, ambient_c: float = -5.0) -> HeaterDays:
    days, nothing = len(energy_kwh), np.zeros_like(energy_kwh)
    dates = np.datetime64("2018-11-01") + np.arange(days)
    return HeaterDays(
        dates, 22, energy_kwh, nothing + ambient_c, nothing, nothing, np.full(days, np.nan)
    )


@pytest.fixture(scope="module", params=[*MODELS, "identifier"])
def fitted(request: pytest.FixtureRequest) -> DailyPredictor:
    kind: Any = MODELS.get(request.param, HeaterIdentifier)
    model: DailyPredictor = kind().fit_days(season_days().take(slice(FIRST)).without_telemetry())
    return model


def test_parameters_are_kept_and_cloned(fitted: DailyPredictor) -> None:
    twin = clone(fitted)
    assert twin.get_params(deep=False) == fitted.get_params(deep=False)
    assert not hasattr(twin, "history_")
    with pytest.raises(NotFittedError):
        twin.predict_days(season_days())


def test_the_same_data_give_the_same_predictions(fitted: DailyPredictor) -> None:
    later = season_days().take(slice(FIRST, None)).without_telemetry()
    again = clone(fitted).fit_days(season_days().take(slice(FIRST)).without_telemetry())
    np.testing.assert_array_equal(again.predict_days(later), fitted.predict_days(later))


def test_hours_add_up_and_lie_where_charging_does(fitted: DailyPredictor) -> None:
    meter, weather, telemetry = frames()
    later = slice(24 * 45 + 22, None), slice(96 * 45 + 88, None)
    hourly = fitted.predict_hourly(weather.iloc[later[0]], telemetry.iloc[later[1]])
    daily = fitted.predict(weather.iloc[later[0]], telemetry.iloc[later[1]])
    assert hourly.shape == (14, 24)
    np.testing.assert_allclose(hourly.sum(axis=1), daily)
    assert hourly[:, 7:].sum() < 0.02 * hourly.sum()  # from 5 h in the morning on
    mape = np.abs(daily / season_days().daily_kwh[45:] - 1.0).mean()
    assert mape < 0.13
    known = meter.iloc[later[1]], weather.iloc[later[0]], telemetry.iloc[later[1]]
    assert fitted.score(*known) == pytest.approx(
        -np.abs(
            fitted.predict(*known[1:], meter=known[0]) / season_days().daily_kwh[45:] - 1
        ).mean()
    )


def test_no_model_looks_ahead(fitted: DailyPredictor) -> None:
    """What a day and those after it draw changes nothing of what is predicted until that day."""
    later = season_days().take(slice(FIRST, None)).without_telemetry()
    changed = later.energy_kwh.copy()
    changed[6:] *= 3.0
    brick_c = later.brick_c.copy()
    brick_c[7:] += 100.0
    other = replace(later, energy_kwh=changed, brick_c=brick_c)
    np.testing.assert_allclose(fitted.predict_days(other)[:7], fitted.predict_days(later)[:7])


def test_no_model_looks_at_the_day_itself_after_a_gap(fitted: DailyPredictor) -> None:
    later = season_days().take(slice(FIRST + 3, None)).without_telemetry()
    changed = later.energy_kwh.copy()
    changed[0] *= 3.0
    other = replace(later, energy_kwh=changed)
    np.testing.assert_allclose(fitted.predict_days(other)[0], fitted.predict_days(later)[0])


def test_days_without_readings_or_bricks_are_predicted_too(fitted: DailyPredictor) -> None:
    later = season_days().take(slice(FIRST, None)).without_telemetry()
    blind = replace(
        later, energy_kwh=np.full_like(later.energy_kwh, np.nan), brick_c=np.full(14, np.nan)
    )
    hourly = fitted.predict_days(blind)
    assert np.isfinite(hourly).all()
    assert np.abs(relative_errors(hourly.sum(axis=1), later.daily_kwh)).mean() < 0.2


def test_arrays_follow_the_days_of_the_fit() -> None:
    days = season_days()
    energy_kwh, ambient_c = days.energy_kwh, days.ambient_c
    model = MODELS["ridge-gp"]().fit(energy_kwh[:40], ambient_c[:40])
    found = model.predict(ambient_c[40:], meter=energy_kwh[40:])
    assert model._later_days(None, ambient_c[40:], None).dates[0] == model.history_.dates[-1] + 1
    assert np.abs(found / days.daily_kwh[40:] - 1.0).mean() < 0.1


def test_a_day_is_cut_for_prediction_as_it_was_for_the_fit() -> None:
    days = season_days()
    model = MODELS["pm"]().fit_days(days.take(slice(30)))
    with pytest.raises(InputError, match="first_hour"):
        model.predict_days(replace(days.take(slice(30, None)), first_hour=0))


def test_relative_errors_leave_out_days_that_stand_or_are_not_read() -> None:
    errors = relative_errors(
        np.array([90.0, 50.0, 5.0, 110.0]), np.array([100.0, np.nan, 1.0, 100.0])
    )
    np.testing.assert_allclose(errors, [-0.1, 0.1])


def test_rolling_origins_fit_anew_and_predict_each_day_once() -> None:
    days = season_days()
    found = rolling_origin(PhysicalModel(), days, first=30, every=10)
    assert found.days.days == 29
    second = PhysicalModel().fit_days(days.take(slice(40)))
    np.testing.assert_allclose(found.predicted_kwh[10], second.predict_days(days.take([40]))[0])
    assert found.mape <= found.worst
    with pytest.raises(InputError, match="days = 59"):
        rolling_origin(PhysicalModel(), days, first=59)


def test_weather_between_two_nights_by_hand() -> None:
    ambient_c = np.concatenate([np.full((1, 24), 10.0), np.full((1, 24), -10.0)])
    days = replace(plain_days(np.zeros((2, 24))), ambient_c=ambient_c)
    cold_k, slow_k, _, _, office = charge_to_charge_features(days, last_hour=5)[1]
    # From 4 h on Friday, 18 hours of 10 degC, then six of -10 degC to 4 h on Saturday.
    assert cold_k == pytest.approx((18 * 10.0 + 6 * 30.0) / 24)
    course_k = 10.0 + 20.0 * (1.0 - 0.96 ** np.arange(1, 7))
    assert slow_k == pytest.approx((18 * 10.0 + course_k.sum()) / 24)
    assert office == pytest.approx(9 / 24)


def two_point_days(demand_kwh: Floats, power_kw: float = 100.0) -> HeaterDays:
    """Days charged for five hours or until the store is full, which then lacks nothing."""
    energy_kwh, lacks_kwh = np.zeros((len(demand_kwh), 24)), 0.0
    for day, demand in enumerate(demand_kwh):
        drawn_kwh = min(lacks_kwh + demand, 5.0 * power_kw)
        lacks_kwh += demand - drawn_kwh
        energy_kwh[day, :5] = np.clip(drawn_kwh - power_kw * np.arange(5), 0.0, power_kw)
    ambient_c = 20.0 - np.repeat(demand_kwh[:, None] / 20.0, 24, axis=1)
    shifted_c = np.concatenate([ambient_c.ravel()[19:], ambient_c[-1, :19]]).reshape(-1, 24)
    return replace(plain_days(energy_kwh), ambient_c=shifted_c)


def test_what_a_store_lacks_is_carried_over_until_it_is_full_again() -> None:
    demand_kwh = np.tile([300.0, 450.0, 650.0, 600.0, 350.0, 250.0, 400.0], 8)
    days = two_point_days(demand_kwh)
    model = StoreBalance().fit_days(days.take(slice(42)))
    later = days.take(slice(42, None))
    errors = relative_errors(model.predict_days(later).sum(axis=1), later.daily_kwh)
    assert np.abs(errors).max() < 0.03
    # Five hours give 500 kWh; what 650 and 600 kWh lack of it comes on the two days after them.
    np.testing.assert_allclose(later.daily_kwh[2:6], [500.0, 500.0, 500.0, 350.0])


def test_hours_that_the_fit_has_not_seen_go_on() -> None:
    days = two_point_days(np.tile([300.0, 450.0, 650.0, 600.0, 350.0, 250.0, 400.0], 8))
    model = StoreBalance().fit_days(days.take(slice(42)))
    later = days.take(slice(42, None))
    energy_kwh = later.energy_kwh.copy()
    energy_kwh[1:] = np.where(np.arange(24) < 7, 100.0, 0.0)  # seven hours instead of five
    cold = replace(later, energy_kwh=energy_kwh, ambient_c=later.ambient_c - 20.0)
    found_kwh = model.predict_days(cold).sum(axis=1)
    assert found_kwh[1] == pytest.approx(500.0, rel=0.01)
    np.testing.assert_allclose(found_kwh[2:6], 700.0)


def test_a_store_is_full_when_charging_ends_before_its_last_hour() -> None:
    energy_kwh = np.zeros((3, 24))
    energy_kwh[:, :5] = 100.0
    energy_kwh[1, 4], energy_kwh[2, 3:] = 40.0, 0.0
    np.testing.assert_array_equal(filled_early(plain_days(energy_kwh), 4), [False, True, True])


def test_a_leaky_sum_and_the_day_before_by_hand() -> None:
    np.testing.assert_allclose(leaky_sum(np.array([1.0, 1.0, 1.0]), 0.5), [1.0, 1.5, 1.75])
    days = plain_days(np.ones((3, 24)))
    gap = replace(days, dates=days.dates + np.array([0, 0, 5]))
    values = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(previous(values, gap), [1.0, 1.0, 3.0])


def test_working_times_fall_into_two_behaviours_that_the_weather_calls_for() -> None:
    rng = np.random.default_rng(0)
    cold_k = np.concatenate([rng.normal(20.0, 2.0, 40), rng.normal(32.0, 2.0, 40)])
    hours = np.where(cold_k < 26.0, 5.0, 7.0) + rng.choice([-0.0, 0.0], 80)
    times = WorkingTime(cold_k[:, None], hours, seed=0)
    assert sorted(times.hours) == [5.0, 7.0]
    np.testing.assert_allclose(times.hours[times.predict(np.array([[18.0], [35.0]]))], [5.0, 7.0])
    alike = WorkingTime(cold_k[:, None], np.full(80, 7.0), seed=0)
    assert list(alike.hours) == [7.0]
    assert alike.predict(cold_k[:3, None]).tolist() == [0, 0, 0]


def test_the_physical_model_finds_its_own_days() -> None:
    ambient_c = np.linspace(-15.0, 2.0, 20)
    charged_kwh = 1.1 * steady_day(SETS, ambient_c, 7.0).charged_kwh
    energy_kwh = np.zeros((20, 24))
    energy_kwh[:, :7] = charged_kwh[:, None] / 7.0
    days = replace(plain_days(energy_kwh), ambient_c=np.tile(ambient_c[:, None], 24))
    model = PhysicalModel(SETS).fit_days(days)
    assert model.factors_ == pytest.approx([1.1])
    later = replace(days, dates=days.dates + 20)
    np.testing.assert_allclose(model.predict_days(later).sum(axis=1), charged_kwh)


@pytest.fixture(scope="module")
def found() -> HeaterIdentifier:
    return HeaterIdentifier(seed=1).fit_days(season_days())


def test_the_heater_that_is_found_is_valid_and_near_the_true_one(found: HeaterIdentifier) -> None:
    truth, plant = season().plant, found.plant_
    assert parse_heater(heater_to_toml(plant)) == plant
    assert plant.brick.capacity_kwh_per_k == pytest.approx(truth.brick.capacity_kwh_per_k, rel=0.01)
    low, high = found.intervals_["building.loss_kw_per_k"]
    inside, envelope = truth.building.room_to_mass_kw_per_k, truth.building.envelope_kw_per_k
    loss = inside * envelope / (inside + envelope) + truth.building.infiltration_kw_per_k
    loss += 1.7 * truth.building.infiltration_kw_per_k_per_m_per_s  # open windows, unseen wind
    assert low <= loss <= high
    assert plant.sources["identified"].startswith("from 59 days of a meter")


def test_the_report_says_what_was_tried_and_what_is_unknown(found: HeaterIdentifier) -> None:
    report = found.report_
    assert set(report.errors) == {*MODELS, "ridge-gp + brick", "store-balance + brick"}
    assert report.errors[report.model_without] == min(report.errors[name] for name in MODELS)
    assert report.model == found.model_
    assert (report.days, report.first_hour) == (59, 22)
    assert "air.channel_ntu" in report.not_identified
    assert "brick.capacity_kwh_per_k" not in report.not_identified
    assert report.brick_sensor_k == pytest.approx(1.5, abs=0.1)


def test_without_telemetry_the_store_is_said_to_be_unknown() -> None:
    meter, weather, _ = frames()
    found = HeaterIdentifier(SETS, "ridge-gp").fit(meter, weather)
    assert found.plant_.brick.capacity_kwh_per_k == SETS.brick.capacity_kwh_per_k
    assert {"brick.capacity_kwh_per_k", "transfer_kw_per_k"} <= set(found.report_.not_identified)
    assert found.report_.errors == {}


def test_telemetry_of_a_week_tells_the_store_and_leaves_the_model_without_it() -> None:
    meter, weather, telemetry = frames()
    found = HeaterIdentifier(model="pm").fit(meter, weather, telemetry.iloc[96 * 20 : 96 * 27])
    true = season().plant.brick.capacity_kwh_per_k
    assert found.plant_.brick.capacity_kwh_per_k == pytest.approx(true, rel=0.01)
    assert found.report_.telemetry_days == 7.0


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"model": "best"}, "model"),
        ({"plant": "sets_heater"}, "plant"),
        ({"room_c": 68.0}, "room_c"),
        ({"seed": -1}, "seed"),
        ({"first_hour": 24}, "first_hour"),
    ],
)
def test_hyperparameters_of_no_sense_are_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=f"^{field} = "):
        HeaterIdentifier(**wrong).fit_days(season_days())


def test_progress_is_told_and_rises() -> None:
    told: list[float] = []
    HeaterIdentifier(progress=lambda share, _: told.append(share)).fit_days(
        season_days().take(slice(20)).without_telemetry()
    )
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_pandas_series_are_meters_and_temperatures() -> None:
    meter, weather, _ = frames()
    series = pd.Series(meter["energy_kwh"].to_numpy(), meter.index)
    model = PhysicalModel().fit(series, weather["ambient_c"])
    assert model.history_.days == 59
