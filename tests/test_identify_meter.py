"""Metered days from files, pandas objects and arrays."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.identify.meter import MeterDays, write_load
from plantgym.twins.identify.meter_reading import meter_days, read_meter
from plantgym.twins.readers import read_prices
from plantgym.twins.shipped import DATA

from .meter_files import meter_file, price_file, series_file

READINGS = np.arange(100.0, 148.0).reshape(2, 24)


def lost(days: MeterDays) -> dict[str, str]:
    return {str(day.date): day.reason for day in days.dropped}


class TestAlignment:
    def test_same_steps_same_offset(self) -> None:
        days = read_meter(meter_file(), price_file())
        assert [str(date) for date in days.dates] == ["2024-05-22", "2024-05-23"]
        np.testing.assert_array_equal(days.energy_kwh, READINGS)
        np.testing.assert_allclose(days.price_per_kwh, READINGS / 1000)
        assert (days.step_minutes, days.days, days.steps) == (60, 2, 24)
        assert (days.times[1, 5], days.pv_kwh_per_kw, days.dropped) == (
            "2024-05-23T05:00:00+02:00",
            None,
            (),
        )

    @pytest.mark.parametrize(
        "start",
        ["2024-05-21T22:00:00+00:00", "2024-05-22T03:00:00+05:00", "2024-05-21T18:00:00-04:00"],
    )
    def test_offsets_may_differ(self, start: str) -> None:
        days = read_meter(meter_file(start=start), price_file())
        np.testing.assert_array_equal(days.energy_kwh, READINGS)
        assert days.times[0, 0] == "2024-05-22T00:00:00+02:00"

    def test_days_are_those_of_the_prices(self) -> None:
        days = read_meter(meter_file(), price_file(3, start="2024-05-21T00:00:00+00:00"))
        # local midnight was 22:00 UTC: two readings on the 21st, and none from 22:00 on the 23rd
        assert [str(date) for date in days.dates] == ["2024-05-21", "2024-05-22", "2024-05-23"]
        assert days.times[0, -2:].tolist() == [
            "2024-05-21T22:00:00+00:00",
            "2024-05-21T23:00:00+00:00",
        ]
        np.testing.assert_array_equal(days.energy_kwh[0, 21:], [np.nan, 100, 101])
        np.testing.assert_array_equal(days.energy_kwh[2, 20:], [146, 147, np.nan, np.nan])

    def test_missing_rows_and_empty_fields_are_nan(self) -> None:
        values = ["" if hour == 30 else hour for hour in range(48)]
        days = read_meter(series_file("energy_kwh", values, skip=[3, 4, 47]), price_file())
        missing = [(0, 3), (0, 4), (1, 6), (1, 23)]
        assert [tuple(each) for each in np.argwhere(np.isnan(days.energy_kwh))] == missing

    def test_days_without_reading_price_or_24_hours_are_dropped(self) -> None:
        meter = series_file(
            "energy_kwh",
            range(7 * 24),
            start="2024-03-27T23:00:00+00:00",  # local midnight of the 28th
            skip=range(48, 72),
        )
        index = pd.date_range("2024-03-29", "2024-04-02", freq="h", tz="Europe/Brussels")[:-1]
        times = [f"{time.isoformat()},0.1" for time in index]
        prices = io.StringIO("\n".join(["time,buy_price_per_kwh", *times]))
        days = read_meter(meter, prices)
        assert [str(date) for date in days.dates] == ["2024-03-29", "2024-04-01"]
        np.testing.assert_array_equal(days.energy_kwh[1], np.arange(95, 119))
        assert days.times[:, 0].tolist() == [
            "2024-03-29T00:00:00+01:00",
            "2024-04-01T00:00:00+02:00",
        ]
        assert lost(days) == {
            "2024-03-28": "prices: not in the file",
            "2024-03-30": "no reading",
            "2024-03-31": "prices: clock change",
            "2024-04-02": "prices: not in the file",
            "2024-04-03": "prices: not in the file",
            "2024-04-04": "prices: not in the file",  # its first hour is the 168th
        }

    def test_dates_and_hours_on_both_sides(self) -> None:
        text = gzip.decompress((DATA / "psi_meter_cement.csv.gz").read_bytes()).decode()
        header, *rows = text.splitlines()
        train = "\n".join([header, *(row for row in rows if row.startswith("train"))])
        days = read_meter(io.StringIO(train), io.StringIO(train))
        assert (days.days, days.times[0, 1]) == (21, "2022-07-01T01:00:00")
        np.testing.assert_allclose(days.energy_kwh.sum(axis=1), 698_940)  # 698.94 MWh every day
        assert days.price_per_kwh[0, 0] == pytest.approx(0.05071)


class TestUnitsAndSteps:
    @pytest.mark.parametrize(
        ("column", "factor"), [("energy_kwh", 1), ("energy_mwh", 1000), ("power_kw", 0.5)]
    )
    def test_units(self, column: str, factor: float) -> None:
        meter = series_file(column, np.arange(96.0), step_minutes=30)
        days = read_meter(meter, price_file(), step_minutes=60)
        expected = factor * np.arange(96.0).reshape(48, 2).sum(axis=1)
        np.testing.assert_allclose(days.energy_kwh.ravel(), expected)

    def test_a_finer_meter_is_summed_and_missing_if_a_part_is(self) -> None:
        meter = series_file("energy_kwh", range(192), step_minutes=15, skip=[5])
        days = read_meter(meter, price_file())
        assert days.step_minutes == 60
        np.testing.assert_array_equal(days.energy_kwh[0, :3], [0 + 1 + 2 + 3, np.nan, 38])

    def test_finer_prices_are_averaged(self) -> None:
        prices = series_file("price_eur_per_mwh", range(100, 292), step_minutes=15)
        days = read_meter(meter_file(), prices)
        np.testing.assert_allclose(days.price_per_kwh[0, :2], [0.1015, 0.1055])
        np.testing.assert_array_equal(days.energy_kwh, READINGS)

    def test_coarser_prices_are_held_if_asked(self) -> None:
        meter = series_file("energy_kwh", range(192), step_minutes=15)
        days = read_meter(meter, price_file(), step_minutes=15)
        np.testing.assert_array_equal(days.energy_kwh.ravel(), np.arange(192))
        np.testing.assert_allclose(days.price_per_kwh[0, :5], [0.1, 0.1, 0.1, 0.1, 0.101])
        assert days.times[0, 1] == "2024-05-22T00:15:00+02:00"

    @given(readings=st.lists(st.none() | st.floats(0, 1e6), min_size=96, max_size=96))
    def test_energy_is_kept_at_every_step(self, readings: list[float | None]) -> None:
        energy = np.array([readings], dtype=np.float64)
        if np.isnan(energy).all():
            energy[0, 0] = 1.0
        prices = np.ones((1, 96))
        fine = meter_days(energy, prices)
        for minutes in (30, 60, 120):
            if np.isfinite(energy.reshape(-1, minutes // 15)).all(axis=1).any():
                coarse = meter_days(energy, prices, step_minutes=minutes)
                sums = fine.energy_kwh.reshape(coarse.steps, -1).sum(axis=1)
                np.testing.assert_array_equal(coarse.energy_kwh[0], sums)


class TestPv:
    def test_capacity_factors_become_energy_per_kw(self) -> None:
        pv = series_file("measured_cf", [0.25, 0.75] * 48, step_minutes=30)
        meter = series_file("energy_kwh", [-5.0, 7.0] * 24)
        days = read_meter(meter, price_file(), pv_source=pv)
        assert days.pv_kwh_per_kw is not None
        np.testing.assert_allclose(days.pv_kwh_per_kw, np.full((2, 24), 0.5))
        np.testing.assert_array_equal(days.energy_kwh[0, :2], [-5.0, 7.0])

    def test_days_without_pv_are_dropped(self) -> None:
        pv = series_file("measured_cf", [0.5] * 48, skip=[30])
        days = read_meter(meter_file(), price_file(), pv_source=pv)
        assert [str(date) for date in days.dates] == ["2024-05-22"]
        assert lost(days) == {"2024-05-23": "no PV"}

    def test_quarters(self) -> None:
        quarter = meter_days(
            np.ones((1, 96)), np.ones((1, 24)), pv=np.ones((1, 24)), step_minutes=15
        )
        assert quarter.pv_kwh_per_kw is not None
        np.testing.assert_allclose(quarter.pv_kwh_per_kw, np.full((1, 96), 0.25))


class TestPythonObjects:
    def test_pandas_equals_files(self) -> None:
        index = pd.date_range("2024-05-22", periods=48, freq="h", tz="Europe/Brussels")
        meter = pd.Series(np.arange(100.0, 148.0), index).tz_convert("UTC")
        prices = pd.DataFrame({"price_eur_per_mwh": np.arange(100.0, 148.0)}, index)
        days, same = meter_days(meter, prices), read_meter(meter_file(), price_file())
        np.testing.assert_array_equal(days.times, same.times)
        np.testing.assert_array_equal(days.energy_kwh, same.energy_kwh)
        np.testing.assert_allclose(days.price_per_kwh, same.price_per_kwh)

    def test_the_name_of_a_series_is_its_unit(self) -> None:
        index = pd.date_range("2024-05-22", periods=24, freq="h", tz="UTC")
        meter = pd.Series(2.0, index, name="energy_mwh")
        days = meter_days(meter, pd.Series(0.1, index), pv=pd.Series(0.5, index))
        assert set(days.energy_kwh.ravel()) == {2000.0}
        assert days.pv_kwh_per_kw is not None

    def test_arrays_are_numbered_from_2000_on(self) -> None:
        days = meter_days([[1.0] * 24, [np.nan] * 24, [3.0] * 24], np.ones((3, 24)))
        assert [str(date) for date in days.dates] == ["2000-01-01", "2000-01-03"]
        assert days.times[0, 1] == "2000-01-01T01:00:00"
        np.testing.assert_array_equal(days.energy_kwh[:, 0], [1.0, 3.0])

    def test_arrays_are_copied(self) -> None:
        meter, prices = np.ones((1, 24)), np.ones((1, 24))
        days = meter_days(meter, prices)
        meter[:], prices[:] = 5.0, 5.0
        assert (days.energy_kwh.max(), days.price_per_kwh.max()) == (1.0, 1.0)


class TestMeterDays:
    def test_take(self) -> None:
        every = meter_days(READINGS, READINGS, pv=READINGS / 200)
        for rows in (slice(1, None), [1], np.array([False, True])):
            some = every.take(rows)
            assert (some.days, str(some.dates[0])) == (1, "2000-01-02")
            for name in ("times", "energy_kwh", "price_per_kwh", "pv_kwh_per_kw"):
                np.testing.assert_array_equal(getattr(some, name), getattr(every, name)[1:])

    def test_hourly_price_is_the_mean_of_the_days(self) -> None:
        quarters = np.arange(192.0).reshape(2, 96)
        days = meter_days(np.ones((2, 96)), quarters)
        np.testing.assert_allclose(days.hourly_price_per_kwh[:2], [1.5 + 48, 5.5 + 48])


class TestWrittenLoad:
    def test_it_reads_back_as_a_meter(self, tmp_path: Path) -> None:
        prices = read_prices(price_file())
        write_load(tmp_path / "load.csv", prices.times, READINGS / 3)
        days = read_meter(tmp_path / "load.csv", price_file())
        np.testing.assert_allclose(days.energy_kwh, READINGS / 3, atol=5e-7)
        assert [path.name for path in tmp_path.iterdir()] == ["load.csv"]

    def test_refusals_leave_no_file(self, tmp_path: Path) -> None:
        times = read_prices(price_file()).times
        with pytest.raises(InputError, match=r"load_kwh = \(2, 23\): give it the shape of times"):
            write_load(tmp_path / "load.csv", times, READINGS[:, 1:])
        with pytest.raises(InputError, match="load_kwh = nan: give finite"):
            write_load(tmp_path / "load.csv", times, READINGS * np.nan)
        assert list(tmp_path.iterdir()) == []
