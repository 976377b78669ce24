"""Rules that run heaters do what they say, and the default task leaves room for better ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from plantgym.baselines.heater_rules import HeaterRule, PriceQuantile, Thermostat, Timer
from plantgym.baselines.registry import make_policy
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.policy import Env, Policy

from .env_cases import HEATERS

NAMES = ("thermostat", "timer", "timer-short", "price-quantile")


def run(env: SetsHeaterEnv, policy: Policy, day: int) -> list[dict[str, Any]]:
    """Info of the steps of an episode."""
    obs, _ = env.reset(seed=day, options={"day": day})
    policy.reset(env)
    infos, over = [], False
    while not over:
        obs, _, over, _, info = env.step(policy.act(obs))
        infos.append(info)
    return infos


def total(infos: list[dict[str, Any]]) -> float:
    return sum(sum(info["cost"].values()) for info in infos)


class Idle:
    """Never charges, and holds the room as the rules do."""

    def reset(self, env: Env) -> None:
        self._timer = Timer()
        self._timer.reset(env)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        action = self._timer.act(obs)
        action[0] = -1.0
        return action


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("market", ["belgium-real-time", "shenyang"])
def test_rules_hold_the_room_and_the_store(name: str, market: str) -> None:
    env = HEATERS["SetsHeater-v0"].heater(market=market, split="test")
    for day in (0, 20, 40):
        infos = run(env, make_policy(name, kind="heater"), day)
        room_c = np.array([info["room_c"] for info in infos])
        assert room_c.min() > 18.1
        assert room_c.mean() < 19.5
        assert sum(info["cost"]["comfort"] for info in infos) == 0.0
        more_kwh = env.plant.capacities_kwh_per_k @ env.view().temp_c - env.view().start_heat_kwh
        assert abs(more_kwh) < 300.0


@pytest.mark.parametrize(
    ("rule", "hours"),
    [(Timer("long"), {22, 23, 0, 1, 2, 3, 4}), (Timer("short"), {22, 23, 0, 3, 4})],
)
def test_timers_charge_in_their_hours_at_even_power(rule: Timer, hours: set[int]) -> None:
    env = HEATERS["SetsHeater-v0"].heater(split="test")
    power_kw = np.array([info["heater_kwh"] * 4 for info in run(env, rule, 5)])
    hour = (13 + np.arange(96) // 4) % 24
    assert set(hour[power_kw > 0]) == hours
    charged = power_kw[power_kw > 0]
    assert charged.min() > 0.8 * charged.max()


def test_thermostats_charge_as_they_release() -> None:
    env = HEATERS["SetsHeater-v0"].heater(split="test")
    infos = run(env, Thermostat(), 5)
    brick_c = np.array([info["brick_c"] for info in infos])
    assert np.ptp(brick_c) < 15.0


def test_price_quantiles_pay_less_a_kwh_the_more_power_they_use() -> None:
    env = HEATERS["SetsHeater-v0"].heater(split="test")
    prices = []
    for share in (0.15, 0.4, 0.8):
        infos = [info for day in (2, 12, 22, 32) for info in run(env, PriceQuantile(share), day)]
        bought = sum(info["cost"]["purchase"] for info in infos)
        prices.append(bought / sum(info["load_kw"] / 4 for info in infos))
    assert prices == sorted(prices, reverse=True)


def test_empty_bricks_are_charged_by_every_rule() -> None:
    class Never(HeaterRule):
        def power_kw(self, view: Any, needed_kw: Any) -> float:  # noqa: ANN401
            return 0.0

    env = HEATERS["SetsHeater-v0"].heater(split="test", days=5)
    infos = run(env, Never(), 0)
    assert min(info["brick_c"] for info in infos) > 110.0
    assert min(info["room_c"] for info in infos) > 18.0


def test_the_default_task_is_one_where_control_matters() -> None:
    env = HEATERS["SetsHeater-v0"].heater(split="test")
    days = range(0, 47, 4)
    cost = {
        name: sum(total(run(env, make_policy(name, kind="heater"), day)) for day in days)
        for name in NAMES
    }
    # Even a rule that plans nothing saves more than a tenth against the timer, by prices alone.
    assert cost["price-quantile"] < 0.9 * cost["timer"]
    assert cost["timer"] < cost["thermostat"]
    # To empty the store instead is no free lunch.
    idle = sum(total(run(env, Idle(), day)) for day in days)
    assert idle > 1.1 * cost["timer"]


def test_rules_choose_stages_where_there_are_only_stages() -> None:
    env = HEATERS["SetsHeater-stages"].heater(split="test")
    infos = run(env, make_policy("timer", kind="heater"), 10)
    assert min(info["room_c"] for info in infos) > 17.5
