"""Training of the hybrid policy: gather days, and judge it on days by what came before them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np

from ..envs.stn_env import StnEnv
from ..twins.errors import InputError
from ..twins.stn_tables import Floats
from ..twins.toml_tables import check_keys
from ..twins.whole_file import write_whole
from .hybrid import HybridPolicy
from .past_spreads import PastSpreads, spread_of
from .spread_chain import ChainSettings
from .training_folder import RESULT, make_folder, plain_arguments
from .validation import Judged, ValidationDays

POLICY = "hybrid.npz"
"""File of the policy."""

RESULT_FORMAT = "plantgym adp result 1"
_SPLITS = ("train", "validation")


@dataclass(frozen=True, slots=True)
class AdpResult(Judged):
    """What came of a training, and how good the policy is on the validation days.

    Args:
        days: that the policy learns from.
        seconds: that the training took, without the validation [s].
    """

    days: int
    seconds: float


def train_adp(
    env_id: str,
    out: Path,
    *,
    changes: Mapping[str, Any] | None = None,
    arguments: Mapping[str, Any] | None = None,
    validation: ValidationDays | None = None,
) -> AdpResult:
    """Write the hybrid policy of an env, with its train and validation days, to a folder.

    The policy learns from the days before a day, so no validation day is judged by later ones.

    Args:
        env_id: of a registered env.
        out: folder for `hybrid.npz` and `result.json`; made if it is absent.
        changes: of `ChainSettings`.
        arguments: of the env.
        validation: days to judge the policy on.

    Raises:
        InputError: an unknown setting, arguments that make no env, an env that the policy cannot
            run, or files that cannot be written.
    """
    changed, given = dict(changes or {}), dict(arguments or {})
    check_keys("settings", changed, tuple(ChainSettings().as_dict()), ())
    begin = time.perf_counter()
    past = gather(env_id, ChainSettings(**changed), given)
    policy, env = HybridPolicy(past), _make(env_id, given, "train")
    env.reset(seed=0)
    policy.reset(env)
    make_folder(out)
    past.save(out / POLICY)
    result = AdpResult(len(past.dates), time.perf_counter() - begin)
    if validation is not None:
        costs = _costs(policy, _make(env_id, given, validation.split), validation)
        result = replace(result, **asdict(validation.judged(costs)))
    about = {
        "format": RESULT_FORMAT,
        "env": env_id,
        "arguments": plain_arguments(given),
        "settings": past.settings.as_dict(),
        "result": asdict(result),
    }
    write_whole(out / RESULT, json.dumps(about, indent=1) + "\n")
    return result


def gather(env_id: str, settings: ChainSettings, arguments: Mapping[str, Any]) -> PastSpreads:
    """The train and validation days of an env.

    Raises:
        InputError: arguments that make no env.
    """
    days = [_make(env_id, arguments, split).batch.scenarios for split in _SPLITS]
    dates, index = np.unique(np.concatenate([each.dates for each in days]), return_index=True)
    spread = np.concatenate([spread_of(each) for each in days])[index]
    return PastSpreads(dates, spread, days[0].currency, settings)


def _make(env_id: str, arguments: Mapping[str, Any], split: str) -> StnEnv:
    made = gym.make(env_id, disable_env_checker=True, **{**arguments, "split": split}).unwrapped
    if not isinstance(made, StnEnv):
        raise InputError("env", env_id, "give an env of an STN plant, such as plantgym/Stn-v0")
    return made


def _costs(policy: HybridPolicy, env: StnEnv, days: ValidationDays) -> Floats:
    """Cost of each day under the policy [currency]."""
    costs = np.zeros(len(days.dates))
    for index, (date, seed) in enumerate(zip(days.dates, days.seeds, strict=True)):
        obs, _ = env.reset(seed=seed, options={"day": date})
        policy.reset(env)
        over = False
        while not over:
            obs, _, over, _, info = env.step(policy.act(obs))
            costs[index] += sum(info["cost"].values())
    return costs
