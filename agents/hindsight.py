"""What really happens for the rest of a day: an extra input of critics, in training only.

Prices, weather and events come as they come, whatever the plant does. A critic that knows them
explains most of what an episode costs, and the gradient of the policy stays unbiased
(input-dependent baselines: Mao et al. 2018, arXiv 1807.02264).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.plant_batch import PlantBatch
from ..twins.heater_outlook import HeaterOutlook
from ..twins.outlook import Outlook
from ..twins.stn_tables import Floats, Ints

Float32s = NDArray[np.float32]


class Hindsight:
    """The realised series of each day of a batch, seen from a step to the end of the episode.

    Make it before the batch is reset: it looks at every day in the batch's first row.

    Args:
        batch: the plants.
    """

    def __init__(self, batch: PlantBatch[Any, Any]) -> None:
        self._batch, self._steps = batch, batch.tables.n_steps
        series = _realised(batch)
        spread = series.std(axis=(0, 1))
        varies = spread > 0
        scaled = (series[..., varies] - series[..., varies].mean(axis=(0, 1))) / spread[varies]
        beyond = np.zeros_like(scaled)
        self._windows = np.concatenate([scaled, beyond], axis=1).astype(np.float32)
        self.size = self._windows.shape[2] * self._steps + _events(batch).shape[1]

    def __call__(self) -> Float32s:
        """What is yet to come in each row, as the batch stands [n, size]."""
        state = self._batch.state
        ahead = state.step[:, None] + np.arange(self._steps)
        windows = self._windows[state.day[:, None], ahead].reshape(len(ahead), -1)
        return np.concatenate([windows, _events(self._batch)], axis=1)


def _realised(batch: PlantBatch[Any, Any]) -> Floats:
    """Realised series of all days [D, T, series]."""
    obs = np.empty(batch.n_observed, np.float32)
    days = []
    for day in range(batch.scenarios.n_days):
        batch.reset_row(0, obs, day)
        days.append(_series(batch.outlook(0, hindsight=True)))
    return np.array(days)


def _series(outlook: Outlook | HeaterOutlook) -> Floats:
    if isinstance(outlook, Outlook):
        own_kw = outlook.generation_kw - outlook.base_load_kw
        prices = outlook.buy_price_per_kwh, outlook.sell_price_per_kwh
        return np.column_stack([*prices, own_kw])
    return np.column_stack([outlook.buy_price_per_kwh, outlook.weather.table])


def _events(batch: PlantBatch[Any, Any]) -> Float32s:
    """Windows and awards of the events of each row's episode, known or not [n, ...]."""
    state = batch.state._asdict()
    steps: Ints = state["dr_steps"] if "dr_steps" in state else state["call_steps"]
    award_kw: Floats = state["dr_award_kw"] if "dr_award_kw" in state else state["award_kw"]
    n, length = len(steps), batch.tables.n_steps
    times = (steps - state["step"].reshape(n, *[1] * (steps.ndim - 1))) / length
    known = np.where(steps >= 0, times, -1.0).reshape(n, -1)
    return np.concatenate([known, award_kw.reshape(n, -1) / 1000.0], axis=1, dtype=np.float32)
