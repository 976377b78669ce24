"""A server that speaks the live protocol by heart: what tests of the dashboard look at."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from plantgym.benchmarks.live_case import live_case
from plantgym.benchmarks.policies import make_policy
from plantgym.envs.live_twin import EnvTwin
from plantgym.twins.live.messages import Message, read_message, write_message
from plantgym.twins.live.pages import serve_page

STATUS: Message = {
    "mode": "running", "speed": 600.0, "safe": False, "policy": "pi", "overrides": {}, "faults": [],
    "calls": [],
}  # fmt: skip


class KnownDay:
    """A plant, and a day of it under its reference rule: true descriptions and measurements."""

    def __init__(self, plant: str, rule: str, day: str) -> None:
        case = live_case(plant, "test")
        env = case.make().unwrapped
        twin = EnvTwin(cast(Any, env), make_policy(rule, 0, case))
        self.described: Message = json.loads(json.dumps(twin.describe()))
        self.described |= {"policies": ["pi", "mpc", "rule"]}
        self.started: Message = {"type": "started", "by": None, **twin.start(0, day)}
        self.measured: list[Message] = []
        while not twin.over:
            ran = twin.step(twin.safe_action())
            self.measured.append({"type": "measurement", "by": "pi", **ran})


class ScriptedServer:
    """Tells what the test has it tell, keeps what it is asked, and can be stopped and started.

    Args:
        twin: what the plant is.
        token: what clients must say.
    """

    def __init__(self, twin: Message, token: str | None = None) -> None:
        self.twin, self.token = twin, token
        self.run = "run-1"
        self.events: list[Message] = []
        self.hellos: list[Message] = []
        self.requests: list[Message] = []
        self.refusal: Message | None = None
        """If set, each request is refused with it."""
        self._acks: dict[int, str] = {}
        self._sockets: set[ServerConnection] = set()
        self._lock = threading.Lock()
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Listen, at the same port as before."""
        page = cast(Callable[..., Any], serve_page)
        self._server: Server = serve(
            self._talk, "127.0.0.1", self.port, process_request=page, compression=None
        )
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        """Cut all connections, as a process that dies."""
        self._server.shutdown()
        self._thread.join()
        with self._lock:
            sockets = tuple(self._sockets)
        for socket in sockets:
            socket.socket.shutdown(2)

    def tell(self, *events: Message) -> None:
        """Put events on record, and send them to all."""
        with self._lock:
            for event in events:
                known = {"type": event["type"], "seq": len(self.events) + 1, **event}
                self.events.append(known)
                text = write_message(known)
                if len(self.events) < 100:
                    read_message(text, "server")
                self._send_all(text)

    def say(self, message: Message) -> None:
        """Send what is not on record."""
        with self._lock:
            self._send_all(write_message(message))

    def close_all(self, code: int, reason: str) -> None:
        """Close all connections with a reason."""
        for socket in tuple(self._sockets):
            socket.close(code, reason)

    def begin(self, run: str) -> None:
        """Begin another run, with nothing on record."""
        self.run, self.events = run, []

    def _send_all(self, text: str) -> None:
        for socket in self._sockets:
            socket.send(text)

    def _talk(self, socket: ServerConnection) -> None:
        try:
            hello = read_message(socket.recv(), "client")
            self.hellos.append(hello)
            if self._is_let_in(socket, hello):
                for text in self._answers(socket):
                    socket.send(text)
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                self._sockets.discard(socket)

    def _is_let_in(self, socket: ServerConnection, hello: Message) -> bool:
        if self.token is not None and hello.get("token") != self.token:
            socket.close(1008, "hello token = '***': give the server's token")
            return False
        if hello.get("run", self.run) != self.run:
            socket.close(1008, f"hello run = {hello['run']!r}: it is over")
            return False
        with self._lock:
            socket.send(write_message(self._welcome()))
            for event in self.events[hello.get("after", len(self.events)) :]:
                socket.send(write_message(event))
            self._sockets.add(socket)
        return True

    def _welcome(self) -> Message:
        def last(kind: str) -> Message | None:
            return next((each for each in reversed(self.events) if each["type"] == kind), None)

        status = last("status") or STATUS
        fields = {name: status[name] for name in STATUS}
        began, analysis = last("started"), last("analysis")
        assert began is not None
        return {
            "type": "welcome", "protocol": 1, "run": self.run, "seq": len(self.events),
            "n": max(self._acks, default=0), "mode": fields["mode"], "speed": fields["speed"],
            "began": began["seq"], "latest": last("measurement") or began, "status": fields,
            "analysis": analysis, "twin": self.twin,
        }  # fmt: skip

    def _answers(self, socket: ServerConnection) -> Iterator[str]:
        for text in socket:
            request = read_message(text, "client")
            n = request["n"]
            if n not in self._acks:
                self.requests.append(request)
                fields = self.refusal or {"status": "applied", "after": len(self.events)}
                self._acks[n] = write_message({"type": "ack", "n": n, **fields})
            yield self._acks[n]


def analysis(measured: Message, **fields: Any) -> Message:  # noqa: ANN401
    """An analysis of a measurement in which all is well."""
    return {
        "type": "analysis", "day": measured["day"], "time": measured["time"],
        "step": measured["step"], "forecast": None, "health": {}, "alarms": [],
        "cost_so_far": 0.0, "rule_cost_so_far": None, "savings": None, "dr": None, **fields,
    }  # fmt: skip


def status(**fields: Any) -> Message:  # noqa: ANN401
    """A status that differs in some fields from a plant that runs."""
    return {"type": "status", "by": "operator", **STATUS, **fields}
