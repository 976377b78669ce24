"""Plants that are learned within a second, and settings for that."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from plantgym.agents.settings import PpoSettings, ppo_settings
from plantgym.agents.validation import ValidationDays
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.scenarios import Scenarios
from plantgym.twins.tariff import Tariff

ENV = "plantgym/Stn-v0"
POWER_KW = 100.0


def settings(**changes: Any) -> PpoSettings:  # noqa: ANN401
    """Settings of a training of a second or so."""
    small = {
        "advice": False,
        "steps": 8192,
        "rows": 64,
        "rollout": 8,
        "minibatch": 128,
        "hidden": [16, 16],
    }
    return ppo_settings(ENV, {**small, "learning_rate": 0.01, "validate_every": 4, **changes})


def short_day(hours: int = 2, runs: int = 1) -> StnPlant:
    """A mill that has to run in some of a day's few hours."""
    flour = Material("flour", 0.0, 10.0, 0.0, end_min_t=float(runs), shortfall_cost_per_t=1000.0)
    return StnPlant(
        name="short_day",
        currency="EUR",
        materials=(flour,),
        tasks=(Task("mill", (Mode(POWER_KW, produces_t_per_h={"flour": 1.0}),)),),
        site=Site(1000.0),
        tariff=Tariff((2.0,) * 24, (0.0,) * 24),
        horizon_h=hours,
    )


def days(*prices: Sequence[float]) -> Scenarios:
    """Days with these prices in their hours, known in advance."""
    buy = np.array(prices, float)
    nothing = np.zeros_like(buy)
    return Scenarios(
        dates=np.datetime64("2025-01-06") + np.arange(len(buy)),
        series={
            "buy_price_per_kwh": buy,
            "buy_forecast_per_kwh": buy,
            "sell_price_per_kwh": nothing,
            "sell_forecast_per_kwh": nothing,
            "base_load_kw": nothing,
        },
        step_minutes=60,
        start_hour=0,
        currency="EUR",
    )


def judged(scenarios: Scenarios, runs: int = 1) -> ValidationDays:
    """All days, with what `short_day` costs at best and under the reference rule."""
    prices = scenarios.series["buy_price_per_kwh"]
    return ValidationDays(
        dates=[str(date) for date in scenarios.dates],
        seeds=[0] * len(prices),
        optimum=(POWER_KW * np.sort(prices, axis=1)[:, :runs].sum(axis=1)).tolist(),
        rule=(POWER_KW * prices[:, :runs].sum(axis=1)).tolist(),
        split="all",
    )
