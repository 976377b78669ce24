"""All that a training needs to go on as if it had never been cut off."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..twins.errors import InputError
from ..twins.value_checks import changes
from ..twins.whole_file import write_whole
from .ppo import Learner

FORMAT = "plantgym training 1"


@dataclass(slots=True)
class Progress:
    """How far a training is, beside its learner.

    Args:
        seconds: spent so far [s].
        env_seconds: of them in the env, its masks, hints and advice [s].
        best_cost: mean cost of the validation days under the best policy so far [currency].
        rows: of the log.
    """

    seconds: float
    env_seconds: float
    best_cost: float
    rows: list[dict[str, float]]


def save_checkpoint(
    path: Path, about: Mapping[str, Any], learner: Learner, progress: Progress
) -> None:
    """Write the whole state of a training, all at once.

    Args:
        path: of the file.
        about: what the training depends on.
        learner: what is being trained.
        progress: how far it is.

    Raises:
        InputError: a file that cannot be written.
    """
    state = learner.collector.env.get_state()._asdict()
    content = {
        "format": FORMAT,
        "about": dict(about),
        "network": learner.network.state_dict(),
        "optimiser": learner.optimiser.state_dict(),
        "generator": learner.generator.get_state(),
        "steps": learner.steps,
        "plants": {name: torch.from_numpy(_signed(array)) for name, array in state.items()},
        "progress": asdict(progress),
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    write_whole(path, buffer.getvalue())


def load_checkpoint(path: Path, about: Mapping[str, Any], learner: Learner) -> Progress:
    """Bring a learner to where a checkpoint left it.

    Args:
        path: of the file.
        about: what the training depends on; it must not have changed.
        learner: fresh, of the same training.

    Raises:
        InputError: a file that is no checkpoint, or one of another training.
    """
    foreign = InputError("checkpoint", str(path), "delete it: plantgym did not write this")
    if not zipfile.is_zipfile(path):
        raise foreign
    try:
        content = torch.load(path, weights_only=True)
        known = content["format"] == FORMAT
    except (OSError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError):
        known = False
    if not known:
        raise foreign
    if changed := changes(content["about"], about):
        raise InputError("unfinished training", str(path), f"{changed}; give another folder")
    learner.network.load_state_dict(content["network"])
    learner.optimiser.load_state_dict(content["optimiser"])
    learner.generator.set_state(content["generator"])
    learner.steps = content["steps"]
    state = learner.collector.env.batch.state
    plants = {
        name: content["plants"][name].numpy().view(array.dtype)
        for name, array in state._asdict().items()
    }
    learner.collector.resume(type(state)(**plants))
    return Progress(**content["progress"])


def _signed(array: Any) -> Any:  # noqa: ANN401 - arrays of any type
    """The same bits in a type that checkpoints may hold."""
    return array.view(np.int64) if array.dtype == np.uint64 else array
