"""The PSI benchmark as a table: the published figures, and rows of ours beside them.

Errors are those of `load_error`, relative to the highest reading of the last day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.table import Table

from ..twins.identify.psi_data import PSI_SETS
from .found_parameters import FoundParameter
from .model_error import ModelError


class MeanRms(NamedTuple):
    """Mean and root mean square of the daily errors of a set of days."""

    mean: float
    rms: float


@dataclass(frozen=True, slots=True)
class PsiRow:
    """A method on a plant.

    Args:
        plant: one of `PSI_PLANTS`.
        method: its name in the table.
        errors: by set of days, one or more of `PSI_SETS`.
        model: class of the plant that was found, `"LP"` or `"MILP"`; empty for a black box.
        power_error: median and greatest relative error of the powers of the stages.
        target_error: relative error of the daily target.
        target_inside: whether the true target is in its interval.
        stores_inside: true headrooms and reserves of stores that are in their intervals.
        stores: headrooms and reserves of stores.
        wall_s: time of the fit [s].
        cpu_s: CPU time of the fit [s].
        parameters: what was found, each with its interval and the true value.
    """

    plant: str
    method: str
    errors: Mapping[str, MeanRms]
    model: str = ""
    power_error: tuple[float, float] | None = None
    target_error: float | None = None
    target_inside: bool | None = None
    stores_inside: int | None = None
    stores: int | None = None
    wall_s: float | None = None
    cpu_s: float | None = None
    parameters: Sequence[FoundParameter] = ()


def _published(plant: str, method: str, mean: float, rms: float) -> PsiRow:
    return PsiRow(plant, method, {"test_baseline": MeanRms(mean, rms)})


PUBLISHED_SOURCE = (
    "Lyu et al., IEEE Trans. Smart Grid 2024, doi 10.1109/TSG.2024.3507046, result files of the "
    "repository Production-Scheduling-Identification, commit 82c1aa9"
)

PUBLISHED: Mapping[str, tuple[PsiRow, ...]] = MappingProxyType(
    {
        "cement": (
            PsiRow(
                "cement",
                "published PSI",
                {"test_baseline": MeanRms(0.0518, 0.0518), "test_dr": MeanRms(0.0513, 0.0513)},
                model="LP",
                power_error=(0.253, 0.372),
                target_error=0.029,
                wall_s=5.5 * 3600,
            ),
            _published("cement", "published MLP", 0.1343, 0.1361),
            _published("cement", "published LSTM", 0.1394, 0.1406),
            _published("cement", "published SVR", 0.1367, 0.1382),
        ),
        "steel_powder": (
            PsiRow(
                "steel_powder",
                "published PSI",
                {"test_baseline": MeanRms(0.0852, 0.0874), "test_dr": MeanRms(0.0709, 0.0709)},
                model="LP",
                power_error=(0.260, 2.293),
                target_error=-0.226,
                wall_s=7 * 3600,
            ),
            _published("steel_powder", "published MLP", 0.1850, 0.1875),
            _published("steel_powder", "published LSTM", 0.1920, 0.1950),
            _published("steel_powder", "published SVR", 0.1911, 0.1932),
        ),
    }
)
"""What the authors published, by plant. Errors and parameters are computed from their result files
(`PUBLISHED_SOURCE`), which hold no errors on the training and cv days; times are about theirs."""

PSI_HEADERS = (
    *("method", "class"),
    *("train", "cv", "test", "DR"),
    *("powers %", "target %", "stores", "wall s", "CPU s"),
)
"""What `psi_cells` says; the second group are the `PSI_SETS`."""


def psi_table(plant: str, rows: Sequence[PsiRow]) -> Table:
    """The rows of a plant."""
    table = plain_table(f"{plant}: load error, mean/rms over the days in %")
    for header in PSI_HEADERS[:2]:
        table.add_column(header, no_wrap=True)
    for header in PSI_HEADERS[2:]:
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*psi_cells(row))
    table.caption = (
        "test: test_baseline; DR: the same days with four prices doubled. powers: median/greatest\n"
        "error. target: error, and whether the true one is in or out of its interval. stores: how\n"
        "many true headrooms and reserves are in their intervals"
    )
    return table


def psi_cells(row: PsiRow) -> list[str]:
    """What a table says of a row, under `PSI_HEADERS`."""
    return [
        row.method,
        row.model,
        *(_errors(row.errors.get(name)) for name in PSI_SETS),
        _powers(row),
        _target(row),
        "-" if row.stores_inside is None else f"{row.stores_inside}/{row.stores}",
        seconds(row.wall_s),
        seconds(row.cpu_s),
    ]


PRICE_HEADERS = (
    *("planner", "rule", "optimum"),
    *("knows the plant", "identified", "lost", "of the saving"),
)
"""What `price_cells` says."""


def price_table(plant: str, prices: Sequence[ModelError], currency: str) -> Table:
    """What planners lose if they know the identified plant."""
    days = prices[0].days
    table = plain_table(f"{plant}: price of model error, {currency} per day over {days} test days")
    table.add_column(PRICE_HEADERS[0])
    for header in PRICE_HEADERS[1:]:
        table.add_column(header, justify="right")
    for each in prices:
        table.add_row(*price_cells(each))
    table.caption = (
        "identified: plans with the identified plant, runs the true one; lost: relative to the\n"
        "optimum's cost; of the saving: relative to what the optimum saves against the rule"
    )
    return table


def price_cells(price: ModelError) -> list[str]:
    """What a table says of a planner, under `PRICE_HEADERS`."""
    costs = (price.rule_cost, price.optimum_cost, price.true_cost, price.model_cost)
    return [
        price.planner,
        *(f"{cost:,.2f}" for cost in costs),
        _share(price.of_cost),
        _share(price.of_saving),
    ]


def plain_table(title: str) -> Table:
    """A table without columns yet."""
    return Table(
        title=title,
        box=SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )


def _errors(error: MeanRms | None) -> str:
    return "-" if error is None else f"{100 * error.mean:.2f}/{100 * error.rms:.2f}"


def _powers(row: PsiRow) -> str:
    if row.power_error is None:
        return "-"
    median, most = row.power_error
    return f"{100 * median:.1f}/{100 * most:.1f}"


def _target(row: PsiRow) -> str:
    if row.target_error is None:
        return "-"
    inside = {True: " in", False: " out", None: ""}[row.target_inside]
    return f"{100 * row.target_error:+.1f}{inside}"


def seconds(time_s: float | None) -> str:
    """A time as text."""
    if time_s is None:
        return "-"
    return f"{time_s:,.0f}" if time_s >= 10 else f"{time_s:.1f}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.2%}"
