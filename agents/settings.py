"""Settings of training, and the shipped ones of each env."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from ..twins.errors import InputError
from ..twins.toml_tables import check_keys
from ..twins.value_checks import check_flag, check_number, check_whole

_FOLDER = Path(__file__).parent / "defaults"
_COMMON = "common"
_MANY = 10**12
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PpoSettings:
    """Settings of the fast trainer.

    Args:
        steps: env-steps of the whole training.
        rows: plants that run at the same time.
        rollout: steps of each plant between two updates.
        epochs: times that each step is learned from.
        minibatch: steps of a gradient.
        learning_rate: at first; falls to 0.
        entropy_weight: reward of randomness at first; falls to 0.
        explore: share of episodes that begin with random steps, up to a random hour.
        hidden: widths of the hidden layers.
        critic_first: share of the training in which only the critic learns, so that a policy that
            begins with advice is not moved by a critic that knows nothing yet.
        gamma: discount a step; 1 for days that end.
        gae_lambda: how far advantages look beyond the next value.
        clip: how far a probability may move in an update.
        value_weight: of the critic's loss.
        max_grad_norm: gradients are cut to it.
        weight_decay: pull of all weights towards 0.
        joint: whether to choose combinations of modes, where there are few enough.
        reachable: whether to leave out what puts the targets of the day out of reach.
        hints: whether the policy is told the order of prices and what tasks need.
        advice: whether it begins with what a quick plan would do.
        hindsight: whether the critic sees the realised prices, generation and events to come.
        validate_every: updates between two looks at the validation days.

    Raises:
        InputError: a value of the wrong kind or out of range.
    """

    steps: int = 4_000_000
    rows: int = 256
    rollout: int = 24
    epochs: int = 3
    minibatch: int = 1024
    learning_rate: float = 1e-3
    entropy_weight: float = 0.05
    explore: float = 0.3
    hidden: tuple[int, ...] = (128, 128)
    critic_first: float = 0.0
    gamma: float = 1.0
    gae_lambda: float = 1.0
    clip: float = 0.2
    value_weight: float = 0.5
    max_grad_norm: float = 0.5
    weight_decay: float = 0.0
    joint: bool = True
    reachable: bool = True
    hints: bool = True
    advice: bool = True
    hindsight: bool = True
    validate_every: int = 40

    def __post_init__(self) -> None:
        for name in ("steps", "rows", "rollout", "epochs", "minibatch", "validate_every"):
            check_whole(name, getattr(self, name), low=1, high=_MANY)
        for name in ("gamma", "gae_lambda", "explore", "critic_first"):
            check_number(name, getattr(self, name), high=1.0)
        for name in ("learning_rate", "entropy_weight", "value_weight", "weight_decay"):
            check_number(name, getattr(self, name))
        for name in ("clip", "max_grad_norm"):
            check_number(name, getattr(self, name), low=1e-6)
        for name in ("joint", "reachable", "hints", "advice", "hindsight"):
            check_flag(name, getattr(self, name))
        if self.rows * self.rollout < _FEWEST:
            fix = f"give at least {_FEWEST}, to compare them with each other"
            raise InputError("rows x rollout", self.rows * self.rollout, fix)
        check_widths("hidden", self.hidden)
        object.__setattr__(self, "hidden", tuple(self.hidden))

    def as_dict(self) -> dict[str, Any]:
        """As it is written to files."""
        return {**asdict(self), "hidden": list(self.hidden)}


def check_widths(field: str, widths: object) -> None:
    """Raise unless these are widths of the layers of a network.

    Raises:
        InputError: no list of whole numbers above 0, or an empty one.
    """
    if not isinstance(widths, list | tuple) or not widths:
        raise InputError(field, widths, "give the width of each layer, as [128, 128]")
    for width in widths:
        check_whole(field, width, low=1, high=_MANY)


def ppo_settings(env_id: str, changes: Mapping[str, Any] | None = None) -> PpoSettings:
    """The shipped settings of an env, with some of them changed.

    Raises:
        InputError: an unknown setting, or a value that cannot be.
    """
    chosen = {**defaults(env_id, "ppo"), **(changes or {})}
    check_keys("settings", chosen, tuple(field.name for field in fields(PpoSettings)), ())
    return PpoSettings(**chosen)


def defaults(env_id: str, algorithm: str) -> dict[str, Any]:
    """What the shipped files say of an algorithm on an env, over what holds for all envs."""
    name = env_id.rpartition("/")[2]
    found: dict[str, Any] = {}
    for path in (_FOLDER / f"{_COMMON}.toml", _FOLDER / f"{name}.toml"):
        if path.exists():
            found |= tomllib.loads(path.read_text("utf-8")).get(algorithm, {})
    return found


def read_settings(path: Path) -> dict[str, Any]:
    """Settings of the user's own, from a TOML file of keys and values.

    Raises:
        InputError: a file that cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("settings", str(path), f"give a TOML file of settings ({error})") from None
