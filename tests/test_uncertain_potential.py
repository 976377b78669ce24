"""What a plant offers to reduce, on a day worked out by hand and on random ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.twins.dr_potential import Potential, dr_potential
from plantgym.twins.errors import InputError
from plantgym.twins.plant import Mode, Task
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.stn_tables import compile_tables

from .plant_days import flour, outlook, plant
from .uncertain_days import draw_day

TWO_MODES = Task(
    "mill", (Mode(100.0, produces_t_per_h={"flour": 1.0}), Mode(220.0, {}, {"flour": 2.0}))
)


def offers(subsidies: list[float], window: tuple[int, int] = (0, 1)) -> list[Potential]:
    tables = compile_tables(plant(materials=(flour(2.0),), tasks=(TWO_MODES,)))
    return dr_potential(Scheduler(tables), outlook(tables, [1, 2, 3, 4]), window, subsidies)


def test_the_offer_rises_by_steps_where_it_pays() -> None:
    # Cheapest: 220 kW in hour 0. For 120 kW less, 1 t moves to hour 1: 100 + 200 - 220 = 80.
    # For 220 kW less both go to hours 1 and 2 (500) or to 220 kW in hour 1 (440): 220.
    found = offers([0.0, 0.66, 0.67, 1.39, 1.41, 9.0])
    assert [each.offered_kw for each in found] == pytest.approx([0, 0, 120, 120, 220, 220])
    assert [each.given_up for each in found] == pytest.approx([0, 0, 80, 80, 220, 220])
    assert found[2].earned == pytest.approx(0.67 * 120)
    np.testing.assert_allclose(found[2].load_kw, [100, 100, 0, 0])


def test_an_offer_holds_in_the_whole_window() -> None:
    tables = compile_tables(plant(materials=(flour(2.0),)))
    day = outlook(tables, [1, 2, 3, 4])
    baseline_kw = np.array([100.0, 60.0, 0.0, 0.0])
    (found,) = dr_potential(Scheduler(tables), day, (0, 2), [9.0], baseline_load_kw=baseline_kw)
    assert found.offered_kw == pytest.approx(60.0)


@settings(max_examples=10)
@given(st.data())
def test_offers_never_fall_and_always_pay(data: st.DataObject) -> None:
    scheduler, day, _ = draw_day(data)
    found = dr_potential(scheduler, day, (2, 4), [0.0, 0.1, 0.5, 3.0], mip_gap=1e-9)
    kw = np.array([each.offered_kw for each in found])
    assert (np.diff(kw) >= -1e-5).all()
    assert all(each.earned - each.given_up >= -1e-5 * (1 + abs(each.cost)) for each in found)


@pytest.mark.parametrize(
    ("window", "subsidies", "field"),
    [
        ((2, 2), [1.0], "window"),
        ((3, 9), [1.0], "window"),
        ((0, 1), [], "subsidies"),
        ((0, 1), [2.0, 1.0], "subsidies"),
        ((0, 1), [-1.0], "subsidies"),
        ((0, 1), [np.nan], "subsidies"),
    ],
)
def test_bad_questions(window: tuple[int, int], subsidies: list[float], field: str) -> None:
    with pytest.raises(InputError, match=field):
        offers(subsidies, window)
