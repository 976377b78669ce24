"""Proximal policy optimisation (Schulman et al. 2017, arXiv 1707.06347) on the vector envs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..envs.plant_vector_env import PlantVectorEnv
from .actor import Actor
from .collector import Collector
from .network import ActorCritic
from .rollout import Rollout, advantages
from .settings import PpoSettings

VALUE_RATE = 0.2
"""How far the scale of values follows the returns of an update."""

_FEWEST = 2
"""Steps that can be compared with each other; where more were random, nothing is learned."""


class Learner:
    """A policy that learns on a vector env, one update after the other.

    Args:
        env: plants that restart within the step, not yet reset.
        settings: of training.
        seed: of the env, the weights at first, and all that is drawn.
        device: where to learn, such as `"cpu"` or `"cuda"`.

    Attributes:
        steps: env-steps so far.
    """

    def __init__(
        self, env: PlantVectorEnv[Any, Any], settings: PpoSettings, seed: int, device: str
    ) -> None:
        self.settings, self.steps = settings, 0
        self._device = torch.device(device)
        self.collector = Collector(env, settings, self._device)
        n_hindsight = self.collector.n_hindsight
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            head = self.collector.make_head()
            n_seen, n_advised = self.collector.n_seen, self.collector.n_advised
            self.network = ActorCritic(n_seen, n_hindsight, head, settings.hidden, n_advised)
        self.network.to(self._device)
        self.generator = torch.Generator(self._device).manual_seed(seed)
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(),
            settings.learning_rate,
            eps=1e-5,
            weight_decay=settings.weight_decay,
            fused=True,
        )
        self.collector.start(seed)

    def update(self, done: float) -> dict[str, float]:
        """Run the plants for some steps, and learn from them.

        Args:
            done: share of the training that is done, 0 to 1; it lowers rates.

        Returns:
            What happened, by name.
        """
        settings, network = self.settings, self.network
        rollout, after, reward = self.collector.collect(network, self.generator)
        with torch.no_grad():
            if self.steps == 0:
                self._see(rollout)
            values = network.values(rollout.seen.flatten(0, 1)).view_as(rollout.reward)
            gain = advantages(
                rollout,
                values,
                network.values(after),
                gamma=settings.gamma,
                gae_lambda=settings.gae_lambda,
            )
            returns = gain + values
            network.rescale_values(returns, VALUE_RATE if self.steps else 1.0)
        for group in self.optimiser.param_groups:
            group["lr"] = settings.learning_rate * (1.0 - done)
        found = self._learn(rollout, gain, returns, done)
        if self.steps:
            self._see(rollout)
        self.steps += rollout.reward.numel()
        known = {} if reward is None else {"episode_reward": reward}
        explained = 1.0 - float((returns - values).var() / returns.var().clamp(min=1e-12))
        return {**known, **found, "explained_variance": explained}

    def _see(self, rollout: Rollout) -> None:
        """Scale inputs by what was seen; the first time before learning, later after it."""
        seen, network = rollout.seen.flatten(0, 1), self.network
        network.critic_scale.see(seen)
        network.actor_scale.see(seen[:, : len(network.actor_scale.mean)])

    def _learn(
        self, rollout: Rollout, gain: Tensor, returns: Tensor, done: float
    ) -> dict[str, float]:
        settings, network = self.settings, self.network
        observed = len(network.actor_scale.mean)
        entropy_weight = settings.entropy_weight * (1.0 - done)
        critic_only = done < settings.critic_first
        targets = (returns.flatten() - network.value_mean) / network.value_std
        own = (~rollout.explored).flatten().nonzero().squeeze(1)
        if len(own) < _FEWEST:
            return {}
        gain = gain.flatten()
        gain = (gain - gain[own].mean()) / (gain[own].std() + 1e-8)
        seen, masks = rollout.seen.flatten(0, 1), rollout.masks.flatten(0, 1)
        chosen, before = rollout.chosen.flatten(0, 1), rollout.log_prob.flatten()
        totals, n = torch.zeros(4, device=self._device), 0
        for index in self._minibatches(own):
            outputs = network.outputs(seen[index, :observed])
            log_prob, entropy = network.head.log_prob_and_entropy(
                outputs, masks[index], chosen[index]
            )
            ratio = (log_prob - before[index]).exp()
            clipped = ratio.clamp(1.0 - settings.clip, 1.0 + settings.clip)
            policy_loss = -torch.minimum(ratio * gain[index], clipped * gain[index]).mean()
            value_loss = (network.scaled_values(seen[index]) - targets[index]).square().mean()
            loss = settings.value_weight * value_loss
            if not critic_only:
                loss = loss + policy_loss - entropy_weight * entropy.mean()
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), settings.max_grad_norm)
            self.optimiser.step()
            with torch.no_grad():
                moved = (ratio - 1.0).abs() > settings.clip
                spread = (ratio - 1.0 - ratio.log()).mean()
                totals += torch.stack([value_loss, entropy.mean(), moved.float().mean(), spread])
            n += 1
        names = ("value_loss", "entropy", "clipped", "kl")
        return dict(zip(names, (totals / n).tolist(), strict=True))

    def _minibatches(self, own: Tensor) -> Iterator[Tensor]:
        """The policy's own steps, shuffled for each epoch."""
        for _ in range(self.settings.epochs):
            order = torch.randperm(len(own), generator=self.generator, device=self._device)
            yield from torch.split(own[order], self.settings.minibatch)

    def actor(self, env_id: str) -> Actor:
        """The policy as it is now, with the scale of observations within its first layer."""
        network, choices, batch = self.network, self.collector.choices, self.collector.env.batch
        mean, std = (part.double().cpu().numpy() for part in (
            network.actor_scale.mean, network.actor_scale.std
        ))  # fmt: skip
        layers = [
            (layer.weight.detach().double().cpu().numpy().T, layer.bias.detach().cpu().numpy())
            for layer in network.actor
            if isinstance(layer, nn.Linear)
        ]
        weights, biases = layers[0]
        scaled = weights / std[:, None]
        layers[0] = scaled, biases - mean @ scaled
        return Actor(
            env_id=env_id,
            observed=self.collector.env.observation_names,
            n_modes=None if choices is None else tuple(batch.n_modes),
            joint=choices is not None and choices.joint_modes is not None,
            reachable=choices is not None and self.settings.reachable,
            hints=self.settings.hints,
            advice=self.settings.advice,
            layers=tuple((w.astype(np.float32), b.astype(np.float32)) for w, b in layers),
        )
