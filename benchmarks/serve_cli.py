"""The commands `serve` and `control`. Everything heavy is imported when they run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import DrEvents, Market, Seed, Split, StepMinutes

if TYPE_CHECKING:
    from ..twins.live.server import LiveServer
    from .cases import Case
    from .policy_processes import PolicyProcesses

_PORT = 8765

_Token = Annotated[
    str | None,
    typer.Option(envvar="PLANTGYM_TOKEN", help="What clients must say; better in the variable."),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of live twins to an app."""
    app.command(
        epilog="Examples:\n\nplantgym serve --plant cement_pv --policy mpc --speed 600\n\n"
        "plantgym serve --plant sets_heater --speed 1 --history winter.sqlite"
    )(serve)
    app.command(epilog="Example: plantgym control ws://127.0.0.1:8765 --policy threshold")(control)


def serve(
    plant: Annotated[str, typer.Option(help="Name of a shipped plant, or a TOML file.")],
    speed: Annotated[
        float, typer.Option(help="Seconds of the plant in a second; 0 waits for commands.")
    ] = 600.0,
    policy: Annotated[
        str | None,
        typer.Option(help="Acts at first, in a process of its own.", show_default="nobody"),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any.")] = _PORT,
    token: _Token = None,
    history: Annotated[
        Path | None, typer.Option(help="SQLite file of the run; if it is there, the run goes on.")
    ] = None,
    day: Annotated[str | None, typer.Option(help="First day, as 2025-06-01.")] = None,
    hold_steps: Annotated[
        int, typer.Option(min=1, help="Steps for which a command holds; then the rule acts.")
    ] = 2,
    split: Split = "test",
    market: Market = None,
    step_minutes: StepMinutes = None,
    dr: DrEvents = None,
    seed: Seed = 0,
) -> None:
    """Run a plant live, day after day, for clients that watch and control it over a WebSocket."""
    from ..twins.live.server import LiveServer
    from .live_case import live_case, make_run
    from .policy_processes import PolicyProcesses

    case = live_case(plant, split, market=market, step_minutes=step_minutes, dr=dr)
    processes = PolicyProcesses(case, policy, token, seed)
    run = make_run(
        case, history, speed=speed, hold_steps=hold_steps, seed=seed, day=day,
        supervisor=processes, policy=policy,
    )  # fmt: skip
    try:
        server = LiveServer(run, host=host, port=port, token=token)
        asyncio.run(_serve(server, plant, case, processes))
    finally:
        run.history.close()


def control(
    url: Annotated[str, typer.Argument(help="Of the server, such as ws://127.0.0.1:8765.")],
    policy: Annotated[str, typer.Option(help="Name, as compare takes it.")],
    token: _Token = None,
    seed: Seed = 0,
) -> None:
    """Let a policy control a plant that runs live elsewhere."""
    from .live_case import control_plant

    control_plant(url, policy, token=token, seed=seed)


async def _serve(server: LiveServer, plant: str, case: Case, processes: PolicyProcesses) -> None:
    from .monitor_process import monitored

    async with server:
        speed = server.run.speed
        pace = f"at {speed:g} times real time" if speed else "in lock-step"
        typer.echo(f"{plant} runs {pace}: {server.url}")
        typer.echo(f"Dashboard: {server.url.replace('ws', 'http', 1)}/")
        async with monitored(server, case), processes.serving(server):
            await server.serve_forever()
