"""One day of a plant, step by step, as several policies ran it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from ..envs.day_record import DayRecord
from ..twins.outlook import Outlook
from .cases import Case, unwrap
from .compare import Comparison
from .episodes import episode_seed, run_episode
from .parallel import in_parallel
from .scores import OPTIMUM, RULE

STORY_POLICIES = (RULE, "mpc", OPTIMUM)


@dataclass(frozen=True, slots=True)
class Story:
    """A day of a plant.

    Args:
        morning: what was known before the first step.
        records: what happened, by policy.
        costs: cost of the day by policy [currency].
    """

    morning: Outlook
    records: Mapping[str, DayRecord]
    costs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Part:
    """What one policy adds to a story."""

    case: int
    policy: str
    morning: Outlook
    record: DayRecord
    cost: float


def telling_day(comparison: Comparison) -> str:
    """The day on which most could be saved."""
    rows = [row for row in comparison.rows if row["policy"] == OPTIMUM]
    best = max(rows, key=lambda row: float(row["rule_cost"] - row["optimum"]))
    return str(best["day"])


def record_stories(
    cases: Sequence[Case], days: Sequence[str], *, seed: int, jobs: int, progress: bool = False
) -> list[Story]:
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
        for policy in STORY_POLICIES
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
    return [
        Story(
            morning=found[index, RULE].morning,
            records={name: found[index, name].record for name in STORY_POLICIES},
            costs={name: found[index, name].cost for name in STORY_POLICIES},
        )
        for index in range(len(cases))
    ]


def _record(index: int, case: Case, policy_name: str, day: str, seed: int) -> _Part:
    from ..baselines.registry import make_policy

    env = case.make(render_mode="ansi")  # an env that renders keeps a record
    base = unwrap(env)
    env.reset(seed=episode_seed(seed, day), options={"day": day})
    morning = base.view()
    episode = run_episode(env, make_policy(policy_name, seed), policy_name, day, seed)
    return _Part(index, policy_name, morning, base.record(), episode.cost)
