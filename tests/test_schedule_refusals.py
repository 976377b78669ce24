"""What cannot be planned is refused by name, with the fix or the limit that is in the way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.plant import Mode, Site, Task
from plantgym.twins.scheduling import InfeasibleError, Scheduler
from plantgym.twins.stn_tables import compile_tables

from .plant_days import MILL, best, outlook, plant


def test_given_levels_that_break_a_limit_are_refused_by_its_name() -> None:
    mill = replace(MILL, min_run_h=2.0)
    baker = Task("baker", (Mode(100.0, {"flour": 1.0}),))
    tables = compile_tables(plant(tasks=(mill, baker), site=Site(150.0)))
    scheduler, view = Scheduler(tables), outlook(tables)
    for levels, limit in (
        ([[0, 1], [0, 0], [0, 0], [0, 0]], "limits of the stocks"),
        ([[1, 0], [1, 1], [0, 0], [0, 0]], "import limit"),
    ):
        with pytest.raises(InfeasibleError, match=limit) as error:
            scheduler.cost_of(view, np.array(levels, dtype=np.float64))
        assert error.value.limits == (limit,)
    modes = (*MILL.modes, Mode(110.0))
    tables = compile_tables(plant(tasks=(replace(mill, modes=modes),)))
    with pytest.raises(InfeasibleError, match="minimum run times"):
        Scheduler(tables).cost_of(outlook(tables), np.array([[1.0], [2.0], [2.0], [0.0]]))


def test_a_base_load_above_the_import_limit_leaves_no_plan() -> None:
    with pytest.raises(InfeasibleError, match="import limit"):
        best(plant(), base_load_kw=1001.0)


@pytest.mark.parametrize(
    ("levels", "fix"),
    [
        (np.zeros((3, 1)), "shape"),
        (np.full((4, 1), 2.0), "highest mode"),
        (np.full((4, 1), np.nan), "highest mode"),
        (np.full((4, 1), 0.5), "discrete"),
    ],
)
def test_levels_that_no_plant_can_run_are_refused(levels: np.ndarray, fix: str) -> None:
    tables = compile_tables(plant())
    with pytest.raises(InputError, match=fix):
        Scheduler(tables).cost_of(outlook(tables), levels)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": 4}, "outlook step = 4: use 0 to 3"),
        ({"stock_t": np.zeros(2)}, r"outlook stock_t = \(2,\): give an array of 1"),
        ({"buy_price_per_kwh": np.array([1, np.nan, 1, 1])}, "outlook buy_price_per_kwh .* NaN"),
    ],
)
def test_an_outlook_of_another_plant_is_refused(change: dict[str, Any], message: str) -> None:
    tables = compile_tables(plant())
    with pytest.raises(InputError, match=message):
        Scheduler(tables).plan(replace(outlook(tables), **change))
