"""Small meter, price and PV files for tests."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable


def series_file(
    column: str,
    values: Iterable[float | str],
    *,
    start: str = "2024-05-22T00:00:00+02:00",
    step_minutes: int = 60,
    skip: Iterable[int] = (),
    name: str = "my.csv",
) -> io.StringIO:
    """A file `time,<column>` from `start` on, without the rows numbered in `skip`."""
    begin, step = datetime.datetime.fromisoformat(start), datetime.timedelta(minutes=step_minutes)
    left_out = set(skip)
    rows = [
        f"{(begin + row * step).isoformat()},{value}"
        for row, value in enumerate(values)
        if row not in left_out
    ]
    file = io.StringIO("\n".join([f"time,{column}", *rows]) + "\n")
    file.name = name
    return file


def meter_file(
    hours: int = 48, *, column: str = "energy_kwh", start: str = "2024-05-22T00:00:00+02:00"
) -> io.StringIO:
    """Hourly readings 100, 101, ..."""
    return series_file(column, range(100, 100 + hours), start=start, name="meter.csv")


def price_file(days: int = 2, *, start: str = "2024-05-22T00:00:00+02:00") -> io.StringIO:
    """Hourly prices 0.1, 0.101, ..."""
    prices = [0.1 + 0.001 * hour for hour in range(24 * days)]
    return series_file("buy_price_per_kwh", prices, start=start, name="prices.csv")
