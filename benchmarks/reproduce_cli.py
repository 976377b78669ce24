"""The commands under `plantgym reproduce`. Each imports what is heavy itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Print our figures anew, from the shipped data.")

_Json = Annotated[Path | None, typer.Option("--json", help="JSON file for all figures.")]
_Jobs = Annotated[int, typer.Option(min=-1, help="Processes at the same time; -1: all cores.")]


@app.command(
    epilog="Examples:\n\nplantgym reproduce psi --json psi.json\n\nplantgym reproduce psi --quick"
)
def psi(
    as_json: _Json = None,
    quick: Annotated[bool, typer.Option(help="The cement mill alone.")] = False,
    jobs: _Jobs = 2,
    seed: Annotated[int, typer.Option(min=0, help="Fixes what is drawn at random.")] = 0,
) -> None:
    """Identify the plants of the PSI benchmark, beside the published figures."""
    from .progress_bar import progress_bar
    from .reproduce import REPRODUCTION_FORMAT, reproduce_psi
    from .store import check_out, write_result
    from .tables import print_table

    if as_json:
        check_out(as_json, REPRODUCTION_FORMAT, "--json")
    with progress_bar("psi") as progress:
        found = reproduce_psi(quick=quick, seed=seed, n_jobs=jobs, progress=progress)
    if as_json:
        write_result(as_json, found.as_dict(), REPRODUCTION_FORMAT)
    for table in found.tables():
        print_table(table)
