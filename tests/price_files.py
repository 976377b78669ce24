"""Small price files for tests."""

import datetime
import io


def price_file(
    *, days: int = 2, step_minutes: int = 60, column: str = "price_eur_per_mwh"
) -> list[str]:
    """Lines of a price file from 2024-05-22 on; row i has the price 10 + i."""
    start = datetime.datetime(2024, 5, 22)
    times = [start + datetime.timedelta(minutes=m) for m in range(0, days * 1440, step_minutes)]
    rows = [f"{time.isoformat()}+02:00,{10 + index}" for index, time in enumerate(times)]
    return [f"time,{column}", *rows]


def as_file(lines: list[str]) -> io.StringIO:
    file = io.StringIO("\n".join(lines) + "\n")
    file.name = "my.csv"
    return file


def clock_change_lines() -> list[str]:
    """Three days around 2024-03-31, when 02:00 does not exist in Brussels."""
    days = [(30, "+01:00", range(24)), (31, "", range(24)), (32, "+02:00", range(24))]
    lines = ["time,price_eur_per_mwh"]
    for day, offset, hours in days:
        date = "2024-04-01" if day == 32 else f"2024-03-{day}"
        for hour in hours:
            if day == 31 and hour == 2:
                continue
            zone = offset or ("+01:00" if hour < 2 else "+02:00")
            lines.append(f"{date}T{hour:02}:00:00{zone},{50 + hour}")
    return lines
