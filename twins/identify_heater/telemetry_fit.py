"""Heat capacity of the bricks and transfer to the water, from the readings of a heater's sensors.

Least squares on what each reading of the brick says that the heat balance of the bricks, followed
from reading to reading with power, fan and water temperature as read, did not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ..errors import InputError
from ..heater import HeaterPlant
from ..heater_toml import load_heater
from ..intervals import Intervals
from ..stn_tables import Floats
from .brick_balance import NAMES, BrickBalance
from .heater_days import Telemetry

FANS = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0])
"""Fan fractions at which the transfer is reported, as far as the fan ran near them."""

IDENTIFIED = 0.1
"""Widest interval, as a share of the value, of what the data pin down."""

_SURE = 1.96
_SURE_OF_RANGE = 3.0
_INSTRUMENTS = 0.005
"""Standard error of what sensors of power and fan are off by for good, as a share."""

_OTHER_UNITS = MappingProxyType({"kelvin": (273.15, 1.0), "degF": (32.0, 1.8)})
"""Reading of 0 degC, and readings for each kelvin."""

_COLDER_K = 20.0
_FAR_BETTER = 5.0
"""Difference of log likelihoods: 150 to 1."""

_LEAST_SHARE = 0.02
_BISECTIONS = 5


@dataclass(frozen=True, slots=True, eq=False)
class TelemetryFit:
    """What the sensors of a heater tell of it.

    Args:
        plant: the known plant with the values that were found; where the readings do not tell,
            those that are likely and explain them.
        fans: fan fractions at which the fan ran [n].
        transfer_kw_per_k: K of each [n].
        intervals: lowest and highest value, 95 %, of `brick.capacity_kwh_per_k` and of
            `transfer_kw_per_k(fan)`, and of what the readings alone do not tell: the range within
            which they are explained as well, with other values in the range of the prior.
        not_identified: names of those whose interval is wider than `IDENTIFIED`.
        sensor_k: standard error of a reading of the brick, as it turned out [K].
    """

    plant: HeaterPlant
    fans: Floats
    transfer_kw_per_k: Floats
    intervals: Intervals
    not_identified: tuple[str, ...]
    sensor_k: float


def fit_telemetry(telemetry: Telemetry, plant: HeaterPlant | None = None) -> TelemetryFit:
    """Find the heat capacity Cb and the transfer K(f) of a heater.

    Args:
        telemetry: readings of three days or more, in steps of 15 minutes at most.
        plant: what is known before; the shipped heater if None.

    Raises:
        InputError: readings that are too few, of a heater that stands, or in kelvin or degF.
    """
    plant = plant or load_heater("sets_heater")
    balance = BrickBalance(telemetry, plant)
    parameters, covariance, sensor_k = balance.likeliest()
    _check_unit(telemetry, plant, balance.unlikeliness(parameters, sensor_k))
    fans = _fans_seen(balance.fans)
    transfer = balance.transfer_kw_per_k(parameters, fans)
    intervals = {NAMES[0]: _around(parameters[0], float(np.sqrt(covariance[0, 0])))}
    errors = _transfer_errors(balance, parameters, covariance, fans)
    for fan, log_transfer, error in zip(fans, np.log(transfer), errors, strict=True):
        intervals[f"transfer_kw_per_k({fan:g})"] = _around(log_transfer, error)
    for place in range(1, len(NAMES)):
        intervals[NAMES[place]] = _feasible(balance, parameters, place, sensor_k)
    wide = [name for name, (low, high) in intervals.items() if high - low > IDENTIFIED * high]
    return TelemetryFit(
        _with_values(plant, np.exp(parameters)), fans, transfer, intervals, tuple(wide),
        sensor_k,
    )  # fmt: skip


def _check_unit(telemetry: Telemetry, plant: HeaterPlant, unlikeliness: float) -> None:
    """Refuse brick temperatures whose heat balance closes far better in another unit."""
    for unit, (zero, per_k) in _OTHER_UNITS.items():
        brick_c = (telemetry.brick_c - zero) / per_k
        if np.nanmin(brick_c - telemetry.water_c[: len(brick_c)]) < -_COLDER_K:
            continue
        balance = BrickBalance(replace(telemetry, brick_c=brick_c), plant)
        parameters, _, sensor_k = balance.likeliest()
        read = np.isfinite(brick_c).sum()
        other = balance.unlikeliness(parameters, sensor_k) + read * np.log(per_k)
        if other < unlikeliness - _FAR_BETTER:
            highest = float(np.nanmax(telemetry.brick_c))
            fix = f"give it in degC: the heat balance says that this is in {unit}"
            raise InputError("telemetry brick_c", f"up to {highest:.0f}", fix)


def _fans_seen(fans: Floats) -> Floats:
    """Those of `FANS` within the fractions at which the fan ran for a while."""
    running = fans[fans > 0.0]
    low, high = np.quantile(running, [_LEAST_SHARE, 1.0 - _LEAST_SHARE])
    seen = FANS[(low <= FANS) & (high >= FANS)]
    return seen if len(seen) else np.array([round(float(np.median(running)), 3)])


def _around(log_value: float, log_error: float) -> tuple[float, float]:
    error = _SURE * float(np.hypot(log_error, _INSTRUMENTS))
    low, high = np.exp(log_value + error * np.array([-1.0, 1.0]))
    return float(low), float(high)


def _transfer_errors(
    balance: BrickBalance, parameters: Floats, covariance: Floats, fans: Floats
) -> Floats:
    """Standard errors of the logarithm of the transfer [n]."""
    nudge = 1e-5
    here = np.log(balance.transfer_kw_per_k(parameters, fans))
    slopes = [
        (np.log(balance.transfer_kw_per_k(parameters + step, fans)) - here) / nudge
        for step in nudge * np.eye(len(parameters))
    ]
    gradient = np.stack(slopes, axis=1)
    return np.asarray(np.sqrt(np.einsum("fi,ij,fj->f", gradient, covariance, gradient)))


def _feasible(
    balance: BrickBalance, parameters: Floats, place: int, sensor_k: float
) -> tuple[float, float]:
    """The values of a parameter with which the readings are explained as well as without it set."""
    least_k2, best = balance.least_squares_k2(parameters, place, parameters[place], sensor_k)
    allowed_k2 = least_k2 + (_SURE_OF_RANGE * sensor_k) ** 2
    ends = []
    for bound in (balance.low[place], balance.high[place]):
        inside, outside = float(parameters[place]), float(bound)
        if balance.least_squares_k2(best, place, outside, sensor_k)[0] <= allowed_k2:
            inside = outside
        else:
            start = best
            for _ in range(_BISECTIONS):
                middle = (inside + outside) / 2.0
                found_k2, others = balance.least_squares_k2(start, place, middle, sensor_k)
                if found_k2 <= allowed_k2:
                    inside, start = middle, others
                else:
                    outside = middle
        ends.append(float(np.exp(inside)))
    return ends[0], ends[1]


def _with_values(plant: HeaterPlant, values: Floats) -> HeaterPlant:
    capacity, flow, ntu, effectiveness, loss = (float(value) for value in values)
    brick = replace(plant.brick, capacity_kwh_per_k=capacity, loss_kw_per_k=loss)
    air = replace(
        plant.air, flow_kw_per_k=flow, channel_ntu=ntu, exchanger_effectiveness=effectiveness
    )
    return replace(plant, brick=brick, air=air)
