"""Scenario reduction beside brute force."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.generators import Reduction, reduce_scenarios, reduce_values

from .generation_days import made_up_days


def brute_force(values: np.ndarray, weight: np.ndarray, k: int) -> float:
    """The least distance of all choices of k."""
    apart = [[math.dist(a, b) for b in values] for a in values]
    best = min(
        sum(w * min(apart[i][j] for j in kept) for i, w in enumerate(weight))
        for kept in combinations(range(len(values)), k)
    )
    return float(best / weight.sum())


def drawn(seed: int, n: int = 9) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.uniform(0.1, 1.0, n)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_it_is_near_the_best_choice(seed: int, k: int) -> None:
    values, weight = drawn(seed)
    found = reduce_values(values, k, weight)
    best = brute_force(values, weight, k)
    assert best - 1e-12 <= found.distance <= 1.25 * best + 1e-12


def test_it_is_the_best_choice_nearly_always() -> None:
    gaps = [
        reduce_values(*_with_k(seed)).distance / brute_force(*drawn(seed), 3) - 1.0
        for seed in range(60)
    ]
    assert np.mean(np.array(gaps) < 1e-9) > 0.8
    assert np.mean(gaps) < 0.01


def _with_k(seed: int) -> tuple[np.ndarray, int, np.ndarray]:
    values, weight = drawn(seed)
    return values, 3, weight


def test_one_of_all_is_the_weighted_median() -> None:
    values = np.array([[0.0], [1.0], [2.0], [10.0], [11.0]])
    found = reduce_values(values, 1)
    assert found.indices.tolist() == [2]
    assert found.distance == pytest.approx((2 + 1 + 0 + 8 + 9) / 5)


def test_swaps_repair_what_forward_selection_cannot() -> None:
    values = np.array([[-1.2], [-1.0], [-0.8], [0.0], [0.8], [1.0], [1.2]])
    found = reduce_values(values, 2)  # forward selection takes 0 first
    assert found.indices.tolist() == [1, 5]


@given(st.integers(0, 10_000), st.integers(1, 9))
def test_weights_go_to_the_nearest(seed: int, k: int) -> None:
    values, weight = drawn(seed)
    found = reduce_values(values, k, weight)
    expected = np.zeros(k)
    for value, each in zip(values, weight, strict=True):
        expected[np.linalg.norm(values[found.indices] - value, axis=1).argmin()] += each
    assert found.weight == pytest.approx(expected)
    assert found.weight.sum() == pytest.approx(weight.sum())
    assert (np.diff(found.indices) > 0).all()


def test_all_may_be_kept_and_twins_keep_their_own_weights() -> None:
    values = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]])
    found = reduce_values(values, 3, np.array([0.2, 0.3, 0.5]))
    assert isinstance(found, Reduction)
    assert found.indices.tolist() == [0, 1, 2]
    assert found.weight.tolist() == [0.2, 0.3, 0.5]
    assert found.distance == 0.0


def test_a_thousand_become_ten_within_little_work() -> None:
    values = np.random.default_rng(0).normal(size=(1000, 48)).cumsum(axis=1)
    found = reduce_values(values, 10)
    assert len(found.indices) == 10
    random = [
        np.linalg.norm(values[:, None] - values[kept], axis=2).min(axis=1).mean()
        for kept in np.random.default_rng(1).integers(1000, size=(20, 10))
    ]
    assert found.distance < min(random)


def test_scenarios_keep_their_weight_and_their_days() -> None:
    days = made_up_days()
    few = days.reduce(6)
    assert few.n_days == 6
    assert few.weight.sum() == pytest.approx(60.0)
    assert set(few.dates) <= set(days.dates)
    same = reduce_scenarios(days, 6, series=("pv_kw",))
    values = days.series["pv_kw"] / days.series["pv_kw"].std()
    assert few.series["pv_kw"].shape == (6, 24)
    assert same.weight == pytest.approx(reduce_values(values, 6, days.weight).weight)


@pytest.mark.parametrize("k", [0, 61, True, 2.0])
def test_k_out_of_range_is_refused(k: int) -> None:
    with pytest.raises(InputError, match="k = "):
        made_up_days().reduce(k)


def test_what_cannot_be_reduced_is_refused() -> None:
    values, weight = drawn(0)
    for bad, field in (
        (np.empty((0, 3)), "scenarios shape"),
        (values[0], "scenarios shape"),
        (np.where(values > 1, np.nan, values), "scenarios"),
    ):
        with pytest.raises(InputError) as caught:
            reduce_values(bad, 1)
        assert caught.value.field == field
    for wrong in (weight[:-1], -weight, np.zeros(9), weight * np.nan):
        with pytest.raises(InputError, match="weight"):
            reduce_values(values, 2, wrong)
    with pytest.raises(InputError, match="series"):
        made_up_days().reduce(2, ("gas_price",))
