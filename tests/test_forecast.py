"""Load forecasts: what they know, how they are judged, and that they learn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError

from plantgym.twins.errors import InputError
from plantgym.twins.forecast.evaluation import evaluate, score, time_blocks
from plantgym.twins.forecast.features import feature_names, features
from plantgym.twins.forecast.forecasters import (
    BoostedForecaster,
    Forecast,
    ForestForecaster,
    LoadForecaster,
    SeasonalNaive,
)
from plantgym.twins.forecast.load_series import LoadSeries
from plantgym.twins.identify.psi_data import psi_days

HORIZON = 6
FORECASTERS: list[LoadForecaster] = [
    SeasonalNaive(HORIZON),
    SeasonalNaive(HORIZON, weekly=False),
    ForestForecaster(HORIZON, trees=10),
    BoostedForecaster(HORIZON, rounds=10),
]
every_forecaster = pytest.mark.parametrize("forecaster", FORECASTERS)


def factory_load(days: int = 28, seed: int = 0) -> LoadSeries:
    """A factory that runs in the ten cheapest hours of a day, off on Sundays; a Monday begins."""
    rng = np.random.default_rng(seed)
    price = rng.uniform(0.1, 0.5, (days, 24))
    runs = price.argsort(axis=1).argsort(axis=1) < 10
    runs[6::7] = False
    load_kw = np.where(runs, 900.0, 100.0) + rng.normal(0.0, 20.0, (days, 24))
    weather = np.repeat(rng.normal(10.0, 5.0, days), 24)
    return LoadSeries(
        np.datetime64("2024-01-01T00:00"),
        60,
        load_kw.ravel(),
        {"price": price.ravel()},
        {"ambient_c": weather},
    )


def changed(series: LoadSeries, **fields: Any) -> LoadSeries:  # noqa: ANN401
    names = ("start", "step_minutes", "load_kw", "known", "measured")
    return LoadSeries(**({name: getattr(series, name) for name in names} | fields))


class TestFeatures:
    def test_of_a_load_that_counts_its_steps(self) -> None:
        steps = np.arange(400.0)
        series = LoadSeries(np.datetime64("2024-01-01T12:00"), 60, steps, {"price": -steps}, {})
        names = feature_names(series)
        (row,) = features(series, np.array([300]), 5, 8)
        told = dict(zip(names, row, strict=True))
        assert told == {
            "load 1 steps ago": 299,
            "load 2 steps ago": 298,
            "load 3 steps ago": 297,
            "mean load of the last day": np.mean(np.arange(276, 300)),
            "load a day before": 281,
            "load two days before": 257,
            "load a week before": 305 - 168,
            "step of the day": (305 + 12) % 24,
            "weekday": (305 + 12) // 24 % 7,
            "weekend": 1,
            "price then": -305,
            "price over the day up to then": -np.mean(np.arange(282, 306)),
            # 300 to 307 are known of the day, and 306 and 307 are lower
            "price, rank in its day": 2 / 8,
        }

    def test_what_is_far_ahead_looks_further_back(self) -> None:
        series = LoadSeries(np.datetime64("2024-01-01"), 60, np.arange(600.0))
        names = feature_names(series)
        (row,) = features(series, np.array([400]), 190, 192)
        told = dict(zip(names, row, strict=True))
        assert told["load a day before"] == 590 - 8 * 24
        assert told["load a week before"] == 590 - 2 * 168

    @every_forecaster
    def test_nothing_is_looked_at_that_is_not_known_yet(self, forecaster: LoadForecaster) -> None:
        series = factory_load()
        model = clone(forecaster).fit(series.until(480))
        origin = 500
        told = model.predict(series, origin)
        later = np.arange(series.steps) >= origin
        beyond = np.arange(series.steps) >= origin + HORIZON
        blind = changed(
            series,
            load_kw=np.where(later, np.nan, series.load_kw),
            known={"price": np.where(beyond, 99.0, series.known["price"])},
            measured={"ambient_c": np.where(later, np.nan, series.measured["ambient_c"])},
        )
        again = model.predict(blind, origin)
        np.testing.assert_array_equal(again.mean_kw, told.mean_kw)
        np.testing.assert_array_equal(again.quantile_kw, told.quantile_kw)


class TestForecasters:
    def test_the_naive_ones_know_what_repeats(self) -> None:
        week = np.arange(168.0)
        weekly = LoadSeries(np.datetime64("2024-01-01"), 60, np.tile(week, 5))
        daily = LoadSeries(np.datetime64("2024-01-01"), 60, np.tile(week[:24], 35))
        for series, is_weekly in ((weekly, True), (daily, False)):
            told = evaluate(SeasonalNaive(HORIZON, weekly=is_weekly), series)
            assert (told.mae_kw, told.pinball_kw) == (0.0, 0.0)
        assert evaluate(SeasonalNaive(HORIZON, weekly=False), weekly).mae_kw > 20

    @pytest.mark.parametrize("forecaster", FORECASTERS[2:])
    def test_those_that_learn_beat_the_naive_one(self, forecaster: LoadForecaster) -> None:
        series = factory_load()
        naive, learned = (evaluate(f, series, every=6) for f in (FORECASTERS[0], forecaster))
        assert learned.mae_kw < 0.7 * naive.mae_kw
        assert learned.pinball_kw < 0.6 * naive.pinball_kw

    def test_quantiles_of_the_forest_are_those_of_its_leaves(self) -> None:
        series = factory_load()
        model = ForestForecaster(1, (0.25, 0.5, 0.75), trees=7, min_leaf=4, seed=3).fit(series)
        origins = np.arange(200, 230)
        told = model.predict(series, origins)
        fitted_at = np.arange(8 * 24, series.steps)
        seen, target = features(series, fitted_at, 0, 1), series.load_kw[fitted_at]
        order = np.argsort(target, kind="stable")
        seen, target = seen[order], target[order]
        forest = RandomForestRegressor(
            7, min_samples_leaf=4, max_features=1 / 3, random_state=3
        ).fit(seen, target)
        asked = features(series, origins, 0, 1)
        same = forest.apply(asked)[:, None, :] == forest.apply(seen)[None]
        weight = (same / same.sum(axis=1, keepdims=True)).mean(axis=2)
        reached = np.cumsum(weight, axis=1)
        for k, level in enumerate((0.25, 0.5, 0.75)):
            expected = target[(reached >= level - 1e-9).argmax(axis=1)]
            np.testing.assert_array_equal(told.quantile_kw[:, 0, k], expected)
        np.testing.assert_allclose(told.mean_kw[:, 0], forest.predict(asked))

    @every_forecaster
    def test_missing_readings_do_no_harm(self, forecaster: LoadForecaster) -> None:
        series = factory_load()
        gaps = np.random.default_rng(1).random(series.steps) < 0.1
        holes = changed(series, load_kw=np.where(gaps, np.nan, series.load_kw))
        told = clone(forecaster).fit(holes).predict(holes, [300, 301])
        assert np.isfinite(told.mean_kw).all()
        assert np.isfinite(told.quantile_kw).all()
        assert (np.diff(told.quantile_kw, axis=2) >= 0).all()

    @every_forecaster
    def test_the_same_seed_gives_the_same_forecast(self, forecaster: LoadForecaster) -> None:
        series = factory_load(14)
        first, second = (clone(forecaster).fit(series).predict(series, 250) for _ in range(2))
        np.testing.assert_array_equal(first.quantile_kw, second.quantile_kw)

    def test_what_cannot_be_forecast_is_refused(self) -> None:
        series = factory_load(14)
        with pytest.raises(NotFittedError):
            SeasonalNaive(HORIZON).predict(series, 250)
        refusals: list[tuple[LoadForecaster, LoadSeries, str]] = [
            (SeasonalNaive(0), series, "horizon"),
            (SeasonalNaive(6, (0.5, 0.5)), series, "quantiles"),
            (SeasonalNaive(6, (0.5, 1.0)), series, "quantiles"),
            (SeasonalNaive(6), series.until(8 * 24), "load_kw"),
        ]
        for forecaster, given, field in refusals:
            with pytest.raises(InputError) as refused:
                forecaster.fit(given)
            assert refused.value.field == field
        model = SeasonalNaive(HORIZON).fit(series)
        for origins in (5, series.steps, [250.5]):
            with pytest.raises(InputError) as refused:
                model.predict(series, origins)
            assert refused.value.field == "origins"
        with pytest.raises(InputError, match="give those fitted"):
            model.predict(changed(series, known={}), 250)


class TestSeries:
    @pytest.mark.parametrize(
        ("fields", "field"),
        [
            ({"step_minutes": 7}, "step_minutes"),
            ({"load_kw": []}, "load_kw"),
            ({"load_kw": [np.inf] * 336}, "load_kw"),
            ({"known": {"price": [1.0]}}, "price"),
            ({"known": {"price": [np.nan] * 336}}, "known 'price'"),
            ({"measured": {"ambient_c": np.ones((2, 168))}}, "ambient_c"),
        ],
    )
    def test_bad_series_are_refused(self, fields: dict[str, Any], field: str) -> None:
        with pytest.raises(InputError) as refused:
            changed(factory_load(14), **fields)
        assert refused.value.field == field

    def test_the_calendar(self) -> None:
        series = LoadSeries(np.datetime64("2024-02-29T22:30"), 30, np.zeros(10))
        steps = np.arange(4)
        assert series.step_of_day(steps).tolist() == [45, 46, 47, 0]
        assert series.weekday(steps).tolist() == [3, 3, 3, 4]


class TestEvaluation:
    def test_errors_by_hand(self) -> None:
        forecast = Forecast(
            np.array([[12.0, 0.0], [8.0, 5.0]]),
            np.array([[[8.0, 11.0], [0.0, 1.0]], [[11.0, 12.0], [5.0, 6.0]]]),
            (0.1, 0.9),
        )
        load_kw = np.array([[10.0, 0.0], [10.0, np.nan]])
        told = score(forecast, load_kw)
        assert told.mae_kw == pytest.approx(4 / 3)
        assert told.rmse_kw == pytest.approx(np.sqrt(8 / 3))
        assert told.mape_pct == pytest.approx(20.0)  # the load of 0 is left out
        # 0.1 * 2 and 0.1 * 1; 0 and 0.1 * 1; 0.9 * 1 and 0.1 * 2
        assert told.pinball_kw == pytest.approx((0.2 + 0.1 + 0.0 + 0.1 + 0.9 + 0.2) / 6)
        assert told.coverage_pct == pytest.approx(200 / 3)

    def test_blocks_follow_what_was_fitted_and_each_other(self) -> None:
        series = factory_load()
        blocks = list(time_blocks(series, HORIZON, blocks=3, every=2))
        assert len(blocks) == 3
        assert blocks[0].train_end == series.steps // 2
        for block, later in zip(blocks, [*blocks[1:], None], strict=True):
            assert block.origins[0] == block.train_end
            end = later.train_end if later else series.steps
            assert end - 1 <= block.origins[-1] + HORIZON <= end
        with pytest.raises(InputError) as refused:
            list(time_blocks(series.until(300), HORIZON))
        assert refused.value.field == "load_kw"

    def test_loads_that_do_not_fit_are_refused(self) -> None:
        forecast = Forecast(np.zeros((1, 2)), np.zeros((1, 2, 1)), (0.5,))
        for load_kw in (np.zeros((2, 1)), np.full((1, 2), np.nan)):
            with pytest.raises(InputError):
                score(forecast, load_kw)


@pytest.mark.slow
@pytest.mark.parametrize(("plant", "naive_share"), [("cement", 0.5), ("steel_powder", 0.55)])
def test_the_forest_halves_the_error_on_the_psi_meters(plant: str, naive_share: float) -> None:
    parts = [psi_days(plant, name) for name in ("train", "cv", "test_baseline")]
    dates = np.concatenate([part.dates for part in parts])
    order = np.argsort(dates)
    load_kw, price = (
        np.concatenate([getattr(part, name) for part in parts])[order].ravel()
        for name in ("energy_kwh", "price_per_kwh")
    )
    series = LoadSeries(dates[order][0], 60, load_kw, {"price": price})
    naive, forest = (
        evaluate(f, series, blocks=3, every=24)
        for f in (SeasonalNaive(), ForestForecaster(trees=50))
    )
    assert forest.mae_kw < naive_share * naive.mae_kw
    assert forest.pinball_kw < 0.4 * naive.pinball_kw


def test_the_example_of_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).resolve().parents[1] / "docs" / "forecast.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    quick = example.replace("trees=20", "trees=5").replace("horizon=6", "horizon=2, trees=5")
    exec(compile(quick, "docs/forecast.md", "exec"), {})
    assert capsys.readouterr().out.count("mae_kw") == 2
