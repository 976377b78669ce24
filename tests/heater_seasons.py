"""Heating seasons and their files for the tests of identification."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from plantgym.twins.heater_operation import Control
from plantgym.twins.heater_season import HeatingSeason, heating_season
from plantgym.twins.identify_heater import HeaterDays, heater_days

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


@cache
def season(seed: int = 5, days: int = 60, control: Control = "modulated") -> HeatingSeason:
    return heating_season(seed, days=days, control=control)


def frames(days: int = 60, control: Control = "modulated") -> Frames:
    """Meter, weather and telemetry."""
    meter, weather, telemetry = season(days=days, control=control).frames()
    return meter.copy(), weather.copy(), telemetry.copy()


@cache
def season_days(days: int = 60, control: Control = "modulated") -> HeaterDays:
    return heater_days(*frames(days, control))


def write(frame: pd.DataFrame, path: Path) -> Path:
    """A frame as a CSV file with times that have offsets."""
    times = [stamp.isoformat() for stamp in frame.index]
    frame.assign(time=times).set_index("time").to_csv(path)
    return path


def season_files(folder: Path, days: int = 60) -> tuple[Path, Path, Path]:
    """Files of meter, weather and telemetry."""
    names = ("meter.csv", "weather.csv", "telemetry.csv")
    meter, weather, telemetry = (
        write(frame, folder / name) for frame, name in zip(frames(days), names, strict=True)
    )
    return meter, weather, telemetry
