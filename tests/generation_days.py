"""Days to learn from that are made up, small enough for tests."""

from __future__ import annotations

import numpy as np

from plantgym.twins.scenarios import Scenarios

PV_KW, WIND_KW = 1000.0, 500.0
START = np.datetime64("2023-01-01")


def made_up_days(
    days: int = 60, step_minutes: int = 60, *, sources: tuple[str, ...] = ("pv", "wind")
) -> Scenarios:
    """Days whose sky and wind depart from their forecasts, together and all day long."""
    rng = np.random.default_rng(7)
    steps = 24 * 60 // step_minutes
    hour = (np.arange(steps) + 0.5) * step_minutes / 60
    clear_kw = PV_KW * np.maximum(0.0, np.sin(np.pi * (hour - 6.0) / 12.0))
    clearness, wind = rng.uniform(0.2, 0.8, (2, days, 1))
    miss = rng.normal(0.0, 0.1, (days, 1)) + rng.normal(0.0, 0.03, (days, steps))
    series = {
        "pv_forecast_kw": clear_kw * clearness,
        "pv_kw": clear_kw * np.clip(clearness + miss, 0.0, 1.0),
        "wind_forecast_kw": np.repeat(WIND_KW * wind, steps, axis=1),
        "wind_kw": WIND_KW * np.clip(wind - miss, 0.0, 1.0),
        "buy_price_per_kwh": rng.uniform(0.1, 0.3, (days, steps)),
    }
    wanted = {name: values for name, values in series.items() if name.startswith((*sources, "buy"))}
    return Scenarios(
        dates=START + np.arange(days),
        series=wanted,
        step_minutes=step_minutes,
        start_hour=0,
        currency="EUR",
    )
