"""Forecasts of a live run's load, from its own history."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from ..forecast.forecasters import ForestForecaster, LoadForecaster, SeasonalNaive
from ..forecast.load_series import LoadSeries
from .messages import Message
from .reference import Reference

HORIZON = 24
"""Steps ahead."""

ENOUGH_DAYS, MOST_DAYS = 14, 35
"""Days of the run from which on a forest is trained, and those that are looked back on."""

_BEFORE_DAYS = 9
"""Days of the rule that stand in for a history at first: errors are learned from all but eight."""

_LEAST_DAYS = 8
"""Days without which there is nothing to learn from."""

_TREES = 30

_NAMES = {ForestForecaster: "forest", SeasonalNaive: "seasonal-naive"}


class LoadOutlook:
    """Forecasts the load, and learns anew each day, in a thread.

    Until the run has `ENOUGH_DAYS` days without a gap, and each day until the forest is trained,
    the load is expected to be that of a day before; before the run began, the plant is taken to
    have been run by the reference rule. Prices beyond the day that runs are expected to be those of
    the day.

    Args:
        reference: the simulated plant.
        step_minutes: length of a step.
        learner: the thread. No other one may use scikit-learn, which is not made for several.
    """

    def __init__(
        self, reference: Reference, step_minutes: int, learner: ThreadPoolExecutor
    ) -> None:
        self._reference, self._minutes = reference, step_minutes
        self._begin: np.datetime64 = np.datetime64("NaT", "m")
        self._load_kw: list[float] = []
        self._price: list[float] = []
        self._own_days, self._day_steps = 0, 0
        self._model: LoadForecaster | None = None
        self._learning: Future[LoadForecaster] | None = None
        self._learner = learner

    def start(self, started: Message) -> None:
        """A day begins."""
        day, time = started["day"], np.datetime64(started["time"], "m")
        if self._load_kw and time == self._time(len(self._load_kw)):
            self._own_days += 1
        else:
            self._own_days, self._learning = 0, None
            past = self._reference.days_before(day, _BEFORE_DAYS)
            self._load_kw, self._price = past.load_kw, past.price_per_kwh
            self._begin = time - len(past.load_kw) * np.timedelta64(self._minutes, "m")
        prices = self._reference.prices(day)
        self._day_steps = len(prices)
        enough = self._own_days >= ENOUGH_DAYS
        self._forget_before(self._own_days if enough else MOST_DAYS)
        self._price = self._price[: len(self._load_kw)] + prices
        self._learn(forest=enough)

    def measure(self, measurement: Message) -> None:
        """A step ran."""
        self._load_kw.append(float(measurement["meter"]["load_kw"]))

    def told(self) -> Message | None:
        """The field `forecast` of `analysis`; None as long as nothing was learned."""
        if self._learning is not None and self._learning.done():
            self._model, self._learning = self._learning.result(), None
        origin = len(self._load_kw)
        if self._model is None or origin < self._per_day:
            return None
        expected = self._model.predict(self._series(origin), [origin]).quantile_kw[0]
        low_kw, middle_kw, high_kw = expected.T.tolist()
        return {
            "time": [str(self._time(origin + ahead)) for ahead in range(HORIZON)],
            "low_kw": low_kw, "middle_kw": middle_kw, "high_kw": high_kw,
            "model": _NAMES[type(self._model)],
        }  # fmt: skip

    def finish_learning(self) -> None:
        """Wait until what is being learned is learned."""
        if self._learning is not None:
            self._learning.result()

    @property
    def _per_day(self) -> int:
        return 24 * 60 // self._minutes

    def _time(self, step: int) -> np.datetime64:
        return self._begin + step * np.timedelta64(self._minutes, "m")

    def _forget_before(self, days: int) -> None:
        """Keep the last days only."""
        gone = max(0, len(self._load_kw) - min(days, MOST_DAYS) * self._day_steps)
        self._begin = self._time(gone)
        self._load_kw, self._price = self._load_kw[gone:], self._price[gone:]

    def _learn(self, *, forest: bool) -> None:
        origin = len(self._load_kw)
        if origin < _LEAST_DAYS * self._per_day + HORIZON:
            self._model = None
            return
        series = self._series(origin).until(origin)
        self._model = SeasonalNaive(HORIZON, weekly=False).fit(series)
        if forest and self._learning is None:
            model = ForestForecaster(HORIZON, trees=_TREES)
            self._learning = self._learner.submit(model.fit, series)

    def _series(self, origin: int) -> LoadSeries:
        """The loads before an origin, with room for the forecast."""
        steps = origin + HORIZON
        load_kw = np.full(steps, np.nan)
        load_kw[:origin] = self._load_kw[:origin]
        price = self._price[:steps]
        while len(price) < steps:
            price = price + price[-self._day_steps :][: steps - len(price)]
        return LoadSeries(self._begin, self._minutes, load_kw, {"price": np.array(price)})
