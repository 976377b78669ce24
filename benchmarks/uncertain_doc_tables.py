"""The tables of `docs/uncertainty.md`, from the results of `plantgym reproduce`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from .car_seat_reproduce import CAR_SEAT_FORMAT, CarSeatRow, row_cells
from .car_seat_reproduce import HEADERS as CAR_SEAT_HEADERS
from .dro_reproduce import DRO_FORMAT
from .dro_rows import COST_HEADERS, FORM_HEADERS, TITLES, CostRow, FormRow, cost_cells, form_cells
from .dro_study import HEADERS as STUDY_HEADERS
from .dro_study import STUDY_FORMAT, StudyRow, study_cells
from .markdown import markdown_table

UNCERTAIN_FORMATS: Mapping[str, str] = MappingProxyType(
    {"dro": DRO_FORMAT, "car-seat": CAR_SEAT_FORMAT, "dro-study": STUDY_FORMAT}
)
"""Mark of each file of results, by its name."""

_Results = Mapping[str, Mapping[str, Any]]


def _costs(results: _Results) -> str:
    """A table a question, with what was fitted before them."""
    run = results["dro"]
    names = CostRow.__slots__
    rows = [CostRow(**{name: entry[name] for name in names}) for entry in run["costs"]]
    fitted = "\n".join(f"- {name}: {value}" for name, value in run["fitted"].items())
    parts = [f"Fitted to the published tables:\n\n{fitted}"]
    for table in dict.fromkeys(row.table for row in rows):
        cells = [cost_cells(row) for row in rows if row.table == table]
        parts.append(f"**{TITLES[table]}**\n\n{markdown_table(COST_HEADERS, cells, left=2)}")
    return "\n\n".join(parts)


def _forms(results: _Results) -> str:
    """A row a form."""
    rows = [FormRow(**entry) for entry in results["dro"]["forms"]]
    return markdown_table(FORM_HEADERS, map(form_cells, rows))


def _car_seat(results: _Results) -> str:
    """A row a method, with what was assumed before them."""
    run = results["car-seat"]
    assumed = "\n".join(f"- {name}: {value}" for name, value in run["assumed"].items())
    rows = row_cells([CarSeatRow(**entry) for entry in run["rows"]])
    told = f"Assumed, {run['samples']} samples of {run['date']}:\n\n{assumed}"
    return f"{told}\n\n{markdown_table(CAR_SEAT_HEADERS, rows)}"


def _study(results: _Results) -> str:
    """A row a limit, PV and method."""
    run = results["dro-study"]
    rows = [StudyRow(**entry) for entry in run["rows"]]
    table = markdown_table(STUDY_HEADERS, map(study_cells, rows), left=3)
    return f"{run['days']} test days, {run['samples']} samples each.\n\n{table}"


UNCERTAIN_REGIONS: Mapping[str, Callable[[_Results], str]] = MappingProxyType(
    {"dro costs": _costs, "dro forms": _forms, "car seat": _car_seat, "dro study": _study}
)
"""What makes the content of each region of the document."""
