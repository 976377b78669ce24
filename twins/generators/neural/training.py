"""Training of the networks: by the energy score, and against a critic."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from ...stn_tables import Floats
from .networks import Critic, Sampler, noise_like, one_thread, weights_of

Tell = Callable[[float], None]

_BATCH = 64
_MEMBERS = 4
_ENERGY_RATE = 2e-3
_CRITIC_STEPS = 4
_PENALTY = 10.0
_RATE = 2e-4
_MEMORY = 0.995
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Days:
    """Days to learn from, as tensors.

    Args:
        known: what was known of them [D, F, T].
        power: shares of the capacities that came [D, C, T].
    """

    known: Tensor
    power: Tensor

    @classmethod
    def of(cls, known: Floats, power: Floats) -> Days:
        """From arrays."""
        return cls(*(torch.from_numpy(each.astype(np.float32)) for each in (known, power)))

    def batch(self, source: torch.Generator, count: int = _BATCH) -> Days:
        """Days drawn at random."""
        at = torch.randint(len(self.known), (count,), generator=source)
        return Days(self.known[at], self.power[at])


@one_thread()
def train_by_energy(days: Days, steps: int, seed: int, tell: Tell) -> dict[str, NDArray[Any]]:
    """Weights of a sampler that minimises the energy score, a proper one: no critic is needed.

    Args:
        days: to learn from.
        steps: of the optimiser.
        seed: of the first weights, the batches and the noise.
        tell: is told the share that is done.
    """
    source = torch.Generator().manual_seed(seed)
    sampler = _sampler(days, seed)
    optimiser = torch.optim.Adam(sampler.parameters(), _ENERGY_RATE)
    course = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        batch = days.batch(source)
        known = batch.known.repeat_interleave(_MEMBERS, dim=0)
        drawn = sampler(known, noise_like(known, source)).unflatten(0, (-1, _MEMBERS))
        _descend(optimiser, _energy_score(drawn.flatten(2), batch.power.flatten(1)))
        course.step()
        tell((step + 1) / steps)
    return weights_of(sampler)


@one_thread()
def train_against_critic(days: Days, steps: int, seed: int, tell: Tell) -> dict[str, NDArray[Any]]:
    """Weights of a sampler that a Wasserstein critic with gradient penalty cannot tell from days.

    The weights are averaged over the steps, which calms the circling of the two.

    Args:
        days: to learn from.
        steps: of the sampler; the critic makes four for each.
        seed: of the first weights, the batches and the noise.
        tell: is told the share that is done.

    Source:
        Gulrajani et al., Improved training of Wasserstein GANs, NeurIPS 2017.
    """
    source = torch.Generator().manual_seed(seed)
    sampler = _sampler(days, seed)
    with _seeded(seed + 1):
        critic = Critic(days.known.shape[1] + days.power.shape[1])
    steady = copy.deepcopy(sampler)
    betas = (0.0, 0.9)
    of_sampler = torch.optim.Adam(sampler.parameters(), _RATE, betas)
    of_critic = torch.optim.Adam(critic.parameters(), _RATE, betas)
    for step in range(steps):
        for _ in range(_CRITIC_STEPS):
            batch = days.batch(source)
            with torch.no_grad():
                drawn = sampler(batch.known, noise_like(batch.known, source))
            _descend(of_critic, _critic_loss(critic, batch, drawn, source))
        batch = days.batch(source)
        drawn = sampler(batch.known, noise_like(batch.known, source))
        _descend(of_sampler, -critic(drawn, batch.known).mean())
        _average(steady, sampler)
        tell((step + 1) / steps)
    return weights_of(steady)


def _sampler(days: Days, seed: int) -> Sampler:
    with _seeded(seed):
        return Sampler(days.power.shape[1], days.known.shape[1])


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """First weights come from torch's global generator; leave that as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def _energy_score(drawn: Tensor, came: Tensor) -> Tensor:
    """Mean energy score of samples [B, M, V] of outcomes [B, V]."""
    to_outcome = _length(drawn - came[:, None]).mean()
    members = drawn.shape[1]
    first, second = torch.triu_indices(members, members, offset=1)
    return to_outcome - 0.5 * _length(drawn[:, first] - drawn[:, second]).mean()


def _length(vector: Tensor) -> Tensor:
    """Euclidean length, with a gradient at 0."""
    return (vector.square().sum(dim=-1) + _TINY).sqrt()


def _critic_loss(critic: Critic, batch: Days, drawn: Tensor, source: torch.Generator) -> Tensor:
    mix = torch.rand(len(drawn), 1, 1, generator=source)
    between = (mix * batch.power + (1.0 - mix) * drawn).requires_grad_()
    value = critic(between, batch.known).sum()
    (slope,) = torch.autograd.grad(value, between, create_graph=True)
    penalty = (_length(slope.flatten(1)) - 1.0).square().mean()
    gap = critic(drawn, batch.known).mean() - critic(batch.power, batch.known).mean()
    loss: Tensor = gap + _PENALTY * penalty
    return loss


def _average(steady: nn.Module, network: nn.Module) -> None:
    with torch.no_grad():
        for mean, value in zip(steady.parameters(), network.parameters(), strict=True):
            mean.lerp_(value, 1.0 - _MEMORY)
