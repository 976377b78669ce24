"""Any model that Stable-Baselines3 has saved, as a policy."""

from __future__ import annotations

import json
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from ..envs.policy import Env
from ..envs.stn_env import StnEnv
from ..twins.errors import InputError, MissingExtraError
from .masks import make_choices
from .sb3_training import ALGORITHMS

_MASKABLE = "maskable-ppo"


class Sb3Policy:
    """Takes the likeliest action of a model; one that takes masks gets those of the env.

    SB3's files hold pickled objects: load only files that you trust.

    Args:
        path: zip file that a model's `save` wrote.

    Raises:
        InputError: a file that is none.
        MissingExtraError: SB3 is not installed.
    """

    def __init__(self, path: Path) -> None:
        self.algorithm = _algorithm(path)
        made = ALGORITHMS[self.algorithm]
        try:
            learner: Any = getattr(import_module(made.module), made.name)
        except ImportError:
            raise MissingExtraError(made.module.replace("_", "-"), "rl") from None
        self._model = learner.load(path, device="cpu")

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started.

        Raises:
            InputError: an env that shows or takes something else than the model was trained on.
        """
        base, space, model = env.unwrapped, env.action_space, self._model
        fix = "give a model that was trained on this env"
        if model.observation_space.shape != env.observation_space.shape:
            raise InputError("model observations", model.observation_space.shape, fix)
        self._joint = None
        if isinstance(space, gym.spaces.MultiDiscrete) and self.algorithm == "dqn":
            self._joint = make_choices([int(n) for n in space.nvec], joint=True)
            if (model.action_space.n,) != self._joint.sizes:
                raise InputError("model actions", int(model.action_space.n), fix)
        elif model.action_space != space:
            raise InputError("model actions", str(model.action_space), fix)
        self._env = base if isinstance(base, StnEnv) else None

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The likeliest action [J]."""
        masks = {}
        if self.algorithm == _MASKABLE and self._env is not None:
            masks = {"action_masks": self._env.action_masks()}
        chosen, _ = self._model.predict(obs, deterministic=True, **masks)
        if self._joint is None:
            return np.asarray(chosen)
        action: NDArray[Any] = self._joint.modes(np.asarray(chosen).reshape(1, 1))[0]
        return action


def _algorithm(path: Path) -> str:
    """Name of the algorithm that saved a model.

    Raises:
        InputError: a file that no algorithm of `ALGORITHMS` has saved.
    """
    fix = "give a model.zip that PPO, MaskablePPO, A2C, DQN, SAC or TD3 of SB3 has saved"
    try:
        with zipfile.ZipFile(path) as archive:
            data = json.loads(archive.read("data"))
        policy = str(data["policy_class"]["__module__"])
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise InputError("model file", str(path), f"{fix} ({error})") from None
    for part, name in (("maskable", _MASKABLE), ("dqn", "dqn"), ("sac", "sac"), ("td3", "td3")):
        if part in policy.split("."):
            return name
    if policy != "stable_baselines3.common.policies":
        raise InputError("model file", str(path), fix)
    # PPO and A2C share their policies; only one of them clips.
    return "sb3-ppo" if "clip_range" in data else "a2c"
