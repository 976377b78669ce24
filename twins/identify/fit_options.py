"""How plants are found: the options of a fit, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InputError
from ..value_checks import check_number, check_whole
from .process import Process

MODELS = ("auto", "lp", "milp")
BASE_LOADS = ("none", "constant", "daily")

_MAX_SEED = 2**32 - 1
_MAX_TOLERANCE = 0.5
_MAX_DAYS = 100_000


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How plants are found, as `PlantIdentifier` takes it.

    Args:
        model: `"lp"` (continuous operation), `"milp"` (on/off, or several points) or `"auto"`.
        seed: of all that is drawn at random.
        base_load: load beside the stages that is looked for: `"none"`, `"constant"` or `"daily"`.
        output_tolerance: relative uncertainty of the process's output per energy.
        validation_days: last days of the meter that are kept for validation; 0 for none.

    Raises:
        InputError: naming the option, for a value out of range.
    """

    model: str = "auto"
    seed: int = 0
    base_load: str = "none"
    output_tolerance: float = 0.0
    validation_days: int = 0

    def __post_init__(self) -> None:
        for name, known in (("model", MODELS), ("base_load", BASE_LOADS)):
            if getattr(self, name) not in known:
                raise InputError(name, getattr(self, name), f"use one of {', '.join(known)}")
        check_whole("seed", self.seed, high=_MAX_SEED)
        check_number("output_tolerance", self.output_tolerance, high=_MAX_TOLERANCE)
        check_whole("validation_days", self.validation_days, high=_MAX_DAYS)


def check_hyperparameters(given: Mapping[str, Any]) -> None:
    """Refuse hyperparameters that no `PlantIdentifier` can fit with.

    Args:
        given: all of them by name, as `get_params` tells them; numbers may be NumPy's, as grids of
            hyperparameters have them.

    Raises:
        InputError: naming the first that is wrong.
    """
    plain = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in given.items()
    }
    if not isinstance(plain["process"], Process):
        fix = "give a Process, such as load_process('process.toml')"
        raise InputError("process", plain["process"], fix)
    FitOptions(plain["model"], plain["seed"], plain["base_load"], plain["output_tolerance"])
    check_jobs(plain["n_jobs"])


def check_jobs(n_jobs: object) -> None:
    """Refuse what is no number of processes that work at the same time.

    Raises:
        InputError: neither a whole number from 1 on nor -1.
    """
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, int) or n_jobs < -1 or n_jobs == 0:
        raise InputError("n_jobs", n_jobs, "use 1 or more, or -1 for all cores")
