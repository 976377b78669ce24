"""What is said of a policy on validation days."""

import numpy as np
import pytest

from plantgym.agents.validation import Judged, ValidationDays


def days(*, rule: tuple[float, float], optimum: tuple[float, float]) -> ValidationDays:
    return ValidationDays(["2025-01-01", "2025-01-02"], [0, 1], optimum, rule)


def test_costs_gap_and_score_are_told() -> None:
    judged = days(rule=(2000.0, 1600.0), optimum=(1100.0, 900.0)).judged(np.array([1250.0, 1000.0]))
    assert judged.validation_cost == 1125.0
    assert judged.validation_optimum == 1000.0
    assert judged.gap == pytest.approx(0.125)
    assert judged.score == pytest.approx(675 / 800)
    assert judged.told() == "cost 1,125, optimum 1,000, gap 12.50%, score 0.844"


def test_no_gap_to_an_optimum_that_is_next_to_nothing() -> None:
    judged = days(rule=(5.0, 7.0), optimum=(1.0, -0.5)).judged(np.array([2.0, 1.0]))
    assert judged.gap is None
    assert judged.told() == "cost 1.50, optimum 0.25, score 0.783"


def test_nothing_is_told_of_a_policy_that_was_not_judged() -> None:
    assert Judged().told() == ""
