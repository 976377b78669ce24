"""Rows of the DRO tables: the published figures and ours, in the terminal and in documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.table import Table

from .tables import filled_table

COST_HEADERS = ("case", "method", "published CNY", "ours CNY", "off", "day-ahead", "intraday", "DR")
"""What `cost_cells` says."""

FORM_HEADERS = ("form", "N", "rows", "cost CNY", "wall s", "CPU s", "CPU to cuts")
"""What `form_cells` says."""

PUBLISHED: Mapping[str, Mapping[tuple[str, str], float]] = MappingProxyType(
    {
        "target": {
            ("3400 t", "SO"): 81_963,
            ("3400 t", "DRO"): 85_425,
            ("3400 t", "RO"): 86_030,
            ("3700 t", "SO"): 96_239,
            ("3700 t", "DRO"): 100_587,
            ("3700 t", "RO"): 101_206,
            ("4000 t", "SO"): 109_784,
            ("4000 t", "DRO"): 114_896,
            ("4000 t", "RO"): 115_515,
            ("4300 t", "SO"): 124_106,
            ("4300 t", "DRO"): 130_067,
            ("4300 t", "RO"): 130_692,
            ("4600 t", "SO"): 141_981,
            ("4600 t", "DRO"): 149_043,
            ("4600 t", "RO"): 149_662,
        },
        "event": {
            ("no DR", "DRO"): 158_879,
            ("DR 10-12", "DRO"): 149_784,
            ("DR 18-20", "DRO"): 114_857,
        },
        "samples": {
            ("N = 100", "DRO"): 115_486,
            ("N = 150", "DRO"): 115_422,
            ("N = 200", "DRO"): 115_392,
            ("N = 250", "DRO"): 115_396,
            ("N = 300", "DRO"): 115_227,
            ("N = 350", "DRO"): 114_857,
        },
        "method": {},
    }
)
"""Total costs by table, case and method [CNY]. The paper solved in 28 to 92 s with Gurobi, N = 350
in 91.7 s; its own tables differ by 39 CNY in the base case."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "target": "Target output, DR 18-20",
        "event": "DR scenario, 4000 t",
        "samples": "Sample size, 4000 t, DR 18-20",
        "method": "Further methods, 4000 t, DR 18-20 (not in the paper)",
    }
)


@dataclass(frozen=True, slots=True)
class CostRow:
    """A plan of the rebuilt factory.

    Args:
        table: one of `TITLES`.
        case: what differs.
        method: `"SO"`, `"DRO"`, `"RO"`, ...
        cost: total [CNY].
        day_ahead: bill of the announced schedule.
        intraday: worst expected bill of the schedule that is run.
        settlement: fines less subsidies of the event.
        multiplier: cost of a unit of the radius.
        wall_s: time of the plan [s].
    """

    table: str
    case: str
    method: str
    cost: float
    day_ahead: float
    intraday: float
    settlement: float
    multiplier: float
    wall_s: float

    @property
    def published(self) -> float | None:
        """The published total [CNY]."""
        return PUBLISHED[self.table].get((self.case, self.method))


@dataclass(frozen=True, slots=True)
class FormRow:
    """A formulation of the same problem, timed.

    Args:
        form: its name.
        n: samples.
        rows: of the last problem that was solved.
        cost: total [CNY].
        wall_s: by the clock [s].
        cpu_s: on the processor [s].
        ratio: CPU time by that of the cuts on as many samples.
    """

    form: str
    n: int
    rows: int
    cost: float
    wall_s: float
    cpu_s: float
    ratio: float


def cost_cells(row: CostRow) -> list[str]:
    """A row as text."""
    published = row.published
    return [
        row.case,
        row.method,
        "" if published is None else f"{published:,.0f}",
        f"{row.cost:,.0f}",
        "" if published is None else f"{row.cost / published - 1:+.2%}",
        *(f"{value:,.0f}" for value in (row.day_ahead, row.intraday, row.settlement)),
    ]


def form_cells(row: FormRow) -> list[str]:
    """A row as text."""
    return [
        row.form,
        str(row.n),
        f"{row.rows:,}",
        f"{row.cost:,.2f}",
        f"{row.wall_s:.2f}",
        f"{row.cpu_s:.2f}",
        f"{row.ratio:.0f}x",
    ]


def cost_tables(rows: Sequence[CostRow]) -> list[Table]:
    """A table for each of `TITLES`, for the terminal."""
    by_table = {name: [row for row in rows if row.table == name] for name in TITLES}
    return [
        filled_table(TITLES[name], COST_HEADERS, map(cost_cells, own), left=2)
        for name, own in by_table.items()
        if own
    ]


def form_table(rows: Sequence[FormRow]) -> Table:
    """Times, for the terminal."""
    title = "Time of a plan, 4000 t, DR 18-20"
    return filled_table(title, FORM_HEADERS, map(form_cells, rows), left=1)
