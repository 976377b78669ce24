"""One day of a heater under several policies, side by side."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..envs.heater_record import HeaterRecord
from ..twins.heater_episode_state import METER
from ..twins.heater_heat_kernel import BRICK, ROOM
from ..twins.heater_outlook import CallKind, HeaterOutlook
from ..twins.heater_tables import HOLD_H
from ..twins.stn_tables import Floats
from .figure_column import FigureColumn, clock_axis, fit_row, policy_columns
from .figures import apply_style
from .stories import Story

_PRICE, _POWER, _STORE, _ROOM = 1, 2, 3, 4
_DARK, _QUIET, _BRICK_COLOUR, _ROOM_COLOUR = "#222222", "#999999", "#e08a1e", "#3b7dd8"
_CALLS: dict[CallKind, tuple[str, str]] = {
    "reduce": ("call to draw less", "rgba(196, 60, 60, 0.13)"),
    "absorb": ("call to draw more", "rgba(26, 154, 108, 0.13)"),
}


def heater_figure(story: Story[HeaterRecord, HeaterOutlook]) -> go.Figure:
    """Prices, powers, brick and room over the day, a column a policy."""
    first = next(iter(story.records.values()))
    terms, brick = first.terms, first.plant.brick
    figure = policy_columns(story.costs, terms.currency, [150, 220, 180, 180])
    for column, record in enumerate(story.records.values(), start=1):
        _draw(FigureColumn(figure, column, _clock_h(record)), record, story.morning)
    clock_axis(figure, _clock_h(first), _ROOM)
    figure.update_yaxes(title=f"Price<br>[{terms.currency}/kWh]", row=_PRICE, col=1)
    for row, title in ((_POWER, "Power<br>[kW]"), (_STORE, "Brick<br>[degC]")):
        figure.update_yaxes(title=title, row=row, col=1)
    figure.update_yaxes(title="Room<br>[degC]", row=_ROOM, col=1)
    apply_style(figure, 860)
    figure.update_layout(hovermode="x", margin={"l": 120, "t": 60})
    fit_row(figure, _PRICE)
    fit_row(figure, _POWER, (0.0,))
    fit_row(figure, _STORE, (brick.min_c, brick.max_c))
    fit_row(figure, _ROOM, (terms.room_min_c, terms.room_max_c))
    return figure


def _draw(cell: FigureColumn, record: HeaterRecord, morning: HeaterOutlook) -> None:
    """Fill a policy's column."""
    outlook, terms, brick = record.outlook, record.terms, record.plant.brick
    cell.stairs(_PRICE, outlook.buy_price_per_kwh, "price", _DARK)
    if not np.array_equal(outlook.buy_price_per_kwh, morning.buy_price_per_kwh):
        cell.stairs(_PRICE, morning.buy_price_per_kwh, "price forecast", _QUIET, "dash")
    cell.stairs(_POWER, _mean_kw(record, "heater_kwh"), "heater power", _DARK)
    cell.stairs(_POWER, _mean_kw(record, "released_kwh"), "heat released", _BRICK_COLOUR)
    if outlook.calls:
        cell.stairs(_POWER, outlook.baseline_load_kw, "baseline load", "#c43c3c", "dash")
    cell.curve(_STORE, record.temp_c[:, BRICK], "brick", _BRICK_COLOUR)
    cell.limits(_STORE, (brick.min_c, brick.max_c))
    cell.curve(_ROOM, record.temp_c[:, ROOM], "room", _ROOM_COLOUR)
    cell.limits(_ROOM, (terms.room_min_c, terms.room_max_c))
    for call in outlook.calls:
        name, colour = _CALLS[call.kind]
        cell.window(call.start_step, call.end_step, colour)
        cell.window_entry(_POWER, f"{name}: {call.award_kw:,.0f} kW", colour)


def _mean_kw(record: HeaterRecord, name: str) -> Floats:
    """Mean power of a metered energy in each step [T]."""
    power_kw: Floats = record.meter[:, METER.index(name)] / HOLD_H
    return power_kw


def _clock_h(record: HeaterRecord) -> Floats:
    """Clock hours of the edges of all steps [T + 1], counted on beyond midnight."""
    edges: Floats = HOLD_H * np.arange(float(len(record.temp_c)))
    return edges + record.outlook.start_hour
