"""Who starts the policies that clients choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Supervisor(Protocol):
    """Starts and stops policies that command a live run as its clients."""

    @property
    def policies(self) -> Sequence[str]:
        """Names that may be chosen."""

    def check(self, policy: str) -> None:
        """Refuse what cannot be started.

        Raises:
            InputError: an unknown policy, or one that this plant cannot have.
        """

    def start(self, policy: str | None) -> None:
        """Stop the policy that acts, and start another one, or none. Shall not wait for either."""
