"""From the options of the command line to a case, with files of the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..envs.registry import plant_kind
from ..twins.errors import InputError
from ..twins.plant_toml import load_plant
from ..twins.scenarios import Scenarios
from .cases import Case, default_arguments, find_env_id


def case_from_options(
    env: str,
    split: str,
    *,
    day_ahead_prices: Path | None = None,
    real_time_prices: Path | None = None,
    pv: Path | None = None,
    weather: Path | None = None,
    intervals: bool = False,
    known_days: bool = False,
    **options: object,
) -> Case:
    """A case of an env, named as `find_env_id` takes it.

    Args:
        env: name of the env.
        split: days to take.
        day_ahead_prices: the user's own prices, known the day before.
        real_time_prices: the user's own prices, revealed step by step.
        pv: the user's own PV, for factories.
        weather: the user's own weather, for heaters.
        intervals: whether every day runs on a plant drawn from the plant's intervals.
        known_days: whether all of a day is known when it begins.
        options: further arguments of the env; None stands for the env's own default.

    Raises:
        InputError: an unknown env, own files beside a market, events on days that are known, or
            anything wrong in a file.
    """
    env_id = find_env_id(env)
    arguments: dict[str, Any] = {
        name: value for name, value in options.items() if value is not None
    }
    if intervals:
        arguments["intervals"] = True
    named = {
        "day_ahead_prices": day_ahead_prices,
        "real_time_prices": real_time_prices,
        "pv": pv,
        "weather": weather,
    }
    files = {name: path for name, path in named.items() if path is not None}
    _check_options(env_id, arguments, files)
    if files:
        if "market" in arguments:
            fix = "give either a market or files of your own"
            raise InputError("--market", arguments["market"], fix)
        arguments["scenarios"] = _scenarios(env_id, default_arguments(env_id) | arguments, files)
    return Case(env_id, split, foreseen(env_id, arguments) if known_days else arguments)


def foreseen(env_id: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of an env whose days are known when they begin: no surprise is left.

    Forecasts are what comes, of weather too, and no events are drawn.

    Raises:
        InputError: arguments that make no env, or ask for events.
    """
    if arguments.get("dr"):
        fix = "leave one of the two out: events that are drawn are surprises"
        raise InputError("--dr", True, f"{fix} on --known-days")
    full = {**default_arguments(env_id), **arguments}
    changed = dict(arguments) | {"dr": False}
    if plant_kind(env_id) == "heater":
        from ..twins.heater_markets import find_market

        changed["forecast_error"] = 0.0
        days = full["scenarios"] or find_market(full["market"]).days()
    else:
        from ..twins.markets import load_scenarios

        days = full["scenarios"] or load_scenarios(
            load_plant(full["plant"]), full["market"], full["step_minutes"]
        )
    return changed | {"scenarios": days.foreseen()}


def _scenarios(env_id: str, arguments: Mapping[str, Any], files: Mapping[str, Path]) -> Scenarios:
    """The days in files of the user's own."""
    if plant_kind(env_id) == "heater":
        from ..twins.heater_files import heater_scenarios_from_files
        from ..twins.heater_markets import find_market

        for name in ("weather", "day_ahead_prices"):
            if name not in files:
                raise InputError(_option(name), None, "give it too: days of a heater need both")
        currency = find_market(arguments["market"]).terms.currency
        return heater_scenarios_from_files(**files, currency=currency)
    from ..twins.markets import scenarios_from_files

    plant, step_minutes = load_plant(arguments["plant"]), arguments["step_minutes"]
    return scenarios_from_files(plant, **files, step_minutes=step_minutes)


def _check_options(env_id: str, arguments: Mapping[str, object], files: Mapping[str, Path]) -> None:
    """Refuse what the env does not take: heaters have steps of their own, and no PV."""
    taken = default_arguments(env_id)
    foreign = "pv" if plant_kind(env_id) == "heater" else "weather"
    given = {**arguments, **{name: str(path) for name, path in files.items()}}
    for name, value in given.items():
        if name == foreign or name in arguments.keys() - taken.keys():
            fix = f"leave it out: {env_id} has no such argument"
            raise InputError(_option(name), value, fix)


def _option(name: str) -> str:
    """An argument as it is called on the command line."""
    return f"--{name.replace('_', '-')}"
