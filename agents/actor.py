"""A trained policy as it is kept and run: plain arrays, no learning library needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.plant_batch import PlantBatch
from ..envs.spaces import observation_names
from ..twins.errors import InputError
from ..twins.stn_tables import Ints
from .array_file import read_arrays, write_arrays
from .mask_kernel import Bools
from .masks import Choices, ModeMasks, make_choices
from .sight import Sight

FORMAT = "plantgym policy 2"

Float32s = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Actor:
    """The network of a trained policy, and what its numbers mean.

    Args:
        env_id: env that it was trained on.
        observed: names of the numbers that it sees.
        n_modes: modes of each control; None for levels.
        joint: whether it chooses combinations of modes.
        reachable: whether it leaves out what puts the targets of the day out of reach.
        hints: whether it is told the order of prices and what tasks need.
        advice: whether it is told what a quick plan would do, which is added to what it says.
        layers: weights [in, out] and biases [out] of each layer; tanh between them.
    """

    env_id: str
    observed: tuple[str, ...]
    n_modes: tuple[int, ...] | None
    joint: bool
    reachable: bool
    hints: bool
    advice: bool
    layers: tuple[tuple[Float32s, Float32s], ...]

    def outputs(self, obs: Float32s) -> Float32s:
        """What the network says [n, outputs] to what it sees [n, inputs]."""
        *hidden, (weights, biases) = self.layers
        within = obs
        for w, b in hidden:
            within = np.tanh(within @ w + b)
        said: Float32s = within @ weights + biases
        return said + obs[:, -said.shape[1] :] if self.advice else said

    def save(self, path: Path) -> None:
        """Write the policy to a file, whole or not at all.

        Raises:
            InputError: a file that cannot be written.
        """
        about = {
            "env": self.env_id,
            "observed": self.observed,
            "n_modes": self.n_modes,
            "joint": self.joint,
            "reachable": self.reachable,
            "hints": self.hints,
            "advice": self.advice,
        }
        arrays: dict[str, NDArray[Any]] = {}
        for k, (weights, biases) in enumerate(self.layers):
            arrays |= {f"w{k}": weights, f"b{k}": biases}
        write_arrays(path, FORMAT, about, arrays)


def load_actor(path: Path) -> Actor:
    """The policy of a file.

    Raises:
        InputError: a file that cannot be read, or holds something else.
    """
    return read_arrays(path, FORMAT, "policy.npz that `plantgym train`", _made)


def _made(about: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Actor:
    layers = tuple((arrays[f"w{k}"], arrays[f"b{k}"]) for k in range(len(arrays) // 2))
    modes = about["n_modes"]
    return Actor(
        about["env"],
        tuple(about["observed"]),
        None if modes is None else tuple(modes),
        about["joint"],
        about["reachable"],
        about["hints"],
        about["advice"],
        layers,
    )


class Driver:
    """Runs an actor on the rows of a batch.

    Args:
        actor: the trained policy.
        batch: the plants.

    Raises:
        InputError: plants that show or take something else than what the actor was trained on.
    """

    def __init__(self, actor: Actor, batch: PlantBatch[Any, Any]) -> None:
        check_fit(actor, batch)
        self._actor = actor
        self._sight = Sight(batch, hints=actor.hints, advice=actor.advice)
        self._choices: Choices | None = None
        if actor.n_modes is not None:
            self._choices = make_choices(batch.n_modes, actor.joint)
            self._parts = self._choices.parts()
            self._masks = ModeMasks(batch, self._choices, reachable=actor.reachable)

    def actions(self, obs: Float32s) -> NDArray[Any]:
        """The likeliest action of each row [n, J], given the observations [n, observed]."""
        outputs = self._actor.outputs(self._sight(obs))
        if self._choices is None:
            return np.clip(outputs, -1.0, 1.0)
        if self._parts is not None:
            outputs = outputs @ self._parts
        masks = self._masks.prudent(self._masks())
        return self._choices.modes(likeliest(outputs, masks, self._choices.sizes))


def likeliest(outputs: Float32s, masks: Bools, sizes: Sequence[int]) -> Ints:
    """The choice of each group [n, G] with the highest output [n, sum of sizes] that may be."""
    logits = np.where(masks, outputs, -np.inf)
    chosen, first = np.empty((len(logits), len(sizes)), np.int64), 0
    for group, size in enumerate(sizes):
        chosen[:, group] = logits[:, first : first + size].argmax(axis=1)
        first += size
    return chosen


def check_fit(actor: Actor, batch: PlantBatch[Any, Any]) -> None:
    """Refuse plants that an actor does not know.

    Raises:
        InputError: other observations or actions than those it was trained on.
    """
    fix = f"give a policy that was trained on this env; this one was on {actor.env_id}"
    if observation_names(batch) != actor.observed:
        raise InputError("policy observations", len(actor.observed), fix)
    modes = None if batch.tables.continuous else tuple(batch.n_modes)
    if modes != actor.n_modes:
        raise InputError("policy modes", actor.n_modes, fix)
