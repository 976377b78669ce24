"""The column of a meter that holds its energy, whatever the unit."""

from __future__ import annotations

from .csv_file import CsvFile, Floats
from .errors import InputError

ENERGY_COLUMNS = ("energy_kwh", "energy_mwh", "power_kw")
"""Energies of a step, or its mean power."""


def read_energy(meter: CsvFile, step_s: int) -> tuple[str, Floats]:
    """Name of the column, and its readings [N] [kWh]; NaN where a field is empty.

    Args:
        meter: the file.
        step_s: length of its steps [s].

    Raises:
        InputError: none or several of the columns.
    """
    names = [name for name in ENERGY_COLUMNS if name in meter.frame]
    if len(names) != 1:
        fix = f"keep one energy column: {', '.join(ENERGY_COLUMNS)}"
        raise InputError(f"{meter.name} columns", list(meter.frame.columns), fix)
    (name,) = names
    factor = {"energy_kwh": 1.0, "energy_mwh": 1000.0, "power_kw": step_s / 3600}[name]
    return name, meter.numbers(name, gaps=True) * factor
