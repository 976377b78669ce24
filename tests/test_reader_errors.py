"""Every fault of a file is answered by its own error, with the line."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from plantgym.twins.csv_file import CsvSource
from plantgym.twins.errors import InputError
from plantgym.twins.readers import read_prices, read_pv, read_weather

from .price_files import as_file, clock_change_lines, price_file


def broken(change: str) -> list[str]:
    """A price file with one fault."""
    lines = price_file()
    time, price = lines[6].split(",")
    match change:
        case "nan":
            lines[6] = f"{time},nan"
        case "empty price":
            lines[6] = f"{time},"
        case "infinite":
            lines[6] = f"{time},inf"
        case "text":
            lines[6] = f"{time},cheap"
        case "time":
            lines[6] = f"yesterday,{price}"
        case "no time":
            lines[6] = f",{price}"
        case "no offset":
            lines[6] = f"{time[:-6]},{price}"
        case "duplicate":
            lines.insert(7, lines[6])
        case "distant duplicate":
            lines.append(lines[6])
        case "unsorted":
            lines[6], lines[7] = lines[7], lines[6]
        case "missing hour":
            del lines[6]
        case "irregular":
            lines[6] = f"{time.replace('05:00', '05:20')},{price}"
        case "odd step":
            lines = price_file(days=7, step_minutes=7 * 60)
        case "one row":
            lines = lines[:2]
        case "no whole day":
            lines = lines[:13]
        case "no price column":
            lines[0] = "time,value"
        case "unknown unit":
            lines[0] = "time,price_eur"
        case "two price columns":
            lines = [lines[0] + ",price_usd_per_mwh", *(f"{line},1" for line in lines[1:])]
        case "no time column":
            lines[0] = "when,price_eur_per_mwh"
        case "header only":
            lines = lines[:1]
        case "empty":
            lines = []
        case "decimal commas":
            lines = [lines[0], *(f"{line.split(',')[0]},0,040" for line in lines[1:])]
        case "decimal comma below":
            lines[6] = f"{time},0,040"
        case "short rows":
            lines = ["time,place,price_eur_per_mwh", *lines[1:]]
        case "ragged":
            lines[6] += ",1,2"
        case "mwh as kwh":
            lines[0] = "time,price_eur_per_kwh"
        case "kwh as mwh":
            lines = [lines[0], *(f"{line.split(',')[0]},0.25" for line in lines[1:])]
        case "clock change":
            lines = clock_change_lines()
    return lines


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("nan", "my.csv line 7 price_eur_per_mwh = .*nan.*finite number"),
        ("empty price", "my.csv line 7 price_eur_per_mwh = .*finite number"),
        ("infinite", "my.csv line 7 price_eur_per_mwh = .*inf.*finite number"),
        ("text", "my.csv line 7 price_eur_per_mwh = 'cheap'.*finite number"),
        ("time", "my.csv line 7 time = 'yesterday': write the time as"),
        ("no time", "my.csv line 7 time = .*write the time as"),
        ("no offset", "my.csv line 7 time = '2024-05-22T05:00:00'.*time-zone offset"),
        ("duplicate", "my.csv line 8 time = '2024-05-22T05:00:00'.*duplicated: my.csv line 7"),
        ("distant duplicate", "my.csv line 50 time = .*duplicated: my.csv line 7"),
        ("unsorted", "my.csv line 8 time = '2024-05-22T05:00:00'.*not sorted"),
        ("missing hour", "my.csv time = '2024-05-22T05:00:00'.*missing; add its row"),
        ("irregular", "my.csv line 7 time = '2024-05-22T05:20:00'.*irregular.*60 min"),
        ("odd step", "my.csv line 2 time = .*irregular"),
        ("one row", "my.csv = '1 row': give at least one whole day"),
        ("no whole day", "my.csv = '12 rows': give at least one whole day"),
        ("no price column", r"my.csv columns = \['time', 'value'\].*price_<currency>_per_mwh"),
        ("unknown unit", "my.csv column = 'price_eur': unknown unit"),
        ("two price columns", "my.csv columns = .*keep one price column"),
        ("no time column", "my.csv columns = .*'date' and 'hour'"),
        ("header only", "my.csv = .*empty below its header"),
        ("empty", "my.csv = '': the file is empty"),
        ("ragged", "my.csv line 7 = .*,15,1,2': 4 fields under 2 columns: a decimal comma"),
        ("decimal commas", "my.csv line 2 = '2024-05-22T00:00:00.02:00,0,040'.*write 0.040$"),
        ("decimal comma below", "my.csv line 7 = .*,0,040': 3 fields under 2 .*write 0.040$"),
        ("short rows", "my.csv line 2 price_eur_per_mwh = nan: give a finite number"),
        ("mwh as kwh", "my.csv line 13 price_eur_per_kwh = .*above 20 per kWh"),
        ("kwh as mwh", "my.csv price_eur_per_mwh = 0.25.*are the prices per kWh"),
        ("clock change", 'my.csv line 28 time = .*2024-03-31T03.*clock_changes="drop"'),
    ],
)
def test_every_fault_of_a_file_has_its_own_error(change: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_prices(as_file(broken(change)))


class TestFaultyFiles:
    def test_absent_file(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"nowhere\.csv.*No such file"):
            read_prices(tmp_path / "nowhere.csv")

    def test_damaged_archive(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress("\n".join(price_file()).encode())[:-20])
        with pytest.raises(InputError, match="damaged"):
            read_prices(path)

    def test_no_text(self) -> None:
        with pytest.raises(InputError, match="UTF-8"):
            read_prices(io.BytesIO(b"time,price_eur_per_mwh\n\xff\xfe\xfd,1\n"))

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("2024-05-22,3,", "2024-05-32,3,", "line 5 date = '2024-05-32': write the date"),
            ("2024-05-22,3,", "2024-05-22,24,", "line 5 hour = .*values of 0 to 23"),
            ("2024-05-22,3,", "2024-05-22,2.5,", "line 5 hour = .*whole hours"),
            ("2024-05-22,3,", "2024-05-22,2,", "line 5 time = .*duplicated: file line 4"),
            ("0.13", "13", "line 15 measured_cf = .*0 to 1.2; check the unit"),
            ("0.13", "-0.1", "line 15 measured_cf = .*0 to 1.2"),
            ("day_ahead_cf", "forecast", "add the column 'day_ahead_cf'"),
        ],
    )
    def test_faults_of_a_pv_file(self, old: str, new: str, message: str) -> None:
        rows = [f"2024-05-22,{hour},{hour / 100},0.5,0" for hour in range(24)]
        text = "\n".join(["date,hour,measured_cf,day_ahead_cf,latest_cf", *rows])
        assert read_pv(io.StringIO(text))["measured_cf"].values[0, 13] == 0.13
        with pytest.raises(InputError, match=message):
            read_pv(io.StringIO(text.replace(old, new, 1)))

    @pytest.mark.parametrize(
        ("read", "header"),
        [
            (read_pv, "time,measured_cf,day_ahead_cf"),
            (read_weather, "time,temp_c,wind_m_per_s,ghi_w_per_m2,cloud_cover_pct"),
        ],
    )
    def test_decimal_commas_are_noticed_in_every_file(
        self, read: Callable[[CsvSource], object], header: str
    ) -> None:
        values = ",".join("0" for _ in header.split(",")[1:])
        rows = [f"2024-05-22T{hour:02}:00:00Z,{values}" for hour in range(24)]
        read(as_file([header, *rows]))
        with pytest.raises(InputError, match=r"my\.csv line 2 = .*write decimals with a point"):
            read(as_file([header, *(f"{row},5" for row in rows)]))

    def test_rows_may_end_in_a_comma(self) -> None:
        header, *rows = price_file()
        commas = read_prices(as_file([header, *(f"{row}," for row in rows)]))
        np.testing.assert_array_equal(commas.values, read_prices(as_file(price_file())).values)

    def test_a_quoted_decimal_comma_is_no_number(self) -> None:
        lines = price_file()
        lines[6] = lines[6].split(",")[0] + ',"0,040"'
        with pytest.raises(InputError, match="line 7 price_eur_per_mwh = '0,040': give a finite"):
            read_prices(as_file(lines))

    def test_a_blank_line_is_no_header(self) -> None:
        with pytest.raises(InputError, match="empty below its header"):
            read_prices(as_file(["", *price_file()]))

    def test_wind_in_km_per_h_is_noticed(self) -> None:
        rows = [f"2024-05-22T{hour:02}:00:00Z,10,90,0,0" for hour in range(24)]
        text = "\n".join(["time,temp_c,wind_m_per_s,ghi_w_per_m2,cloud_cover_pct", *rows])
        with pytest.raises(InputError, match=r"line 2 wind_m_per_s = .*0 to 75; check the unit"):
            read_weather(io.StringIO(text))
