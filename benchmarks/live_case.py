"""What `plantgym serve` runs live, and how a policy controls it from another process."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ..baselines.prescriptive.decisions import Health, Reason
from ..baselines.registry import POLICIES
from ..envs import ENV_IDS
from ..envs.live_twin import EnvTwin
from ..envs.policy import Policy
from ..envs.registry import plant_kind
from ..envs.remote_env import RemoteEnv
from ..twins.errors import PlantgymError
from ..twins.heater_toml import is_heater
from ..twins.live.client import RunCutError
from ..twins.live.history import History
from ..twins.live.records import to_plain
from ..twins.live.run import LiveRun
from ..twins.live.supervisor import Supervisor
from ..twins.workers import serve as serve_owner
from .cases import Case, default_arguments, unwrap
from .own_days import case_from_options
from .policies import make_policy

_FACTORY_ID, _HEATER_ID = "plantgym/Stn-v0", "plantgym/SetsHeater-v0"
_PATIENCE_S = 30.0
"""For how long a controller waits for a server that is being restarted."""


@runtime_checkable
class Prescriptive(Protocol):
    """A policy that looks at the health of the assets, and says why it decides as it does."""

    health: Health
    reasons: tuple[Reason, ...]


def live_case(plant: str, split: str, **options: Any) -> Case:  # noqa: ANN401 - of the env
    """The env of a plant.

    Args:
        plant: name of a shipped plant, or a TOML file.
        split: days that follow each other.
        options: further arguments of the env; None stands for the env's own default.

    Raises:
        InputError: options that the env does not take.
    """
    for env_id in ENV_IDS:
        if default_arguments(env_id)["plant"] == plant:
            return case_from_options(env_id, split, **options)
    env_id = _HEATER_ID if is_heater(plant) else _FACTORY_ID
    return case_from_options(env_id, split, plant=plant, **options)


def make_twin(case: Case) -> EnvTwin:
    """The twin of an env; as long as nobody commands, the reference rule acts.

    Raises:
        InputError: arguments that make no env.
    """
    return EnvTwin(unwrap(case.make()), make_policy(POLICIES[case.kind].reference, 0, case))


def make_run(
    case: Case,
    history: Path | None,
    *,
    speed: float,
    hold_steps: int = 2,
    seed: int | None = None,
    day: str | None = None,
    supervisor: Supervisor | None = None,
    policy: str | None = None,
) -> LiveRun:
    """A run of an env.

    Args:
        case: the env.
        history: SQLite file of the record, taken up if it is there; None for none.
        speed: seconds of the plant in a second; 0 for lock-step.
        hold_steps: steps for which a command holds.
        seed: of the first day.
        day: the first day; random if None.
        supervisor: starts the policies that clients choose; None for none.
        policy: the one that is chosen at first; a record knows better.

    Raises:
        InputError: anything wrong with the case, the file or a value.
    """
    twin = make_twin(case)
    record = History(history, twin.describe())
    return LiveRun(
        twin, record, speed=speed, hold_steps=hold_steps, seed=seed, day=day,
        supervisor=supervisor, policy=policy,
    )  # fmt: skip


def control_plant(url: str, policy: str, *, token: str | None = None, seed: int = 0) -> None:
    """Control a plant that runs live, day after day, until the connection ends for good.

    Args:
        url: of the server.
        policy: its name, on record as the name of the client, too.
        token: what the server wants to hear.
        seed: of what the policy draws.

    Raises:
        InputError: an unknown policy, or one that needs to know what is yet to come.
        LiveError: the connection ended.
    """
    name = "".join(letter if letter.isalnum() else "-" for letter in policy)[-64:]
    env = RemoteEnv(url, token=token, name=name, timeout_s=_PATIENCE_S)
    try:
        made = make_policy(policy, seed, Case(_env_id(env)))
        while True:
            with suppress(RunCutError):
                run_day(env, made)
    finally:
        env.close()


def control_as_worker(owner: int, url: str, policy: str, token: str | None, seed: int) -> None:
    """`control_plant` in a process that ends with its owner and leaves Ctrl-C to it."""
    serve_owner(owner)
    try:
        control_plant(url, policy, token=token, seed=seed)
    except PlantgymError as error:
        sys.exit(f"plantgym: {' '.join(str(error).split())}")


def run_day(env: RemoteEnv, policy: Policy) -> None:
    """Run a policy on a live plant to the end of its day."""
    obs, _ = env.reset()
    policy.reset(env)
    ended = False
    while not ended:
        if isinstance(policy, Prescriptive):
            policy.health = env.health
        action = policy.act(obs)
        if isinstance(policy, Prescriptive):
            env.reasons = to_plain(policy.reasons)
        obs, _, ended, _, _ = env.step(action)


def _env_id(env: RemoteEnv) -> str:
    """Id of the env that runs there; of the kind of plant, if it is none of ours."""
    told = env.told
    if told.get("env") in ENV_IDS:
        return str(told["env"])
    return _HEATER_ID if told["kind"] == plant_kind(_HEATER_ID) else _FACTORY_ID
