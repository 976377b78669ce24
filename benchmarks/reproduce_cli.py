"""The commands under `plantgym reproduce`. Each imports what is heavy itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import learning_speed
from .options import Cores, DrawSeed, Figures

app = typer.Typer(no_args_is_help=True, help="Print our figures anew, from the shipped data.")


app.command("learning-speed", epilog="Example: plantgym reproduce learning-speed --minutes 5")(
    learning_speed.main
)


@app.command(
    epilog="Examples:\n\nplantgym reproduce psi --json psi.json\n\nplantgym reproduce psi --quick"
)
def psi(
    as_json: Figures = None,
    quick: Annotated[bool, typer.Option(help="The cement mill alone.")] = False,
    jobs: Cores = 2,
    seed: DrawSeed = 0,
) -> None:
    """Identify the plants of the PSI benchmark, beside the published figures."""
    from .progress_bar import progress_bar
    from .reproduce import REPRODUCTION_FORMAT, reproduce_psi
    from .run_reproduction import run_reproduction

    with progress_bar("psi") as progress:
        run_reproduction(
            lambda: reproduce_psi(quick=quick, seed=seed, n_jobs=jobs, progress=progress),
            REPRODUCTION_FORMAT,
            as_json,
        )


@app.command(
    epilog="Example: plantgym reproduce lines --lines 20 --noise 0 --noise 0.05 --jobs 2 "
    "--json lines.json"
)
def lines(
    as_json: Annotated[
        Path | None,
        typer.Option("--json", help="JSON file for all figures. A run that was cut off goes on."),
    ] = None,
    seed_from: Annotated[int, typer.Option(min=0, help="Seed of the first line.")] = 100,
    count: Annotated[int, typer.Option("--lines", min=1, help="How many lines.")] = 20,
    noise: Annotated[
        list[float] | None,
        typer.Option(
            help="Noise of the meters, relative; may be given again.", show_default="0, 0.05"
        ),
    ] = None,
    jobs: Cores = 2,
) -> None:
    """Identify random production lines from meters of theirs, and compare with the truth."""
    from .line_study import NOISES, reproduce_lines
    from .tables import print_table

    seeds = range(seed_from, seed_from + count)
    found = reproduce_lines(seeds, noise or NOISES, n_jobs=jobs, out=as_json, progress=True)
    for table in found.tables():
        print_table(table)


@app.command(
    epilog="Examples:\n\nplantgym reproduce generators --json generators.json\n\n"
    "plantgym reproduce generators --quick --days 2"
)
def generators(
    as_json: Figures = None,
    days: Annotated[int, typer.Option(min=2, max=89, help="Test days to be scheduled.")] = 30,
    quick: Annotated[bool, typer.Option(help="Networks that are hardly trained.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Fixes training and samples.")] = 0,
) -> None:
    """Judge the scenario generators on days that they have not seen."""
    from .generator_study import GENERATORS_FORMAT, reproduce_generators
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("generators") as progress:
        run_reproduction(
            lambda: reproduce_generators(days=days, quick=quick, seed=seed, progress=progress),
            GENERATORS_FORMAT,
            as_json,
        )


@app.command(epilog="Example: plantgym reproduce forecasts --json forecasts.json")
def forecasts(as_json: Figures = None) -> None:
    """Judge the load forecasters on the PSI meters."""
    from .forecast_study import FORECASTS_FORMAT, reproduce_forecasts
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("forecasts") as progress:
        run_reproduction(lambda: reproduce_forecasts(progress), FORECASTS_FORMAT, as_json)


@app.command(epilog="Example: plantgym reproduce health --json health.json")
def health(
    as_json: Figures = None,
    plant: Annotated[
        list[str] | None, typer.Option(help="May be given again.", show_default="all")
    ] = None,
    repeats: Annotated[int, typer.Option(min=1, help="Runs of each fault.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Fixes times and data.")] = 0,
) -> None:
    """Inject faults into twins, and judge how well they are found."""
    from .health_study import CASES, reproduce_health
    from .health_tables import HEALTH_FORMAT
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("health") as progress:
        run_reproduction(
            lambda: reproduce_health(progress, plant or tuple(CASES), repeats=repeats, seed=seed),
            HEALTH_FORMAT,
            as_json,
        )


@app.command(epilog="Example: plantgym reproduce imitation --json imitation.json")
def imitation(
    as_json: Figures = None,
    steps: Annotated[
        int, typer.Option(min=1, help="Env-steps of each training of PPO.")
    ] = 1_000_000,
    seed: DrawSeed = 0,
) -> None:
    """Tell what imitating the optimum adds, alone and as the beginning of PPO."""
    from .imitation_study import IMITATION_FORMAT, study_imitation
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("imitation") as tell:
        run_reproduction(
            lambda: study_imitation(tell, steps=steps, seed=seed), IMITATION_FORMAT, as_json
        )
