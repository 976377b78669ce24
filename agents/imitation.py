"""Behaviour cloning: a policy that does what was done on days that were run well."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..twins.errors import InputError
from ..twins.stn_tables import Ints
from ..twins.toml_tables import check_keys
from ..twins.value_checks import check_number, check_whole
from ..twins.whole_file import write_whole
from .actor import Actor
from .demonstrations import Demonstrations
from .masks import Choices
from .ppo import Learner
from .settings import check_widths, ppo_settings
from .training import POLICY
from .training_folder import RESULT, make_folder, plain_arguments
from .validation import Judged, ValidationDays, Validator, make_rows

RESULT_FORMAT = "plantgym imitation result 1"
_MANY = 10**9

_FORBIDDEN = -1e6
"""What masks forbid has a log-probability below this."""

Tell = Callable[[float, str], None]

Steps = tuple[Tensor, Tensor, Tensor]
"""What was seen [n, observed], might be chosen [n, outputs] and was chosen [n, chosen]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BcSettings:
    """Settings of behaviour cloning.

    Args:
        epochs: times that each step is learned from.
        minibatch: steps of a gradient.
        learning_rate: at first; falls to 0.
        weight_decay: pull of all weights towards 0.
        hidden: widths of the hidden layers.
        validate_every: epochs between two looks at the validation days.

    Raises:
        InputError: a value of the wrong kind or out of range.
    """

    epochs: int = 60
    minibatch: int = 512
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    hidden: tuple[int, ...] = (64, 64)
    validate_every: int = 5

    def __post_init__(self) -> None:
        for name in ("epochs", "minibatch", "validate_every"):
            check_whole(name, getattr(self, name), low=1, high=_MANY)
        for name in ("learning_rate", "weight_decay"):
            check_number(name, getattr(self, name))
        check_widths("hidden", self.hidden)
        object.__setattr__(self, "hidden", tuple(self.hidden))


@dataclass(frozen=True, slots=True)
class BcResult(Judged):
    """What came of a training, and how good the policy kept is on the validation days.

    Args:
        steps: that were learned from, each of them once an epoch.
        seconds: that the training took [s].
    """

    steps: int
    seconds: float


def train_bc(
    shown: Demonstrations,
    out: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    seed: int = 0,
    validation: ValidationDays | None = None,
    arguments: Mapping[str, Any] | None = None,
    tell: Tell = lambda share, doing: None,
) -> BcResult:
    """Train a policy, and write `policy.npz` and `result.json`. The same seed gives the same bits.

    Args:
        shown: what is imitated.
        out: folder for the files; made if it is absent.
        changes: of `BcSettings`.
        seed: of the weights and of the order of the steps.
        validation: days to judge the policy on; None to keep the last one.
        arguments: of the env of the validation days; None for those of the demonstrations.
        tell: is told the share that is done and how good the policy is.

    Raises:
        InputError: unknown settings, demonstrations that this version replays otherwise, or files
            that cannot be written.
    """
    changed = dict(changes or {})
    check_keys("settings", changed, tuple(asdict(BcSettings())), ())
    settings, begin = BcSettings(**changed), time.perf_counter()
    judge = None
    if validation is not None:
        judge = Validator(shown.env_id, dict(arguments or shown.arguments), validation)
    make_folder(out)
    learner = _learner(shown, settings, seed)
    steps = replay(learner, shown)
    actor = _clone(learner, steps, settings, shown.env_id, judge, tell)
    actor.save(out / POLICY)
    result = BcResult(len(steps[0]), time.perf_counter() - begin)
    if judge is not None:
        result = replace(result, **asdict(judge.days.judged(judge.costs(actor))))
    about = {
        "format": RESULT_FORMAT,
        "env": shown.env_id,
        "arguments": plain_arguments(shown.arguments),
        "seed": seed,
        **asdict(settings),
        "result": asdict(result),
    }
    write_whole(out / RESULT, json.dumps(about, indent=1) + "\n")
    return result


def _clone(
    learner: Learner,
    steps: Steps,
    settings: BcSettings,
    env_id: str,
    judge: Validator | None,
    tell: Tell,
) -> Actor:
    """The policy that was best on the validation days; without them the last one."""
    learner.network.actor_scale.see(steps[0])
    best, kept = float("inf"), learner.actor(env_id)
    for epoch in range(1, settings.epochs + 1):
        _learn_once(learner, steps, settings, (epoch - 1) / settings.epochs)
        if epoch < settings.epochs and (judge is None or epoch % settings.validate_every):
            continue
        actor = learner.actor(env_id)
        judged = judge.days.judged(judge.costs(actor)) if judge else Judged()
        tell(epoch / settings.epochs, judged.told() or "training")
        cost = judged.validation_cost or 0.0
        if cost < best:
            best, kept = cost, actor
    return kept


def _learner(shown: Demonstrations, settings: BcSettings, seed: int) -> Learner:
    """A fresh network on as many plants as there are demonstrations."""
    changes = {
        "hidden": settings.hidden,
        "learning_rate": settings.learning_rate,
        "weight_decay": settings.weight_decay,
        "hindsight": False,
        "advice": False,
    }
    env = make_rows(shown.env_id, len(shown.dates), shown.arguments, autoreset_mode="SameStep")
    return Learner(env, ppo_settings(shown.env_id, changes), seed, "cpu")


def replay(learner: Learner, shown: Demonstrations) -> Steps:
    """What the policy would have seen, might have chosen and should have chosen in each step.

    Steps in which the policy might not choose what was done are left out.

    Args:
        learner: with as many plants as there are demonstrations.
        shown: what was done.

    Raises:
        InputError: demonstrations that this env runs otherwise.
    """
    collector = learner.collector
    obs = shown.start(collector.env)
    steps = []
    for step in range(shown.actions.shape[1]):
        if not np.array_equal(obs, shown.observations[:, step]):
            fix = "make it anew: this env does not run it as it was recorded"
            raise InputError("data set", f"step {step}", fix)
        ahead = np.zeros((len(obs), 0), np.float32)
        action = shown.actions[:, step]
        chosen = torch.from_numpy(_choice(collector.choices, collector.env.batch.n_modes, action))
        steps.append((collector.seen(obs, ahead), collector.allowed(), chosen))
        obs = collector.env.step(action)[0]
    seen, masks, chosen = (torch.cat(series) for series in zip(*steps, strict=True))
    with torch.no_grad():
        likely, _ = learner.network.head.log_prob_and_entropy(
            learner.network.outputs(seen), masks, chosen
        )
    may = likely > _FORBIDDEN
    return seen[may], masks[may], chosen[may]


def _choice(choices: Choices | None, n_modes: list[int], action: Any) -> Any:  # noqa: ANN401
    """What the head would have chosen to act so [n, chosen]."""
    if choices is None:
        return action.astype(np.float32)
    modes: Ints = action
    if choices.joint_modes is None:
        return modes
    return np.ravel_multi_index(tuple(modes.T), n_modes)[:, None]


def _learn_once(learner: Learner, steps: Steps, settings: BcSettings, done: float) -> None:
    """Learn from each step once."""
    network, (seen, masks, chosen) = learner.network, steps
    for group in learner.optimiser.param_groups:
        group["lr"] = settings.learning_rate * (1.0 - done)
    order = torch.randperm(len(seen), generator=learner.generator)
    for index in torch.split(order, settings.minibatch):
        outputs = network.outputs(seen[index])
        likely, _ = network.head.log_prob_and_entropy(outputs, masks[index], chosen[index])
        loss = -likely.mean()
        learner.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), learner.settings.max_grad_norm)
        learner.optimiser.step()
