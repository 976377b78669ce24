"""The days that heaters meet: what is shipped, what is drawn, what users bring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.twins.errors import InputError
from plantgym.twins.heater_markets import (
    HEATER_MARKETS,
    SHENYANG_TARIFF,
    load_heater_scenarios,
    tariff_scenarios,
)
from plantgym.twins.heater_terms import SHENYANG_TERMS
from plantgym.twins.shipped import shipped_prices, shipped_weather
from plantgym.twins.weather_files import read_typical_winter


@pytest.fixture
def pvlib() -> ModuleType:
    """The package that reads typical years; tests that read them are skipped without it."""
    module: ModuleType = pytest.importorskip("pvlib")
    return module


@pytest.mark.parametrize("market", HEATER_MARKETS)
def test_markets_hold_winters_in_quarters_of_an_hour(market: str) -> None:
    days = load_heater_scenarios(market)
    assert days.n_steps == 96
    assert set(days.dates.astype("datetime64[M]").astype(int) % 12 + 1) == {11, 12, 1, 2, 3}
    counts = [days.split(split).n_days for split in ("train", "validation", "test")]
    assert sum(counts) == days.n_days
    assert days.sources


def test_belgium_is_the_weather_and_the_prices_of_its_files() -> None:
    days = load_heater_scenarios("belgium-real-time")
    assert [days.split(s).n_days for s in ("train", "validation", "test")] == [87, 14, 49]
    date = np.datetime64("2025-02-14")
    day, weather = days.day(date), shipped_weather()["temp_c"]
    hourly = weather.values[weather.dates == date][0]
    np.testing.assert_array_equal(day.series["ambient_c"][0], np.repeat(hourly, 4))
    for name, file in (("buy_price", "belgium_imbalance"), ("buy_forecast", "belgium_day_ahead")):
        prices = shipped_prices(file, 15)
        np.testing.assert_array_equal(
            day.series[f"{name}_per_kwh"][0], prices.values[prices.dates == date][0]
        )
    assert day.series["occupancy"][0].sum() == 36  # a Friday, 8 h to 17 h
    assert days.day("2025-02-15").series["occupancy"].sum() == pytest.approx(3.6)


def test_shenyang_has_its_months_and_its_tariff() -> None:
    days = load_heater_scenarios("shenyang")
    month = days.dates.astype("datetime64[M]").astype(int) % 12 + 1
    for number, mean_c in zip((11, 12, 1, 2, 3), (0.0, -7.6, -12.6, -7.7, 0.3), strict=True):
        drawn = days.series["ambient_c"][month == number].mean()
        assert drawn == pytest.approx(mean_c, abs=1.5)
    price = days.series["buy_price_per_kwh"][0]
    assert price[4 * 22] == price[0] == price[4 * 5 + 3] == 0.2749
    assert price[4 * 6] == 0.5499
    assert price[4 * 8] == 0.8248
    again = load_heater_scenarios("shenyang")
    np.testing.assert_array_equal(days.series["ambient_c"], again.series["ambient_c"])


Row = list[str]


def epw(path: Path, change: Callable[[list[Row]], list[Row]] = lambda rows: rows) -> Path:
    """A file of a made-up year: temperature by month and hour, EPW's layout."""
    header = [
        "LOCATION,Nowhere,-,XXX,made up,000000,41.8,123.4,8.0,43.0", "DESIGN CONDITIONS,0",
        "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0", "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
        "COMMENTS 1,made up", "COMMENTS 2,", "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
    ]  # fmt: skip
    rows = []
    for hour in range(8760):
        at = np.datetime64("2003-01-01T00") + np.timedelta64(hour, "h")
        year, month, day = str(at)[:10].split("-")
        row = ["0"] * 35
        temp_c = -12.0 * np.cos(2 * np.pi * hour / 8760) + 6.0
        row[:6] = [year, str(int(month)), str(int(day)), str(hour % 24 + 1), "0", "?"]
        row[6], row[13], row[21] = f"{temp_c:.1f}", "100", "3.5"
        rows.append(row)
    rows = change(rows)
    path.write_text("\n".join([*header, *(",".join(row) for row in rows)]) + "\n")
    return path


@pytest.mark.usefixtures("pvlib")
def test_a_typical_year_becomes_a_winter(tmp_path: Path) -> None:
    weather = read_typical_winter(epw(tmp_path / "a.epw"))
    temp_c = weather["temp_c"]
    assert (str(temp_c.dates[0]), str(temp_c.dates[-1])) == ("2018-11-01", "2019-03-31")
    assert temp_c.values.shape == (151, 24)
    first_of_january = -12.0 * np.cos(2 * np.pi * np.arange(24) / 8760) + 6.0
    np.testing.assert_allclose(temp_c.values[61], first_of_january, atol=0.051)
    assert (weather["wind_m_per_s"].values == 3.5).all()
    days = tariff_scenarios(weather, SHENYANG_TARIFF, "CNY")
    env = SetsHeaterEnv(scenarios=days, terms=SHENYANG_TERMS, days=7)
    env.reset(seed=1)
    assert env.view().weather.ambient_c.mean() < 15


def test_tmy3_of_pvlib_is_read(pvlib: ModuleType) -> None:
    assert pvlib.__file__
    path = Path(pvlib.__file__).parent / "data" / "703165TY.csv"  # Sand Point, Alaska
    weather = read_typical_winter(path)
    # Hour 01:00 of TMY3 ends at 1 h: it is the first of the day, with 4.0 degC and 2.1 m/s.
    assert weather["temp_c"].values[61, 0] == 4.0
    assert weather["wind_m_per_s"].values[61, 0] == 2.1


def in_column(column: int, change: Callable[[float], float]) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        for row in rows:
            row[column] = f"{change(float(row[column])):.1f}"
        return rows

    return changed


def one(hour: int, column: int, value: str) -> Callable[[list[Row]], list[Row]]:
    def changed(rows: list[Row]) -> list[Row]:
        rows[hour][column] = value
        return rows

    return changed


def quarters(rows: list[Row]) -> list[Row]:
    return [[*row[:4], minute, *row[5:]] for row in rows for minute in ("15", "30", "45", "60")]


@pytest.mark.usefixtures("pvlib")
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (in_column(6, lambda c: 1.8 * c + 32), r"temp_c = 2\d\.\d+: so warm a winter .* degF"),
        (in_column(6, lambda c: c + 273.15), r"temp_c on 11-01 00:00 = .*: kelvin or degF"),
        (one(30, 6, "99.9"), r"temp_c on 01-02 06:00 = 99.9: the value is missing; fill the gap"),
        (one(30, 13, "9999"), r"ghi_w_per_m2 on 01-02 06:00 = 9999.0: the value is missing"),
        (one(30, 21, "-1"), r"wind_m_per_s on 01-02 06:00 = -1.0: keep it within 0 to 75"),
        (one(30, 6, ""), r"temp_c on 01-02 06:00 = nan: the value is missing; fill the gap"),
        (one(30, 6, "cold"), r"weather file = .*: it is not in the format of its ending"),
        (lambda rows: [*rows[:30], *rows[31:]], r"hour = '01-02 06:00': .* is missing; add it"),
        (lambda rows: [*rows[:30], *rows[29:]], r"hour = '01-02 05:00': .* comes twice; keep one"),
        (quarters, r"step = '15 min': give a file of hourly values"),
        (lambda rows: rows[:100], r"hour = '01-05 04:00'|hour = '11-01 00:00'"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_year_is_named(
    tmp_path: Path, change: Callable[[list[Row]], list[Row]], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        read_typical_winter(epw(tmp_path / "wrong.epw", change))


@pytest.mark.usefixtures("pvlib")
def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give a file that exists"):
        read_typical_winter(tmp_path / "no.epw")
    other = tmp_path / "a.txt"
    other.write_text("a")
    with pytest.raises(InputError, match=r"give an \.epw file"):
        read_typical_winter(other)
    for name in ("a.epw", "a.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n")
        with pytest.raises(InputError, match="it is not in the format of its ending"):
            read_typical_winter(tmp_path / name)


def test_own_weather_in_degf_is_refused() -> None:
    weather = shipped_weather()
    hot = {**weather, "temp_c": replace(weather["temp_c"], values=weather["temp_c"].values + 20)}
    with pytest.raises(InputError, match=r"temp_c = .*: so high a mean .* looks like degF"):
        tariff_scenarios(hot, SHENYANG_TARIFF, "CNY")
