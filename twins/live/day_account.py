"""What the day costs, what the reference rule would have paid, and how calls are answered."""

from __future__ import annotations

from typing import Any

from .messages import Message
from .reference import Reference

_RESPONSES = ("dr_response_kw", "reduced_kw", "absorbed_kw")
"""What answers a call on the meters of factories, and of heaters that draw less or more."""


class DayAccount:
    """Costs and response of the day that runs.

    The rule runs the same day in the reference: from the same start, with the same calls and
    faults, under the same shield, but without overrides.

    Args:
        reference: the simulated plant.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self.cost = 0.0
        """Of the day so far [currency]."""
        self.rule_cost: float | None = None
        """What the rule would have paid so far; None if its day is not known."""
        self._steps: list[tuple[int, Message]] = []
        self._event: Message | None = None

    def start(self, morning: Any) -> None:  # noqa: ANN401 - JSON
        """A day begins.

        Args:
            morning: what the twin saved then; None if that is not known.
        """
        self.cost, self.rule_cost = 0.0, None
        self._steps, self._event = [], None
        if morning is not None:
            self._reference.twin.restore(morning)
            self.rule_cost = 0.0

    def note(self, status: Message) -> None:
        """Take over the calls and faults that a `status` tells."""
        if self.rule_cost is None:
            return
        twin = self._reference.twin
        for call in status["calls"]:
            if call not in twin.calls():
                in_steps = call["from_step"] - len(self._steps)
                twin.call(in_steps, call["steps"], call["power_kw"])
        gone = [fault for fault in twin.faults() if fault not in status["faults"]]
        for fault in [*({**fault, "size": 0.0} for fault in gone), *status["faults"]]:
            if fault not in twin.faults():
                twin.set_fault(**fault)

    def measure(self, measurement: Message) -> None:
        """A step ran."""
        self.cost += sum(measurement["cost"].values())
        self._steps.append((measurement["step"], measurement))
        if self.rule_cost is None:
            return
        twin = self._reference.twin
        ran = twin.step(twin.safe_action())
        self.rule_cost += sum(ran["cost"].values())
        self._event = self._reference.event() or self._event

    def told(self) -> Message:
        """The fields of `analysis` that tell of it."""
        savings = None if self.rule_cost is None else self.rule_cost - self.cost
        return {
            "cost_so_far": self.cost, "rule_cost_so_far": self.rule_cost, "savings": savings,
            "dr": self._response(),
        }  # fmt: skip

    def _response(self) -> Message | None:
        event = self._event
        if event is None:
            return None
        window = range(event["from_step"], event["from_step"] + event["steps"])
        name = _RESPONSES[2 if event["power_kw"] < 0 else 1]
        inside = [each for step, each in self._steps if step in window]
        answered = [each["meter"].get(_RESPONSES[0], each["meter"].get(name)) for each in inside]
        paid = [each["cost"]["dr_subsidy"] + each["cost"]["dr_penalty"] for each in inside]
        mean_kw = sum(answered) / len(answered) if answered else None
        return {**event, "response_kw": mean_kw, "earned": -sum(paid)}
