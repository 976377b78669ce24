"""What is made of the measurements of a live run: forecast, health, alarms, money and response."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from ..health.monitor import HealthMonitor
from ..health.records import OperatingRecord
from ..health.score import Health
from .day_account import DayAccount
from .messages import Message
from .records import record_from_plain
from .reference import Reference

HEALTHY_DAYS = 60
"""Simulated days from which it is learned what a healthy plant does."""

_COSTS = {
    "trip": "what must run stands",
    "shortfall": "the target of the day is missed",
    "dr_penalty": "the response is below the award",
    "comfort": "the room is too cold or too hot",
}
"""Parts of the cost that should not be there, in words."""


class Monitor:
    """Makes `analysis` of the events of a live run.

    Args:
        reference: the simulated plant.
        step_minutes: length of a step.
        trees: of the forests that tell what is unusual; 0 for limits alone.
        forecast: whether to forecast the load, too. Both need the extra `identify`.
    """

    def __init__(
        self, reference: Reference, step_minutes: int, *, trees: int = 100, forecast: bool = True
    ) -> None:
        self._minutes = step_minutes
        self._account = DayAccount(reference)
        learner = ThreadPoolExecutor(1)
        self._health = AssetHealth(reference, step_minutes, trees, learner)
        self._outlook = None
        if forecast:
            from .load_outlook import LoadOutlook

            self._outlook = LoadOutlook(reference, step_minutes, learner)

    def see(self, texts: list[str], morning: tuple[int, Any], *, tell: bool) -> Message | None:
        """Take in events of a run in their order, each once.

        Args:
            texts: of the events.
            morning: sequence number of the last `started`, and what the twin saved then.
            tell: whether the caller wants to hear.

        Returns:
            The fields of `analysis` after the last measurement; None if there was none.
        """
        last: Message | None = None
        money: Message = {}
        for text in texts:
            event: Message = json.loads(text)
            if event["type"] == "started":
                self._account.start(morning[1] if event["seq"] == morning[0] else None)
                if self._outlook is not None:
                    self._outlook.start(event)
            elif event["type"] == "status":
                self._account.note(event)
            elif event["type"] == "measurement":
                last = event
                self._account.measure(event)
                money = self._account.told()  # a day that follows begins at nothing
                self._health.measure(event)
                if self._outlook is not None:
                    self._outlook.measure(event)
        return self._analysis(last) | money if last is not None and tell else None

    def finish_learning(self) -> None:
        """Wait until what is being learned is learned."""
        self._health.finish_learning()
        if self._outlook is not None:
            self._outlook.finish_learning()

    def _analysis(self, measurement: Message) -> Message:
        health = self._health.told()
        alarms = [
            f"{asset}: {each['causes'][0] if each['causes'] else 'does what is unusual'}"
            for asset, each in health.items()
            if each["state"] == "alarm"
        ]
        cost = measurement["cost"]
        alarms += [text for part, text in _COSTS.items() if cost.get(part, 0.0) > 0]
        return {
            "type": "analysis",
            **{name: measurement[name] for name in ("day", "time", "step")},
            "forecast": None if self._outlook is None else self._outlook.told(),
            "health": health,
            "alarms": alarms,
        }


class AssetHealth:
    """Health of the assets; what is usual is learned from the simulated plant, in a thread.

    Args:
        reference: the simulated plant.
        step_minutes: length of a step.
        trees: of the forest of an asset.
        learner: the thread.
    """

    def __init__(
        self, reference: Reference, step_minutes: int, trees: int, learner: ThreadPoolExecutor
    ) -> None:
        self._step = np.timedelta64(step_minutes, "m")
        self._names = [asset.name for asset in reference.assets]
        self._monitor = HealthMonitor(reference.assets, step_minutes, trees=trees)
        self._waiting: list[list[OperatingRecord]] = []
        self._latest: dict[str, Health] = {}
        # Before the thread begins: the simulated plant is of one thread.
        healthy = reference.healthy(HEALTHY_DAYS)
        self._learning: Future[HealthMonitor] = learner.submit(self._monitor.fit, healthy)

    def measure(self, measurement: Message) -> None:
        """A step ran."""
        time = np.datetime64(measurement["time"], "m") - self._step
        told = measurement["assets"]
        step = [record_from_plain(name, time, told[name]) for name in self._names]
        self._waiting.append(step)
        if self._learning.done():
            self._look()

    def told(self) -> dict[str, Message]:
        """The field `health` of `analysis`; nothing as long as it is not known what is usual."""
        return {
            asset: {
                "score": health.score, "risk": health.risk, "state": health.state,
                "causes": list(health.causes),
            }
            for asset, health in self._latest.items()
        }  # fmt: skip

    def finish_learning(self) -> None:
        """Wait until it is known what is usual, and look at what came meanwhile."""
        self._learning.result()
        self._look()

    def _look(self) -> None:
        monitor = self._learning.result()
        for step in self._waiting:
            self._latest = monitor.update(step)
        self._waiting = []
