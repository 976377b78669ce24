"""The running day of a heater's episode as text, for terminals and logs."""

from __future__ import annotations

import textwrap

import numpy as np

from ..twins.heater_episode_state import COST_PARTS, METER
from ..twins.heater_heat_kernel import BRICK, MASS, ROOM, WATER
from ..twins.stn_tables import Floats
from .heater_record import HeaterRecord
from .picture_data import number
from .text_picture import WIDTH, spark

_LABEL, _PER_DAY, _PER_CELL = 16, 96, 2
_CALL_MARK = {"reduce": "▼", "absorb": "▲"}

Row = tuple[str, str, str]
"""Label, one character each half hour, and what they mean."""


def heater_text(record: HeaterRecord) -> str:
    """Draw the running day with characters, at most 100 columns wide; ends with a newline."""
    now = record.temp_c[-1]
    state = (
        f"brick {now[BRICK]:.0f}, water {now[WATER]:.1f}, room {now[ROOM]:.2f}, "
        f"mass {now[MASS]:.2f} degC"
    )
    lines = [
        _heading(record),
        *textwrap.wrap(_cost_caption(record), WIDTH, subsequent_indent="  "),
        state,
        "",
        *(f"{label:{_LABEL}} {cells} {note}" for label, cells, note in _rows(record)),
        f"Calls: {_CALL_MARK['reduce']} draw less, {_CALL_MARK['absorb']} draw more.",
    ]
    return "".join(f"{line.rstrip()[:WIDTH]}\n" for line in lines)


def _heading(record: HeaterRecord) -> str:
    view = record.outlook
    steps = len(view.buy_price_per_kwh)
    minutes = 60 * view.start_hour + 15 * view.step
    clock = f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
    return f"{record.plant.name}, from {record.date}, {clock} (step {view.step} of {steps})"


def _cost_caption(record: HeaterRecord) -> str:
    """Cost so far, and the parts that are not zero."""
    parts = record.cost.sum(axis=0)
    named = [f"{name} {number(part)}" for name, part in zip(COST_PARTS, parts, strict=True) if part]
    total = f"Cost so far {number(float(parts.sum()))} {record.terms.currency}"
    return f"{total}: {', '.join(named)}" if named else total


def _rows(record: HeaterRecord) -> list[Row]:
    view = record.outlook
    steps = len(view.buy_price_per_kwh)
    start = min(view.step, steps - 1) // _PER_DAY * _PER_DAY
    day = slice(start, start + _PER_DAY)
    price, ambient = view.buy_price_per_kwh[day], view.weather.ambient_c[day]
    first = view.step - len(record.meter)
    load_kw, brick_c, room_c = (
        _placed(record.meter[:, METER.index(name)], first, steps)[day]
        for name in ("load_kw", "brick_c", "room_c")
    )
    hours = "".join(f"{(view.start_hour + h) % 24:02d}  " for h in range(0, 24, 2))
    limits = record.plant.brick.min_c, record.plant.brick.max_c
    return [
        ("hour", hours, ""),
        _row("price", price, f"{record.terms.currency}/kWh, expected from now on"),
        _row("outside", ambient, "degC, expected from now on"),
        _row("load", load_kw, "kW", low=0.0),
        _row("brick", brick_c, "degC", *limits),
        _row("room", room_c, "degC"),
        ("calls", _call_cells(record)[start // _PER_CELL : (start + _PER_DAY) // _PER_CELL], ""),
    ]


def _placed(values: Floats, first: int, steps: int) -> Floats:
    """Metered values at their places in the episode [T], NaN where there are none."""
    placed = np.full(steps, np.nan)
    placed[first : first + len(values)] = values
    return placed


def _row(
    label: str, values: Floats, unit: str, low: float | None = None, high: float | None = None
) -> Row:
    """A row of half-hourly means [96 quarters], on a scale from the least to the greatest."""
    cells = values.reshape(-1, _PER_CELL).mean(axis=1)
    if np.isnan(cells).all():
        return label, " " * len(cells), ""
    low = float(np.nanmin(cells)) if low is None else low
    high = float(np.nanmax(cells)) if high is None else high
    return label, spark(cells, low, high), f"{number(low)} to {number(high)} {unit}"


def _call_cells(record: HeaterRecord) -> str:
    view = record.outlook
    cells = [" "] * (len(view.buy_price_per_kwh) // _PER_CELL)
    for call in view.calls:
        for cell in range(call.start_step // _PER_CELL, -(-call.end_step // _PER_CELL)):
            cells[cell] = _CALL_MARK[call.kind]
    return "".join(cells)
