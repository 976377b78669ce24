"""A plant that counts, and servers of it: what tests of live twins share.

`python -m tests.live_cases FILE` serves one in a process of its own, on record in FILE.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from plantgym.twins.errors import InputError
from plantgym.twins.live.history import History
from plantgym.twins.live.run import LiveRun
from plantgym.twins.live.server import LiveServer

STEPS = 4
DAYS = ("2025-06-01", "2025-06-02", "2025-06-03")


class CountingTwin:
    """Adds up the one mode that it is told, 0 to 3, for days of four steps of a minute.

    Its safe action is 3. `width` makes its measurements long.
    """

    step_s = 60.0
    controls = ("mode",)

    def __init__(self, width: int = 0) -> None:
        self.width = width
        self.called: list[dict[str, Any]] = []
        self.broken: list[dict[str, Any]] = []
        self.day, self.step_no, self.total = 0, STEPS, 0

    @property
    def over(self) -> bool:
        return self.step_no == STEPS

    def describe(self) -> dict[str, Any]:
        return {"kind": "counter", "width": self.width}

    def start(self, seed: int | None, day: str | int | None) -> dict[str, Any]:
        if day is None:
            day = (seed or 0) % len(DAYS)
        if day not in (*DAYS, *range(len(DAYS))):
            raise InputError("reset day", day, f"use one of {DAYS}")
        self.day = DAYS.index(day) if isinstance(day, str) else day
        self.step_no, self.total, self.called = 0, 0, []
        return {"day": DAYS[self.day], "time": self._time(), "observation": self._observed()}

    def start_next(self) -> dict[str, Any]:
        return self.start(None, (self.day + 1) % len(DAYS))

    def check(self, action: list[float]) -> None:
        if len(action) != 1 or action[0] not in range(4):
            raise InputError("action", action, "give one mode from 0 to 3")

    def step(self, action: list[float]) -> dict[str, Any]:
        assert not self.over
        self.step_no += 1
        self.total += int(action[0])
        return {
            "day": DAYS[self.day],
            "time": self._time(),
            "step": self.step_no - 1,
            "observation": self._observed(),
            "reward": -float(action[0]),
            "cost": {"purchase": float(action[0])},
            "meter": {"load_kw": float(action[0])},
            "requested": action,
            "applied": action,
            "ended": self.over,
        }

    def safe_action(self) -> list[float]:
        return [3]

    def call(self, in_steps: int, steps: int, power_kw: float) -> None:
        if self.step_no + in_steps + steps > STEPS:
            raise InputError("call steps", steps, "end within the day")
        call = {"from_step": self.step_no + in_steps, "steps": steps, "power_kw": power_kw}
        self.called = [*self.called, call]

    def calls(self) -> list[dict[str, Any]]:
        return self.called

    def set_fault(self, asset: str, kind: str, size: float) -> None:
        if asset != "counter":
            raise InputError("fault asset", asset, "use counter")
        self.broken = [{"asset": asset, "kind": kind, "size": size}] if size else []

    def faults(self) -> list[dict[str, Any]]:
        return self.broken

    def answer(self, what: str) -> Any:  # noqa: ANN401
        if what != "view":
            raise InputError("ask what", what, "ask for the view")
        return {"total": self.total}

    def save(self) -> Any:  # noqa: ANN401
        return [self.day, self.step_no, self.total, self.called, self.broken]

    def restore(self, saved: Any) -> None:  # noqa: ANN401
        self.day, self.step_no, self.total, self.called, self.broken = saved

    def _observed(self) -> list[float]:
        return [float(self.step_no), float(self.total), *[0.123456789] * self.width]

    def _time(self) -> str:
        return f"{DAYS[self.day]}T00:{self.step_no:02}"


def counting_run(path: Path | None = None, width: int = 0, **arguments: Any) -> LiveRun:  # noqa: ANN401
    """A run of the plant that counts, on its first day unless on record."""
    twin = CountingTwin(width)
    return LiveRun(twin, History(path, twin.describe()), **arguments)


def events(run: LiveRun, after: int = 0) -> list[dict[str, Any]]:
    """What is on record."""
    return [json.loads(text) for _, text in run.history.after(after, limit=10_000)]


@contextmanager
def served(run: LiveRun, **arguments: Any) -> Generator[LiveServer]:  # noqa: ANN401
    """A server of a run, in a thread of its own."""
    begun: list[LiveServer | Exception] = []
    ends: list[Callable[[], object]] = []
    ready = threading.Event()

    async def serve() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))
        try:
            async with LiveServer(run, **arguments) as server:
                begun.append(server)
                ready.set()
                await stop.wait()
        except Exception as error:
            begun.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        if isinstance(begun[0], Exception):
            raise begun[0]
        yield begun[0]
    finally:
        with suppress(RuntimeError):  # the thread is over already
            ends[0]()
        thread.join()
    assert len(begun) == 1, begun


@contextmanager
def raw_client(url: str, *texts: str, **arguments: Any) -> Generator[ClientConnection]:  # noqa: ANN401
    """A connection that has sent some texts."""
    with connect(url, proxy=None, compression=None, **arguments) as socket:
        for text in texts:
            socket.send(text)
        yield socket


def hello(client: str = "test", **more: object) -> str:
    """The first message of a client."""
    return json.dumps({"type": "hello", "protocol": 1, "client": client, **more})


def main(arguments: Sequence[str]) -> None:
    """Serve the plant that counts, and print the URL."""

    async def serve() -> None:
        run = counting_run(Path(arguments[0]), speed=float(arguments[1]))
        async with LiveServer(run, port=int(arguments[2])) as server:
            print(server.url, flush=True)
            await server.serve_forever()

    asyncio.run(serve())


if __name__ == "__main__":
    main(sys.argv[1:])
