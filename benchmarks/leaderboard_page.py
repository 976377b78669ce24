"""The leaderboard as a page in Markdown and as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from ..twins.whole_file import write_whole
from .leaderboard_field import Round, Setting
from .leaderboard_scores import Standing, Standings, overall, standings
from .markdown import markdown_table, with_region
from .tables import filled_table, number_text, percent_text

PAGE = Path("docs") / "leaderboard.md"
IMAGES = "images"
_HEADERS = (
    *("policy", "trainings", "score", "95 % interval", "cost per day", "CVaR95", "gap"),
    *("decision, CPU ms", "training, CPU min"),
)
_NOT_RUN, _NONE = "not run", ""


def all_standings(rounds: Sequence[Round], results: Path) -> dict[Setting, list[Standings]]:
    """The standings of all rounds, by setting.

    Args:
        rounds: what there is.
        results: folder of the result files.

    Raises:
        InputError: files that hold something else.
    """
    found: dict[Setting, list[Standings]] = {}
    for each in rounds:
        found.setdefault(each.setting, []).append(standings(each, results))
    return found


def update_page(page: Path, found: dict[Setting, list[Standings]]) -> None:
    """Write the tables into the page; the text around them stays.

    Raises:
        InputError: a page without the markers, or one that cannot be written.
    """
    write_whole(page, rendered_page(page.read_text("utf-8"), found))


def rendered_page(text: str, found: dict[Setting, list[Standings]]) -> str:
    """The text of the page with the tables as the standings have them.

    Raises:
        InputError: a text without the markers.
    """
    for setting, rounds in found.items():
        text = with_region(str(PAGE), text, setting.name, setting_markdown(setting, rounds))
    return text


def setting_markdown(setting: Setting, rounds: Sequence[Standings]) -> str:
    """All tables of a setting: scores on all envs, then each env."""
    headers, rows = score_rows(rounds)
    parts = [
        markdown_table(headers, rows),
        f"![Scores of all policies, {setting.title.lower()}]({IMAGES}/{image_name(setting)})",
        *map(round_markdown, rounds),
    ]
    return "\n\n".join(parts)


def image_name(setting: Setting) -> str:
    """Name of the picture of a setting."""
    return f"leaderboard_{setting.name}.png"


def round_markdown(each: Standings) -> str:
    """The table of an env."""
    days = f"{each.round.days} test days, costs in {each.currency}." if each.ran else ""
    parts = [f"### {each.round.env}, {each.round.setting.title.lower()}", days]
    if each.ran:
        wanted = len(each.round.training_seeds)
        parts.append(markdown_table(_HEADERS, [_cells(one, wanted) for one in each.ran]))
    for reason in dict.fromkeys(each.missing.values()):
        names = [name for name, told in each.missing.items() if told == reason]
        parts.append(f"{reason.capitalize()}: {', '.join(f'`{name}`' for name in names)}.")
    return "\n\n".join(filter(None, parts))


def score_table(setting: Setting, rounds: Sequence[Standings]) -> Table:
    """Scores on all envs, for the terminal."""
    headers, rows = score_rows(rounds)
    return filled_table(setting.title, headers, rows, left=1)


def score_rows(rounds: Sequence[Standings]) -> tuple[tuple[str, ...], list[list[str]]]:
    """A row a policy, the best first: its score on each env and on all of them."""
    headers = ("policy", *(each.round.env for each in rounds), "all", "95 % interval")
    taking_part = [{one.name for one in each.round.contestants} for each in rounds]
    names = dict.fromkeys(one.name for each in rounds for one in each.round.contestants)
    ranked = []
    for name in names:
        own = [each.of(name) for each in rounds]
        cells = [
            _score(one) if one else _NOT_RUN if name in taking else _NONE
            for one, taking in zip(own, taking_part, strict=True)
        ]
        total = overall(rounds, name)
        cells += [_NONE, _NONE] if total is None else [f"{total[0]:.3f}", _interval(total[1])]
        ranked.append((_rank(own, total), [name, *cells]))
    ranked.sort(key=lambda row: row[0], reverse=True)
    return headers, [cells for _, cells in ranked]


def _rank(own: Sequence[Standing | None], total: tuple[float, object] | None) -> tuple[bool, float]:
    """Policies that were run on all envs come first."""
    if total is not None:
        return True, total[0]
    scores = [one.score for one in own if one is not None and one.score is not None]
    return False, sum(scores) / len(scores) if scores else float("-inf")


def _cells(one: Standing, wanted: int) -> list[str]:
    trainings = "" if one.seeds is None else f"{one.seeds} of {wanted}"
    return [
        one.policy,
        trainings,
        _score(one),
        _interval(one.interval) if one.interval else "-",
        f"{one.cost_mean:,.0f}",
        f"{one.cost_cvar95:,.0f}",
        percent_text(one.gap),
        number_text(one.decision_ms),
        "" if one.training_minutes is None else f"{one.training_minutes:.1f}",
    ]


def _score(one: Standing) -> str:
    return "-" if one.score is None else f"{one.score:.3f}"


def _interval(interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{low:.2f} to {high:.2f}"
