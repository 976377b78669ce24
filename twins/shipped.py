"""The real data in `twins/data`, each file read once. Sources and licences: `data/SOURCES.md`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from .errors import InputError
from .readers import DailySeries, read_prices, read_pv, read_weather

DATA = Path(__file__).with_name("data")

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "belgium_day_ahead": "ENTSO-E Transparency Platform, day-ahead prices, Belgium, 2022-2025",
        "belgium_imbalance": "Elia open data, imbalance prices per quarter hour, 2024-2025",
        "belgium_weather": "Open-Meteo historical archive (CC BY 4.0), Belgium, 2024-2025",
        "elia_pv": "Elia open data, PV measured and forecast, Belgium, 2020-2025",
        "pjm_real_time": "PJM Data Miner 2, real-time hourly system energy price, Jul-Aug 2022, by "
        "way of the repository of Lyu et al. (MIT), doi 10.1109/TSG.2024.3507046",
    }
)
"""Whom to name for the data behind a market, by file name without its endings."""


def data_file(name: str) -> Path:
    """Path of a shipped data file.

    Raises:
        InputError: a file that is not shipped.
    """
    path = DATA / name
    if not path.is_file():
        shipped = sorted(entry.name for entry in DATA.iterdir())
        raise InputError("data file", name, f"use one of {', '.join(shipped)}")
    return path


@cache
def shipped_prices(name: str, step_minutes: int) -> DailySeries:
    """Prices of `"belgium_day_ahead"`, `"belgium_imbalance"` or `"pjm_real_time"`."""
    path = data_file(f"{name}.csv.gz")
    return read_prices(path, step_minutes=step_minutes, clock_changes="drop")


@cache
def shipped_pv(step_minutes: int) -> Mapping[str, DailySeries]:
    """PV capacity factors of Belgium, `measured_cf` and `day_ahead_cf`."""
    return MappingProxyType(read_pv(data_file("elia_pv.csv.gz"), step_minutes=step_minutes))


@cache
def shipped_weather() -> Mapping[str, DailySeries]:
    """Hourly weather of Belgium: temperature, wind speed, irradiance and cloud cover."""
    path = data_file("belgium_weather.csv.gz")
    return MappingProxyType(read_weather(path, clock_changes="drop"))
