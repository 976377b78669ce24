"""One policy on one day: what a comparison is made of."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from ..envs.policy import Env, Policy
from .cases import Case, unwrap

_ENERGIES = {
    "load_kw": "energy_kwh",
    "buy_kw": "import_kwh",
    "sell_kw": "export_kwh",
    "generation_kw": "generation_kwh",
    "curtailed_kw": "curtailed_kwh",
    "dr_response_kw": "dr_response_kwh",
    "reduced_kw": "reduced_kwh",
    "absorbed_kw": "absorbed_kwh",
}
"""Powers on the meters of plants, and what their energies are called in rows."""

_MINUTES_PER_H = 60


@runtime_checkable
class Bounded(Protocol):
    """A policy that knows, once it is reset, how good any policy could be."""

    bound: float
    """No policy can run the day for less [currency]."""


@dataclass(frozen=True, slots=True)
class Episode:
    """What a policy did on a day.

    Args:
        policy: its name.
        day: YYYY-MM-DD.
        episode_seed: seed of the env's reset.
        steps: decisions taken.
        cost: of the day [currency].
        cost_parts: the cost by the `cost_parts` of the env's batch [currency].
        meter: energies of the day by name, those that the plant meters [kWh].
        moved: how many requests the shield changed.
        decision_s: mean time of a decision, planning at the start of the day included [s].
        decision_cpu_s: likewise, in CPU time: what other programs do makes no difference [s].
        bound: proven least cost of any policy, if this one proves one [currency].
    """

    policy: str
    day: str
    episode_seed: int
    steps: int
    cost: float
    cost_parts: Mapping[str, float]
    meter: Mapping[str, float]
    moved: int
    decision_s: float
    decision_cpu_s: float
    bound: float | None


class Workshop:
    """An env and policies that are made once and used for many days.

    A policy is run in once before its first day, so that decision times hold no compilation.

    Args:
        case: the env.
        seed: of the run.
    """

    def __init__(self, case: Case, seed: int) -> None:
        self.env = case.make()
        self._case = case
        self._seed = seed
        self._policies: dict[str, Policy] = {}

    def run(self, policy_name: str, day: str) -> Episode:
        """Run a policy on a day.

        Raises:
            InputError: an unknown policy or day.
        """
        if policy_name not in self._policies:
            self._policies[policy_name] = self._run_in(policy_name, day)
        return run_episode(self.env, self._policies[policy_name], policy_name, day, self._seed)

    def _run_in(self, policy_name: str, day: str) -> Policy:
        from .policies import make_policy

        policy = make_policy(policy_name, self._seed, self._case)
        obs, _ = self.env.reset(seed=0, options={"day": day})
        policy.reset(self.env)
        policy.act(obs)
        return policy


class _Stopwatch:
    """Adds up the time that is spent within it."""

    def __init__(self) -> None:
        self.wall_s = self.cpu_s = 0.0

    def __enter__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall_s += time.perf_counter() - self._wall
        self.cpu_s += time.process_time() - self._cpu


_workshop: dict[str, Workshop] = {}
"""The one that this process used last, by the settings of its run."""


def run_unit(run: str, case: Case, policy_name: str, day: str, seed: int) -> Episode:
    """Run a policy on a day, in this process's workshop.

    Args:
        run: tells runs with different settings apart.
        case: the env.
        policy_name: of the policy.
        day: YYYY-MM-DD.
        seed: of the run.

    Raises:
        InputError: an unknown policy or day.
    """
    if run not in _workshop:
        _workshop.clear()
        _workshop[run] = Workshop(case, seed)
    return _workshop[run].run(policy_name, day)


def episode_seed(seed: int, day: str) -> int:
    """Seed of the env's reset; it depends on nothing but the run's seed and the day."""
    words = [seed, int(day.replace("-", ""))]
    return int(np.random.SeedSequence(words).generate_state(1)[0])


def run_episode(env: Env, policy: Policy, policy_name: str, day: str, seed: int) -> Episode:
    """Run a policy on a day of an env.

    Args:
        env: the env.
        policy: the policy.
        policy_name: its name.
        day: YYYY-MM-DD.
        seed: of the run.

    Raises:
        InputError: a day that the env has not.
    """
    batch = unwrap(env).batch
    step_h = batch.scenarios.step_minutes / _MINUTES_PER_H
    cost = dict.fromkeys(batch.cost_parts, 0.0)
    energy = {name: 0.0 for power, name in _ENERGIES.items() if power in batch.meter}
    steps = moved = 0
    env_seed = episode_seed(seed, day)
    obs, _ = env.reset(seed=env_seed, options={"day": day})
    watch = _Stopwatch()
    with watch:
        policy.reset(env)
    over = False
    while not over:
        with watch:
            action = policy.act(obs)
        obs, _, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        steps += 1
        moved += round(info["moved"])
        for part, value in info["cost"].items():
            cost[part] += value
        for power, name in _ENERGIES.items():
            if name in energy:
                energy[name] += info[power] * step_h
    return Episode(
        policy=policy_name,
        day=day,
        episode_seed=env_seed,
        steps=steps,
        cost=sum(cost.values()),
        cost_parts=cost,
        meter=energy,
        moved=moved,
        decision_s=watch.wall_s / steps,
        decision_cpu_s=watch.cpu_s / steps,
        bound=policy.bound if isinstance(policy, Bounded) else None,
    )
