"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from .aggregates import Summary
from .compare import Comparison
from .scores import Row
from .speed import Measurement

_FILE_WIDTH = 120
_LARGE = 100


HEADERS = ("cost per day", "saving", "gap", "score", "decision")
"""What `summary_cells` says."""

CAPTION = (
    "saving: against the reference rule (rule; timer for heaters); gap: to the optimum; "
    "score: 0 the reference rule, 1 the optimum"
)


def print_table(table: Table) -> None:
    """Print a table; where the output is no terminal, as wide as the table likes."""
    console = Console()
    Console(width=None if console.is_terminal else _FILE_WIDTH).print(table)


def summary_table(comparison: Comparison) -> Table:
    """A row a policy: what it costs, saves, misses, and how long it thinks."""
    days = len({row["day"] for row in comparison.rows})
    settings = comparison.settings
    table = new_table(
        f"{settings['env']} ({comparison.plant}): {days} {settings['split']} days, "
        f"seed {settings['seed']}"
    )
    table.add_column("policy")
    for header in (*HEADERS, "95 % interval of the score"):
        table.add_column(header, justify="right")
    for summary in comparison.summary():
        cells = summary_cells(summary, comparison.currency)
        table.add_row(summary.policy, *cells, score_interval(summary))
    table.caption = f"{CAPTION}\n{optimum_note(comparison.rows)}"
    return table


def demo_table(comparisons: Sequence[Comparison]) -> Table:
    """A row a plant and policy."""
    days = len({row["day"] for row in comparisons[0].rows})
    table = new_table(f"{days} test days of each plant")
    for header in ("plant", "policy"):
        table.add_column(header)
    for header in HEADERS:
        table.add_column(header, justify="right")
    for comparison in comparisons:
        table.add_section()
        for place, summary in enumerate(comparison.summary()):
            plant = "" if place else comparison.plant
            cells = summary_cells(summary, comparison.currency)
            table.add_row(plant, summary.policy, *cells)
    table.caption = CAPTION
    return table


def summary_cells(summary: Summary, currency: str) -> list[str]:
    """Cost, saving, gap, score and decision time, as text."""
    return [
        f"{summary.cost_mean:,.0f} {currency}",
        percent_text(summary.saving),
        percent_text(summary.gap),
        "-" if summary.score_iqm is None else f"{summary.score_iqm:.2f}",
        f"{number_text(summary.decision_ms)} ms",
    ]


def score_interval(summary: Summary) -> str:
    """The 95 % interval of the score, as text."""
    low, high = summary.score_iqm_low, summary.score_iqm_high
    return "-" if low is None or high is None else f"{low:.2f} to {high:.2f}"


def optimum_note(rows: Sequence[Row]) -> str:
    """How exact the optimum is: over all days together, and on the day on which it is least."""
    days = {row["day"]: row for row in rows}.values()
    cost, bound = (sum(row[name] for row in days) for name in ("optimum", "bound"))
    mean = (cost - bound) / abs(cost) if cost else 0.0
    worst = max(row["mip_gap"] for row in days)
    return (
        f"The optimum knows the day in advance; it is proven to within {max(mean, 1e-5):.3%} over "
        f"all days together, and within {max(worst, 1e-5):.3%} on each day."
    )


def speed_table(measurements: Sequence[Measurement]) -> Table:
    """A row a measurement, its goal beside it."""
    table = new_table("Speed")
    table.add_column("case")
    table.add_column("measured", justify="right")
    for header in ("unit", "goal", "met"):
        table.add_column(header)
    for each in measurements:
        met = "" if each.met is None else "yes" if each.met else "no"
        table.add_row(each.case, number_text(each.value, 3), each.unit, each.goal, met)
    return table


def env_table(envs: Sequence[dict[str, Any]]) -> Table:
    """A row an env."""
    table = new_table("Registered envs")
    for header in ("id", "market", "controls", "observed", "steps", "days"):
        table.add_column(header)
    for env in envs:
        table.add_row(
            env["id"],
            env["market"] + (" + DR" if env["dr"] else ""),
            str(env["controls"]),
            str(env["observation_space"]["shape"][0]),
            f"{env['steps']} x {env['step_minutes']} min",
            "/".join(str(days) for days in env["days"].values()),
        )
    table.caption = "observed: numbers; days: train/validation/test; all details: --json"
    return table


def filled_table(
    title: str, headers: Sequence[str], rows: Iterable[Sequence[str]], *, left: int
) -> Table:
    """A table whose first columns, as many as `left`, are words and whose others are numbers."""
    table = new_table(title)
    for place, header in enumerate(headers):
        table.add_column(header, justify="left" if place < left else "right")
    for row in rows:
        table.add_row(*row)
    return table


def new_table(title: str) -> Table:
    """A table without columns yet, as all of them look."""
    return Table(title=title, box=SIMPLE_HEAD, title_justify="left", caption_justify="left")


def number_text(value: float, digits: int = 2) -> str:
    """A number with its leading digits; from 100 on with all of them."""
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.{digits}g}"


def percent_text(share: float | None) -> str:
    """A share in percent."""
    if share is None:
        return "-"
    if abs(share) >= _LARGE / 100:
        return f"{share:,.0%}"
    # Adding zero turns what rounds to minus zero into zero.
    return f"{round(share, 3) + 0.0:.1%}"
