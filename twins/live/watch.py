"""Has what a live run tells analysed beside it, and puts what comes of it on record."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Protocol

from .history import HistoryError
from .messages import Message
from .run import LiveRun

_AT_ONCE = 500


class Analyst(Protocol):
    """Makes analyses of events."""

    def see(self, texts: list[str], morning: tuple[int, Any], *, tell: bool) -> Message | None:
        """As `monitor.Monitor.see`. May take long: it is called in a thread."""


async def watch(run: LiveRun, analyst: Analyst, recent_days: int) -> None:
    """Let an analyst see a run, until the task is cancelled.

    The run never waits: while the analyst is busy, events pile up on record, and are seen at once
    when it is done. So it may miss none, but tells of the last measurement only.

    Args:
        run: what is watched.
        analyst: sees all events from some days before the present one on.
        recent_days: how many days these are.
    """
    woken = asyncio.Event()
    woken.set()
    run.listeners.add(woken.set)
    after = run.history.before_day(recent_days)
    try:
        while True:
            await woken.wait()
            woken.clear()
            while rows := run.history.after(after, _AT_ONCE):
                after = rows[-1][0]
                texts = [text for _, text in rows if not text.startswith('{"type":"analysis"')]
                if texts:
                    tell = after == run.history.last_seq
                    morning = run.morning
                    found = await asyncio.to_thread(analyst.see, texts, morning, tell=tell)
                    if found is not None:
                        with suppress(HistoryError):  # the plant waits then, and says so itself
                            run.note(found)
    finally:
        run.listeners.discard(woken.set)
