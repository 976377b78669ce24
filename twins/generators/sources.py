"""What generators learn from: forecasts and outcomes of PV and wind, as shares of capacities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..scenario_checks import Dates
from ..scenarios import Scenarios
from ..stn_tables import Floats
from .limits import DAYS_OF_YEAR, Limits, day_of_year

SOURCES = ("pv", "wind")
"""Kinds of generation that a generator may know."""

FEWEST_DAYS = 30
"""Days that a generator needs to learn from."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What fitted and sampled days have in common.

    Args:
        sources: those of `SOURCES` that there are, C of them.
        n_steps: steps a day T.
        step_minutes: length of a step [min].
        start_hour: clock hour of the first step.
    """

    sources: tuple[str, ...]
    n_steps: int
    step_minutes: int
    start_hour: int

    @classmethod
    def of(cls, scenarios: Scenarios) -> Layout:
        """The layout of days that are to be learnt from.

        Raises:
            InputError: neither PV nor wind, or outcomes without forecasts.
        """
        sources = tuple(name for name in SOURCES if f"{name}_kw" in scenarios.series)
        if not sources:
            raise InputError(
                "scenarios series", sorted(scenarios.series), "add 'pv_kw' or 'wind_kw'"
            )
        _check_forecasts("scenarios series", scenarios, sources)
        return cls(sources, scenarios.n_steps, scenarios.step_minutes, scenarios.start_hour)

    def check_condition(self, condition: Scenarios) -> None:
        """Refuse what is not one day with the forecasts and the clock of the fitted days."""
        if condition.n_days != 1:
            fix = "give one day, such as scenarios.day('2025-06-01')"
            raise InputError("condition days", condition.n_days, fix)
        _check_forecasts("condition series", condition, self.sources)
        for field in ("n_steps", "step_minutes", "start_hour"):
            wanted, given = getattr(self, field), getattr(condition, field)
            if given != wanted:
                fix = (
                    f"the generator was fitted to days with {wanted}; give such a day, or fit anew"
                )
                raise InputError(f"condition {field}", given, fix)

    def forecast_kw(self, scenarios: Scenarios) -> Floats:
        """Forecasts [D, C, T] [kW]."""
        return np.stack([scenarios.series[f"{name}_forecast_kw"] for name in self.sources], axis=1)

    def outcome_kw(self, scenarios: Scenarios) -> Floats:
        """Outcomes [D, C, T] [kW]."""
        return np.stack([scenarios.series[f"{name}_kw"] for name in self.sources], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class KnownDays:
    """Days before they begin: what generators condition on.

    Args:
        dates: of the days [D].
        forecast: power that is expected, as a share of the capacity [D, C, T], 0 to `limit`.
        limit: highest power possible, as a share of the capacity [D, C, T]; 0 at night.
    """

    dates: Dates
    forecast: Floats
    limit: Floats

    @classmethod
    def of(cls, scenarios: Scenarios, layout: Layout, limits: Limits) -> KnownDays:
        """The forecasts of scenarios."""
        forecast_kw = layout.forecast_kw(scenarios)
        capacity_kw = limits.capacity_kw[:, None]
        limit = limits.limit_kw(scenarios.dates, forecast_kw) / capacity_kw
        return cls(scenarios.dates, np.minimum(forecast_kw / capacity_kw, limit), limit)

    @property
    def year_angle(self) -> Floats:
        """Place of each day in its year [D], [rad]."""
        return np.asarray(2 * np.pi * day_of_year(self.dates) / DAYS_OF_YEAR)


@dataclass(frozen=True, slots=True, eq=False)
class LearntDays:
    """Days that are over.

    Args:
        known: what was known before they began.
        outcome: power that came, as a share of the capacity [D, C, T], 0 to the limit.
    """

    known: KnownDays
    outcome: Floats


def check_days(scenarios: Scenarios, layout: Layout) -> None:
    """Refuse too few days, and series that are the same at all times."""
    if scenarios.n_days < FEWEST_DAYS:
        fix = f"give at least {FEWEST_DAYS} days to learn from"
        raise InputError("scenarios days", scenarios.n_days, fix)
    for source in layout.sources:
        for name in (f"{source}_kw", f"{source}_forecast_kw"):
            values = scenarios.series[name]
            if np.ptp(values) == 0.0:
                fix = "it never changes, so nothing can be learnt; give measured and forecast power"
                raise InputError(f"scenarios series {name!r}", float(values[0, 0]), fix)


def _check_forecasts(field: str, scenarios: Scenarios, sources: tuple[str, ...]) -> None:
    for source in sources:
        if f"{source}_forecast_kw" not in scenarios.series:
            raise InputError(field, sorted(scenarios.series), f"add '{source}_forecast_kw'")
