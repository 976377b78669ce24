"""How the leaderboard trains policies, each with its shipped settings and a seed."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agents.settings import defaults, ppo_settings
from ..twins.whole_file import write_whole
from .cases import Case, unwrap

if TYPE_CHECKING:
    from ..agents.validation import ValidationDays

_SHOWN_DAYS = 200
_TOLD = "training.json"


@dataclass(frozen=True, slots=True)
class Learner:
    """A way to train a policy.

    Args:
        kind: of the policy, as in `kind:FILE`.
        file: of the policy, in the folder of its training.
        settings: of an env, by its id.
        train: trains on a case, with a seed and settings, into a folder; what it took.
        seeded: whether anything is drawn in training; what is not has no training seeds.
    """

    kind: str
    file: str
    settings: Callable[[str], Mapping[str, Any]]
    train: Callable[[Case, int, Mapping[str, Any], Path], Effort]
    seeded: bool = True


@dataclass(frozen=True, slots=True)
class Effort:
    """What a training took.

    Args:
        steps: env-steps; 0 for learners that learn from data.
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

        validation, begin = _validation_days(case), time.process_time()
        result = train_sb3(
            case.env_id,
            algorithm,
            folder,
            changes=settings,
            seed=seed,
            arguments=case.arguments,
            validation=validation,
        )
        return Effort(result.steps, time.process_time() - begin)

    return Learner("sb3", "model.zip", lambda env: {**defaults(env, algorithm), **changes}, train)


def hybrid() -> Learner:
    """Approximate dynamic programming."""

    def settings(env_id: str) -> Mapping[str, Any]:
        from ..agents.spread_chain import ChainSettings

        return ChainSettings().as_dict()

    return Learner("hybrid", "hybrid.npz", settings, _train_hybrid, seeded=False)


def clone(**changes: object) -> Learner:
    """Behaviour cloning of the optimum on training days, with settings that differ from its own.

    The setting `shown_days` is the greatest number of those days; their optima do not count as
    effort.
    """

    def settings(env_id: str) -> Mapping[str, Any]:
        from ..agents.imitation import BcSettings

        return {"shown_days": _SHOWN_DAYS, **asdict(BcSettings()), **changes}

    return Learner("ppo", "policy.npz", settings, _train_clone)


def train_into(folder: Path, learner: Learner, case: Case, about: Mapping[str, Any]) -> Effort:
    """Train a policy, and write all its files or none.

    Args:
        folder: for the files; what it holds is replaced.
        learner: how to train.
        case: the env.
        about: what the policy depends on; with the `training` settings and, where anything is
            drawn, the `training_seed`.
    """
    draft = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    effort = learner.train(case, about.get("training_seed", 0), about["training"], draft)
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

    return validation_of(case)


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


def _train_hybrid(case: Case, seed: int, settings: Mapping[str, Any], folder: Path) -> Effort:
    from ..agents.adp_training import train_adp

    begin = time.process_time()
    train_adp(case.env_id, folder, changes=settings, arguments=case.arguments)
    return Effort(0, time.process_time() - begin)


def _train_clone(case: Case, seed: int, settings: Mapping[str, Any], folder: Path) -> Effort:
    from ..agents.demonstrations import load_demonstrations
    from ..agents.imitation import train_bc
    from .dataset import dataset_id, write_dataset

    changes = dict(settings)
    days, shown = changes.pop("shown_days"), replace(case, split="train")
    days = min(days, unwrap(shown.make()).batch.scenarios.n_days)
    # The trainings of an env and setting imitate the same days.
    name = ".".join([*folder.name.split(".")[:2], str(days)])
    root = folder.parent / "datasets" / name
    if not root.exists():
        draft = root.with_name(f"{name}.part")
        shutil.rmtree(draft, ignore_errors=True)
        write_dataset(shown, draft, days=days, seed=0, tell=lambda *_: None)
        draft.rename(root)
    own = load_demonstrations(root / dataset_id(shown))
    validation = _validation_days(case)
    begin = time.process_time()
    train_bc(
        own, folder, changes=changes, seed=seed, validation=validation, arguments=case.arguments
    )
    return Effort(0, time.process_time() - begin)
