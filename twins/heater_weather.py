"""The weather and occupancy that a heater's building sees."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from .errors import InputError
from .stn_tables import Floats

_RANGES = {
    "ambient_c": (-70.0, 55.0, "give it in degC; kelvin or degF look like this"),
    "wind_m_per_s": (0.0, 75.0, "give it in m/s, not km/h or knots"),
    "ghi_w_per_m2": (0.0, 1500.0, "give it in W/m2"),
    "occupancy": (0.0, 1.0, "give it as a share between 0 and 1"),
}


@dataclass(frozen=True, slots=True)
class HeaterWeather:
    """Weather and occupancy of T steps, each a mean over the step.

    Args:
        ambient_c: outside temperature [T] [degC].
        wind_m_per_s: wind speed [T]; one number for all steps.
        ghi_w_per_m2: global horizontal irradiance [T]; one number for all steps.
        occupancy: people in the building [T], as a share of its full occupancy; one number for all.

    Raises:
        InputError: values that are no numbers or out of their range, or of unequal length.
    """

    ambient_c: Floats
    wind_m_per_s: Floats
    ghi_w_per_m2: Floats
    occupancy: Floats

    def __init__(
        self,
        ambient_c: ArrayLike,
        wind_m_per_s: ArrayLike = 0.0,
        ghi_w_per_m2: ArrayLike = 0.0,
        occupancy: ArrayLike = 0.0,
    ) -> None:
        given = (ambient_c, wind_m_per_s, ghi_w_per_m2, occupancy)
        steps = np.atleast_1d(np.asarray(ambient_c, np.float64)).shape
        for field, values in zip(fields(self), given, strict=True):
            object.__setattr__(self, field.name, _series(field.name, values, steps))

    @property
    def n_steps(self) -> int:
        """Number of steps T."""
        return len(self.ambient_c)

    @property
    def table(self) -> Floats:
        """All four [T, 4], as the kernel reads them."""
        return np.stack([getattr(self, field.name) for field in fields(self)], axis=1)

    def shifted(self, steps: int) -> HeaterWeather:
        """The same weather from another step on, what came before it at the end."""
        return HeaterWeather(*np.roll(self.table, -steps, axis=0).T)


def _series(name: str, values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    series = np.array(values, np.float64)
    if len(shape) != 1 or series.shape not in ((), shape):
        raise InputError(f"weather {name}", series.shape, f"give one number a step, {shape}")
    low, high, fix = _RANGES[name]
    wrong = ~((series >= low) & (series <= high))
    if wrong.any():
        step = int(np.argmax(wrong))
        raise InputError(
            f"weather {name} of step {step}",
            float(series.ravel()[step]),
            f"keep it within {low:g} to {high:g}: {fix}; fill gaps before",
        )
    series = np.broadcast_to(series, shape).copy()
    series.setflags(write=False)
    return series
