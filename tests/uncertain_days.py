"""Outlooks and samples to plan random plants on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from plantgym.envs.stn_env import StnEnv
from plantgym.twins.outlook import Outlook
from plantgym.twins.scheduling import Scheduler
from plantgym.twins.uncertain.ambiguity import Ambiguity
from plantgym.twins.uncertain.load import Load
from plantgym.twins.uncertain.planning import worst_case
from plantgym.twins.uncertain.samples import Samples
from plantgym.twins.uncertain.worst_case import WorstCase

from .random_plants import HOURS, days, plants

GAP = 1e-9
"""Of plans that are compared."""


def about(cost: float) -> object:
    """Near enough for two solvers of the same problem."""
    return pytest.approx(cost, rel=1e-7, abs=1e-6)


def draw_day(data: st.DataObject, *, fair: bool = False) -> tuple[Scheduler, Outlook, Samples]:
    """A plant, its day, and three courses that it may take.

    With `fair` prices, buying never costs less than selling earns.
    """
    plant = data.draw(plants())
    scenarios = data.draw(days(plant))
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    if fair or plant.operation == "continuous":
        sell = np.abs(scenarios.series["sell_price_per_kwh"])
        buy = sell + np.abs(scenarios.series["buy_price_per_kwh"])
        scenarios = scenarios.replace_series(buy_price_per_kwh=buy, sell_price_per_kwh=sell)
    env = StnEnv(plant, scenarios=scenarios, split="all")
    env.reset(seed=0, options={"day": 0})
    outlook = env.hindsight()
    shape = (3, HOURS)
    generation_kw = plant.site.pv_capacity_kw * rng.uniform(0.0, 1.0, shape)
    if not data.draw(st.booleans()):
        return Scheduler(env.batch.tables), outlook, Samples(generation_kw)
    swing = rng.uniform(0.5, 1.5, (3, 1))
    prices = outlook.buy_price_per_kwh * swing, outlook.sell_price_per_kwh * swing
    weight = rng.uniform(0.2, 1.0, 3)
    return Scheduler(env.batch.tables), outlook, Samples(generation_kw, *prices, weight)


def worst_of(
    scheduler: Scheduler, outlook: Outlook, ambiguity: Ambiguity, overrun_per_kwh: float = 0.0
) -> WorstCase:
    """The worst case of a plant-day."""
    load = Load.of(scheduler.day, outlook)
    return worst_case(scheduler.day, outlook, load, ambiguity, overrun_per_kwh)
