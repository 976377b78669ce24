"""What each combination of modes costs in a step, at the prices that there may be."""

from __future__ import annotations

import numpy as np

from ..twins.outlook import Outlook
from ..twins.response_kernel import settle_response
from ..twins.stn_tables import Floats, Ints, StnTables

_NEVER = 1e12
"""Cost of drawing more than the import limit, far above all others [currency]."""


class StepCosts:
    """Costs of the steps of a plant's day.

    Args:
        tables: the plant.
        modes: combinations of modes [A, J].
    """

    def __init__(self, tables: StnTables, modes: Ints) -> None:
        tasks = np.arange(modes.shape[1])
        self._tables = tables
        self._power_kw = tables.power_kw[tasks, modes].sum(axis=1)
        self._labour = tables.labour_per_h[tasks, modes].sum(axis=1) * tables.step_h
        self._stands = modes == 0

    def __call__(self, outlook: Outlook, step: int, buy: Floats, sell: Floats) -> Floats:
        """Cost of each combination in a step [A, K] [currency].

        Args:
            outlook: the day as far as it is known.
            step: of the day.
            buy: prices of energy drawn that there may be [K] [currency/kWh].
            sell: prices of energy fed in [K].
        """
        tables = self._tables
        load_kw = outlook.base_load_kw[step] + self._power_kw
        net_kw = load_kw - outlook.generation_kw[step]
        bought_kw = np.maximum(net_kw, 0.0)
        sold_kw = np.minimum(np.maximum(-net_kw, 0.0), tables.export_limit_kw)
        energy = np.outer(bought_kw, buy) - np.outer(sold_kw, np.maximum(sell, 0.0))
        trips = tables.trip_cost_per_h * (tables.must_run_from <= step)
        other = self._labour + (self._stands @ trips) * tables.step_h
        other = other + self._response(outlook, step, load_kw)
        other = other + np.where(bought_kw > tables.import_limit_kw * (1 + 1e-9), _NEVER, 0.0)
        return np.asarray(energy * tables.step_h + other[:, None])

    def _response(self, outlook: Outlook, step: int, load_kw: Floats) -> Floats:
        """Penalty or subsidy of a demand-response event in a step [A]."""
        event, tables = outlook.dr, self._tables
        if event is None or not event.start_step <= step < event.end_step:
            return np.zeros(len(load_kw))
        return np.array([
            sum(settle_response(
                tables.dr_thresholds, tables.dr_factors, tables.dr_penalty_per_kwh,
                tables.dr_subsidy_per_kwh, event.award_kw,
                outlook.baseline_load_kw[step] - each_kw, tables.step_h,
            )) for each_kw in load_kw
        ])  # fmt: skip
