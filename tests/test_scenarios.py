"""Scenarios: what they refuse, how days are chosen, and that nobody's arrays change."""

import copy
import datetime
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.outlook import DrEvent
from plantgym.twins.scenarios import SERIES, Scenarios, Splits
from plantgym.twins.series import FORECAST_OF

FIRST = np.datetime64("2025-03-01")
EVENT = DrEvent(notice_step=1, start_step=3, end_step=5, award_kw=50.0)


def scenarios(n_days: int = 10, **changes: Any) -> Scenarios:  # noqa: ANN401
    """Days of 24 steps; the price of day d is d, its PV 2 d, its wind 3 d."""
    day = np.repeat(np.arange(n_days, dtype=float)[:, None], 24, axis=1)
    arguments: dict[str, Any] = {
        "dates": FIRST + np.arange(n_days),
        "series": {
            "buy_price_per_kwh": day,
            "sell_price_per_kwh": day / 2,
            "pv_kw": 2 * day,
            "pv_forecast_kw": 4 * day,
            "wind_kw": 3 * day,
            "wind_forecast_kw": 5 * day,
        },
        "step_minutes": 60,
        "start_hour": 0,
        "currency": "EUR",
    }
    return Scenarios(**(arguments | changes))


def splits(validation: str, test: str) -> Splits:
    return Splits(np.datetime64(validation), np.datetime64(test))


def test_what_scenarios_hold() -> None:
    days = scenarios()
    assert (days.n_days, days.n_steps) == (10, 24)
    np.testing.assert_array_equal(days.generation_kw[:, 0], 5.0 * np.arange(10))
    np.testing.assert_array_equal(days.generation_forecast_kw[:, 0], 9.0 * np.arange(10))
    np.testing.assert_array_equal(days.weight, np.ones(10))
    assert days.dr_events == (None,) * 10


def test_without_pv_and_wind_there_is_no_generation() -> None:
    days = scenarios(2, series={"buy_price_per_kwh": np.ones((2, 4))})
    np.testing.assert_array_equal(days.generation_kw, np.zeros((2, 4)))
    np.testing.assert_array_equal(days.generation_forecast_kw, np.zeros((2, 4)))


def test_every_series_of_the_table_is_accepted_within_its_range_only() -> None:
    for name, spec in SERIES.items():
        for value in (spec.low, spec.high):
            kept = scenarios(1, series={name: np.full((1, 24), value)})
            assert kept.series[name][0, 0] == value
        with pytest.raises(InputError, match=f"'{name}' on 2025-03-01 step 0"):
            scenarios(1, series={name: np.full((1, 24), spec.high * 1.01)})


def test_the_documentation_lists_every_series() -> None:
    text = (Path(__file__).parents[1] / "docs" / "data.md").read_text("utf-8")
    rows = [f"| `{name}` | {spec.unit} | {spec.meaning} |" for name, spec in SERIES.items()]
    assert "\n".join(rows) in text


def with_value(name: str, value: float) -> dict[str, np.ndarray]:
    series = {key: values.copy() for key, values in scenarios().series.items()}
    series[name][4, 7] = value
    return series


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"series": with_value("pv_kw", -0.1)}, "'pv_kw' on 2025-03-05 step 7 = -0.1: .*0 to"),
        ({"series": with_value("wind_kw", np.nan)}, "'wind_kw' on 2025-03-05 step 7 = nan"),
        ({"series": with_value("buy_price_per_kwh", 120.0)}, "'buy_price_per_kwh' on 2025-03-05"),
        ({"series": {}}, "series = .*at least one"),
        ({"series": {"solar_kw": np.ones((10, 24))}}, "'solar_kw'.*use one of buy_price_per_kwh"),
        ({"series": {"pv_kw": np.ones((9, 24))}}, r"'pv_kw' shape = \(9, 24\): give \(10, 24\)"),
        ({"series": {"pv_kw": np.ones(10)}}, r"'pv_kw' shape = \(10,\)"),
        ({"series": {"pv_kw": np.ones(())}}, r"'pv_kw' shape = \(\)"),
        ({"series": {"pv_kw": np.ones((10, 0))}}, r"'pv_kw' shape = \(10, 0\)"),
        (
            {"series": {"pv_kw": np.ones((10, 24)), "wind_kw": np.ones((10, 96))}},
            r"'wind_kw' shape = \(10, 96\): give \(10, 24\)",
        ),
        ({"dates": FIRST + np.zeros(10, dtype=int)}, "dates = '2025-03-01': sort the days"),
        ({"dates": (FIRST + np.arange(10))[::-1]}, "dates = '2025-03-09': sort the days"),
        ({"dates": []}, "dates = .*at least one day"),
        ({"dates": ["NaT"] * 10}, "dates = 'NaT'"),
        ({"dates": ["monday"] * 10}, "dates = .*write dates as"),
        ({"weight": np.ones(9)}, r"weight shape = \(9,\)"),
        ({"weight": np.r_[1.0, 0.0, np.ones(8)]}, "weight on 2025-03-02 = 0.0"),
        ({"weight": np.full(10, np.inf)}, "weight on 2025-03-01 = inf"),
        ({"step_minutes": 7}, "step_minutes = 7"),
        ({"start_hour": 24}, "start_hour = 24"),
        ({"dr_events": (EVENT,)}, "dr_events = 1: give 10"),
        (
            {"dr_events": (None, DrEvent(4, 3, 5, 50.0), *[None] * 8)},
            r"dr_events on 2025-03-02 = \(4, 3, 5\)",
        ),
        ({"dr_events": (DrEvent(1, 3, 25, 50.0),) * 10}, "dr_events on 2025-03-01.*<= 24"),
        ({"dr_events": (DrEvent(1, 3, 5, 0.0),) * 10}, "2025-03-01 award_kw = 0.0"),
    ],
)
def test_what_scenarios_refuse(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        scenarios(**changes)


def test_arrays_are_copies_and_read_only() -> None:
    prices = np.ones((2, 24))
    dates = np.array(["2025-03-01", "2025-03-02"], dtype="datetime64[D]")
    days = scenarios(2, dates=dates, series={"buy_price_per_kwh": prices})
    prices[:] = 5
    dates[:] = np.datetime64("2030-01-01")
    assert days.series["buy_price_per_kwh"].max() == 1
    assert str(days.dates[0]) == "2025-03-01"
    for array in (days.series["buy_price_per_kwh"], days.dates, days.weight):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]
    with pytest.raises(TypeError):
        days.series["pv_kw"] = prices  # type: ignore[index]


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda days: pickle.loads(pickle.dumps(days))])
def test_copies_are_equal_and_read_only_too(twin: Callable[[Scenarios], Scenarios]) -> None:
    days = scenarios(splits=splits("2025-03-04", "2025-03-08"), dr_events=(EVENT,) * 10)
    again = twin(days)
    np.testing.assert_array_equal(again.dates, days.dates)
    assert again.series.keys() == days.series.keys()
    for name, values in again.series.items():
        np.testing.assert_array_equal(values, days.series[name])
        assert not values.flags.writeable
    assert (again.dr_events, again.splits) == (days.dr_events, days.splits)


class TestSplits:
    @given(
        kept=st.sets(st.integers(0, 59), min_size=3),
        validation=st.integers(0, 59),
        length=st.integers(0, 30),
    )
    def test_splits_part_the_days_by_date(
        self, kept: set[int], validation: int, length: int
    ) -> None:
        limits = Splits(FIRST + validation, FIRST + validation + length)
        days = scenarios(60, splits=limits).take(sorted(kept))
        parts = []
        for name in ("train", "validation", "test"):
            try:
                parts.append((name, days.split(name).dates))
            except InputError:
                parts.append((name, days.dates[:0]))
        np.testing.assert_array_equal(np.concatenate([part for _, part in parts]), days.dates)
        by_name = dict(parts)
        assert (by_name["train"] < limits.validation_from).all()
        assert (by_name["validation"] >= limits.validation_from).all()
        assert (by_name["validation"] < limits.test_from).all()
        assert (by_name["test"] >= limits.test_from).all()

    def test_all_and_scenarios_without_splits(self) -> None:
        days = scenarios(splits=splits("2025-03-04", "2025-03-08"))
        assert days.split("all").n_days == 10
        for name in ("train", "validation", "test", "all"):
            assert scenarios().split(name).n_days == 10

    def test_unknown_and_empty_splits(self) -> None:
        with pytest.raises(InputError, match="split = 'exam': use one of train, validation"):
            scenarios().split("exam")
        days = scenarios(splits=splits("2025-03-04", "2026-01-01"))
        with pytest.raises(InputError, match="split = 'test': holds none of the days 2025-03-01"):
            days.split("test")

    def test_test_days_do_not_begin_before_the_validation_days(self) -> None:
        with pytest.raises(InputError, match="test_from = '2025-03-03'"):
            splits("2025-03-04", "2025-03-03")


class TestChoice:
    def test_taking_days_takes_all_that_belongs_to_them(self) -> None:
        events = (None, EVENT, *[None] * 8)
        days = scenarios(weight=np.arange(1.0, 11), dr_events=events).take([1, 4])
        np.testing.assert_array_equal(days.series["buy_price_per_kwh"][:, 3], [1, 4])
        np.testing.assert_array_equal(days.weight, [2, 5])
        assert days.dr_events == (EVENT, None)
        assert [str(date) for date in days.dates] == ["2025-03-02", "2025-03-05"]

    @pytest.mark.parametrize("indices", [[], [-1], [10], [3, 2], [2, 2]])
    def test_indices_that_do_not_fit(self, indices: list[int]) -> None:
        with pytest.raises(InputError, match="day indices"):
            scenarios().take(indices)

    @pytest.mark.parametrize(
        "day",
        [2, np.int64(2), "2025-03-03", datetime.date(2025, 3, 3), np.datetime64("2025-03-03")],
    )
    def test_a_day_by_index_or_date(self, day: Any) -> None:  # noqa: ANN401
        assert [str(date) for date in scenarios().day(day).dates] == ["2025-03-03"]

    @pytest.mark.parametrize("date", ["2025-02-28", "2025-03-11", "2025-03-04"])
    def test_a_date_that_is_not_there(self, date: str) -> None:
        days = scenarios().take([0, 1, 2, 4])
        with pytest.raises(InputError, match=f"date = '{date}'.*4 days in 2025-03-01"):
            days.index_of(date)

    def test_what_is_no_date(self) -> None:
        with pytest.raises(InputError, match="date = 'monday': write it as"):
            scenarios().index_of("monday")

    @given(n_days=st.integers(1, 40), data=st.data())
    def test_spread_days_are_as_even_as_days_can_be(self, n_days: int, data: st.DataObject) -> None:
        n = data.draw(st.integers(1, n_days))
        chosen = (scenarios(n_days).spread(n).dates - FIRST).astype(int)
        assert len(chosen) == n
        assert set(np.diff(chosen)) <= {n_days // n, -(-n_days // n)}
        assert abs(chosen[0] - (n_days - 1 - chosen[-1])) <= 1

    @pytest.mark.parametrize("n", [0, 11])
    def test_more_days_than_there_are(self, n: int) -> None:
        with pytest.raises(InputError, match=f"days = {n}: use 1 to 10"):
            scenarios().spread(n)

    def test_series_can_be_replaced_and_added(self) -> None:
        days = scenarios()
        changed = days.replace_series(
            pv_kw=np.zeros((10, 24)), baseline_load_kw=np.full((10, 24), 7.0)
        )
        assert changed.series["pv_kw"].max() == 0
        assert changed.series["baseline_load_kw"].min() == 7
        assert days.series["pv_kw"].max() == 18
        assert "baseline_load_kw" not in days.series


def test_foreseen_days_hold_no_surprise_and_are_the_same_days() -> None:
    days = scenarios(2, dr_events=(EVENT, None))
    foreseen = days.foreseen()
    for name in ("pv", "wind"):
        np.testing.assert_array_equal(
            foreseen.series[f"{name}_forecast_kw"], days.series[f"{name}_kw"]
        )
    for name in ("buy_price_per_kwh", "pv_kw", "wind_kw"):
        np.testing.assert_array_equal(foreseen.series[name], days.series[name])
    assert foreseen.dr_events == (DrEvent(0, 3, 5, 50.0), None)


def test_every_forecast_of_prices_and_generation_is_foreseen() -> None:
    assert set(FORECAST_OF) == {name for name in SERIES if "forecast" in name}
    assert set(FORECAST_OF.values()) < set(SERIES)
