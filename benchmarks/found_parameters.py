"""How near the parameters of an identified plant are to those of the true one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..twins.identify.chain import needed_steps
from ..twins.identify.parameters import parameters_of
from ..twins.identify.process import process_of
from ..twins.intervals import parameters
from ..twins.plant import StnPlant

_ROUNDING = 1e-6
_HOURS = 24


@dataclass(frozen=True, slots=True)
class FoundParameter:
    """A parameter of an identified plant beside the true one.

    Args:
        name: as in `parameters`.
        value: that was found.
        low: lower end of its interval.
        high: upper end of its interval.
        true: of the true plant.
    """

    name: str
    value: float
    low: float
    high: float
    true: float

    @property
    def inside(self) -> bool:
        """Whether the true value is in the interval."""
        rounding = _ROUNDING * max(1.0, abs(self.true))
        return self.low - rounding <= self.true <= self.high + rounding


def found_parameters(identified: StnPlant, true_plant: StnPlant) -> list[FoundParameter]:
    """The parameters that the identified plant has intervals of."""
    own, true = parameters(identified), parameters(true_plant)
    return [
        FoundParameter(name, own[name], low, high, true[name])
        for name, (low, high) in identified.intervals.items()
    ]


def power_error(identified: StnPlant, true_plant: StnPlant) -> tuple[float, float]:
    """Median and greatest relative error of the powers of the tasks."""
    own, true = parameters(identified), parameters(true_plant)
    errors = [abs(own[name] / true[name] - 1) for name in own if name.endswith(".power_kw")]
    return float(np.median(errors)), max(errors)


def run_hours(plant: StnPlant) -> list[int]:
    """Whole hours that each stage of an on/off line must run to make the day's target."""
    process = process_of(plant)
    own = parameters_of(plant, process)
    hours = needed_steps(process, own.power_kw, own.target_t, _HOURS)
    return [int(each) for each in hours]
