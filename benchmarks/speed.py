"""How fast it is: a list of frozen cases, measured side by side in one run.

Rates are the best of several rounds, because a busy machine only ever slows a round down. Each goal
stands beside what was measured; nothing fails if one is missed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import VectorEnv

from ..baselines.registry import make_policy
from ..envs.policy import Env

ROWS = 1024
MANY_ROWS = 8192
_CARTPOLE = "CartPole-v1"
_FACTORY = "plantgym/CementPv-v0"
_HEATER = "plantgym/SetsHeater-v0"
_IMPORT = (
    "import time; t = time.perf_counter(); import plantgym.envs; print(time.perf_counter() - t)"
)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure.

    Args:
        rounds: repetitions of each measurement.
        steps: steps of a single env in a round.
        vector_steps: steps of a vector env in a round.
        decisions: decisions of the MPC.
    """

    rounds: int = 7
    steps: int = 20_000
    vector_steps: int = 200
    decisions: int = 24


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value and its goal.

    Args:
        case: what was measured.
        value: the result.
        unit: of the value.
        goal: in words; empty if there is none.
        met: whether the goal is met; None if there is none.
    """

    case: str
    value: float
    unit: str
    goal: str = ""
    met: bool | None = None


def measure_all(effort: Effort) -> list[Measurement]:
    """All cases, one after the other."""
    return [measurement for case in CASES for measurement in case(effort)]


def single_env(effort: Effort) -> Sequence[Measurement]:
    """A single env against CartPole, both made by `gym.make`, in turns."""
    factory, cartpole = gym.make(_FACTORY), gym.make(_CARTPOLE)
    actions = _random_actions(factory), _random_actions(cartpole)
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(effort.rounds):
        for env, drawn, found in zip((factory, cartpole), actions, rates, strict=True):
            found.append(_step_rate(env, drawn, effort.steps))
    ours, theirs = max(rates[0]), max(rates[1])
    return (
        Measurement(f"single env {_FACTORY}", ours, "steps/s"),
        Measurement(f"single env {_CARTPOLE}", theirs, "steps/s"),
        Measurement(
            "single env against CartPole", ours / theirs, "x", "at least 1", ours >= theirs
        ),
    )


def vector_env(effort: Effort) -> Sequence[Measurement]:
    """1024 factories with full observations, against Gymnasium's own vector CartPole."""
    ours, _ = _vector_rates(_vector(_FACTORY), effort)
    theirs, _ = _vector_rates(_vector(_CARTPOLE), effort)
    return (
        Measurement(
            f"vector env of {ROWS} rows", ours, "env-steps/CPU-s", "at least 5e6", ours >= 5e6
        ),
        Measurement(f"vector {_CARTPOLE} of {ROWS} rows", theirs, "env-steps/CPU-s"),
        Measurement("vector env against vector CartPole", ours / theirs, "x"),
    )


def heater(effort: Effort) -> Sequence[Measurement]:
    """1024 heaters with full observations, and a single one."""
    rows, _ = _vector_rates(_vector(_HEATER), effort)
    env = gym.make(_HEATER)
    drawn = _random_actions(env)
    one = max(_step_rate(env, drawn, effort.steps) for _ in range(effort.rounds))
    return (
        Measurement(
            f"{_HEATER} of {ROWS} rows", rows, "env-steps/CPU-s", "at least 2e6", rows >= 2e6
        ),
        Measurement(f"single env {_HEATER}", one, "steps/s"),
    )


def two_threads(effort: Effort) -> Sequence[Measurement]:
    """Many factories on one core and on two, by the clock."""
    _, one = _vector_rates(_vector(_FACTORY, MANY_ROWS, threads=1), effort)
    _, two = _vector_rates(_vector(_FACTORY, MANY_ROWS, threads=2), effort)
    return (
        Measurement(f"{MANY_ROWS} rows, 1 thread", one, "env-steps/s"),
        Measurement(f"{MANY_ROWS} rows, 2 threads", two, "env-steps/s"),
        Measurement("2 threads against 1", two / one, "x", "above 1.5", two > 1.5 * one),
    )


def reset(effort: Effort) -> Sequence[Measurement]:
    """Reset of a single env through `gym.make`."""
    env = gym.make(_FACTORY)
    env.reset(seed=0)
    count = max(1, effort.steps // 10)
    best = min(_seconds(lambda: [env.reset() for _ in range(count)]) for _ in range(effort.rounds))
    reset_us = 1e6 * best / count
    return (Measurement("reset", reset_us, "us", "below 20", reset_us < 20),)


def import_time(effort: Effort) -> Sequence[Measurement]:
    """`import plantgym.envs` in a fresh interpreter."""
    outputs = [
        subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
        for _ in range(min(effort.rounds, 5))
    ]
    best = min(float(output.stdout) for output in outputs)
    return (Measurement("import plantgym.envs", best, "s", "below 0.5", best < 0.5),)


def mpc_step(effort: Effort) -> Sequence[Measurement]:
    """A decision of the rolling-horizon MPC over a test day."""
    env = gym.make(_FACTORY, split="test")
    policy = make_policy("mpc", 0)
    obs, _ = env.reset(seed=0, options={"day": 0})
    policy.reset(env)
    times = []
    for _ in range(effort.decisions):
        start = time.perf_counter()
        action = policy.act(obs)
        times.append(time.perf_counter() - start)
        obs, _, over, _, _ = env.step(action)
        if over:
            break
    mean_ms = 1000 * float(np.mean(times))
    return (Measurement("MPC decision on cement_pv", mean_ms, "ms", "below 100", mean_ms < 100),)


CASES: tuple[Callable[[Effort], Sequence[Measurement]], ...] = (
    single_env,
    vector_env,
    heater,
    two_threads,
    reset,
    import_time,
    mpc_step,
)
"""All measurements of `plantgym bench`."""


def _random_actions(env: Env) -> list[Any]:
    env.action_space.seed(0)
    return [env.action_space.sample() for _ in range(256)]


def _step_rate(env: Env, actions: Sequence[Any], steps: int) -> float:
    """Steps a second, resets included."""
    env.reset(seed=0)

    def run() -> None:
        for step in range(steps):
            _, _, terminated, truncated, _ = env.step(actions[step % len(actions)])
            if terminated or truncated:
                env.reset()

    return steps / _seconds(run)


def _vector(env_id: str, rows: int = ROWS, **arguments: int) -> VectorEnv[Any, Any, Any]:
    given: dict[str, Any] = dict(arguments)
    return gym.make_vec(env_id, num_envs=rows, vectorization_mode="vector_entry_point", **given)


def _vector_rates(env: VectorEnv[Any, Any, Any], effort: Effort) -> tuple[float, float]:
    """Env-steps per CPU-second and per wall-clock second."""
    env.reset(seed=0)
    env.action_space.seed(0)
    actions = [env.action_space.sample() for _ in range(16)]
    cpu, wall = [], []
    for _ in range(effort.rounds):
        cpu_start, wall_start = time.process_time(), time.perf_counter()
        for step in range(effort.vector_steps):
            env.step(actions[step % len(actions)])
        cpu.append(time.process_time() - cpu_start)
        wall.append(time.perf_counter() - wall_start)
    env.close()
    env_steps = env.num_envs * effort.vector_steps
    return env_steps / min(cpu), env_steps / min(wall)


def _seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
