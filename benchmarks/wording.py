"""Plain words for plants and policies in reports."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class PolicyWords(NamedTuple):
    """How a policy appears in a report."""

    meaning: str
    colour: str


PLANTS: Mapping[str, str] = MappingProxyType(
    {
        "cement_pv": "Cement works with its own PV, time-of-use tariff and demand-response events",
        "car_seat": "Car-seat factory with PV and wind, time-of-use tariff, a 12-hour day",
        "cement_mill": "Cement mill on the Belgian real-time price",
        "steel_powder": "Steel-powder plant of ten stages on the Belgian real-time price",
        "sets_heater": "Heater with a store of hot bricks that warms an office, on the Belgian "
        "real-time price, with a demand charge and calls for less and for more load",
    }
)
"""What each shipped plant is, as its env has it by default."""

_POLICIES: Mapping[str, PolicyWords] = MappingProxyType(
    {
        "random": PolicyWords("asks for random modes", "#c9c9c9"),
        "rule": PolicyWords(
            "runs at full rate until the target is met, and looks at no price: the reference",
            "#8a8a8a",
        ),
        "threshold": PolicyWords("runs when the price is low, and as far as it must", "#e08a1e"),
        "timer": PolicyWords(
            "charges from 22 h to 5 h what the day will take: the reference for heaters", "#8a8a8a"
        ),
        "timer-short": PolicyWords("charges likewise from 22 h to 1 h and 3 h to 5 h", "#b9a58a"),
        "thermostat": PolicyWords("charges what the building takes, at any price", "#c96a5a"),
        "price-quantile": PolicyWords("charges in the cheapest hours that suffice", "#e08a1e"),
        "milp-day-ahead": PolicyWords(
            "plans the whole day once, on the forecasts of the day before", "#3b7dd8"
        ),
        "quick": PolicyWords(
            "plans the rest of the day anew at each step, without a solver", "#55b8c9"
        ),
        "mpc": PolicyWords(
            "plans the rest of the day anew at each step, on what is known by then", "#1a9a6c"
        ),
        "pi": PolicyWords(
            "follows written rules and tells its reasons; plans where they call for it", "#7a5cc0"
        ),
        "ppo": PolicyWords(
            "was trained by reinforcement learning; on wild prices it corrects what quick advises",
            "#c2338a",
        ),
        "optimum": PolicyWords(
            "plans with the whole day known in advance: nobody can do better", "#222222"
        ),
    }
)

_OTHER = PolicyWords("see its documentation", "#9b59b6")


def policy_words(policy: str) -> PolicyWords:
    """Meaning and colour of a policy."""
    return _POLICIES.get(policy, _OTHER)
