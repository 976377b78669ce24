"""The fast trainer: what it computes, what it may choose, what it learns."""

from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from plantgym.agents.actor import Driver  # noqa: E402 - after the check for torch
from plantgym.agents.collector import Collector  # noqa: E402
from plantgym.agents.ppo import Learner  # noqa: E402
from plantgym.agents.rollout import Rollout, advantages  # noqa: E402
from plantgym.agents.settings import PpoSettings  # noqa: E402
from plantgym.agents.validation import Validator, make_rows  # noqa: E402
from plantgym.envs.stn_vector_env import StnVectorEnv  # noqa: E402
from plantgym.twins.scenarios import Scenarios  # noqa: E402

from .env_cases import HEATER_ID, continuous  # noqa: E402
from .learners import ENV, days, judged, settings, short_day  # noqa: E402


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def learner(env_id: str, chosen: PpoSettings, seed: int = 0, **arguments: Any) -> Learner:  # noqa: ANN401
    env = make_rows(env_id, chosen.rows, arguments, autoreset_mode="SameStep")
    return Learner(env, chosen, seed, "cpu")


def weights(trained: Learner) -> dict[str, Any]:
    return {name: value.clone() for name, value in trained.network.state_dict().items()}


class TestAdvantages:
    def rollout(self, ended: list[bool], final: list[float]) -> Rollout:
        column = torch.ones((3, 1))
        return Rollout(
            seen=column,
            masks=column.bool(),
            chosen=column.long(),
            log_prob=column,
            explored=column > 1,
            reward=torch.tensor([[1.0], [2.0], [4.0]]),
            ended=torch.tensor([ended]).T,
            final_value=torch.tensor([final]).T,
        )

    def gains(self, ended: list[bool], final: list[float]) -> list[float]:
        values, after = torch.tensor([[10.0], [20.0], [30.0]]), torch.tensor([40.0])
        found = advantages(self.rollout(ended, final), values, after, gamma=0.5, gae_lambda=0.5)
        return [float(gain) for gain in found[:, 0]]

    # errors: 1 + .5 * 20 - 10 = 1, 2 + .5 * 30 - 20 = -3, 4 + .5 * 40 - 30 = -6
    def test_day_goes_on(self) -> None:
        assert self.gains([False] * 3, [0.0] * 3) == [1 + 0.25 * (-3 + 0.25 * -6), -4.5, -6.0]

    def test_nothing_follows_on_an_end(self) -> None:
        assert self.gains([False, True, False], [0.0] * 3) == [1 + 0.25 * -18, 2 - 20.0, -6.0]

    def test_what_was_cut_off_keeps_its_value(self) -> None:
        found = self.gains([False, True, False], [0.0, 100.0, 0.0])
        assert found == [1 + 0.25 * 32, 2 + 0.5 * 100 - 20.0, -6.0]


class CutOff(StnVectorEnv):
    """Says of every end that the day was cut off there."""

    def step(self, actions: Any) -> Any:  # noqa: ANN401
        obs, reward, ended, never, info = super().step(actions)
        return obs, reward, never, ended, info


def test_the_value_after_a_cut_is_that_of_the_last_state() -> None:
    chosen = settings(rows=3, rollout=2, hindsight=False, hints=False)
    env = CutOff(3, short_day(), scenarios=days((1, 3)), split="all", autoreset_mode="SameStep")
    trained = Learner(env, chosen, 0, "cpu")
    rollout, _, _ = trained.collector.collect(trained.network, trained.generator)
    assert rollout.ended.tolist() == [[False] * 3, [True] * 3]
    final_obs = torch.from_numpy(env.batch.results.final_obs)
    expected = trained.network.values(final_obs)
    assert expected.abs().min() > 0
    torch.testing.assert_close(rollout.final_value[1], expected)
    assert (rollout.final_value[0] == 0).all()


class TestLearning:
    cheap = days((1, 3), (3, 1), (1, 2), (3, 2), (2, 1), (2, 3))

    def test_the_cheap_hour_is_found(self) -> None:
        trained = learner(ENV, settings(), plant=short_day(), scenarios=self.cheap, split="all")
        judge = Validator(ENV, {"plant": short_day(), "scenarios": self.cheap}, judged(self.cheap))
        before = judge.costs(trained.actor(ENV)).mean()
        for k in range(12):
            trained.update(k / 12)
        costs = judge.costs(trained.actor(ENV))
        assert costs.tolist() == judged(self.cheap).optimum
        assert before > costs.mean()
        assert judge.days.gap(costs) == 0.0
        assert judge.days.score(costs) == 1.0

    @pytest.mark.parametrize("plain", [{"joint": False}, {"hindsight": False}])
    def test_so_it_is_without_help(self, plain: dict[str, bool]) -> None:
        chosen = settings(reachable=False, **plain)
        trained = learner(ENV, chosen, plant=short_day(), scenarios=self.cheap, split="all")
        judge = Validator(ENV, {"plant": short_day(), "scenarios": self.cheap}, judged(self.cheap))
        for k in range(30):
            trained.update(k / 30)
        assert judge.costs(trained.actor(ENV)).tolist() == judged(self.cheap).optimum

    def test_levels_are_learned_too(self) -> None:
        plant = continuous_day()
        chosen = settings(steps=20_000)
        trained = learner(ENV, chosen, plant=plant, scenarios=self.cheap, split="all")
        judge = Validator(ENV, {"plant": plant, "scenarios": self.cheap}, judged(self.cheap))
        for k in range(60):
            trained.update(k / 60)
        assert judge.days.score(judge.costs(trained.actor(ENV))) > 0.9

    def test_constant_prices_give_nothing_to_gain(self) -> None:
        flat, plant = days((2, 2, 2, 2), (1, 1, 1, 1)), short_day(4, runs=2)
        trained = learner(ENV, settings(), plant=plant, scenarios=flat, split="all")
        for k in range(8):
            trained.update(k / 8)
        judge = Validator(ENV, {"plant": plant, "scenarios": flat}, judged(flat, 2))
        costs = judge.costs(trained.actor(ENV))
        assert costs.tolist() == judge.days.rule
        assert judge.days.score(costs) == 1.0


def continuous_day() -> Any:  # noqa: ANN401
    from dataclasses import replace

    return replace(short_day(), operation="continuous")


class TestSeeds:
    def trained(self, seed: int, updates: int = 2) -> dict[str, Any]:
        made = learner("plantgym/CementPv-v0", settings(), seed)
        for k in range(updates):
            made.update(k / updates)
        return weights(made)

    def test_same_seed_same_weights(self) -> None:
        one, other = self.trained(3), self.trained(3)
        assert one.keys() == other.keys()
        for name in one:
            assert torch.equal(one[name], other[name]), name

    def test_another_seed_other_weights(self) -> None:
        assert not torch.equal(self.trained(3)["actor.0.weight"], self.trained(4)["actor.0.weight"])

    def test_the_seeds_of_others_are_left_alone(self) -> None:
        torch.manual_seed(7)
        expected = torch.rand(3)
        torch.manual_seed(7)
        self.trained(3, updates=1)
        assert torch.equal(torch.rand(3), expected)


class TestEveryKindOfPlant:
    @pytest.mark.parametrize(
        ("env_id", "arguments"),
        [
            ("plantgym/CarSeat-v0", {}),
            ("plantgym/SteelPowder-v0", {}),
            (ENV, {"plant": continuous("cement_pv"), "market": "tou", "dr": True}),
            (HEATER_ID, {}),
            (HEATER_ID, {"actions": "stages"}),
        ],
    )
    def test_updates_are_finite(self, env_id: str, arguments: dict[str, Any]) -> None:
        trained = learner(env_id, settings(rows=8, rollout=4), **arguments)
        before = weights(trained)
        for k in range(2):
            found = trained.update(k / 2)
        assert np.isfinite(list(found.values())).all()
        after = weights(trained)
        assert all(torch.isfinite(value).all() for value in after.values())
        assert not torch.equal(before["actor.0.weight"], after["actor.0.weight"])


def test_the_actor_is_the_network_without_torch() -> None:
    trained = learner("plantgym/CementPv-v0", settings())
    trained.update(0.0)
    obs = np.random.default_rng(0).random((5, trained.collector.n_seen), np.float32)
    with torch.no_grad():
        expected = trained.network.outputs(torch.from_numpy(obs)).numpy()
    found = trained.actor("plantgym/CementPv-v0").outputs(obs)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("joint", [True, False])
def test_the_policy_takes_what_the_network_finds_likeliest(joint: bool) -> None:
    trained = learner("plantgym/CementPv-v0", settings(joint=joint, rollout=5))
    trained.update(0.0)
    collector, network = trained.collector, trained.network
    head: Any = network.head
    driver = Driver(trained.actor("plantgym/CementPv-v0"), collector.env.batch)
    taken = []
    for _ in range(24):
        seen, masks = collector.seen(collector._obs, collector._look_ahead()), collector.allowed()
        with torch.no_grad():
            outputs = network.outputs(seen[:, : collector.n_seen])
            likely = head._log_probs(outputs, masks).argmax(dim=2)
        assert collector.choices is not None
        expected = collector.choices.modes(likely.numpy())
        np.testing.assert_array_equal(driver.actions(collector._obs), expected)
        taken.append(expected)
        collector._step(likely, network)
    assert len(np.unique(np.concatenate(taken), axis=0)) > 2


class TestHindsight:
    scenarios: Scenarios = days((1, 3, 5), (2, 4, 6))

    def collector(self) -> Collector:
        plant = short_day(3)
        env = StnVectorEnv(
            4, plant, scenarios=self.scenarios, split="all", autoreset_mode="SameStep"
        )
        collector = Collector(env, settings(rows=4), torch.device("cpu"))
        collector.start(0)
        return collector

    def test_the_critic_sees_what_comes_and_nothing_of_what_was(self) -> None:
        collector = self.collector()
        env, prices = collector.env, self.scenarios.series["buy_price_per_kwh"]
        scaled = (prices - prices.mean()) / prices.std()
        env.step(np.zeros((4, 1), np.int64))
        seen = collector._look_ahead()[:, :3]
        rest = scaled[env.batch.state.day, 1:]
        np.testing.assert_allclose(seen, np.column_stack([rest, np.zeros(4)]), rtol=1e-6)

    def test_the_actor_does_not_see_it(self) -> None:
        trained = learner(
            ENV, settings(), plant=short_day(3), scenarios=self.scenarios, split="all"
        )
        n_seen = {name: value.shape[1] for name, value in weights(trained).items() if "0.w" in name}
        observed = trained.collector.n_seen
        assert n_seen == {
            "actor.0.weight": observed,
            "critic.0.weight": observed + 3 * 3 - 3 * 2 + 4,
        }


class TestExploring:
    def rollout(self, **changes: Any) -> Rollout:  # noqa: ANN401
        trained = learner("plantgym/CementPv-v0", settings(rows=512, rollout=24, **changes))
        return trained.collector.collect(trained.network, trained.generator)[0]

    def test_a_share_of_the_days_begins_at_random(self) -> None:
        explored = self.rollout(explore=0.5).explored
        assert 0.4 < explored[0].float().mean() < 0.6
        assert (explored[1:] <= explored[:-1]).all(), "the policy goes on to the end"
        lengths = explored.sum(dim=0)[explored[0]]
        assert 10.0 < lengths.float().mean() < 14.0

    def test_random_choices_keep_to_the_masks(self) -> None:
        rollout = self.rollout(explore=1.0)
        assert rollout.explored.any()
        assert rollout.masks.gather(2, rollout.chosen).all()

    def test_none_if_none_is_wanted(self) -> None:
        assert not self.rollout(explore=0.0).explored.any()

    def test_nothing_is_learned_where_all_was_random(self) -> None:
        chosen = settings(rows=2, rollout=1, explore=1.0, minibatch=2)
        trained = learner(ENV, chosen, plant=short_day(), scenarios=days((1, 3)), split="all")
        for _ in range(8):
            trained.update(0.0)
        assert all(torch.isfinite(each).all() for each in weights(trained).values())

    def test_one_learns_from_ones_own_steps_only(self) -> None:
        trained = learner("plantgym/CementPv-v0", settings())
        rollout, after, _ = trained.collector.collect(trained.network, trained.generator)
        own = torch.arange(7)
        order = torch.cat(list(trained._minibatches(own)))
        assert sorted(order.tolist()) == sorted(own.tolist() * trained.settings.epochs)
        assert rollout.explored.any()
        assert len(after) == 64
