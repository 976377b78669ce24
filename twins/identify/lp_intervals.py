"""What a meter leaves open of a continuous plant: intervals of its parameters by profile."""

from __future__ import annotations

import numpy as np
from joblib import Parallel, delayed
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from ..errors import InputError
from ..intervals import Intervals
from ..stn_tables import Floats
from .lp_day import ContinuousDays
from .lp_descent import MeteredError, descend
from .lp_fit import training_task
from .lp_search import Task
from .meter import MeterDays
from .parameters import Parameters, day_output_t
from .process import Process

_FIRST_STEP, _GROWTH, _BISECTIONS = 0.001, 4.0, 3
_STEPS = 5  # of a descent
_ROUNDING = 1e-6


def continuous_intervals(
    days: MeterDays,
    process: Process,
    parameters: Parameters,
    *,
    factor: float = 1.05,
    n_jobs: int = 1,
) -> Intervals:
    """The interval of each parameter in which the error stays near that of the fit.

    A value belongs to the interval if descents of all other parameters from there reach an error of
    at most `factor` times that of the fit. An end is sought in growing steps from the fit, then by
    bisection, up to the widest value that matters: 0, and for powers and the base load the highest
    reading, for stores and targets what the stages can make in a day. Where the error has several
    valleys, the interval is of the valley of the fit. The base load is open only if the fit has
    one.

    Args:
        days: that the plant was fitted to.
        process: without part loads.
        parameters: the fit.
        factor: above 1.
        n_jobs: processes, as joblib takes it.

    Raises:
        InputError: a factor that is not above 1, or as `fit_continuous`.
    """
    if not factor > 1:
        raise InputError("factor", factor, "give a number above 1")
    task = training_task(days, process, base_load=parameters.base_load_kw > 0)
    vector = task.vector.to_vector(parameters)
    _, headroom, reserve, target, _ = task.vector.parts
    widest = np.ones(task.vector.size)
    most = day_output_t(process, parameters.power_kw) / task.vector.mass_t
    widest[headroom] = widest[reserve] = most[task.vector.stores]
    widest[target] = most[task.vector.products]
    widest = np.maximum(widest, vector)
    lowest = np.where(task.free > 0, task.vector.lowest, vector)
    widest = np.where(task.free > 0, widest, vector)
    ends = Parallel(n_jobs=n_jobs)(
        delayed(_end)(task, vector, entry, widest_value, factor)
        for entry in range(task.vector.size)
        for widest_value in (float(lowest[entry]), float(widest[entry]))
    )
    low, high = np.reshape(ends, (-1, 2)).T
    return task.vector.to_intervals(low, high)


def _end(task: Task, fit: Floats, entry: int, widest: float, factor: float) -> float:
    """The value nearest to the widest at which the error is near that of the fit."""
    with threadpool_limits(1):
        profile = _Profile(task, fit, entry, factor)
        if profile.holds(widest):
            return widest
        inside, outside = float(fit[entry]), widest
        step = _FIRST_STEP * max(inside, abs(widest - inside))
        while step < abs(widest - inside):
            tried = float(inside + np.copysign(step, widest - inside))
            if not profile.holds(tried):
                outside = tried
                break
            inside, step = tried, step * _GROWTH
        for _ in range(_BISECTIONS):
            tried = (inside + outside) / 2
            if profile.holds(tried):
                inside = tried
            else:
                outside = tried
        return inside


class _Profile:
    """The error with one parameter held; the others begin where they last did well."""

    def __init__(self, task: Task, fit: Floats, entry: int, factor: float) -> None:
        self._days = ContinuousDays(task.vector, task.price_per_kwh)
        self._metered = MeteredError(task.metered)
        self._limit = factor * self._metered.mean(self._days.load(fit))
        self._near, self._entry = fit, entry
        self._others = task.free.copy()
        self._others[entry] = 0.0

    def holds(self, value: float) -> bool:
        start = self._near.copy()
        start[self._entry] = value
        point = descend(self._days, self._metered, start, self._others, _STEPS, self._limit)
        reached = self._days.within_reach(point.vector)[self._entry]
        holds = point.error <= self._limit and reached >= (1 - _ROUNDING) * value
        if holds:
            self._near = point.vector
        return bool(holds)
