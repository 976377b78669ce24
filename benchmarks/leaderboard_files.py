"""The result files of the leaderboard: one a policy and env, and training seed if it learns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..twins.errors import InputError
from .leaderboard_field import Entry
from .leaderboard_learners import Effort
from .store import write_result

LEADERBOARD_FORMAT = "plantgym leaderboard 1"
RESULTS = Path("docs") / "results" / "leaderboard"


@dataclass(frozen=True, slots=True)
class DayResult:
    """A policy on a day.

    Args:
        day: YYYY-MM-DD.
        cost: of the day [currency].
        decision_cpu_s: mean CPU time of a decision [s].
        bound: proven least cost of any policy, if this one proves one [currency].
    """

    day: str
    cost: float
    decision_cpu_s: float
    bound: float | None


@dataclass(frozen=True, slots=True)
class KeptResult:
    """What a file holds.

    Args:
        about: what the days depend on; other settings make it stale.
        version: of plantgym.
        currency: of all costs.
        trained: fingerprint of the policy's file; None if it does not learn.
        training: what the training took; None if it does not learn.
        days: in order.
    """

    about: Mapping[str, Any]
    version: str
    currency: str
    trained: str | None
    training: Effort | None
    days: tuple[DayResult, ...]

    def same_about(self, about: Mapping[str, Any]) -> bool:
        """Whether this is what a run with these settings would give."""
        return bool(self.about == json.loads(json.dumps(about)))


def result_path(folder: Path, entry: Entry) -> Path:
    """Where the results of an entry are, or will be."""
    return folder / f"{entry.name}.json"


def write_kept(path: Path, kept: KeptResult) -> None:
    """Write a file, whole or not at all.

    Raises:
        InputError: a file that cannot be written.
    """
    write_result(path, asdict(kept), LEADERBOARD_FORMAT)


def read_kept(path: Path) -> KeptResult | None:
    """The results in a file; None if there is no file.

    Raises:
        InputError: a file that holds something else.
    """
    fix = "give a file that `plantgym leaderboard --run` wrote, or delete it"
    try:
        found = json.loads(path.read_text("utf-8"))
        if found.pop("format") != LEADERBOARD_FORMAT:
            raise InputError("result file", str(path), fix)
        days = tuple(DayResult(**day) for day in found.pop("days"))
        training = found.pop("training")
        return KeptResult(**found, training=training and Effort(**training), days=days)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError("result file", str(path), f"{fix} ({error})") from None
