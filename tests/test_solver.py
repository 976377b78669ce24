"""Compiling from Pyomo, and what HiGHS is asked and answers."""

from __future__ import annotations

import itertools
import subprocess
import sys
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.linear_problem import Problem, compile_model
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Mode, Site, Task
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.solver import InfeasibleError, Limit, SolverError, TimeLimitError, solve
from plantgym.twins.stn_tables import compile_tables
from plantgym.twins.tariff import DrProgramme

from .plant_days import flour, outlook, plant


def mixed_problem() -> Problem:
    """Two rows of x and one of binaries, a column that no row knows and rules that are empty."""
    model = pyo.ConcreteModel()
    model.x = pyo.Var([5, 7], [0, 1])
    model.idle = pyo.Var([0], bounds=(2, 3))
    model.yes = pyo.Var([0, 1], domain=pyo.Binary)
    model.never = pyo.Constraint(pyo.Set(dimen=2, initialize=[]), rule=lambda model, j, t: None)
    model.least = pyo.Constraint([0, 1], rule=lambda model, t: model.x[5, t] >= t)
    model.link = pyo.Constraint([0, 1], rule=lambda model, t: model.x[7, t] - 3 * model.yes[t] <= 8)
    model.same = pyo.Constraint([1], rule=lambda model, t: model.x[5, 0] - model.x[7, t] == 6)
    return compile_model(model)


def test_a_model_is_compiled_column_by_column_and_row_by_row() -> None:
    problem = mixed_problem()
    assert {name: group.where for name, group in problem.columns.items()} == {
        "x": slice(0, 4),
        "idle": slice(4, 5),
        "yes": slice(5, 7),
    }
    assert problem.columns["x"].index.tolist() == [[5, 0], [5, 1], [7, 0], [7, 1]]
    assert problem.rows["never"].index.shape == (0, 2)
    assert problem.rows["same"].where == slice(4, 5)
    np.testing.assert_array_equal(problem.col_lower, [-np.inf] * 4 + [2, 0, 0])
    np.testing.assert_array_equal(problem.col_upper, [np.inf] * 4 + [3, 1, 1])
    np.testing.assert_array_equal(problem.integral, [False] * 5 + [True] * 2)
    np.testing.assert_array_equal(problem.row_lower, [0, 1, -np.inf, -np.inf, 6])
    np.testing.assert_array_equal(problem.row_upper, [np.inf, np.inf, 8, 8, 6])
    np.testing.assert_array_equal(
        problem.matrix.toarray(),
        [
            [1, 0, 0, 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 0],
            [0, 0, 1, 0, 0, -3, 0],
            [0, 0, 0, 1, 0, 0, -3],
            [1, 0, 0, -1, 0, 0, 0],
        ],
    )


def test_groups_and_coefficients_are_written_by_name() -> None:
    problem = mixed_problem()
    copy = problem.copy()
    copy.columns["x"].by_step(copy.cost)[1] = [3.0, 4.0]
    np.testing.assert_array_equal(copy.cost, [0, 0, 3, 4, 0, 0, 0])
    copy.matrix.data[copy.entries("link", "yes")] = [-10.0, -20.0]
    np.testing.assert_array_equal(copy.matrix.toarray()[2:4, 5:], [[-10, 0], [0, -20]])
    assert not problem.cost.any()
    assert problem.matrix.toarray()[2, 5] == -3


def knapsack(weights: np.ndarray, room: int, values: np.ndarray) -> Problem:
    model = pyo.ConcreteModel()
    items = range(len(weights))
    model.take = pyo.Var(items, domain=pyo.Binary)
    model.room = pyo.Constraint(
        [0], rule=lambda model, t: sum(int(weights[i]) * model.take[i] for i in items) <= room
    )
    model.least = pyo.Constraint([0], rule=lambda model, t: sum(model.take[i] for i in items) >= 1)
    problem = compile_model(model)
    problem.cost[:] = -values
    return problem


def test_a_mixed_integer_optimum_is_whole_and_proven() -> None:
    solution = solve(knapsack(np.array([5, 4, 3]), 7, np.array([8.0, 6.0, 3.5])), mip_gap=0.0)
    np.testing.assert_array_equal(solution.x, [0, 1, 1])
    assert (solution.cost, solution.bound, solution.mip_gap) == (-9.5, -9.5, 0.0)


def test_fixed_whole_numbers_leave_a_linear_programme() -> None:
    problem = knapsack(np.array([5, 4, 3]), 7, np.array([8.0, 6.0, 3.5]))
    problem.integral[:] = False
    assert solve(problem, mip_gap=0.0).cost == pytest.approx(-8 - 6 / 2)
    problem.integral[:] = True
    problem.col_lower[0] = problem.col_upper[0] = 1.0
    problem.col_upper[1:] = 0.0
    assert not problem.branching.any()
    assert solve(problem, mip_gap=0.0).cost == -8.0


def test_a_solve_changes_nothing_prints_nothing_and_repeats_itself(
    capfd: pytest.CaptureFixture[str],
) -> None:
    rng = np.random.default_rng(1)
    problem = knapsack(rng.integers(10, 99, 30), 700, rng.uniform(10, 99, 30))
    before = problem.copy()
    first = solve(problem, mip_gap=0.0)
    solve(mixed_problem(), mip_gap=0.0)
    np.testing.assert_array_equal(solve(problem, mip_gap=0.0).x, first.x)
    for name in ("cost", "col_lower", "col_upper", "integral", "row_lower", "row_upper"):
        np.testing.assert_array_equal(getattr(problem, name), getattr(before, name))
    assert capfd.readouterr() == ("", "")


def test_the_limits_to_blame_are_the_fewest_that_explain_the_failure() -> None:
    room, least = Limit("room", rows=("room",)), Limit("least", rows=("least",))
    problem = knapsack(np.array([5, 4]), 3, np.ones(2))
    with pytest.raises(InfeasibleError, match="infeasible: nothing keeps the room") as error:
        solve(problem, mip_gap=0.0, limits=(least, room))
    assert error.value.limits == ("room",)
    problem.row_lower[problem.rows["least"].where] = 3.0
    problem.row_upper[problem.rows["room"].where] = -1.0
    with pytest.raises(InfeasibleError, match="room and the least") as error:
        solve(problem, mip_gap=0.0, limits=(room, least))
    with pytest.raises(InfeasibleError, match="contradict each other"):
        solve(problem, mip_gap=0.0, limits=(room,))


def test_bounds_can_be_to_blame() -> None:
    problem = knapsack(np.array([5, 4]), 9, np.ones(2))
    problem.row_lower[problem.rows["least"].where] = 3.0
    with pytest.raises(InfeasibleError, match="the whole item"):
        solve(problem, mip_gap=0.0, limits=(Limit("whole item", columns=("take",)),))


def test_a_problem_without_end_says_so() -> None:
    problem = mixed_problem()
    problem.cost[problem.columns["x"].where] = -1.0
    with pytest.raises(SolverError, match="unbounded"):
        solve(problem, mip_gap=0.0)


def market_split(rows: int = 4, items: int = 30) -> Problem:
    """Split a market so that the least error is hard to prove; any split is a feasible start."""
    rng = np.random.default_rng(0)
    demand = rng.integers(0, 100, (rows, items))
    model = pyo.ConcreteModel()
    model.take = pyo.Var(range(items), domain=pyo.Binary)
    model.error = pyo.Var([0, 1], range(rows), domain=pyo.NonNegativeReals)
    model.split = pyo.Constraint(
        range(rows),
        rule=lambda model, t: (
            sum(int(demand[t, i]) * model.take[i] for i in range(items))
            + model.error[0, t]
            - model.error[1, t]
            == int(demand[t].sum() // 2)
        ),
    )
    problem = compile_model(model)
    problem.cost[problem.columns["error"].where] = 1.0
    return problem


def test_a_time_limit_ends_each_solve_with_the_gap_that_is_left() -> None:
    for _ in range(2):  # the second run has as much time as the first
        solution = solve(market_split(), mip_gap=0.0, time_limit_s=0.3)
        assert solution.bound < solution.cost
        assert solution.mip_gap == pytest.approx(1 - solution.bound / solution.cost)
        assert np.isin(solution.x[:30], (0.0, 1.0)).all()
    with pytest.raises(TimeLimitError, match="within the limits of time"):
        solve(market_split(), mip_gap=0.0, time_limit_s=0.0)


def test_a_node_limit_ends_each_solve_at_the_same_point_with_the_gap_that_is_left() -> None:
    one, other = (solve(market_split(), mip_gap=0.0, node_limit=200) for _ in range(2))
    assert one.bound < one.cost
    assert one.mip_gap == pytest.approx(1 - one.bound / one.cost)
    assert (one.x == other.x).all()
    assert one.bound == other.bound


@pytest.mark.parametrize("wrong", [{"mip_gap": -1.0}, {"mip_gap": 0.0, "time_limit_s": -1.0}])
def test_settings_that_highs_does_not_take_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="solver option"):
        solve(mixed_problem(), **wrong)


@pytest.mark.parametrize("package", ["highspy", "pyomo", "scipy"])
def test_without_the_extra_the_error_says_how_to_get_it(package: str) -> None:
    code = f"import sys; sys.modules[{package!r}] = None; import plantgym.twins.scheduling"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingExtraError" in run.stderr
    assert "pip install 'plantgym[plan]'" in run.stderr


@pytest.mark.parametrize("seed", range(8))
def test_no_trajectory_is_cheaper_than_the_optimum(seed: int) -> None:
    # All of them are tried: presolve of HiGHS has dropped optima before (1.14.0 does).
    rng = np.random.default_rng(seed)
    powers = rng.integers(4, 12, 3) * 10.0
    slow, fast = Mode(powers[0], {}, {"flour": 1.0}), Mode(powers[0] + 45.0, {}, {"flour": 2.0})
    bread = Material("bread", 0.0, 9.0, 0.0, 2.0, 40.0)
    tables = compile_tables(
        plant(
            materials=(flour(max_t=3.0), bread),
            tasks=(
                Task("mill", (slow, fast), min_run_h=float(seed % 3), trip_cost_per_h=5.0),
                Task("baker", (Mode(powers[1], {"flour": 1.0}, {"bread": 1.0}),)),
            ),
            site=Site(150.0, 60.0),
            same_step_transfer=bool(seed % 2),
            dr=DrProgramme(0.5, 0.4),
            horizon_h=3,
        )
    )
    view = outlook(
        tables,
        rng.normal(0.1, 0.15, 3),
        rng.normal(0.1, 0.15, 3),
        generation_kw=rng.uniform(0, 150, 3),
        baseline_load_kw=100.0,
        dr=DrEvent(0, 1, 3, award_kw=80.0),
    )
    scheduler = Scheduler(tables)
    costs = []
    for modes in itertools.product(itertools.product(range(3), range(2)), repeat=3):
        try:
            costs.append(scheduler.cost_of(view, np.array(modes, dtype=np.float64)).cost)
        except InfeasibleError:
            continue
    assert len(costs) > 20
    assert scheduler.plan(view, mip_gap=0.0).cost == pytest.approx(min(costs), abs=1e-6)
