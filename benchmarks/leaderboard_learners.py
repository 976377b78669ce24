"""How the leaderboard trains policies, each with its shipped settings and a seed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agents.settings import defaults, ppo_settings
from ..twins.whole_file import write_whole
from .cases import Case

if TYPE_CHECKING:
    from ..agents.validation import ValidationDays

_VALIDATION_DAYS = 20
_TOLD = "training.json"


@dataclass(frozen=True, slots=True)
class Learner:
    """A way to train a policy.

    Args:
        kind: of the policy, as in `kind:FILE`.
        file: of the policy, in the folder of its training.
        settings: of an env, by its id.
        train: trains on a case, with a seed and settings, into a folder; what it took.
    """

    kind: str
    file: str
    settings: Callable[[str], Mapping[str, Any]]
    train: Callable[[Case, int, Mapping[str, Any], Path], Effort]


@dataclass(frozen=True, slots=True)
class Effort:
    """What a training took.

    Args:
        steps: env-steps.
        cpu_s: CPU time, looks at validation days included, but not what their optima took [s].
    """

    steps: int
    cpu_s: float


def fast_trainer(**changes: object) -> Learner:
    """Our PPO, with settings that differ from the shipped ones."""
    return Learner("ppo", "policy.npz", lambda env: ppo_settings(env, changes).as_dict(), _train)


def sb3(algorithm: str, **changes: object) -> Learner:
    """An algorithm of SB3, with settings that differ from the shipped ones."""

    def train(case: Case, seed: int, settings: Mapping[str, Any], folder: Path) -> Effort:
        from ..agents.sb3_training import train_sb3

        begin = time.process_time()
        env_id, arguments = case.env_id, case.arguments
        train_sb3(env_id, algorithm, folder, changes=settings, seed=seed, arguments=arguments)
        return Effort(settings["steps"], time.process_time() - begin)

    return Learner("sb3", "model.zip", lambda env: {**defaults(env, algorithm), **changes}, train)


def train_into(folder: Path, learner: Learner, case: Case, about: Mapping[str, Any]) -> Effort:
    """Train a policy, and write all its files or none.

    Args:
        folder: for the files; what it holds is replaced.
        learner: how to train.
        case: the env.
        about: what the policy depends on; with the `training_seed` and the `training` settings.
    """
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    effort = learner.train(case, about["training_seed"], about["training"], draft)
    told = json.dumps({"about": about, "effort": asdict(effort)}, indent=1)
    write_whole(draft / _TOLD, told + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return effort


def find_trained(folder: Path, about: Mapping[str, Any]) -> Effort | None:
    """What the training in a folder took, if it is the one wanted; None otherwise."""
    path = folder / _TOLD
    if not path.exists():
        return None
    told = json.loads(path.read_text("utf-8"))
    return Effort(**told["effort"]) if told["about"] == json.loads(json.dumps(about)) else None


@cache
def _validation_days(case: Case) -> ValidationDays | None:
    """Their optima take minutes: planned once for all seeds of a case."""
    from .train_cli import validation_of

    return validation_of(case, _VALIDATION_DAYS)


def _train(case: Case, seed: int, settings: Mapping[str, Any], folder: Path) -> Effort:
    from ..agents.training import Training, train

    training = Training(
        env_id=case.env_id,
        out=folder,
        settings=ppo_settings(case.env_id, settings),
        seed=seed,
        arguments=case.arguments,
        validation=_validation_days(case),
    )
    begin = time.process_time()
    return Effort(train(training).steps, time.process_time() - begin)
