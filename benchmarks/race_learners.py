"""The learners of the race, each as its users run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from stable_baselines3 import PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env

from ..agents.ppo import Learner
from ..agents.sb3_training import make_sb3
from ..agents.sb3_validation import days_run_by
from ..agents.settings import defaults, ppo_settings
from ..agents.validation import make_rows
from ..twins.stn_tables import Floats
from .cases import Case
from .race_judge import Judge

_ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class Start:
    """What a learner starts with.

    Args:
        case: the env.
        seed: of the weights and the days.
        steps: env-steps to train for at most; None for the learner's own.
        settings: that differ from the shipped ones, by the name of the algorithm.
    """

    case: Case
    seed: int = 0
    steps: int | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def changes(self, algorithm: str) -> dict[str, Any]:
        """Settings of an algorithm that differ from the shipped ones."""
        steps = {} if self.steps is None else {"steps": self.steps}
        return {**self.settings.get(algorithm, {}), **steps}


def fast_trainer(start: Start, judge: Judge) -> float:
    """Our trainer; the share of the env in its time."""
    env_id = start.case.env_id
    settings = ppo_settings(env_id, start.changes("ppo"))
    env = make_rows(env_id, settings.rows, start.case.arguments, autoreset_mode="SameStep")
    learner = Learner(env, settings, start.seed, "cpu")
    over = False

    def run_days() -> Floats:
        return judge.validator.costs(learner.actor(env_id))

    while not over:
        learner.update(learner.steps / settings.steps)
        last = learner.steps >= settings.steps
        over = judge.pass_by(learner.steps, run_days, last=last) or last
    env.close()
    return learner.collector.env_s / judge.looks[-1].wall_s


def sb3_tuned(algorithm: str, start: Start, judge: Judge) -> None:
    """An algorithm of SB3 on our adapter, with the shipped settings."""
    env_id = start.case.env_id
    settings = defaults(env_id, algorithm) | start.changes(algorithm)
    model = make_sb3(env_id, algorithm, settings, seed=start.seed, arguments=start.case.arguments)
    _learn(model, settings["steps"], judge)


def sb3_default(start: Start, judge: Judge) -> None:
    """SB3's PPO as its documentation starts it: a DummyVecEnv, and no settings at all."""
    env = make_vec_env(start.case.env_id, seed=start.seed, env_kwargs=dict(start.case.arguments))
    model = PPO("MlpPolicy", env, seed=start.seed, device="cpu")
    _learn(model, start.steps or _ENDLESS, judge)


LEARNERS: Mapping[str, Callable[[Start, Judge], float | None]] = MappingProxyType(
    {
        "ppo (ours)": fast_trainer,
        "SB3 PPO, tuned, Sb3VecEnv": partial(sb3_tuned, "sb3-ppo"),
        "SB3 MaskablePPO, tuned, Sb3VecEnv": partial(sb3_tuned, "maskable-ppo"),
        "SB3 PPO, defaults, DummyVecEnv": sb3_default,
    }
)
"""All learners by name."""


def _learn(model: BaseAlgorithm, steps: int, judge: Judge) -> None:
    model.learn(steps, callback=_Judged(judge))
    if not judge.over:
        judge.pass_by(model.num_timesteps, days_run_by(model, judge.validator), last=True)
    env = model.get_env()
    assert env is not None
    env.close()


class _Judged(BaseCallback):
    """Lets the judge look between two updates."""

    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self._judge = judge

    def _on_rollout_start(self) -> None:
        if self.num_timesteps:
            self._judge.pass_by(self.num_timesteps, days_run_by(self.model, self._judge.validator))

    def _on_step(self) -> bool:
        return not self._judge.over
