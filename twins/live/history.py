"""The record of a run: every event under its sequence number, in SQLite."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import uuid
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..errors import InputError, PlantgymError
from .messages import Message, read_message, write_message

_FORMAT = "plantgym live run 1"
_RECENT = 1000
"""Events that are kept in memory; who is further behind is served from the file."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE events (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX kinds ON events (kind, seq);
CREATE TABLE requests (
    client TEXT, n INTEGER, seq INTEGER NOT NULL, request TEXT NOT NULL, ack TEXT NOT NULL,
    PRIMARY KEY (client, n)
);
"""


class HistoryError(PlantgymError):
    """The record cannot be written: nothing was kept of the change."""


class Request(NamedTuple):
    """A request that was granted, as it stands on record."""

    client: str
    n: int
    request: str
    ack: str


class History:
    """The record of one run, which a later process takes up.

    What `commit` was given survives the death of the process at any moment: it is one transaction
    of a database with a write-ahead log. A loss of power may take the last commits, but leaves
    the record whole.

    Args:
        path: SQLite file, made if absent; None to keep the record in memory.
        about: what runs; a file of something else is refused.

    Raises:
        InputError: a file that is no such record, is of another run, or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str] | None, about: Mapping[str, Any]) -> None:
        self.path = path
        digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
        try:
            # A run may be made in one thread and served in another.
            self._db = sqlite3.connect(
                ":memory:" if path is None else path,
                isolation_level=None,
                timeout=1.0,
                check_same_thread=False,
            )
            self._open(digest)
        except sqlite3.Error as error:
            fix = f"give a file that plantgym serve wrote, or none ({error})"
            raise InputError("--history", str(path), fix) from None
        (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        self.last_seq: int = last
        self._recent: deque[tuple[int, str]] = deque(maxlen=_RECENT)

    def _open(self, digest: str) -> None:
        if not self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._db.executescript(f"BEGIN; {_TABLES}")
            about = {"format": _FORMAT, "run": uuid.uuid4().hex, "twin": digest}
            self._db.executemany("INSERT INTO about VALUES (?, ?)", about.items())
            self._db.execute("COMMIT")
        about = dict(self._db.execute("SELECT name, value FROM about").fetchall())
        if about.get("format") != _FORMAT or about.get("twin") != digest:
            self._db.close()
            fix = "it is of another plant or other days; give another file"
            raise InputError("--history", str(self.path), fix)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self.run: str = about["run"]
        self.state: str | None = about.get("state")

    def commit(self, events: Iterable[Message], state: str, request: Request | None = None) -> None:
        """Number events and put them on record.

        Args:
            events: without their `seq`.
            state: after them.
            request: that made them.

        Raises:
            HistoryError: they could not be written; the record is as before.
        """
        rows = [
            (seq, event["type"], write_message({"type": event["type"], "seq": seq, **event}))
            for seq, event in enumerate(events, self.last_seq + 1)
        ]
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
            self._db.execute("INSERT OR REPLACE INTO about VALUES ('state', ?)", (state,))
            if request is not None:
                seq = self.last_seq + len(rows)
                row = (request.client, request.n, seq, request.request, request.ack)
                self._db.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", row)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            taken = isinstance(error, sqlite3.IntegrityError)
            reason = "another server writes to the same file" if taken else error
            raise HistoryError(f"the history cannot be written ({reason})") from None
        self.state = state
        self.last_seq += len(rows)
        self._recent.extend((seq, text) for seq, _, text in rows)

    def after(self, seq: int, limit: int = 100) -> list[tuple[int, str]]:
        """The first events beyond a sequence number."""
        if self._recent and self._recent[0][0] <= seq + 1:
            first = seq + 1 - self._recent[0][0]
            return [self._recent[k] for k in range(first, min(first + limit, len(self._recent)))]
        asked = "SELECT seq, text FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
        return self._db.execute(asked, (seq, limit)).fetchall()

    def last_of(self, kind: str) -> Message | None:
        """The last event of a type; None if there was none."""
        asked = "SELECT text FROM events WHERE kind = ? ORDER BY seq DESC LIMIT 1"
        row = self._db.execute(asked, (kind,)).fetchone()
        return None if row is None else read_message(row[0], "server")

    def before_day(self, days: int) -> int:
        """Sequence number before the last `started` but some; 0 if there are not so many."""
        asked = "SELECT seq FROM events WHERE kind = 'started' ORDER BY seq DESC LIMIT 1 OFFSET ?"
        row = self._db.execute(asked, (days,)).fetchone()
        return 0 if row is None else int(row[0]) - 1

    def last_n(self, client: str) -> int:
        """The last request of a client, 0 for none."""
        asked = "SELECT coalesce(max(n), 0) FROM requests WHERE client = ?"
        return int(self._db.execute(asked, (client,)).fetchone()[0])

    def ack(self, client: str, n: int) -> str | None:
        """What was answered to a request on record."""
        asked = "SELECT ack FROM requests WHERE client = ? AND n = ?"
        row = self._db.execute(asked, (client, n)).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        """Close the file."""
        self._db.close()
