"""The baseline load of a day for a plant that differs from the one the series were made for."""

from __future__ import annotations

import numpy as np

from ..twins.plant import StnPlant
from ..twins.rule_kernel import rule_loads
from ..twins.scenarios import Scenarios
from ..twins.simulate import BASELINE_DAYS, stn_series
from ..twins.stn_state import BASE_LOAD_KW, COST_PARTS, METER, new_state, new_work
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
        self._working = np.flatnonzero(np.is_busday(days.dates))

    def of(self, tables: StnTables, date: np.datetime64, more_kw: float) -> Floats:
        """The baseline load [T] of a date, for a plant with `more_kw` more base load."""
        day = np.searchsorted(self._dates, date)
        before = self._working[: np.searchsorted(self._working, day)][-BASELINE_DAYS:]
        nominal = self._series.days(before if len(before) else np.array([day]))
        series = nominal._replace(values=with_load(nominal.values, np.array(more_kw)))
        load_kw = np.zeros(series.values.shape[:2])
        tasks, needed_t = len(tables.n_modes), np.zeros(len(tables.stock_min_t))
        cost, meter = np.zeros(len(COST_PARTS)), np.zeros(len(METER))
        rule_loads(
            tables, series, new_state(tables, 1), new_work(tables), needed_t, np.zeros(tasks),
            np.zeros(tasks), cost, meter, 0, load_kw,
        )  # fmt: skip
        baseline_kw: Floats = load_kw.mean(axis=0)
        return baseline_kw


def with_load(values: Floats, more_kw: Floats) -> Floats:
    """`StnSeries.values` [..., T, 5] with more base load [...], which never falls below 0."""
    raised = values.copy()
    load_kw = raised[..., BASE_LOAD_KW]
    np.maximum(load_kw + more_kw[..., None], 0.0, out=load_kw)
    return raised
