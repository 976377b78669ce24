"""Compiled loops over rows, for hints."""

from __future__ import annotations

from ..envs.observation import Float32s
from ..twins.jit import entry
from ..twins.stn_tables import Floats, Ints
from .reach_kernel import ReachTables

_LEAST = 1e-6
"""Prices that differ by less count as equal."""


@entry
def write_order(obs: Float32s, time: int, prices: Ints, steps: int, added: Float32s) -> None:
    """Write the share of entries of the price window that are cheaper than the first.

    Args:
        obs: observations [n, observed].
        time: place of the time since the start, a share of the episode.
        prices: places of the window [1 + entries to come].
        steps: of an episode.
        added: written to, up to each entry to come [n, entries to come].
    """
    entries = len(prices) - 1
    steps_an_entry = -(-(steps - 1) // entries)
    for i in range(len(obs)):
        left = steps - 1 - round(obs[i, time] * steps)
        ahead = -(-left // steps_an_entry)
        now, cheaper = obs[i, prices[0]], 0
        for k in range(entries):
            if k < ahead and obs[i, prices[k + 1]] < now - _LEAST:
                cheaper += 1
            added[i, k] = cheaper / entries


@entry
def write_needed(tables: ReachTables, stock_t: Floats, needed: Floats) -> None:
    """Write the steps at full rate that each task needs for the targets, and for its consumers.

    Args:
        tables: the plant.
        stock_t: stocks [n, M]; changed.
        needed: written to [n, J].
    """
    for i in range(len(stock_t)):
        missing_t = stock_t[i]
        for m in range(len(missing_t)):
            least_t = max(tables.end_min_t[m], tables.stock_min_t[m])
            missing_t[m] = least_t - missing_t[m]
        for j in tables.order:
            steps = 0.0
            for m in range(len(missing_t)):
                if tables.top_t[j, m] > 0.0:
                    steps = max(steps, missing_t[m] / tables.rate_t[m])
            needed[i, j] = steps
            for m in range(len(missing_t)):
                missing_t[m] += steps * tables.thrift_t[j, m]
