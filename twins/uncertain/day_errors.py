"""What a day may become, by the errors that forecasts had on the days most like it."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..outlook import Outlook
from ..scenarios import Scenarios
from ..stn_tables import Floats
from .samples import Samples


class DayErrors:
    """Analog bootstrap of generation and prices together.

    Errors are those of past days, each day's as a whole: what binds generation to prices, and an
    hour to the next, stays. The days with the nearest forecasts are taken. Once the day has begun,
    the part of an error that persists is replaced by what has been observed: with e the error,
    now at s, a course is forecast + persistence^(t - s) x (observed - e_s) + e_t.

    Args:
        days: that are over.
    """

    def __init__(self, days: Scenarios) -> None:
        series = days.series
        prices = ("buy_price_per_kwh", "sell_price_per_kwh")
        expected = ("buy_forecast_per_kwh", "sell_forecast_per_kwh")
        outcome = [days.generation_kw, *(series[name] for name in prices)]
        self._forecast = np.stack([days.generation_forecast_kw, *(series[n] for n in expected)])
        self._error = np.stack(outcome) - self._forecast
        self._scale = np.maximum(1e-12, self._forecast.std(axis=(1, 2), keepdims=True))
        self._persistence = [_persistence(error) for error in self._error]
        self.prices_vary = bool(np.abs(self._error[1:]).max() > 0)
        """Whether prices ever differ from their forecasts."""

    def courses(self, n: int, day_ahead: Outlook, view: Outlook) -> Samples:
        """Courses that a day may take, after the n days with the nearest forecasts.

        Args:
            n: how many; fewer if there are not as many days.
            day_ahead: what was known as the day began: the forecast of generation.
            view: what is known now.

        Raises:
            InputError: n below 1.
        """
        if n < 1:
            raise InputError("courses", n, "ask for at least 1")
        forecast = np.stack(
            [day_ahead.generation_kw, view.buy_forecast_per_kwh, view.sell_forecast_per_kwh]
        )
        known = np.stack([view.generation_kw, view.buy_price_per_kwh, view.sell_price_per_kwh])
        apart = (((self._forecast - forecast[:, None]) / self._scale) ** 2).sum(axis=(0, 2))
        near = np.argsort(apart, kind="stable")[:n]
        generation_kw, buy, sell = (
            _course(forecast[c], known[c], self._error[c][near], self._persistence[c], view.step)
            for c in range(len(forecast))
        )
        ahead = np.arange(len(forecast[0])) > view.step
        dark = ahead & (forecast[0] <= 0)
        generation_kw = np.where(dark, 0.0, np.maximum(generation_kw, 0.0))
        if not self.prices_vary:
            return Samples(generation_kw)
        return Samples(generation_kw, buy, sell)


def _course(
    forecast: Floats, known: Floats, error: Floats, persistence: float, step: int
) -> Floats:
    """Courses [N, T]: known up to the step, then forecast with errors that begin at what is."""
    ahead = np.arange(1, len(forecast) - step)
    observed = known[step] - forecast[step]
    courses = np.tile(known, (len(error), 1))
    shift = persistence**ahead * (observed - error[:, [step]])
    courses[:, step + 1 :] = forecast[step + 1 :] + error[:, step + 1 :] + shift
    return courses


def _persistence(error: Floats) -> float:
    """Share of an error [D, T] that is left a step later, by least squares."""
    square = float((error[:, :-1] ** 2).sum())
    if not square:
        return 0.0
    return float(np.clip((error[:, :-1] * error[:, 1:]).sum() / square, 0.0, 1.0))
