"""What a good plan saves at the heater, and which signals make it so: each switched off in turn.

The signals are the real-time price, all changes of the price, the demand charge, and the calls of
the grid operator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from rich.table import Table

from ..twins.heater_markets import find_market
from .cases import Case
from .compare import Comparison, compare
from .tables import new_table

SIGNALS_FORMAT = "plantgym heater signals 1"
SIGNAL_POLICIES = ("price-quantile", "mpc", "optimum")
HEADERS = ("without", "policy", "cost per day", "timer", "saved", "saving", "proven to")
"""What `signal_cells` says."""

_ENV, _MARKET = "plantgym/SetsHeater-v0", "belgium-real-time"


def _day_ahead_price() -> dict[str, Any]:
    return {"market": "belgium-day-ahead"}


def _flat_price() -> dict[str, Any]:
    market = find_market(_MARKET)
    winter = market.days()
    price = winter.series["buy_price_per_kwh"]
    flat = np.full_like(price, price.mean())
    days = winter.replace_series(buy_price_per_kwh=flat, buy_forecast_per_kwh=flat)
    return {"scenarios": days, "terms": market.terms}


def _no_demand_charge() -> dict[str, Any]:
    return {"terms": replace(find_market(_MARKET).terms, demand_charge_per_kw_month=0.0)}


def _no_calls() -> dict[str, Any]:
    return {"dr": False}


SIGNALS: Mapping[str, Callable[[], dict[str, Any]]] = MappingProxyType(
    {
        "nothing": dict,
        "real-time price (day-ahead price instead)": _day_ahead_price,
        "any change of price (its mean instead)": _flat_price,
        "demand charge": _no_demand_charge,
        "calls": _no_calls,
    }
)
"""What makes the arguments of the env without a signal, by what is switched off."""


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What a policy costs without a signal.

    Args:
        without: what is switched off.
        policy: its name.
        days: how many.
        cost: mean cost of a day [currency].
        timer_cost: likewise of the timer rule.
        bound: mean of the proven least costs of the days [currency].
        currency: of all costs.
    """

    without: str
    policy: str
    days: int
    cost: float
    timer_cost: float
    bound: float
    currency: str

    @property
    def saved(self) -> float:
        """Saved a day against the timer [currency]."""
        return self.timer_cost - self.cost


def heater_signals(
    *,
    days: int | None = None,
    policies: Sequence[str] = SIGNAL_POLICIES,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = False,
) -> list[SignalRow]:
    """Run policies on test days of the heater, with all signals and without each.

    Args:
        days: how many days, evenly spread over the test split; None for all.
        policies: names of policies of heaters.
        seed: fixes the calls and first temperatures that are drawn.
        jobs: processes that work at the same time.
        progress: whether to show progress bars on stderr.

    Raises:
        InputError: unknown policies, or more days than there are.
    """
    rows = []
    for without, arguments in SIGNALS.items():
        case = Case(_ENV, arguments=arguments())
        found = compare(case, policies, days=days, seed=seed, jobs=jobs, progress=progress)
        rows += _rows(without, found)
    return rows


def as_dict(rows: Sequence[SignalRow], seed: int) -> dict[str, Any]:
    """As the rows are written to files."""
    return {"seed": seed, "rows": [asdict(row) for row in rows]}


def signal_table(rows: Sequence[SignalRow]) -> Table:
    """A table for the terminal."""
    table = new_table(
        f"What a plan saves at the heater against the timer: {rows[0].days} test days"
    )
    for place, header in enumerate(HEADERS):
        table.add_column(header, justify="left" if place < 2 else "right")
    last = ""
    for row in rows:
        if row.without != last:
            table.add_section()
        cells = signal_cells(row)
        table.add_row("" if row.without == last else cells[0], *cells[1:])
        last = row.without
    table.caption = "saving: share of the timer's cost; proven to: no policy costs less"
    return table


def signal_cells(row: SignalRow) -> list[str]:
    """What is switched off, policy, costs, saving and bound, as text."""
    saving = f"{row.saved / row.timer_cost:.0%}" if row.timer_cost > 0.0 else "-"
    money = (row.cost, row.timer_cost, row.saved)
    return [
        row.without,
        row.policy,
        *(f"{value:,.1f} {row.currency}" for value in money),
        saving,
        f"{row.bound:,.1f} {row.currency}",
    ]


def _rows(without: str, found: Comparison) -> list[SignalRow]:
    """A row a policy."""
    by_policy = {summary.policy: summary for summary in found.summary()}
    rows = []
    for policy, summary in by_policy.items():
        own = [row for row in found.rows if row["policy"] == policy]
        rows.append(
            SignalRow(
                without=without,
                policy=policy,
                days=summary.days,
                cost=summary.cost_mean,
                timer_cost=float(np.mean([row["rule_cost"] for row in own])),
                bound=float(np.mean([row["bound"] for row in own])),
                currency=found.currency,
            )
        )
    return rows
