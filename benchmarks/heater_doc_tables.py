"""The tables of `docs/heater.md`, from the results of the commands that it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from .heater_seasons import HEATER_SEASONS_FORMAT, seasons_markdown
from .heater_signals import HEADERS, SIGNALS_FORMAT, SignalRow, signal_cells
from .markdown import markdown_table
from .reproduce import REPRODUCTION_FORMAT
from .scores import OPTIMUM
from .sets_study import SetsErrors, SetsMonth
from .sets_table import CONSUMPTION_NOTE, ERROR_NOTE, consumption_cells, error_cells
from .store import FORMAT

HEATER_FORMATS: Mapping[str, str] = MappingProxyType(
    {
        "heater": FORMAT,
        "heater-validation": FORMAT,
        "signals": SIGNALS_FORMAT,
        "sets": REPRODUCTION_FORMAT,
        "heater-seasons": HEATER_SEASONS_FORMAT,
    }
)
"""Mark of each file of results, by its name."""

_Results = Mapping[str, Mapping[str, Any]]


def _days(run: Mapping[str, Any]) -> str:
    """A row a day: what each policy costs, and how far the optimum is from its bound."""
    cost = {(row["policy"], row["day"]): row["cost"] for row in run["rows"]}
    bound = {row["day"]: row["bound"] for row in run["rows"]}
    policies = [summary["policy"] for summary in run["summary"]]
    table = np.array([[cost[name, day] for name in policies] + [bound[day]] for day in bound])
    best = policies.index(OPTIMUM)
    rows = []
    for day, values in zip([*bound, "mean"], [*table, table.mean(axis=0)], strict=True):
        gap = values[best] - values[-1]
        share = f"{gap / abs(values[best]):.2%}"
        rows.append([day, *(f"{each:.1f}" for each in values[:-1]), f"{gap:.2f}", share])
    header = ("day", *(f"`{name}`" for name in policies), "gap", "of the cost")
    return f"Costs in {run['currency']}.\n\n{markdown_table(header, rows)}"


def _signals(results: _Results) -> str:
    """A row a signal that is switched off, and policy."""
    run = results["signals"]
    rows = [SignalRow(**entry) for entry in run["rows"]]
    note = f"Means of {rows[0].days} test days, evenly spread, seed {run['seed']}."
    return f"{note}\n\n{markdown_table(HEADERS, map(signal_cells, rows), left=2)}"


def _sets(results: _Results) -> str:
    """Tables 1 and 3 of the heater's paper, ours beside the published ones."""
    run = results["sets"]
    seeds = sorted({entry["seed"] for entry in run["errors"]})
    months = consumption_cells([SetsMonth(**entry) for entry in run["months"]])
    errors = error_cells([SetsErrors(**entry) for entry in run["errors"]])
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in errors.rows]
    told = f"Ours: {run['data']}, seeds {seeds[0]} to {seeds[-1]}; plantgym {run['version']}."
    return "\n\n".join(
        [
            f"{told} Table 1, kWh a day.\n{CONSUMPTION_NOTE}.",
            markdown_table(*months),
            f"Table 3, error of a day in %, test days mean/max | rolling mean.\n{ERROR_NOTE}.",
            markdown_table(errors.header, escaped),
        ]
    )


HEATER_REGIONS: Mapping[str, Callable[[_Results], str]] = MappingProxyType(
    {
        "signals": _signals,
        "test days": lambda results: _days(results["heater"]),
        "validation days": lambda results: _days(results["heater-validation"]),
        "sets": _sets,
        "seasons": lambda results: seasons_markdown(results["heater-seasons"]),
    }
)
"""What makes the content of each region."""
