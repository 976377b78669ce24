"""Run policies on the same days of an env, in parallel, and score them.

A comparison is a grid of units, a policy on a day each. A unit depends on nothing but its settings,
so the rows are the same in any order, with any number of jobs and beside any other policies.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..baselines.registry import POLICIES
from .aggregates import Summary, summarise
from .cases import Case, choose_days, unwrap
from .episodes import run_unit
from .parallel import in_parallel
from .policies import check_policies
from .scores import OPTIMUM, Row, make_row
from .store import EpisodeStore, PartFile, check_out


@dataclass(frozen=True, slots=True)
class Comparison:
    """Policies on the days of an env.

    Args:
        settings: what the rows depend on.
        plant: name of the plant.
        currency: of all costs.
        sources: whom to name for the data, by topic.
        notes: days that were left out of the user's own files, one line each.
        rows: one a policy and day, day after day for policy after policy.
    """

    settings: dict[str, Any]
    plant: str
    currency: str
    sources: dict[str, str]
    notes: tuple[str, ...]
    rows: list[Row]

    def summary(self) -> list[Summary]:
        """A summary for each policy."""
        return summarise(self.rows)

    def as_dict(self) -> dict[str, Any]:
        """As it is written to files."""
        return {**asdict(self), "summary": [asdict(summary) for summary in self.summary()]}


def compare(
    case: Case,
    policies: Sequence[str],
    *,
    days: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    out: Path | None = None,
    progress: bool = False,
) -> Comparison:
    """Run policies on days of an env. The reference rule and the optimum always run along.

    With `out`, finished episodes are kept beside it while the run is under way, and a run that was
    killed goes on where it stopped.

    Args:
        case: the env.
        policies: names from `plantgym.baselines.registry.POLICIES`, of the env's kind of plant, or
            of trained policies as in `policies`.
        days: how many days, evenly spread over the split; None for all.
        seed: fixes the events that are drawn, and random policies.
        jobs: processes that work at the same time.
        out: JSON file for the results.
        progress: whether to show a progress bar on stderr.

    Raises:
        InputError: unknown policies, arguments that make no env, too many days, or a file that
            holds something else or an unfinished run with other settings.
    """
    trained = check_policies(policies, case)
    if out is not None:
        check_out(out)
    base = unwrap(case.make())
    scenarios = base.batch.scenarios
    dates = choose_days(scenarios, days)
    settings = case.settings(base, seed) | ({"trained": trained} if trained else {})
    store = PartFile(out, settings) if out else EpisodeStore()
    try:
        rule = POLICIES[case.kind].reference
        wanted = dict.fromkeys([rule, OPTIMUM, *policies])
        units = [(policy, day) for day in dates for policy in wanted]
        run = json.dumps(settings)
        todo = [(run, case, *unit, seed) for unit in units if unit not in store.episodes]
        with closing(
            in_parallel(
                run_unit,
                todo,
                jobs=jobs,
                title=base.plant.name,
                unit="episodes",
                done=len(units) - len(todo),
                progress=progress,
            )
        ) as episodes:
            for episode in episodes:
                store.append(episode)
        result = Comparison(
            settings=settings,
            plant=base.plant.name,
            currency=scenarios.currency,
            sources=dict(scenarios.sources),
            notes=scenarios.notes,
            rows=_rows(store, case, scenarios.currency, policies, dates, seed),
        )
        store.finish(result.as_dict())
    finally:
        store.close()
    return result


def _rows(
    store: EpisodeStore,
    case: Case,
    currency: str,
    policies: Sequence[str],
    dates: Sequence[str],
    seed: int,
) -> list[Row]:
    rule = POLICIES[case.kind].reference
    return [
        make_row(
            case.env_id,
            seed,
            currency,
            store.episodes[policy, day],
            rule=store.episodes[rule, day],
            best=store.episodes[OPTIMUM, day],
        )
        for policy in dict.fromkeys(policies)
        for day in dates
    ]
