"""A quarry whose steps can be worked out by hand: a mill feeds a kiln, six hours from 8 o'clock."""

from typing import Any

import numpy as np

from plantgym.envs.stn_env import StnEnv
from plantgym.twins.outlook import DrEvent
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.scenarios import Scenarios, Splits
from plantgym.twins.tariff import DrProgramme, Tariff

HOURS = 6
MONDAY = np.datetime64("2025-01-06")

ORE = Material("ore", 0.0, 1000.0, 1000.0)
MEAL = Material("meal", 0.0, 100.0, 10.0)
LIME = Material("lime", 0.0, 500.0, 0.0, end_min_t=30.0, shortfall_cost_per_t=5.0)

SLOW = Mode(100.0, {"ore": 10.0}, {"meal": 10.0}, workers=1.0)
FAST = Mode(200.0, {"ore": 20.0}, {"meal": 20.0}, workers=3.0)
MILL = Task("mill", (SLOW, FAST))
KILN = Task("kiln", (Mode(50.0, {"meal": 10.0}, {"lime": 8.0}, workers=0.5),))


def quarry(**changes: Any) -> StnPlant:  # noqa: ANN401
    """The quarry, with some fields of `StnPlant` replaced."""
    fields: dict[str, Any] = {
        "name": "quarry",
        "currency": "EUR",
        "materials": (ORE, MEAL, LIME),
        "tasks": (MILL, KILN),
        "site": Site(1000.0, export_limit_kw=100.0, pv_capacity_kw=300.0, wage_per_h=20.0),
        "tariff": Tariff((0.1,) * 24, (0.05,) * 24),
        "horizon_h": HOURS,
        "start_hour": 8,
        "dr": DrProgramme(3.0, 4.0),
    }
    return StnPlant(**(fields | changes))


def quarry_days(
    n_days: int = 1,
    *,
    step_minutes: int = 60,
    events: tuple[DrEvent | None, ...] = (),
    splits: Splits | None = None,
    weight: tuple[float, ...] = (),
    **series: Any,  # noqa: ANN401
) -> Scenarios:
    """Days from a Monday on; series are numbers or arrays that broadcast to [days, steps].

    Prices are 0.1 and 0.05 EUR/kWh and everything else 0 if not given; forecasts are as realised.
    """
    shape = (n_days, HOURS * 60 // step_minutes)
    given: dict[str, Any] = {"buy_price_per_kwh": 0.1, "sell_price_per_kwh": 0.05, "pv_kw": 0.0}
    given |= {"base_load_kw": 0.0} | series
    given.setdefault("buy_forecast_per_kwh", given["buy_price_per_kwh"])
    given.setdefault("sell_forecast_per_kwh", given["sell_price_per_kwh"])
    given.setdefault("pv_forecast_kw", given["pv_kw"])
    return Scenarios(
        dates=MONDAY + np.arange(n_days),
        series={name: np.broadcast_to(np.asarray(v, float), shape) for name, v in given.items()},
        step_minutes=step_minutes,
        start_hour=8,
        currency="EUR",
        weight=np.array(weight),
        dr_events=events,
        splits=splits,
    )


def quarry_env(
    plant: StnPlant | None = None,
    days: Scenarios | None = None,
    **arguments: Any,  # noqa: ANN401
) -> StnEnv:
    """The env of the quarry on the first of the days, ready to step."""
    env = StnEnv(plant or quarry(), scenarios=days or quarry_days(), **arguments)
    env.reset(seed=0, options={"day": 0})
    return env


def take(env: StnEnv, *modes: int) -> dict[str, Any]:
    """Ask for modes (mill, kiln) in one step; return info, with what was observed and earned."""
    obs, reward, terminated, _, info = env.step(np.array(modes))
    return info | {"obs": obs, "reward": reward, "terminated": terminated}
