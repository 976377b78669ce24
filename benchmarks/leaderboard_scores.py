"""What the kept results say of each policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..envs.cost_gap import cost_gap
from .aggregates import bootstrap_interval, cvar, iqm
from .leaderboard_field import Contestant, Round
from .leaderboard_files import KeptResult, read_kept, result_path
from .scores import OPTIMUM, score

Floats = NDArray[np.float64]

_MS_PER_S, _S_PER_MINUTE = 1000.0, 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy in a round.

    Args:
        policy: its name.
        learns: whether it was trained.
        seeds: trainings that were run; None where nothing is drawn in training.
        cost_mean: mean cost of a day [currency].
        gap: of that to the mean cost of the optimum, as a share of it, as `cost_gap` has it.
        scores: of each training and day [seeds, days]; days on which nothing can be saved are
            left out.
        score: mean of the middle half of all scores; None if no day has one.
        interval: 95 % bootstrap interval of it, days and trainings drawn anew.
        cost_cvar95: mean cost of the worst 5 % of the days [currency].
        decision_ms: median over the days of the mean CPU time of a decision [ms].
        training_minutes: mean CPU time of a training [min]; None for policies that do not learn.
    """

    policy: str
    learns: bool
    seeds: int | None
    cost_mean: float
    gap: float | None
    scores: Floats
    score: float | None
    interval: tuple[float, float] | None
    cost_cvar95: float
    decision_ms: float
    training_minutes: float | None


@dataclass(frozen=True, slots=True)
class Standings:
    """All policies of a round.

    Args:
        round: what was run.
        currency: of all costs; empty if nothing was run.
        ran: those that were run, the best score first.
        missing: why each of the others stands nowhere.
    """

    round: Round
    currency: str
    ran: tuple[Standing, ...]
    missing: dict[str, str]

    def of(self, policy: str) -> Standing | None:
        """The standing of a policy; None if it was not run."""
        return next((each for each in self.ran if each.policy == policy), None)


def standings(each: Round, results: Path) -> Standings:
    """Score all policies of a round by their files. No env is made.

    Args:
        each: the round.
        results: folder of the result files.

    Raises:
        InputError: files that hold something else.
    """
    found: dict[str, list[KeptResult]] = {}
    for entry in each.entries():
        kept = read_kept(result_path(results, entry))
        found.setdefault(entry.contestant.name, []).extend([kept] if kept else [])
    best, rule = (next(iter(found.get(name, ())), None) for name in (OPTIMUM, each.reference))
    if best is None or rule is None or not _same_days(best, rule):
        reason = f"{each.reference} or {OPTIMUM} was not run"
        return Standings(each, "", (), {one.name: reason for one in each.contestants})
    ran, missing = [], {}
    for contestant in each.contestants:
        own = found[contestant.name]
        fit = [kept for kept in own if _same_days(kept, best)]
        if fit:
            ran.append(_standing(contestant, fit, rule, best))
        else:
            missing[contestant.name] = "run on other days" if own else "not run"
    ran.sort(key=lambda one: -np.inf if one.score is None else one.score, reverse=True)
    return Standings(each, best.currency, tuple(ran), missing)


def overall(rounds: Sequence[Standings], policy: str) -> tuple[float, tuple[float, float]] | None:
    """Score over all envs, and its interval.

    None if the policy was not run on each of them, or was trained more often for some: those would
    weigh more.
    """
    own = [each.of(policy) for each in rounds]
    scores = [one.scores for one in own if one is not None and one.scores.size]
    if len(scores) < len(rounds) or len({len(each) for each in scores}) > 1:
        return None
    return iqm(np.concatenate([one.ravel() for one in scores])), bootstrap_interval(scores)


def _standing(
    contestant: Contestant, kept: Sequence[KeptResult], rule: KeptResult, best: KeptResult
) -> Standing:
    costs = np.array([[day.cost for day in result.days] for result in kept])
    scores = _scores(costs, rule, best)
    times = [result.training.cpu_s for result in kept if result.training]
    return Standing(
        policy=contestant.name,
        learns=contestant.learner is not None,
        seeds=len(kept) if contestant.seeded else None,
        cost_mean=float(costs.mean()),
        gap=cost_gap(float(costs.mean()), _mean_cost(rule), _mean_cost(best)),
        scores=scores,
        score=iqm(scores.ravel()) if scores.size else None,
        interval=bootstrap_interval([scores]) if scores.size else None,
        cost_cvar95=cvar(costs.ravel()),
        decision_ms=_MS_PER_S
        * float(np.median([day.decision_cpu_s for result in kept for day in result.days])),
        training_minutes=float(np.mean(times)) / _S_PER_MINUTE if times else None,
    )


def _mean_cost(kept: KeptResult) -> float:
    return float(np.mean([day.cost for day in kept.days]))


def _scores(costs: Floats, rule: KeptResult, best: KeptResult) -> Floats:
    columns = []
    for column, most, least in zip(costs.T, rule.days, best.days, strict=True):
        scored = [score(float(cost), most.cost, least.cost) for cost in column]
        columns.append([each for each in scored if each is not None])
    return np.array([column for column in columns if column]).T


def _same_days(one: KeptResult, other: KeptResult) -> bool:
    """Whether two policies ran the same days of the same data."""
    dates = [[day.day for day in each.days] for each in (one, other)]
    return dates[0] == dates[1] and one.about["data"] == other.about["data"]
