"""Training by Stable-Baselines3 on many rows, with the shipped settings of each env."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.errors import InputError, MissingExtraError
from ..twins.value_checks import check_flag, check_number, check_whole
from ..twins.whole_file import write_whole
from .settings import defaults
from .training_folder import RESULT, make_folder, plain_arguments
from .validation import Judged, ValidationDays, Validator, make_rows

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

MODEL = "model.zip"
RESULT_FORMAT = "plantgym sb3 training 1"

_DECAYING = "learning_rate_falls"
_NOISE = "action_noise_std"
_SCALED = "scale_reward"
_OWN = ("steps", "rows", _DECAYING, _NOISE, _SCALED)
"""Settings that are ours; all others go to the algorithm's constructor."""

_GAMMA = 0.99
"""The discount of every algorithm of SB3 that is not told another."""

_LOOKS = 20
"""Times that a model is judged in a training."""


class Algorithm(NamedTuple):
    """Where an algorithm is, and what it can act with."""

    module: str
    name: str
    levels: bool
    """Whether it can choose levels."""
    modes: bool
    """Whether it can choose modes."""
    joint: bool = False
    """Whether it must choose combinations of modes."""


ALGORITHMS = {
    "sb3-ppo": Algorithm("stable_baselines3", "PPO", levels=True, modes=True),
    "a2c": Algorithm("stable_baselines3", "A2C", levels=True, modes=True),
    "maskable-ppo": Algorithm("sb3_contrib", "MaskablePPO", levels=False, modes=True),
    "dqn": Algorithm("stable_baselines3", "DQN", levels=False, modes=True, joint=True),
    "sac": Algorithm("stable_baselines3", "SAC", levels=True, modes=False),
    "td3": Algorithm("stable_baselines3", "TD3", levels=True, modes=False),
}
"""By the names of the command line."""


@dataclass(frozen=True, slots=True)
class Sb3Result(Judged):
    """What came of a training, and how good the model kept is on the validation days.

    Args:
        steps: env-steps that were run.
        seconds: that the training took [s].
    """

    steps: int
    seconds: float


def train_sb3(
    env_id: str,
    algorithm: str,
    out: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    seed: int = 0,
    arguments: Mapping[str, Any] | None = None,
    validation: ValidationDays | None = None,
) -> Sb3Result:
    """Train by an algorithm of SB3, and write `model.zip` and `result.json`.

    Args:
        env_id: of a registered env.
        algorithm: a name of `ALGORITHMS`.
        out: folder for the files; made if it is absent.
        changes: settings that differ from the shipped ones: `steps`, `rows`,
            `learning_rate_falls` (to 0), `scale_reward` (by the spread of returns, in training),
            `action_noise_std` (of levels from -1 to 1, for TD3 and SAC), and arguments of the
            algorithm's constructor.
        seed: of the weights and the days.
        arguments: of the env.
        validation: days to judge the model on, of which the best one is kept; None to keep the
            last one.

    Raises:
        InputError: an unknown algorithm or setting, one that does not fit the env's actions, or
            a folder that cannot be made.
        MissingExtraError: SB3 is not installed.
    """
    settings = {**defaults(env_id, algorithm), **(changes or {})}
    model = make_sb3(env_id, algorithm, settings, seed=seed, arguments=arguments)
    judge = None if validation is None else Validator(env_id, arguments or {}, validation)
    make_folder(out)
    begin = time.perf_counter()
    judged = _learn(model, settings["steps"], out / MODEL, judge)
    result = Sb3Result(model.num_timesteps, time.perf_counter() - begin, **asdict(judged))
    about = {
        "format": RESULT_FORMAT,
        "env": env_id,
        "arguments": plain_arguments(arguments or {}),
        "algorithm": algorithm,
        "seed": seed,
        "settings": settings,
        "result": asdict(result),
    }
    write_whole(out / RESULT, json.dumps(about, indent=1) + "\n")
    return result


def make_sb3(
    env_id: str,
    algorithm: str,
    settings: Mapping[str, Any],
    *,
    seed: int = 0,
    arguments: Mapping[str, Any] | None = None,
) -> Any:  # noqa: ANN401 - a learner of any of SB3's classes
    """A learner of SB3 on many rows of an env.

    Args:
        env_id: of a registered env.
        algorithm: a name of `ALGORITHMS`.
        settings: all settings, `steps` and `rows` among them.
        seed: of the weights and the days.
        arguments: of the env.

    Raises:
        InputError: as `train_sb3`.
        MissingExtraError: SB3 is not installed.
    """
    if algorithm not in ALGORITHMS:
        raise InputError("algorithm", algorithm, f"use one of ppo, {', '.join(ALGORITHMS)}")
    chosen = ALGORITHMS[algorithm]
    for name in ("steps", "rows"):
        check_whole(name, settings.get(name), low=1, high=10**12)
    try:
        learner = getattr(import_module(chosen.module), chosen.name)
        from stable_baselines3.common.vec_env import VecEnv, VecNormalize

        from .sb3_env import Sb3VecEnv
    except ImportError:
        raise MissingExtraError(chosen.module.replace("_", "-"), "rl") from None
    env = make_rows(env_id, settings["rows"], arguments or {}, autoreset_mode="SameStep")
    _check_fit(algorithm, env)
    check_flag(_SCALED, settings.get(_SCALED, False))
    gamma = settings.get("gamma", _GAMMA)
    check_number("gamma", gamma, high=1.0)
    rows: VecEnv = Sb3VecEnv(env, joint=chosen.joint)
    if settings.get(_SCALED):
        rows = VecNormalize(rows, norm_obs=False, gamma=gamma)
    try:
        given = _given(settings, rows.action_space.shape)
        return learner("MlpPolicy", rows, seed=seed, device="cpu", **given)
    except (AssertionError, TypeError, ValueError) as error:
        fix = f"{algorithm} does not take them ({error})"
        raise InputError("settings", dict(settings), fix) from None


def _learn(model: BaseAlgorithm, steps: int, path: Path, judge: Validator | None) -> Judged:
    """Train a model, and save the best one, or the last one if nobody judges."""
    from .sb3_validation import BestModel, save_whole

    if judge is None:
        model.learn(steps)
        save_whole(model, path)
        return Judged()
    best = BestModel(judge, path, max(1, steps // _LOOKS))
    model.learn(steps, callback=best)
    return best.best


def _given(settings: Mapping[str, Any], shape: tuple[int, ...] | None) -> dict[str, Any]:
    """What the constructor of an algorithm is given, for actions of a shape."""
    from stable_baselines3.common.noise import NormalActionNoise
    from stable_baselines3.common.utils import LinearSchedule

    # A copy: A2C writes into what it is given.
    given = {name: deepcopy(value) for name, value in settings.items() if name not in _OWN}
    if settings.get(_DECAYING):
        given["learning_rate"] = LinearSchedule(given["learning_rate"], 0.0, 1.0)
    if settings.get(_NOISE):
        check_number(_NOISE, settings[_NOISE])
        spread = np.full(shape or (), settings[_NOISE])
        given["action_noise"] = NormalActionNoise(np.zeros_like(spread), spread)
    return given


def _check_fit(algorithm: str, env: PlantVectorEnv[Any, Any]) -> None:
    levels, chosen = env.batch.tables.continuous, ALGORITHMS[algorithm]
    if chosen.levels if levels else chosen.modes:
        return
    able = [n for n, a in ALGORITHMS.items() if (a.levels if levels else a.modes)]
    kind = "levels" if levels else "modes"
    raise InputError("algorithm", algorithm, f"this env takes {kind}: use ppo, {', '.join(able)}")
