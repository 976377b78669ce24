"""The year of a twin that load forecasts are judged on."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.forecast_study import series_of
from plantgym.benchmarks.twin_year import HOUR, TwinYear, twin_year

START = np.datetime64("2025-03-01T00:00", "m")
NAMES = (
    *("meter reading_kw", "load_kw", "T1 level", "T2 level", "buy_price_per_kwh"),
    *("buy_forecast_per_kwh", "pv_forecast_kw", "temp_c", "ghi_w_per_m2"),
)


def year_of(*days: int) -> TwinYear:
    """Days after the first of March; a column's values are its place and the hour since then."""
    hours = np.array([24 * day + hour for day in days for hour in range(24)])
    columns = {name: 1000.0 * place + hours for place, name in enumerate(NAMES)}
    return TwinYear(START + hours * HOUR, columns, ())


def test_days_that_are_missing_are_gaps_and_known_as_the_day_before() -> None:
    series = series_of(year_of(0, 1, 4))
    there = np.r_[0:48, 96:120].astype(float)
    assert (series.start, series.step_minutes, series.steps) == (START, 60, 120)
    found = {"meter reading_kw": series.load_kw, **series.measured}
    for name in ("meter reading_kw", "T1 level", "buy_price_per_kwh", "temp_c", "ghi_w_per_m2"):
        first = 1000.0 * NAMES.index(name)
        assert np.isnan(found[name][48:96]).all()
        assert (found[name][np.r_[0:48, 96:120]] - first).tolist() == there.tolist()
    for name in ("buy_forecast_per_kwh", "pv_forecast_kw"):
        told = series.known[name] - 1000.0 * NAMES.index(name)
        assert told.tolist() == [*range(48), *range(24, 48), *range(24, 48), *range(96, 120)]


def test_nothing_is_known_ahead_but_forecasts() -> None:
    series = series_of(year_of(0))
    assert series.known.keys() == {"buy_forecast_per_kwh", "pv_forecast_kw"}
    assert series.measured.keys() == {
        "T1 level", "T2 level", "buy_price_per_kwh", "temp_c", "ghi_w_per_m2"
    }  # fmt: skip


def test_a_twin_makes_such_a_year() -> None:
    case = Case("plantgym/CementPv-v0", "all", {"market": "belgium-real-time"})
    year = twin_year(case, "threshold", days=2)
    series = series_of(year)
    assert series.steps == 48
    assert series.load_kw.tolist() == year.columns["meter reading_kw"].tolist()
    # Sensors err by a few per mille of full scale.
    assert series.load_kw == pytest.approx(year.columns["load_kw"], abs=0.02 * 12_900.0)
