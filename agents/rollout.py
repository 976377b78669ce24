"""What many rows went through in some steps, and what it was worth."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Rollout:
    """T steps of n rows.

    Args:
        seen: what the critic saw, the observation first [T, n, observed + hindsight].
        masks: what might be chosen [T, n, outputs].
        chosen: what was chosen [T, n, chosen].
        log_prob: its log-probability when it was chosen [T, n].
        explored: whether the episode still explores in this step, and it was not the policy's
            choice [T, n].
        reward: that it earned [T, n].
        ended: whether the episode ended with this step, for whatever reason [T, n].
        final_value: value of the last state of an episode that was cut off [T, n]; 0 where the
            episode went on or came to its own end.
    """

    seen: Tensor
    masks: Tensor
    chosen: Tensor
    log_prob: Tensor
    explored: Tensor
    reward: Tensor
    ended: Tensor
    final_value: Tensor


def advantages(
    rollout: Rollout, values: Tensor, next_values: Tensor, *, gamma: float, gae_lambda: float
) -> Tensor:
    """Generalised advantage estimates [T, n] (Schulman et al. 2016, arXiv 1506.02438).

    Nothing follows on the end of an episode, unless it was cut off: then its last state has the
    value that it would have had.

    Args:
        rollout: the steps.
        values: of the states that were seen [T, n].
        next_values: of the states after the last step [n].
        gamma: discount a step.
        gae_lambda: how far to look beyond the next value.
    """
    goes_on = (~rollout.ended).to(values.dtype)
    following = torch.cat([values[1:], next_values.unsqueeze(0)]) * goes_on + rollout.final_value
    errors = rollout.reward + gamma * following - values
    found = torch.empty_like(errors)
    ahead = torch.zeros_like(next_values)
    for t in reversed(range(len(errors))):
        ahead = errors[t] + gamma * gae_lambda * goes_on[t] * ahead
        found[t] = ahead
    return found
