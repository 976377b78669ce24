"""The demo: the main policies on real test days of the five shipped plants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..agents.ppo_policy import is_shipped
from ..baselines.registry import POLICIES
from ..envs.registry import plant_kind
from .cases import Case, choose_days, unwrap
from .compare import Comparison, compare
from .stories import Story, record_stories, telling_day

DEMO_FORMAT = "plantgym demo 1"
DEMO_ENVS = (
    "plantgym/CementPv-v0",
    "plantgym/CarSeat-v0",
    "plantgym/CementMill-v0",
    "plantgym/SteelPowder-v0",
    "plantgym/SetsHeater-v0",
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo found.

    Args:
        comparisons: one a plant.
        stories: a day of each, in the same order.
    """

    comparisons: Sequence[Comparison]
    stories: Sequence[Story[Any, Any]]

    def as_dict(self) -> dict[str, Any]:
        """The comparisons, as they are written to files."""
        return {"comparisons": [comparison.as_dict() for comparison in self.comparisons]}


def shown_policies(env_id: str) -> tuple[str, ...]:
    """The policies that are usual for an env, and the trained one that is shipped; best last."""
    *others, best = POLICIES[plant_kind(env_id)].usual
    return (*others, *(["ppo"] if is_shipped(env_id) else []), best)


def run_demo(days: int, *, jobs: int = 1, seed: int = 0, progress: bool = False) -> Demo:
    """Run the main policies on test days of the shipped plants, with their default markets.

    Args:
        days: how many, evenly spread over the test split.
        jobs: processes that work at the same time.
        seed: fixes the events that are drawn, and the random policy.
        progress: whether to show progress bars on stderr.

    Raises:
        InputError: more days than there are.
    """
    cases = [Case(env_id) for env_id in DEMO_ENVS]
    for case in cases:  # refuse too many days before minutes of work
        choose_days(unwrap(case.make()).batch.scenarios, days)
    comparisons = [
        compare(
            case,
            shown_policies(case.env_id),
            days=days,
            seed=seed,
            jobs=jobs,
            progress=progress,
        )
        for case in cases
    ]
    telling = [telling_day(comparison) for comparison in comparisons]
    stories = record_stories(cases, telling, seed=seed, jobs=jobs, progress=progress)
    return Demo(comparisons, stories)
