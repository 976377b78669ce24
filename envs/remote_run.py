"""Episodes of a live run as an env meets them: reset, step and view over a connection."""

from __future__ import annotations

from collections.abc import Callable

from ..twins.live.client import LiveClient, RunCutError
from ..twins.live.messages import Message


class RemoteRun:
    """A live run behind a connection.

    Args:
        client: the connection.
    """

    def __init__(self, client: LiveClient) -> None:
        self.client = client
        self._latest: Message = client.welcome["latest"]
        self.analysis: Message | None = client.welcome["analysis"]
        """The last one."""
        self.reasons: list[Message] = []
        """Told with the next command."""

    def start(self, seed: int | None, day: str | int | None) -> Message:
        """Start an episode, and give the `started` or `measurement` from which it goes on.

        In lock-step a day is started anew. A run that goes by the clock is joined as it is, or on
        its next day if the present one was seen to end, unless a day is asked for.

        Raises:
            InputError: a day that there is not.
            LiveError: the connection is lost for good.
        """
        for event in self.client.events_so_far():
            self._note(event)
        if day is not None or self.client.mode == "lock-step":
            asked = {"seed": seed, "day": day}
            given = {name: value for name, value in asked.items() if value is not None}
            after = self.client.order("reset", **given)
            self._read_until(lambda event: event["type"] == "started" and event["seq"] > after)
        elif self._latest.get("ended"):
            self._read_until(lambda event: event["type"] == "started")
        return self._latest

    def step(self, action: list[float]) -> list[Message]:
        """Command, and give the measurements since the last one, up to that of the command.

        In lock-step it is one. Where the clock goes on while the env's user thinks, steps run by
        the command before; they come first. The end of the day is the last that is given.

        Raises:
            InputError: the command is refused.
            RunCutError: somebody else started a day meanwhile.
            LiveError: the connection is lost for good.
        """
        given = {"reasons": self.reasons} if self.reasons else {}
        self.reasons = []
        after = self.client.order("command", action=action, **given)
        ran: list[Message] = []
        while not ran or not (ran[-1]["seq"] > after or ran[-1]["ended"]):
            event = self.client.next_event()
            self._note(event)
            if event["type"] == "started":
                who = event["by"] or "the clock"
                raise RunCutError(f"{who} started day {event['day']} meanwhile: reset the env")
            if event["type"] == "measurement":
                ran.append(event)
        return ran

    def _read_until(self, wanted: Callable[[Message], bool]) -> None:
        while not wanted(event := self.client.next_event()):
            self._note(event)
        self._note(event)

    def _note(self, event: Message) -> None:
        if event["type"] in ("started", "measurement"):
            self._latest = event
        elif event["type"] == "analysis":
            self.analysis = event
