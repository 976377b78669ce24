"""Actor and critic, with the scales of what goes in and comes out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from .heads import Head

LEAST_STD = 0.01
"""Inputs that vary less are not blown up further."""


class InputScale(nn.Module):
    """Brings inputs to mean 0 and standard deviation 1, by all that were seen so far.

    Args:
        size: numbers of an input.
    """

    count: Tensor
    mean: Tensor
    var: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.float64))
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("var", torch.ones(size))

    def see(self, inputs: Tensor) -> None:
        """Take more inputs [n, size] into account (Chan's parallel mean and variance)."""
        var, mean = torch.var_mean(inputs, dim=0, correction=0)
        share = len(inputs) / (self.count + len(inputs))
        shift = mean - self.mean
        self.var.copy_((1 - share) * (self.var + share * shift**2) + share * var)
        self.mean.add_(share * shift)
        self.count.add_(len(inputs))

    @property
    def std(self) -> Tensor:
        """Standard deviation [size], not below `LEAST_STD`."""
        return self.var.sqrt().clamp(min=LEAST_STD)

    def forward(self, inputs: Tensor) -> Tensor:
        """Scaled inputs [n, size]."""
        return (inputs - self.mean) / self.std


class ActorCritic(nn.Module):
    """Two networks: what to do, and what it is worth.

    Args:
        n_observed: numbers of an observation, which both see.
        n_hindsight: further numbers that only the critic sees.
        head: what the actor's outputs mean.
        hidden: widths of the hidden layers of each network.
        n_advised: how many of the last numbers observed are advice, and are added to what the
            actor says: as many as it has outputs, or none.
    """

    value_mean: Tensor
    value_std: Tensor

    def __init__(
        self,
        n_observed: int,
        n_hindsight: int,
        head: Head,
        hidden: Sequence[int],
        n_advised: int = 0,
    ) -> None:
        super().__init__()
        self.head = head
        self._advised = slice(n_observed - n_advised, n_observed)
        self.actor_scale = InputScale(n_observed)
        self.critic_scale = InputScale(n_observed + n_hindsight)
        self.actor = _layers(n_observed, hidden, head.n_outputs, 0.0 if n_advised else 0.01)
        self.critic = _layers(n_observed + n_hindsight, hidden, 1, gain=1.0)
        self.register_buffer("value_mean", torch.zeros(()))
        self.register_buffer("value_std", torch.ones(()))

    def outputs(self, obs: Tensor) -> Tensor:
        """What the head takes [n, outputs], for observations [n, observed]."""
        made: Tensor = self.actor(self.actor_scale(obs))
        advice = obs[:, self._advised]
        return made + advice if advice.shape[1] else made

    def scaled_values(self, seen: Tensor) -> Tensor:
        """Scaled values [n] of what the critic sees [n, observed + hindsight]."""
        made: Tensor = self.critic(self.critic_scale(seen))
        return made.squeeze(1)

    def values(self, seen: Tensor) -> Tensor:
        """Values [n], in rewards."""
        return self.scaled_values(seen) * self.value_std + self.value_mean

    def rescale_values(self, returns: Tensor, rate: float) -> None:
        """Follow the mean and spread of returns, without changing any value (PopArt).

        Args:
            returns: that were seen.
            rate: how far to follow, 1 all the way.
        """
        old_mean, old_std = self.value_mean.clone(), self.value_std.clone()
        self.value_mean.lerp_(returns.mean(), rate)
        self.value_std.lerp_(returns.std().clamp(min=1e-6), rate)
        last = self.critic[-1]
        assert isinstance(last, nn.Linear)
        with torch.no_grad():
            last.weight.mul_(old_std / self.value_std)
            last.bias.mul_(old_std).add_(old_mean - self.value_mean).div_(self.value_std)


def _layers(n_in: int, hidden: Sequence[int], n_out: int, gain: float) -> nn.Sequential:
    """Fully connected layers, orthogonal at first."""
    widths = [n_in, *hidden]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [_linear(before, after, math.sqrt(2.0)), nn.Tanh()]
    return nn.Sequential(*layers, _linear(widths[-1], n_out, gain))


def _linear(n_in: int, n_out: int, gain: float) -> nn.Linear:
    layer = nn.Linear(n_in, n_out)
    nn.init.orthogonal_(layer.weight, gain)
    nn.init.zeros_(layer.bias)
    return layer
