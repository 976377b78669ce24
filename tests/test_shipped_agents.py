"""The trained policies that come with the package: fit for their envs, and better than rules."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from plantgym.agents.actor import load_actor
from plantgym.agents.ppo_policy import PpoPolicy, is_shipped, shipped_policy
from plantgym.baselines.registry import POLICIES, make_policy
from plantgym.benchmarks.cases import Case
from plantgym.benchmarks.compare import compare
from plantgym.benchmarks.demo import DEMO_ENVS, shown_policies
from plantgym.envs.policy import Policy
from plantgym.envs.registry import plant_kind

RULE_DAYS = 6


def cost_and_moved(env: Any, policy: Policy, day: str) -> tuple[float, int]:  # noqa: ANN401
    obs, _ = env.reset(seed=1, options={"day": day})
    policy.reset(env)
    cost, moved, terminated = 0.0, 0, False
    while not terminated:
        obs, _, terminated, _, info = env.step(policy.act(obs))
        cost += sum(info["cost"].values())
        moved += int(np.any(info["moved"]))
    return cost, moved


@pytest.mark.parametrize("env_id", DEMO_ENVS)
class TestEveryEnv:
    def test_one_is_shipped_and_shown(self, env_id: str) -> None:
        assert is_shipped(env_id)
        assert load_actor(shipped_policy(env_id)).env_id == env_id
        assert shown_policies(env_id)[-2:] == ("ppo", "optimum")

    def test_it_costs_less_than_the_rule_on_test_days(self, env_id: str) -> None:
        env: Any = gym.make(env_id, split="test").unwrapped
        kind = plant_kind(env_id)
        rule, agent = (
            make_policy(POLICIES[kind].reference, kind=kind),
            PpoPolicy(shipped_policy(env_id)),
        )
        days = [str(date) for date in env.batch.scenarios.spread(RULE_DAYS).dates]
        by_rule = [cost_and_moved(env, rule, day)[0] for day in days]
        by_agent = [cost_and_moved(env, agent, day) for day in days]
        assert np.mean([cost for cost, _ in by_agent]) < np.mean(by_rule)


def test_the_shield_changes_nothing_that_the_agent_of_few_tasks_asks_for() -> None:
    env: Any = gym.make("plantgym/CementPv-v0", split="test").unwrapped
    agent = PpoPolicy(shipped_policy("plantgym/CementPv-v0"))
    for day in env.batch.scenarios.spread(RULE_DAYS).dates:
        assert cost_and_moved(env, agent, str(day))[1] == 0


def test_the_shipped_policy_goes_by_its_bare_name() -> None:
    (row,) = compare(Case("plantgym/CementPv-v0"), ["ppo"], days=1).rows
    assert row["policy"] == "ppo"
