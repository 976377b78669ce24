"""Models of Stable-Baselines3 on validation days, while they are trained and after."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sb3_contrib import MaskablePPO
from stable_baselines3 import DQN
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback

from ..twins.stn_tables import Floats
from ..twins.whole_file import write_whole
from .masks import ModeMasks, make_choices
from .validation import Judged, Validator


def days_run_by(model: BaseAlgorithm, validator: Validator) -> Callable[[], Floats]:
    """What runs a model on the validation days, and tells what each of them costs [currency].

    A model that was trained with masks is given them.
    """
    batch = validator.env.batch
    if isinstance(model, MaskablePPO):
        masks = ModeMasks(batch, make_choices(batch.n_modes, joint=False), reachable=False)
        return lambda: validator.costs_of(
            lambda obs: model.predict(obs, deterministic=True, action_masks=masks())[0]
        )
    if isinstance(model, DQN):
        joint = make_choices(batch.n_modes, joint=True)
        return lambda: validator.costs_of(
            lambda obs: joint.modes(model.predict(obs, deterministic=True)[0][:, None])
        )
    return lambda: validator.costs_of(lambda obs: model.predict(obs, deterministic=True)[0])


def save_whole(model: BaseAlgorithm, path: Path) -> None:
    """Save a model all at once, so that a kill leaves the one before.

    Raises:
        InputError: a file that cannot be written.
    """
    buffer = io.BytesIO()
    model.save(buffer)
    write_whole(path, buffer.getvalue())


class BestModel(BaseCallback):
    """Saves the model whenever it is better on the validation days than it ever was.

    Args:
        validator: the days.
        path: of the model.
        every: env-steps between two looks; there is one more at the end of the training.

    Attributes:
        best: how good the model is that was saved last.
    """

    def __init__(self, validator: Validator, path: Path, every: int) -> None:
        super().__init__()
        self.best = Judged()
        self._validator, self._path = validator, path
        self._every, self._next = every, every

    def _on_step(self) -> bool:
        if self.num_timesteps >= self._next:
            self._next += self._every
            self._look()
        return True

    def _on_training_end(self) -> None:
        self._look()

    def _look(self) -> None:
        costs = days_run_by(self.model, self._validator)()
        least = self.best.validation_cost
        if least is None or float(np.mean(costs)) < least:
            self.best = self._validator.days.judged(costs)
            save_whole(self.model, self._path)
