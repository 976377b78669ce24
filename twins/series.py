"""The table of every series that scenarios may hold."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class SeriesSpec(NamedTuple):
    """What a series is, and which values are plausible."""

    unit: str
    low: float
    high: float
    meaning: str


_MAX_PRICE = 100.0
_MAX_KW = 1e7

SERIES: Mapping[str, SeriesSpec] = MappingProxyType(
    {
        "buy_price_per_kwh": SeriesSpec(
            "currency/kWh", -_MAX_PRICE, _MAX_PRICE, "price of energy drawn from the grid"
        ),
        "sell_price_per_kwh": SeriesSpec(
            "currency/kWh", -_MAX_PRICE, _MAX_PRICE, "price of energy fed into the grid"
        ),
        "buy_forecast_per_kwh": SeriesSpec(
            "currency/kWh", -_MAX_PRICE, _MAX_PRICE, "buy price expected before the day begins"
        ),
        "sell_forecast_per_kwh": SeriesSpec(
            "currency/kWh", -_MAX_PRICE, _MAX_PRICE, "sell price expected before the day begins"
        ),
        "pv_kw": SeriesSpec("kW", 0.0, _MAX_KW, "PV power available"),
        "pv_forecast_kw": SeriesSpec("kW", 0.0, _MAX_KW, "PV power expected the day before"),
        "wind_kw": SeriesSpec("kW", 0.0, _MAX_KW, "wind power available"),
        "wind_forecast_kw": SeriesSpec(
            "kW", 0.0, _MAX_KW, "wind power expected before the day begins"
        ),
        "base_load_kw": SeriesSpec("kW", 0.0, _MAX_KW, "load beside the tasks"),
        "baseline_load_kw": SeriesSpec(
            "kW", 0.0, _MAX_KW, "load against which a demand response is measured"
        ),
        "ambient_c": SeriesSpec("degC", -70.0, 55.0, "outside temperature"),
        "wind_m_per_s": SeriesSpec("m/s", 0.0, 75.0, "wind speed"),
        "ghi_w_per_m2": SeriesSpec("W/m2", 0.0, 1500.0, "global horizontal irradiance"),
        "occupancy": SeriesSpec("share", 0.0, 1.0, "people in the building, of as many as fit"),
    }
)
"""Every series that scenarios may hold. A new series is a new row."""

FORECAST_OF: Mapping[str, str] = MappingProxyType(
    {
        "buy_forecast_per_kwh": "buy_price_per_kwh",
        "sell_forecast_per_kwh": "sell_price_per_kwh",
        "pv_forecast_kw": "pv_kw",
        "wind_forecast_kw": "wind_kw",
    }
)
"""What each forecast is about."""
