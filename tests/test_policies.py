"""Rules and planners decide as they say, on days that can be worked by hand and on real ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.baselines.base import factory_env
from plantgym.baselines.planners import DayAheadMilp, Optimum, RollingMpc
from plantgym.baselines.registry import POLICIES, make_policy
from plantgym.baselines.rules import PriceThreshold, RandomPolicy, ReferenceRule
from plantgym.envs.policy import Policy
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.tariff import DrProgramme, Tariff

PRICES = [0.3, 0.1, 0.4, 0.2, 0.5]
FORECAST = [0.2, 0.3, 0.1, 0.2, 0.5]


def bakery(event: DrEvent | None = None) -> StnEnv:
    """An oven of 100 kW that must make 2 loaves of bread in 5 hours, one an hour."""
    plant = StnPlant(
        name="bakery",
        currency="EUR",
        materials=(Material("bread", 0.0, 9.0, 0.0, 2.0, 1000.0),),
        tasks=(Task("oven", (Mode(100.0, produces_t_per_h={"bread": 1.0}),)),),
        site=Site(500.0),
        tariff=Tariff((0.1,) * 24, (0.0,) * 24),
        horizon_h=len(PRICES),
        dr=DrProgramme(3.0, 4.0),
    )
    day = {
        "buy_price_per_kwh": [PRICES],
        "buy_forecast_per_kwh": [FORECAST],
        "sell_price_per_kwh": [[0.0] * 5],
        "sell_forecast_per_kwh": [[0.0] * 5],
        "base_load_kw": [[0.0] * 5],
    }
    days = Scenarios(
        dates=np.array(["2025-06-02"], "datetime64[D]"),
        series={name: np.array(values) for name, values in day.items()},
        step_minutes=60,
        start_hour=0,
        currency="EUR",
        dr_events=(event,),
    )
    return StnEnv(plant, scenarios=days)


def runs(env: StnEnv, policy: Policy) -> list[int]:
    """Mode of the first task in each step of a day."""
    obs, _ = env.reset(seed=0)
    policy.reset(env)
    modes, over = [], False
    while not over:
        obs, _, over, _, info = env.step(policy.act(obs))
        modes.append(int(info["applied"][0]))
    return modes


@pytest.mark.parametrize(
    ("policy", "modes"),
    [
        (ReferenceRule(), [1, 1, 0, 0, 0]),
        # At 0.3 two later hours look cheaper, at 0.1 none; then one loaf and one cheaper hour.
        (PriceThreshold(margin_steps=0), [0, 1, 0, 1, 0]),
        # The day-ahead curve, but for the price of the first hour, which is known.
        (DayAheadMilp(), [0, 0, 1, 1, 0]),
        (Optimum(), [0, 1, 0, 1, 0]),
        # At 0.1 hour 2 is expected at 0.0 and hour 3 at 0.15; at 0.4 hour 3 at 0.35.
        (RollingMpc(decay_per_h=0.5), [0, 1, 0, 1, 0]),
        # At 0.1 hour 2 is expected at -0.1 and hour 3 at 0.0; at 0.4 hour 3 at 0.5.
        (RollingMpc(decay_per_h=1.0), [0, 0, 1, 1, 0]),
    ],
)
def test_policies_run_the_oven_in_their_hours(policy: Policy, modes: list[int]) -> None:
    assert runs(bakery(), policy) == modes


def test_the_spread_fades_by_the_hour() -> None:
    env = bakery()
    env.reset(seed=0)
    mpc = RollingMpc(decay_per_h=0.5)
    mpc.reset(env)
    view = env.view()
    expected = mpc._faded(0, view.buy_price_per_kwh, view.buy_forecast_per_kwh)
    assert expected == pytest.approx([0.3, 0.35, 0.125, 0.2125, 0.50625])


def test_mpc_takes_the_nodes_that_it_takes_not_to_miss_a_target() -> None:
    env = StnEnv("cement_mill", split="test")
    env.reset(seed=0, options={"day": "2025-05-31"})
    mpc = RollingMpc()
    mpc.reset(factory_env(env))
    view = mpc.expected(env.view())
    hasty = mpc.scheduler.plan(view, mip_gap=mpc.mip_gap, node_limit=mpc.node_limit)
    assert hasty.cost_parts["shortfall"] > 0, "else nothing is proven"
    missing, terminated = 0.0, False
    while not terminated:
        _, _, terminated, _, info = env.step(mpc.act(np.empty(0)))
        missing += info["cost"]["shortfall"]
    assert missing == 0


def test_the_day_ahead_plan_does_not_hear_of_a_later_event_but_mpc_does() -> None:
    event = DrEvent(notice_step=1, start_step=1, end_step=2, award_kw=100.0)
    # The rule loads hours 0 and 1, so the baseline load of hour 1 is 100 kW: standing then pays.
    assert runs(bakery(event), Optimum())[1] == 0
    assert runs(bakery(event), RollingMpc())[1] == 0
    env, plan = bakery(event), DayAheadMilp()
    env.reset(seed=0)
    plan.reset(env)
    assert env.view().dr is None
    assert plan.schedule.cost_parts["dr_subsidy"] == 0.0


def test_random_actions_keep_to_the_masks_and_repeat_with_the_seed() -> None:
    env = StnEnv("cement_pv", "tou", dr=True)
    env.reset(seed=3)
    one, other, third = RandomPolicy(1), RandomPolicy(1), RandomPolicy(2)
    for policy in (one, other, third):
        policy.reset(env)
    obs = np.zeros(1)
    starts = np.cumsum([0, *env.batch.n_modes[:-1]])
    actions = [[policy.act(obs) for _ in range(50)] for policy in (one, other, third)]
    assert np.array_equal(actions[0], actions[1])
    assert not np.array_equal(actions[0], actions[2])
    assert all(env.action_masks()[starts + action].all() for action in actions[0])


FACTORY = ("rule", "threshold", "random", "milp-day-ahead", "quick", "mpc", "pi")
METHODS = ("so", "dro", "ro", "ro-budget", "chance", "fuzzy")
SLOW = (*METHODS, *(f"{name}-day-ahead" for name in METHODS))


def test_slow_policies_run_on_request_only() -> None:
    assert POLICIES["factory"].usual == (*FACTORY, "optimum")
    assert POLICIES["factory"].on_request == set(SLOW)
    assert POLICIES["heater"].usual == tuple(POLICIES["heater"].makers)


def test_policies_go_by_their_names() -> None:
    names = {kind: list(policies.makers) for kind, policies in POLICIES.items()}
    rules = ["timer", "timer-short", "thermostat", "price-quantile"]
    assert names == {
        "factory": [*FACTORY, *SLOW, "optimum"],
        "heater": [*rules, "quick", "mpc", "pi", "optimum"],
    }
    for kind, policies in POLICIES.items():
        assert policies.reference == names[kind][0]
        assert all(isinstance(make_policy(name, kind=kind), Policy) for name in names[kind])
    with pytest.raises(InputError, match="policy = 'milp': use one of rule, threshold"):
        make_policy("milp")
    with pytest.raises(InputError, match="policy = 'rule': use one of timer, timer-short"):
        make_policy("rule", kind="heater")


def test_an_env_that_is_no_factory_is_refused() -> None:
    class Other:
        unwrapped: Any = None

    with pytest.raises(InputError, match="give an env of an STN plant"):
        factory_env(Other())  # type: ignore[arg-type]


def mill_cost_eur(policy: Policy, part: str | None = None, **stocks: Any) -> float:  # noqa: ANN401
    """Mean cost over the 89 test days of the cement mill, or of one part of it."""
    mill = load_plant("cement_mill")
    changed = tuple(replace(material, **stocks) for material in mill.materials)
    env = StnEnv(replace(mill, materials=changed), split="test")
    costs = []
    for day in range(89):
        obs, _ = env.reset(options={"day": day})
        policy.reset(env)
        over, cost = False, 0.0
        while not over:
            obs, _, over, _, info = env.step(policy.act(obs))
            cost += info["cost"][part] if part else sum(info["cost"].values())
        costs.append(cost)
    return float(np.mean(costs))


def test_the_rule_costs_on_real_days_what_prototypes_measured() -> None:
    assert mill_cost_eur(ReferenceRule()) == pytest.approx(41280, abs=0.5)


@pytest.mark.slow
def test_perfect_foresight_costs_on_real_days_what_prototypes_measured() -> None:
    # Energy alone; where cement is worth 100 EUR/t, 500 t in 89 days are worth missing.
    cost = mill_cost_eur(Optimum(), "purchase", shortfall_cost_per_t=100.0)
    assert cost == pytest.approx(33088, abs=0.5)
