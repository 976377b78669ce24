"""From the options of the command line to a case, with the user's own price and PV files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
