"""Identified random lines as a table: a row a line, and what they come to together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from rich.table import Table

from .found_parameters import FoundParameter
from .psi_table import plain_table, seconds


@dataclass(frozen=True, slots=True)
class LineResult:
    """A random line and what its meter told.

    Args:
        seed: of the line and of its meter.
        noise: standard deviation of a reading, relative to it.
        stages: of the line.
        message: why no plant was found; empty if one was, and else what follows is None or empty.
        test_error: mean error of the predicted load on the test days, against the line's own.
        train_error: mean error on the training days, against the meter with its noise.
        power_error: median and greatest relative error of the powers of the stages.
        run_hours: hours a day of each stage, as found.
        true_run_hours: hours a day of each stage of the line.
        parameters: what was found, each with its interval and the true value.
        wall_s: time of the fit [s].
        cpu_s: CPU time of the fit [s].
    """

    seed: int
    noise: float
    stages: int
    message: str = ""
    test_error: float | None = None
    train_error: float | None = None
    power_error: tuple[float, float] | None = None
    run_hours: Sequence[int] = ()
    true_run_hours: Sequence[int] = ()
    parameters: Sequence[FoundParameter] = ()
    wall_s: float | None = None
    cpu_s: float | None = None

    @classmethod
    def parsed(cls, entry: Mapping[str, Any]) -> LineResult:
        """What `dataclasses.asdict` made, from JSON.

        Raises:
            TypeError: another entry.
        """
        parameters = [FoundParameter(**each) for each in entry.get("parameters", ())]
        power_error = entry.get("power_error")
        pair = None if power_error is None else (power_error[0], power_error[1])
        return cls(**{**entry, "parameters": parameters, "power_error": pair})

    @property
    def right_hours(self) -> int:
        """Stages whose run hours are the true ones."""
        pairs = zip(self.run_hours, self.true_run_hours, strict=True)
        return sum(found == true for found, true in pairs)

    @property
    def inside(self) -> int:
        """Parameters whose true value is in its interval."""
        return sum(each.inside for each in self.parameters)


class MedianWorst(NamedTuple):
    """Median and worst of some lines; None where that is a line of which no plant was found."""

    median: float | None
    worst: float | None

    @classmethod
    def of(cls, values: Iterable[float | None]) -> MedianWorst:
        """Those of values; None is worse than any number."""
        numbers = np.array([np.inf if value is None else value for value in values])
        pair = (float(np.median(numbers)), float(numbers.max()))
        return cls(*(each if np.isfinite(each) else None for each in pair))


@dataclass(frozen=True, slots=True)
class LineSummary:
    """Lines at one noise together.

    Args:
        noise: of their meters.
        lines: how many.
        failed: of which no plant was found.
        test_error: of the lines.
        train_error: of the lines.
        power_error: the lines' median errors: their median and the worst.
        greatest_power_error: the lines' greatest errors: their median and the worst.
        right_hours: share of the stages whose run hours are the true ones.
        inside: share of the true parameters in their intervals.
        wall_s: time of a fit [s].
        cpu_s: CPU time of a fit [s].
    """

    noise: float
    lines: int
    failed: int
    test_error: MedianWorst
    train_error: MedianWorst
    power_error: MedianWorst
    greatest_power_error: MedianWorst
    right_hours: float
    inside: float
    wall_s: MedianWorst
    cpu_s: MedianWorst

    @classmethod
    def of(cls, lines: Sequence[LineResult]) -> LineSummary:
        """That of lines, one or more, whose meters have the same noise."""
        powers = [line.power_error or (None, None) for line in lines]
        found = max(1, sum(len(line.parameters) for line in lines))
        return cls(
            noise=lines[0].noise,
            lines=len(lines),
            failed=sum(bool(line.message) for line in lines),
            test_error=MedianWorst.of(line.test_error for line in lines),
            train_error=MedianWorst.of(line.train_error for line in lines),
            power_error=MedianWorst.of(median for median, _ in powers),
            greatest_power_error=MedianWorst.of(greatest for _, greatest in powers),
            right_hours=sum(line.right_hours for line in lines) / sum(n.stages for n in lines),
            inside=sum(line.inside for line in lines) / found,
            wall_s=MedianWorst.of(line.wall_s for line in lines),
            cpu_s=MedianWorst.of(line.cpu_s for line in lines),
        )


def line_table(lines: Sequence[LineResult]) -> Table:
    """The lines at one noise, and their summary."""
    table = plain_table(f"{len(lines)} random lines, {lines[0].noise:.0%} noise")
    table.add_column("line")
    for header in (
        *("stages", "test %", "train %", "powers %", "hours right", "in intervals"),
        *("wall s", "CPU s"),
    ):
        table.add_column(header, justify="right", no_wrap=True)
    for line in lines:
        table.add_row(str(line.seed), *_line_cells(line))
    table.add_section()
    summary = LineSummary.of(lines)
    for place, name in enumerate(MedianWorst._fields):
        shares = ("", "") if place else (f"{summary.right_hours:.0%}", f"{summary.inside:.0%}")
        table.add_row(
            name,
            "",
            percent(summary.test_error[place]),
            percent(summary.train_error[place]),
            percents(summary.power_error[place], summary.greatest_power_error[place]),
            *shares,
            seconds(summary.wall_s[place]),
            seconds(summary.cpu_s[place]),
        )
    table.caption = "\n".join([_CAPTION, *(f"{n.seed}: {n.message}" for n in lines if n.message)])
    return table


_CAPTION = (
    "test, train: mean load error. powers: median/greatest error of the\n"
    "stages. hours right: stages that run as many hours a day as in truth.\n"
    "in intervals: true parameters in theirs"
)


def percent(share: float | None) -> str:
    """A share as text in percent, without the sign."""
    return "-" if share is None else f"{100 * share:.2f}"


def percents(median: float | None, greatest: float | None) -> str:
    """Two shares as text."""
    return f"{percent(median)}/{percent(greatest)}"


def _line_cells(line: LineResult) -> list[str]:
    return [
        str(line.stages),
        percent(line.test_error),
        percent(line.train_error),
        percents(*(line.power_error or (None, None))),
        f"{line.right_hours}/{line.stages}",
        f"{line.inside}/{len(line.parameters)}",
        seconds(line.wall_s),
        seconds(line.cpu_s),
    ]
