"""What figures of a day share: a column a policy, rows that share an axis, a legend a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..twins.stn_tables import Floats

_LIMIT = {"color": "#c43c3c", "width": 1, "dash": "dot"}
_TICK_H = 4.0


def policy_columns(
    costs: Mapping[str, float], currency: str, row_heights: Sequence[float]
) -> go.Figure:
    """An empty figure with a column a policy, whose cost stands above it.

    Args:
        costs: of the day, by policy [currency].
        currency: of the costs.
        row_heights: of its rows, in proportion.
    """
    return make_subplots(
        rows=len(row_heights),
        cols=len(costs),
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.02,
        vertical_spacing=0.04,
        row_heights=row_heights,
        column_titles=[f"<b>{name}</b>: {cost:,.0f} {currency}" for name, cost in costs.items()],
    )


class FigureColumn:
    """One policy's column of a day figure.

    Args:
        figure: the figure, made with subplots.
        column: number of the column, from 1.
        clock_h: clock hours of the edges of all steps [T + 1].
    """

    def __init__(self, figure: go.Figure, column: int, clock_h: Floats) -> None:
        self._figure = figure
        self._column = column
        self._clock_h = clock_h

    def stairs(self, row: int, values: Floats, name: str, colour: str, dash: str = "solid") -> None:
        """Draw a series of T steps as a staircase."""
        self._trace(row, np.append(values, values[-1]), name, colour, dash, "hv")

    def curve(self, row: int, values: Floats, name: str, colour: str) -> None:
        """Draw a series of the T + 1 edges of steps as a curve."""
        self._trace(row, values, name, colour, "solid", "linear")

    def limits(self, row: int, values: Iterable[float]) -> None:
        """Draw dotted lines across a row."""
        for value in values:
            self._figure.add_hline(y=value, line=_LIMIT, row=row, col=self._column)

    def window(self, start: int, end: int, colour: str) -> None:
        """Shade the steps of an event in all rows."""
        self._figure.add_vrect(
            x0=self._clock_h[start],
            x1=self._clock_h[end],
            fillcolor=colour,
            line_width=0,
            row="all",
            col=self._column,
        )

    def window_entry(self, row: int, name: str, colour: str) -> None:
        """Tell in a row's legend what is shaded."""
        self._figure.add_scatter(
            x=[None],
            y=[0.0],
            mode="markers",
            marker={"symbol": "square", "size": 14, "color": colour},
            **self.legend(name, row),
            row=row,
            col=self._column,
        )

    def legend(self, name: str, row: int) -> dict[str, object]:
        """An entry in the row's legend that switches the series in all columns."""
        return {
            "name": name,
            "legend": f"legend{row}",
            "legendgroup": f"{row} {name}",
            "showlegend": self._column == 1,
        }

    def _trace(
        self, row: int, values: Floats, name: str, colour: str, dash: str, shape: str
    ) -> None:
        self._figure.add_scatter(
            x=self._clock_h,
            y=values,
            mode="lines",
            line={"color": colour, "width": 2 if dash == "solid" else 1.5, "dash": dash},
            line_shape=shape,
            **self.legend(name, row),
            row=row,
            col=self._column,
        )


def clock_axis(figure: go.Figure, clock_h: Floats, last_row: int) -> None:
    """Label the clock below the last row, but for the end of the day: there the next column begins.

    Args:
        figure: the figure.
        clock_h: clock hours of the edges of all steps [T + 1], counted on beyond midnight.
        last_row: number of the lowest row.
    """
    ticks = np.arange(clock_h[0], clock_h[-1], _TICK_H)
    labels = [f"{hour % 24:g}" for hour in ticks]
    span = [clock_h[0], clock_h[-1]]
    figure.update_xaxes(range=span, tickvals=ticks, ticktext=labels, showgrid=False)
    figure.update_xaxes(title="Clock hour", row=last_row)


def fit_row(figure: go.Figure, row: int, include: Iterable[float] = ()) -> None:
    """Give a row its own legend beside it, and one range for all its columns.

    The range is set here, because plotly.js misjudges the range of axes that match each other.

    Args:
        figure: the figure.
        row: number of the row, from 1.
        include: values that the range shall cover beside those that are drawn.
    """
    axis = figure.get_subplot(row, 1).yaxis
    legend = {"x": 1.01, "y": axis.domain[1], "yanchor": "top", "font": {"size": 12}}
    figure.update_layout({f"legend{row}": legend})
    drawn = [np.asarray(trace.y, np.float64) for trace in figure.select_traces(row=row)]
    values = np.concatenate([*drawn, np.fromiter(include, np.float64)])
    margin = 0.06 * float(np.ptp(values)) or 1.0
    figure.update_yaxes(range=[values.min() - margin, values.max() + margin], row=row)
