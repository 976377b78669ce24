"""What a prescriptive policy says of a factory."""

from __future__ import annotations

import numpy as np

from ...twins.outlook import DrEvent
from ...twins.stn_course import StnCourse
from .decisions import Wording
from .factory_moves import Move
from .factory_what_if import FactoryWhatIf


def event_words(words: Wording, event: DrEvent | None) -> str:
    """A demand-response event that became known, or was called off."""
    if event is None:
        return "the demand-response event is called off"
    window = f"{words.clock(event.start_step)} to {words.clock(event.end_step)}"
    return f"demand response of {event.award_kw:,.0f} kW from {window} is known"


def level_words(what_if: FactoryWhatIf, j: int) -> str:
    """What a task does by the best known course, and for how long."""
    levels = what_if.course.levels[:, j]
    other = np.flatnonzero(levels != levels[0])
    step = what_if.view.step
    end = step + (int(other[0]) if len(other) else len(levels))
    until = f"until {what_if.words.clock(end)}"
    if levels[0] == 0.0:
        return f"stands {until}"
    if what_if.tables.continuous:
        return f"runs at {levels[0] / (what_if.tables.n_modes[j] - 1):.0%} {until}"
    return f"runs in mode {levels[0]:.0f} {until}"


def move_words(what_if: FactoryWhatIf, j: int, before: StnCourse, move: Move) -> str:
    """Why work of a task is done later, or earlier."""
    words, view = what_if.words, what_if.view
    prices, step = view.buy_price_per_kwh, view.step
    other = f"{words.clock(step + move.later)} at {words.price(prices[step + move.later])}"
    saved = words.money(before.cost - move.course.cost)
    less = move.course.levels[0, j] < before.levels[0, j]
    then = f"runs at {other} instead" if less else f"runs now instead of at {other}"
    rank = words.rank(prices, step)
    return f"{rank}{_cover_words(what_if, j)}: {then}, saving {saved}"


def _cover_words(what_if: FactoryWhatIf, j: int) -> str:
    """For how long the stocks that a standing task fills last, at full use; empty if not asked."""
    tables, view = what_if.tables, what_if.view
    if what_if.course.levels[0, j] > 0.0:
        return ""
    use_t = tables.consume_t.max(axis=1).sum(axis=0)
    fed = np.flatnonzero((tables.produce_t[j].max(axis=0) > 0.0) & (use_t > 0.0))
    if not len(fed):
        return ""
    cover_h = tables.step_h * (view.stock_t - tables.stock_min_t)[fed] / use_t[fed]
    least = int(np.argmin(cover_h))
    name = what_if.plant.materials[fed[least]].name
    return f" and stock {name} suffices for {cover_h[least]:.1f} h"
