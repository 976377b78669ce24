"""Identification: from a meter, prices and public process knowledge to a plant.

`PlantIdentifier`, `optimal_load` and the test bench (`random_line`, `metered_days`) need the extra
`identify`; they are loaded when they are first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .meter import MeterDays, write_load
from .meter_reading import meter_days, read_meter
from .parameters import Parameters, day_output_t, parameter_names, parameters_of, to_plant
from .process import PartLoad, Process, Stage, process_of
from .process_toml import load_process, parse_process, process_to_toml, save_process

if TYPE_CHECKING:
    from .fit_report import FitReport
    from .forward import optimal_load
    from .identifier import PlantIdentifier
    from .random_lines import random_line
    from .twin_meter import metered_days

__all__ = [
    "FitReport",
    "MeterDays",
    "Parameters",
    "PartLoad",
    "PlantIdentifier",
    "Process",
    "Stage",
    "day_output_t",
    "load_process",
    "meter_days",
    "metered_days",
    "optimal_load",
    "parameter_names",
    "parameters_of",
    "parse_process",
    "process_of",
    "process_to_toml",
    "random_line",
    "read_meter",
    "save_process",
    "to_plant",
    "write_load",
]

_LATER = {
    "FitReport": "fit_report",
    "PlantIdentifier": "identifier",
    "metered_days": "twin_meter",
    "optimal_load": "forward",
    "random_line": "random_lines",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """Load what needs the extra when it is asked for."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
