"""What readings of a brick temperature say that its heat balance did not. Compiled."""

from __future__ import annotations

import math

from ..jit import entry
from ..stn_tables import Floats


@entry
def brick_surprises(
    capacity_kwh_per_k: float, loss_kw_per_k: float, surroundings_c: float,
    transfer_kw_per_k: Floats, transfer_error: Floats, water_c: Floats, power_kw: Floats,
    power_error: float, step_h: float, read_c: Floats, sensor_k: float, surprise_k: Floats,
) -> None:  # fmt: skip
    """Follow Cb dTb/dt = P - K (Tb - Tw) - UA (Tb - Ts) from reading to reading (Kalman filter).

    A step is integrated exactly: power and transfer are held in it, the water temperature is its
    mean. What power and fan are read wrong moves the bricks for good, what the brick's sensor is
    read wrong does not.

    Args:
        capacity_kwh_per_k: Cb.
        loss_kw_per_k: UA.
        surroundings_c: Ts [degC].
        transfer_kw_per_k: K of each step [N].
        transfer_error: standard error of K of each step [N] [kW/K].
        water_c: mean water temperature of each step [N] [degC].
        power_kw: P of each step [N].
        power_error: relative standard error of the power of a step.
        step_h: length of a step [h].
        read_c: readings of the brick [N + 1] [degC]; the first is one, others may be NaN.
        sensor_k: standard error of a reading of the brick [K].
        surprise_k: readings less what was expected [N + 1], each in units of its own standard
            error times `sensor_k`; NaN for no reading; written.
    """
    sensor_k2 = sensor_k * sensor_k
    brick_c, doubt_k2 = read_c[0], sensor_k2
    surprise_k[0] = math.nan
    for k in range(power_kw.shape[0]):
        leaving = transfer_kw_per_k[k] + loss_kw_per_k
        rest = math.exp(-leaving * step_h / capacity_kwh_per_k)
        coming_kw = power_kw[k] + transfer_kw_per_k[k] * water_c[k] + loss_kw_per_k * surroundings_c
        level_c = coming_kw / leaving
        wrong_kw = power_error * power_kw[k]
        wrong_too_kw = transfer_error[k] * (brick_c - water_c[k])
        wrong_k2 = (wrong_kw * wrong_kw + wrong_too_kw * wrong_too_kw) * (
            step_h / capacity_kwh_per_k
        ) ** 2
        brick_c = level_c + (brick_c - level_c) * rest
        doubt_k2 = doubt_k2 * rest * rest + wrong_k2
        off_k = read_c[k + 1] - brick_c
        surprise_k[k + 1] = math.nan
        if not math.isnan(off_k):
            spread_k2 = doubt_k2 + sensor_k2
            surprise_k[k + 1] = off_k * sensor_k / math.sqrt(spread_k2)
            trust = doubt_k2 / spread_k2
            brick_c += trust * off_k
            doubt_k2 *= 1.0 - trust
