"""The `train` command. Everything heavy is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..twins.errors import InputError
from .imitation_cli import ADP, BC, find_shown, tell_policy, train_clone, train_hybrid
from .options import DrawnPlants, DrEvents, EnvName, KnownDays, Market, OtherPlant, StepMinutes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..agents.training import Training
    from ..agents.validation import ValidationDays
    from .cases import Case

_PPO, _CPU = "ppo", "cpu"
_VALIDATION_DAYS = 50


def add_command(app: typer.Typer) -> None:
    """Add the command to an app."""
    app.command(
        epilog="Examples:\n\nplantgym train CementPv --out runs/cement --minutes 2\n\n"
        "plantgym train CementPv --out runs/cement --resume\n\n"
        "plantgym compare CementPv --policies rule,ppo:runs/cement/policy.npz"
    )(train)


def train(
    env: EnvName,
    out: Annotated[Path, typer.Option(help="Folder for the policy, the log and checkpoints.")],
    algorithm: Annotated[
        str,
        typer.Option(help="ppo, adp, bc (ours); sb3-ppo, maskable-ppo, a2c, dqn, sac, td3 (SB3)."),
    ] = _PPO,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Env-steps of training.", show_default="of the env")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Train for a time instead; not reproducible.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Fixes weights, days and all draws.")] = 0,
    settings: Annotated[
        Path | None, typer.Option(help="TOML file of settings that differ from the shipped ones.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the checkpoint in the folder.")
    ] = False,
    device: Annotated[str, typer.Option(help="cpu or cuda, for ppo.")] = _CPU,
    threads: Annotated[int, typer.Option(min=1, help="Threads of torch, for ppo.")] = 1,
    validation_days: Annotated[
        int | None,
        typer.Option(
            min=0, help="Days to judge the policy on; 0 for none.", show_default="50, or all"
        ),
    ] = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write TensorBoard files, too.")
    ] = False,
    dataset: Annotated[
        Path | None, typer.Option(help="Data set to imitate, with --algorithm bc.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option(help="Policy file to begin with, with --algorithm ppo.")
    ] = None,
    market: Market = None,
    step_minutes: StepMinutes = None,
    plant: OtherPlant = None,
    dr: DrEvents = None,
    intervals: DrawnPlants = False,
    known_days: KnownDays = False,
) -> None:
    """Train an agent on an env, and show how far it is from the optimum on validation days."""
    from ..agents.settings import ppo_settings, read_settings
    from ..agents.training_folder import check_folder
    from .own_days import case_from_options

    case = case_from_options(
        env,
        "train",
        market=market,
        step_minutes=step_minutes,
        plant=plant,
        dr=dr,
        intervals=intervals,
        known_days=known_days,
    )
    changes = read_settings(settings) if settings else {}
    changes |= {} if steps is None else {"steps": steps}
    if minutes is not None and not minutes > 0:
        raise InputError("--minutes", minutes, "give a time above 0")
    _check_algorithm(algorithm)
    only_ppo: dict[str, object] = {
        "--minutes": minutes,
        "--resume": resume,
        "--tensorboard": tensorboard,
        "--start": start,
        "--device": None if device == _CPU else device,
        "--threads": None if threads == 1 else threads,
        "--steps": steps if algorithm in (ADP, BC) else None,
    }
    _check_options(algorithm, _PPO, only_ppo)
    _check_options(algorithm, BC, {"--dataset": dataset})
    # Before the optima of the validation days, which take their time.
    check_folder(out, resume=resume)
    if algorithm == ADP:
        train_hybrid(case, out, changes, validation_of(case, validation_days))
        return
    if algorithm == BC:
        case, shown = find_shown(case, dataset)
        train_clone(case, shown, out, changes, seed, validation_of(case, validation_days))
        return
    if algorithm != _PPO:
        _train_sb3(case, algorithm, out, changes, seed, validation_of(case, validation_days))
        return
    chosen = ppo_settings(case.env_id, changes)
    from ..agents.training import Training

    _train_ppo(
        Training(
            env_id=case.env_id,
            out=out,
            settings=chosen,
            seed=seed,
            arguments=case.arguments,
            device=device,
            threads=threads,
            minutes=minutes,
            validation=validation_of(case, validation_days),
            tensorboard=tensorboard,
            start=start,
        ),
        resume=resume,
    )


def _check_algorithm(algorithm: str) -> None:
    from ..agents.sb3_training import ALGORITHMS

    names = (_PPO, ADP, BC, *ALGORITHMS)
    if algorithm not in names:
        raise InputError("--algorithm", algorithm, f"use one of {', '.join(names)}")


def _check_options(algorithm: str, owner: str, given: Mapping[str, object]) -> None:
    """Refuse options that only another algorithm has."""
    for option, value in given.items():
        if value and algorithm != owner:
            fix = f"leave it out: {algorithm} has no such option"
            raise InputError(option, str(value), fix)


def _train_ppo(training: Training, *, resume: bool) -> None:
    from ..agents.training import POLICY, train
    from .progress_bar import progress_bar

    with progress_bar(training.env_id.rpartition("/")[2]) as tell:
        result = train(training, resume=resume, tell=tell)
    speed = result.steps / result.seconds
    typer.echo(f"{result.steps:,} steps in {result.seconds:.0f} s ({speed:,.0f} a second)")
    tell_policy(result, training.out / POLICY)


def _train_sb3(
    case: Case,
    algorithm: str,
    out: Path,
    changes: dict[str, Any],
    seed: int,
    validation: ValidationDays | None,
) -> None:
    from ..agents.sb3_training import MODEL, train_sb3

    result = train_sb3(
        case.env_id,
        algorithm,
        out,
        changes=changes,
        seed=seed,
        arguments=case.arguments,
        validation=validation,
    )
    tell_policy(result, out / MODEL)


def validation_of(case: Case, days: int | None = None) -> ValidationDays | None:
    """Validation days of an env, with their optima; None for none.

    Args:
        case: the env.
        days: how many; None for 50, or all if there are fewer.

    Raises:
        InputError: more days than there are.
    """
    if days == 0:
        return None
    from dataclasses import replace

    from ..agents.validation import ValidationDays
    from ..baselines.registry import POLICIES
    from .cases import unwrap
    from .compare import compare

    split = "validation"
    if days is None:
        there = unwrap(replace(case, split=split).make()).batch.scenarios.n_days
        days = min(_VALIDATION_DAYS, there)
    rule = POLICIES[case.kind].reference
    rows = compare(replace(case, split=split), [rule], days=days).rows
    return ValidationDays(
        dates=[row["day"] for row in rows],
        seeds=[row["episode_seed"] for row in rows],
        optimum=[row["optimum"] for row in rows],
        rule=[row["cost"] for row in rows],
        split=split,
    )
