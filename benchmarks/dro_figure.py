"""The picture of the study: what each method gains on planning on the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..twins.errors import MissingExtraError
from .dro_study import StudyRow

_BASE = "forecast"


def draw_study(rows: Sequence[StudyRow], path: Path) -> None:
    """Save bars of mean and tail gains, a panel a limit, as PNG or SVG by the file's ending.

    Raises:
        MissingExtraError: without the packages of the extra `report`.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(error.name or "matplotlib", "report") from None
    limits = sorted({row.limit_kw for row in rows}, reverse=True)
    figure = Figure(figsize=(4.2 * len(limits), 5.2), layout="constrained")
    panels = figure.subplots(1, len(limits), squeeze=False)[0]
    for panel, limit_kw in zip(panels, limits, strict=True):
        own = [row for row in rows if row.limit_kw == limit_kw and row.method != _BASE]
        methods = list(dict.fromkeys(row.method for row in own))
        bars = [
            (f"{what}, PV {share:.0%}", [_gain(row, what) for row in own if row.pv_share == share])
            for share in dict.fromkeys(row.pv_share for row in own)
            for what in ("mean", "CVaR90")
        ]
        width = 0.8 / len(bars)
        for place, (label, gains) in enumerate(bars):
            at = [y + (place - (len(bars) - 1) / 2) * width for y in range(len(methods))]
            panel.barh(at, gains, height=width, label=label)
        panel.axvline(0.0, color="black", linewidth=0.8)
        panel.set_yticks(range(len(methods)), methods)
        panel.invert_yaxis()
        panel.set_title(f"import limit {limit_kw / 1000:g} MW")
    panels[-1].legend(fontsize="small")
    figure.supxlabel("CNY a day more than planning on the forecast (left is better)")
    figure.savefig(path, dpi=120)


def _gain(row: StudyRow, what: str) -> float:
    return row.mean_gain if what == "mean" else row.cvar90_gain
