"""How fast a live twin answers, and whether it keeps up with a crowd.

`python -m plantgym.benchmarks.live_load` measures round trips of one client and a minute of fifty
clients, over loopback, against a server in a process of its own with its record on disk and its
monitor beside it.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from websockets.asyncio.client import ClientConnection, connect

from ..twins.live.client import LiveClient
from ..twins.live.messages import Message, write_message
from ..twins.live.server import LiveServer
from ..twins.whole_file import write_whole
from ..twins.workers import serve as serve_owner
from .live_case import live_case, make_run
from .live_table import LIVE_FORMAT, live_markdown
from .monitor_process import monitored
from .options import Figures

GOAL_MS = 10.0
"""What 99 of 100 round trips of a single client shall stay below."""

_ENOUGH = 1000


@dataclass(frozen=True, slots=True)
class RoundTrips:
    """Times from sending a command to having the measurement of its step and the acknowledgement.

    Args:
        plant: that was controlled.
        trips: how many.
        p50_ms: median [ms].
        p99_ms: 99th percentile [ms].
    """

    plant: str
    trips: int
    p50_ms: float
    p99_ms: float


@dataclass(slots=True)
class Crowd:
    """What many clients sent and got, each at the same pace.

    Args:
        clients: how many.
        seconds: for how long.
        sent: commands of all clients.
        acknowledged: of these.
        events: that all clients got.
        lost: commands without an acknowledgement, and events that are missing.
        reordered: acknowledgements and events that came out of their order.
        waits_ms: times from sending a command to its acknowledgement [ms].
    """

    clients: int
    seconds: float
    sent: int = 0
    acknowledged: int = 0
    events: int = 0
    lost: int = 0
    reordered: int = 0
    waits_ms: list[float] = field(default_factory=list)


def measure_round_trips(plant: str, trips: int) -> RoundTrips:
    """Command a plant in lock-step, from one client.

    Args:
        plant: name of a shipped one.
        trips: how many commands.
    """
    took_ms: list[float] = []
    with served(plant) as url:
        client = LiveClient(url)
        action = [0] * len(client.welcome["twin"]["n_modes"])
        ended = True
        while len(took_ms) < trips:
            if ended:
                client.order("reset")
                _next(client, "started")
            begin = time.perf_counter()
            client.order("command", action=action)
            ended = _next(client, "measurement")["ended"]
            took_ms.append(1e3 * (time.perf_counter() - begin))
        client.close()
    p50, p99 = np.percentile(took_ms, (50, 99))
    return RoundTrips(plant, trips, float(p50), float(p99))


def _next(client: LiveClient, kind: str) -> Message:
    """The next event of a type."""
    while (event := client.next_event())["type"] != kind:
        pass
    return event


def measure_crowd(plant: str, clients: int, per_s: float, seconds: float) -> Crowd:
    """Command a plant that goes on by the clock, from many clients at the same time.

    Args:
        plant: name of a shipped one; it runs `per_s` steps a second.
        clients: how many.
        per_s: commands of each client in a second.
        seconds: for how long.
    """
    crowd = Crowd(clients, seconds)

    async def run(url: str) -> None:
        ends = [_command(url, k, crowd, per_s) for k in range(clients)]
        await asyncio.gather(*ends)

    with served(plant, 1.0 / per_s) as url:
        asyncio.run(run(url))
    return crowd


@contextmanager
def served(plant: str, step_s: float | None = None) -> Generator[str]:
    """The URL of a plant that is served by a process of its own, on record in a file.

    Args:
        plant: name of a shipped one.
        step_s: how long a step lasts [s]; None for lock-step.
    """
    context = get_context("spawn")
    mine, its = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        arguments = (os.getpid(), its, plant, step_s, Path(folder) / "run.sqlite")
        process = context.Process(target=_serve, args=arguments)
        process.start()
        try:
            yield mine.recv()
        finally:
            process.terminate()
            process.join()


def _serve(owner: int, ready: Connection, plant: str, step_s: float | None, path: Path) -> None:
    serve_owner(owner)
    case = live_case(plant, "test")
    run = make_run(case, path, speed=0.0, seed=0)
    run.speed = 0.0 if step_s is None else run.twin.step_s / step_s

    async def serve() -> None:
        async with LiveServer(run) as server, monitored(server, case):
            ready.send(server.url)
            await server.serve_forever()

    asyncio.run(serve())


async def _command(url: str, k: int, crowd: Crowd, per_s: float) -> None:
    """One client: send at the pace, and check all that comes."""
    async with connect(url, compression=None, proxy=None) as socket:
        name = f"client-{k}"
        await socket.send(write_message({"type": "hello", "protocol": 1, "client": name}))
        welcome = json.loads(await socket.recv())
        action = [0] * len(welcome["twin"]["n_modes"])
        total = round(per_s * crowd.seconds)
        sent_s = [0.0] * total
        reader = asyncio.create_task(_check(socket, crowd, sent_s, welcome["seq"]))
        begin_s = time.perf_counter() + k / crowd.clients / per_s
        for n in range(total):
            await asyncio.sleep(begin_s + n / per_s - time.perf_counter())
            sent_s[n] = time.perf_counter()
            await socket.send(write_message({"type": "command", "n": n + 1, "action": action}))
            crowd.sent += 1
        await reader


async def _check(socket: ClientConnection, crowd: Crowd, sent_s: list[float], seq: int) -> None:
    """Read until the last acknowledgement."""
    n = 0
    while n < len(sent_s):
        message = json.loads(await socket.recv())
        if message["type"] == "ack":
            n += 1
            crowd.acknowledged += message["status"] == "applied"
            crowd.reordered += message["n"] < n
            crowd.lost += max(0, message["n"] - n)
            crowd.waits_ms.append(1e3 * (time.perf_counter() - sent_s[message["n"] - 1]))
            n = max(n, message["n"])
        else:
            crowd.events += 1
            crowd.reordered += message["seq"] <= seq
            crowd.lost += max(0, message["seq"] - seq - 1)
            seq = max(seq, message["seq"])


def main(
    clients: Annotated[int, typer.Option(min=1)] = 50,
    per_s: Annotated[float, typer.Option(help="Commands of each client in a second.")] = 10.0,
    seconds: Annotated[float, typer.Option(help="For how long the crowd commands.")] = 60.0,
    trips: Annotated[int, typer.Option(min=1, help="Round trips of the single client.")] = _ENOUGH,
    figures_file: Figures = None,
) -> None:
    """Measure and print."""
    found: dict[str, Any] = {
        "format": LIVE_FORMAT, "cores": os.cpu_count(), "load_average": os.getloadavg()[0],
        "goal_ms": GOAL_MS,
    }  # fmt: skip
    plants = ("cement_pv", "sets_heater")
    trips_of = [asdict(measure_round_trips(plant, trips)) for plant in plants]
    crowd = measure_crowd("cement_pv", clients, per_s, seconds)
    figures = {name: value for name, value in asdict(crowd).items() if name != "waits_ms"}
    p50, p99 = np.percentile(crowd.waits_ms, (50, 99))
    figures |= {"p50_ms": float(p50), "p99_ms": float(p99)}
    found |= {"round_trips": trips_of, "crowd": figures}
    if figures_file is not None:
        write_whole(figures_file, json.dumps(found, indent=1).encode() + b"\n")
    typer.echo(live_markdown(found))


if __name__ == "__main__":
    typer.run(main)
