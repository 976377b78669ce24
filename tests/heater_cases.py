"""Heaters, weather and controls for the tests of the heater."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.heater import HeaterPlant
from plantgym.twins.heater_toml import load_heater
from plantgym.twins.heater_weather import HeaterWeather
from plantgym.twins.stn_tables import Floats

SETS = load_heater("sets_heater")


def random_weather(steps: int, rng: np.random.Generator) -> HeaterWeather:
    """Weather that jumps at every step."""
    return HeaterWeather(
        rng.uniform(-25.0, 12.0, steps),
        rng.uniform(0.0, 15.0, steps),
        rng.uniform(0.0, 600.0, steps),
        rng.uniform(0.0, 1.0, steps),
    )


def random_controls(steps: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Power [kW] and fan fraction that jump at every step; each stands now and then."""
    power_kw = rng.uniform(0.0, 1000.0, steps) * (rng.random(steps) < 0.6)
    return power_kw, rng.uniform(0.0, 1.0, steps) * (rng.random(steps) < 0.8)


@st.composite
def heaters(draw: st.DrawFn) -> HeaterPlant:
    """Heaters of other sizes; small stores and small water circuits among them."""
    scale = st.floats(0.4, 2.5)
    brick, water, air = SETS.brick, SETS.water, SETS.air
    try:
        return replace(
            SETS,
            brick=replace(brick, capacity_kwh_per_k=brick.capacity_kwh_per_k * draw(scale)),
            water=replace(
                water,
                capacity_kwh_per_k=water.capacity_kwh_per_k * draw(scale),
                radiator_exponent=draw(st.floats(0.0, 1.0)),
            ),
            air=replace(
                air,
                flow_kw_per_k=air.flow_kw_per_k * draw(scale),
                channel_ntu=air.channel_ntu * draw(scale),
            ),
        )
    except InputError:
        return SETS
