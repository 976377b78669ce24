"""One day of a plant under several policies, side by side."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from ..envs.day_record import DayRecord
from ..twins.outlook import Outlook
from ..twins.plant import Material
from ..twins.stn_state import METER
from ..twins.stn_tables import Floats
from .figure_column import FigureColumn, clock_axis, fit_row, policy_columns
from .figures import apply_style
from .stories import Story

_PRICE, _MODES, _STOCKS, _POWER = 1, 2, 3, 4
_POWERS = {
    "load_kw": ("plant load", "#222222"),
    "generation_kw": ("PV and wind", "#e0a91e"),
    "buy_kw": ("drawn from the grid", "#3b7dd8"),
    "sell_kw": ("fed into the grid", "#1a9a6c"),
}
_STOCK_COLOURS = (
    *("#3b7dd8", "#e08a1e", "#1a9a6c", "#b0489c", "#7a5c3e"),
    *("#5c6b73", "#c43c3c", "#84a940", "#4bb3c4", "#8f7ae0"),
)
_EVENT_COLOUR = "rgba(196, 60, 60, 0.13)"
_MODE_COLOURS = ((0.0, "#f2f4f7"), (1.0, "#2f6db5"))
_MW_FROM_KW = 5000.0


def day_figure(story: Story[DayRecord, Outlook]) -> go.Figure:
    """Prices, modes, stocks and powers over the day, a column a policy."""
    first = next(iter(story.records.values()))
    currency, tasks = first.plant.currency, len(first.plant.tasks)
    heights = [150, 60 + 22 * tasks, max(240, 27 * len(first.plant.materials)), 220]
    figure = policy_columns(story.costs, currency, heights)
    for column, record in enumerate(story.records.values(), start=1):
        cell = _Column(figure, column, record)
        cell.add_prices(story.morning)
        cell.add_modes()
        cell.add_stocks()
        cell.add_powers(story.morning)
        cell.mark_event()
    clock_axis(figure, _clock_h(first), _POWER)
    figure.update_yaxes(title=f"Price<br>[{currency}/kWh]", row=_PRICE, col=1)
    figure.update_yaxes(title="Tasks", row=_MODES, col=1)
    figure.update_yaxes(autorange="reversed", row=_MODES)
    figure.update_yaxes(title="Stocks<br>[% of their room]", row=_STOCKS, col=1)
    figure.update_yaxes(title=f"Power<br>[{_power_unit(first)[0]}]", row=_POWER, col=1)
    apply_style(figure, sum(heights) + 110)
    figure.update_layout(hovermode="x", margin={"l": 120, "t": 60})
    fit_row(figure, _PRICE)
    fit_row(figure, _STOCKS)
    fit_row(figure, _POWER, (0.0,))
    return figure


class _Column(FigureColumn):
    """One policy's column of a day figure."""

    def __init__(self, figure: go.Figure, column: int, record: DayRecord) -> None:
        super().__init__(figure, column, _clock_h(record))
        self._record = record
        self._unit, self._kw = _power_unit(record)

    def add_prices(self, morning: Outlook) -> None:
        known = self._record.outlook.buy_price_per_kwh
        expected = morning.buy_forecast_per_kwh
        self.stairs(_PRICE, known, "price", "#222222")
        if not np.array_equal(known, expected):
            self.stairs(_PRICE, expected, "price forecast", "#999999", "dash")

    def add_modes(self) -> None:
        record = self._record
        tops = np.array([len(task.modes) for task in record.plant.tasks])
        self._figure.add_heatmap(
            x=self._clock_h,
            y=[task.name for task in record.plant.tasks],
            z=(record.level / tops).T,
            zmin=0,
            zmax=1,
            text=_mode_texts(record),
            hovertemplate="%{text}<extra></extra>",
            colorscale=_MODE_COLOURS,
            colorbar={
                "tickvals": [0, 1],
                "ticktext": ["stands", "full rate"],
                "lenmode": "pixels",
                "len": 90,
                "thickness": 14,
                "y": self._figure.get_subplot(_MODES, 1).yaxis.domain[1],
                "yanchor": "top",
                "x": 1.01,
            },
            xgap=1,
            ygap=3,
            showscale=self._column == 1,
            row=_MODES,
            col=self._column,
        )

    def add_stocks(self) -> None:
        record = self._record
        for index, material in enumerate(record.plant.materials):
            stock_t = record.stock_t[:, index]
            full_t, of_what = _full_stock(material)
            self._figure.add_scatter(
                x=self._clock_h,
                y=100 * (stock_t - material.min_t) / (full_t - material.min_t),
                customdata=stock_t,
                hovertemplate=f"%{{customdata:,.1f}} {record.plant.stock_unit}",
                mode="lines",
                line={"color": _STOCK_COLOURS[index % len(_STOCK_COLOURS)], "width": 2},
                **self.legend(f"{material.name}{of_what}", _STOCKS),
                row=_STOCKS,
                col=self._column,
            )
        self.limits(_STOCKS, (0, 100))

    def add_powers(self, morning: Outlook) -> None:
        record = self._record
        for name, (label, colour) in _POWERS.items():
            power_kw = record.meter[:, METER.index(name)]
            if power_kw.any() and (name != "buy_kw" or record.outlook.generation_kw.any()):
                self.stairs(_POWER, power_kw / self._kw, label, colour)
        if morning.generation_kw.any():
            expected = morning.generation_kw / self._kw
            self.stairs(_POWER, expected, "PV and wind forecast", "#e0a91e", "dash")
        if record.outlook.dr is not None:
            baseline = record.outlook.baseline_load_kw / self._kw
            self.stairs(_POWER, baseline, "baseline load", "#c43c3c", "dash")

    def mark_event(self) -> None:
        event = self._record.outlook.dr
        if event is None:
            return
        self.window(event.start_step, event.end_step, _EVENT_COLOUR)
        name = f"DR event: {event.award_kw / self._kw:,.1f} {self._unit}"
        self.window_entry(_POWER, name, _EVENT_COLOUR)


def _clock_h(record: DayRecord) -> Floats:
    """Clock hours of the edges of all steps [T + 1]."""
    edges: Floats = record.step_h * np.arange(len(record.level) + 1.0)
    return edges + record.plant.start_hour


def _power_unit(record: DayRecord) -> tuple[str, float]:
    """Unit for powers of the plant, and its size in kW."""
    return ("MW", 1000.0) if record.plant.max_power_kw >= _MW_FROM_KW else ("kW", 1.0)


def _full_stock(material: Material) -> tuple[float, str]:
    """Stock that is drawn as 100 %, and what to say of it: products are drawn up to the target."""
    if material.end_min_t is not None and material.end_min_t > material.initial_t:
        return material.end_min_t, " (100 %: target)"
    return material.max_t, ""


def _mode_texts(record: DayRecord) -> list[list[str]]:
    """What each cell of the mode chart says [J, T]."""
    texts = []
    for levels, task in zip(record.level.T, record.plant.tasks, strict=True):
        powers_kw = [0.0, *(mode.power_kw for mode in task.modes)]
        drawn_kw = np.interp(levels, np.arange(len(powers_kw)), powers_kw)
        texts.append(
            [
                f"{task.name}: mode {level:.4g} of {len(task.modes)}, {power_kw:,.0f} kW"
                for level, power_kw in zip(levels, drawn_kw, strict=True)
            ]
        )
    return texts
