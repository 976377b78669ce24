"""A run of a live twin: what it does next, who said so, and that all of it is on record."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from ..errors import InputError
from ..value_checks import check_number, check_whole
from .history import History, HistoryError, Request
from .live_twin import Json, LiveTwin
from .messages import Message, read_message, refusal, write_message
from .orders import StandingOrders
from .supervisor import Supervisor

FASTEST = 1e6
"""Greatest speed: seconds of the plant in a second."""


class _Held(NamedTuple):
    """A command that holds."""

    action: list[float]
    client: str
    steps: int
    """Steps for which it still holds."""


class LiveRun:
    """A twin with its record, clock and watchdog. Knows nothing of sockets and of time.

    Whatever changes is put on record first, and undone if that fails; only then is it told.

    Args:
        twin: the plant.
        history: the record. If it has a beginning, the run goes on from its end.
        speed: seconds of the plant in a second; 0 for lock-step, in which each command is a step.
        hold_steps: the watchdog: steps for which a command holds unless a new one comes. After
            that the twin's safe policy acts.
        seed: of the first day.
        day: the first day, by date or index; random if None.
        supervisor: starts the policies that clients choose; None if none can be chosen.
        policy: the one that is chosen at first.

    Raises:
        InputError: a value out of its range, or a day that there is not.
        HistoryError: the first day cannot be put on record.
    """

    def __init__(
        self,
        twin: LiveTwin,
        history: History,
        *,
        speed: float = 0.0,
        hold_steps: int = 2,
        seed: int | None = None,
        day: str | int | None = None,
        supervisor: Supervisor | None = None,
        policy: str | None = None,
    ) -> None:
        check_number("speed", speed, high=FASTEST)
        check_whole("hold_steps", hold_steps, low=1, high=10_000)
        self.twin, self.history = twin, history
        self.orders = StandingOrders(twin, supervisor, policy)
        self.hold_steps = hold_steps
        self.listeners: set[Callable[[], None]] = set()
        """Called after each change."""
        self._held: _Held | None = None
        self.safe = False
        """Whether the safe policy acts, as no command holds."""
        self.speed, self.paused = float(speed), False
        self._numbers: dict[str, int] = {}
        self._morning: Json = None
        if history.state is None:
            self._change(lambda: self._started(None, twin.start(seed, day), []))
        else:
            self._recall()
            self.speed, self.paused = float(speed), False

    @property
    def mode(self) -> str:
        """`"running"`, `"paused"` or `"lock-step"`."""
        if self.speed == 0:
            return "lock-step"
        return "paused" if self.paused else "running"

    @property
    def period_s(self) -> float | None:
        """Seconds from tick to tick; None if time stands."""
        return self.twin.step_s / self.speed if self.mode == "running" else None

    def welcome(self, client: str) -> Message:
        """The fields of the message that greets a client."""
        started, measured = (self.history.last_of(kind) for kind in ("started", "measurement"))
        assert started is not None
        went_on = measured is not None and measured["seq"] > started["seq"]
        return {
            "run": self.history.run,
            "seq": self.history.last_seq,
            "n": self._last_n(client),
            "mode": self.mode,
            "speed": self.speed,
            "began": started["seq"],
            "latest": measured if went_on else started,
            "status": self._status_fields(),
            "analysis": self.history.last_of("analysis"),
            "twin": {**self.twin.describe(), "policies": self.orders.policies},
        }

    def tick(self) -> None:
        """Run the step whose time has come.

        Raises:
            HistoryError: it cannot be put on record; the step has not run then.
        """
        self._change(self._run_step)

    @property
    def morning(self) -> tuple[int, Json]:
        """Sequence number of the last `started`, and what the twin saved then."""
        started = self.history.last_of("started")
        assert started is not None
        return started["seq"], self._morning

    def note(self, analysis: Message) -> None:
        """Put an `analysis` on record.

        Raises:
            HistoryError: that cannot be done.
        """
        self._change(lambda: [analysis])

    def forget_policy(self) -> None:
        """Note that the policy that was chosen has ended by itself.

        Raises:
            HistoryError: that cannot be put on record.
        """

        def forget() -> list[Message]:
            self.orders.policy = None
            return [self._status(None)]

        self._change(forget)

    def answer(self, client: str, text: str | bytes) -> str:
        """Grant or refuse what a client that was let in has sent, and give the answer.

        Requests that are on record already, as a client sends them again that lost its connection,
        are answered as before and change nothing.
        """
        n = None
        try:
            message = read_message(text, "client")
            if message["type"] == "hello":
                raise InputError("message type", "hello", "say hello once")
            n = message["n"]
            if message["type"] == "ask":
                value = self.twin.answer(message["what"])
                return write_message({"type": "answer", "n": n, "value": value})
            if n <= self._last_n(client):
                return self._as_before(client, n)
            return self._grant(client, message)
        except InputError as error:
            return refusal(n, error)
        except HistoryError as error:
            return refusal(n, InputError("server", str(error), "wait until there is room again"))

    def _grant(self, client: str, message: Message) -> str:
        makers = {"command": self._command, "reset": self._reset, "clock": self._set_clock}
        make = makers.get(message["type"], self._order)
        n, after = message["n"], self.history.last_seq
        ack = write_message({"type": "ack", "n": n, "status": "applied", "after": after})
        request = Request(client, n, write_message(message), ack)
        self._change(lambda: make(client, message), request)
        self._numbers[client] = n
        if message["type"] == "choose":
            self.orders.start_policy()
        return ack

    def _as_before(self, client: str, n: int) -> str:
        ack = self.history.ack(client, n)
        if ack is None:
            raise InputError("message n", n, f"count on from {self._last_n(client)}")
        return ack

    def _last_n(self, client: str) -> int:
        if client not in self._numbers:
            self._numbers[client] = self.history.last_n(client)
        return self._numbers[client]

    def _command(self, client: str, message: Message) -> list[Message]:
        action, waits = message["action"], self.mode == "lock-step"
        self.twin.check(action)
        if waits and self.twin.over:
            raise InputError("command", action, "the day is over: send reset first")
        events = []
        if self.safe:
            self.safe = False
            events.append(self._status(client))
        if reasons := message.get("reasons"):
            events.append({"type": "decision", "by": client, "reasons": reasons})
        if waits:
            events.append(self._measured(client, action))
        else:
            self._held = _Held(action, client, self.hold_steps)
        return events

    def _reset(self, client: str, message: Message) -> list[Message]:
        called = self.twin.calls()
        started = self.twin.start(message.get("seed"), message.get("day"))
        self._held = None
        return self._started(client, started, called)

    def _order(self, client: str, message: Message) -> list[Message]:
        self.orders.take(message)
        return [self._status(client)]

    def _set_clock(self, client: str, message: Message) -> list[Message]:
        self.speed = float(message.get("speed", self.speed))
        self.paused = message.get("paused", self.paused)
        self._held = None if self.mode == "lock-step" else self._held
        return [self._status(client)]

    def _run_step(self) -> list[Message]:
        """A step by the command that holds or by the safe policy, and the next day at the end."""
        events = self._next_day() if self.twin.over else []
        held, client = self._held, None
        if held is not None:
            action, client = held.action, held.client
            self._held = held._replace(steps=held.steps - 1) if held.steps > 1 else None
        else:
            action = self.twin.safe_action()
            if not self.safe:
                self.safe = True
                events.append(self._status(None))
        events.append(self._measured(client, action))
        return events + (self._next_day() if self.twin.over else [])

    def _next_day(self) -> list[Message]:
        called = self.twin.calls()
        return self._started(None, self.twin.start_next(), called)

    def _started(self, client: str | None, fields: Message, called: list[Message]) -> list[Message]:
        """A day began; the calls of the day before are gone."""
        self._morning = self.twin.save()
        started = {"type": "started", "by": client, **fields}
        return [started, self._status(client)] if called else [started]

    def _measured(self, client: str | None, action: list[float]) -> Message:
        ran = self.twin.step(self.orders.apply(action))
        return {"type": "measurement", "by": client, **ran}

    def _status(self, client: str | None) -> Message:
        return {"type": "status", "by": client, **self._status_fields()}

    def _status_fields(self) -> Message:
        told = {"mode": self.mode, "speed": self.speed, "safe": self.safe}
        return told | self.orders.told()

    def _change(self, make: Callable[[], list[Message]], request: Request | None = None) -> None:
        """Make events and put them on record; if that fails, undo them.

        What makes events raises before anything has changed.
        """
        events = make()
        try:
            self.history.commit(events, self._memory(), request)
        except HistoryError:
            if self.history.state is not None:
                self._recall()
            raise
        for listener in tuple(self.listeners):
            listener()

    def _memory(self) -> str:
        return write_message(
            {
                "twin": self.twin.save(),
                "orders": self.orders.save(),
                "morning": self._morning,
                "held": self._held,
                "safe": self.safe,
                "speed": self.speed,
                "paused": self.paused,
            }
        )

    def _recall(self) -> None:
        """Go back to what is on record."""
        assert self.history.state is not None
        memory = json.loads(self.history.state)
        self.twin.restore(memory["twin"])
        self.orders.restore(memory["orders"])
        self._morning = memory["morning"]
        self._held = None if memory["held"] is None else _Held(*memory["held"])
        self.safe, self.speed, self.paused = memory["safe"], memory["speed"], memory["paused"]
