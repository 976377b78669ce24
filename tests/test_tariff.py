"""Tariffs by time-of-use periods, and what tariffs and programmes refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.tariff import DrEventProcess, DrProgramme, Tariff, TouPeriod

NIGHT = TouPeriod("night", (22, 23, 0, 1, 2, 3, 4, 5), 0.1)
DAY = TouPeriod("day", tuple(range(6, 22)), 0.3, 0.2)
FLAT = (0.1,) * 24
NO_NUMBERS: Any = ("0.1", *FLAT[1:])
NO_ROW: Any = 0.1


def test_periods_fill_the_day() -> None:
    tariff = Tariff.from_periods([NIGHT, DAY], 5.0)
    assert tariff.buy_price_per_kwh == (0.1,) * 6 + (0.3,) * 16 + (0.1,) * 2
    assert tariff.sell_price_per_kwh == (0.0,) * 6 + (0.2,) * 16 + (0.0,) * 2
    assert tariff.demand_charge_per_kw == 5.0


def test_prices_may_be_negative() -> None:
    assert Tariff((-0.1,) * 24, (-0.2,) * 24).buy_price_per_kwh[0] == -0.1


def period(**changes: Any) -> Callable[[], Tariff]:  # noqa: ANN401
    """Makes a tariff of the night and a changed day."""
    values: dict[str, Any] = {"name": "day", "hours": DAY.hours, "buy_price_per_kwh": 0.3}
    values |= changes
    return lambda: Tariff.from_periods([NIGHT, TouPeriod(**values)])


def programme(**changes: Any) -> Callable[[], DrProgramme]:  # noqa: ANN401
    return lambda: DrProgramme(**({"subsidy_per_kwh": 3.0, "penalty_per_kwh": 4.0} | changes))


def events(**changes: Any) -> Callable[[], DrEventProcess]:  # noqa: ANN401
    values: dict[str, Any] = {
        "probability": 0.5,
        "windows": ((9, 11),),
        "notice_h": 2.0,
        "award_min_kw": 10.0,
        "award_max_kw": 20.0,
    }
    return lambda: DrEventProcess(**(values | changes))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Tariff((0.1,) * 23, FLAT), r"tariff buy_price_per_kwh = .*: give 24 numbers"),
        (lambda: Tariff(FLAT, NO_ROW), r"tariff sell_price_per_kwh = 0\.1: give 24 numbers"),
        (lambda: Tariff((float("nan"), *FLAT[1:]), FLAT), "tariff buy_price_per_kwh = nan: give a"),
        (lambda: Tariff(FLAT, (float("inf"), *FLAT[1:])), "tariff sell_price_per_kwh = inf: give"),
        (lambda: Tariff(FLAT, NO_NUMBERS), "tariff sell_price_per_kwh = '0.1': give a"),
        (lambda: Tariff(FLAT, FLAT, -1.0), r"tariff demand_charge_per_kw = -1\.0: give a value of"),
        (lambda: Tariff(FLAT, FLAT, float("nan")), "tariff demand_charge_per_kw = nan: give a fin"),
        (period(hours=tuple(range(7, 22))), r"tariff periods = \[6\]: give these hours a period"),
        (period(hours=tuple(range(5, 22))), "'day' hours = 5: name each hour once; it is in 'nigh"),
        (period(hours=(24,)), "tariff period 'day' hours = 24: give a value of at most 23"),
        (period(hours=(6.5,)), r"tariff period 'day' hours = 6\.5: give a whole number"),
        (period(hours=8), "tariff period 'day' hours = 8: list clock hours, such as"),
        (period(buy_price_per_kwh="x"), "tariff buy_price_per_kwh = 'x': give a finite number"),
        (programme(subsidy_per_kwh=-1.0), r"dr subsidy_per_kwh = -1\.0: give a value of at least"),
        (programme(penalty_per_kwh=float("nan")), "dr penalty_per_kwh = nan: give a finite number"),
        (programme(thresholds=(0.5, 0.7)), r"dr thresholds = \(0\.5, 0\.7\): give 3 numbers"),
        (programme(thresholds=(0.7, 0.5, 1.2)), "dr thresholds = .*: give three rising ratios"),
        (programme(thresholds=(0.0, 0.5, 1.2)), "dr thresholds = .*: give three rising ratios"),
        (programme(factors=(0.6, 1.0)), r"dr factors = \(0\.6, 1\.0\): give 3 numbers"),
        (programme(factors=(1.1, 1.0, 1.2)), "dr factors = .*: let no band pay less at its edge"),
        (programme(factors=(0.6, 1.0, 1.1)), "dr factors = .*: let no band pay less at its edge"),
        (programme(factors=(0.6, -1.0, 1.2)), r"dr factors = -1\.0: give a value of at least 0"),
        (events(probability=1.1), r"dr events probability = 1\.1: give a value of at most 1"),
        (events(probability="often"), "dr events probability = 'often': give a finite number"),
        (events(windows=()), r"dr events windows = \(\): give at least one window"),
        (events(windows=(9, 11)), "dr events windows = 9: give 2 numbers"),
        (events(windows=((9, 10, 11),)), r"dr events windows = \(9, 10, 11\): give 2 numbers"),
        (events(windows=((9.5, 11),)), r"dr events windows = 9\.5: give a whole number"),
        (events(windows=((11, 11),)), r"dr events windows = \(11, 11\): give \[first hour, end"),
        (events(windows=((23, 25),)), "dr events windows = 25: give a value of at most 24"),
        (events(notice_h=-1.0), r"dr events notice_h = -1\.0: give a value of at least 0"),
        (events(award_min_kw=0.0), "award_min_kw, award_max_kw = .*: give a positive range"),
        (events(award_max_kw=9.0), "award_min_kw, award_max_kw = .*: give a positive range"),
        (events(award_max_kw=float("inf")), "dr events award_max_kw = inf: give a finite number"),
    ],
)  # fmt: skip
def test_what_is_refused(make: Callable[[], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        make()
