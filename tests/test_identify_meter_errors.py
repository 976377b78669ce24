"""What a meter cannot be: each refusal names the place, the value and the fix."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.identify.meter_reading import meter_days, read_meter

from .meter_files import meter_file, price_file, series_file

INDEX = pd.date_range("2024-05-22", periods=24, freq="h", tz="UTC")


def edited(file: io.StringIO, old: str, new: str) -> io.StringIO:
    text = file.getvalue()
    assert old in text
    changed = io.StringIO(text.replace(old, new, 1))
    changed.name = file.name
    return changed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("energy_kwh", "load", r"meter.csv columns = .*energy_kwh, energy_mwh, power_kw"),
        ("energy_kwh", "power_mw", r"keep one energy column"),
        ("time", "when", r"add the column 'time'"),
        (",101\n", ",-101\n", r"meter.csv line 3 energy_kwh = -101.*give the series of PV too"),
        (",101\n", ",abc\n", r"meter.csv line 3 energy_kwh = 'abc': give a finite number"),
        (",101\n", ",inf\n", r"meter.csv line 3 energy_kwh = inf: give a finite number"),
        ("T01:00:00", "T00:00:00", r"line 3 time .*duplicated: meter.csv line 2 has it too"),
        ("T00:00:00", "T05:00:00", r"not sorted|duplicated"),
        ("T01:00:00", "T01:07:00", r"line 3 time .*irregular"),
        ("T01:00:00+02:00", "T01:00:00", r"line 3 time .*add the time-zone offset"),
        ("2024-05-22T01", "22.05.2024 01", r"line 3 time .*write the time as in"),
    ],
)
def test_a_meter_file(old: str, new: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_meter(edited(meter_file(), old, new), price_file())


def test_two_energy_columns() -> None:
    lines = meter_file().getvalue().splitlines()
    meter = io.StringIO("\n".join([lines[0] + ",power_kw", *(line + ",1" for line in lines[1:])]))
    with pytest.raises(InputError, match="keep one energy column"):
        read_meter(meter, price_file())


def test_a_missing_price_within_a_day() -> None:
    prices = series_file("buy_price_per_kwh", [0.1] * 48, skip=[7], name="prices.csv")
    with pytest.raises(InputError, match=r"prices.csv time .*07:00:00.*add its row"):
        read_meter(meter_file(), prices)


def test_clock_changes_on_demand() -> None:
    times = pd.date_range("2024-03-30", "2024-04-02", freq="h", tz="Europe/Brussels")[:-1]
    prices = pd.Series(0.1, times)
    assert meter_days(prices, prices).days == 2
    with pytest.raises(InputError, match="the clock changes on this day"):
        meter_days(prices, prices, clock_changes="raise")


@pytest.mark.parametrize(
    "start",
    [
        "2023-05-22T00:00:00+02:00",
        "2024-05-25T00:00:00+02:00",
        "2024-05-22T00:00:00+01:30",  # half an hour past the steps of the prices
    ],
)
def test_no_common_step(start: str) -> None:
    message = r"no reading falls on a whole day with prices \(2024-05-22"
    with pytest.raises(InputError, match=message):
        read_meter(meter_file(start=start), price_file())


def test_offsets_in_one_file_only() -> None:
    rows = "\n".join(f"2024-05-22,{hour},1.0" for hour in range(24))
    with pytest.raises(InputError, match="of all files with their time-zone offset"):
        read_meter(io.StringIO(f"date,hour,energy_kwh\n{rows}"), price_file())


@pytest.mark.parametrize("step_minutes", [0, -60, 30, 90, 7 * 60])
def test_steps_that_do_not_fit(step_minutes: int) -> None:
    with pytest.raises(InputError, match=f"step_minutes = {step_minutes}: use a multiple of .*60"):
        read_meter(meter_file(), price_file(), step_minutes=step_minutes)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.3] * 48, "measured_cf = 1.3: give values of 0 to 1.2"),
        (["", *[0.5] * 47], "measured_cf = nan: give a finite number"),
    ],
)
def test_a_pv_file(values: list[float | str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_meter(meter_file(), price_file(), pv_source=series_file("measured_cf", values))


def test_pv_of_other_days() -> None:
    pv = series_file("measured_cf", [0.5] * 24, start="2024-06-22T00:00:00+02:00")
    with pytest.raises(InputError, match="a whole day with prices and PV"):
        read_meter(meter_file(), price_file(), pv_source=pv)


@pytest.mark.parametrize(
    ("meter", "prices", "message"),
    [
        (pd.Series(1.0, INDEX.tz_localize(None)), pd.Series(1.0, INDEX), "meter index .*localize"),
        (pd.Series([1.0] * 24), pd.Series(1.0, INDEX), "meter index = 'RangeIndex'"),
        (pd.Series(1.0, INDEX, name="kW"), pd.Series(1.0, INDEX), "keep one energy column"),
        (pd.Series(-1.0, INDEX), pd.Series(1.0, INDEX), "meter row 0 energy_kwh = -1.0"),
        (pd.Series(1.0, INDEX), pd.Series(np.nan, INDEX), "prices row 0 buy_price_per_kwh = nan"),
        (pd.Series(1.0, INDEX), np.ones((1, 24)), "all as pandas objects, or all as arrays"),
        (np.ones(24), np.ones((1, 24)), r"meter shape = \(24,\): give an array \[days, steps\]"),
        (np.ones((1, 25)), np.ones((1, 24)), r"meter shape = \(1, 25\)"),
        (np.ones((0, 24)), np.ones((0, 24)), r"meter shape = \(0, 24\)"),
        (np.ones((2, 24)), np.ones((1, 24)), "as many days of each"),
        (-np.ones((1, 24)), np.ones((1, 24)), "meter = -1.0: .*give the series of PV too"),
        (np.full((1, 24), np.inf), np.ones((1, 24)), r"meter\[0, 0\] = inf: give a finite"),
        (np.full((1, 24), np.nan), np.ones((1, 24)), "give at least one reading"),
        (np.ones((1, 24)), np.full((1, 24), np.nan), r"prices\[0, 0\] = nan: give a finite"),
        ("meter.csv", "prices.csv", "meter = 'str': give numbers as an array"),
    ],
)  # fmt: skip
def test_python_objects(meter: Any, prices: Any, message: str) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=message):
        meter_days(meter, prices)


def test_pv_arrays_are_capacity_factors() -> None:
    with pytest.raises(InputError, match=r"pv\[0, 0\] = 5.0: give a capacity factor of 0 to 1.2"):
        meter_days(np.ones((1, 24)), np.ones((1, 24)), pv=np.full((1, 24), 5.0))
