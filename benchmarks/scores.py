"""Rows: an episode set against the reference rule and the optimum of the same day."""

from __future__ import annotations

from typing import Any

from ..envs.cost_gap import cost_gap
from ..twins.stn_tables import TOL
from .episodes import Episode

OPTIMUM = "optimum"
"""The policy that scores 1, for plants of every kind."""

Row = dict[str, Any]


def score(cost: float, rule_cost: float, optimum: float) -> float | None:
    """Share of the possible saving that is reached: 0 the rule, 1 the optimum, below 0 worse.

    None where nothing can be saved, because rule and optimum cost the same.
    """
    possible = rule_cost - optimum
    if abs(possible) <= TOL * max(1.0, abs(optimum)):
        return None
    return (rule_cost - cost) / possible


def mip_gap(optimum: Episode) -> float:
    """Relative distance of the optimum's cost from its proven bound."""
    assert optimum.bound is not None, "the optimum proves a bound"
    above = max(0.0, optimum.cost - optimum.bound)
    return above / max(abs(optimum.cost), TOL)


def make_row(
    env_id: str, seed: int, currency: str, episode: Episode, *, rule: Episode, best: Episode
) -> Row:
    """The row of an episode.

    Args:
        env_id: of the env.
        seed: of the run.
        currency: of all costs.
        episode: of any policy.
        rule: that of the reference rule on the same day.
        best: that of the optimum on the same day.
    """
    return {
        "env": env_id,
        "policy": episode.policy,
        "seed": seed,
        "day": episode.day,
        "cost": episode.cost,
        "optimum": best.cost,
        "bound": best.bound,
        "mip_gap": mip_gap(best),
        "gap": cost_gap(episode.cost, rule.cost, best.cost),
        "rule_cost": rule.cost,
        "score": score(episode.cost, rule.cost, best.cost),
        **episode.meter,
        "moved": episode.moved,
        "steps": episode.steps,
        "decision_s": episode.decision_s,
        "currency": currency,
        **{f"cost_{part}": value for part, value in episode.cost_parts.items()},
        "episode_seed": episode.episode_seed,
    }
