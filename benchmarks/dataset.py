"""Data sets of optimal days, in Minari's format."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..agents.demonstrations import EXTRA
from ..baselines.registry import make_policy
from ..envs.policy import Env, Policy
from ..twins.errors import InputError, MissingExtraError
from ..twins.whole_file import unwritable
from .cases import Case, choose_days, unwrap
from .episodes import episode_seed
from .scores import OPTIMUM

_ROOT = "MINARI_DATASETS_PATH"

Tell = Callable[[float, str], None]


def dataset_id(case: Case) -> str:
    """Minari's name of the optimal days of an env, such as `plantgym/cementpv/optimum-v0`."""
    name = case.env_id.removeprefix("plantgym/").removesuffix("-v0").lower()
    return f"plantgym/{name}/{OPTIMUM}-v0"


def write_dataset(case: Case, out: Path, *, days: int | None, seed: int, tell: Tell) -> Path:
    """Run the perfect-foresight optimum on days of an env, and keep all that it saw and did.

    Args:
        case: the env.
        out: root of Minari's data sets; made if it is absent.
        days: how many days, evenly spread over the split; None for all.
        seed: of the run; with the date it gives the seed of each reset.
        tell: is told the share that is done.

    Returns:
        The folder of the data set within the root.

    Raises:
        InputError: arguments that make no env, too many days, or a data set that is there already.
        MissingExtraError: Minari or the planner is not installed.
    """
    try:
        import minari
    except ImportError:
        raise MissingExtraError("minari", EXTRA) from None
    name = dataset_id(case)
    folder = out / name
    if folder.exists():
        raise InputError("--out", str(folder), "it holds a data set; give another folder")
    env = case.make()
    dates = choose_days(unwrap(env).batch.scenarios, days)
    policy = make_policy(OPTIMUM, kind=case.kind)
    episodes = []
    for done, date in enumerate(dates):
        tell(done / len(dates), date)
        episodes.append(_episode(env, policy, date, episode_seed(seed, date)))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable("--out", out, error) from None
    with _minari_root(out):
        minari.create_dataset_from_buffers(
            dataset_id=name,
            buffer=episodes,
            env=env,
            eval_env=env,
            algorithm_name="perfect-foresight optimum",
            author="plantgym",
            author_email="none",
            code_permalink="none",
            description=f"{len(dates)} optimal days of {case.env_id}, split {case.split}",
            data_format="hdf5",
        )
    return folder


def _episode(env: Env, policy: Policy, date: str, seed: int) -> Any:  # noqa: ANN401 - Minari's
    """All that a policy saw and did on a day."""
    from minari.data_collector import EpisodeBuffer

    options = {"day": date}
    obs, _ = env.reset(seed=seed, options=options)
    policy.reset(env)
    seen, steps, over = [obs], [], False
    while not over:
        action = policy.act(seen[-1])
        obs, reward, terminated, truncated, _ = env.step(action)
        seen.append(obs)
        steps.append((action, float(reward), terminated, truncated))
        over = terminated or truncated
    actions, rewards, terminations, truncations = map(list, zip(*steps, strict=True))
    return EpisodeBuffer(
        seed=seed,
        options=options,
        observations=seen,
        actions=actions,
        rewards=rewards,
        terminations=terminations,
        truncations=truncations,
    )


@contextmanager
def _minari_root(root: Path) -> Iterator[None]:
    """Let Minari keep its data sets in a folder; it takes the folder from its environment only."""
    before = os.environ.get(_ROOT)
    # Minari joins a relative root to itself.
    os.environ[_ROOT] = str(root.resolve())
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ROOT]
        else:
            os.environ[_ROOT] = before
