"""The picture of the leaderboard: scores of all policies, a panel an env."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..twins.errors import MissingExtraError
from .leaderboard_scores import Standing, Standings
from .scores import OPTIMUM

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOWEST, _HIGHEST = -0.3, 1.08
"""Scores that are drawn; what is lower stands at the edge as a number."""

_LEGEND = "score: 0 the rule, 1 the optimum; lines: 95 % intervals; orange: learned"
_LEARNED, _PLANNED, _QUIET = "#c2410c", "#1d4ed8", "#d4d4d4"


def draw_scores(rounds: Sequence[Standings], path: Path) -> None:
    """Save scores with their intervals, a row a policy and a panel an env, as PNG.

    Args:
        rounds: of one setting.
        path: of the picture.

    Raises:
        MissingExtraError: without the packages of the extra `report`.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(error.name or "matplotlib", "report") from None
    policies = _policies(rounds)
    figure = Figure(figsize=(2.3 * len(rounds) + 1.5, 0.3 * len(policies) + 1.3))
    figure.set_layout_engine("constrained")
    panels = figure.subplots(1, len(rounds), sharey=True, squeeze=False)[0]
    for panel, each in zip(panels, rounds, strict=True):
        _draw_round(panel, each, policies)
    panels[0].set_yticks(range(len(policies)), policies)
    panels[0].set_ylim(max(1, len(policies)) - 0.5, -0.5)
    figure.supxlabel(_LEGEND, fontsize="small")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _draw_round(panel: Axes, each: Standings, policies: Sequence[str]) -> None:
    for at in (0.0, 1.0):
        panel.axvline(at, color=_QUIET, linewidth=1.0, zorder=0)
    for row, policy in enumerate(policies):
        standing = each.of(policy)
        if standing is not None and standing.score is not None and standing.interval is not None:
            _draw_standing(panel, row, standing, standing.score, standing.interval)
    panel.set_xlim(_LOWEST, _HIGHEST)
    panel.set_title(each.round.env, fontsize="medium")
    panel.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)


def _draw_standing(
    panel: Axes, row: int, one: Standing, score: float, interval: tuple[float, float]
) -> None:
    colour = _LEARNED if one.learns else _PLANNED
    if score < _LOWEST:
        panel.text(_LOWEST, row, f"← {score:.1f}", color=colour, va="center", fontsize="small")
        return
    panel.plot(interval, [row, row], color=colour, linewidth=2.0, alpha=0.5)
    panel.plot([score], [row], "o", color=colour, markersize=5)


def _policies(rounds: Sequence[Standings]) -> list[str]:
    """Names of those that were run anywhere, but for the two that define the score."""
    means = {}
    for name in dict.fromkeys(one.policy for each in rounds for one in each.ran):
        if name == OPTIMUM or any(name == each.round.reference for each in rounds):
            continue
        own = [one.score for each in rounds if (one := each.of(name)) and one.score is not None]
        means[name] = sum(own) / len(own) if own else float("-inf")
    return sorted(means, key=lambda name: means[name], reverse=True)
