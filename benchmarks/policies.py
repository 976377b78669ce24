"""All policies by name: those of the baselines, and those that were trained.

A trained policy is named `ppo`, for the one that is shipped with the env, or `ppo:FILE`,
`hybrid:FILE` or `sb3:FILE` for one that was trained by `plantgym train` or by Stable-Baselines3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from ..baselines.registry import POLICIES
from ..baselines.registry import make_policy as make_baseline
from ..envs.policy import Policy
from ..twins.errors import InputError
from .cases import Case


def _ppo(path: Path) -> Policy:
    from ..agents.ppo_policy import PpoPolicy

    return PpoPolicy(path)


def _hybrid(path: Path) -> Policy:
    from ..agents.hybrid import HybridPolicy

    return HybridPolicy(path)


def _sb3(path: Path) -> Policy:
    from ..agents.sb3_policy import Sb3Policy

    return Sb3Policy(path)


_TRAINED: dict[str, Callable[[Path], Policy]] = {"ppo": _ppo, "hybrid": _hybrid, "sb3": _sb3}


def make_policy(name: str, seed: int, case: Case) -> Policy:
    """Make a policy by its name.

    Args:
        name: of a baseline, or of a trained policy as above.
        seed: of what it draws.
        case: the env that it shall run.

    Raises:
        InputError: an unknown name, or a file that is no such policy.
        MissingExtraError: packages of an extra are not installed.
    """
    kind = name.partition(":")[0]
    if kind in _TRAINED:
        return _TRAINED[kind](_file(name, case))
    return make_baseline(name, seed, kind=case.kind)


def check_policies(names: Sequence[str], case: Case) -> dict[str, str]:
    """Refuse names of no policy, before any work begins.

    Returns:
        A fingerprint of the file of each trained policy among them.

    Raises:
        InputError: no name, an unknown one, or a file that cannot be read.
    """
    known = POLICIES[case.kind].makers
    able = f"{','.join(known)},ppo,ppo:FILE,hybrid:FILE,sb3:FILE"
    if not names:
        raise InputError("policies", "", f"name at least one of {able}")
    prints = {}
    for name in names:
        if name.partition(":")[0] in _TRAINED:
            path = _file(name, case)
            try:
                prints[name] = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            except OSError as error:
                fix = f"give a file that can be read ({error.strerror})"
                raise InputError("policy", name, fix) from None
        elif name not in known:
            raise InputError("policy", name, f"use some of {able}")
    return prints


def _file(name: str, case: Case) -> Path:
    """File of a trained policy.

    Raises:
        InputError: a policy without a file, and none is shipped.
    """
    kind, _, path = name.partition(":")
    if path:
        return Path(path)
    if kind == "ppo":
        from ..agents.ppo_policy import shipped_policy

        return shipped_policy(case.env_id)
    raise InputError("policy", name, f"say which, as in {kind}:FILE")
