"""The day so far as text, for terminals and logs."""

from __future__ import annotations

import string
import textwrap

import numpy as np

from ..twins.stn_tables import Floats
from . import picture_data as data
from .day_record import DayRecord

WIDTH = 100
_LABEL, _CELLS, _BAR = 16, 60, 24
_MODES = string.digits[1:] + string.ascii_lowercase
_BLOCKS = "▁▂▃▄▅▆▇█"
_DR_MARK = {"announced": "░", "active": "▓", "over": "▒"}

Row = tuple[str, str, str]
"""Label, one character a step, and what they mean."""


def text_picture(record: DayRecord) -> str:
    """Draw the day so far with characters, at most 100 columns wide; ends with a newline."""
    lines = [
        data.heading(record),
        *textwrap.wrap(data.cost_caption(record), WIDTH, subsequent_indent="  "),
        data.dr_caption(record),
        *_time_lines(record),
        "",
        *_stock_lines(record),
        _legend(record),
    ]
    return "".join(f"{line.rstrip()[:WIDTH]}\n" for line in lines)


def _legend(record: DayRecord) -> str:
    running = "levels up to full rate: ▁ to █" if data.continuous(record) else "modes: digits"
    return f"Tasks: {running}, · stands, x trips. Stocks: │ target."


def _time_lines(record: DayRecord) -> list[str]:
    """All that changes with time; in several blocks if the day has many steps."""
    rows = [_hours_row(record), *_task_rows(record), *_series_rows(record)]
    n_steps = len(record.outlook.buy_price_per_kwh)
    width = -(-n_steps // -(-n_steps // _CELLS))
    return [
        line
        for start in range(0, n_steps, width)
        for line in ("", *(_line(*row, start, start + width) for row in rows))
    ]


def _line(label: str, cells: str, note: str, start: int, stop: int) -> str:
    return f"{data.short(label, _LABEL):{_LABEL}} {cells[start:stop]:{stop - start}} {note}"


def _hours_row(record: DayRecord) -> Row:
    """Every hour that has room, above the step with which it begins."""
    per_hour = round(1 / record.step_h)
    every = max(1, 3 // per_hour)
    hours = range(record.plant.start_hour, record.plant.start_hour + record.plant.horizon_h, every)
    return "hour", "".join(f"{hour:02d}".ljust(every * per_hour) for hour in hours), ""


def _task_rows(record: DayRecord) -> list[Row]:
    trips, before = data.tripped(record), " " * data.first_step(record)
    rows = []
    for j, task in enumerate(record.plant.tasks):
        cells = before
        for level, trip in zip(record.level[:, j], trips[:, j], strict=True):
            if level == 0:
                cells += "x" if trip else "·"
            elif data.continuous(record):
                cells += block(level / len(task.modes))
            else:
                cells += _MODES[min(round(level), len(_MODES)) - 1]
        rows.append((task.name, cells, ""))
    return rows


def _series_rows(record: DayRecord) -> list[Row]:
    plant, outlook = record.plant, record.outlook
    known = outlook.buy_price_per_kwh[: data.n_known(record)]
    expected = outlook.buy_forecast_per_kwh
    prices = np.concatenate([known, expected])
    low, high = float(prices.min()), float(prices.max())
    unit = f"{plant.currency}/kWh"
    rows = [
        ("price", spark(known, low, high), f"{data.number(low)} to {data.number(high)} {unit}"),
        ("expected price", spark(expected, low, high), ""),
    ]
    if plant.generation_capacity_kw > 0:
        rows.append(_power_row("generation", outlook.generation_kw))
    before = np.full(data.first_step(record), np.nan)
    for name, label in (("load_kw", "load"), ("buy_kw", "import"), ("sell_kw", "export")):
        if name != "sell_kw" or plant.site.export_limit_kw > 0:
            rows.append(_power_row(label, np.concatenate([before, data.metered(record, name)])))
    if outlook.dr is not None:
        mark, event = _DR_MARK[data.dr_status(record)], outlook.dr
        window = " " * event.start_step + mark * (event.end_step - event.start_step)
        rows.append(("DR window", window, f"{mark} {data.dr_status(record)}"))
    return rows


def _power_row(label: str, power_kw: Floats) -> Row:
    top = float(np.nanmax(power_kw, initial=0.0))
    return label, spark(power_kw, 0.0, top), f"0 to {data.number(top)} kW"


def spark(values: Floats, low: float, high: float) -> str:
    """A character for each value, the higher the fuller; a blank for NaN."""
    span = (high - low) or 1.0
    return "".join(" " if np.isnan(value) else block((value - low) / span) for value in values)


def block(share: float) -> str:
    """A character that is filled by a share of its height."""
    return _BLOCKS[min(int(share * len(_BLOCKS)), len(_BLOCKS) - 1)]


def _stock_lines(record: DayRecord) -> list[str]:
    """A bar of each stock, from its lower limit up, with a mark at its target."""
    lines = []
    for m, material in enumerate(record.plant.materials):
        share = float(data.share_of_scale(record, m, record.stock_t[-1:, m])[0])
        filled = round(share * _BAR)
        bar = list("█" * filled + "·" * (_BAR - filled))
        if material.end_min_t is not None:
            target = data.share_of_scale(record, m, np.array([material.end_min_t]))[0]
            bar[min(max(0, round(float(target) * _BAR)), _BAR - 1)] = "│"
        name = data.short(material.name, _LABEL)
        now, limits = data.stock_caption(record, m)
        lines.append(f"{name:{_LABEL}} {''.join(bar)} {now} ({limits})")
    return lines
