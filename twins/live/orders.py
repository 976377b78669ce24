"""Orders that stand beside the commands: the policy chosen, overrides, calls and faults."""

from __future__ import annotations

from typing import Any

from ..errors import InputError
from .live_twin import LiveTwin
from .messages import Message
from .supervisor import Supervisor

Json = Any
"""What JSON can carry."""


class StandingOrders:
    """What stands beside the commands. Calls and faults are kept by the twin.

    Args:
        twin: the plant.
        supervisor: starts policies; None if none can be chosen.
        policy: the one that is chosen at first.
    """

    def __init__(
        self, twin: LiveTwin, supervisor: Supervisor | None, policy: str | None = None
    ) -> None:
        self._twin, self._supervisor = twin, supervisor
        self.policy = policy
        """The one that is to act; None for nobody."""
        self.overrides: dict[str, float] = {}
        """Level of each control that is held."""

    @property
    def policies(self) -> list[str]:
        """Names that may be chosen."""
        return [] if self._supervisor is None else list(self._supervisor.policies)

    def told(self) -> Message:
        """The fields of `status` that tell of them."""
        return {
            "policy": self.policy, "overrides": dict(self.overrides),
            "faults": self._twin.faults(), "calls": self._twin.calls(),
        }  # fmt: skip

    def take(self, message: Message) -> None:
        """Take a `choose`, `override`, `call` or `fault`.

        Raises:
            InputError: an unknown name, or what the plant cannot do; nothing has changed then.
        """
        takers = {
            "choose": self._choose, "override": self._hold, "call": self._call,
            "fault": self._break,
        }  # fmt: skip
        takers[message["type"]](message)

    def start_policy(self) -> None:
        """Have the chosen policy act."""
        if self._supervisor is not None:
            self._supervisor.start(self.policy)

    def apply(self, action: list[float]) -> list[float]:
        """An action with the levels of the controls that are held."""
        return [
            self.overrides.get(control, asked)
            for control, asked in zip(self._twin.controls, action, strict=True)
        ]

    def save(self) -> Json:
        """All of them but the calls and faults."""
        return [self.policy, self.overrides]

    def restore(self, saved: Json) -> None:
        """Go back to those of `save`."""
        self.policy, self.overrides = saved

    def _choose(self, message: Message) -> None:
        policy = message["policy"]
        if self._supervisor is None:
            raise InputError("choose policy", policy, "this server starts no policies: command")
        if policy is not None:
            self._supervisor.check(policy)
        self.policy = policy

    def _hold(self, message: Message) -> None:
        control, level, controls = message["control"], message["level"], self._twin.controls
        if control not in controls:
            fix = f"use one of {', '.join(controls)}"
            raise InputError("override control", control, fix)
        if level is None:
            self.overrides = {k: v for k, v in self.overrides.items() if k != control}
            return
        try:
            self._twin.check([level if name == control else 0 for name in controls])
        except InputError as error:
            raise InputError("override level", level, error.fix) from None
        self.overrides = self.overrides | {control: level}

    def _call(self, message: Message) -> None:
        self._twin.call(message["in_steps"], message["steps"], message["power_kw"])

    def _break(self, message: Message) -> None:
        self._twin.set_fault(message["asset"], message["kind"], message["size"] or 0.0)
