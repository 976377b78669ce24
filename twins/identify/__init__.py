"""Identification: from a meter, prices and public process knowledge to a plant."""

from .meter import MeterDays, write_load
from .meter_reading import meter_days, read_meter
from .process import PartLoad, Process, Stage, process_of
from .process_toml import load_process, parse_process, process_to_toml, save_process

__all__ = [
    "MeterDays",
    "PartLoad",
    "Process",
    "Stage",
    "load_process",
    "meter_days",
    "parse_process",
    "process_of",
    "process_to_toml",
    "read_meter",
    "save_process",
    "write_load",
]
