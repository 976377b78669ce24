"""What a fit says of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FitReport:
    """How a fit went.

    Args:
        model: `"lp"` or `"milp"`.
        train_error: mean PSI error over the days of the fit.
        validation_error: over the validation days, if there were any.
        days: number of days of the fit.
        left_out: date and reason of the days that were not used.
        noise: root mean square deviation of the meter from the fit, as a share of its peak.
        pv_kw: capacity of the PV found behind the meter [kW].
        wall_s: wall-clock time [s].
        cpu_s: CPU time of this process [s].
        notes: what else should be known.
    """

    model: str
    train_error: float
    validation_error: float | None
    days: int
    left_out: tuple[tuple[str, str], ...]
    noise: float
    pv_kw: float
    wall_s: float
    cpu_s: float
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The values by name, fit for JSON."""
        return asdict(self)
