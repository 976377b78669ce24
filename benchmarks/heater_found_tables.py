"""Tables of what the identification of a heater found, for the terminal."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ..twins.heater import HeaterPlant
from ..twins.heater_simulate import transfer_of_fan
from ..twins.identify_heater.building_fit import loss_kw_per_k, mean_gains_kw
from ..twins.identify_heater.identifier import HeaterIdentifier

_UNITS = (
    ("_kwh_per_k", "kWh/K"), ("_per_m_per_s", "kW/K per m/s"), ("_kw_per_k", "kW/K"),
    ("transfer_kw_per_k", "kW/K"), ("_kw", "kW"), ("_m2", "m2"),
)  # fmt: skip


def heater_found_line(found: HeaterIdentifier) -> str:
    """Which model was chosen, and how well it predicts."""
    report = found.report_
    line = f"{found.plant_.name}: predicted by {report.model}"
    if report.model != report.model_without or f"{report.model} + brick" in report.errors:
        line += f" with, {report.model_without} without brick temperatures"
    line += f"; {report.days} days from {report.first_hour} h on"
    if report.errors:
        line += f"; error of a day {min(report.errors.values()):.2%} at rolling origins"
    return line


def heater_found_table(found: HeaterIdentifier) -> Table:
    """A row a value: what was found, its interval, and whether the data pin it down."""
    table = Table(box=SIMPLE_HEAD)
    table.add_column("value")
    for header in ("found", "interval"):
        table.add_column(header, justify="right")
    for header in ("unit", ""):
        table.add_column(header)
    for name, (low, high) in found.intervals_.items():
        unknown = "not identified" if name in found.report_.not_identified else ""
        value = value_of(found.plant_, name)
        unit = next((unit for ending, unit in _UNITS if ending in name), "")
        table.add_row(name, f"{value:.4g}", f"{low:.4g} to {high:.4g}", unit, unknown)
    return table


def value_of(plant: HeaterPlant, name: str) -> float:
    """The value of a heater that an interval of `HeaterIdentifier` is of, by its name."""
    if name.startswith("transfer_kw_per_k("):
        return float(transfer_of_fan(plant, float(name[len("transfer_kw_per_k(") : -1])))
    if name == "building.loss_kw_per_k":
        return loss_kw_per_k(plant.building)
    if name == "gains.mean_kw":
        return mean_gains_kw(plant.gains)
    section, field = name.split(".")
    return float(getattr(getattr(plant, section), field))
