"""A whole training: updates, looks at the validation days, files, going on after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from ..envs.plant_vector_env import PlantVectorEnv
from ..twins.errors import InputError
from ..twins.fingerprint import fingerprint
from ..twins.whole_file import write_whole
from .actor import load_actor
from .checkpoint import Progress, load_checkpoint, save_checkpoint
from .ppo import Learner
from .settings import PpoSettings
from .training_folder import CHECKPOINT, RESULT, make_folder, plain_arguments
from .training_log import TrainingLog
from .validation import Judged, ValidationDays, Validator, make_rows
from .warm_start import file_digest, seeing_as, start_from

POLICY = "policy.npz"
"""The best policy of a training so far."""

RESULT_FORMAT = "plantgym training result 1"
_S_PER_MINUTE = 60.0

Tell = Callable[[float, str], None]


def _silent(share: float, doing: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is to be trained.

    Args:
        env_id: of a registered env.
        out: folder for all files; made if it is absent.
        settings: of the trainer.
        seed: of the weights, the days and all that is drawn.
        arguments: of the env.
        device: `"cpu"` or `"cuda"`.
        threads: of the learning library; results depend on them in the last digits.
        minutes: time to train for, earlier runs included; None for `settings.steps`.
        validation: days to judge the policy on; None to keep the last one.
        checkpoint_s: time between two checkpoints [s].
        tensorboard: whether to write event files.
        start: file of a policy to begin with, which settles what is seen; None to begin anew.
    """

    env_id: str
    out: Path
    settings: PpoSettings
    seed: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)
    device: str = "cpu"
    threads: int = 1
    minutes: float | None = None
    validation: ValidationDays | None = None
    checkpoint_s: float = 20.0
    tensorboard: bool = False
    start: Path | None = None

    def about(self) -> dict[str, Any]:
        """What the result depends on, beside the plant and its days."""
        return {
            "env": self.env_id,
            "arguments": plain_arguments(self.arguments),
            "seed": self.seed,
            "minutes": self.minutes,
            "start": None if self.start is None else file_digest(self.start),
            "settings": self.settings.as_dict(),
            "validation": self.validation.fingerprint() if self.validation else None,
        }


@dataclass(frozen=True, slots=True)
class TrainingResult(Judged):
    """What came of a training, and how good the policy kept is on the validation days.

    Args:
        steps: env-steps.
        seconds: time that it took, earlier runs included [s].
        env_share: share of that time spent in the env, its masks, hints and advice.
    """

    steps: int
    seconds: float
    env_share: float


def train(training: Training, *, resume: bool = False, tell: Tell = _silent) -> TrainingResult:
    """Train a policy, and write `policy.npz`, `log.csv`, `training.pt` and `result.json`.

    The same seed gives the same weights, on the same kind of machine, unless `minutes` limits the
    training; so does a training that was killed and resumed.

    Args:
        training: what is to be trained.
        resume: whether to go on from the checkpoint in the folder, if there is one.
        tell: is told the share that is done and how good the policy is.

    Raises:
        InputError: arguments that make no env, a device that is not there, a folder that holds
            another training, or files that cannot be written.
        MissingExtraError: tensorboard is asked for and not installed.
    """
    checkpoint = _prepare(training, resume)
    torch.set_num_threads(training.threads)
    env = make_rows(
        training.env_id, training.settings.rows, training.arguments, autoreset_mode="SameStep"
    )
    run = _Run(training, env, checkpoint if resume and checkpoint.exists() else None)
    try:
        return run.finish(tell)
    finally:
        run.close()


class _Run:
    """A training under way."""

    def __init__(
        self, training: Training, env: PlantVectorEnv[Any, Any], checkpoint: Path | None
    ) -> None:
        days, arguments = training.validation, training.arguments
        self.training = training
        start = None if training.start is None else load_actor(training.start)
        settings = training.settings if start is None else seeing_as(training.settings, start)
        self.learner = Learner(env, settings, training.seed, training.device)
        if start is not None:
            start_from(self.learner.network, start)
        self.validator = Validator(training.env_id, arguments, days) if days else None
        data = fingerprint(env.batch.plant, env.batch.scenarios)
        self.about = {**training.about(), "data": data}
        self.progress = Progress(0.0, 0.0, float("inf"), [])
        if checkpoint is not None:
            self.progress = load_checkpoint(checkpoint, self.about, self.learner)
        self.log = TrainingLog(training.out, self.progress.rows, tensorboard=training.tensorboard)
        self.started = time.perf_counter()
        self.earlier_s, self.earlier_env_s = self.progress.seconds, self.progress.env_seconds

    def done(self) -> float:
        """Share of the training that is done."""
        if self.training.minutes is None:
            return min(1.0, self.learner.steps / self.training.settings.steps)
        return min(1.0, self.progress.seconds / (_S_PER_MINUTE * self.training.minutes))

    def finish(self, tell: Tell) -> TrainingResult:
        """Train to the end."""
        saved, updates, doing = time.perf_counter(), len(self.log.rows), "starting"
        every = self.training.settings.validate_every
        begun = self.training.start is not None or self.learner.collector.n_advised > 0
        if begun and not updates:
            doing = self._validate().told() or doing
        while (done := self.done()) < 1.0:
            tell(done, doing)
            found = self.learner.update(done)
            updates += 1
            self._clock()
            row = {"steps": self.learner.steps, "seconds": round(self.progress.seconds, 3)}
            if updates % every == 0 or self.done() >= 1.0:
                judged = self._validate()
                row |= {name: value for name, value in asdict(judged).items() if value is not None}
                doing = judged.told() or "training"
            self.log.add({**row, **found})
            if time.perf_counter() - saved > self.training.checkpoint_s:
                self._save()
                saved = time.perf_counter()
        tell(1.0, doing)
        self._save()
        return self._result()

    def close(self) -> None:
        """Let go of files and plants."""
        self.log.close()
        self.learner.collector.env.close()

    def _clock(self) -> None:
        self.progress.seconds = self.earlier_s + time.perf_counter() - self.started
        self.progress.env_seconds = self.earlier_env_s + self.learner.collector.env_s

    def _validate(self) -> Judged:
        """Judge the policy, and keep it if it is the best so far."""
        actor = self.learner.actor(self.training.env_id)
        if self.validator is None:
            actor.save(self.training.out / POLICY)
            return Judged()
        costs = self.validator.costs(actor)
        mean = float(costs.mean())
        if mean < self.progress.best_cost:
            self.progress.best_cost = mean
            actor.save(self.training.out / POLICY)
        return self.validator.days.judged(costs)

    def _save(self) -> None:
        self._clock()
        path = self.training.out / CHECKPOINT
        save_checkpoint(path, self.about, self.learner, self.progress)
        self.log.write()

    def _result(self) -> TrainingResult:
        progress, validator = self.progress, self.validator
        result = TrainingResult(
            self.learner.steps, progress.seconds, progress.env_seconds / progress.seconds
        )
        if validator is not None:
            costs = validator.costs(load_actor(self.training.out / POLICY))
            result = replace(result, **asdict(validator.days.judged(costs)))
        content = {"format": RESULT_FORMAT, **self.about, "result": asdict(result)}
        write_whole(self.training.out / RESULT, json.dumps(content, indent=1) + "\n")
        return result


def _prepare(training: Training, resume: bool) -> Path:
    """Check the folder and the device; the path of the checkpoint."""
    try:
        kind = torch.device(training.device).type
    except RuntimeError:
        kind = ""
    if kind not in ("cpu", "cuda"):
        raise InputError("device", training.device, "use cpu or cuda")
    if kind == "cuda" and not torch.cuda.is_available():
        raise InputError("device", training.device, "use cpu: there is no CUDA device")
    make_folder(training.out, resume=resume)
    return training.out / CHECKPOINT
