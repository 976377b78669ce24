"""The day so far as a picture, drawn with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from ..twins.outlook import DrEvent
from ..twins.plant import StnPlant
from ..twins.stn_tables import Floats
from . import picture_data as data
from .day_record import DayRecord

DPI = 100
_WIDTH, _LEFT, _RIGHT, _TOP, _GAP, _BOTTOM = 11.0, 1.35, 2.05, 1.05, 0.33, 0.5
"""Width of the picture, and its margins [inch]."""
_TASK, _TASKS_AT_LEAST, _STOCK, _PRICE, _POWER = 0.28, 0.8, 0.36, 1.1, 2.0
"""Heights of the row of a task and of a stock, and of panels [inch]."""

_INK, _GREY, _GRID, _RED, _AMBER = "#222222", "#808080", "#e6e6e6", "#c8102e", "#e69f00"
_BLUE, _GREEN, _TEAL, _PURPLE = "#0072b2", "#007a5a", "#5ab4ac", "#7b3294"
_SMALL, _NORMAL, _LARGE = 8, 9, 12
_WIDEST_CAPTION = 130
_DASHED = (0.0, (4.0, 2.5))
_LIMIT_SHOWN = 1.3
"""The import limit is shown if it is at most this many times the highest power of the day."""


def rgb_array(record: DayRecord) -> NDArray[np.uint8]:
    """Draw the day so far.

    Returns:
        Pixels [H, W, 3]. The size depends on the plant only.
    """
    figure = Figure(figsize=size_inch(record.plant), dpi=DPI)
    canvas: Any = FigureCanvasAgg(figure)  # some of its methods carry no types
    draw_day(figure, record)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def size_inch(plant: StnPlant) -> tuple[float, float]:
    """Width and height of the picture of a plant's day [inch]."""
    heights = _panel_heights(plant)
    return _WIDTH, _TOP + sum(heights) + _GAP * (len(heights) - 1) + _BOTTOM


def draw_day(figure: Figure, record: DayRecord) -> None:
    """Draw the day so far on an empty figure of that size."""
    figure.set_facecolor("white")
    _draw_captions(figure, record)
    panels = _add_panels(figure, record.plant)
    drawers = (_draw_tasks, _draw_stocks, _draw_price, _draw_power)
    for draw, axes in zip(drawers, panels, strict=True):
        _draw_frame(axes, record)
        draw(axes, record)
    panels[-1].tick_params(labelbottom=True)
    panels[-1].set_xlabel("clock hour", size=_SMALL, color=_INK)


def _panel_heights(plant: StnPlant) -> tuple[float, ...]:
    tasks = max(_TASK * len(plant.tasks), _TASKS_AT_LEAST)
    return tasks, _STOCK * len(plant.materials), _PRICE, _POWER


def _add_panels(figure: Figure, plant: StnPlant) -> list[Axes]:
    """Panels below each other, all as wide as the day."""
    width, height = size_inch(plant)
    top, panels = height - _TOP, []
    for panel_height in _panel_heights(plant):
        top -= panel_height
        box = (_LEFT, top, width - _LEFT - _RIGHT, panel_height)
        panels.append(figure.add_axes(tuple(np.array(box) / (width, height, width, height))))
        top -= _GAP
    return panels


def _draw_captions(figure: Figure, record: DayRecord) -> None:
    width, height = size_inch(record.plant)
    captions = (data.heading(record), data.cost_caption(record), data.dr_caption(record))
    for k, caption in enumerate(captions):
        figure.text(
            _LEFT / width, 1 - (0.24 + 0.2 * k) / height, data.short(caption, _WIDEST_CAPTION),
            size=_NORMAL if k else _LARGE, weight="normal" if k else "bold", color=_INK,
            va="center", parse_math=False,
        )  # fmt: skip


def _draw_frame(axes: Axes, record: DayRecord) -> None:
    """Draw what all panels share: hours, the present, the demand-response window."""
    edges = data.hours(record)
    ticks = np.arange(edges[0], edges[-1] + 1, 1 if record.plant.horizon_h <= 12 else 2)
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks(ticks, [f"{int(tick):02d}:00" for tick in ticks])
    axes.tick_params(labelsize=_SMALL, labelbottom=False, length=2.5, colors=_INK)
    axes.grid(axis="x", color=_GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.axvline(edges[record.outlook.step], color=_INK, linewidth=0.9)
    event = record.outlook.dr
    if event is not None:
        announced = data.dr_status(record) == "announced"
        axes.axvspan(
            edges[event.start_step], edges[event.end_step], zorder=0.6, linewidth=0,
            facecolor="none" if announced else _PURPLE, edgecolor=_PURPLE,
            hatch="////" if announced else None, alpha=0.35 if announced else 0.16,
        )  # fmt: skip


def _title(axes: Axes, title: str) -> None:
    axes.set_title(
        title, loc="left", size=_NORMAL, weight="bold", color=_INK, pad=4, parse_math=False
    )


def _legend(axes: Axes, handles: Sequence[Artist] | None = None) -> None:
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1.008, 1.0), frameon=False,
        fontsize=_SMALL, labelspacing=0.3, handlelength=1.7, borderaxespad=0.0, borderpad=0.0,
    )  # fmt: skip


def _add_rows(axes: Axes, names: list[str]) -> None:
    """Give each task or stock a row, the first at the top."""
    axes.set_ylim(len(names), 0)
    labels = [data.short(name, 16) for name in names]
    axes.set_yticks(np.arange(len(names)) + 0.5, labels, parse_math=False)
    axes.tick_params(axis="y", length=0)
    for row in range(1, len(names)):
        axes.axhline(row, color=_GRID, linewidth=0.8, zorder=0.5)


def _draw_tasks(axes: Axes, record: DayRecord) -> None:
    """Gantt chart: deeper colour for a higher mode, blank for standing, a cross for a trip."""
    plant, edges, first = record.plant, data.hours(record), data.first_step(record)
    _title(axes, "Levels of the tasks" if data.continuous(record) else "Modes of the tasks")
    _add_rows(axes, [task.name for task in plant.tasks])
    highest = max(len(task.modes) for task in plant.tasks)
    for j, task in enumerate(plant.tasks):
        runs = _runs(record.level[:, j])
        bars = [(edges[first + start], (stop - start) * record.step_h) for start, stop, _ in runs]
        colours = [_mode_colour(level / highest) for *_, level in runs]
        axes.broken_barh(bars, (j + 0.14, 0.72), facecolors=colours, linewidth=0)
        if len(task.modes) > 1 and not data.continuous(record):
            for (left, width), (*_, level) in zip(bars, runs, strict=True):
                _write_mode(axes, left + width / 2, j + 0.53, level)
    steps, tasks = np.nonzero(data.tripped(record))
    middle = edges[first + steps] + record.step_h / 2
    trips = axes.scatter(
        middle, tasks + 0.5, s=24, c=_RED, marker="x", linewidths=1.4, label="trip"
    )
    may_trip = any(task.must_run or task.min_run_h > 0 for task in plant.tasks)
    _legend(axes, [*_mode_patches(record, highest), *([trips] if may_trip else [])])
    if record.outlook.dr is not None:
        centre = (edges[record.outlook.dr.start_step] + edges[record.outlook.dr.end_step]) / 2
        axes.annotate(
            f"DR {data.dr_status(record)}", (centre, 0), (0, 4), textcoords="offset points",
            size=_SMALL, ha="center", va="bottom", color=_PURPLE, annotation_clip=False,
        )  # fmt: skip


def _write_mode(axes: Axes, hour: float, row: float, mode: float) -> None:
    axes.text(hour, row, f"{mode:.0f}", size=7, ha="center", va="center", color="white")


def _mode_patches(record: DayRecord, highest: int) -> list[Patch]:
    """What the colours mean, at up to four modes or levels."""
    if data.continuous(record):
        word, marks = "level", np.linspace(highest / 4, highest, 4)
    else:
        word, marks = "mode", np.linspace(1, highest, min(highest, 4)).round()
    return [Patch(color=_mode_colour(mark / highest), label=f"{word} {mark:g}") for mark in marks]


def _runs(levels: Floats) -> list[tuple[int, int, float]]:
    """First step, last step + 1 and level of each stretch in which a task runs unchanged."""
    edges = [0, *(np.nonzero(np.diff(levels))[0] + 1), len(levels)]
    return [
        (start, stop, levels[start])
        for start, stop in pairwise(edges)
        if start < stop and levels[start] > 0
    ]


def _mode_colour(share: float) -> tuple[float, float, float, float]:
    return matplotlib.colormaps["Blues"](0.35 + 0.55 * share)


def _draw_stocks(axes: Axes, record: DayRecord) -> None:
    """A row a stock, filled up to its share of the limits, with a dashed line at its target."""
    plant = record.plant
    hours = data.hours(record)[data.first_step(record) : record.outlook.step + 1]
    _title(axes, f"Stocks [{plant.stock_unit}] within their limits (dashed: target of the day)")
    _add_rows(axes, [material.name for material in plant.materials])
    for m, material in enumerate(plant.materials):
        top = m + 1 - data.share_of_scale(record, m, record.stock_t[:, m])
        axes.fill_between(hours, m + 1, top, color=_TEAL, alpha=0.6, linewidth=0)
        axes.plot(hours, top, color=_TEAL, linewidth=1.2)
        colour = _INK
        if material.end_min_t is not None:
            target = m + 1 - data.share_of_scale(record, m, np.array([material.end_min_t]))[0]
            axes.axhline(target, color=_RED, linewidth=0.9, linestyle=_DASHED)
            colour = _RED if record.stock_t[-1, m] < material.end_min_t else _GREEN
        now, limits = data.stock_caption(record, m)
        for text, y, ink in ((now, 0.3, colour), (limits, 0.72, _GREY)):
            axes.text(
                1.008, m + y, text, size=_SMALL - (ink == _GREY), va="center", color=ink,
                transform=axes.get_yaxis_transform(), parse_math=False,
            )  # fmt: skip


def _step_line(
    axes: Axes,
    values: Floats,
    edges: Floats,
    colour: str,
    label: str,
    *,
    width: float = 1.5,
    style: str | tuple[float, tuple[float, ...]] = "-",
) -> None:
    axes.stairs(
        values, edges, baseline=None, color=colour, label=label, linewidth=width, linestyle=style,
        zorder=2.5 if style == "-" else 2,
    )  # fmt: skip


def _draw_price(axes: Axes, record: DayRecord) -> None:
    outlook, plant, edges = record.outlook, record.plant, data.hours(record)
    known = data.n_known(record)
    before = edges[: known + 1]
    _title(axes, f"Price of energy [{plant.currency}/kWh]")
    _step_line(axes, outlook.buy_price_per_kwh[:known], before, _INK, "buy, realised")
    _step_line(
        axes, outlook.buy_forecast_per_kwh, edges, _GREY, "buy, expected", width=1.2, style=_DASHED
    )
    if plant.site.export_limit_kw > 0:
        sell_price = outlook.sell_price_per_kwh[:known]
        _step_line(axes, sell_price, before, _GREEN, "sell, realised", width=1.2)
    axes.margins(y=0.12)
    _legend(axes)


def _draw_power(axes: Axes, record: DayRecord) -> None:
    """Load and import, export below zero, generation; what a response is measured against."""
    plant = record.plant
    ran = data.hours(record)[data.first_step(record) : record.outlook.step + 1]
    buy_kw, sell_kw = data.metered(record, "buy_kw"), data.metered(record, "sell_kw")
    _title(axes, "Power [kW]")
    _step_line(axes, data.metered(record, "load_kw"), ran, _INK, "load")
    axes.stairs(buy_kw, ran, fill=True, color=_BLUE, alpha=0.3, label="import")
    if plant.site.export_limit_kw > 0:
        axes.stairs(-sell_kw, ran, fill=True, color=_GREEN, alpha=0.5, label="export, below zero")
    if plant.generation_capacity_kw > 0:
        _draw_generation(axes, record)
    highest_kw, limit_kw = _highest_kw(record), plant.site.import_limit_kw
    if limit_kw <= _LIMIT_SHOWN * highest_kw:
        highest_kw = max(highest_kw, limit_kw)
        axes.axhline(limit_kw, color=_BLUE, linewidth=1.2, linestyle=":", label="import limit")
    if record.outlook.dr is not None:
        _draw_response(axes, record, record.outlook.dr)
    axes.set_ylim(-1.1 * float(sell_kw.max(initial=0.0)), 1.06 * highest_kw)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    _legend(axes)


def _highest_kw(record: DayRecord) -> float:
    """Highest load or generation that the day can bring."""
    plant, outlook = record.plant, record.outlook
    full_kw = plant.max_power_kw + float(outlook.base_load_kw.max())
    return max(full_kw, plant.generation_capacity_kw, float(outlook.baseline_load_kw.max()))


def _draw_generation(axes: Axes, record: DayRecord) -> None:
    power_kw, known, edges = record.outlook.generation_kw, data.n_known(record), data.hours(record)
    _step_line(axes, power_kw[:known], edges[: known + 1], _AMBER, "generation")
    _step_line(axes, power_kw[known:], edges[known:], _AMBER, "generation, expected", style=_DASHED)


def _draw_response(axes: Axes, record: DayRecord, event: DrEvent) -> None:
    """The load from which a response is measured, and the load that delivers the award."""
    steps = slice(event.start_step, event.end_step)
    window = data.hours(record)[event.start_step : event.end_step + 1]
    baseline_kw = record.outlook.baseline_load_kw[steps]
    _step_line(axes, baseline_kw, window, _PURPLE, "DR baseline", style=":")
    _step_line(axes, baseline_kw - event.award_kw, window, _PURPLE, "DR baseline less award")
