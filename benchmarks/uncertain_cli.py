"""`plantgym reproduce dro`, `car-seat` and `dro-study`, and `plantgym dr-potential`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import reproduce_cli
from .options import Figures, Jobs

_Seed = Annotated[int, typer.Option(min=0, help="Fixes the samples.")]


@reproduce_cli.app.command(
    epilog="Examples:\n\nplantgym reproduce dro --json dro.json\n\nplantgym reproduce dro --quick"
)
def dro(
    as_json: Figures = None,
    quick: Annotated[
        bool, typer.Option(help="Without the slow forms that the cuts are timed against.")
    ] = False,
    seed: _Seed = 0,
) -> None:
    """Plan the cement factory by SO, DRO and RO, beside the published figures."""
    from .dro_reproduce import DRO_FORMAT, reproduce_dro
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("dro") as progress:
        run_reproduction(
            lambda: reproduce_dro(quick=quick, seed=seed, progress=progress), DRO_FORMAT, as_json
        )


@reproduce_cli.app.command("car-seat", epilog="Example: plantgym reproduce car-seat --json cs.json")
def car_seat(as_json: Figures = None, seed: _Seed = 0) -> None:
    """Plan the car-seat factory by every method, beside the published figures."""
    from .car_seat_reproduce import CAR_SEAT_FORMAT, reproduce_car_seat
    from .progress_bar import progress_bar
    from .run_reproduction import run_reproduction

    with progress_bar("car-seat") as progress:
        run_reproduction(
            lambda: reproduce_car_seat(seed=seed, progress=progress), CAR_SEAT_FORMAT, as_json
        )


@reproduce_cli.app.command(
    "dro-study", epilog="Example: plantgym reproduce dro-study --days 24 --jobs 2 --json study.json"
)
def dro_study(
    as_json: Figures = None,
    days: Annotated[int, typer.Option(min=1, help="Test days, evenly spread.")] = 24,
    jobs: Jobs = 1,
    plot: Annotated[Path | None, typer.Option(help="Picture of the gains, PNG or SVG.")] = None,
) -> None:
    """Tell when DRO pays: schedules judged on days that no sample comes from."""
    from ..twins.whole_file import check_writable
    from .dro_figure import draw_study
    from .dro_study import STUDY_FORMAT, DroStudy, reproduce_study
    from .run_reproduction import run_reproduction

    if plot:
        check_writable("--plot", plot)

    def run() -> DroStudy:
        found = reproduce_study(days=days, jobs=jobs, progress=True)
        if plot:
            draw_study(found.rows, plot)
        return found

    run_reproduction(run, STUDY_FORMAT, as_json)


def dr_potential(
    plant: Annotated[str, typer.Argument(help="Name of a shipped plant, or a TOML file.")],
    first_hour: Annotated[float, typer.Option("--from", help="Clock hour the window begins at.")],
    end_hour: Annotated[float, typer.Option("--to", help="Clock hour it ends at.")],
    subsidy: Annotated[
        list[float] | None,
        typer.Option(
            help="Paid for each kWh; may be given again, rising.",
            show_default="0 to 5 mean prices",
        ),
    ] = None,
    market: Annotated[str, typer.Option(help="Market of the day.")] = "tou",
    day: Annotated[
        str | None, typer.Option(help="Date.", show_default="amid the test days")
    ] = None,
    as_json: Figures = None,
) -> None:
    """Tell what reduction a plant can offer in a window, by subsidy."""
    from .potential import POTENTIAL_FORMAT, potential_curve
    from .store import check_out, write_result
    from .tables import print_table

    if as_json:
        check_out(as_json, POTENTIAL_FORMAT, "--json")
    window = (first_hour, end_hour)
    found = potential_curve(plant, window, subsidy or (), market=market, day=day)
    if as_json:
        write_result(as_json, found.as_dict(), POTENTIAL_FORMAT)
    print_table(found.table())


def add_commands(app: typer.Typer) -> None:
    """Add the commands beside `reproduce` to an app."""
    app.command(
        "dr-potential",
        epilog="Examples:\n\nplantgym dr-potential cement_pv --from 18 --to 20\n\n"
        "plantgym dr-potential my_plant.toml --from 18 --to 20 --subsidy 0.5 --subsidy 3",
    )(dr_potential)
