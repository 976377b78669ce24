"""Hints: the order of prices against a count by hand, needs of tasks against what plans run."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import plantgym.envs  # noqa: F401 - registers the envs
from plantgym.agents.hints import Hints
from plantgym.envs.spaces import observation_slices

from .env_cases import CASES

HOUR_STEPS = {"plantgym/SetsHeater-v0": 4}


def rows(env_id: str, n: int = 6) -> Any:  # noqa: ANN401
    return gym.make_vec(env_id, n, vectorization_mode="vector_entry_point")


@pytest.mark.parametrize("env_id", sorted({case.env_id for case in CASES.values()}))
def test_the_order_is_that_of_the_hours_that_are_left(env_id: str) -> None:
    env = rows(env_id)
    batch, hints = env.batch, Hints(env.batch)
    window = observation_slices(batch)["buy_price"]
    obs, _ = env.reset(seed=3)
    env.action_space.seed(3)
    for step in range(batch.tables.n_steps):
        seen = hints(obs)
        np.testing.assert_array_equal(seen[:, : batch.n_observed], obs)
        for row, prices in enumerate(obs[:, window]):
            left = -(-(batch.tables.n_steps - 1 - step) // HOUR_STEPS.get(env_id, 1))
            cheaper = [price < prices[0] - 1e-6 for price in prices[1 : left + 1]]
            counts = np.cumsum(cheaper + [False] * (len(prices) - 1 - left))
            found = seen[row, batch.n_observed :][: len(prices) - 1]
            np.testing.assert_allclose(found, counts / (len(prices) - 1), rtol=1e-6)
        obs, *_ = env.step(env.action_space.sample())


def test_hints_do_not_depend_on_level_and_spread_of_prices() -> None:
    env = rows("plantgym/CementMill-v0", 64)
    hints = Hints(env.batch)
    obs, _ = env.reset(seed=1)
    window = observation_slices(env.batch)["buy_price"]
    other = obs.copy()
    other[:, window] = 0.25 * obs[:, window] + 0.125
    added = hints(obs)[:, env.batch.n_observed :]
    np.testing.assert_array_equal(hints(other)[:, env.batch.n_observed :], added)
    assert added.std() > 0.1


class TestNeeds:
    """On the cement mill: C 1000 t an hour -> KFP 250 -> CP 300 -> FG 350, target 5750 t."""

    def hints(self, stock_t: dict[str, float]) -> tuple[list[float], list[float]]:
        """Steps that tasks need, and what speaks for running now, at the first of equal prices."""
        env = rows("plantgym/CementMill-v0", 1)
        hints, places = Hints(env.batch), observation_slices(env.batch)
        obs, _ = env.reset(seed=0)
        obs[:, places["buy_price"]] = 0.25
        tables = env.batch.tables
        for m, material in enumerate(env.batch.plant.materials):
            given = stock_t.get(material.name, material.initial_t)
            obs[:, places[f"stock:{material.name}"]] = given / tables.stock_max_t[m]
        needed, lead = hints(obs)[0, -8:].reshape(2, 4)
        return (needed * 24).tolist(), lead.tolist()

    def test_orders_are_broken_down_from_the_target_upstream(self) -> None:
        needed, lead = self.hints({})
        fg = 5750 / 350
        cp = fg * 350 / 300
        kfp = cp * 300 / 250
        assert needed == pytest.approx([kfp * 250 / 1000, kfp, cp, fg], rel=1e-4)
        assert lead == [1.0] * 4, "nothing to come is cheaper"

    def test_what_is_in_stock_need_not_be_made(self) -> None:
        needed, lead = self.hints({"FG_out": 5750.0 - 700.0, "CP_out": 875.0 + 400.0})
        assert needed == pytest.approx([300 / 1000, 300 / 250, 300 / 300, 2.0], rel=2e-2)
        assert lead == pytest.approx([0.3, 1.0, 1.0, 1.0], rel=2e-2)

    def test_who_has_made_enough_need_not_run(self) -> None:
        assert self.hints({"FG_out": 6000.0}) == ([0.0] * 4, [0.0] * 4)
