"""The baseline load of a day for a plant that differs from the one the series were made for."""

from __future__ import annotations

import numpy as np

from ..twins.plant import StnPlant
from ..twins.scenarios import Scenarios
from ..twins.simulate import baseline_days, rule_load_kw, stn_series
from ..twins.stn_state import BASE_LOAD_KW
from ..twins.stn_tables import Floats, StnTables


class BaselineLoad:
    """Fixes baseline loads by the rule of `twins.simulate.stn_series`, plant by plant.

    Args:
        plant: the nominal plant.
        tables: its tables.
        days: the days of all splits: what came before a split's first day counts.
    """

    def __init__(self, plant: StnPlant, tables: StnTables, days: Scenarios) -> None:
        self._series = stn_series(plant, tables, days)
        self._dates = days.dates
        self._days_of = baseline_days(days.dates)

    def of(self, tables: StnTables, date: np.datetime64, more_kw: float) -> Floats:
        """The baseline load [T] of a date, for a plant with `more_kw` more base load."""
        nominal = self._series.days(self._days_of[np.searchsorted(self._dates, date)])
        series = nominal._replace(values=with_load(nominal.values, np.array(more_kw)))
        baseline_kw: Floats = rule_load_kw(tables, series).mean(axis=0)
        return baseline_kw


def with_load(values: Floats, more_kw: Floats) -> Floats:
    """`StnSeries.values` [..., T, 5] with more base load [...], which never falls below 0."""
    raised = values.copy()
    load_kw = raised[..., BASE_LOAD_KW]
    np.maximum(load_kw + more_kw[..., None], 0.0, out=load_kw)
    return raised
