"""Markets: prices, PV and wind against figures taken from the raw files by the csv module."""

import csv
import gzip
import json
from collections import defaultdict
from statistics import fmean

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.markets import (
    MARKETS,
    exchange_rate,
    load_scenarios,
)
from plantgym.twins.scenarios import SERIES, Scenarios
from plantgym.twins.shipped import DATA

from .small_factory import factory


def hourly(name: str, column: str) -> dict[str, float]:
    """Mean of a column by local hour, `"2025-05-19T13"`."""
    hours = defaultdict(list)
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as file:
        for row in csv.DictReader(file):
            date = row.get("date", row.get("date_ept"))
            hour = row["time"][:13] if "time" in row else f"{date}T{int(row['hour']):02}"
            hours[hour].append(float(row[column]))
    return {hour: fmean(values) for hour, values in hours.items()}


def day_of(values: dict[str, float], date: str) -> list[float]:
    return [values[f"{date}T{hour:02}"] for hour in range(24)]


def row(scenarios: Scenarios, name: str, date: str) -> np.ndarray:
    return np.asarray(scenarios.series[name][scenarios.index_of(date)])


def ranges(scenarios: Scenarios) -> list[tuple[int, str, str]]:
    """Days, first and last date of the three splits."""
    parts = [scenarios.split(name) for name in ("train", "validation", "test")]
    return [(part.n_days, str(part.dates[0]), str(part.dates[-1])) for part in parts]


class TestBelgium:
    def test_real_time_has_449_days_of_which_the_last_89_are_for_testing(self) -> None:
        days = load_scenarios(factory(), "belgium-real-time")
        assert days.n_days == 449
        assert ranges(days) == [
            (301, "2024-05-22", "2025-03-19"),
            (59, "2025-03-20", "2025-05-18"),
            (89, "2025-05-19", "2025-08-15"),
        ]

    @pytest.mark.parametrize("date", ["2024-05-22", "2025-05-06", "2025-08-15"])
    def test_real_time_is_the_imbalance_price_and_day_ahead_its_forecast(self, date: str) -> None:
        days = load_scenarios(factory(currency="CNY"), "belgium-real-time")
        imbalance = day_of(hourly("belgium_imbalance", "price_eur_per_mwh"), date)
        day_ahead = day_of(hourly("belgium_day_ahead", "price_eur_per_mwh"), date)
        for side in ("buy", "sell"):
            price = row(days, f"{side}_price_per_kwh", date)
            forecast = row(days, f"{side}_forecast_per_kwh", date)
            np.testing.assert_allclose(price, np.array(imbalance) * 7.7875 / 1000, rtol=1e-12)
            np.testing.assert_allclose(forecast, np.array(day_ahead) * 7.7875 / 1000, rtol=1e-12)

    def test_quarter_hours_are_native_and_the_forecast_is_held(self) -> None:
        days = load_scenarios(factory(), "belgium-real-time", step_minutes=15)
        assert days.series["buy_price_per_kwh"].shape == (449, 96)
        first = row(days, "buy_price_per_kwh", "2024-05-22")[:3]
        np.testing.assert_allclose(first, [0.10639, 0.14928, 0.15117])
        forecast = row(days, "buy_forecast_per_kwh", "2024-05-22").reshape(24, 4)
        assert (forecast == forecast[:, :1]).all()

    def test_day_ahead_is_known(self) -> None:
        days = load_scenarios(factory(), "belgium-day-ahead")
        assert [part[0] for part in ranges(days)] == [1168, 59, 89]
        expected = day_of(hourly("belgium_day_ahead", "price_eur_per_mwh"), "2022-08-30")
        for name in ("buy_price", "sell_price", "buy_forecast", "sell_forecast"):
            values = row(days, f"{name}_per_kwh", "2022-08-30")
            np.testing.assert_allclose(values, np.array(expected) / 1000, rtol=1e-12)

    def test_a_shorter_day_begins_at_its_hour(self) -> None:
        days = load_scenarios(factory(start_hour=6, horizon_h=10), "belgium-day-ahead")
        expected = day_of(hourly("belgium_day_ahead", "price_eur_per_mwh"), "2025-01-07")[6:16]
        values = row(days, "buy_price_per_kwh", "2025-01-07")
        np.testing.assert_allclose(values, np.array(expected) / 1000, rtol=1e-12)
        assert (days.start_hour, days.n_steps) == (6, 10)

    def test_clock_change_days_are_noted(self) -> None:
        notes = load_scenarios(factory(), "belgium-real-time").notes
        assert notes == ("left out 2024-10-27, 2025-03-30 (real-time prices: clock change)",)


class TestPjm:
    def test_days_and_splits(self) -> None:
        assert ranges(load_scenarios(factory(), "pjm")) == [
            (21, "2022-07-01", "2022-07-21"),
            (10, "2022-07-22", "2022-07-31"),
            (31, "2022-08-01", "2022-08-31"),
        ]

    def test_prices_in_the_currency_of_the_plant(self) -> None:
        price = hourly("pjm_real_time", "system_energy_price_usd_per_mwh")
        expected = np.array(day_of(price, "2022-08-10")) / 1000
        for currency, rate in (("USD", 1.0), ("EUR", 1 / 1.0824), ("CNY", 7.7875 / 1.0824)):
            days = load_scenarios(factory(currency=currency), "pjm")
            values = row(days, "sell_price_per_kwh", "2022-08-10")
            np.testing.assert_allclose(values, expected * rate, rtol=1e-12)

    def test_forecast_is_the_mean_of_up_to_seven_days_before(self) -> None:
        days = load_scenarios(factory(currency="USD"), "pjm")
        price = hourly("pjm_real_time", "system_energy_price_usd_per_mwh")
        for date, before in (("2022-07-02", range(1, 2)), ("2022-07-20", range(13, 20))):
            expected = [
                fmean(price[f"2022-07-{day:02}T{hour:02}"] for day in before) / 1000
                for hour in range(24)
            ]
            forecast = row(days, "buy_forecast_per_kwh", date)
            np.testing.assert_allclose(forecast, expected, rtol=1e-12)

    def test_the_first_day_expects_the_one_price_it_knows(self) -> None:
        days = load_scenarios(factory(currency="USD", start_hour=6, horizon_h=4), "pjm")
        first = days.series["buy_price_per_kwh"][0, 0]
        assert (days.series["buy_forecast_per_kwh"][0] == first).all()

    def test_meters_of_the_psi_plants_were_run_at_these_prices(self) -> None:
        price = hourly("pjm_real_time", "system_energy_price_usd_per_mwh")
        sets = json.loads((DATA / "psi_split.json").read_text())
        for plant in ("cement", "steel_powder"):
            dates = defaultdict(set)
            with gzip.open(DATA / f"psi_meter_{plant}.csv.gz", "rt", newline="") as file:
                for meter in csv.DictReader(file):
                    dates[meter["set"]].add(meter["date"])
                    doubled = meter["set"] == "test_dr" and 8 <= int(meter["hour"]) < 12
                    expected = price[f"{meter['date']}T{int(meter['hour']):02}"] * (1 + doubled)
                    assert float(meter["price_usd_per_mwh"]) == pytest.approx(expected, rel=1e-12)
            assert {name: sorted(days) for name, days in dates.items()} == sets


class TestTou:
    def test_the_tariff_holds_on_every_day_of_the_pv_file(self) -> None:
        days = load_scenarios(factory(start_hour=4, horizon_h=6), "tou", step_minutes=30)
        assert [part[0] for part in ranges(days)] == [1899, 59, 89]
        hours = np.repeat(np.arange(4.0, 10), 2)
        for side, price in (("buy", hours / 8), ("sell", hours / 16)):
            for name in (f"{side}_price_per_kwh", f"{side}_forecast_per_kwh"):
                assert (days.series[name] == price).all()

    def test_any_currency_will_do(self) -> None:
        assert load_scenarios(factory(currency="JPY"), "tou").currency == "JPY"


class TestGeneration:
    def test_pv_is_measured_and_forecast_the_day_before(self) -> None:
        days = load_scenarios(factory(pv_kw=2000), "tou")
        for name, column in (("pv_kw", "measured_cf"), ("pv_forecast_kw", "day_ahead_cf")):
            for date in ("2020-01-02", "2024-06-21"):
                expected = np.array(day_of(hourly("elia_pv", column), date)) * 2000
                np.testing.assert_allclose(row(days, name, date), expected, rtol=1e-12)
        assert "wind_kw" not in days.series

    def test_pv_is_held_over_quarter_hours(self) -> None:
        days = load_scenarios(factory(pv_kw=1), "belgium-real-time", step_minutes=15)
        quarters = row(days, "pv_kw", "2024-06-21").reshape(24, 4)
        assert (quarters == quarters[:, :1]).all()
        assert quarters.max() > 0.1

    def test_wind_follows_the_power_curve_and_its_forecast_the_day_before(self) -> None:
        days = load_scenarios(factory(wind_kw=3000), "tou")
        speed = hourly("belgium_weather", "wind_m_per_s")

        def power_kw(date: str, hour: int) -> float:
            hub = speed[f"{date}T{hour:02}"] * 10**0.2
            if not 3 < hub < 25:
                return 0.0
            return 3000 * min(1.0, (hub**3 - 27) / (1728 - 27))

        for before, date in (("2024-01-01", "2024-01-02"), ("2025-08-14", "2025-08-15")):
            expected = [power_kw(date, hour) for hour in range(24)]
            np.testing.assert_allclose(row(days, "wind_kw", date), expected, rtol=1e-12)
            mean = fmean(power_kw(before, hour) for hour in range(24))
            forecast = row(days, "wind_forecast_kw", date)
            np.testing.assert_allclose(forecast, np.full(24, mean), rtol=1e-12)
        assert str(days.dates[0]) == "2024-01-02"
        assert 0 < days.series["wind_kw"].max() <= 3000

    def test_generation_is_pv_and_wind(self) -> None:
        days = load_scenarios(factory(pv_kw=100, wind_kw=50), "belgium-day-ahead")
        both = days.series["pv_kw"] + days.series["wind_kw"]
        np.testing.assert_array_equal(days.generation_kw, both)
        assert days.n_days == 589

    def test_days_that_lack_wind_data_are_left_out(self) -> None:
        with pytest.raises(InputError, match=r"dates = .*wind: 2024-01-02 to 2025-08-15"):
            load_scenarios(factory(wind_kw=1), "pjm")


class TestEveryMarket:
    @pytest.mark.parametrize("market", MARKETS)
    @pytest.mark.parametrize("step_minutes", [60, 15])
    def test_what_a_plant_needs_is_there(self, market: str, step_minutes: int) -> None:
        plant = factory(currency="CNY", pv_kw=100, start_hour=8, horizon_h=12)
        days = load_scenarios(plant, market, step_minutes)
        weather = {"ambient_c", "wind_m_per_s", "ghi_w_per_m2", "occupancy"}
        elsewhere = {"wind_kw", "wind_forecast_kw", "baseline_load_kw"}
        assert set(days.series) == set(SERIES) - weather - elsewhere
        assert {v.shape for v in days.series.values()} == {(days.n_days, 720 // step_minutes)}
        assert (days.series["base_load_kw"] == 40).all()
        assert (days.currency, days.start_hour, days.step_minutes) == ("CNY", 8, step_minutes)
        assert all(days.sources.values())

    def test_loading_again_gives_the_same(self) -> None:
        first, again = (load_scenarios(factory(pv_kw=10), "belgium-real-time") for _ in range(2))
        for name, values in first.series.items():
            np.testing.assert_array_equal(values, again.series[name])

    def test_unknown_market(self) -> None:
        with pytest.raises(InputError, match="market = 'moon': use one of tou, pjm, belgium-day"):
            load_scenarios(factory(), "moon")

    @pytest.mark.parametrize("step_minutes", [0, 7, 90])
    def test_a_step_that_does_not_divide_the_hour(self, step_minutes: int) -> None:
        with pytest.raises(InputError, match=f"step_minutes = {step_minutes}"):
            load_scenarios(factory(), "tou", step_minutes)

    def test_a_step_that_does_not_fit_the_data(self) -> None:
        with pytest.raises(InputError, match=r"step_minutes = 20: .*15 min"):
            load_scenarios(factory(), "belgium-real-time", 20)

    def test_a_currency_without_exchange_rate(self) -> None:
        with pytest.raises(InputError, match=r"currency = 'JPY': no exchange rate.*EUR, USD, CNY"):
            load_scenarios(factory(currency="JPY"), "pjm")

    def test_exchange_rates_are_consistent(self) -> None:
        assert exchange_rate("CHF", "CHF") == 1
        there_and_back = exchange_rate("USD", "CNY") * exchange_rate("CNY", "USD")
        assert there_and_back == pytest.approx(1)
        assert exchange_rate("EUR", "USD") == 1.0824
