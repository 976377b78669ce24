"""The WebSocket server of a live run."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from contextlib import suppress
from types import TracebackType
from typing import Self

from ..errors import InputError, MissingExtraError
from .history import HistoryError
from .messages import (
    COME_BACK_LATER,
    LARGEST_BYTES,
    PROTOCOL,
    STAY_AWAY,
    Message,
    read_message,
    write_message,
)
from .run import LiveRun

try:
    from websockets.asyncio.server import Server, ServerConnection, serve
    from websockets.exceptions import ConnectionClosed
except ImportError:
    raise MissingExtraError("websockets", "live") from None

from .pages import serve_page
from .session import GOODBYE_S, Session, dismiss

_HELLO_S = 5.0
_SHORTEST_TOKEN = 16


class LiveServer:
    """Serves a run to many clients, and ticks as time goes by; an asynchronous context manager.

    Each client has a place in the record of the run and is sent what lies beyond it, at its own
    pace, so nothing piles up for a slow one and nobody waits for it. Who takes nothing for
    `slow_s` is told so and dropped; it may come back and go on where it was.

    Args:
        run: what is served.
        host: address to listen at. Beyond this machine only with a token.
        port: 0 for any that is free.
        token: what clients must say to be let in; None to let everyone in.
        slow_s: seconds that a client may take to receive a message.
        max_clients: connections at the same time.

    Raises:
        InputError: a public address without a token, or a token that is too short.
    """

    def __init__(
        self,
        run: LiveRun,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        slow_s: float = 10.0,
        max_clients: int = 100,
    ) -> None:
        if token is None and not _is_loopback(host):
            fix = "give a token to serve beyond this machine, or use 127.0.0.1"
            raise InputError("--host", host, fix)
        if token is not None and len(token) < _SHORTEST_TOKEN:
            fix = f"give at least {_SHORTEST_TOKEN} characters"
            raise InputError("--token", f"{len(token)} characters", fix)
        self.run, self.host, self.port, self.token = run, host, port, token
        self.slow_s, self.max_clients = slow_s, max_clients
        self._sessions: dict[str, Session] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._waits = False

    @property
    def url(self) -> str:
        """Where clients connect to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"ws://{host}:{self.port}"

    @property
    def origins(self) -> frozenset[str]:
        """The web pages that are the server's own."""
        names = [f"{name}:{self.port}" for name in ("localhost", "127.0.0.1")]
        return frozenset(f"http://{name}" for name in (self.url.removeprefix("ws://"), *names))

    async def __aenter__(self) -> Self:
        try:
            self._server: Server = await serve(
                self._serve,
                self.host,
                self.port,
                compression=None,
                max_size=LARGEST_BYTES,
                close_timeout=GOODBYE_S,
                process_request=serve_page,
            )
        except OSError as error:
            raise InputError("--port", self.port, f"use another one ({error.strerror})") from None
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._timer = asyncio.create_task(self._keep_time())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._server.close()
        await self._server.wait_closed()

    async def serve_forever(self) -> None:
        """Wait until the task is cancelled."""
        await self._timer

    def alarm(self, reason: str) -> None:
        """Tell all clients what is wrong with the server."""
        alarm = write_message({"type": "alarm", "reason": reason})
        for session in self._sessions.values():
            session.reply(alarm)

    async def _keep_time(self) -> None:
        """Tick by the monotonic clock."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        self.run.listeners.add(changed.set)
        due, period_s = loop.time(), None
        while True:
            changed.clear()
            if self.run.period_s != period_s:
                period_s = self.run.period_s
                due = loop.time() + (period_s or 0.0)
            if period_s is None:
                await changed.wait()
            elif (now := loop.time()) >= due:
                self._tick()
                due = next_due_s(due, now, period_s)
                await asyncio.sleep(0)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await changed.wait()

    def _tick(self) -> None:
        """Run a step; if it cannot be put on record, say so and let the plant wait."""
        try:
            self.run.tick()
            self._waits = False
        except HistoryError as error:
            if self._waits:
                return
            self._waits = True
            self.alarm(f"{error}; the plant waits")

    async def _serve(self, socket: ServerConnection) -> None:
        """Look after a connection as long as it lasts."""
        with suppress(ConnectionClosed):
            try:
                session = await self._greet(socket)
            except InputError as error:
                code = COME_BACK_LATER if isinstance(error, _FullError) else STAY_AWAY
                await dismiss(socket, code, str(error))
                return
            name = session.client
            former = self._sessions.get(name)
            self._sessions[name] = session
            self.run.listeners.add(session.woken.set)
            if former is not None:
                self._turn_away(former)
            try:
                await session.run_until_closed(self.slow_s)
            finally:
                self.run.listeners.discard(session.woken.set)
                if self._sessions.get(name) is session:
                    del self._sessions[name]

    def _turn_away(self, session: Session) -> None:
        """Close a connection, without waiting for a client that may have vanished."""
        text = "another connection of this name took over"
        closing = asyncio.create_task(dismiss(session.socket, STAY_AWAY, text))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    async def _greet(self, socket: ServerConnection) -> Session:
        """Let a client in.

        Raises:
            InputError: it is not let in.
        """
        try:
            async with asyncio.timeout(_HELLO_S):
                hello = read_message(await socket.recv(), "client")
        except TimeoutError:
            raise InputError("hello", None, "say hello first") from None
        if hello["type"] != "hello":
            raise InputError("message type", hello["type"], "say hello first")
        self._check_trust(socket, hello)
        history = self.run.history
        after = hello.get("after", history.last_seq)
        if "after" in hello and (hello["run"] != history.run or after > history.last_seq):
            raise InputError("hello run", hello["run"][:32], "it is over: connect without `after`")
        session = Session(self.run, socket, hello["client"], after)
        fields = self.run.welcome(session.client)
        await socket.send(write_message({"type": "welcome", "protocol": PROTOCOL, **fields}))
        return session

    def _check_trust(self, socket: ServerConnection, hello: Message) -> None:
        if self.token is not None:
            said, wanted = (
                token.encode(errors="surrogatepass")
                for token in (hello.get("token", ""), self.token)
            )
            if not hmac.compare_digest(said, wanted):
                raise InputError("hello token", "***", "give the server's token")
        else:
            # Any web page that a user of this machine visits could connect to it.
            assert socket.request is not None
            origin = socket.request.headers.get("Origin")
            if origin is not None and origin not in self.origins:
                raise InputError("Origin", origin, "connect from no other web page")
        others = self._sessions.keys() - {hello["client"]}
        if len(others) >= self.max_clients:
            raise _FullError("clients", len(others), "too many: come back later")


def next_due_s(due_s: float, now_s: float, period_s: float) -> float:
    """When the tick after one that was due at some time, and came now, is due.

    A little lateness is made up for, so that the pace holds. After a stall of a period or more the
    next step is a whole one: a step without time would be one without a chance to command it.
    """
    return due_s + period_s if now_s - due_s < period_s else now_s + period_s


class _FullError(InputError):
    """There are as many clients as there may be."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
