"""Settles a step of a demand response in the bands of `tariff.DrProgramme`."""

from __future__ import annotations

from .jit import kernel
from .stn_tables import TOL, Floats


@kernel
def settle_response(
    thresholds: Floats, factors: Floats, penalty_per_kwh: float, subsidy_per_kwh: float,
    award_kw: float, response_kw: float, step_h: float,
) -> tuple[float, float]:  # fmt: skip
    """Penalty, and subsidy as a negative cost, of a response to an award [currency]."""
    ratio = response_kw / award_kw + TOL
    if ratio < thresholds[0]:
        missing_kwh = (thresholds[0] * award_kw - response_kw) * step_h
        return penalty_per_kwh * missing_kwh, 0.0
    if ratio < thresholds[1]:
        paid_kw = factors[0] * response_kw
    elif ratio < thresholds[2]:
        paid_kw = factors[1] * response_kw
    else:
        paid_kw = factors[2] * award_kw
    return 0.0, -subsidy_per_kwh * paid_kw * step_h
