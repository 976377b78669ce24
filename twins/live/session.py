"""A client that was let in to a live run, and how it is let go."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .messages import COME_BACK_LATER
from .run import LiveRun

GOODBYE_S = 10.0
"""For how long a client may take to hear why it is closed."""

_MOST_REPLIES = 64


class Session:
    """A client that was let in: its place in the record, and answers that it is yet to get."""

    def __init__(self, run: LiveRun, socket: ServerConnection, client: str, after: int) -> None:
        self.socket, self.client = socket, client
        self._run, self._after = run, after
        self._replies: deque[str] = deque()
        self.woken, self._room = asyncio.Event(), asyncio.Event()
        self.woken.set()
        self._room.set()

    def reply(self, text: str) -> None:
        """Send an answer as soon as the client takes it."""
        self._replies.append(text)
        self.woken.set()
        if len(self._replies) >= _MOST_REPLIES:
            self._room.clear()

    async def run_until_closed(self, slow_s: float) -> None:
        """Take requests and send answers and events, until either comes to an end."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._send_all(slow_s))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()

    async def _listen(self) -> None:
        """Answer requests, one after the other; while too many answers wait, take none."""
        async for text in self.socket:
            self.reply(self._run.answer(self.client, text))
            await self._room.wait()

    async def _send_all(self, slow_s: float) -> None:
        """Send what comes on record, and answers, until the connection ends."""
        with suppress(ConnectionClosed):
            try:
                while True:
                    await self.woken.wait()
                    self.woken.clear()
                    await self._send_pending(slow_s)
            except TimeoutError:
                text = f"too slow: {slow_s:g} s for a message; come back after {self._after}"
                await dismiss(self.socket, COME_BACK_LATER, text)

    async def _send_pending(self, slow_s: float) -> None:
        while True:
            rows = self._run.history.after(self._after)
            for seq, text in rows:
                await self._send(text, slow_s)
                self._after = seq
            if not rows and not self._replies:
                return
            while self._replies:
                await self._send(self._replies.popleft(), slow_s)
            self._room.set()

    async def _send(self, text: str, slow_s: float) -> None:
        async with asyncio.timeout(slow_s):
            await self.socket.send(text)


async def dismiss(socket: ServerConnection, code: int, reason: str) -> None:
    """Close a connection with as much of the reason as a close frame holds; cut off the deaf."""
    text = reason.encode(errors="replace")[:120].decode(errors="ignore")
    try:
        async with asyncio.timeout(GOODBYE_S):
            await socket.close(code, text)
    except TimeoutError:
        socket.transport.abort()
