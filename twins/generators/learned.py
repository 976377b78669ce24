"""Generators that learn a network. Torch (the extra `generate`) is loaded when they do."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtraError
from ..stn_tables import Floats
from ..value_checks import check_whole
from .base import Arrays, Generator
from .sources import KnownDays, LearntDays

if TYPE_CHECKING:
    from .neural.training import Days, Tell

_SEEDS = 2**63
_MOST_STEPS = 1_000_000


@dataclass(kw_only=True, eq=False)
class NetworkGenerator(Generator):
    """Draws by a network of 1-D convolutions that sees forecasts, limits, season and hour.

    Args:
        steps: of the training.
        seed: of first weights, batches and noise of the training.
    """

    steps: int = 600
    seed: int = 0

    def _check(self) -> None:
        check_whole("steps", self.steps, low=1, high=_MOST_STEPS)
        check_whole("seed", self.seed, high=_SEEDS - 2)

    def _fit(self, days: LearntDays) -> None:
        try:
            from .neural.training import Days
        except ImportError as error:
            raise MissingExtraError("torch", "generate") from error
        known = days.known
        self._weights = self._train(
            Days.of(_features(known), days.outcome),
            lambda share: self._tell(share, f"training {self.name}"),
        )

    def _draw(self, n: int, known: KnownDays, rng: np.random.Generator) -> Floats:
        try:
            from .neural.networks import draw
        except ImportError as error:
            raise MissingExtraError("torch", "generate") from error
        seed = int(rng.integers(_SEEDS))
        return draw(self._weights, known.limit.shape[1], _features(known)[0], n, seed)

    def learnt(self) -> dict[str, NDArray[Any]]:
        """Weights of the network, by the names that torch gives them."""
        return dict(self._weights)

    def _recall(self, learnt: Arrays) -> None:
        self._weights = dict(learnt)

    @abstractmethod
    def _train(self, days: Days, tell: Tell) -> dict[str, NDArray[Any]]:
        """The weights of a network that has learnt from days."""


@dataclass(kw_only=True, eq=False)
class EnergyNetGenerator(NetworkGenerator):
    """A network trained to the least energy score.

    Source:
        Gneiting, Raftery, JASA 102 (2007) 359-378, doi 10.1198/016214506000001437 (the score).
    """

    name: ClassVar[str] = "energy-net"

    def _train(self, days: Days, tell: Tell) -> dict[str, NDArray[Any]]:
        from .neural.training import train_by_energy

        return train_by_energy(days, self.steps, self.seed, tell)


@dataclass(kw_only=True, eq=False)
class GanGenerator(NetworkGenerator):
    """A conditional deep convolutional GAN: Wasserstein loss with gradient penalty.

    Source:
        After Zhang, Sun, IEEE Access 2023, doi 10.1109/ACCESS.2023.3266250, in a stable form;
        docs/scenarios.md sets both side by side.
    """

    name: ClassVar[str] = "gan"

    steps: int = 1500

    def _train(self, days: Days, tell: Tell) -> dict[str, NDArray[Any]]:
        from .neural.training import train_against_critic

        return train_against_critic(days, self.steps, self.seed, tell)


def _features(known: KnownDays) -> Floats:
    """What a network sees [D, F, T]: forecasts first, then limits, season and time of day."""
    days, _, steps = known.limit.shape
    angles = (
        np.broadcast_to(known.year_angle[:, None], (days, steps)),
        np.broadcast_to(2 * np.pi * np.arange(steps) / steps, (days, steps)),
    )
    clock = np.stack([wave(angle) for angle in angles for wave in (np.sin, np.cos)], axis=1)
    return np.concatenate([known.forecast, known.limit, clock], axis=1)
