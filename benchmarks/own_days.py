"""From the options of the command line to a case, with the user's own price and PV files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..envs.registry import plant_kind
from ..twins.errors import InputError
from ..twins.plant_toml import load_plant
from .cases import Case, default_arguments, find_env_id


def case_from_options(
    env: str,
    split: str,
    *,
    day_ahead_prices: Path | None = None,
    real_time_prices: Path | None = None,
    pv: Path | None = None,
    **options: object,
) -> Case:
    """A case of an env, named as `find_env_id` takes it.

    Args:
        env: name of the env.
        split: days to take.
        day_ahead_prices: the user's own prices, known the day before.
        real_time_prices: the user's own prices, revealed step by step.
        pv: the user's own PV.
        options: further arguments of the env; None stands for the env's own default.

    Raises:
        InputError: an unknown env, own files beside a market, or anything wrong in a file.
    """
    env_id = find_env_id(env)
    arguments: dict[str, Any] = {
        name: value for name, value in options.items() if value is not None
    }
    files = {
        "day_ahead_prices": day_ahead_prices,
        "real_time_prices": real_time_prices,
        "pv": pv,
    }
    _check_options(env_id, arguments, files)
    if any(files.values()):
        from ..twins.markets import scenarios_from_files

        if "market" in arguments:
            fix = "give either a market or files of your own"
            raise InputError("--market", arguments["market"], fix)
        full = default_arguments(env_id) | arguments
        arguments["scenarios"] = scenarios_from_files(
            load_plant(full["plant"]), **files, step_minutes=full["step_minutes"]
        )
    return Case(env_id, split, arguments)


def _check_options(
    env_id: str, arguments: Mapping[str, object], files: Mapping[str, Path | None]
) -> None:
    """Refuse what the env does not take: heaters have steps of their own, and need weather."""
    taken = default_arguments(env_id)
    for name, value in arguments.items():
        if name not in taken:
            fix = f"leave it out: {env_id} has no such argument"
            raise InputError(f"--{name.replace('_', '-')}", value, fix)
    for name, path in files.items():
        if path and plant_kind(env_id) == "heater":
            fix = "leave it out: days of a heater need weather too; see docs/heater.md"
            raise InputError(f"--{name.replace('_', '-')}", str(path), fix)
