"""The `leaderboard` command. Everything heavy is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..twins.errors import InputError
from .options import Jobs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .leaderboard_field import Entry
    from .leaderboard_run import Work

_Names = Annotated[str | None, typer.Option(help="Only these, separated by commas.")]


def add_command(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(
        epilog="Examples:\n\nplantgym leaderboard\n\n"
        "plantgym leaderboard --run --envs CementPv --policies mpc,so\n\n"
        "plantgym leaderboard --train --policies ppo"
    )(leaderboard)


def leaderboard(
    run: Annotated[bool, typer.Option("--run", help="First run what is missing or stale.")] = False,
    train: Annotated[
        bool, typer.Option("--train", help="Likewise, and train what was not trained yet.")
    ] = False,
    envs: _Names = None,
    policies: _Names = None,
    settings: _Names = None,
    jobs: Jobs = 1,
    results: Annotated[Path, typer.Option(help="Folder of the result files.")] = Path(
        "docs/results/leaderboard"
    ),
    page: Annotated[Path, typer.Option(help="Page to write the tables into.")] = Path(
        "docs/leaderboard.md"
    ),
    runs: Annotated[Path, typer.Option(help="Folder of trainings and unfinished results.")] = Path(
        "runs/leaderboard"
    ),
) -> None:
    """Write the page that compares all policies on all envs, from the results that are kept."""
    from .leaderboard_field import chosen
    from .leaderboard_field import leaderboard as field
    from .leaderboard_figure import draw_scores
    from .leaderboard_page import IMAGES, all_standings, image_name, score_table, update_page
    from .leaderboard_run import Work
    from .tables import print_table

    for option, path, there in (
        ("--results", results, results.is_dir()),
        ("--page", page, page.is_file()),
    ):
        if not there:
            raise InputError(option, str(path), "run this in the repository, or say where it is")
    rounds = field()
    entries = chosen(
        rounds, envs=_listed(envs), policies=_listed(policies), settings=_listed(settings)
    )
    if run or train:
        _run(entries, Work(results, runs, train=train, jobs=jobs, progress=True))
    _tell_stale([entry for each in rounds for entry in each.entries()], results)
    found = all_standings(rounds, results)
    update_page(page, found)
    (page.parent / IMAGES).mkdir(exist_ok=True)
    for setting, standings in found.items():
        draw_scores(standings, page.parent / IMAGES / image_name(setting))
        print_table(score_table(setting, standings))
    typer.echo(f"Page: {page}")


def _run(entries: Sequence[Entry], work: Work) -> None:
    from .leaderboard_run import run_missing

    for entry, what in run_missing(entries, work):
        if what != "there":
            typer.echo(f"{entry.name}: {what}", err=True)


def _tell_stale(entries: Sequence[Entry], results: Path) -> None:
    from .leaderboard_run import stale

    for entry in stale(entries, results):
        typer.echo(
            f"note: {entry.name} is of other settings or data; --run makes it anew", err=True
        )


def _listed(names: str | None) -> list[str] | None:
    if names is None:
        return None
    return [name.strip() for name in names.split(",") if name.strip()]
