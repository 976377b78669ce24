"""Scenarios from the user's own files."""

import io

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.markets import load_scenarios, scenarios_from_files

from .price_files import as_file, clock_change_lines, price_file
from .small_factory import factory


def pv_file(dates: tuple[str, ...]) -> io.StringIO:
    rows = [f"{date},{hour},{hour / 100},{hour / 50}" for date in dates for hour in range(24)]
    return as_file(["date,hour,measured_cf,day_ahead_cf", *rows])


def in_offset(lines: list[str], offset: str) -> list[str]:
    """The lines of a price file, with the same clock times elsewhere."""
    return [line.replace("+02:00", offset) for line in lines]


def timed_pv(offset: str) -> io.StringIO:
    rows = [f"{line.split(',')[0]},0.5,0.5" for line in in_offset(price_file(), offset)[1:]]
    return as_file(["time,measured_cf,day_ahead_cf", *rows])


class TestOwnFiles:
    def test_day_ahead_prices_alone_are_known(self) -> None:
        days = scenarios_from_files(factory(), day_ahead_prices=as_file(price_file(days=3)))
        price = days.series["buy_price_per_kwh"]
        np.testing.assert_allclose(price.ravel(), np.arange(10, 82) / 1000)
        for name in ("sell_price_per_kwh", "buy_forecast_per_kwh", "sell_forecast_per_kwh"):
            np.testing.assert_array_equal(days.series[name], price)
        assert {days.split(name).n_days for name in ("train", "validation", "test", "all")} == {3}
        assert (days.notes, days.sources) == ((), {"day-ahead prices": "my.csv"})

    def test_real_time_prices_take_day_ahead_prices_as_forecast(self) -> None:
        days = scenarios_from_files(
            factory(),
            day_ahead_prices=as_file(price_file(days=2)),
            real_time_prices=as_file(price_file(days=3, step_minutes=15)),
        )
        assert [str(date) for date in days.dates] == ["2024-05-22", "2024-05-23"]
        np.testing.assert_allclose(days.series["buy_price_per_kwh"][0, :2], [0.0115, 0.0155])
        np.testing.assert_allclose(days.series["buy_forecast_per_kwh"][0, :2], [0.010, 0.011])
        assert days.notes == ("left out 2024-05-24 (day-ahead prices: no data)",)

    def test_own_pv(self) -> None:
        days = scenarios_from_files(
            factory(pv_kw=200),
            day_ahead_prices=as_file(price_file(days=2)),
            pv=pv_file(("2024-05-23",)),
        )
        np.testing.assert_allclose(days.series["pv_kw"], [2.0 * np.arange(24)])
        np.testing.assert_allclose(days.series["pv_forecast_kw"], [4.0 * np.arange(24)])
        assert days.notes == ("left out 2024-05-22 (PV: no data)",)

    def test_own_pv_alone_goes_with_the_tariff(self) -> None:
        days = scenarios_from_files(factory(pv_kw=200), pv=pv_file(("2031-05-23", "2031-05-25")))
        assert (days.series["buy_price_per_kwh"] == np.arange(24) / 8).all()
        assert [str(date) for date in days.dates] == ["2031-05-23", "2031-05-25"]

    def test_shipped_pv_and_wind_stand_in_on_the_same_dates(self) -> None:
        plant = factory(pv_kw=200, wind_kw=100)
        days = scenarios_from_files(plant, day_ahead_prices=as_file(price_file()))
        shipped = load_scenarios(plant, "tou")
        for name in ("pv_kw", "pv_forecast_kw", "wind_kw", "wind_forecast_kw"):
            expected = shipped.day("2024-05-23").series[name]
            np.testing.assert_array_equal(days.day("2024-05-23").series[name], expected)
        assert days.sources["PV"].startswith("Elia")
        assert days.sources["wind"].startswith("Open-Meteo")

    def test_prices_in_the_plants_own_currency(self) -> None:
        lines = [
            line.replace("price_eur_per_mwh", "buy_price_per_kwh") for line in price_file(days=1)
        ]
        cheap = [lines[0], *(f"{line.split(',')[0]},0.5" for line in lines[1:])]
        days = scenarios_from_files(factory(currency="JPY"), day_ahead_prices=as_file(cheap))
        assert (days.series["buy_price_per_kwh"] == 0.5).all()

    def test_clock_change_days_are_left_out_and_noted(self) -> None:
        days = scenarios_from_files(factory(), day_ahead_prices=as_file(clock_change_lines()))
        assert [str(date) for date in days.dates] == ["2024-03-30", "2024-04-01"]
        assert days.notes == ("left out 2024-03-31 (day-ahead prices: clock change)",)

    def test_many_days_make_one_note(self) -> None:
        days = scenarios_from_files(
            factory(pv_kw=1),
            day_ahead_prices=as_file(price_file(days=9)),
            pv=pv_file(("2024-05-22",)),
        )
        (note,) = days.notes
        assert note.endswith("2024-05-27 and 3 more (PV: no data)")

    def test_pv_for_a_plant_without_pv_is_noted(self) -> None:
        days = scenarios_from_files(
            factory(), day_ahead_prices=as_file(price_file()), pv=pv_file(("2024-05-22",))
        )
        assert days.n_days == 2
        assert days.notes == ("my.csv is not used: plant 'mill' has no PV",)

    def test_prices_of_other_offsets_are_not_joined_by_the_clock(self) -> None:
        day_ahead, real_time = price_file(), in_offset(price_file(), "+00:00")
        message = (
            r"real-time prices my\.csv offset on 2024-05-22 = '\+00:00': write both in \+02:00"
        )
        with pytest.raises(InputError, match=message):
            scenarios_from_files(
                factory(),
                day_ahead_prices=as_file(day_ahead),
                real_time_prices=as_file(real_time),
            )

    def test_pv_of_another_offset_is_not_joined_by_the_clock(self) -> None:
        message = r"PV my\.csv offset on 2024-05-22 = '-05:30': write both in \+02:00"
        with pytest.raises(InputError, match=message):
            scenarios_from_files(
                factory(pv_kw=1), day_ahead_prices=as_file(price_file()), pv=timed_pv("-05:30")
            )
        days = scenarios_from_files(
            factory(pv_kw=1), day_ahead_prices=as_file(price_file()), pv=timed_pv("+02:00")
        )
        assert days.n_days == 2

    def test_files_may_change_their_clocks_together(self) -> None:
        days = scenarios_from_files(
            factory(),
            day_ahead_prices=as_file(clock_change_lines()),
            real_time_prices=as_file(clock_change_lines()),
        )
        assert [str(date) for date in days.dates] == ["2024-03-30", "2024-04-01"]

    def test_a_file_that_keeps_winter_time_differs_in_summer(self) -> None:
        times = [
            f"2024-{date}T{h:02}:00" for date in ("03-30", "03-31", "04-01") for h in range(24)
        ]
        winter = ["time,price_eur_per_mwh", *(f"{time}:00+01:00,50" for time in times)]
        message = r"real-time prices .*on 2024-04-01 = '\+01:00': write both in \+02:00"
        with pytest.raises(InputError, match=message):
            scenarios_from_files(
                factory(),
                day_ahead_prices=as_file(clock_change_lines()),
                real_time_prices=as_file(winter),
            )

    def test_the_callers_files_can_be_wrong(self) -> None:
        lines = price_file()
        del lines[9]
        with pytest.raises(InputError, match=r"my\.csv time = '2024-05-22T08:00:00'.*missing"):
            scenarios_from_files(factory(), day_ahead_prices=as_file(lines))

    def test_real_time_prices_alone(self) -> None:
        with pytest.raises(InputError, match=r"day_ahead_prices = None: .*forecast of the real"):
            scenarios_from_files(factory(), real_time_prices=as_file(price_file()))

    def test_no_file(self) -> None:
        with pytest.raises(InputError, match="give at least one file"):
            scenarios_from_files(factory())

    def test_no_common_date(self) -> None:
        with pytest.raises(InputError, match=r"PV: 2031-05-23 to 2031-05-23.*in common"):
            scenarios_from_files(
                factory(pv_kw=1),
                day_ahead_prices=as_file(price_file()),
                pv=pv_file(("2031-05-23",)),
            )

    def test_dates_that_the_shipped_pv_lacks(self) -> None:
        lines = [line.replace("2024-", "2031-") for line in price_file()]
        with pytest.raises(InputError, match="PV: 2020-01-02 to 2025-08-15"):
            scenarios_from_files(factory(pv_kw=1), day_ahead_prices=as_file(lines))
