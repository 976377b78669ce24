"""What `plantgym identify --kind heater`, `predict` and `reproduce sets` do for heaters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from ..twins.errors import InputError
from . import reproduce_cli
from .options import Cores, Figures

if TYPE_CHECKING:
    from ..twins.heater import HeaterPlant
    from ..twins.identify_heater.identifier import HeaterIdentifier, Model

KINDS = ("stn", "heater")
REPORT_FORMAT = "plantgym heater identification 1"


@dataclass(frozen=True, slots=True)
class HeaterFiles:
    """Files of a heater.

    Args:
        meter: CSV `time,energy_kwh`; None is refused by whoever needs one.
        weather: CSV `time,ambient_c` and more.
        telemetry: CSV of the sensors, if there are any.
    """

    meter: Path | None
    weather: Path
    telemetry: Path | None


def check_kind(kind: str, process: Path | None, telemetry: Path | None, plant: str | None) -> None:
    """Refuse files that do not go with the kind of plant.

    Raises:
        InputError: an unknown kind, a factory without process or with what only heaters have, or a
            heater with a process.
    """
    if kind not in KINDS:
        raise InputError("--kind", kind, f"use one of {', '.join(KINDS)}")
    if kind == "stn" and process is None:
        raise InputError("PROCESS", None, "give the process (TOML), or --kind heater for a heater")
    for name, value in (("--telemetry", telemetry), ("--plant", plant)):
        if kind == "stn" and value is not None:
            raise InputError(name, str(value), "leave it out, or give --kind heater")
    if kind == "heater" and process is not None:
        raise InputError("PROCESS", str(process), "leave it out: a heater has none")


def check_unused(options: Mapping[str, tuple[object, object]]) -> None:
    """Refuse options that say nothing of a heater.

    Args:
        options: value and default by name.

    Raises:
        InputError: an option that was given.
    """
    for name, (value, default) in options.items():
        if value != default:
            raise InputError(name, value, "leave it out: it does not go with --kind heater")


def identify_heater(
    files: HeaterFiles, out: Path, *, model: str, seed: int, known: str | None, report: Path | None
) -> None:
    """Find the heater behind a meter, write it, and tell of it.

    Raises:
        InputError: anything wrong with files or options.
    """
    from ..twins.heater_toml import load_heater, save_heater
    from .heater_found_tables import heater_found_line, heater_found_table
    from .identify_tables import left_out_lines
    from .store import check_out, write_result
    from .tables import print_table

    _check_heater_file(out)
    if report:
        check_out(report, REPORT_FORMAT, "--report")
    found = _identified(files, model, seed, None if known is None else load_heater(known))
    save_heater(found.plant_, out)
    if report:
        intervals = {name: list(ends) for name, ends in found.intervals_.items()}
        told = {"report": found.report_.as_dict(), "intervals": intervals, "seed": seed}
        write_result(report, told, REPORT_FORMAT)
    typer.echo(heater_found_line(found))
    print_table(heater_found_table(found))
    for line in left_out_lines(found.report_.left_out):
        typer.echo(line)
    for note in found.report_.notes:
        typer.echo(f"note: {note}", err=True)
    typer.echo(f"Heater: {out}")


def check_predicted(plant: str, meter: Path | None, telemetry: Path | None) -> bool:
    """Whether a name or file is that of a heater; what cannot be read is taken to be none.

    Raises:
        InputError: a heater without a meter, or a factory with one.
    """
    from ..twins.heater_toml import is_heater

    heater = is_heater(plant)
    if heater and meter is None:
        fix = "give the readings before the days to predict: they show how the heater is run"
        raise InputError("--meter", None, fix)
    if not heater:
        for name, value in (("--meter", meter), ("--telemetry", telemetry)):
            if value is not None:
                raise InputError(name, str(value), f"leave it out: {plant!r} is no heater")
    return heater


def predict_heater(plant: str, files: HeaterFiles, out: Path) -> None:
    """Write what a heater will draw in the days of the weather that follow those of its meter.

    Raises:
        InputError: anything wrong with files, or no day to predict.
    """
    from ..twins.heater_toml import load_heater
    from ..twins.identify.meter import write_load
    from ..twins.identify_heater import HeaterIdentifier, read_heater_days
    from .predict import check_load_file
    from .progress_bar import progress_bar

    check_load_file(out)
    days = read_heater_days(files.meter, files.weather, files.telemetry)
    metered = days.metered.nonzero()[0]
    first = int(metered[-1]) + 1 if len(metered) else 0
    if first == days.days:
        fix = "give weather of later days, too: those without readings at its end are predicted"
        raise InputError("weather", f"ends with the meter on {days.dates[-1]}", fix)
    with progress_bar("predict") as progress:
        model = HeaterIdentifier(load_heater(plant), progress=progress)
        model.fit_days(days.take(slice(first)).without_telemetry())
        later = days.take(slice(first, None))
        load_kwh = model.predict_days(later)
    write_load(out, later.times, load_kwh)
    for date, reason in days.left_out:
        typer.echo(f"note: left out {date} ({reason})", err=True)
    typer.echo(f"{len(load_kwh)} days in {out}, by {model.model_}")


@reproduce_cli.app.command(
    epilog="Examples:\n\nplantgym reproduce sets --json sets.json\n\nplantgym reproduce sets "
    "--quick"
)
def sets(
    as_json: Figures = None,
    quick: Annotated[bool, typer.Option(help="One season of each behaviour.")] = False,
    jobs: Cores = 2,
    seed: Annotated[int, typer.Option(min=0, help="Of the first season.")] = 0,
) -> None:
    """Predict the consumption of the SETS heater, on seasons of its twin, beside the paper's."""
    from .reproduce import REPRODUCTION_FORMAT
    from .run_reproduction import run_reproduction
    from .sets_study import reproduce_sets

    run_reproduction(
        lambda: reproduce_sets(quick=quick, seed=seed, n_jobs=jobs, progress=True),
        REPRODUCTION_FORMAT,
        as_json,
    )


@reproduce_cli.app.command(
    "heater-seasons",
    epilog="Example: plantgym reproduce heater-seasons --json heater-seasons.json",
)
def heater_seasons(
    as_json: Figures = None,
    seasons: Annotated[int, typer.Option(min=1, help="Seasons that are predicted.")] = 8,
    heaters: Annotated[int, typer.Option(min=1, help="Heaters with weeks of telemetry.")] = 12,
    every: Annotated[int, typer.Option(min=1, help="Days from one fit to the next.")] = 14,
    jobs: Cores = 2,
) -> None:
    """Identify random heaters on seasons of their twin, and tell how far off that is."""
    from .heater_seasons import HEATER_SEASONS_FORMAT, study_heater_seasons
    from .run_reproduction import run_reproduction

    run_reproduction(
        lambda: study_heater_seasons(
            seasons=seasons, heaters=heaters, every=every, jobs=jobs, progress=True
        ),
        HEATER_SEASONS_FORMAT,
        as_json,
    )


def _identified(
    files: HeaterFiles, model: str, seed: int, known: HeaterPlant | None
) -> HeaterIdentifier:
    from ..twins.identify_heater import HeaterIdentifier, read_heater_days
    from .progress_bar import progress_bar

    days = read_heater_days(files.meter, files.weather, files.telemetry)
    with progress_bar("identify") as progress:
        chosen = HeaterIdentifier(known, cast("Model", model), seed=seed, progress=progress)
        return chosen.fit_days(days)


def _check_heater_file(out: Path) -> None:
    """Make sure, before the work, that a heater may be written: it replaces but a heater."""
    from ..twins.heater_toml import load_heater
    from ..twins.whole_file import check_writable

    check_writable("--out", out)
    if out.exists():
        try:
            load_heater(out)
        except InputError:
            fix = "this file is no heater, so it is kept; give another name"
            raise InputError("--out", str(out), fix) from None
