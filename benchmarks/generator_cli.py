"""The `generate` command. Everything heavy is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import DrawSeed


def add_command(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(
        epilog="Example: plantgym generate cement_pv 2025-06-01 --samples 1000 --keep 10 "
        "--out samples.csv"
    )(generate)


def generate(
    plant: Annotated[str, typer.Argument(help="Name of a shipped plant, or a TOML file.")],
    date: Annotated[str, typer.Argument(help="The day, as in 2025-06-01.")],
    out: Annotated[Path, typer.Option(help="CSV file for the samples.")],
    samples: Annotated[int, typer.Option(min=1, help="How many to draw.")] = 100,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Reduce them to so many.", show_default="all")
    ] = None,
    generator: Annotated[
        str | None,
        typer.Option(help="analog, copula, energy-net or gan.", show_default="the best"),
    ] = None,
    market: Annotated[
        str, typer.Option(help="tou, pjm, belgium-day-ahead or belgium-real-time.")
    ] = "tou",
    step_minutes: Annotated[int, typer.Option(help="Length of a step.")] = 60,
    seed: DrawSeed = 0,
) -> None:
    """Draw what PV and wind may become of a day, by a generator fitted to the days before it."""
    from ..twins.generators import DEFAULT
    from ..twins.whole_file import write_whole
    from .generator_samples import CSV_HEADER, as_csv, drawn_samples
    from .progress_bar import progress_bar
    from .store import check_out

    check_out(out, CSV_HEADER, "--out")
    name = generator or DEFAULT
    with progress_bar(name) as progress:
        found = drawn_samples(
            plant, date, samples, name, market, step_minutes, seed=seed, progress=progress
        )
    kept = found if keep is None else found.reduce(keep)
    write_whole(out, as_csv(kept))
    typer.echo(f"{kept.n_days} samples of {date} in {out}")
