"""Samples and reaches that cannot be planned on are refused, with the field and the fix."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.plant import Mode, Site, Task
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.uncertain.ambiguity import (
    Ambiguity,
    fuzzy_chance,
    normal_chance,
    robust_budget,
    stochastic,
    wasserstein,
    wasserstein_radius_kwh,
)
from plantgym.twins.uncertain.planning import plan_uncertain
from plantgym.twins.uncertain.samples import Samples, samples_of

from .plant_days import flour, outlook, plant

COURSES = np.array([[0.0, 10, 20, 30], [4.0, 10, 40, 10]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"generation_kw": np.empty((0, 4))}, "at least one course"),
        ({"generation_kw": np.zeros(4)}, "at least one course"),
        ({"generation_kw": np.where(COURSES == 20, np.nan, COURSES)}, r"nan at \(0, 2\)"),
        ({"generation_kw": -COURSES}, "give 0 or more"),
        ({"buy_price_per_kwh": COURSES}, "both buy and sell"),
        ({"buy_price_per_kwh": COURSES, "sell_price_per_kwh": COURSES[:1]}, "sell_price_per_kwh"),
        ({"weight": np.array([1.0])}, "give 2 numbers"),
        ({"weight": np.array([1.0, -1.0])}, "give 2 numbers"),
        ({"weight": np.zeros(2)}, "at least one be above 0"),
    ],
)
def test_bad_samples(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Samples(**({"generation_kw": COURSES} | arguments))


@pytest.mark.parametrize("radius", [-1.0, np.nan])
def test_a_radius_is_no_less_than_0(radius: float) -> None:
    with pytest.raises(InputError, match=r"radius = .*give a number of 0 or more"):
        wasserstein(Samples(COURSES), radius)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ((np.zeros(3), None), "give 4 numbers"),
        ((np.full(4, 5.0), None), "let every sample lie within"),
        ((None, np.full(4, 5.0)), "let every sample lie within"),
        ((np.full(4, -1.0), None), "finite numbers of 0 or more"),
    ],
)
def test_limits_hold_the_samples(limits: tuple[Any, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        wasserstein(Samples(COURSES), 1.0, *limits)


def test_samples_of_another_day_are_refused() -> None:
    scheduler = Scheduler(compile_tables(plant()))
    day = outlook(scheduler.day.tables)
    with pytest.raises(InputError, match="give courses of whole days, 4 steps each"):
        plan_uncertain(scheduler, day, stochastic(Samples(np.zeros((2, 5)))))
    with pytest.raises(InputError, match="overrun_per_kwh"):
        plan_uncertain(scheduler, day, stochastic(Samples(COURSES)), overrun_per_kwh=-1.0)


def test_a_continuous_plant_has_no_table_where_selling_pays_more() -> None:
    made = plant(operation="continuous", materials=(flour(1.0),), site=Site(1000.0, 1000.0))
    scheduler = Scheduler(compile_tables(made))
    day = outlook(scheduler.day.tables, 1.0, 2.0)
    with pytest.raises(InputError, match="let buy prices be at least the sell prices"):
        plan_uncertain(scheduler, day, stochastic(Samples(COURSES)))
    fair = outlook(scheduler.day.tables, 2.0, 1.0)
    assert plan_uncertain(scheduler, fair, stochastic(Samples(COURSES))).cost > 0


def test_too_many_joint_modes_are_refused() -> None:
    tasks = tuple(Task(f"T{j}", (Mode(10.0), Mode(20.0))) for j in range(9))
    scheduler = Scheduler(compile_tables(plant(tasks=tasks)))
    day = outlook(scheduler.day.tables, 1.0, 2.0)
    with pytest.raises(InputError, match="joint modes"):
        plan_uncertain(scheduler, day, stochastic(Samples(COURSES)))


def test_chance_constraints_lower_the_generation() -> None:
    samples = Samples(COURSES)

    def course(reach: Ambiguity) -> list[float]:
        (only,) = reach.samples.generation_kw
        return [float(value) for value in only]

    assert course(fuzzy_chance(samples, 0.5)) == [2, 10, 30, 20]
    assert course(fuzzy_chance(samples, 0.75)) == [1, 10, 25, 15]
    assert course(fuzzy_chance(samples, 0.25)) == [3, 10, 35, 25]
    assert course(normal_chance(samples, 0.5)) == pytest.approx([2, 10, 30, 20])
    assert course(normal_chance(samples, 0.8413447)) == pytest.approx([0, 10, 20, 10], abs=1e-4)
    assert course(robust_budget(samples, 1)) == [2, 10, 30, 20]
    for make, field in (
        (fuzzy_chance, "credibility"),
        (normal_chance, "confidence"),
        (wasserstein_radius_kwh, "confidence"),
    ):
        with pytest.raises(InputError, match=f"{field} = 1.0"):
            make(samples, 1.0)


def test_the_radius_shrinks_with_the_root_of_the_samples() -> None:
    few = Samples(COURSES)
    many = Samples(np.tile(COURSES, (25, 1)))
    radius = wasserstein_radius_kwh(few, 0.9)
    assert wasserstein_radius_kwh(many, 0.9) == pytest.approx(radius / 5)
    assert wasserstein_radius_kwh(few, 0.99) == pytest.approx(radius * np.sqrt(2))
    assert wasserstein_radius_kwh(few, 0.9, step_h=0.5) == pytest.approx(radius / 2)
    assert wasserstein_radius_kwh(Samples(COURSES[:1]), 0.9) == 0.0
    # Both samples are 22 kWh from the mean: C = 2 min sqrt((1 + 484 r) / (2 r)) -> 2 sqrt(242).
    assert radius == pytest.approx(2 * np.sqrt(242 * np.log(10) / 2), rel=2e-3)


def test_the_days_of_scenarios_are_samples() -> None:
    days = Scenarios(
        dates=np.array(["2025-01-01", "2025-01-02"], "datetime64[D]"),
        series={
            "buy_price_per_kwh": COURSES,
            "sell_price_per_kwh": COURSES / 2,
            "pv_kw": COURSES,
            "wind_kw": COURSES,
        },
        step_minutes=60,
        start_hour=0,
        currency="EUR",
        weight=np.array([1.0, 3.0]),
    )
    samples = samples_of(days)
    np.testing.assert_allclose(samples.generation_kw, 2 * COURSES)
    np.testing.assert_allclose(samples.weight, [0.25, 0.75])
    assert samples.sell_price_per_kwh is not None
    assert samples_of(days, prices=False).buy_price_per_kwh is None
