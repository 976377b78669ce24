"""Makes the results of the leaderboard that are missing or stale, one entry after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

from .cases import Case, choose_days, unwrap
from .episodes import run_unit
from .leaderboard_field import Entry, Round
from .leaderboard_files import DayResult, KeptResult, read_kept, result_path, write_kept
from .leaderboard_learners import Effort, find_trained, train_into
from .parallel import in_parallel
from .part_file import EntryFile
from .policies import check_policies

EVENT_SEED = 0
"""Fixes the demand-response events of the days."""

_PART = "plantgym unfinished leaderboard 1"

_Call = tuple[str, Case, str, str, int]
_DAY: Final = 3
"""Arguments of `run_unit`, and which of them is the day."""


@dataclass(frozen=True, slots=True)
class Work:
    """How entries are run.

    Args:
        results: folder of the result files.
        runs: folder of trainings and of unfinished results.
        train: whether to train the policies that were not trained, or otherwise than now.
        jobs: processes that work at the same time.
        progress: whether to show progress bars on stderr.
    """

    results: Path
    runs: Path
    train: bool = False
    jobs: int = 1
    progress: bool = False


def run_missing(entries: Sequence[Entry], work: Work) -> Iterator[tuple[Entry, str]]:
    """Run what is missing or stale; what is there and whole is left alone.

    A run that was killed goes on with the next day of a policy; a training that was cut off
    starts anew.

    Args:
        entries: what to look after, those of a round side by side.
        work: how.

    Yields:
        Each entry with what came of it: `"there"`, `"made"` or `"not trained"`.

    Raises:
        InputError: files that cannot be written, or that hold something else.
    """
    for each, own in groupby(entries, key=lambda entry: entry.round):
        ground = _Ground(each)
        for entry in own:
            yield entry, _look_after(entry, ground, work)


def stale(entries: Sequence[Entry], results: Path) -> list[Entry]:
    """Entries whose results are of other settings, days or data than those of now.

    Args:
        entries: what to look at, those of a round side by side.
        results: folder of the result files.

    Raises:
        InputError: files that hold something else.
    """
    found = []
    for each, own in groupby(entries, key=lambda entry: entry.round):
        there = [(entry, read_kept(result_path(results, entry))) for entry in own]
        if any(kept for _, kept in there):
            ground = _Ground(each)
            found += [
                entry for entry, kept in there if kept and not kept.same_about(ground.about(entry))
            ]
    return found


class _Candidate(NamedTuple):
    """A policy that can run."""

    policy: str
    """As `make_policy` takes it."""
    trained: str | None = None
    """Fingerprint of its file."""
    effort: Effort | None = None
    """What its training took."""


class _Ground:
    """The env of a round, made once for all its entries."""

    def __init__(self, of: Round) -> None:
        self.case = of.setting.case(of.env_id)
        self._base = unwrap(self.case.make())
        self.currency = self._base.batch.scenarios.currency
        self.dates = choose_days(self._base.batch.scenarios, of.days)

    def about(self, entry: Entry) -> dict[str, Any]:
        """What the results of an entry depend on; the version of the package is not in it."""
        settings = self.case.settings(self._base, EVENT_SEED)
        del settings["version"]
        settings |= {"policy": entry.contestant.name, "days": len(self.dates)}
        if entry.contestant.learner is not None:
            training = entry.contestant.learner.settings(self.case.env_id)
            settings |= {"training": dict(training)}
            settings |= {} if entry.seed is None else {"training_seed": entry.seed}
        return settings


def _look_after(entry: Entry, ground: _Ground, work: Work) -> str:
    path, about = result_path(work.results, entry), ground.about(entry)
    kept = read_kept(path)
    fresh = kept if kept is not None and kept.same_about(about) else None
    candidate = _candidate(entry, about, ground, work, may_train=work.train and not fresh)
    if candidate is None:
        return "there" if fresh else "not trained"
    if fresh and fresh.trained == candidate.trained:
        return "there"
    work.runs.mkdir(parents=True, exist_ok=True)
    settings = {**about, "trained": candidate.trained}
    out = work.runs / f"{entry.name}.json"
    part = EntryFile(out, settings, _parsed, mark=_PART, option="--runs")
    with closing(part):
        run = json.dumps(settings)
        calls = [(run, ground.case, candidate.policy, day, EVENT_SEED) for day in ground.dates]
        days = _run_days(entry.name, calls, work, part)
    own = (version("plantgym"), ground.currency, candidate.trained, candidate.effort)
    write_kept(path, KeptResult(about, *own, days))
    part.delete()
    return "made"


def _candidate(
    entry: Entry, about: Mapping[str, Any], ground: _Ground, work: Work, *, may_train: bool
) -> _Candidate | None:
    """The policy of an entry; None if it is to learn, was not trained and may not be now."""
    learner, folder = entry.contestant.learner, work.runs / entry.name
    if learner is None:
        return _Candidate(entry.contestant.name)
    effort = find_trained(folder, about)
    if effort is None:
        if not may_train:
            return None
        effort = train_into(folder, learner, ground.case, about)
    policy = f"{learner.kind}:{folder / learner.file}"
    return _Candidate(policy, check_policies([policy], ground.case)[policy], effort)


def _parsed(line: dict[str, Any]) -> DayResult:
    return DayResult(**line)


def _run_days(
    name: str, calls: Sequence[_Call], work: Work, part: EntryFile[DayResult]
) -> tuple[DayResult, ...]:
    """Results of all days of a policy; each is kept as soon as it is there."""
    done = {result.day: result for result in part.entries}
    todo = [call for call in calls if call[_DAY] not in done]
    with closing(
        in_parallel(
            run_unit,
            todo,
            jobs=work.jobs,
            title=name,
            unit="days",
            done=len(done),
            progress=work.progress,
        )
    ) as episodes:
        for episode in episodes:
            result = DayResult(episode.day, episode.cost, episode.decision_cpu_s, episode.bound)
            part.append(result)
            done[result.day] = result
    return tuple(done[call[_DAY]] for call in calls)
