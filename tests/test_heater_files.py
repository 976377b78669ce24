"""Days of a heater from the user's own files of weather and prices."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from plantgym.benchmarks.cases import unwrap
from plantgym.benchmarks.cli import app
from plantgym.benchmarks.own_days import case_from_options
from plantgym.twins.errors import InputError
from plantgym.twins.heater_files import heater_scenarios_from_files
from plantgym.twins.heater_markets import load_heater_scenarios
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.shipped import data_file

FIRST, LAST = "2025-02-11", "2025-02-14"


def lines(name: str, first: str = FIRST, last: str = LAST) -> list[str]:
    """Some days of a shipped file."""
    with gzip.open(data_file(f"{name}.csv.gz"), "rt", encoding="utf-8") as file:
        header, *rows = file.read().splitlines()
    return [header, *(row for row in rows if first <= row[:10] <= last)]


def weather_lines(first: str = FIRST, last: str = LAST) -> list[str]:
    header, *rows = lines("belgium_weather", first, last)
    return [header.replace("temp_c", "ambient_c"), *rows]


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    given = {
        "weather": weather_lines(),
        "day_ahead_prices": lines("belgium_day_ahead"),
        "real_time_prices": lines("belgium_imbalance"),
    }
    paths = {name: tmp_path / f"{name}.csv" for name in given}
    for name, path in paths.items():
        path.write_text("\n".join(given[name]) + "\n", "utf-8")
    return paths


def read(files: dict[str, Path], **more: str) -> Scenarios:
    given: dict[str, Any] = {**files, **more}
    return heater_scenarios_from_files(**given)


def rewrite(path: Path, rows: list[str]) -> None:
    path.write_text("\n".join(rows) + "\n", "utf-8")


def test_the_shipped_days_come_back(files: dict[str, Path]) -> None:
    days, shipped = read(files), load_heater_scenarios("belgium-real-time")
    assert [str(date) for date in days.dates] == [f"2025-02-{day}" for day in (11, 12, 13, 14)]
    assert set(days.series) == set(shipped.series)
    rows = np.searchsorted(shipped.dates, days.dates)
    for name, values in days.series.items():
        np.testing.assert_allclose(values, shipped.series[name][rows], rtol=1e-12, atol=1e-12)
    assert days.sources["weather"].endswith("weather.csv")
    assert {days.split(split).n_days for split in ("train", "validation", "test")} == {4}


def test_day_ahead_prices_alone_are_known_and_converted(files: dict[str, Path]) -> None:
    del files["real_time_prices"]
    euro, yuan = (read(files, currency=code) for code in ("EUR", "CNY"))
    price = euro.series["buy_price_per_kwh"]
    np.testing.assert_array_equal(price, euro.series["buy_forecast_per_kwh"])
    np.testing.assert_allclose(yuan.series["buy_price_per_kwh"], 7.7875 * price)


def test_wind_and_sun_may_be_unknown(files: dict[str, Path]) -> None:
    kept = [",".join(row.split(",")[:2]) for row in weather_lines()]
    rewrite(files["weather"], kept)
    days = read(files)
    assert not days.series["wind_m_per_s"].any()
    assert days.series["ambient_c"].any()


def test_days_that_a_file_lacks_or_that_need_no_heat_are_noted(files: dict[str, Path]) -> None:
    rewrite(files["weather"], weather_lines("2025-03-29", "2025-04-02"))
    rewrite(files["day_ahead_prices"], lines("belgium_day_ahead", "2025-03-28", "2025-04-02"))
    rewrite(files["real_time_prices"], lines("belgium_imbalance", "2025-03-28", "2025-04-02"))
    days = read(files)
    assert [str(date) for date in days.dates] == ["2025-03-29", "2025-03-31"]
    assert days.notes == (
        "left out 2025-03-30 (real-time prices: clock change)",
        "left out 2025-03-28 (weather: no data)",
        "left out 2 days that are not of November to March",
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("weather", r"weather .*weather\.csv offset on 2025-02-11 = '\+00:00': write both in \+01"),
        ("real_time_prices", r"real-time prices .* = '\+00:00': write both in \+01:00 on this day"),
        ("day_ahead_prices", r"real-time prices .* = '\+01:00': write both in \+00:00 on this day"),
    ],
)
def test_files_of_other_offsets_are_not_joined_by_the_clock(
    files: dict[str, Path], name: str, message: str
) -> None:
    rewrite(
        files[name], [row.replace("+01:00", "+00:00") for row in files[name].read_text().split()]
    )
    with pytest.raises(InputError, match=message):
        read(files)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: [row.replace("ambient_c", "temperature") for row in rows], "'ambient_c'"),
        (lambda rows: rows[:9] + rows[10:], "weather.csv"),
        (lambda rows: [*rows[:5], rows[4], *rows[5:]], "weather.csv line 6"),
        (lambda rows: [rows[0], *(kelvin(row) for row in rows[1:])], "kelvin"),
        (lambda rows: [rows[0], *(row.replace("2025-02", "2021-02") for row in rows[1:])], "dates"),
        (lambda rows: [*rows[:3], ",".join([rows[3].split(",")[0], "", "1", "0", "0"])], "line 4"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_weather_is_said(
    files: dict[str, Path], change: object, message: str
) -> None:
    assert callable(change)
    rewrite(files["weather"], change(weather_lines()))
    with pytest.raises(InputError, match=message):
        read(files)


def kelvin(row: str) -> str:
    time, ambient_c, *rest = row.split(",")
    return ",".join([time, str(float(ambient_c) + 273.15), *rest])


class TestCompare:
    def test_own_days_make_a_case(self, files: dict[str, Path]) -> None:
        own: dict[str, Any] = dict(files)
        case = case_from_options("SetsHeater", "test", **own)
        env = unwrap(case.make())
        env.reset(seed=0, options={"day": FIRST})
        assert env.batch.scenarios.dates[0] == np.datetime64(FIRST)
        assert case.settings(env, 0)["arguments"] == {"scenarios": "Scenarios"}

    def test_prices_without_weather_are_refused(self, files: dict[str, Path]) -> None:
        prices = str(files["day_ahead_prices"])
        result = CliRunner().invoke(app, ["compare", "SetsHeater", "--day-ahead-prices", prices])
        assert result.exit_code == 2
        assert "--weather = None" in result.stderr

    def test_weather_of_factories_and_pv_of_heaters_are_refused(
        self, files: dict[str, Path]
    ) -> None:
        weather = str(files["weather"])
        for command in (
            ["compare", "CementPv", "--weather", weather],
            ["compare", "SetsHeater", "--pv", weather],
        ):
            result = CliRunner().invoke(app, command)
            assert result.exit_code == 2
            assert f"{command[2]} = " in result.stderr
            assert "leave it out" in result.stderr
