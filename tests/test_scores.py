"""Scores, rows and aggregates against values worked out by hand."""

import numpy as np
import pytest

from plantgym.benchmarks.aggregates import bootstrap_interval, cvar, iqm, summarise
from plantgym.benchmarks.episodes import Episode
from plantgym.benchmarks.scores import make_row, mip_gap, score
from plantgym.envs.cost_gap import cost_gap
from plantgym.twins.stn_state import COST_PARTS


def episode(
    policy: str, cost: float, *, day: str = "2025-06-01", bound: float | None = None
) -> Episode:
    return Episode(
        policy=policy,
        day=day,
        episode_seed=7,
        steps=24,
        cost=cost,
        cost_parts=dict.fromkeys(COST_PARTS, 0.0) | {"purchase": cost},
        meter={"energy_kwh": 10.0},
        moved=3,
        decision_s=0.002,
        decision_cpu_s=0.001,
        bound=bound,
    )


@pytest.mark.parametrize(
    ("cost", "expected"), [(100.0, 0.0), (60.0, 1.0), (70.0, 0.75), (120.0, -0.5), (50.0, 1.25)]
)
def test_score_is_zero_for_the_rule_and_one_for_the_optimum(cost: float, expected: float) -> None:
    assert score(cost, rule_cost=100.0, optimum=60.0) == expected


def test_score_of_negative_costs() -> None:
    assert score(-15.0, rule_cost=-10.0, optimum=-20.0) == 0.5


def test_no_score_where_nothing_can_be_saved() -> None:
    assert score(120.0, rule_cost=100.0, optimum=100.0) is None
    assert score(120.0, rule_cost=100.0, optimum=100.0 - 1e-5) is None
    assert score(120.0, rule_cost=100.0, optimum=100.0 - 1e-3) is not None


def test_gap_is_relative_to_the_size_of_the_optimum() -> None:
    assert cost_gap(110.0, rule_cost=150.0, optimum=100.0) == pytest.approx(0.1)
    assert cost_gap(-90.0, rule_cost=0.0, optimum=-100.0) == pytest.approx(0.1)


def test_no_gap_where_the_optimum_is_next_to_nothing() -> None:
    # A tenth of what can be saved: 4 of 40, then 2 of 22 and of 18.
    assert cost_gap(12.0, rule_cost=44.0, optimum=4.0) is None
    assert cost_gap(12.0, rule_cost=24.0, optimum=2.0) is None
    assert cost_gap(12.0, rule_cost=20.0, optimum=2.0) == pytest.approx(5.0)
    assert cost_gap(12.0, rule_cost=20.0, optimum=-2.0) is None
    assert cost_gap(5.0, rule_cost=0.0, optimum=0.0) is None


def test_mip_gap_is_never_negative() -> None:
    assert mip_gap(episode("optimum", 100.0, bound=99.0)) == pytest.approx(0.01)
    assert mip_gap(episode("optimum", 100.0, bound=100.1)) == 0.0


def test_row_sets_an_episode_against_both_references() -> None:
    rule, best = episode("rule", 100.0), episode("optimum", 60.0, bound=59.4)
    row = make_row("plantgym/Stn-v0", 5, "EUR", episode("mpc", 75.0), rule=rule, best=best)
    assert row == {
        "env": "plantgym/Stn-v0",
        "policy": "mpc",
        "seed": 5,
        "day": "2025-06-01",
        "cost": 75.0,
        "optimum": 60.0,
        "bound": 59.4,
        "mip_gap": pytest.approx(0.01),
        "gap": 0.25,
        "rule_cost": 100.0,
        "score": 0.625,
        "energy_kwh": 10.0,
        "moved": 3,
        "steps": 24,
        "decision_s": 0.002,
        "currency": "EUR",
        **{f"cost_{part}": 75.0 if part == "purchase" else 0.0 for part in COST_PARTS},
        "episode_seed": 7,
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0], 3.0),
        ([1.0, 2.0, 6.0], 3.0),  # a quarter of three values, rounded down, is none
        ([100.0, 2.0, 1.0, -100.0], 1.5),
        ([9.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 4.5),  # 3, 4, 5, 6 are left
    ],
)
def test_iqm_leaves_a_quarter_out_at_either_end(values: list[float], expected: float) -> None:
    assert iqm(values) == expected


def test_cvar_is_the_mean_of_the_worst_days() -> None:
    assert cvar(np.arange(1.0, 101.0)) == pytest.approx(98.0)  # mean of 96 to 100
    assert cvar([1.0, 9.0, 5.0]) == 9.0  # 5 % of three days is less than the worst one
    # 5 % of 30 days are one and a half: the worst counts fully, the second by half.
    assert cvar(np.arange(1.0, 31.0)) == pytest.approx((30.0 + 29.0 / 2) / 1.5)


def test_bootstrap_is_seeded_and_holds_the_statistic() -> None:
    values = np.random.default_rng(1).normal(size=60)
    low, high = bootstrap_interval([values], seed=3)
    assert low < iqm(values) < high
    assert bootstrap_interval([values], seed=3) == (low, high)
    assert bootstrap_interval([values], seed=4) != (low, high)


def test_bootstrap_resamples_each_stratum_on_its_own() -> None:
    # Strata without spread leave no spread; one pool of the same values would.
    constant = [np.zeros(8), np.ones(8)]
    assert bootstrap_interval(constant) == (0.5, 0.5)
    low, high = bootstrap_interval([np.concatenate(constant)])
    assert low < high


def test_bootstrap_interval_of_a_mean_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(2).normal(size=400)
    low, high = bootstrap_interval([values], lambda drawn: float(np.mean(drawn)), seed=0)
    standard_error = values.std() / 20
    assert high - low == pytest.approx(2 * 1.96 * standard_error, rel=0.1)


def test_summary_compares_mean_costs() -> None:
    rows = []
    for day, (rule, mine, best) in {
        "2025-06-01": (100.0, 80.0, 60.0),
        "2025-06-02": (300.0, 280.0, 260.0),
        "2025-06-03": (50.0, 50.0, 50.0),
    }.items():
        references = {
            "rule": episode("rule", rule, day=day),
            "best": episode("optimum", best, day=day, bound=best),
        }
        rows.append(make_row("e", 0, "EUR", episode("mpc", mine, day=day), **references))
    (summary,) = summarise(rows)
    assert (summary.policy, summary.days) == ("mpc", 3)
    assert summary.cost_mean == pytest.approx(410 / 3)
    assert summary.cost_cvar95 == 280.0
    assert summary.saving == pytest.approx(40 / 450)
    assert summary.gap == pytest.approx(40 / 370)
    assert (summary.score_mean, summary.score_iqm) == (0.5, 0.5)  # the third day has no score
    assert (summary.score_iqm_low, summary.score_iqm_high) == (0.5, 0.5)
    assert summary.decision_ms == pytest.approx(2.0)
