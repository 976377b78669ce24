"""The tables of Ji et al. 2019, ours beside the published ones."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

if TYPE_CHECKING:
    from .sets_study import SetsErrors, SetsMonth

PUBLISHED_SOURCE = (
    "Ji, Yang, Wang, Tian, Okoye, Feng, Energies 2019, 12(24), 4744, doi 10.3390/en12244744, "
    "Tables 1 and 3; means of Table 3 computed anew from its ten days"
)

_NOTE_WIDTH = 85

MONTHS = ("November", "December", "January", "February", "March")

PUBLISHED_KWH = ((3805.0, 3486.3), (5526.9, 5323.3), (5616.0, 5610.0), (5035.1, 4990.2),
                 (3470.8, 3152.7))  # fmt: skip
"""Table 1: energy of a day, metered and by the paper's physical model, November to March [kWh]."""

PUBLISHED_ERRORS = MappingProxyType(
    {"CPM": (0.0188, 0.0513), "PM": (0.125, 0.305), "CM": (0.0455, 0.0719)}
)
"""Table 3: mean and greatest error of the ten test days, by model."""


CONSUMPTION_NOTE = (
    "paper: metered. twin: seasons of the heater's twin in drawn weather, charged from "
    "22 to 1 h and 3 to 5 h (5 h) or 22 to 5 h (7 h); PM there: corrected, true plant"
)

ERROR_NOTE = (
    "paper: 10 test days of its meter. Others: seasons of the heater's twin, 10 days after 120, "
    "and rolling origins. ours: model chosen at rolling origins before; brick: its temperature "
    "known when the day begins. short: 5 h, long: 7 h, mixed: both"
)


class Cells(NamedTuple):
    """A table as text: its header and its rows."""

    header: list[str]
    rows: list[list[str]]


def consumption_cells(months: Sequence[SetsMonth]) -> Cells:
    """Table 1: kWh per day by month, metered and by the physical model, and what that is off by."""
    header = ["month", *("paper", "PM", "off", "twin, 5 h", "PM", "off", "twin, 7 h", "PM", "off")]
    rows = []
    for place, name in enumerate(MONTHS):
        cells = [name, *_energies(*PUBLISHED_KWH[place])]
        for behaviour in ("short", "long"):
            found = [m for m in months if m.behaviour == behaviour and m.month == place]
            cells += _energies(
                float(np.mean([each.twin_kwh for each in found])),
                float(np.mean([each.model_kwh for each in found])),
            )
        rows.append(cells)
    return Cells(header, rows)


def error_cells(errors: Sequence[SetsErrors]) -> Cells:
    """Table 3: errors of the models on ten test days in %, mean/greatest, | at rolling origins."""
    seasons = list(dict.fromkeys((each.control, each.behaviour) for each in errors))
    header = ["model", "paper", *(f"{control}, {behaviour}" for control, behaviour in seasons)]
    rows = []
    for method in dict.fromkeys(each.method for each in errors):
        published = PUBLISHED_ERRORS.get(method)
        cells = [method, "-" if published is None else _mean_max(*published)]
        for season in seasons:
            found = [e for e in errors if e.method == method and (e.control, e.behaviour) == season]
            test = _mean_max(
                float(np.mean([each.test_mean for each in found])),
                max(each.test_max for each in found),
            )
            rolling = float(np.mean([each.rolling_mean for each in found]))
            cells.append(f"{test} | {100 * rolling:.2f}")
        rows.append(cells)
    return Cells(header, rows)


def consumption_table(months: Sequence[SetsMonth]) -> Table:
    """Table 1 for the terminal."""
    title = "Table 1: kWh per day, and what the physical model (PM) is off by"
    return _table(title, consumption_cells(months), CONSUMPTION_NOTE)


def error_table(errors: Sequence[SetsErrors]) -> Table:
    """Table 3 for the terminal."""
    title = "Table 3: error of a day's consumption in %, test days mean/max | rolling mean"
    cells = error_cells(errors)
    stacked = Cells([each.replace(", ", "\n") for each in cells.header], cells.rows)
    return _table(title, stacked, ERROR_NOTE)


def _energies(metered_kwh: float, model_kwh: float) -> list[str]:
    off = model_kwh / metered_kwh - 1.0
    return [f"{metered_kwh:,.0f}", f"{model_kwh:,.0f}", f"{100 * off:+.1f} %"]


def _mean_max(mean: float, most: float) -> str:
    return f"{100 * mean:.2f}/{100 * most:.1f}"


def _table(title: str, cells: Cells, note: str) -> Table:
    table = Table(
        title=title, caption="\n".join(textwrap.wrap(note, _NOTE_WIDTH)), box=SIMPLE_HEAD,
        title_justify="left", caption_justify="left", pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    for place, name in enumerate(cells.header):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for row in cells.rows:
        table.add_row(*row)
    return table
