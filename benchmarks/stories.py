"""One day of a plant, step by step, as several policies ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..baselines.registry import POLICIES, make_policy
from ..envs.day_record import DayRecord
from ..envs.heater_record import HeaterRecord
from ..envs.registry import PlantKind
from ..twins.heater_outlook import HeaterOutlook
from ..twins.outlook import Outlook
from .cases import Case, unwrap
from .compare import Comparison
from .episodes import episode_seed, run_episode
from .parallel import in_parallel
from .scores import OPTIMUM

RecordT = TypeVar("RecordT", DayRecord, HeaterRecord)
ViewT = TypeVar("ViewT", Outlook, HeaterOutlook)


@dataclass(frozen=True, slots=True)
class Story(Generic[RecordT, ViewT]):
    """A day of a plant.

    Args:
        morning: what was known before the first step.
        records: what happened, by policy.
        costs: cost of the day by policy [currency].
    """

    morning: ViewT
    records: Mapping[str, RecordT]
    costs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one policy adds to a story."""

    case: int
    policy: str
    morning: Outlook | HeaterOutlook
    record: DayRecord | HeaterRecord
    cost: float


def story_policies(kind: PlantKind) -> tuple[str, str, str]:
    """Whose day is told: the reference rule's, that of the rolling planner, and the optimum's."""
    return POLICIES[kind].reference, "mpc", OPTIMUM


def telling_day(comparison: Comparison) -> str:
    """The day on which most could be saved."""
    rows = [row for row in comparison.rows if row["policy"] == OPTIMUM]
    best = max(rows, key=lambda row: float(row["rule_cost"] - row["optimum"]))
    return str(best["day"])


def record_stories(
    cases: Sequence[Case], days: Sequence[str], *, seed: int, jobs: int, progress: bool = False
) -> list[Story[Any, Any]]:
    """A story of each case, on its day.

    Args:
        cases: different envs.
        days: a date for each.
        seed: of the comparisons that the days come from, so that the same happens again.
        jobs: processes that work at the same time.
        progress: whether to show a progress bar on stderr.
    """
    calls = [
        (index, case, policy, day, seed)
        for index, (case, day) in enumerate(zip(cases, days, strict=True))
        for policy in story_policies(case.kind)
    ]
    with closing(
        in_parallel(
            _record,
            calls,
            jobs=jobs,
            title="days in detail",
            unit="episodes",
            progress=progress,
        )
    ) as parts:
        found = {(part.case, part.policy): part for part in parts}
    stories: list[Story[Any, Any]] = []
    for index, case in enumerate(cases):
        told = {name: found[index, name] for name in story_policies(case.kind)}
        stories.append(
            Story(
                morning=told[OPTIMUM].morning,
                records={name: part.record for name, part in told.items()},
                costs={name: part.cost for name, part in told.items()},
            )
        )
    return stories


def _record(index: int, case: Case, policy_name: str, day: str, seed: int) -> _Part:
    env = case.make(render_mode="ansi")  # an env that renders keeps a record
    base = unwrap(env)
    env.reset(seed=episode_seed(seed, day), options={"day": day})
    morning = base.view()
    episode = run_episode(
        env, make_policy(policy_name, seed, kind=case.kind), policy_name, day, seed
    )
    return _Part(index, policy_name, morning, base.record(), episode.cost)
