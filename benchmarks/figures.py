"""Interactive charts over many days: scores, and cost of each day."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from .aggregates import Summary
from .compare import Comparison
from .wording import policy_words

LOWEST_SCORE = -0.6
"""Scores below are not drawn, because they would squeeze all others together."""

_PLANT_COLOURS = ("#3b7dd8", "#e08a1e", "#1a9a6c", "#b0489c", "#7a5c3e")
_BAND = 0.6


def apply_style(figure: go.Figure, height: int) -> go.Figure:
    """The look that all charts share."""
    figure.update_layout(
        template="plotly_white",
        height=height,
        font={"family": "system-ui, sans-serif", "size": 13, "color": "#222"},
        margin={"l": 70, "r": 20, "t": 40, "b": 50},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"font": {"family": "system-ui, sans-serif"}},
    )
    return figure


def compared_policies(comparisons: Sequence[Comparison]) -> list[str]:
    """Names of all policies; those that ran on plants of every kind come last."""
    by_plant = [[summary.policy for summary in each.summary()] for each in comparisons]
    names = dict.fromkeys(name for policies in by_plant for name in policies)
    return sorted(names, key=lambda name: all(name in policies for policies in by_plant))


def score_figure(comparisons: Sequence[Comparison]) -> go.Figure:
    """Score of each policy at each plant, with 95 % intervals."""
    figure = go.Figure()
    policies = compared_policies(comparisons)
    for index, comparison in enumerate(comparisons):
        shift = _BAND * (index / max(1, len(comparisons) - 1) - 0.5)
        drawn = [
            (policies.index(summary.policy), summary)
            for summary in comparison.summary()
            if summary.score_iqm is not None and summary.score_iqm >= LOWEST_SCORE
        ]
        figure.add_scatter(
            x=[summary.score_iqm for _, summary in drawn],
            y=[place + shift for place, _ in drawn],
            error_x=_interval([summary for _, summary in drawn]),
            customdata=[summary.policy for _, summary in drawn],
            mode="markers",
            name=comparison.plant,
            marker={"size": 10, "color": _PLANT_COLOURS[index % len(_PLANT_COLOURS)]},
            hovertemplate="%{customdata}: %{x:.3f}",
        )
    figure.update_xaxes(title="Score: share of the possible saving that is reached", zeroline=False)
    figure.update_yaxes(
        tickvals=list(range(len(policies))),
        ticktext=policies,
        range=[len(policies) - 0.5, -0.5],
        showgrid=False,
    )
    for score, text in ((0, "reference rule"), (1, "optimum")):
        figure.add_vline(x=score, line={"color": "#222", "width": 1}, annotation_text=text)
    return apply_style(figure, 80 + 60 * len(policies))


def _interval(summaries: Sequence[Summary]) -> dict[str, object]:
    score = [summary.score_iqm or 0.0 for summary in summaries]
    high = [summary.score_iqm_high or 0.0 for summary in summaries]
    low = [summary.score_iqm_low or 0.0 for summary in summaries]
    return {
        "type": "data",
        "array": [h - s for h, s in zip(high, score, strict=True)],
        "arrayminus": [s - x for x, s in zip(low, score, strict=True)],
        "thickness": 1.5,
        "width": 4,
    }


def cost_figure(comparison: Comparison) -> go.Figure:
    """Cost of each day by policy; random starts hidden, because it dwarfs the others."""
    figure = go.Figure()
    for policy in dict.fromkeys(row["policy"] for row in comparison.rows):
        rows = [row for row in comparison.rows if row["policy"] == policy]
        figure.add_bar(
            x=[row["day"] for row in rows],
            y=[row["cost"] for row in rows],
            name=policy,
            marker_color=policy_words(policy).colour,
            visible="legendonly" if policy == "random" else True,
            hovertemplate="%{x}: %{y:,.0f} " + comparison.currency,
        )
    figure.update_xaxes(title="Day", type="category")
    figure.update_yaxes(title=f"Cost of the day [{comparison.currency}]")
    return apply_style(figure, 360)
