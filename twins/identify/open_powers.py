"""The powers that a meter leaves open: those that fit nearly as well and balance the stores."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from ..stn_tables import Floats
from .trials import Trial, Trials

_DEVIATIONS = 2.0
_ROUNDING = 1e-4


def open_powers(trials: Trials, trial: Trial, base_load_kw: float | None) -> tuple[Floats, Floats]:
    """Lowest and highest power of each stage [I], and of the base load if there is one [I + 1].

    Open are powers within two standard errors of a regression of the load on the planned schedules,
    as one ellipsoid, with which the stages in their steps still fill their stores and a step less
    would not do. So stages that always run together are told apart by their outputs alone. An
    interval is no narrower than a ten-thousandth on either side, to which whole steps leave powers.

    Args:
        trials: on the metered days.
        trial: of the fit.
        base_load_kw: the base load, if there may be one.
    """
    powers_kw = trial.parameters.power_kw
    limits = trials.chain.limits(trial.steps) * powers_kw
    running = _running(trials, trial)
    centre_kw = powers_kw
    if base_load_kw is not None:
        # A base load of nothing is measured against the full load, so that it may be unsure too.
        centre_kw = np.r_[powers_kw, max(base_load_kw, 1e-3 * powers_kw.sum())]
        running = np.column_stack([running, np.ones(len(running)) * trials.step_h])
        limits = np.column_stack([limits, np.zeros(len(limits))])
    certainty = 1 / trials.noise_kwh[~np.isnan(trials.load_kwh)]
    scaled = running * certainty[:, None] * centre_kw
    gram = scaled.T @ scaled / _DEVIATIONS**2
    reach = np.array([_reach(gram, limits, i) for i in range(len(centre_kw))])
    low, high = np.minimum(reach[:, 0], -_ROUNDING), np.maximum(reach[:, 1], _ROUNDING)
    low_kw, high_kw = centre_kw * (1 + np.maximum(low, -0.99)), centre_kw * (1 + high)
    if base_load_kw is not None:
        moved_kw = base_load_kw - centre_kw[-1]
        low_kw[-1], high_kw[-1] = max(0.0, low_kw[-1] + moved_kw), high_kw[-1] + moved_kw
    return low_kw, high_kw


def _running(trials: Trials, trial: Trial) -> Floats:
    """Energy of each stage in each reading per power [R, I], [h]."""
    present = ~np.isnan(trials.load_kwh)
    return np.asarray(trial.running.transpose(0, 2, 1)[present] * trials.step_h)


def _reach(gram: Floats, limits: Floats, place: int) -> tuple[float, float]:
    """Lowest and highest relative change of one value within the ellipsoid and the limits."""
    size = len(gram)
    slack = np.maximum(limits.sum(axis=1), 0.0)
    ellipsoid = {
        "type": "ineq",
        "fun": lambda change: 1.0 - change @ gram @ change,
        "jac": lambda change: -2 * gram @ change,
    }
    balance = {
        "type": "ineq",
        "fun": lambda change: limits @ change + slack,
        "jac": lambda change: limits,
    }
    ends = []
    for sign in (1.0, -1.0):
        cost = np.zeros(size)
        cost[place] = sign
        found = minimize(
            lambda change, cost=cost: cost @ change,
            np.zeros(size),
            jac=lambda change, cost=cost: cost,
            bounds=[(-0.99, 3.0)] * size,
            constraints=(ellipsoid, balance),
            method="SLSQP",
            options={"maxiter": 100},
        )
        ends.append(float(found.x[place]))
    return ends[0], ends[1]
