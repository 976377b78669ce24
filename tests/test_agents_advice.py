"""What a quick plan advises, and how policies begin with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

pytest.importorskip("torch")

from plantgym.agents.actor import load_actor
from plantgym.agents.advice import make_advice
from plantgym.agents.advice_kernel import write_mode_advice
from plantgym.agents.ppo import Learner
from plantgym.agents.ppo_policy import PpoPolicy
from plantgym.agents.settings import ppo_settings
from plantgym.agents.sight import Sight
from plantgym.agents.training import Training, train
from plantgym.agents.validation import Validator, make_rows
from plantgym.baselines.registry import make_policy
from plantgym.envs.registry import plant_kind
from plantgym.twins.plant_toml import load_plant

from .learners import ENV, days, judged, short_day
from .learners import settings as small

MILL, HEATER = "plantgym/CementMill-v0", "plantgym/SetsHeater-v0"


def run(env: Any, policy: Any, seed: int) -> list[Any]:  # noqa: ANN401
    """What is really done in an episode."""
    obs, info = env.reset(seed=seed)
    policy.reset(env)
    done, ended = [], False
    while not ended:
        obs, _, ended, _, info = env.step(policy.act(obs))
        done.append(info["applied"].tolist())
    return done


@pytest.mark.parametrize(
    ("env_id", "arguments"),
    [
        (MILL, {}),
        ("plantgym/SteelPowder-v0", {}),
        (HEATER, {}),
        (HEATER, {"actions": "stages"}),
        (HEATER, {"days": 2}),
    ],
)
def test_a_policy_that_has_learned_nothing_does_what_is_advised(
    env_id: str, arguments: dict[str, Any]
) -> None:
    rows = make_rows(env_id, 4, arguments, autoreset_mode="SameStep")
    fresh = Learner(rows, ppo_settings(env_id, {"rows": 4}), 0, "cpu")
    env = gym.make(env_id, split="validation", **arguments)
    quick = make_policy("quick", kind=plant_kind(env_id))
    for seed in (1, 2):
        as_advised = run(env, quick, seed)
        np.testing.assert_allclose(
            run(env, PpoPolicy(fresh.actor(env_id)), seed), as_advised, atol=1e-6
        )


def test_advice_is_what_comes_last_and_may_be_left_out() -> None:
    batch = make_rows(MILL, 3, {}).batch
    obs = np.zeros((3, batch.n_observed), np.float32)
    for row in range(3):
        batch.seed_row(row, row)
        batch.reset_row(row, obs[row])
    both, plain = (Sight(batch, hints=True, advice=advice) for advice in (True, False))
    assert (both.n_advised, plain.n_advised) == (sum(batch.n_modes), 0)
    assert both.size == plain.size + both.n_advised
    seen = both(obs)
    np.testing.assert_array_equal(seen[:, : plain.size], plain(obs))
    advice = make_advice(batch)
    np.testing.assert_array_equal(seen[:, plain.size :], advice())
    assert (seen[:, plain.size :].reshape(3, -1, 2).max(axis=2) == 0.0).all()
    past = both.past(obs)
    np.testing.assert_array_equal(past[:, : plain.size], plain(obs))
    assert (past[:, plain.size :] == 0.0).all()


def test_advice_does_not_depend_on_the_unit_of_prices() -> None:
    regret = np.array([[[0.0, 3.0], [200.0, 0.0]]])
    prices, full_kwh, n_modes = np.array([[1.0, 2.0, 3.0]]), np.array([4.0, 2.0]), np.array([2, 2])
    told = np.empty((2, 1, 4), np.float32)
    for advice, unit in zip(told, (1.0, 1000.0), strict=True):
        write_mode_advice(unit * regret, unit * prices, full_kwh, n_modes, advice)
    np.testing.assert_allclose(told[0], told[1], rtol=1e-6)
    # The spread of 1, 2 and 3 is that of their population; 200 is more than counts.
    spread = (2.0 / 3.0) ** 0.5
    np.testing.assert_allclose(told[0, 0], [0.0, -10.0 * 3.0 / (4.0 * spread), -40.0, 0.0])


@pytest.mark.parametrize("name", ["cement_mill", "car_seat"])
def test_continuous_plants_are_advised_levels(name: str) -> None:
    plant = replace(load_plant(name), operation="continuous")
    rows = make_rows(ENV, 3, {"plant": plant})
    rows.reset(seed=0)
    advice = make_advice(rows.batch)
    told = advice()
    assert told.shape == (3, len(plant.tasks))
    assert (np.abs(told) <= 1.0).all()
    assert (np.abs(told) > 0.9).any()


def test_the_best_policy_may_be_the_one_at_first(tmp_path: Path) -> None:
    # A learning rate that wrecks what was advised.
    prices = days((1, 3), (3, 1), (1, 2))
    chosen = small(steps=1024, advice=True, learning_rate=0.5)
    training = Training(
        env_id=ENV,
        out=tmp_path,
        settings=chosen,
        arguments={"plant": short_day(), "scenarios": prices, "split": "all"},
        validation=judged(prices),
    )
    assert train(training).gap == 0.0
    kept = load_actor(tmp_path / "policy.npz")
    assert kept.advice
    assert all((weights == 0.0).all() for weights, _ in kept.layers[-1:])


def test_while_only_the_critic_learns_the_policy_stays() -> None:
    rows = make_rows(MILL, 32, {}, autoreset_mode="SameStep")
    chosen = ppo_settings(MILL, {"rows": 32, "minibatch": 256, "critic_first": 0.5})
    learner = Learner(rows, chosen, 0, "cpu")

    def weights(part: Any) -> Any:  # noqa: ANN401
        return [value.detach().clone() for value in part.parameters()]

    actor, critic = weights(learner.network.actor), weights(learner.network.critic)
    learner.update(0.0)
    moved = zip(actor, weights(learner.network.actor), strict=True)
    assert all((after.abs() <= before.abs() + 1e-12).all() for before, after in moved)
    assert any(
        (before != after).any()
        for before, after in zip(critic, weights(learner.network.critic), strict=True)
    )
    learner.update(0.6)
    assert max(float(value.abs().max()) for value in weights(learner.network.actor[-1])) > 0.0


def test_known_days_need_no_learning() -> None:
    prices = days((1, 3), (3, 1), (2, 3))
    arguments = {"plant": short_day(), "scenarios": prices, "split": "all"}
    rows = make_rows(ENV, 4, arguments, autoreset_mode="SameStep")
    fresh = Learner(rows, small(advice=True, rows=4), 0, "cpu")
    judge = Validator(ENV, {k: v for k, v in arguments.items() if k != "split"}, judged(prices))
    assert judge.days.gap(judge.costs(fresh.actor(ENV))) == 0.0
