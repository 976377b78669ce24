"""Who stands on the leaderboard: envs, settings and policies, each listed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..baselines.registry import POLICIES
from ..envs import ENV_IDS
from ..envs.registry import PlantKind, plant_kind
from ..twins.errors import InputError
from .cases import Case
from .leaderboard_learners import Learner, clone, fast_trainer, hybrid, sb3
from .own_days import foreseen

DAYS = 20
TRAINING_SEEDS = (0, 1, 2, 3, 4)

_OF_NO_PLANT = "plantgym/Stn-v0"
"""Takes any plant; its default is that of `CementMill-v0`."""

_OMITTED = ("random", "ro", "ro-budget", "chance", "fuzzy")
_OMITTED_PLANS = tuple(f"{name}-day-ahead" for name in _OMITTED[1:])
"""Baselines that do not stand on the leaderboard; its page says so."""

_FOR_UNKNOWN_DAYS = ("so", "dro", "so-day-ahead", "dro-day-ahead", "bc")
"""Policies that do not stand where days are known: they plan for what may come, or imitate a data
set that Minari keeps, which cannot hold changed days."""

_SB3: Mapping[PlantKind, Sequence[str]] = MappingProxyType(
    {
        "factory": ("sb3-ppo", "maskable-ppo", "a2c", "dqn"),
        "heater": ("sb3-ppo", "a2c", "sac", "td3"),
    }
)
_UNFIT = frozenset({("plantgym/SteelPowder-v0", "dqn"), ("plantgym/SteelPowder-v0", "hybrid")})
"""Learners that an env has too many combinations of modes for."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A policy of the leaderboard.

    Args:
        name: of the policy.
        learner: how it is trained; None for policies that are not.
    """

    name: str
    learner: Learner | None = None

    @property
    def seeded(self) -> bool:
        """Whether it is trained several times, with a seed each."""
        return self.learner is not None and self.learner.seeded


@dataclass(frozen=True, slots=True)
class Setting:
    """What policies know of the days.

    Args:
        name: as files and the command line have it.
        title: on the page.
        case: the test days of an env, by its id.
    """

    name: str
    title: str
    case: Callable[[str], Case]


@dataclass(frozen=True, slots=True)
class Round:
    """Policies that run the same days of an env.

    Args:
        env_id: of the env.
        setting: what they know of the days.
        contestants: all of them, those that were not run yet included.
        days: how many, evenly spread over the test days.
        training_seeds: of those that learn.
    """

    env_id: str
    setting: Setting
    contestants: tuple[Contestant, ...]
    days: int = DAYS
    training_seeds: tuple[int, ...] = TRAINING_SEEDS

    @property
    def env(self) -> str:
        """Name of the env without what all names share."""
        return self.env_id.removeprefix("plantgym/").removesuffix("-v0")

    @property
    def reference(self) -> str:
        """The rule that scores 0."""
        return POLICIES[plant_kind(self.env_id)].reference

    def entries(self) -> list[Entry]:
        """All that is run: a policy once, one that learns once a training seed."""
        return [
            Entry(self, contestant, seed)
            for contestant in self.contestants
            for seed in (self.training_seeds if contestant.seeded else (None,))
        ]


@dataclass(frozen=True, slots=True)
class Entry:
    """A policy in a round.

    Args:
        round: where it runs.
        contestant: the policy.
        seed: of its training; None where nothing is drawn in training, or nothing learned.
    """

    round: Round
    contestant: Contestant
    seed: int | None

    @property
    def name(self) -> str:
        """Name of its files, such as `"CementPv.real.ppo.3"`."""
        parts = [self.round.env, self.round.setting.name, self.contestant.name]
        return ".".join(parts if self.seed is None else [*parts, str(self.seed)])


REAL = Setting("real", "Real uncertainty", Case)
KNOWN = Setting(
    "known",
    "Days known in advance",
    lambda env_id: Case(env_id, arguments=foreseen(env_id, {})),
)
SETTINGS = (REAL, KNOWN)


def leaderboard() -> tuple[Round, ...]:
    """All rounds, setting by setting."""
    return tuple(
        Round(env_id, setting, _contestants(env_id, setting))
        for setting in SETTINGS
        for env_id in ENV_IDS
        if env_id != _OF_NO_PLANT
    )


def chosen(
    rounds: Sequence[Round],
    *,
    envs: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    settings: Sequence[str] | None = None,
) -> list[Entry]:
    """Entries of some envs, policies and settings; None stands for all.

    Raises:
        InputError: a name that none of them has.
    """
    entries = [entry for each in rounds for entry in each.entries()]
    known: dict[str, tuple[Sequence[str] | None, Callable[[Entry], str]]] = {
        "--envs": (envs, lambda entry: entry.round.env),
        "--policies": (policies, lambda entry: entry.contestant.name),
        "--settings": (settings, lambda entry: entry.round.setting.name),
    }
    for option, (wanted, name_of) in known.items():
        names = dict.fromkeys(map(name_of, entries))
        for name in wanted or ():
            if name not in names:
                raise InputError(option, name, f"use some of {','.join(names)}")
    return [
        entry
        for entry in entries
        if all(wanted is None or name_of(entry) in wanted for wanted, name_of in known.values())
    ]


def _contestants(env_id: str, setting: Setting) -> tuple[Contestant, ...]:
    kind = plant_kind(env_id)
    plain = [
        Contestant(name)
        for name in POLICIES[kind].makers
        if name not in (*_OMITTED, *_OMITTED_PLANS)
    ]
    learners = {"ppo": fast_trainer(), "bc": clone(), **{name: sb3(name) for name in _SB3[kind]}}
    if kind == "factory":
        learners["hybrid"] = hybrid()
    learning = [Contestant(*each) for each in learners.items() if (env_id, each[0]) not in _UNFIT]
    idle = _FOR_UNKNOWN_DAYS if setting is KNOWN else ()
    return tuple(each for each in (*plain, *learning) if each.name not in idle)
