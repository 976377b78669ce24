"""Announced and run schedules, and the response between them, on days worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import StnPlant
from plantgym.twins.scheduling import InfeasibleError, Scheduler
from plantgym.twins.solver import solve
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.tariff import DrProgramme
from plantgym.twins.uncertain.ambiguity import stochastic, wasserstein
from plantgym.twins.uncertain.extensive import strong_dual, wasserstein_extensive
from plantgym.twins.uncertain.planning import worst_case
from plantgym.twins.uncertain.samples import Samples
from plantgym.twins.uncertain.two_stage import (
    Offer,
    TwoStagePlan,
    TwoStageProblem,
    plan_two_stage,
    required_response_kw,
)

from .plant_days import flour, outlook, plant

NONE = Samples(np.zeros((1, 4)))


def mill() -> StnPlant:
    return plant(materials=(flour(2.0),), dr=DrProgramme(3.0, 4.0))


def planned(offer: Offer | None, samples: Samples = NONE, radius_kwh: float = 0.0) -> TwoStagePlan:
    tables = compile_tables(mill())
    day = outlook(tables, [1, 2, 3, 4])
    reach = wasserstein(samples, radius_kwh, np.zeros(4), np.full(4, 100.0))
    return plan_two_stage(Scheduler(tables), day, day, reach, offer, mip_gap=1e-9)


def test_without_an_event_both_days_are_the_cheapest() -> None:
    found = planned(None)
    assert found.cost == pytest.approx(2 * 300.0)
    assert found.day_ahead.cost == found.intraday.cost == pytest.approx(300.0)
    assert found.settlement == 0
    assert not found.response_kw.any()


def test_a_response_is_announced_load_less_load() -> None:
    event = DrEvent(0, 3, 4, 100.0)
    found = planned(Offer(event))
    # Announcing hour 3 instead of hour 1 costs 200 more, and 100 kW of response earn 300.
    assert found.day_ahead.levels[:, 0].tolist() == [1, 0, 0, 1]
    assert found.intraday.levels[:, 0].tolist() == [1, 1, 0, 0]
    np.testing.assert_allclose(found.response_kw, [0, 0, 0, 100])
    assert found.settlement == pytest.approx(-300.0)
    assert found.cost == pytest.approx(500 + 300 - 300)
    assert planned(Offer(replace(event, award_kw=50.0))).settlement == pytest.approx(-180 + 0.0)


def test_a_response_below_the_award_is_fined_unless_one_is_required() -> None:
    event = DrEvent(0, 3, 4, 300.0)  # 100 kW are a third of it: 4 x (150 - 100) are fined
    assert planned(Offer(event)).settlement == pytest.approx(200.0)
    with pytest.raises(InfeasibleError, match="response to the event"):
        planned(Offer(event, required_kw=150.0))
    made = planned(Offer(replace(event, award_kw=1.0), required_kw=90.0))
    assert made.response_kw[3] == pytest.approx(100.0)


def test_the_required_response_covers_a_share_of_the_awards() -> None:
    awards = np.array([100.0, 200.0, 300.0, 400.0])
    for confidence, response_kw in ((0.0, -np.inf), (0.25, 50.0), (0.7, 150.0), (1.0, 200.0)):
        assert required_response_kw(awards, 0.5, confidence) == response_kw
        if confidence:
            assert np.mean(response_kw >= 0.5 * awards) >= confidence
    with pytest.raises(InputError, match="award_kw"):
        required_response_kw(np.array([]), 0.5, 0.9)
    with pytest.raises(InputError, match="confidence"):
        required_response_kw(awards, 0.5, 1.5)


def test_cuts_find_the_cost_of_the_extensive_forms() -> None:
    tables = compile_tables(mill())
    scheduler = Scheduler(tables)
    day, offer = outlook(tables, [1, 2, 3, 4], 0.5), Offer(DrEvent(0, 2, 4, 80.0))
    reach = wasserstein(Samples(np.random.default_rng(3).uniform(0, 120, (6, 4))), 25.0)
    found = plan_two_stage(scheduler, day, day, reach, offer, mip_gap=1e-9)
    both = TwoStageProblem(scheduler, day, day, offer)
    worst = worst_case(scheduler.day, day, both.load, reach, 0.0)
    for form in (
        wasserstein_extensive(both.problem, both.load, worst),
        strong_dual(both.problem, both.load, worst, 1.0),
    ):
        assert found.cost == pytest.approx(solve(form, mip_gap=1e-9).cost)
    parts = found.day_ahead.cost + found.intraday.cost + found.settlement
    assert parts == pytest.approx(found.cost)


def test_days_that_have_begun_and_events_of_their_own_are_refused() -> None:
    tables = compile_tables(mill())
    scheduler, day = Scheduler(tables), outlook(tables, 1.0)
    reach = stochastic(NONE)
    with pytest.raises(InputError, match="day_ahead step"):
        plan_two_stage(scheduler, replace(day, step=1), day, reach)
    with pytest.raises(InputError, match="intraday dr"):
        plan_two_stage(scheduler, day, replace(day, dr=DrEvent(0, 1, 2, 5.0)), reach)
    with pytest.raises(InputError, match="required_kw"):
        plan_two_stage(scheduler, day, day, reach, Offer(DrEvent(0, 1, 2, 5.0), np.nan))
