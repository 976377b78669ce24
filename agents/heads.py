"""How the outputs of a network become actions: masked choices, or levels."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..envs.observation import Float32s

NEVER = -1e9
"""Logit of what must not be chosen."""


class Head(nn.Module, ABC):
    """A distribution of actions.

    Args:
        n_outputs: numbers that it takes from the network.
        n_chosen: numbers of an action.
    """

    def __init__(self, n_outputs: int, n_chosen: int) -> None:
        super().__init__()
        self.n_outputs = n_outputs
        self.n_chosen = n_chosen

    @abstractmethod
    def sample(self, outputs: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw actions [n, chosen] from outputs [n, outputs] and masks [n, outputs]."""

    @abstractmethod
    def explore(self, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw actions [n, chosen] that are all equally likely, as far as masks allow them."""

    @abstractmethod
    def log_prob_and_entropy(
        self, outputs: Tensor, masks: Tensor, chosen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Log-probability of actions [n] and entropy of their distribution [n]."""


class ModeHead(Head):
    """A choice from each of several groups, independent of each other.

    Args:
        sizes: choices in each group [G].
    """

    place: Tensor

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__(sum(sizes), len(sizes))
        # Groups side by side [G, K]; what a group lacks points behind the outputs.
        place = torch.full((len(sizes), max(sizes)), sum(sizes))
        first = 0
        for group, size in enumerate(sizes):
            place[group, :size] = torch.arange(first, first + size)
            first += size
        self.register_buffer("place", place, persistent=False)

    def _log_probs(self, outputs: Tensor, masks: Tensor) -> Tensor:
        """Log-probability of every choice [n, G, K]."""
        logits = torch.where(masks, outputs, NEVER)
        if len(self.place) == 1:
            return torch.log_softmax(logits, dim=1).unsqueeze(1)
        padded = nn.functional.pad(logits, (0, 1), value=NEVER)
        return torch.log_softmax(padded[:, self.place], dim=2)

    def sample(self, outputs: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw a choice of each group, by the Gumbel-max trick."""
        log_probs = self._log_probs(outputs, masks)
        drawn = torch.empty_like(log_probs).exponential_(generator=generator)
        return (log_probs - drawn.log()).argmax(dim=2)

    def explore(self, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw any choice of each group."""
        alike = torch.zeros(masks.shape, device=masks.device)
        return self.sample(alike, masks, generator)

    def log_prob_and_entropy(
        self, outputs: Tensor, masks: Tensor, chosen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Of choices [n, G], summed over the groups."""
        log_probs = self._log_probs(outputs, masks)
        taken = log_probs.gather(2, chosen.unsqueeze(2)).sum(dim=(1, 2))
        return taken, -(log_probs.exp() * log_probs).sum(dim=(1, 2))


class JointHead(ModeHead):
    """A choice among combinations of modes, of those that may be taken together.

    What speaks for a combination is the sum of what speaks for each of its modes. So a mode that
    pays is learned from every combination that it is in, and yet only what fits together is drawn.

    Args:
        parts: which modes are in each combination, 1 or 0 [sum of modes, C].
    """

    parts: Tensor

    def __init__(self, parts: Float32s) -> None:
        super().__init__([parts.shape[1]])
        self.n_outputs = len(parts)
        self.register_buffer("parts", torch.from_numpy(parts), persistent=False)

    def _log_probs(self, outputs: Tensor, masks: Tensor) -> Tensor:
        return super()._log_probs(outputs @ self.parts, masks)

    def explore(self, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw any combination."""
        alike = torch.zeros((len(masks), self.n_outputs), device=masks.device)
        return self.sample(alike, masks, generator)


class LevelHead(Head):
    """Levels of controls, drawn from normal distributions and clipped by the env to [-1, 1].

    Args:
        n_controls: number of levels.
        start_std: standard deviation at first.
    """

    def __init__(self, n_controls: int, start_std: float = 0.6) -> None:
        super().__init__(n_controls, n_controls)
        self.log_std = nn.Parameter(torch.full((n_controls,), start_std).log())

    def sample(self, outputs: Tensor, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw levels."""
        drawn = torch.empty_like(outputs).normal_(generator=generator)
        return outputs + drawn * self.log_std.exp()

    def explore(self, masks: Tensor, generator: torch.Generator) -> Tensor:
        """Draw any levels."""
        drawn = torch.empty((len(masks), self.n_chosen), device=masks.device)
        return drawn.uniform_(-1.0, 1.0, generator=generator)

    def log_prob_and_entropy(
        self, outputs: Tensor, masks: Tensor, chosen: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Of levels [n, J] before they were clipped."""
        away = (chosen - outputs) / self.log_std.exp()
        log_prob = -0.5 * away.square() - self.log_std - 0.5 * math.log(2.0 * math.pi)
        entropy = (self.log_std + 0.5 * math.log(2.0 * math.pi * math.e)).sum()
        return log_prob.sum(dim=1), entropy.expand(len(outputs))
