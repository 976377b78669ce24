"""Options and arguments that several commands take, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

EnvName = Annotated[str, Argument(help="Env, such as CementPv or plantgym/CementPv-v0.")]
Split = Annotated[str, Option(help="train, validation, test or all.")]
Market = Annotated[
    str | None, Option(help="tou, pjm, belgium-day-ahead or belgium-real-time; shenyang.")
]
StepMinutes = Annotated[
    int | None, Option(help="Length of a step: 60 minutes or a part of it, such as 30 or 15.")
]
OtherPlant = Annotated[str | None, Option(help="Name of a shipped plant, or a TOML file.")]
DrEvents = Annotated[
    bool | None, Option("--dr/--no-dr", help="Draw demand-response events, or not.")
]
"""The options of an env; None stands for its own default."""

DrawnPlants = Annotated[
    bool, Option("--intervals", help="Run every day on a plant drawn from the plant's intervals.")
]
KnownDays = Annotated[
    bool, Option("--known-days", help="Know all of a day when it begins; draw no events.")
]

Jobs = Annotated[int, Option(min=1, help="Processes that work at the same time.")]
Cores = Annotated[int, Option(min=-1, help="Processes at the same time; -1: all cores.")]
Seed = Annotated[int, Option(min=0, help="Fixes drawn events and random policies.")]
DrawSeed = Annotated[int, Option(min=0, help="Fixes what is drawn at random.")]
Figures = Annotated[Path | None, Option("--json", help="JSON file for all figures.")]
