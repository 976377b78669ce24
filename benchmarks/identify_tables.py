"""Tables of what identification found, for the terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ..twins.identify.fleet import MeterResult
from ..twins.identify.meter_job import Found

_DATES_IN_A_LINE = 5


def found_line(found: Found) -> str:
    """Which plant was found, and how well it explains the meter."""
    report = found.report
    line = (
        f"{found.plant.name}: {found.model.upper()} class, error {report['train_error']:.2%} "
        f"on {report['days']} training days"
    )
    if report["validation_error"] is not None:
        line += f", {report['validation_error']:.2%} on the validation days"
    return line


def found_table(found: Found) -> Table:
    """A row a parameter: its value and the interval that the data leave open."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("parameter")
    for header in ("value", "interval"):
        table.add_column(header, justify="right")
    table.add_column("unit")
    for each in found.parameters():
        interval = f"{each['low']:,.6g} to {each['high']:,.6g}"
        table.add_row(each["name"], f"{each['value']:,.6g}", interval, each["unit"])
    return table


def left_out_lines(left_out: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each reason why days were left out."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for date, reason in left_out:
        by_reason[reason].append(date)
    lines = []
    for reason, dates in by_reason.items():
        more = len(dates) - _DATES_IN_A_LINE
        rest = f" and {more} more" if more > 0 else ""
        lines.append(f"left out {', '.join(dates[:_DATES_IN_A_LINE])}{rest}: {reason}")
    return lines


def fleet_table(results: Sequence[MeterResult]) -> Table:
    """A row a meter."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("meter")
    table.add_column("class")
    for header in ("error", "days", "left out", "wall s"):
        table.add_column(header, justify="right")
    table.add_column("failed because", overflow="fold")
    for result in results:
        if result.status == "ok":
            report = result.found["report"]
            table.add_row(
                result.name,
                result.found["model"].upper(),
                f"{report['train_error']:.2%}",
                str(report["days"]),
                str(len(report["left_out"])),
                f"{report['wall_s']:.1f}",
            )
        else:
            table.add_row(result.name, "", "", "", "", "", result.message)
    return table
