"""How far a cost is from the least possible one."""

from __future__ import annotations

_LEAST_SHARE = 0.1
"""Of what can be saved: an optimum below it is next to nothing, and shares of it say nothing."""


def cost_gap(cost: float, rule_cost: float, optimum: float) -> float | None:
    """(cost - optimum) / |optimum|; None where the optimum is next to nothing.

    It is where its size is less than a tenth of the distance between rule and optimum: prices that
    are negative for hours leave a heater almost no bill. The score has no such trouble.

    Args:
        cost: of a policy [currency].
        rule_cost: of the reference rule [currency].
        optimum: least cost with all known in advance [currency].
    """
    if abs(optimum) <= _LEAST_SHARE * abs(rule_cost - optimum):
        return None
    return (cost - optimum) / abs(optimum)
