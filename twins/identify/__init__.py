"""Identification: from a meter, prices and public process knowledge to a plant."""

from .meter import MeterDays, write_load
from .meter_reading import meter_days, read_meter
from .parameters import Parameters, day_output_t, parameter_names, parameters_of, to_plant
from .process import PartLoad, Process, Stage, process_of
from .process_toml import load_process, parse_process, process_to_toml, save_process

__all__ = [
    "MeterDays",
    "Parameters",
    "PartLoad",
    "Process",
    "Stage",
    "day_output_t",
    "load_process",
    "meter_days",
    "parameter_names",
    "parameters_of",
    "parse_process",
    "process_of",
    "process_to_toml",
    "read_meter",
    "save_process",
    "to_plant",
    "write_load",
]
