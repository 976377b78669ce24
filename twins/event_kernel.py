"""Draws the demand-response event of a day, as `DrEventProcess` describes it."""

from __future__ import annotations

from typing import NamedTuple

from .jit import kernel, rare
from .rng_kernel import uniform
from .stn_state import NO_EVENT, StnState
from .stn_tables import Ints


class EventTables(NamedTuple):
    """An event process in steps of the plant's day."""

    probability: float
    """Chance of an event on a day; below 0 if days keep their own events."""
    windows: Ints
    """[W, 2] first and last + 1 step of each candidate window."""
    notice_steps: int
    """Steps between the notice and the window."""
    award_min_kw: float
    award_max_kw: float


@kernel
def event_in(
    events: EventTables, chance: float, place: float, size: float
) -> tuple[int, int, int, float]:
    """Notice, first and last + 1 step and award of the event of a day; `NO_EVENT` for none.

    It follows from three numbers, uniform in [0, 1).
    """
    if chance >= events.probability:
        return NO_EVENT, NO_EVENT, NO_EVENT, 0.0
    window = events.windows[int(place * events.windows.shape[0])]
    award_kw = events.award_min_kw + size * (events.award_max_kw - events.award_min_kw)
    return max(0, window[0] - events.notice_steps), window[0], window[1], award_kw


@rare
def draw_event(events: EventTables, state: StnState, i: int) -> None:
    """Draw whether there is an event, which window and which award, for row i.

    Always takes three numbers off the row's stream, so that days do not depend on the process.
    """
    chance, place, size = uniform(state.rng, i), uniform(state.rng, i), uniform(state.rng, i)
    if events.probability < 0.0:
        return
    notice, start, end, award_kw = event_in(events, chance, place, size)
    state.dr_steps[i, 0] = notice
    state.dr_steps[i, 1] = start
    state.dr_steps[i, 2] = end
    state.dr_award_kw[i] = award_kw
