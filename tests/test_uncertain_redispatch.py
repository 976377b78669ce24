"""Production that follows the course of the day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.uncertain.ambiguity import robust, robust_budget, stochastic, wasserstein
from plantgym.twins.uncertain.planning import plan_uncertain
from plantgym.twins.uncertain.redispatch import plan_redispatch
from plantgym.twins.uncertain.samples import Samples

from .plant_days import flour, outlook, plant
from .random_plants import HOURS
from .uncertain_days import GAP, about, draw_day


@settings(max_examples=6)
@given(st.data())
def test_re_dispatch_is_worth_something_and_lies_between_its_ends(data: st.DataObject) -> None:
    scheduler, day, samples = draw_day(data)

    def cost(commit_until: int) -> float:
        return plan_redispatch(scheduler, day, stochastic(samples), commit_until, mip_gap=GAP).cost

    costs = [cost(commit) for commit in (HOURS, 3, 0)]
    slack = 1e-6 * (1 + np.abs(costs).max())
    assert costs[0] == about(plan_uncertain(scheduler, day, stochastic(samples), mip_gap=GAP).cost)
    assert costs[1] <= costs[0] + slack
    assert costs[2] <= costs[1] + slack
    seen = 0.0
    for i, weight in enumerate(samples.weight):
        known = replace(day, generation_kw=samples.generation_kw[i])
        buy, sell = samples.buy_price_per_kwh, samples.sell_price_per_kwh
        if buy is not None and sell is not None:
            known = known.with_prices(buy[i], sell[i])
        seen += weight * scheduler.plan(known, mip_gap=GAP).cost
    assert costs[2] == about(seen)


def test_the_sun_is_followed_once_it_is_seen_and_the_worst_course_counts() -> None:
    tables = compile_tables(plant(materials=(flour(1.0),)))
    scheduler, day = Scheduler(tables), outlook(tables, [9, 4, 5, 6])
    sun = Samples(np.array([[0.0, 0, 100, 0], [0.0, 0, 0, 100]]))
    found = plan_redispatch(scheduler, day, stochastic(sun), 2, mip_gap=GAP)
    assert found.levels[:, :, 0].tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]
    assert found.cost == pytest.approx(0.0)
    blind = plan_redispatch(scheduler, day, stochastic(sun), 4, mip_gap=GAP)
    assert blind.cost == pytest.approx(250.0)  # hour 2, at half the sun
    careful = plan_redispatch(scheduler, day, robust(sun), 4, mip_gap=GAP)
    assert careful.cost == pytest.approx(400.0)  # hour 1, whatever comes
    # Moving half of the weight takes half of the distance of 200 kWh.
    between = plan_redispatch(scheduler, day, wasserstein(sun, 50.0), 4, mip_gap=GAP)
    assert between.cost == pytest.approx(250 + 50 / 200 * 500)
    np.testing.assert_allclose(between.course_cost, [0.0, 500.0])


def test_bad_questions() -> None:
    tables = compile_tables(plant())
    scheduler, day = Scheduler(tables), outlook(tables, 1.0)
    few = Samples(np.zeros((2, 4)))
    with pytest.raises(InputError, match="commit_until = 5: give 0 to 4"):
        plan_redispatch(scheduler, day, stochastic(few), 5)
    with pytest.raises(InputError, match="reduce them to 50"):
        plan_redispatch(scheduler, day, stochastic(Samples(np.zeros((51, 4)))), 1)
    with pytest.raises(InputError, match="give a reach in kWh"):
        plan_redispatch(scheduler, day, robust_budget(few, 1), 1)
