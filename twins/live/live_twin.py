"""What a plant must offer to be run live, be it simulated or real."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

Json = Any
"""What JSON can carry."""


class LiveTwin(Protocol):
    """A plant that is run step by step, one day after the other.

    Events are dictionaries with the fields of `started` and `measurement` in the message schema,
    without `type`, `seq` and `by`.
    """

    @property
    def step_s(self) -> float:
        """Length of a step in the plant's own time [s]."""

    @property
    def over(self) -> bool:
        """Whether the day has ended, so that a step needs a start first."""

    @property
    def controls(self) -> Sequence[str]:
        """What each number of an action controls, by name."""

    def describe(self) -> dict[str, Json]:
        """What the plant is; the same for the same plant and days."""

    def start(self, seed: int | None, day: str | int | None) -> dict[str, Json]:
        """Start a day, and give the fields of `started`.

        Raises:
            InputError: a day that there is not; nothing has changed then.
        """

    def start_next(self) -> dict[str, Json]:
        """Start the day after the present one, and give the fields of `started`."""

    def check(self, action: list[float]) -> None:
        """Refuse what is no action.

        Raises:
            InputError: naming what is wrong with it.
        """

    def step(self, action: list[float]) -> dict[str, Json]:
        """Run a step with an action that was checked, and give the fields of `measurement`."""

    def safe_action(self) -> list[float]:
        """What to do in this step as long as nobody commands."""

    def call(self, in_steps: int, steps: int, power_kw: float) -> None:
        """Bring a demand-response event into the day that runs.

        Args:
            in_steps: steps from now to its window, 1 or more.
            steps: length of the window.
            power_kw: awarded reduction of the load; negative to draw more.

        Raises:
            InputError: a window or power that this plant cannot have; nothing has changed then.
        """

    def calls(self) -> list[dict[str, Json]]:
        """Those that were brought into this day: `from_step`, `steps` and `power_kw`."""

    def set_fault(self, asset: str, kind: str, size: float) -> None:
        """Break an asset, or mend it (0).

        Raises:
            InputError: an unknown asset, or what cannot happen to it; nothing has changed then.
        """

    def faults(self) -> list[dict[str, Json]]:
        """Those that there are: `asset`, `kind` and `size`."""

    def answer(self, what: str) -> Json:
        """What is known now: `"view"` or `"masks"`.

        Raises:
            InputError: what this plant does not have.
        """

    def save(self) -> Json:
        """The whole state."""

    def restore(self, saved: Json) -> None:
        """Go back to a state of `save`."""
