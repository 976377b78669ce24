"""Rests of episodes for the tests of the heater's planner, and courses through them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_episode_state import HeaterTables
from plantgym.twins.heater_episodes import EpisodeForm, heater_env_tables
from plantgym.twins.heater_outlook import HeaterCall, HeaterOutlook
from plantgym.twins.heater_plan_course import Course, run_course
from plantgym.twins.heater_terms import BELGIAN_TERMS
from plantgym.twins.stn_tables import Floats

from .heater_cases import random_weather

T = 96


def random_tables(plant: HeaterPlant, rng: np.random.Generator) -> HeaterTables:
    """A plant under terms that are drawn."""
    surplus, missing = np.sort(rng.uniform(0.0, 1.5, 2))
    terms = replace(
        BELGIAN_TERMS,
        demand_charge_per_kw_month=rng.uniform(0.0, 10.0),
        comfort_price_per_kh=rng.uniform(0.0, 20.0),
        missing_share=missing,
        surplus_share=surplus,
    )
    return heater_env_tables(plant, terms, EpisodeForm())


def random_outlook(plant: HeaterPlant, rng: np.random.Generator, step: int) -> HeaterOutlook:
    """Any state, weather and prices, negative ones and calls among them."""
    temp_c = np.array(
        [
            rng.uniform(plant.brick.min_c - 20.0, plant.brick.max_c),
            rng.uniform(15.0, plant.water.max_c),
            rng.uniform(14.0, 27.0),
            rng.uniform(12.0, 24.0),
        ]
    )
    heat_kwh = float(plant.capacities_kwh_per_k @ temp_c)
    price = rng.uniform(-0.3, 0.6, T)
    first = rng.integers(min(step, T - 5), T - 4, 2)
    calls = (
        HeaterCall("reduce", 0, int(first[0]), int(first[0]) + 4, rng.uniform(20.0, 100.0)),
        HeaterCall("absorb", 0, int(first[1]), int(first[1]) + 4, rng.uniform(50.0, 400.0)),
    )
    surplus = rng.uniform(0.0, 0.2)
    return HeaterOutlook(
        step=step, start_hour=13, temp_c=temp_c, tripped=False, power_kw=0.0, fan=0.0,
        start_heat_kwh=heat_kwh + rng.uniform(-500.0, 500.0), peak_kw=rng.uniform(0.0, 300.0),
        buy_price_per_kwh=price, weather=random_weather(T, rng),
        baseline_load_kw=np.full(T, rng.uniform(20.0, 150.0)),
        missing_price_per_kwh=surplus + rng.uniform(0.0, 0.2), surplus_price_per_kwh=surplus,
        calls=calls if rng.random() < 0.5 else (),
    )  # fmt: skip


def random_course(tables: HeaterTables, outlook: HeaterOutlook, rng: np.random.Generator) -> Course:
    """Controls that jump, or that hold for a while, with a level of fan and power of their own."""
    n, hold = T - outlook.step, int(rng.integers(1, 9))
    power_kw = rng.uniform(0.0, 1000.0 * rng.random(), n) * (rng.random(n) < rng.random())
    fan = rng.uniform(0.0, rng.random(), n) * (rng.random(n) < rng.random())
    return run_course(tables, outlook, np.repeat(power_kw, hold)[:n], np.repeat(fan, hold)[:n])


def known_day(env: SetsHeaterEnv, place: int) -> HeaterOutlook:
    """A day of an env, known in hindsight; the env is at its start."""
    env.reset(seed=place, options={"day": place})
    return env.hindsight()


def replayed_cost(env: SetsHeaterEnv, power_kw: Floats, fan: Floats) -> tuple[float, float]:
    """Cost of controls from the env's step on, and how many of them its limits moved."""
    cost = moved = 0.0
    for power, share in zip(power_kw, fan, strict=True):
        *_, info = env.step(env.batch.controls_to_action(float(power), float(share)))
        cost += sum(info["cost"].values())
        moved += info["moved"]
    return cost, moved
