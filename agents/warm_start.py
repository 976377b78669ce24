"""A training that begins with a policy that was trained before."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from ..twins.errors import InputError
from .actor import Actor
from .network import ActorCritic
from .settings import PpoSettings

_SEEN = 1e12
"""Observations that count as seen: the scale of the inputs moves no more."""


def file_digest(path: Path) -> str:
    """What tells a file from others with the same name.

    Raises:
        InputError: a file that cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        fix = f"give the file of a policy ({error.strerror})"
        raise InputError("start", str(path), fix) from None


def seeing_as(settings: PpoSettings, actor: Actor) -> PpoSettings:
    """The settings with which a training sees what a policy sees."""
    return replace(settings, hints=actor.hints, advice=actor.advice)


def start_from(network: ActorCritic, actor: Actor) -> None:
    """Give a fresh network the weights of a policy. Its critic stays as it is.

    The weights of a policy take observations as they are, so the network does from now on.

    Args:
        network: on the env of the policy.
        actor: the policy.

    Raises:
        InputError: a policy with layers of other widths.
    """
    layers = [layer for layer in network.actor if isinstance(layer, nn.Linear)]
    mine = [tuple(layer.weight.T.shape) for layer in layers]
    theirs = [weights.shape for weights, _ in actor.layers]
    if mine != theirs:
        fix = f"give a policy with layers of {mine}, or set hidden as this policy has it"
        raise InputError("start", theirs, fix)
    with torch.no_grad():
        for layer, (weights, biases) in zip(layers, actor.layers, strict=True):
            layer.weight.copy_(torch.from_numpy(weights.T))
            layer.bias.copy_(torch.from_numpy(biases))
        network.actor_scale.mean.zero_()
        network.actor_scale.var.fill_(1.0)
        network.actor_scale.count.fill_(_SEEN)
