"""The networks: 1-D convolutions over the steps of a day, so that a day may have any number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...stn_tables import Floats

WIDTH = 32
"""Channels of every hidden layer."""

KERNEL = 3
DAY_NOISE, STEP_NOISE = 16, 4
"""Channels of noise: the same all day, and new at each step."""

_DILATIONS = (1, 2, 4)


class Sampler(nn.Module):
    """Known series of a day and noise to power, as shares of the capacities.

    The convolutions give what comes on top of the forecast, as a share of the limit. Power beyond
    0 and the limit is cut off, and the gradient passes the cut, so that a source at its limit can
    still learn.

    Args:
        sources: C, the first 2 C channels of what is known are their forecasts and limits.
        features: channels of what is known F.
    """

    def __init__(self, sources: int, features: int) -> None:
        super().__init__()
        self.sources = sources
        self.entry = nn.Conv1d(features + DAY_NOISE + STEP_NOISE, WIDTH, KERNEL, padding="same")
        self.middle = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, KERNEL, padding="same", dilation=each) for each in _DILATIONS
        )
        self.exit = nn.Conv1d(WIDTH, sources, KERNEL, padding="same")
        self.bend = nn.LeakyReLU(0.2)

    def forward(self, known: Tensor, noise: Tensor) -> Tensor:
        """Power [B, C, T] by known series [B, F, T] and noise [B, Z, T]."""
        hidden = self.bend(self.entry(torch.cat([known, noise], dim=1)))
        for layer in self.middle:
            hidden = hidden + self.bend(layer(hidden))
        forecast, limit = known[:, : 2 * self.sources].chunk(2, dim=1)
        power: Tensor = forecast + limit * self.exit(hidden)
        within = torch.minimum(power.clamp(min=0.0), limit)
        return power + (within - power).detach()


class Critic(nn.Module):
    """Days to a number, high for days that came and low for days that were made up.

    Args:
        channels: of the power and of what is known together.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        strides = (1, 2, 2, 2)
        sizes = (channels, *(WIDTH for _ in strides))
        self.layers = nn.ModuleList(
            nn.Conv1d(size, WIDTH, KERNEL, stride=stride, padding=KERNEL // 2)
            for size, stride in zip(sizes, strides, strict=False)
        )
        self.exit = nn.Linear(2 * WIDTH, 1)
        self.bend = nn.LeakyReLU(0.2)

    def forward(self, power: Tensor, known: Tensor) -> Tensor:
        """Values [B] of days with power [B, C, T] and what was known of them [B, F, T]."""
        hidden = torch.cat([power, known], dim=1)
        for layer in self.layers:
            hidden = self.bend(layer(hidden))
        value: Tensor = self.exit(torch.cat([hidden.mean(dim=2), hidden.amax(dim=2)], dim=1))
        return value[:, 0]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: networks so small gain nothing from more, and bits stay the same."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def noise_like(known: Tensor, source: torch.Generator) -> Tensor:
    """Noise [B, Z, T] for known series [B, F, T]."""
    days, _, steps = known.shape
    day = torch.randn(days, DAY_NOISE, 1, generator=source).expand(-1, -1, steps)
    return torch.cat([day, torch.randn(days, STEP_NOISE, steps, generator=source)], dim=1)


def weights_of(network: nn.Module) -> dict[str, NDArray[Any]]:
    """The weights as arrays."""
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


def draw(
    weights: dict[str, NDArray[Any]], sources: int, known: Floats, n: int, seed: int
) -> Floats:
    """Power [n, C, T] of a day with known series [F, T]."""
    network = Sampler(sources, len(known))
    network.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
    given = torch.from_numpy(known.astype(np.float32)).expand(n, -1, -1)
    with torch.no_grad(), one_thread():
        power = network(given, noise_like(given, torch.Generator().manual_seed(seed)))
    return np.asarray(power.numpy(), np.float64)
