"""The prescriptive policy of factories: its rules, their order, what it refuses, and why."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.baselines.planners import RollingMpc
from plantgym.baselines.prescriptive import factory
from plantgym.baselines.prescriptive.decisions import Health, Reason
from plantgym.baselines.prescriptive.factory import PrescriptiveFactory
from plantgym.baselines.prescriptive.thresholds import FactoryThresholds, HeaterThresholds
from plantgym.baselines.registry import make_policy
from plantgym.baselines.rules import PriceThreshold, ReferenceRule
from plantgym.envs.policy import Policy
from plantgym.envs.stn_env import StnEnv
from plantgym.twins import solver
from plantgym.twins.errors import InputError
from plantgym.twins.outlook import DrEvent
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.solver import SolverError

from . import random_plants
from .env_cases import CASES
from .test_docs import ROOT, blocks
from .test_live_env import remote, run_day
from .test_policies import bakery

ORDERS = {"SHUTDOWN", "OPTIMIZE", "STARTUP", "HOLD"}


@dataclass(frozen=True)
class Told:
    """Health as anybody may tell it."""

    risk: float

    @property
    def score(self) -> float:
        return 100.0 * (1.0 - self.risk)


@dataclass
class Day:
    """What a policy did on a day."""

    cost: dict[str, float]
    applied: list[list[float]]
    moved: float
    reasons: list[tuple[Reason, ...]]

    @property
    def total(self) -> float:
        return sum(self.cost.values())


def run(env: StnEnv, policy: Policy, day: int = 0, health: list[Health] | None = None) -> Day:
    """Run a day; `health` is told step by step."""
    obs, _ = env.reset(seed=0, options={"day": day})
    policy.reset(env)
    done = Day({}, [], 0.0, [])
    over = False
    while not over:
        if health is not None and isinstance(policy, PrescriptiveFactory):
            policy.health = health[len(done.applied)]
        obs, _, over, _, info = env.step(policy.act(obs))
        for part, amount in info["cost"].items():
            done.cost[part] = done.cost.get(part, 0.0) + amount
        done.applied.append(info["applied"].tolist())
        done.moved += info["moved"]
        done.reasons.append(getattr(policy, "reasons", ()))
    return done


def foreseen(days: Scenarios) -> Scenarios:
    """The same days, with generation as it was forecast."""
    return days.replace_series(pv_forecast_kw=days.series["pv_kw"])


@settings(max_examples=60)
@given(st.data())
def test_it_keeps_the_limits_and_the_targets_of_the_rule(data: st.DataObject) -> None:
    plant = data.draw(random_plants.plants())
    env = StnEnv(plant, scenarios=foreseen(data.draw(random_plants.days(plant))))
    names = [task.name for task in plant.tasks]
    risk = st.sampled_from([0.0, 0.0, 0.28, 0.6])
    health: list[Health] = [
        {name: Told(data.draw(risk)) for name in names} for _ in range(random_plants.HOURS)
    ]
    rule = run(env, ReferenceRule())
    done = run(env, PrescriptiveFactory(), health=health)
    again = run(env, PrescriptiveFactory(), health=health)
    assert done.moved == 0
    assert done.cost["shortfall"] <= rule.cost["shortfall"] + 1e-6
    assert (done.applied, done.reasons) == (again.applied, again.reasons)
    for step, reasons in enumerate(done.reasons):
        assert [reason.asset for reason in reasons] == names
        assert {reason.order for reason in reasons} <= ORDERS
        for reason, level in zip(reasons, done.applied[step], strict=True):
            assert any(letter.isdigit() for letter in reason.reason)
            assert reason.order != "SHUTDOWN" or level == 0.0
            assert reason.order != "STARTUP" or level > 0.0


@settings(max_examples=30)
@given(st.data())
def test_a_sick_task_stands_if_the_targets_can_do_without_it(data: st.DataObject) -> None:
    plant = data.draw(random_plants.plants())
    env = StnEnv(plant, scenarios=foreseen(data.draw(random_plants.days(plant))))
    sick = data.draw(st.integers(0, len(plant.tasks) - 1))
    policy = PrescriptiveFactory(FactoryThresholds(rest_h=1.0))
    told: Health = {plant.tasks[sick].name: Told(0.9)}
    done = run(env, policy, health=[told] * random_plants.HOURS)
    for reasons, applied in zip(done.reasons, done.applied, strict=True):
        reason = reasons[sick]
        assert reason.reason.startswith("risk 0.90, limit 0.30")
        assert (applied[sick] == 0.0) or "but if it stood" in reason.reason
        assert (reason.order == "SHUTDOWN") or "but if it stood" in reason.reason


def oven(**health: float) -> Health:
    return {name: Told(risk) for name, risk in health.items()}


def test_a_sick_oven_stands_until_the_bread_would_be_missing() -> None:
    policy = PrescriptiveFactory()
    done = run(bakery(), policy, health=[oven(oven=0.42)] * 5)
    assert [applied[0] for applied in done.applied] == [0, 0, 1, 1, 0]
    orders = [reasons[0].order for reasons in done.reasons]
    assert orders[:2] == ["SHUTDOWN", "SHUTDOWN"]
    assert done.reasons[0][0].reason == (
        "risk 0.42, limit 0.30: stands until 02:00, and on while the risk is above 0.25; "
        "the targets are kept"
    )
    assert done.reasons[2][0].reason.startswith(
        "risk 0.42, limit 0.30, but if it stood 1 t of bread would be missing at the end; "
    )
    assert orders[4] == "SHUTDOWN"  # the bread is there, so that it may stand again


@pytest.mark.parametrize(
    ("risks", "stands"),
    [
        ((0.30, 0.30, 0.30, 0.30, 0.30), ()),  # not above the limit
        ((0.31, 0.0, 0.0, 0.0, 0.0), (0, 1)),  # its time of rest, though it is well again
        ((0.31, 0.28, 0.26, 0.26, 0.0), (0, 1, 2)),  # not yet clear
    ],
)
def test_risk_has_hysteresis(risks: tuple[float, ...], stands: tuple[int, ...]) -> None:
    env = bakery()
    plan_none = FactoryThresholds(rest_h=2.0 if len(stands) < 3 else 1.0)
    policy = PrescriptiveFactory(plan_none)
    done = run(env, policy, health=[oven(oven=risk) for risk in risks])
    said = [step for step, (reason,) in enumerate(done.reasons) if "limit 0.30: " in reason.reason]
    assert tuple(said) == stands
    assert all(done.applied[step] == [0.0] for step in stands)
    assert done.cost["shortfall"] == 0.0


def test_must_run_tasks_do_not_trip_for_their_health() -> None:
    env = StnEnv("cement_pv", "tou", split="validation")
    done = run(env, PrescriptiveFactory(), health=[{"T2": Told(0.5)}] * 24)
    assert done.cost["trip"] == 0.0
    assert "would trip, for 40,000 CNY" in done.reasons[5][1].reason


def test_an_event_makes_a_new_plan() -> None:
    event = DrEvent(notice_step=1, start_step=1, end_step=2, award_kw=100.0)
    done = run(bakery(event), PrescriptiveFactory())
    assert done.applied[1] == [0.0]
    (first,), (told,) = done.reasons[:2]
    assert first.order == told.order == "OPTIMIZE"
    assert first.reason.startswith("no plan yet: a new plan costs ")
    assert told.reason.startswith("demand response of 100 kW from 01:00 to 02:00 is known: a new")


@pytest.mark.parametrize(
    ("forecast", "prices", "modes", "step", "order", "reason"),
    [
        # Planned are hours 1 and 2; hour 2 turns out dear, and hour 3 will be less so.
        (
            *([0.3, 0.1, 0.09, 0.15, 0.5], [0.3, 0.1, 0.4, 0.05, 0.5], [0, 1, 0, 1, 0], 2),
            *("SHUTDOWN", "above 60% of the day's: runs at 03:00 at 305 EUR/MWh instead, saving"),
        ),
        # Planned are hours 2 and 3; hour 1 turns out cheap.
        (
            *([0.3, 0.3, 0.1, 0.1, 0.5], [0.3, 0.02, 0.1, 0.1, 0.5], [0, 1, 1, 0, 0], 1),
            *("STARTUP", "below 60% of the day's: runs now instead of at 03:00 at 30 EUR/MWh"),
        ),
    ],
)
def test_work_moves_away_from_dear_hours_and_into_cheap_ones(
    forecast: list[float],
    prices: list[float],
    modes: list[int],
    step: int,
    order: str,
    reason: str,
) -> None:
    base = bakery()
    day = base.batch.scenarios.replace_series(
        buy_price_per_kwh=np.array([prices]), buy_forecast_per_kwh=np.array([forecast])
    )
    never = FactoryThresholds(price_share=1e9)
    done = run(StnEnv(base.plant, scenarios=day), PrescriptiveFactory(never))
    assert [applied[0] for applied in done.applied] == modes
    (told,) = done.reasons[step]
    assert told.order == order
    assert told.reason.startswith(f"price {1000 * prices[step]:.0f} EUR/MWh, {reason}")


def test_moves_wait_for_their_time() -> None:
    env = StnEnv("cement_mill", "belgium-real-time", split="validation", step_minutes=15)
    limits = FactoryThresholds(dwell_h=1.5, price_share=1e9)
    moves: dict[str, list[int]] = {}
    done = run(env, PrescriptiveFactory(limits), day=3)
    for step, reasons in enumerate(done.reasons):
        for reason in reasons:
            if reason.reason.startswith("price ") and ", saving " in reason.reason:
                moves.setdefault(reason.asset, []).append(step)
    assert moves
    assert min(np.diff(steps).min(initial=99) for steps in moves.values()) >= 6


def test_it_plans_seldom_and_costs_less_than_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    plans = []

    def counted(*args: Any, **options: Any) -> solver.Solution:  # noqa: ANN401
        plans.append(args)
        return solver.solve(*args, **options)

    monkeypatch.setattr(factory, "solve", counted)
    env = StnEnv("cement_mill", "belgium-real-time", split="validation")
    days = range(0, env.batch.scenarios.n_days, 12)
    pi, rule, threshold = (
        sum(run(env, policy, day).total for day in days)
        for policy in (PrescriptiveFactory(), ReferenceRule(), PriceThreshold())
    )
    assert pi < 0.99 * threshold
    assert pi < 0.95 * rule
    assert len(plans) < 24 * len(days) / 3


def test_without_a_plan_the_rule_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:  # noqa: ANN401
        raise SolverError("no luck")

    monkeypatch.setattr(factory, "solve", fails)
    done = run(bakery(), PrescriptiveFactory(FactoryThresholds(saving_share=1e9)))
    assert [applied[0] for applied in done.applied] == [1, 1, 0, 0, 0]
    assert "but there is no plan (no luck): the course goes on" in done.reasons[0][0].reason


def test_a_plan_that_loses_the_target_is_refused() -> None:
    env = bakery()
    bread = replace(env.plant.materials[0], shortfall_cost_per_t=1.0)
    cheap = StnEnv(replace(env.plant, materials=(bread,)), scenarios=env.batch.scenarios)
    assert run(cheap, RollingMpc()).cost["shortfall"] > 0.0
    done = run(cheap, PrescriptiveFactory())
    assert done.cost["shortfall"] == 0.0
    assert "2 t of bread would be missing at the end" in done.reasons[0][0].reason


@pytest.mark.parametrize("name", ["CementPv-v0", "continuous-cement_pv"])
def test_a_plant_that_runs_elsewhere_is_run_alike(name: str) -> None:
    local = CASES[name].any_env()
    with remote(CASES[name]) as env:
        here, there = make_policy("pi"), make_policy("pi")
        actions, rewards = run_day(local, here, 5)
        others, same = run_day(env, there, 5)
    np.testing.assert_array_equal(actions, others)
    assert rewards == same
    assert isinstance(here, PrescriptiveFactory)
    assert isinstance(there, PrescriptiveFactory)
    assert here.reasons == there.reasons


def test_the_document_tells_the_thresholds() -> None:
    (example,) = blocks("docs/prescriptive.md", "python")
    exec(compile(example, "docs/prescriptive.md", "exec"), {"__name__": "example"})
    text = (ROOT / "docs" / "prescriptive.md").read_text("utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*\|[^|]*) \|", text, re.MULTILINE))
    factory, heater = asdict(FactoryThresholds()), asdict(HeaterThresholds())
    assert set(told) == set(factory) | set(heater)
    for name, cells in told.items():
        shown = [cell.strip() for cell in cells.split("|")]
        assert shown == [f"{of[name]:g}" if name in of else "" for of in (factory, heater)]


@pytest.mark.parametrize(
    ("thresholds", "message"),
    [
        ({"risk_limit": 1.2}, "thresholds risk_limit = 1.2"),
        ({"risk_clear": 0.5}, "thresholds risk_clear = 0.5: keep it at or below risk_limit 0.3"),
        ({"rest_h": -1.0}, "thresholds rest_h = -1.0"),
        ({"tried": 0}, "thresholds tried = 0"),
    ],
)
def test_thresholds_are_checked(thresholds: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FactoryThresholds(**thresholds)
    if "tried" not in thresholds:
        with pytest.raises(InputError, match=message):
            HeaterThresholds(**thresholds)
