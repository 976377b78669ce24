"""The commands of identification. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..twins.errors import InputError
from . import heater_cli, reproduce_cli
from .options import Cores, DrawSeed

if TYPE_CHECKING:
    from ..twins.identify.fit_options import FitOptions
    from ..twins.identify.meter_job import MeterFiles

SOME_FAILED = 3
_REPORT_FORMAT = "plantgym identification 1"

_Out = Annotated[Path, typer.Option(help="Plant file (TOML); for a folder of meters, a folder.")]
_Prices = Annotated[
    Path,
    typer.Argument(
        help="Prices (CSV time,buy_price_per_kwh); of a heater, the weather (CSV time,ambient_c)."
    ),
]
_Telemetry = Annotated[
    Path | None,
    typer.Option(help="Sensors of a heater (CSV time,brick_c,water_c,power_kw,fan)."),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of identification to an app."""
    app.command(
        epilog="Examples:\n\nplantgym identify meter.csv prices.csv process.toml --out plant.toml"
        "\n\nplantgym identify meters/ prices.csv process.toml --out plants/ --jobs 8"
        "\n\nplantgym identify meter.csv weather.csv --kind heater --out heater.toml"
    )(identify)
    app.command(
        epilog="Examples:\n\nplantgym predict plant.toml prices.csv --out load.csv\n\n"
        "plantgym predict heater.toml weather.csv --meter meter.csv --out load.csv"
    )(predict)
    app.add_typer(reproduce_cli.app, name="reproduce")


def identify(
    meter: Annotated[Path, typer.Argument(help="Meter (CSV time,energy_kwh), or a folder.")],
    prices: _Prices,
    out: _Out,
    process: Annotated[
        Path | None,
        typer.Argument(help="Process (TOML), or for a folder of meters a folder of them."),
    ] = None,
    kind: Annotated[str, typer.Option(help="stn for a factory, heater for a heater.")] = "stn",
    model: Annotated[
        str,
        typer.Option(
            help="auto to choose; or lp, milp; for a heater pm, cm, cpm, ridge-gp, store-balance."
        ),
    ] = "auto",
    seed: DrawSeed = 0,
    base_load: Annotated[
        str, typer.Option(help="Load beside the stages: none, constant or daily.")
    ] = "none",
    output_tolerance: Annotated[
        float, typer.Option(help="Relative uncertainty of output_per_kwh, such as 0.05.")
    ] = 0.0,
    pv: Annotated[
        Path | None, typer.Option(help="Regional PV (CSV time,measured_cf), if the plant has PV.")
    ] = None,
    validation_days: Annotated[
        int, typer.Option(min=0, help="Last days of the meter, kept to choose the model on.")
    ] = 0,
    report: Annotated[
        Path | None, typer.Option(help="JSON file for the report of a single meter.")
    ] = None,
    jobs: Cores = 1,
    backend: Annotated[
        str, typer.Option(help="Where a folder of meters is done: loky, threading or ray.")
    ] = "loky",
    telemetry: _Telemetry = None,
    plant: Annotated[
        str | None,
        typer.Option(help="What is known of a heater before: TOML, or a shipped one's name."),
    ] = None,
) -> None:
    """Find the plant behind a meter, or the plants behind a folder of meters."""
    heater_cli.check_kind(kind, process, telemetry, plant)
    if process is None:
        heater_cli.check_unused(
            {
                "--base-load": (base_load, "none"),
                "--output-tolerance": (output_tolerance, 0.0),
                "--pv": (pv, None),
                "--validation-days": (validation_days, 0),
                "--jobs": (jobs, 1),
                "--backend": (backend, "loky"),
            }
        )
        files = heater_cli.HeaterFiles(meter, prices, telemetry)
        heater_cli.identify_heater(files, out, model=model, seed=seed, known=plant, report=report)
        return
    from ..twins.identify.fit_options import FitOptions
    from ..twins.identify.meter_job import MeterFiles

    options = FitOptions(model, seed, base_load, output_tolerance, validation_days)
    if not meter.is_dir():
        _identify_one(MeterFiles.read(meter, prices, process, pv), options, out, report, jobs)
        return
    if report:
        fix = f"leave it out: a folder of meters has its reports in {str(out)!r}"
        raise InputError("--report", str(report), fix)
    from ..twins.identify.fleet import fleet_jobs, identify_fleet
    from .identify_tables import fleet_table
    from .progress_bar import progress_bar
    from .tables import print_table

    fleet = fleet_jobs(meter, prices, process, pv)
    with progress_bar("identify") as progress:
        results = identify_fleet(
            fleet, out, options=options, backend=backend, n_jobs=jobs, progress=progress
        )
    print_table(fleet_table(results))
    failed = sum(result.status == "failed" for result in results)
    typer.echo(f"Plants: {len(results) - failed} in {out}; failed: {failed}")
    if failed:
        raise typer.Exit(SOME_FAILED)


def predict(
    plant: Annotated[str, typer.Argument(help="Plant file (TOML), or name of a shipped plant.")],
    prices: _Prices,
    out: Annotated[Path, typer.Option(help="CSV file for the load, time,energy_kwh.")],
    meter: Annotated[
        Path | None, typer.Option(help="Of a heater: its meter until the days to predict.")
    ] = None,
    telemetry: _Telemetry = None,
) -> None:
    """Predict the load of a factory's cheapest operation, or of a heater in later weather."""
    if heater_cli.check_predicted(plant, meter, telemetry):
        heater_cli.predict_heater(plant, heater_cli.HeaterFiles(meter, prices, telemetry), out)
        return
    from ..twins.identify.meter import write_load
    from .predict import check_load_file, predict_load, priced_days
    from .progress_bar import progress_bar

    check_load_file(out)
    days = priced_days(plant, prices)
    for date, reason in days.dropped:
        typer.echo(f"note: left out {date} ({reason})", err=True)
    with progress_bar("predict") as progress:
        load_kwh = predict_load(days, progress)
    write_load(out, days.times, load_kwh)
    typer.echo(f"{len(load_kwh)} days in {out}")


def _identify_one(
    files: MeterFiles, options: FitOptions, out: Path, report: Path | None, jobs: int
) -> None:
    from ..twins.identify.meter_job import fit_meter
    from ..twins.plant_toml import save_plant
    from .identify_tables import found_line, found_table, left_out_lines
    from .progress_bar import progress_bar
    from .store import check_out, write_result
    from .tables import print_table

    _check_plant_file(out)
    if report:
        check_out(report, _REPORT_FORMAT, "--report")
    with progress_bar("identify") as progress:
        found = fit_meter(files, options, n_jobs=jobs, progress=progress)
    save_plant(found.plant, out)
    if report:
        write_result(report, found.as_dict(), _REPORT_FORMAT)
    typer.echo(found_line(found))
    print_table(found_table(found))
    for line in left_out_lines(found.report["left_out"]):
        typer.echo(line)
    for note in found.report["notes"]:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"Plant: {out}")


def _check_plant_file(out: Path) -> None:
    """Make sure, before minutes of work, that a plant may be written: it replaces but a plant."""
    from ..twins.plant_toml import load_plant
    from ..twins.whole_file import check_writable

    check_writable("--out", out)
    if out.exists():
        try:
            load_plant(out)
        except InputError:
            fix = "this file is no plant, so it is kept; give another name"
            raise InputError("--out", str(out), fix) from None
