"""The dual of the worst distribution against the transport problem that it is the dual of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from plantgym.twins.stn_tables import Floats
from plantgym.twins.uncertain.ambiguity import (
    Ambiguity,
    robust,
    robust_budget,
    stochastic,
    wasserstein,
)
from plantgym.twins.uncertain.grid_cost import GridCost
from plantgym.twins.uncertain.samples import Samples
from plantgym.twins.uncertain.worst_case import WorstCase

N, STEPS, STEP_H = 3, 4, 0.5


def draw_worst(rng: np.random.Generator, radius: float, *, fair: bool, budget: bool) -> WorstCase:
    buy, sell = np.abs(rng.normal(0.1, 0.1, (2, 1, STEPS)))
    if fair:
        buy = buy + sell
    grid = GridCost(STEP_H * buy, STEP_H * sell, 40.0, 60.0, STEP_H * 0.3)
    samples = Samples(rng.uniform(0, 100, (N, STEPS)), weight=rng.uniform(0.1, 1, N))
    reach = robust_budget(samples, radius) if budget else wasserstein(samples, radius)
    return WorstCase(grid, reach, STEP_H, np.full(STEPS, fair))


def transport_value(worst: WorstCase, load_kw: Floats) -> float:
    """The worst expected charge by moving probability between points, as a linear programme."""
    ambiguity, grid = worst.ambiguity, worst.grid
    own = ambiguity.samples.generation_kw
    cost, distance, group = [], [], []
    for i, t in np.ndindex(own.shape):
        low, high = ambiguity.lowest_kw[t], ambiguity.highest_kw[t]
        bends = [load_kw[t] - bend for bend in grid.bends_kw()]
        for point in (own[i, t], low, high, *np.clip(bends, low, high)):
            moved = point - own[i, t]
            weight = ambiguity.samples.weight[i]
            cost.append(weight * grid.cost(np.array([[load_kw[t] - point]]), np.array([t]))[0, 0])
            distance.append(weight * worst.distance(np.array(moved)))
            group.append(i * own.shape[1] + t)
    cells = np.arange(own.size)[:, None] == np.array(group)
    found = linprog(
        -np.array(cost),
        A_ub=np.array(distance)[None],
        b_ub=[min(ambiguity.radius, 1e9)],
        A_eq=cells.astype(float),
        b_eq=np.ones(own.size),
    )
    return float(-found.fun)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    radius=st.sampled_from([0.0, 0.5, 3.0, 20.0, 100.0, np.inf]),
    fair=st.booleans(),
    budget=st.booleans(),
)
def test_the_dual_is_the_transport_problem_and_its_distribution_attains_it(
    seed: int, radius: float, fair: bool, budget: bool
) -> None:
    rng = np.random.default_rng(seed)
    worst = draw_worst(rng, radius, fair=fair, budget=budget)
    load_kw = rng.uniform(0, 120, STEPS)
    value, multiplier = worst.total(load_kw)
    assert value == pytest.approx(transport_value(worst, load_kw), abs=1e-7)
    found = worst.distribution(load_kw)
    attained = found.weight @ worst.grid.cost(load_kw - found.generation_kw).sum(axis=1)
    assert attained == pytest.approx(value, abs=1e-9)
    drawn, earned = worst.charges(load_kw)
    assert drawn - earned == pytest.approx(value, abs=1e-9)
    own = worst.ambiguity.samples
    moved = found.generation_kw - np.tile(own.generation_kw, (len(found.weight) // own.n, 1))
    assert found.weight @ worst.distance(moved).sum(axis=1) <= radius + 1e-9
    assert (found.generation_kw >= worst.ambiguity.lowest_kw - 1e-6).all()
    assert 0.0 <= multiplier <= worst.greatest_multiplier


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), budget=st.booleans())
def test_tangents_bound_a_convex_value_from_below(seed: int, budget: bool) -> None:
    rng = np.random.default_rng(seed)
    worst = draw_worst(rng, 5.0, fair=True, budget=budget)
    steps = np.arange(STEPS)
    here, there = rng.uniform(0, 120, (2, STEPS))
    at, other = rng.uniform(0, worst.greatest_multiplier, 2)
    found = worst.tangent(here, at, steps)
    line = found.value + found.by_load * (there - here) + found.by_multiplier * (other - at)
    assert (worst.tangent(there, other, steps).value >= line - 1e-9).all()


def test_a_greater_radius_is_worse_up_to_the_box() -> None:
    rng = np.random.default_rng(1)
    worst = draw_worst(rng, 0.0, fair=True, budget=False)
    samples, load_kw = worst.ambiguity.samples, rng.uniform(40, 120, STEPS)

    def value(reach: Ambiguity) -> float:
        return WorstCase(worst.grid, reach, STEP_H, worst.convex).total(load_kw)[0]

    values = [value(wasserstein(samples, radius)) for radius in (0.0, 1.0, 5.0, 25.0, 1e4)]
    assert (np.diff(values) > 0).all()
    assert values[0] == pytest.approx(value(stochastic(samples)))
    assert values[-1] == pytest.approx(value(robust(samples)))


def test_a_kwh_of_radius_takes_a_kwh_from_the_dearest_hour() -> None:
    grid = GridCost(np.array([[0.2, 0.5]]), np.zeros((1, 2)), 0.0, 1e6, 0.0)
    samples = Samples(np.array([[10.0, 10.0]]))
    reach = wasserstein(samples, 4.0, [0.0, 7.0], [10.0, 10.0])
    worst = WorstCase(grid, reach, 1.0, np.full(2, True))
    value, multiplier = worst.total(np.array([100.0, 100.0]))
    assert value == pytest.approx(0.2 * 90 + 0.5 * 90 + 3 * 0.5 + 1 * 0.2)
    assert multiplier == pytest.approx(0.2)
    found = worst.distribution(np.array([100.0, 100.0]))
    np.testing.assert_allclose(found.weight @ found.generation_kw, [9.0, 7.0])
    assert replace(reach, radius=0.0).least_kw.tolist() == [10.0, 10.0]
