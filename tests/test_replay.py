"""The simulator and the scheduling model agree, both ways, over random plants and days."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from plantgym.baselines.planners import DayAheadMilp, Optimum, RollingMpc
from plantgym.baselines.quick import QuickFactoryPlan
from plantgym.baselines.rules import PriceThreshold, RandomPolicy, ReferenceRule
from plantgym.envs.policy import Policy
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_state import COST_PARTS
from plantgym.twins.stn_tables import TOL

from .random_plants import days, plants

N_PLANTS = 200


def play(env: StnEnv, policy: Policy) -> tuple[dict[str, float], NDArray[Any], NDArray[Any]]:
    """Cost by part, requested levels [T, J] and applied levels [T, J] of an episode."""
    obs, _ = env.reset(seed=0, options={"day": 0})
    policy.reset(env)
    cost = dict.fromkeys(COST_PARTS, 0.0)
    requested, applied, over = [], [], False
    while not over:
        obs, _, over, _, info = env.step(policy.act(obs))
        requested.append(info["requested"])
        applied.append(info["applied"])
        cost = {part: cost[part] + info["cost"][part] for part in COST_PARTS}
    return cost, np.array(requested), np.array(applied)


def tolerance(cost: dict[str, float]) -> float:
    """1e-6 of all money that changed hands."""
    return TOL * max(1.0, sum(abs(part) for part in cost.values()))


@settings(max_examples=N_PLANTS)
@given(st.data())
def test_random_rollouts_satisfy_every_row_of_the_model_at_the_cost_of_the_env(
    data: st.DataObject,
) -> None:
    plant = data.draw(plants())
    env = StnEnv(plant, scenarios=data.draw(days(plant)), split="all")
    scheduler = Scheduler(env.batch.tables)
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))

    class AnyAction(RandomPolicy):
        """Does not even look at the masks."""

        def act(self, obs: NDArray[Any]) -> NDArray[Any]:
            env.action_space.seed(int(rng.integers(2**31)))
            action: NDArray[Any] = env.action_space.sample()
            return action

    cost, _, applied = play(env, AnyAction())
    env.reset(options={"day": 0})
    schedule = scheduler.cost_of(env.hindsight(), applied)
    assert schedule.cost == pytest.approx(sum(cost.values()), abs=tolerance(cost))
    for part in COST_PARTS:
        assert schedule.cost_parts[part] == pytest.approx(cost[part], abs=tolerance(cost)), part


@settings(max_examples=N_PLANTS)
@given(st.data())
def test_optimal_plans_replay_unmoved_at_the_planned_cost_and_bound_every_policy(
    data: st.DataObject,
) -> None:
    plant = data.draw(plants())
    env = StnEnv(plant, scenarios=data.draw(days(plant)), split="all")
    optimum = Optimum()
    cost, requested, applied = play(env, optimum)
    assert np.abs(requested - applied).max() <= TOL
    assert sum(cost.values()) == pytest.approx(optimum.schedule.cost, abs=tolerance(cost))
    others = ReferenceRule(), PriceThreshold(), RandomPolicy(1), DayAheadMilp(), QuickFactoryPlan()
    for policy in others:
        other = play(env, policy)[0]
        assert sum(other.values()) >= optimum.bound - tolerance(other), type(policy).__name__


@settings(max_examples=20)
@given(st.data())
def test_planning_again_in_every_step_with_hindsight_loses_nothing(data: st.DataObject) -> None:
    plant = data.draw(plants())
    env = StnEnv(plant, scenarios=data.draw(days(plant)), split="all")
    best = play(env, Optimum())[0]

    class Clairvoyant(RollingMpc):
        def levels(self) -> NDArray[Any]:
            view = self.env.hindsight()
            levels: NDArray[Any] = self.scheduler.plan(view, mip_gap=0.0).levels[view.step]
            return levels

    again = play(env, Clairvoyant())[0]
    assert sum(again.values()) == pytest.approx(sum(best.values()), abs=2 * tolerance(best))
