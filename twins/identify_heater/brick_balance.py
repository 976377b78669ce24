"""The heat balance of the bricks as a model of what a heater's sensors read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from ..errors import InputError
from ..heater import HeaterPlant
from ..heater_tables import (
    AIR_KW_PER_K,
    CHANNEL_NTU,
    EXCHANGER_RESISTANCE,
    brick_to_water_kw_per_k,
)
from ..stn_tables import Floats
from .brick_kernel import brick_surprises
from .heater_days import Telemetry

NAMES = (
    "brick.capacity_kwh_per_k", "air.flow_kw_per_k", "air.channel_ntu",
    "air.exchanger_effectiveness", "brick.loss_kw_per_k",
)  # fmt: skip
"""What the balance of the bricks depends on, in the order of the parameters of the fit."""

LEAST_DAYS = 3.0
"""Telemetry that a fit needs [d]."""

_PRIOR_LOG_SPREAD = np.array([0.5, 0.25, 0.25, 0.1, 0.5])
_PRIOR_RANGE = np.array([3.0, 3.0, 4.0, 1.5, 3.5])
_LOSS_FACTOR = 2.0
_MOST_EFFECTIVE = 0.98
_LEAST_RUN_H = 6.0
_POWER_ERROR, _FAN_ERROR = 0.005, 0.003
"""Standard errors of the readings of a step: heater power, as a share of it, and fan fraction;
assumed."""

_SENSOR_K = 1.5
_LEAST_SENSOR_K = 0.05
_ROUNDS = 3
_MOST_EVALUATIONS = 40
_ENOUGH = 1e-5
"""Relative precision of a sum of squares that is only compared with another."""


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """Steps without a gap: readings of the brick [N + 1] and what acted on it [N]."""

    brick_c: Floats
    water_c: Floats
    power_kw: Floats
    fan: Floats


class BrickBalance:
    """Telemetry and the heat balance that is to explain it.

    Parameters are the logarithms of the values of `NAMES`. The prior says which values a heater
    may have where the readings do not tell: around those of a known plant. Its loss is the one
    through sound insulation; that of a real shell is likelier twice as great (95 %: three quarters
    to five times, for the shipped heater 0.009 to 0.06 kW/K).

    Args:
        telemetry: readings in steps of 15 minutes at most.
        plant: known plant, for the prior and for what is not fitted.

    Raises:
        InputError: less than three days of readings without long gaps, or a heater that does not
            work in them.
    """

    def __init__(self, telemetry: Telemetry, plant: HeaterPlant) -> None:
        self._step_h = telemetry.step_h
        self._plant = plant
        self._runs = _runs(telemetry)
        _check_enough(self._runs, telemetry.step_h)
        self.fans = np.concatenate([run.fan for run in self._runs])
        known = [plant.brick.capacity_kwh_per_k, plant.air.flow_kw_per_k, plant.air.channel_ntu]
        known += [plant.air.exchanger_effectiveness, _LOSS_FACTOR * plant.brick.loss_kw_per_k]
        self.prior = np.log(known)
        reach = np.log(_PRIOR_RANGE)
        self.low, self.high = self.prior - reach, self.prior + reach
        self.high[3] = min(self.high[3], np.log(_MOST_EFFECTIVE))

    def surprises_k(self, parameters: Floats, sensor_k: float) -> Floats:
        """Readings of the brick less what those before let expect [n], as `brick_surprises`."""
        capacity, _, _, _, loss = np.exp(parameters)
        parts = []
        for run in self._runs:
            surprise_k = np.empty(len(run.brick_c))
            transfer = self.transfer_kw_per_k(parameters, run.fan)
            brick_surprises(
                capacity, loss, self._plant.brick.surroundings_c, transfer,
                self._transfer_error(parameters, run.fan), run.water_c, run.power_kw, _POWER_ERROR,
                self._step_h, run.brick_c, sensor_k, surprise_k,
            )  # fmt: skip
            parts.append(surprise_k[np.isfinite(surprise_k)])
        return np.concatenate(parts)

    def transfer_kw_per_k(self, parameters: Floats, fan: Floats) -> Floats:
        """Equation (6) with the parameters: transfer K at fan fractions [kW/K]."""
        values = self._plant.tables.copy()
        _, values[AIR_KW_PER_K], values[CHANNEL_NTU], effectiveness, _ = np.exp(parameters)
        values[EXCHANGER_RESISTANCE] = 1.0 / effectiveness - 1.0
        return brick_to_water_kw_per_k(values, fan)

    def _transfer_error(self, parameters: Floats, fan: Floats) -> Floats:
        """Standard error of the transfer of a step [kW/K], by the error of its fan reading."""
        low, high = np.maximum(fan - _FAN_ERROR, 0.0), fan + _FAN_ERROR
        spread = self.transfer_kw_per_k(parameters, high) - self.transfer_kw_per_k(parameters, low)
        return np.where(fan > 0.0, spread / 2.0, 0.0)

    def fit(self, start: Floats, sensor_k: float) -> tuple[Floats, Floats]:
        """The likeliest parameters [5], and the covariance of their errors [5, 5].

        Args:
            start: first guess [5].
            sensor_k: standard error of a reading of the brick [K].
        """

        def weighted(parameters: Floats) -> Floats:
            away = (parameters - self.prior) / _PRIOR_LOG_SPREAD
            return np.concatenate([self.surprises_k(parameters, sensor_k) / sensor_k, away])

        found = least_squares(
            weighted, start, bounds=(self.low, self.high), max_nfev=_MOST_EVALUATIONS
        )
        return np.asarray(found.x), np.linalg.inv(found.jac.T @ found.jac)

    def likeliest(self) -> tuple[Floats, Floats, float]:
        """As `fit`, and the standard error of a reading of the brick, as it turns out [K]."""
        parameters, sensor_k = self.prior, _SENSOR_K
        for _ in range(_ROUNDS):
            parameters, covariance = self.fit(parameters, sensor_k)
            sensor_k = max(float(self.surprises_k(parameters, sensor_k).std()), _LEAST_SENSOR_K)
        return parameters, covariance, sensor_k

    def unlikeliness(self, parameters: Floats, sensor_k: float) -> float:
        """Minus the logarithm of the likelihood of readings and parameters, but for a constant."""
        read = len(self.surprises_k(parameters, sensor_k))
        away = (parameters - self.prior) / _PRIOR_LOG_SPREAD
        return read * float(np.log(sensor_k)) + float(away @ away) / 2.0

    def least_squares_k2(
        self, start: Floats, place: int, value: float, sensor_k: float
    ) -> tuple[float, Floats]:
        """Sum of the squared surprises with one parameter set, and the others that make it least.

        The others may be anything in the range of the prior.
        """
        free = np.arange(len(NAMES)) != place

        def whole(part: Floats) -> Floats:
            parameters = np.full(len(NAMES), value)
            parameters[free] = part
            return parameters

        found = least_squares(
            lambda part: self.surprises_k(whole(part), sensor_k), start[free],
            bounds=(self.low[free], self.high[free]), ftol=_ENOUGH, xtol=10.0 * _ENOUGH,
            max_nfev=_MOST_EVALUATIONS,
        )  # fmt: skip
        return 2.0 * float(found.cost), whole(np.asarray(found.x))


def _runs(telemetry: Telemetry) -> list[_Run]:
    """The longest steps without a gap in what acts on the brick; its own readings may be missing.

    A run begins with a reading of the brick.
    """
    acting = np.stack([telemetry.power_kw, telemetry.fan])
    water_c = (telemetry.water_c[:-1] + telemetry.water_c[1:]) / 2.0
    whole = np.isfinite(acting[:, :-1]).all(axis=0) & np.isfinite(water_c)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], whole, [False]]).astype(int)))
    runs = []
    for first, end in edges.reshape(-1, 2).tolist():
        read = np.flatnonzero(np.isfinite(telemetry.brick_c[first : end + 1]))
        if not len(read):
            continue
        steps = slice(first + int(read[0]), end)
        if (steps.stop - steps.start) * telemetry.step_h >= _LEAST_RUN_H:
            readings = slice(steps.start, steps.stop + 1)
            power_kw, fan = telemetry.power_kw[steps], telemetry.fan[steps]
            runs.append(_Run(telemetry.brick_c[readings], water_c[steps], power_kw, fan))
    return runs


def _check_enough(runs: list[_Run], step_h: float) -> None:
    read = sum(int(np.isfinite(run.brick_c).sum()) for run in runs)
    if read * step_h < 24.0 * LEAST_DAYS:
        raise InputError(
            "telemetry",
            f"{read * step_h / 24.0:.1f} days without long gaps",
            f"give {LEAST_DAYS:g} days or more, better 7, in runs of at least {_LEAST_RUN_H:g} h",
        )
    working = max(float(run.power_kw.max()) for run in runs)
    blowing = max(float(run.fan.max()) for run in runs)
    if working <= 0.0 or blowing <= 0.0:
        raise InputError(
            "telemetry power_kw, fan",
            (working, blowing),
            "give days on which the heater charges and the fan runs",
        )
