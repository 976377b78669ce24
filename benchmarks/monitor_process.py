"""The monitor of a live run, in a process of its own: no client waits for what it thinks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from ..envs.live_reference import EnvReference
from ..twins.live.messages import Message
from ..twins.live.monitor import Monitor
from ..twins.live.server import LiveServer
from ..twins.live.watch import watch
from ..twins.workers import serve as serve_owner
from .cases import Case
from .live_case import make_twin

RECENT_DAYS = 35
"""Days before the present one that a monitor sees when a run is taken up."""

_POLITE = 10
"""Nice value: the run goes first."""


def make_monitor(case: Case) -> Monitor:
    """A monitor of an env; without the extra `identify` it neither forecasts nor grows forests.

    Raises:
        InputError: arguments that make no env.
    """
    reference = EnvReference(make_twin(case), make_twin(replace(case, split="all")))
    learns = find_spec("sklearn") is not None
    step_minutes = reference.twin.env.batch.scenarios.step_minutes
    return Monitor(reference, step_minutes, trees=100 if learns else 0, forecast=learns)


class MonitorProcess:
    """A monitor that thinks elsewhere. Ends with this process, whatever happens.

    Args:
        case: the env that is run live.
    """

    def __init__(self, case: Case) -> None:
        context = get_context("spawn")
        self._pipe, its = context.Pipe()
        self._process = context.Process(target=_work, args=(os.getpid(), its, case), daemon=True)
        self._process.start()
        its.close()

    def see(self, texts: list[str], morning: tuple[int, Any], *, tell: bool) -> Message | None:
        """As `Monitor.see`.

        Raises:
            EOFError: the process has ended.
            OSError: likewise.
        """
        self._pipe.send((texts, morning, tell))
        found: Message | None = self._pipe.recv()
        return found

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


@asynccontextmanager
async def monitored(server: LiveServer, case: Case) -> AsyncIterator[None]:
    """Have a run analysed as long as it is served."""
    monitor = MonitorProcess(case)
    task = asyncio.create_task(_watch(server, monitor))
    try:
        yield
    finally:
        task.cancel()
        monitor.end()


async def _watch(server: LiveServer, monitor: MonitorProcess) -> None:
    try:
        await watch(server.run, monitor, RECENT_DAYS)
    except (EOFError, OSError):
        server.alarm("the monitor has ended, so there are no more analyses")


def _work(owner: int, pipe: Connection, case: Case) -> None:
    serve_owner(owner)
    os.nice(_POLITE)
    monitor = make_monitor(case)
    with suppress(EOFError, OSError):
        while True:
            texts, morning, tell = pipe.recv()
            pipe.send(monitor.see(texts, morning, tell=tell))
