"""Learners of Stable-Baselines3 take the envs as they are."""

from typing import Any

import numpy as np
import pytest

from .env_cases import CASES

pytestmark = pytest.mark.conformance
FEW: dict[str, Any] = {"n_steps": 32, "batch_size": 16, "n_epochs": 1, "device": "cpu", "seed": 0}


@pytest.mark.parametrize("name", ["CementPv-v0", "continuous-cement_pv"])
def test_ppo_learns_a_little(name: str) -> None:
    sb3 = pytest.importorskip("stable_baselines3")
    env = CASES[name].env()
    learner = sb3.PPO("MlpPolicy", env, **FEW).learn(64)
    obs, _ = env.reset(seed=1)
    action, _ = learner.predict(obs)
    assert action in env.action_space


def test_maskable_ppo_asks_for_what_the_masks_allow() -> None:
    maskable = pytest.importorskip("sb3_contrib.common.maskable.utils")
    from sb3_contrib import MaskablePPO

    env = CASES["CementPv-v0"].env()
    assert maskable.is_masking_supported(env)
    learner = MaskablePPO("MlpPolicy", env, **FEW).learn(64)
    obs, _ = env.reset(seed=1)
    over, starts = False, np.cumsum([0, *env.batch.n_modes[:-1]])
    while not over:
        masks = maskable.get_action_masks(env)
        action, _ = learner.predict(obs, action_masks=masks, deterministic=False)
        assert masks[starts + action].all()
        obs, _, over, _, _ = env.step(action)
