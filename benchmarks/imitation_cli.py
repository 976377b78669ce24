"""Policies that learn from past days and from the optimum: `dataset`, and two ways to `train`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..twins.errors import InputError
from .options import DrEvents, EnvName, Market, OtherPlant, Seed, Split, StepMinutes

if TYPE_CHECKING:
    from ..agents.demonstrations import Demonstrations
    from ..agents.validation import Judged, ValidationDays
    from .cases import Case

ADP, BC = "adp", "bc"
"""Names of the algorithms behind the hybrid policy and behaviour cloning."""


def add_command(app: typer.Typer) -> None:
    """Add the `dataset` command to an app."""
    app.command(epilog="Example: plantgym dataset CementPv --days 500 --out datasets")(dataset)


def dataset(
    env: EnvName,
    out: Annotated[Path, typer.Option(help="Root folder of Minari's data sets.")],
    days: Annotated[
        int | None, typer.Option(min=1, help="Days, evenly spread.", show_default="all")
    ] = None,
    split: Split = "train",
    seed: Seed = 0,
    market: Market = None,
    step_minutes: StepMinutes = None,
    plant: OtherPlant = None,
    dr: DrEvents = None,
) -> None:
    """Keep what the perfect-foresight optimum sees and does on days of an env, for imitation."""
    from .dataset import write_dataset
    from .own_days import case_from_options
    from .progress_bar import progress_bar

    case = case_from_options(
        env, split, market=market, step_minutes=step_minutes, plant=plant, dr=dr
    )
    with progress_bar(case.env_id.rpartition("/")[2]) as tell:
        folder = write_dataset(case, out, days=days, seed=seed, tell=tell)
    typer.echo(f"Data set: {folder}")


def train_hybrid(
    case: Case, out: Path, changes: dict[str, Any], validation: ValidationDays | None
) -> None:
    """Write a hybrid policy, and say how good it is on validation days.

    Raises:
        InputError: as `train_adp`.
    """
    from ..agents.adp_training import POLICY, train_adp

    result = train_adp(
        case.env_id, out, changes=changes, arguments=case.arguments, validation=validation
    )
    typer.echo(f"{result.days} days in {result.seconds:.1f} s")
    tell_policy(result, out / POLICY)


def find_shown(case: Case, dataset: Path | None) -> tuple[Case, Demonstrations]:
    """A data set to imitate, and the env to judge by: its own, unless options say otherwise.

    Raises:
        InputError: no data set, or one of another env.
        MissingExtraError: Minari is not installed.
    """
    if dataset is None:
        raise InputError("--dataset", None, "give the folder that `plantgym dataset` has made")
    from ..agents.demonstrations import load_demonstrations

    shown = load_demonstrations(dataset)
    if shown.env_id != case.env_id:
        raise InputError("--dataset", str(dataset), f"give one of {case.env_id}")
    own = {name: value for name, value in shown.arguments.items() if name != "split"}
    return replace(case, arguments=case.arguments or own), shown


def train_clone(
    case: Case,
    shown: Demonstrations,
    out: Path,
    changes: dict[str, Any],
    seed: int,
    validation: ValidationDays | None,
) -> None:
    """Write a policy that imitates a data set, and say how good it is on validation days.

    Raises:
        InputError: as `train_bc`.
    """
    from ..agents.imitation import train_bc
    from ..agents.training import POLICY
    from .progress_bar import progress_bar

    with progress_bar(case.env_id.rpartition("/")[2]) as tell:
        result = train_bc(
            shown,
            out,
            changes=changes,
            seed=seed,
            validation=validation,
            arguments=case.arguments,
            tell=tell,
        )
    typer.echo(f"{result.steps:,} steps imitated in {result.seconds:.0f} s")
    tell_policy(result, out / POLICY)


def tell_policy(result: Judged, policy: Path) -> None:
    """Say how good a policy is on the validation days, and where it is."""
    if told := result.told():
        typer.echo(f"validation days: {told}")
    typer.echo(f"Policy: {policy}")
