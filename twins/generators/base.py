"""The one interface of all scenario generators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..scenarios import Scenarios
from ..stn_tables import Floats
from ..value_checks import check_number, check_whole
from .clear_sky import Site
from .limits import Limits
from .sources import KnownDays, Layout, LearntDays, check_days

Progress = Callable[[float, str], None]
Arrays = Mapping[str, NDArray[Any]]

MAX_SAMPLES = 100_000


@dataclass(kw_only=True, eq=False)
class Generator(ABC):
    """Draws what PV and wind may become of a day, given their day-ahead forecasts.

    PV and wind are drawn together; either may be absent. Steps may have any length, that of the
    days that were learnt. Samples keep the limits of `limits.Limits`: PV is zero at night and at
    most `CLEAR_SKY_TOLERANCE` above the clearest days of the season, wind within its capacity.

    Args:
        site: where the PV stands; None if that is not known, which makes its limits looser.
        wind_capacity_kw: installed wind power [kW]; None for the highest power that was learnt.
        progress: is told the share of a fit that is done and what is being done.

    Attributes:
        layout_: series and clock of the days that were learnt.
        limits_: what their sources can generate.
    """

    name: ClassVar[str]
    """By which `make_generator` knows it."""

    site: Site | None = None
    wind_capacity_kw: float | None = None
    progress: Progress | None = field(default=None, repr=False)

    def fit(self, scenarios: Scenarios) -> Self:
        """Learn from days that are over: `pv_kw` with `pv_forecast_kw`, and the same of wind.

        Raises:
            InputError: too few days, a series that is missing or never changes, or a
                hyperparameter out of range.
            MissingExtraError: without the packages of the extra that the generator needs.
        """
        self._check()
        if self.site is not None:
            self.site.check()
        if self.wind_capacity_kw is not None:
            check_number("wind_capacity_kw", self.wind_capacity_kw)
        layout = Layout.of(scenarios)
        check_days(scenarios, layout)
        outcome_kw = layout.outcome_kw(scenarios)
        limits = Limits.learnt(
            layout, scenarios.dates, outcome_kw, self.site, self.wind_capacity_kw
        )
        known = KnownDays.of(scenarios, layout, limits)
        outcome = np.minimum(outcome_kw / limits.capacity_kw[:, None], known.limit)
        self._fit(LearntDays(known, outcome))
        self.layout_, self.limits_ = layout, limits
        return self

    def sample(self, n: int, condition: Scenarios, rng: np.random.Generator) -> Scenarios:
        """Draw what a day may become.

        Args:
            n: how many samples.
            condition: one day with the forecasts of the sources that were learnt. What it says of
                the outcome is not read.
            rng: the only source of chance: the same one gives the same samples.

        Returns:
            n days of weight 1/n. Their `pv_kw` and `wind_kw` are drawn, all other series and the
            event are those of the condition. The first has the date of the condition; the dates
            after it only number the samples.

        Raises:
            InputError: n below 1, or a condition that does not fit the days that were learnt.
        """
        check_whole("n", n, low=1, high=MAX_SAMPLES)
        self.check_fitted()
        self.layout_.check_condition(condition)
        known = KnownDays.of(condition, self.layout_, self.limits_)
        share = np.clip(self._draw(n, known, rng), 0.0, known.limit)
        power_kw = share * self.limits_.capacity_kw[:, None]
        series = {name: np.repeat(row, n, axis=0) for name, row in condition.series.items()}
        for channel, source in enumerate(self.layout_.sources):
            series[f"{source}_kw"] = power_kw[:, channel]
        date = condition.dates[0]
        return replace(
            condition,
            dates=date + np.arange(n),
            series=series,
            weight=np.full(n, 1.0 / n),
            dr_events=condition.dr_events * n,
            splits=None,
            sources={**condition.sources, "samples": f"generator {self.name!r}"},
            notes=(*condition.notes, f"samples of {date}; the dates only number them"),
        )

    def hyperparameters(self) -> dict[str, Any]:
        """What the generator was made with, but for `progress`."""
        names = (each.name for each in fields(self) if each.name != "progress")
        return {name: getattr(self, name) for name in names}

    def restore(self, layout: Layout, limits: Limits, learnt: Arrays) -> None:
        """Become fitted again, by what a fitted generator of this kind has kept."""
        self._recall(learnt)
        self.layout_, self.limits_ = layout, limits

    @abstractmethod
    def learnt(self) -> dict[str, NDArray[Any]]:
        """What `_fit` has found, as arrays that `_recall` takes back."""

    @abstractmethod
    def _recall(self, learnt: Arrays) -> None:
        """Take back what `learnt` gave."""

    @abstractmethod
    def _check(self) -> None:
        """Refuse hyperparameters that are out of range."""

    @abstractmethod
    def _fit(self, days: LearntDays) -> None:
        """Learn from days."""

    @abstractmethod
    def _draw(self, n: int, known: KnownDays, rng: np.random.Generator) -> Floats:
        """Draw shares of the capacities [n, C, T] for one day; the caller keeps the limits."""

    def check_fitted(self) -> None:
        """Refuse a generator that has learnt nothing yet.

        Raises:
            InputError: before `fit`.
        """
        if not hasattr(self, "limits_"):
            raise InputError("generator", self.name, "not fitted yet; call fit(scenarios) first")

    def _tell(self, share: float, word: str) -> None:
        if self.progress is not None:
            self.progress(share, word)
