"""Wind power from wind speed measured near the ground.

Power law of the wind profile with the exponent of the normal wind profile model (IEC 61400-1,
onshore: 0.2), and the cubic power curve of a pitch-regulated turbine (Carrillo et al., *Renewable
and Sustainable Energy Reviews* 21 (2013) 572-581, doi 10.1016/j.rser.2013.01.012). The turbine is
an assumption: hub at 100 m, cut-in 3, rated 12 and cut-out 25 m/s, as of common onshore machines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HUB_HEIGHT_M = 100.0
MEASURED_AT_M = 10.0
SHEAR_EXPONENT = 0.2
CUT_IN_M_PER_S = 3.0
RATED_M_PER_S = 12.0
CUT_OUT_M_PER_S = 25.0


def capacity_factor(wind_m_per_s: Floats) -> Floats:
    """Wind power per installed power [kW/kW].

    Args:
        wind_m_per_s: wind speed 10 m above ground [m/s], any shape.
    """
    hub = wind_m_per_s * (HUB_HEIGHT_M / MEASURED_AT_M) ** SHEAR_EXPONENT
    ramp = (hub**3 - CUT_IN_M_PER_S**3) / (RATED_M_PER_S**3 - CUT_IN_M_PER_S**3)
    return np.where(hub < CUT_OUT_M_PER_S, np.clip(ramp, 0.0, 1.0), 0.0)


def persistence(values: Floats) -> Floats:
    """Forecast of each day as a constant: the mean of the day before.

    Args:
        values: hourly values [D, 24] of D days.

    Returns:
        Forecasts of all days but the first [D - 1, 24].
    """
    return np.repeat(values[:-1].mean(axis=1, keepdims=True), values.shape[1], axis=1)
