"""What the identification of a heater says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HeaterReport:
    """How an identification went.

    Args:
        model: that predicts where the brick temperature is known when a day begins; else the same
            as `model_without`.
        model_without: that predicts where it is not.
        errors: mean absolute error of a day at rolling origins within the days of the fit, as a
            share, by model; with `+ brick` for one that knows the brick temperature. Empty if the
            model was not chosen.
        days: metered days of the fit.
        first_hour: clock hour at which they begin.
        telemetry_days: days with telemetry of the bricks, 0 without.
        brick_sensor_k: standard error of its readings, as it turned out [K].
        left_out: date and reason of days that were not used.
        not_identified: names of `intervals_` that the data do not pin down.
        notes: what else should be known.
        wall_s: wall-clock time [s].
    """

    model: str
    model_without: str
    errors: Mapping[str, float]
    days: int
    first_hour: int
    telemetry_days: float
    brick_sensor_k: float | None
    left_out: tuple[tuple[str, str], ...]
    not_identified: tuple[str, ...]
    notes: tuple[str, ...]
    wall_s: float

    def as_dict(self) -> dict[str, Any]:
        """The values by name, fit for JSON."""
        return asdict(self)
