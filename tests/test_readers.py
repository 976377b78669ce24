"""Readers: shipped files against the csv module, formats, conversion of steps."""

import csv
import gzip
import io
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from plantgym.twins.errors import InputError
from plantgym.twins.readers import read_prices, to_step
from plantgym.twins.shipped import DATA, data_file, shipped_prices, shipped_pv, shipped_weather

from .price_files import as_file, clock_change_lines, price_file


def rows_of(name: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", newline="") as file:
        return list(csv.DictReader(file))


class TestShippedFiles:
    @pytest.mark.parametrize(
        ("name", "step_minutes", "days", "lost"),
        [("belgium_day_ahead", 60, 1316, 7), ("belgium_imbalance", 15, 449, 2)],
    )
    def test_prices_equal_the_files_at_their_own_step(
        self, name: str, step_minutes: int, days: int, lost: int
    ) -> None:
        by_day = defaultdict(list)
        for row in rows_of(name):
            by_day[row["time"][:10]].append(float(row["price_eur_per_mwh"]) / 1000)
        series = shipped_prices(name, step_minutes)
        assert (len(series.dates), len(series.dropped)) == (days, lost)
        assert (series.unit, series.currency) == ("EUR/kWh", "EUR")
        for date, values in zip(series.dates, series.values, strict=True):
            np.testing.assert_allclose(values, by_day.pop(str(date)), rtol=1e-15)
        assert sorted(by_day) == [str(day.date) for day in series.dropped]
        assert {day.reason for day in series.dropped} == {"clock change"}

    def test_an_hour_is_the_mean_of_its_quarters(self) -> None:
        hours = defaultdict(list)
        for row in rows_of("belgium_imbalance"):
            hours[row["time"][:13]].append(float(row["price_eur_per_mwh"]) / 1000)
        series = shipped_prices("belgium_imbalance", 60)
        for date, values in zip(series.dates, series.values, strict=True):
            means = [sum(hours[f"{date}T{hour:02}"]) / 4 for hour in range(24)]
            np.testing.assert_allclose(values, means, rtol=1e-12, atol=1e-12)

    def test_pjm_prices_are_the_system_energy_price(self) -> None:
        series = shipped_prices("pjm_real_time", 60)
        rows = rows_of("pjm_real_time")
        expected = [float(row["system_energy_price_usd_per_mwh"]) / 1000 for row in rows]
        np.testing.assert_allclose(series.values.ravel(), expected, rtol=1e-15)
        assert (str(series.dates[0]), str(series.dates[-1])) == ("2022-07-01", "2022-08-31")
        assert (series.currency, series.dropped) == ("USD", ())

    def test_pv_has_2047_days_and_lacks_the_clock_changes_in_spring(self) -> None:
        pv = shipped_pv(60)
        rows = rows_of("elia_pv")
        for column, series in pv.items():
            expected = [float(row[column]) for row in rows]
            np.testing.assert_array_equal(series.values.ravel(), expected)
            assert series.values.shape == (2047, 24)
        absent = [str(day.date) for day in pv["measured_cf"].dropped]
        assert absent == [
            "2020-03-29", "2021-03-28", "2022-03-27", "2023-03-26", "2024-03-31", "2025-03-30"
        ]  # fmt: skip

    def test_weather_begins_with_the_first_whole_day(self) -> None:
        wind = shipped_weather()["wind_m_per_s"]
        rows = [row for row in rows_of("belgium_weather") if row["time"].startswith("2024-01-01")]
        np.testing.assert_array_equal(wind.values[0], [float(r["wind_m_per_s"]) for r in rows])
        assert wind.dropped[0] == (
            np.datetime64("2023-12-31"),
            "incomplete at the edge of the file",
        )
        assert wind.unit == "m/s"

    def test_archives_carry_no_time_stamp(self) -> None:
        for path in DATA.glob("*.gz"):
            assert path.read_bytes()[4:8] == b"\0\0\0\0", path.name

    def test_every_data_file_has_its_source(self) -> None:
        text = data_file("SOURCES.md").read_text()
        names = {path.name for path in DATA.iterdir()} - {"SOURCES.md"}
        assert all(f"`{name}`" in text for name in names)

    def test_unknown_data_file(self) -> None:
        with pytest.raises(InputError, match=r"elia_pv\.csv\.gz"):
            data_file("mars.csv.gz")


class TestFormats:
    @pytest.mark.parametrize(
        ("column", "scale", "unit", "currency"),
        [
            ("price_eur_per_mwh", 1000, "EUR/kWh", "EUR"),
            ("system_energy_price_usd_per_mwh", 1000, "USD/kWh", "USD"),
            ("price_cny_per_kwh", 1, "CNY/kWh", "CNY"),
            ("buy_price_per_kwh", 1, "currency/kWh", None),
        ],
    )
    def test_price_columns(
        self, column: str, scale: float, unit: str, currency: str | None
    ) -> None:
        lines = price_file(days=1, column=column)
        rows = [f"{line.split(',')[0]},{index % 10}" for index, line in enumerate(lines[1:])]
        series = read_prices(as_file([lines[0], *rows]))
        np.testing.assert_allclose(series.values[0], [i % 10 / scale for i in range(24)])
        assert (series.unit, series.currency) == (unit, currency)

    def test_path_gzip_and_open_files_read_the_same(self, tmp_path: Path) -> None:
        text = "\n".join(price_file())
        plain, zipped = tmp_path / "a.csv", tmp_path / "a.csv.gz"
        plain.write_text(text)
        zipped.write_bytes(gzip.compress(text.encode()))
        expected = read_prices(io.StringIO(text)).values
        with plain.open("rb") as binary, zipped.open("rb") as packed:
            for source in (plain, str(plain), zipped, binary, packed):
                np.testing.assert_array_equal(read_prices(source).values, expected)

    def test_times_in_utc_make_days_in_utc(self) -> None:
        lines = [line.replace("+02:00", "Z") for line in price_file(days=1)]
        series = read_prices(as_file(lines))
        assert [str(date) for date in series.dates] == ["2024-05-22"]

    def test_negative_offsets_make_local_days(self) -> None:
        lines = [line.replace("+02:00", "-05:00") for line in price_file(days=1)]
        assert read_prices(as_file(lines)).values[0, 23] == pytest.approx(0.033)

    def test_days_at_the_edges_and_absent_days_are_listed(self) -> None:
        lines = price_file(days=5)
        kept = [lines[0], *lines[4:49], *lines[73:-2]]
        series = read_prices(as_file(kept))
        assert [str(date) for date in series.dates] == ["2024-05-23", "2024-05-25"]
        assert [(str(day.date), day.reason) for day in series.dropped] == [
            ("2024-05-22", "incomplete at the edge of the file"),
            ("2024-05-24", "not in the file"),
            ("2024-05-26", "incomplete at the edge of the file"),
        ]

    def test_clock_change_days_can_be_dropped(self) -> None:
        series = read_prices(as_file(clock_change_lines()), clock_changes="drop")
        assert [str(date) for date in series.dates] == ["2024-03-30", "2024-04-01"]
        assert [(str(d.date), d.reason) for d in series.dropped] == [("2024-03-31", "clock change")]

    def test_a_day_of_glut_is_no_mixup_of_units(self) -> None:
        lines = price_file(days=1)
        flat = [lines[0], *(f"{line.split(',')[0]},0.0" for line in lines[1:-1])]
        assert read_prices(as_file([*flat, lines[-1]])).values.max() == pytest.approx(0.033)

    def test_blank_lines_keep_line_numbers(self) -> None:
        lines = price_file(days=1)
        lines[3:3] = [""]
        assert read_prices(as_file(lines)).values.shape == (1, 24)
        lines[6] = lines[6].split(",")[0] + ",high"
        with pytest.raises(InputError, match=r"my\.csv line 7 price_eur_per_mwh = 'high'"):
            read_prices(as_file(lines))

    def test_results_are_read_only(self) -> None:
        series = read_prices(as_file(price_file()))
        with pytest.raises(ValueError, match="read-only"):
            series.values[0, 0] = 1


class TestSteps:
    @given(
        values=arrays(np.float64, (3, 96), elements=st.floats(-1e3, 1e3)),
        step_minutes=st.sampled_from([15, 30, 60, 120]),
    )
    def test_coarser_steps_keep_the_mean_of_the_day(
        self, values: np.ndarray, step_minutes: int
    ) -> None:
        coarse = to_step(values, step_minutes)
        assert coarse.shape == (3, 1440 // step_minutes)
        np.testing.assert_allclose(coarse.mean(axis=1), values.mean(axis=1), atol=1e-9)

    @given(
        values=arrays(np.float64, (2, 24), elements=st.floats(-1e3, 1e3)),
        step_minutes=st.sampled_from([1, 5, 15, 20, 60]),
    )
    def test_finer_steps_hold_the_value(self, values: np.ndarray, step_minutes: int) -> None:
        fine = to_step(values, step_minutes)
        steps = np.arange(1440 // step_minutes)
        np.testing.assert_array_equal(fine, values[:, steps * step_minutes // 60])
        np.testing.assert_allclose(to_step(fine, 60), values, rtol=1e-12, atol=1e-12)

    @pytest.mark.parametrize("step_minutes", [0, -15, 7, 20])
    def test_steps_that_do_not_fit(self, step_minutes: int) -> None:
        with pytest.raises(InputError, match=f"step_minutes = {step_minutes}: .*15 min"):
            to_step(np.zeros((1, 96)), step_minutes)

    def test_readers_convert(self) -> None:
        lines = price_file(days=1, step_minutes=15)
        assert read_prices(as_file(lines)).values[0, 0] == pytest.approx(0.0115)
        held = read_prices(as_file(price_file(days=1)), step_minutes=15)
        assert math.isclose(held.values[0, 7], 0.011)
