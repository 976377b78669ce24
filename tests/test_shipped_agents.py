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
from plantgym.benchmarks.episodes import Episode, run_episode
from plantgym.envs.policy import Policy
from plantgym.envs.registry import plant_kind

RULE_DAYS = 6


def episodes(env_id: str, policy: Policy) -> list[Episode]:
    """Some test days under a policy."""
    env: Any = gym.make(env_id, split="test").unwrapped
    days = [str(date) for date in env.batch.scenarios.spread(RULE_DAYS).dates]
    return [run_episode(env, policy, "ppo", day, 1) for day in days]


@pytest.mark.parametrize("env_id", DEMO_ENVS)
class TestEveryEnv:
    def test_one_is_shipped_and_shown(self, env_id: str) -> None:
        assert is_shipped(env_id)
        assert load_actor(shipped_policy(env_id)).env_id == env_id
        assert shown_policies(env_id)[-2:] == ("ppo", "optimum")

    def test_it_costs_less_than_the_rule_on_test_days(self, env_id: str) -> None:
        kind = plant_kind(env_id)
        by_rule = episodes(env_id, make_policy(POLICIES[kind].reference, kind=kind))
        by_agent = episodes(env_id, PpoPolicy(shipped_policy(env_id)))
        assert mean_cost(by_agent) < mean_cost(by_rule)


def mean_cost(days: list[Episode]) -> float:
    return float(np.mean([day.cost for day in days]))


def test_the_shield_changes_nothing_that_the_agent_of_few_tasks_asks_for() -> None:
    agent = PpoPolicy(shipped_policy("plantgym/CementPv-v0"))
    assert all(day.moved == 0 for day in episodes("plantgym/CementPv-v0", agent))


def test_the_shipped_policy_goes_by_its_bare_name() -> None:
    (row,) = compare(Case("plantgym/CementPv-v0"), ["ppo"], days=1).rows
    assert row["policy"] == "ppo"
