"""Steps many plants at once and notes what they went through."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..envs.plant_vector_env import PlantVectorEnv
from .heads import Head, JointHead, LevelHead, ModeHead
from .hindsight import Hindsight
from .masks import Choices, ModeMasks, make_choices
from .network import ActorCritic
from .rollout import Rollout
from .settings import PpoSettings
from .sight import Sight

Float32s = NDArray[np.float32]

_STD, _ADVISED_STD = 0.6, 0.1
"""Standard deviation of levels at first, and where a plan advises them."""

_FACTORS = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03)
_SHIFT, _UNIT = np.uint64(11), 2.0**-53
"""From a random stream to two numbers between 0 and 1, by multiplicative hashing."""


class Collector:
    """Runs the current policy on a vector env that restarts rows within the step.

    Args:
        env: the plants, not yet reset.
        settings: of training.
        device: where the network is.

    Attributes:
        n_seen: numbers that the policy sees.
        n_advised: how many of them, the last ones, are what a plan advises.
        n_hindsight: numbers that only the critic sees.
        env_s: time spent in the env, its masks, hints and advice so far [s].
    """

    def __init__(
        self, env: PlantVectorEnv[Any, Any], settings: PpoSettings, device: torch.device
    ) -> None:
        self.env, self._settings, self._device = env, settings, device
        self.choices: Choices | None = None
        if not env.batch.tables.continuous:
            self.choices = make_choices(env.batch.n_modes, settings.joint)
            self._masks = ModeMasks(env.batch, self.choices, reachable=settings.reachable)
        self._sight = Sight(env.batch, hints=settings.hints, advice=settings.advice)
        self.n_seen, self.n_advised = self._sight.size, self._sight.n_advised
        self._hindsight = Hindsight(env.batch) if settings.hindsight else None
        self.n_hindsight = self._hindsight.size if self._hindsight else 0
        self.env_s = 0.0

    def make_head(self) -> Head:
        """The distribution of actions that fits the env."""
        if self.choices is None:
            start_std = _ADVISED_STD if self.n_advised else _STD
            return LevelHead(len(self.env.batch.n_modes), start_std)
        parts = self.choices.parts()
        return ModeHead(self.choices.sizes) if parts is None else JointHead(parts)

    def start(self, seed: int) -> None:
        """Start an episode in every row; row i seeded seed + i."""
        self._obs, _ = self.env.reset(seed=seed)

    def resume(self, state: Any) -> None:  # noqa: ANN401 - of the env's kind of plant
        """Go on from a state of the env."""
        self._obs = self.env.set_state(state)

    def collect(
        self, network: ActorCritic, generator: torch.Generator
    ) -> tuple[Rollout, Tensor, float | None]:
        """Run the policy for some steps.

        Returns:
            The steps; what the critic sees after the last one [n, observed + hindsight]; the mean
            reward of the episodes that ended, per episode (None if none did).
        """
        steps: list[tuple[Tensor, ...]] = []
        rewards, n_ended = 0.0, 0
        for _ in range(self._settings.rollout):
            seen, masks = self.seen(self._obs, self._look_ahead()), self.allowed()
            obs = seen[:, : self.n_seen]
            with torch.no_grad():
                outputs = network.outputs(obs)
                chosen = network.head.sample(outputs, masks, generator)
                explored = self._exploring()
                if self._settings.explore:
                    chosen = self._explore(network.head, chosen, masks, explored, generator)
                log_prob, _ = network.head.log_prob_and_entropy(outputs, masks, chosen)
            reward, ended, final = self._step(chosen, network)
            rewards, n_ended = rewards + float(reward.sum()), n_ended + int(ended.sum())
            steps.append((seen, masks, chosen, log_prob, explored, reward, ended, final))
        rollout = Rollout(*(torch.stack(series) for series in zip(*steps, strict=True)))
        after = self.seen(self._obs, self._look_ahead())
        return rollout, after, rewards / n_ended if n_ended else None

    def _step(self, chosen: Tensor, network: ActorCritic) -> tuple[Tensor, Tensor, Tensor]:
        """Reward, end and, where an episode was cut off, value of its last state [n] each."""
        action = chosen.cpu().numpy()
        action = np.clip(action, -1.0, 1.0) if self.choices is None else self.choices.modes(action)
        begin = time.perf_counter()
        obs, reward, terminated, truncated, info = self.env.step(action)
        self.env_s += time.perf_counter() - begin
        self._obs = obs
        final = torch.zeros(len(obs), device=self._device)
        if truncated.any():
            cut = np.flatnonzero(truncated & ~terminated)
            # What is yet to come is past by now: the critic has to do without.
            blind = np.zeros((len(cut), self.n_hindsight), np.float32)
            seen = np.concatenate([self._sight.past(info["final_obs"][cut]), blind], axis=1)
            with torch.no_grad():
                final[cut] = network.values(torch.from_numpy(seen).to(self._device))
        return (
            torch.as_tensor(reward, dtype=torch.float32, device=self._device),
            torch.as_tensor(terminated | truncated, device=self._device),
            final,
        )

    def _exploring(self) -> Tensor:
        """Which rows are within the random first steps of their episode [n].

        A function of the row's random stream, which stays as it is for an episode: a state of the
        plants says it all, and a training that is resumed explores as it would have.
        """
        state, steps = self.env.batch.state, self.env.batch.tables.n_steps
        chance, share = ((state.rng * factor) >> _SHIFT for factor in _FACTORS)
        until = np.where(chance * _UNIT < self._settings.explore, share * _UNIT * steps, 0.0)
        return torch.from_numpy(state.step < np.floor(until)).to(self._device)

    def _explore(
        self, head: Head, chosen: Tensor, masks: Tensor, exploring: Tensor, draws: torch.Generator
    ) -> Tensor:
        """Replace every other choice of the rows that explore by a random one."""
        drawn = head.explore(masks, draws)
        other = torch.rand(len(chosen), generator=draws, device=self._device) < 0.5
        return torch.where((exploring & other).unsqueeze(1), drawn, chosen)

    def _look_ahead(self) -> Float32s:
        if self._hindsight is None:
            return np.empty((len(self._obs), 0), np.float32)
        return self._hindsight()

    def seen(self, obs: Float32s, ahead: Float32s) -> Tensor:
        """What the critic sees in each row as the plants stand [n, seen + hindsight].

        Args:
            obs: observations [n, observed].
            ahead: what is yet to come [n, hindsight].
        """
        begin = time.perf_counter()
        known = self._sight(obs)
        self.env_s += time.perf_counter() - begin
        return torch.from_numpy(np.concatenate([known, ahead], axis=1)).to(self._device)

    def allowed(self) -> Tensor:
        """Which choices may be taken in each row as the plants stand [n, outputs]."""
        if self.choices is None:
            return torch.ones((len(self._obs), 1), dtype=torch.bool, device=self._device)
        begin = time.perf_counter()
        masks = self._masks()
        self.env_s += time.perf_counter() - begin
        return torch.from_numpy(masks).to(self._device)
