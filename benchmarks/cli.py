"""The `plantgym` command. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ..twins.errors import InputError, MissingExtraError, PlantgymError
from . import generator_cli, imitation_cli, leaderboard_cli, serve_cli, train_cli, uncertain_cli
from .identify_cli import add_commands
from .interrupts import kept_interrupts
from .options import (
    DrawnPlants,
    DrEvents,
    EnvName,
    Figures,
    Jobs,
    KnownDays,
    Market,
    OtherPlant,
    Seed,
    Split,
    StepMinutes,
)

BAD_INPUT = 2
STOPPED = 130
_REPORT = Path("demo-report.html")
_SPEED_FORMAT = "plantgym speed 1"

_EXTRA_OF = {
    "highspy": "plan",
    "joblib": "bench",
    "matplotlib": "report",
    "minari": "imitation",
    "plotly": "report",
    "sb3_contrib": "rl",
    "scipy": "plan",
    "sklearn": "identify",
    "stable_baselines3": "rl",
    "torch": "rl",
}
"""Which extra brings a package that commands import."""


def _refused(error: PlantgymError) -> typer.Exit:
    """Tell an error in one line."""
    typer.echo(f"plantgym: {' '.join(str(error).split())}", err=True)
    return typer.Exit(BAD_INPUT)


class _Commands(TyperGroup):
    """Answers errors on purpose by one line on stderr."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's signature
        try:
            with kept_interrupts():
                return super().invoke(ctx)
        except PlantgymError as error:
            raise _refused(error) from None
        except ModuleNotFoundError as error:
            package = (error.name or "").partition(".")[0]
            if package not in _EXTRA_OF:
                raise
            raise _refused(MissingExtraError(package, _EXTRA_OF[package])) from None
        except KeyboardInterrupt:
            typer.echo("plantgym: stopped", err=True)
            raise typer.Exit(STOPPED) from None


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Industrial demand response: plants, exact planners, real prices.",
    epilog="Start with: plantgym demo",
)


@app.command(epilog="Example: plantgym demo --days 6 --jobs 2 --out report.html")
def demo(
    days: Annotated[int, typer.Option(min=1, help="Test days of each plant.")] = 10,
    jobs: Jobs = 2,
    out: Annotated[
        Path, typer.Option(help="HTML report; the results go beside it as JSON.")
    ] = _REPORT,
    seed: Seed = 0,
) -> None:
    """Run the main policies on real days of five plants, and write a report that opens offline."""
    from .demo import run_demo
    from .report import check_report, results_beside, write_report
    from .tables import demo_table, print_table

    check_report(out)
    typer.echo(
        f"The main policies on {days} test days of five plants. The first run compiles.", err=True
    )
    found = run_demo(days, jobs=jobs, seed=seed, progress=True)
    write_report(found, out)
    print_table(demo_table(found.comparisons))
    typer.echo(f"Report: {out}\nResults: {results_beside(out)}")


@app.command(epilog="Example: plantgym envs --json > envs.json")
def envs(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON with all details.")] = False,
) -> None:
    """List the registered envs."""
    from .env_list import describe_envs

    found = describe_envs()
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    from .tables import env_table, print_table

    print_table(env_table(found))


@app.command(
    epilog="Examples:\n\nplantgym compare CementPv --days 20 --jobs 2 --out results.json\n\n"
    "plantgym compare CementMill --policies rule,mpc --day-ahead-prices mine.csv --days all"
)
def compare(
    env: EnvName,
    policies: Annotated[
        str | None,
        typer.Option(
            help="Names, separated by commas.", show_default="all but random and slow ones"
        ),
    ] = None,
    split: Split = "test",
    days: Annotated[
        str, typer.Option(help="How many days, evenly spread over the split; or 'all'.")
    ] = "10",
    jobs: Jobs = 1,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="JSON file for the rows. A run that was cut off goes on.")
    ] = None,
    market: Market = None,
    step_minutes: StepMinutes = None,
    plant: OtherPlant = None,
    dr: DrEvents = None,
    intervals: DrawnPlants = False,
    known_days: KnownDays = False,
    day_ahead_prices: Annotated[
        Path | None, typer.Option(help="Your own prices, known the day before (CSV).")
    ] = None,
    real_time_prices: Annotated[
        Path | None, typer.Option(help="Your own prices, revealed step by step (CSV).")
    ] = None,
    pv: Annotated[Path | None, typer.Option(help="Your own PV capacity factors (CSV).")] = None,
    weather: Annotated[
        Path | None, typer.Option(help="Your own weather, for heaters (CSV).")
    ] = None,
) -> None:
    """Run policies on the same days, and score them between the rule (0) and the optimum (1)."""
    from ..baselines.registry import POLICIES
    from .compare import compare as run
    from .own_days import case_from_options
    from .tables import print_table, summary_table

    case = case_from_options(
        env,
        split,
        market=market,
        step_minutes=step_minutes,
        plant=plant,
        dr=dr,
        day_ahead_prices=day_ahead_prices,
        real_time_prices=real_time_prices,
        pv=pv,
        weather=weather,
        intervals=intervals,
        known_days=known_days,
    )
    if policies is None:
        names = [name for name in POLICIES[case.kind].usual if name != "random"]
    else:
        names = [name.strip() for name in policies.split(",") if name.strip()]
    result = run(case, names, days=_days(days), seed=seed, jobs=jobs, out=out, progress=True)
    if "scenarios" in case.arguments:  # of the shipped days the docs tell
        for note in result.notes:
            typer.echo(f"note: {note}", err=True)
    print_table(summary_table(result))
    if out:
        typer.echo(f"{len(result.rows)} rows in {out}")


@app.command(epilog="Example: plantgym signals --days 10 --jobs 2 --json signals.json")
def signals(
    days: Annotated[str, typer.Option(help="How many test days, evenly spread; or 'all'.")] = "10",
    jobs: Jobs = 2,
    seed: Seed = 0,
    as_json: Figures = None,
) -> None:
    """Tell what plans save at the heater, and which signals make it so."""
    from .heater_signals import SIGNALS_FORMAT, as_dict, heater_signals, signal_table
    from .store import check_out, write_result
    from .tables import print_table

    if as_json:
        check_out(as_json, SIGNALS_FORMAT, "--json")
    found = heater_signals(days=_days(days), seed=seed, jobs=jobs, progress=True)
    if as_json:
        write_result(as_json, as_dict(found, seed), SIGNALS_FORMAT)
    print_table(signal_table(found))


add_commands(app)
train_cli.add_command(app)
imitation_cli.add_command(app)
leaderboard_cli.add_command(app)
serve_cli.add_commands(app)
uncertain_cli.add_commands(app)
generator_cli.add_command(app)


@app.command(epilog="Example: plantgym bench --json speed.json")
def bench(
    as_json: Annotated[
        Path | None, typer.Option("--json", help="JSON file for the measurements.")
    ] = None,
) -> None:
    """Measure the speed of envs and planner against their goals."""
    from dataclasses import asdict

    from .speed import Effort, measure_all
    from .store import check_out, write_result
    from .tables import print_table, speed_table

    if as_json:
        check_out(as_json, _SPEED_FORMAT, "--json")
    measured = measure_all(Effort())
    if as_json:
        write_result(as_json, {"measurements": list(map(asdict, measured))}, _SPEED_FORMAT)
    print_table(speed_table(measured))


def _days(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise InputError("--days", text, "give a number of days, or 'all'")
    return int(text)
