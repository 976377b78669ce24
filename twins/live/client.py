"""A client of a live run that blocks while it waits, and comes back when the connection breaks."""

from __future__ import annotations

import time
import uuid
from collections import deque
from contextlib import ExitStack, suppress
from typing import Any

from ..errors import InputError, MissingExtraError, PlantgymError
from .messages import PROTOCOL, STAY_AWAY, Message, read_message, write_message

try:
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI
    from websockets.sync.client import ClientConnection, connect
except ImportError:
    raise MissingExtraError("websockets", "live") from None

_PAUSE_S = 0.2
"""Between attempts to connect."""

_LARGEST_BYTES = 2**24


class LiveError(PlantgymError, ConnectionError):
    """A live twin cannot be reached, does not answer, or has turned the client away."""


class RunCutError(LiveError):
    """Somebody else started a day while another one was under way."""


class LiveClient:
    """A connection to a live twin, or to a real plant that speaks its protocol.

    When the connection breaks it is made anew: events go on where they were, and a request whose
    answer was lost is sent again, which counts as one.

    Args:
        url: of the server, such as `"ws://127.0.0.1:8765"`.
        token: what the server wants to hear; None for nothing.
        name: of this client, on record with all it asks for; random if None.
        timeout_s: for how long to try to connect, and to wait for an answer.

    Raises:
        InputError: what is no URL of a WebSocket.
        LiveError: nobody answers, or the server does not let the client in.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        name: str | None = None,
        timeout_s: float = 10.0,
    ) -> None:
        self.url, self.timeout_s = url, timeout_s
        self._hello: Message = {"type": "hello", "protocol": PROTOCOL}
        self._hello["client"] = name or uuid.uuid4().hex
        if token is not None:
            self._hello["token"] = token
        self._events: deque[Message] = deque()
        self._stack = ExitStack()
        self.welcome = self._connect()
        """How the server greeted."""
        self.mode: str = self.welcome["mode"]
        """`"running"`, `"paused"` or `"lock-step"`."""
        self._n: int = self.welcome["n"]
        self._hello |= {"run": self.welcome["run"], "after": self.welcome["seq"]}

    def order(self, kind: str, /, **fields: Any) -> int:  # noqa: ANN401 - JSON
        """Send any request but `ask`, and wait until it is granted.

        Returns:
            The sequence number beyond which it holds.

        Raises:
            InputError: it is refused, in the words of the server.
            LiveError: the connection is lost for good.
        """
        after: int = self._request(kind, fields)["after"]
        return after

    def ask(self, what: str) -> Any:  # noqa: ANN401 - JSON
        """What is known now; raises as `order`."""
        return self._request("ask", {"what": what})["value"]

    def next_event(self) -> Message:
        """The next `started`, `measurement` or `status`; waits for it.

        Raises:
            LiveError: the connection is lost for good.
        """
        while not self._events:
            try:
                self._take(None)
            except ConnectionClosed as error:
                self._reconnect(error)
        return self._events.popleft()

    def events_so_far(self) -> list[Message]:
        """The events that have come since the last one that was given.

        Raises:
            LiveError: the connection is lost for good.
        """
        while True:
            try:
                self._take(0.0)
            except TimeoutError:
                break
            except ConnectionClosed as error:
                self._reconnect(error)
        events = list(self._events)
        self._events.clear()
        return events

    def close(self) -> None:
        """Close the connection."""
        self._stack.close()

    def _request(self, kind: str, fields: Message) -> Message:
        self._n += 1
        text = write_message({"type": kind, "n": self._n, **fields})
        sent, late = False, time.monotonic() + self.timeout_s
        while True:
            try:
                if not sent:
                    self._socket.send(text)
                    sent = True
                answer = self._take(max(0.0, late - time.monotonic()))
            except TimeoutError:
                raise LiveError(f"{self.url} has not answered for {self.timeout_s:g} s") from None
            except ConnectionClosed as error:
                self._reconnect(error)
                sent, late = False, time.monotonic() + self.timeout_s
                continue
            if answer is not None and answer["n"] in (self._n, None):
                if answer.get("status") == "refused":
                    raise InputError(answer["field"], answer["value"], answer["fix"])
                return answer

    def _take(self, timeout_s: float | None) -> Message | None:
        """Read a message: an answer is returned, an event is kept for later."""
        message = read_message(self._socket.recv(timeout_s), "server")
        if message["type"] in ("ack", "answer"):
            return message
        if message["type"] != "alarm":
            self._hello["after"] = message["seq"]
            self.mode = message.get("mode", self.mode)
            self._events.append(message)
        return None

    def _reconnect(self, error: ConnectionClosed) -> None:
        if error.rcvd is not None and error.rcvd.code == STAY_AWAY:
            raise LiveError(f"{self.url} closed the connection: {error.rcvd.reason}") from None
        self.mode = self._connect()["mode"]

    def _connect(self) -> Message:
        """Connect and say hello, again and again until the time is over."""
        late = time.monotonic() + self.timeout_s
        while True:
            try:
                return self._say_hello()
            except InvalidURI:
                raise InputError("url", self.url, "give one such as ws://127.0.0.1:8765") from None
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError) as error:
                self._stack.close()
                close = error.rcvd if isinstance(error, ConnectionClosed) else None
                if close is not None and close.code == STAY_AWAY:
                    text = f"{self.url} does not let us in: {close.reason}"
                    raise LiveError(text) from None
                if time.monotonic() > late:
                    text = f"{self.url} cannot be reached ({error}); is it served there?"
                    raise LiveError(text) from None
            time.sleep(_PAUSE_S)

    def _say_hello(self) -> Message:
        with suppress(OSError):
            self._stack.close()
        opened = connect(
            self.url, compression=None, proxy=None, max_size=_LARGEST_BYTES, open_timeout=5.0
        )
        self._socket: ClientConnection = self._stack.enter_context(opened)
        self._socket.send(write_message(self._hello))
        return read_message(self._socket.recv(self.timeout_s), "server")
