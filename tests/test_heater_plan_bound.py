from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from plantgym.baselines.heater_planners import HeaterOptimum
from plantgym.baselines.heater_rules import PriceQuantile, Thermostat, Timer
from plantgym.benchmarks.cases import Case, choose_days, unwrap
from plantgym.benchmarks.episodes import episode_seed
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_episode_state import HeaterTables
from plantgym.twins.heater_outlook import HeaterOutlook
from plantgym.twins.heater_plan import HeaterPlanner
from plantgym.twins.heater_plan_bound import certify, relax
from plantgym.twins.heater_plan_course import Course
from plantgym.twins.heater_plan_slopes import surroundings
from plantgym.twins.heater_tables import brick_to_water_kw_per_k, radiated_kw
from plantgym.twins.solver import solve
from plantgym.twins.stn_tables import Floats

from .heater_cases import SETS, heaters
from .heater_plan_cases import T, known_day, random_course, random_outlook, random_tables

STEP = 76

seeds = st.integers(0, 2**32 - 1)


def _stage_flows(
    plant: HeaterPlant, tables: HeaterTables, outlook: HeaterOutlook, course: Course
) -> tuple[Floats, Floats]:
    """Released and radiator heat at the eight Runge-Kutta stages of each step [n, 8]."""
    around, building = surroundings(tables.values, outlook), plant.building
    transfer = brick_to_water_kw_per_k(tables.values, course.fan)
    released, radiated = [], []

    def slope(at: Floats) -> Floats:
        brick, water, room, mass = at.T
        release = transfer * (brick - water)
        heat = radiated_kw(tables.values, water - room)
        inside = building.room_to_mass_kw_per_k * (room - mass)
        released.append(release)
        radiated.append(heat)
        flows = [
            course.power_kw
            - release
            - plant.brick.loss_kw_per_k * (brick - plant.brick.surroundings_c),
            release - heat,
            heat + around.gain_kw - around.air_kw_per_k * (room - around.ambient_c) - inside,
            inside - building.envelope_kw_per_k * (mass - around.ambient_c),
        ]
        return np.stack(flows, axis=1) / plant.capacities_kwh_per_k

    at = course.temp_c[:-1]
    for _ in range(2):
        first = slope(at)
        second = slope(at + first / 16)
        third = slope(at + second / 16)
        fourth = slope(at + third / 8)
        at = at + (first + 2 * second + 2 * third + fourth) / 48
    np.testing.assert_allclose(at, course.temp_c[1:], atol=2e-4)
    return np.stack(released, axis=1), np.stack(radiated, axis=1)


@settings(max_examples=12)
@given(plant=heaters(), seed=seeds)
def test_the_relaxation_holds_every_course(plant: HeaterPlant, seed: int) -> None:
    """Its flows fixed, a course keeps all rows, at its own cost: so the least cost is no higher."""
    rng = np.random.default_rng(seed)
    tables, outlook = random_tables(plant, rng), random_outlook(plant, rng, STEP)
    plan = HeaterPlanner(tables).plan(outlook, rounds=1)
    relaxation = relax(tables, outlook, plan)
    assume(relaxation.proven)
    course = random_course(tables, outlook, rng)
    problem, steps = relaxation.problem.copy(), relaxation.steps
    released_kw, radiated_kw = _stage_flows(plant, tables, outlook, course)
    fan_kw = plant.air.fan_power_kw * course.fan**3
    for columns, flow in (
        (steps.power_kw, course.power_kw),
        (relaxation.fan_kw, fan_kw),
        (steps.released_kw, released_kw),
        (steps.radiated_kw, radiated_kw),
    ):
        # The curves of the kernel are within 1e-4 kW of the equations used here.
        assert (flow >= problem.col_lower[columns] - 1e-9).all()
        problem.col_lower[columns] = np.maximum(0.0, flow - 2e-3)
        problem.col_upper[columns] = np.minimum(problem.col_upper[columns], flow + 2e-3)
    solution = solve(problem, mip_gap=1e-6)
    assert solution.cost + relaxation.constant <= course.cost + 0.05


@settings(max_examples=4)
@given(plant=heaters(), seed=seeds)
def test_no_course_of_any_heater_costs_less_than_the_bound(plant: HeaterPlant, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tables, outlook = random_tables(plant, rng), random_outlook(plant, rng, STEP)
    plan = HeaterPlanner(tables).plan(outlook, rounds=4)
    certificate = certify(tables, outlook, plan)
    assert certificate.bound <= plan.cost
    for _ in range(200):
        assert random_course(tables, outlook, rng).cost >= certificate.bound


@pytest.fixture(scope="module")
def env() -> SetsHeaterEnv:
    return SetsHeaterEnv(split="test")


@pytest.mark.parametrize("place", [0, pytest.param(5, marks=pytest.mark.slow)])
def test_the_optimum_is_proven_to_a_hundredth_and_no_rule_beats_the_bound(
    env: SetsHeaterEnv, place: int
) -> None:
    optimum = HeaterOptimum()
    known_day(env, place)
    optimum.reset(env)
    assert optimum.certificate.gap <= 0.01
    assert optimum.bound == pytest.approx(optimum.plan.cost, rel=0.01)
    for rule in (Thermostat(), Timer(), Timer("short"), PriceQuantile()):
        obs, _ = env.reset(seed=place, options={"day": place})
        rule.reset(env)
        cost, over = 0.0, False
        while not over:
            obs, _, over, _, info = env.step(rule.act(obs))
            cost += sum(info["cost"].values())
        assert cost > optimum.bound


@pytest.mark.slow
def test_the_default_test_days_are_proven_to_a_hundredth() -> None:
    """All together: a day on which costs of both signs all but cancel may miss it by itself."""
    case = Case("plantgym/SetsHeater-v0")
    env = case.make()
    base = unwrap(env)
    assert isinstance(base, SetsHeaterEnv)
    gaps_eur, costs_eur = [], []
    for day in choose_days(base.batch.scenarios, 10):
        env.reset(seed=episode_seed(0, day), options={"day": day})
        outlook, tables = base.hindsight(), base.batch.tables
        plan = HeaterPlanner(tables).plan(outlook)
        gaps_eur.append(plan.cost - certify(tables, outlook, plan).bound)
        costs_eur.append(plan.cost)
    assert sum(gaps_eur) <= 0.01 * abs(sum(costs_eur))


def test_the_bound_of_a_known_optimum() -> None:
    """Heat has one price at all times and nothing else costs: nothing can be won or lost.

    Each kWh charged costs 1 and is worth 1, less what leaves; so the best is to let the building
    cool, and the bound is at most what that costs.
    """
    rng = np.random.default_rng(5)
    tables = random_tables(SETS, rng)._replace(demand_per_kw=0.0, comfort_per_kh=0.0)
    outlook = replace(
        random_outlook(SETS, rng, STEP), buy_price_per_kwh=np.ones(T), calls=(),
        missing_price_per_kwh=1.0, surplus_price_per_kwh=1.0,
    )  # fmt: skip
    plan = HeaterPlanner(tables).plan(outlook)
    certificate = certify(tables, outlook, plan)
    assert certificate.gap < 0.01
    assert plan.cost == pytest.approx(
        outlook.start_heat_kwh - float(SETS.capacities_kwh_per_k @ plan.course.temp_c[-1])
        + float(plan.course.load_kw.sum()) / 4
    )  # fmt: skip


def test_a_plant_that_is_too_quick_for_the_proof_gets_no_bound() -> None:
    rng = np.random.default_rng(0)
    water = replace(SETS.water, capacity_kwh_per_k=1.5)
    plant = replace(SETS, water=water)
    tables, outlook = random_tables(plant, rng), random_outlook(plant, rng, STEP)
    plan = HeaterPlanner(tables).plan(outlook, rounds=2)
    certificate = certify(tables, outlook, plan)
    assert certificate.bound == -math.inf
    assert certificate.gap == math.inf
