"""What imitation adds: the optimum imitated, and PPO that begins so or from scratch.

All policies are judged on the same validation days. The trainings of PPO are short, so that a head
start can show.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from .cases import Case, find_env_id, unwrap
from .markdown import markdown_table
from .tables import filled_table, percent_text

if TYPE_CHECKING:
    from rich.table import Table

    from ..agents.demonstrations import Demonstrations
    from ..agents.validation import Judged, ValidationDays

IMITATION_FORMAT = "plantgym imitation study 1"
ENVS = ("CementMill", "SteelPowder")
STEPS = 1_000_000

_HEADERS = ("env", "policy", "env-steps", "CPU s", "cost per day", "gap", "score", "score early")
_BC, _PPO, _WARM = "bc", "ppo", "ppo, begins as bc"
_EARLY = 0.2
"""Share of a training after which the score is noted, too."""

_VALIDATE_EVERY = 8

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class ImitationRow:
    """A policy on the validation days of an env.

    Args:
        env: its id.
        policy: the rule, the optimum, or how it learned.
        currency: of the costs.
        cost: mean of a day [currency].
        gap: of that to the optimum, as `cost_gap` has it.
        score: 0 the rule, 1 the optimum.
        steps: env-steps that it learned from; None for what does not learn.
        cpu_s: CPU time of that, the validation included [s]; likewise.
        early_score: score of the policy after a fifth of the training of PPO.
    """

    env: str
    policy: str
    currency: str
    cost: float
    gap: float | None
    score: float
    steps: int | None = None
    cpu_s: float | None = None
    early_score: float | None = None


@dataclass(frozen=True, slots=True)
class ImitationStudy:
    """What was found.

    Args:
        rows: policy after policy, env after env.
        steps: of each training of PPO.
        days: validation days of each env.
        shown: days that were imitated, by env.
        seed: of all trainings.
    """

    rows: Sequence[ImitationRow]
    steps: int
    days: int
    shown: Mapping[str, int]
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        run = self.as_dict()
        return [filled_table(imitation_note(run), _HEADERS, imitation_cells(run), left=2)]

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file."""
        return {**asdict(self), "shown": dict(self.shown), "version": version("plantgym")}


def study_imitation(
    tell: Tell,
    envs: Sequence[str] = ENVS,
    *,
    steps: int = STEPS,
    shown: int | None = None,
    days: int = 20,
    seed: int = 0,
) -> ImitationStudy:
    """Imitate the optimum of training days, and let PPO begin so and from scratch.

    Args:
        tell: is told the share that is done, and what is being done.
        envs: names as `find_env_id` takes them.
        steps: of each training of PPO.
        shown: days that are imitated, evenly spread; None for all training days.
        days: validation days.
        seed: of all trainings.

    Raises:
        InputError: an unknown env, or more days than there are.
        MissingExtraError: Minari or the planner is not installed.
    """
    from ..agents.demonstrations import load_demonstrations
    from .dataset import write_dataset
    from .train_cli import validation_of

    rows, counts = list[ImitationRow](), dict[str, int]()
    for place, env_id in enumerate(map(find_env_id, envs)):

        def part(share: float, doing: str, before: int = place) -> None:
            tell((before + share) / len(envs), doing)

        case = Case(env_id, "train")
        validation = validation_of(case, days)
        assert validation is not None, "there are days"
        with TemporaryDirectory() as name:
            folder = Path(name)
            data = write_dataset(case, folder, days=shown, seed=seed, tell=lambda *_: None)
            demonstrations = load_demonstrations(data)
            rows += _study_env(case, demonstrations, validation, folder, steps, seed, part)
        counts[env_id] = len(demonstrations.dates)
    return ImitationStudy(rows, steps, days, counts, seed)


def imitation_markdown(run: Mapping[str, Any]) -> str:
    """The table for the documents, from what a JSON file holds."""
    return f"{imitation_note(run)}\n\n{markdown_table(_HEADERS, imitation_cells(run), left=2)}"


def imitation_note(run: Mapping[str, Any]) -> str:
    """What was run."""
    shown = ", ".join(f"{count} on `{_short(env)}`" for env, count in run["shown"].items())
    return (
        f"{run['days']} validation days, seed {run['seed']}, plantgym {run['version']}. Imitated: "
        f"the optimum of training days ({shown}). Early: after {_EARLY:.0%} of the steps."
    )


def imitation_cells(run: Mapping[str, Any]) -> list[list[str]]:
    """A row an env and policy."""
    return [
        [
            _short(row["env"]),
            row["policy"],
            "" if row["steps"] is None else f"{row['steps']:,}",
            "" if row["cpu_s"] is None else f"{row['cpu_s']:,.0f}",
            f"{row['cost']:,.0f} {row['currency']}",
            percent_text(row["gap"]),
            f"{row['score']:.3f}",
            "" if row["early_score"] is None else f"{row['early_score']:.3f}",
        ]
        for row in run["rows"]
    ]


def _study_env(
    case: Case,
    shown: Demonstrations,
    validation: ValidationDays,
    folder: Path,
    steps: int,
    seed: int,
    tell: Tell,
) -> list[ImitationRow]:
    """The rows of an env."""
    from ..agents.imitation import train_bc
    from ..agents.settings import ppo_settings
    from ..agents.training import POLICY, Training, train

    settings = ppo_settings(case.env_id, {"steps": steps, "validate_every": _VALIDATE_EVERY})
    of_env = partial(_row, case.env_id, unwrap(case.make()).batch.scenarios.currency)
    tell(0.1, _BC)
    begin, widths = time.process_time(), {"hidden": settings.hidden}
    cloned = train_bc(shown, folder / _BC, changes=widths, seed=seed, validation=validation)
    rows = [
        of_env("rule", validation.judged(np.asarray(validation.rule))),
        of_env("optimum", validation.judged(np.asarray(validation.optimum))),
        of_env(_BC, cloned, steps=cloned.steps, cpu_s=time.process_time() - begin),
    ]
    for policy, share, start in ((_PPO, 0.2, None), (_WARM, 0.6, folder / _BC / POLICY)):
        tell(share, policy)
        begin, out = time.process_time(), folder / policy
        training = Training(
            env_id=case.env_id,
            out=out,
            settings=settings,
            seed=seed,
            arguments=case.arguments,
            validation=validation,
            start=start,
        )
        trained = train(training)
        cpu_s, early = time.process_time() - begin, _early_score(out / "log.csv", steps)
        rows.append(of_env(policy, trained, steps=trained.steps, cpu_s=cpu_s, early_score=early))
    return rows


def _row(
    env: str,
    currency: str,
    policy: str,
    found: Judged,
    **learning: Any,  # noqa: ANN401
) -> ImitationRow:
    cost, score = found.validation_cost, found.score
    assert cost is not None, "it was judged"
    assert score is not None, "it was judged"
    return ImitationRow(env, policy, currency, cost, found.gap, score, **learning)


def _early_score(log: Path, steps: int) -> float | None:
    """The last score of a training's first steps; None if it was not judged so early."""
    with log.open() as file:
        rows = [row for row in csv.DictReader(file) if row["score"]]
    early = [float(row["score"]) for row in rows if int(row["steps"]) <= _EARLY * steps]
    return early[-1] if early else None


def _short(env_id: str) -> str:
    return env_id.rpartition("/")[2]
