"""The demo's report: one HTML file that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..envs.heater_record import HeaterRecord
from ..twins.errors import InputError, MissingExtraError
from ..twins.whole_file import write_whole
from .aggregates import Summary
from .compare import Comparison
from .demo import DEMO_FORMAT, Demo
from .store import check_out, write_result
from .stories import Story
from .tables import HEADERS, optimum_note, score_interval, summary_cells
from .wording import PLANTS, policy_words

try:
    from plotly.graph_objects import Figure
    from plotly.offline import get_plotlyjs

    from .day_figure import day_figure
    from .figures import LOWEST_SCORE, compared_policies, cost_figure, score_figure
    from .heater_figure import heater_figure
except ImportError as error:
    raise MissingExtraError(error.name or "plotly", "report") from None

_TITLE = "Factories and a heater, real prices"
REPORT_MARK = '<meta name="generator" content="plantgym">'

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; margin: 0; background: #fff; }
main { max-width: 1240px; margin: 0 auto; padding: 1.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; margin: 0 0 .3rem; }
h2 { margin: 3rem 0 .3rem; border-top: 1px solid #ddd; padding-top: 1.5rem; }
h3 { margin: 1.6rem 0 .2rem; font-size: 1.05rem; }
p, li { max-width: 62rem; }
.quiet { color: #666; font-size: .9rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .8rem 0; }
th, td { padding: .25rem .9rem; text-align: right; border-bottom: 1px solid #e5e5e5; }
th { font-weight: 600; vertical-align: bottom; border-bottom: 2px solid #999; }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
tbody tr.first td { border-top: 2px solid #bbb; }
tr.optimum td { font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; }
"""

_FACTORY_DAY = (
    "prices; the rate at which each task runs; stocks between their limits (0 and 100 %), products "
    "up to the target of the day; powers"
)
_HEATER_DAY = (
    "prices; heater power and the heat that the store gives to the water, with the calls of the "
    "grid operator; the brick and the room between their limits (dotted)"
)


def check_report(out: Path) -> None:
    """Make sure, before minutes of work, that the report and its results may be written.

    Raises:
        InputError: a name that is not .html, or files that are not ours.
    """
    if out.suffix != ".html":
        raise InputError("--out", str(out), "give a name that ends in .html")
    check_out(out, REPORT_MARK)
    check_out(results_beside(out), DEMO_FORMAT)


def write_report(demo: Demo, out: Path) -> None:
    """Write the report, and the results as JSON beside it."""
    write_result(results_beside(out), demo.as_dict(), DEMO_FORMAT)
    write_whole(out, report_html(demo))


def results_beside(out: Path) -> Path:
    """Where the results of a report go."""
    return out.with_suffix(".json")


def report_html(demo: Demo) -> str:
    """The whole report: plotly.js stands in it once, and nothing is loaded from elsewhere."""
    first = demo.comparisons[0]
    days = len({row["day"] for row in first.rows})
    sections = [
        _section(comparison, story)
        for comparison, story in zip(demo.comparisons, demo.stories, strict=True)
    ]
    body = f"""
<h1>{_TITLE}</h1>
<p>What does a plant save if it shifts its load to the hours when energy is cheap? Each policy runs
the same {days} test days of each plant. Factories must meet the production target of the day, the
heater must keep its office warm and settles at the end what its store holds.</p>
{_policy_list(demo.comparisons)}
<h2>Results</h2>
{_results(demo)}
<p class="quiet">Cost of a day: energy, less what is sold, with all penalties, demand response and
missed production or cold rooms. Saving: against the reference rule (rule; timer for the heater).
Gap: above the optimum. Score: share of the possible saving that is reached, 0 the reference rule
and 1 the optimum; mean of the middle half of the days, with its
95 % bootstrap interval. Decision: median time of one decision, planning included.</p>
<h3>Scores</h3>
{_chart(score_figure(demo.comparisons))}
<p class="quiet">Lines: 95 % intervals. {_undrawn(demo)}</p>
{"".join(sections)}
"""
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{REPORT_MARK}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>plantgym: {_TITLE}</title>\n<style>{_STYLE}</style>\n"
        f"<script>{get_plotlyjs()}</script>\n</head>\n<body>\n<main>{body}</main>\n</body>\n</html>\n"
    )


def _policy_list(comparisons: Sequence[Comparison]) -> str:
    entries = "".join(
        f'<dt><span class="swatch" style="background:{policy_words(policy).colour}"></span>'
        f" {escape(policy)}</dt><dd>{escape(policy_words(policy).meaning)}</dd>"
        for policy in compared_policies(comparisons)
    )
    return f"<dl>{entries}</dl>"


def _results(demo: Demo) -> str:
    headers = ("plant", "policy", *HEADERS, "95 % interval of the score")
    head = "".join(f"<th>{escape(header)}</th>" for header in headers)
    rows = "".join(
        _result_row(comparison, summary, first=place == 0)
        for comparison in demo.comparisons
        for place, summary in enumerate(comparison.summary())
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _result_row(comparison: Comparison, summary: Summary, *, first: bool) -> str:
    texts = (
        comparison.plant if first else "",
        summary.policy,
        *summary_cells(summary, comparison.currency),
        score_interval(summary),
    )
    cells = "".join(f"<td>{escape(text)}</td>" for text in texts)
    kind = f"{'first ' if first else ''}{summary.policy}"
    return f'<tr class="{escape(kind)}">{cells}</tr>'


def _undrawn(demo: Demo) -> str:
    """Which scores are too low for the chart."""
    found = [
        f"{summary.policy} at {comparison.plant} ({summary.score_iqm:.1f})"
        for comparison in demo.comparisons
        for summary in comparison.summary()
        if summary.score_iqm is not None and summary.score_iqm < LOWEST_SCORE
    ]
    return f"Too low to be drawn: {', '.join(found)}." if found else ""


def _section(comparison: Comparison, story: Story[Any, Any]) -> str:
    plant, record = comparison.plant, next(iter(story.records.values()))
    is_heater = isinstance(record, HeaterRecord)
    caption, figure = (_HEATER_DAY, heater_figure) if is_heater else (_FACTORY_DAY, day_figure)
    sources = {"plant": record.plant.sources.get("plant", "-"), **comparison.sources}
    source_list = "".join(
        f"<li>{escape(topic)}: {escape('of the plant' if source == plant else source)}</li>"
        for topic, source in sources.items()
    )
    return f"""
<h2>{escape(plant)}</h2>
<p>{escape(PLANTS[plant])}. {optimum_note(comparison.rows)}</p>
<h3>Cost of each day</h3>
{_chart(cost_figure(comparison))}
<h3>{record.date}, the day on which most could be saved</h3>
<p class="quiet">From above: {caption}. Click on a legend entry to hide it, point at anything
to read it, drag to zoom, double-click to go back.</p>
{_chart(figure(story))}
<ul class="quiet">{source_list}</ul>
"""


def _chart(figure: Figure) -> str:
    html: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        config={"displaylogo": False, "responsive": True, "doubleClick": "reset"},
    )
    return html
