"""The prescriptive policy of heaters: its rules, what it refuses, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from plantgym.baselines.prescriptive.decisions import Health, Reason
from plantgym.baselines.prescriptive.heater import PrescriptiveHeater
from plantgym.baselines.prescriptive.thresholds import HeaterThresholds
from plantgym.baselines.registry import make_policy
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.policy import Policy

from .env_cases import HEATERS
from .test_live_env import remote, run_day
from .test_prescriptive import ORDERS, Told


@dataclass
class Episode:
    """What a policy did in an episode."""

    infos: list[dict[str, Any]]
    reasons: list[tuple[Reason, ...]]

    @property
    def cost(self) -> float:
        return sum(sum(info["cost"].values()) for info in self.infos)

    def each(self, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([info[name] for info in self.infos])


def run(
    env: SetsHeaterEnv,
    policy: Policy,
    day: int,
    health: Sequence[Health] = (),
    steps: int = 96,
) -> Episode:
    """Run an episode; `health` is told step by step, the last of it to the end."""
    obs, _ = env.reset(seed=day, options={"day": day})
    policy.reset(env)
    done = Episode([], [])
    for step in range(steps):
        if health and isinstance(policy, PrescriptiveHeater):
            policy.health = health[min(step, len(health) - 1)]
        obs, _, _, _, info = env.step(policy.act(obs))
        done.infos.append(info)
        done.reasons.append(getattr(policy, "reasons", ()))
    return done


def heater(name: str = "SetsHeater-v0", **arguments: Any) -> SetsHeaterEnv:  # noqa: ANN401
    return HEATERS[name].heater(split="validation", **arguments)


@pytest.mark.parametrize("name", ["SetsHeater-v0", "SetsHeater-stages"])
def test_it_keeps_the_room_warm_and_is_never_moved(name: str) -> None:
    env = heater(name)
    one, two = (run(env, PrescriptiveHeater(), 6) for _ in range(2))
    assert one.each("moved").sum() == 0
    assert one.each("room_c").min() > 17.5
    assert one.reasons == two.reasons
    assert one.cost == two.cost
    for reasons in one.reasons:
        assert [reason.asset for reason in reasons] == ["elements", "fan"]
        assert {reason.order for reason in reasons} <= ORDERS
        assert all(any(letter.isdigit() for letter in reason.reason) for reason in reasons)


def test_it_costs_less_than_the_rules_and_plans_seldom() -> None:
    env, days = heater(), (1, 6, 11)
    pi = [run(env, PrescriptiveHeater(), day) for day in days]
    cost = {
        name: sum(run(env, make_policy(name, kind="heater"), day).cost for day in days)
        for name in ("timer", "price-quantile")
    }
    assert sum(done.cost for done in pi) < 0.9 * min(cost.values())
    told = [
        (reasons[0].reason, 13 * 60 + 15 * step)
        for done in pi
        for step, reasons in enumerate(done.reasons)
    ]
    moved = [(reason, minutes) for reason, minutes in told if " now" in reason]
    assert moved
    assert not [
        reason for reason, now in moved if f"at {now // 60 % 24:02d}:{now % 60:02d} at" in reason
    ]
    orders = [reasons[1].order for done in pi for reasons in done.reasons]
    assert orders.count("OPTIMIZE") < len(orders) / 3


def test_sick_elements_stand_while_the_store_suffices() -> None:
    rests = PrescriptiveHeater(HeaterThresholds(rest_h=2.0))
    done = run(heater(), rests, 1, [{"elements": Told(0.5)}], steps=8)
    assert done.each("heater_kwh").sum() == 0.0
    assert {reasons[0].order for reasons in done.reasons} == {"SHUTDOWN"}
    assert done.reasons[0][0].reason == (
        "risk 0.50, limit 0.30: stands until 15:00, and on while the risk is above 0.25; "
        "the room stays warm"
    )


def test_the_store_counts_with_the_elements_and_clears_with_hysteresis() -> None:
    rests = PrescriptiveHeater(HeaterThresholds(rest_h=0.5))
    risks = (0.31, 0.28, 0.28, 0.2, 0.2, 0.28)
    health: list[Health] = [{"store": Told(risk)} for risk in risks]
    done = run(heater(), rests, 1, health, steps=6)
    stood = ["limit 0.30: stands" in reasons[0].reason for reasons in done.reasons]
    assert stood == [True, True, True, True, False, False]


def test_a_sick_fan_runs_where_the_room_would_be_cold() -> None:
    rests = PrescriptiveHeater(HeaterThresholds(rest_h=12.0))
    done = run(heater(), rests, 6, [{"fan": Told(0.9)}], steps=12)
    reason = done.reasons[0][1]
    assert reason.order != "SHUTDOWN"
    assert reason.reason.startswith("risk 0.90, limit 0.30, but if it stood the room would fall to")
    assert done.each("room_c").min() > 17.5


def test_tripped_elements_stand() -> None:
    env, policy = heater(), PrescriptiveHeater()
    env.reset(seed=1, options={"day": 1})
    state = env.get_state()
    state.temp_c[0, 0] = env.plant.brick.trip_c + 5.0
    obs = env.set_state(state)
    policy.reset(env)
    for _ in range(2):
        _, _, _, _, info = env.step(policy.act(obs))
        assert (info["heater_kwh"], info["moved"]) == (0.0, 0)
    told = policy.reasons[0]
    assert told.order == "SHUTDOWN"
    assert re.fullmatch(
        r"tripped, brick at 7\d\d degC: stands until it is at 6\d\d degC", told.reason
    )


def test_a_call_makes_a_new_plan() -> None:
    env = heater()
    for day in range(env.batch.scenarios.n_days):
        env.reset(seed=day, options={"day": day})
        calls = env.hindsight().calls
        if calls and 4 < calls[0].notice_step < 60:
            break
    notice = calls[0].notice_step
    done = run(env, PrescriptiveHeater(), day, steps=notice + 1)
    (told, _) = done.reasons[notice]
    assert told.order == "OPTIMIZE"
    assert told.reason.startswith(f"a call to {calls[0].kind} the load by ")


@pytest.mark.slow
def test_a_heater_that_runs_elsewhere_is_run_alike() -> None:
    local = HEATERS["SetsHeater-v0"].any_env()
    with remote(HEATERS["SetsHeater-v0"]) as env:
        here, there = (make_policy("pi", kind="heater") for _ in range(2))
        actions, rewards = run_day(local, here, 5)
        others, same = run_day(env, there, 5)
    np.testing.assert_array_equal(actions, others)
    assert rewards == same
