"""Identification in the continuous class: the LP plant whose optimal load is nearest to a meter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..errors import InputError
from .lp_descent import MeteredError, Point
from .lp_search import Progress, Search, Task
from .lp_vector import ParameterVector, highest_reading_kwh
from .meter import MeterDays
from .parameters import Parameters
from .process import Process

_FINALISTS = 5
_LAST_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class ContinuousFit:
    """The plant that was found, and how well it predicts.

    Args:
        parameters: of the plant.
        error: mean over the days that it was fitted to of the root mean square error, relative to
            the highest reading of the training days (`load_error`: to that of the last day).
        validation_error: the same over the validation days, before it was fitted to them too; None
            without such days.
    """

    parameters: Parameters
    error: float
    validation_error: float | None


def fit_continuous(
    days: MeterDays,
    process: Process,
    *,
    seed: int,
    validation: MeterDays | None = None,
    starts: Sequence[Parameters] = (),
    base_load: bool = False,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> ContinuousFit:
    """Find the continuous plant whose optimal load predicts a meter best.

    The error is the mean over the days of the root mean square difference, so a day that does not
    follow its prices does not rule the fit. The best few that a search on the training days finds
    are ranked by their error over all days, and the first of them is fitted to all days.

    Args:
        days: training days; missing readings do not count.
        process: without part loads.
        seed: of the search. The result depends on it, and not on `n_jobs`.
        validation: further days, of the same steps.
        starts: parameters to begin from, beside random ones.
        base_load: whether to look for a constant load beside the stages; if not, it is that of
            the first start, or 0.
        n_jobs: processes, as joblib takes it.
        progress: called with the share of the search that is done, up to 1.

    Raises:
        InputError: a process with part loads, days without a reading above 0, or validation days
            of other steps.
    """
    training = training_task(days, process, base_load=base_load)
    vector = training.vector
    search = Search(training, [vector.to_vector(start) for start in starts], seed)
    population = search.run(n_jobs, progress or (lambda share: None))
    finalists = [point.vector for point in population[:_FINALISTS]]
    points = training.descents(finalists, _LAST_STEPS, 0)
    if validation is None:
        best = min(points, key=lambda point: point.error)
        return ContinuousFit(vector.to_parameters(best.vector), best.error, None)
    best, validation_error = _validated(training, points, _more_days(training, days, validation))
    return ContinuousFit(vector.to_parameters(best.vector), best.error, validation_error)


def training_task(days: MeterDays, process: Process, *, base_load: bool) -> Task:
    """The readings of training days, and which parameters may move."""
    vector = ParameterVector(process, highest_reading_kwh(days), days.step_minutes / 60)
    free = np.ones(vector.size)
    free[-1] = base_load
    return Task(vector, days.price_per_kwh, days.energy_kwh / vector.energy_kwh, free)


def _more_days(training: Task, days: MeterDays, validation: MeterDays) -> Task:
    if validation.step_minutes != days.step_minutes:
        fix = f"give steps of {days.step_minutes}, as in training"
        raise InputError("validation step_minutes", validation.step_minutes, fix)
    metered = validation.energy_kwh / training.vector.energy_kwh
    return replace(training, price_per_kwh=validation.price_per_kwh, metered=metered)


def _validated(training: Task, points: Sequence[Point], validation: Task) -> tuple[Point, float]:
    """The point that is best over all days, fitted to all, and its validation error before."""
    everything = replace(
        training,
        price_per_kwh=np.concatenate([training.price_per_kwh, validation.price_per_kwh]),
        metered=np.concatenate([training.metered, validation.metered]),
    )
    vectors = [point.vector for point in points]
    overall = everything.descents(vectors, 0, 0)
    first = min(range(len(points)), key=lambda i: overall[i].error)
    load = overall[first].load[len(training.metered) :]
    (fitted,) = everything.descents([vectors[first]], _LAST_STEPS, 0)
    return fitted, MeteredError(validation.metered).mean(load)
