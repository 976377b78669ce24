"""What a quick plan would do now, which a policy learns to improve on.

A quick plan may be near the optimum if forecasts come true, but does not know how they fail. So a
policy begins with what the plan advises, and learns what to change (residual policy learning:
Silver et al. 2018, arXiv 1812.06298).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from ..envs.heater_batch import HeaterBatch
from ..envs.observation import Float32s
from ..envs.plant_batch import PlantBatch
from ..envs.stn_batch import StnBatch
from ..twins.heat_plan import HeatPlanner
from ..twins.task_plan import TaskPlanner
from .advice_kernel import write_mode_advice

_LEAST_SHARE = 0.05
"""Of the greatest task's energy, that a task counts with at least."""

_STAGE_WEIGHT = 50.0
"""What speaks against a stage, for the whole span that it is off."""


class Advice(ABC):
    """Adds to what the network says of each action.

    Attributes:
        size: numbers of an advice: as many as the network has outputs.
    """

    size: int

    @abstractmethod
    def __call__(self) -> Float32s:
        """Advice for each row, as the batch stands [n, size]."""


class TaskAdvice(Advice):
    """What speaks against each mode of each task, by a plan of the rest of the day.

    Args:
        batch: the factories.
    """

    def __init__(self, batch: StnBatch) -> None:
        self._batch, tables = batch, batch.tables
        self._planner = TaskPlanner(tables)
        full_kwh = self._planner.tables.energy_kwh.max(axis=1)
        self._full_kwh = np.maximum(full_kwh, full_kwh.max() * _LEAST_SHARE)
        self._n_modes, self._levels = np.array(tables.n_modes), tables.continuous
        self.size = len(self._n_modes) if self._levels else int(self._n_modes.sum())

    def __call__(self) -> Float32s:
        """Advice for each row, as the batch stands [n, size]."""
        view = self._batch.plan_view()
        if self._levels:
            share = self._planner.modes(*view) / (self._n_modes - 1)
            return np.asarray(2.0 * share - 1.0, np.float32)
        regret = self._planner.regrets(*view)
        advice = np.empty((len(regret), self.size), np.float32)
        write_mode_advice(regret, view.forecast, self._full_kwh, self._n_modes, advice)
        return advice


class HeatAdvice(Advice):
    """Levels of power and fan, or what speaks against their stages, by a plan of the episode.

    Args:
        batch: the heaters.
    """

    def __init__(self, batch: HeaterBatch) -> None:
        self._batch, self._planner = batch, HeatPlanner(batch.tables)
        self._levels = batch.tables.continuous
        self.size = len(batch.n_modes) if self._levels else sum(batch.n_modes)

    def __call__(self) -> Float32s:
        """Advice for each row, as the batch stands [n, size]."""
        control, tables = self._planner.controls(*self._batch.plan_view()), self._batch.tables
        if self._levels:
            return np.asarray(2.0 * control - 1.0, np.float32)
        stages = zip(control.T, (tables.power_share, tables.fan), strict=True)
        off = [np.abs(asked[:, None] - stage) for asked, stage in stages]
        return np.asarray(-_STAGE_WEIGHT * np.concatenate(off, axis=1), np.float32)


def make_advice(batch: PlantBatch[Any, Any]) -> Advice:
    """The advice for plants of this kind."""
    if isinstance(batch, StnBatch):
        return TaskAdvice(batch)
    assert isinstance(batch, HeaterBatch), "plants are factories or heaters"
    return HeatAdvice(batch)
