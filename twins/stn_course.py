"""What levels do in the rest of a day, and what it costs, by the very kernel of the env."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .handle import Handle, make_handle
from .jit import entry
from .outlook import Outlook
from .rule_kernel import full_rate_request, write_steps_needed
from .stn_kernel import MOVED, SHORTFALL, TRIP, advance
from .stn_state import (
    BASE_LOAD_KW,
    BASELINE_LOAD_KW,
    BUY_PRICE,
    COST_PARTS,
    GENERATION_KW,
    METER,
    NO_EVENT,
    SELL_PRICE,
    StnSeries,
    StnState,
    Work,
    new_state,
    new_work,
)
from .stn_tables import Floats, StnTables


@dataclass(frozen=True, slots=True)
class StnCourse:
    """A factory from the step of an outlook to the end of the day, n steps.

    Args:
        levels: what ran of what was asked for [n, J].
        stock_t: stocks after each step [n, M].
        cost_parts: cost by `stn_state.COST_PARTS` [n, 8] [currency].
        moved: how many requests the shield changed in each step [n].
    """

    levels: Floats
    stock_t: Floats
    cost_parts: Floats
    moved: Floats

    @property
    def cost(self) -> float:
        """Cost from the step of the outlook on [currency]."""
        return float(self.cost_parts.sum())

    @property
    def trip_cost(self) -> float:
        """Cost of standing while a task must run [currency]."""
        return float(self.cost_parts[:, TRIP].sum())

    @property
    def shortfall_cost(self) -> float:
        """Cost of what is missing from the targets at the end [currency]."""
        return float(self.cost_parts[-1, SHORTFALL])


class _Arrays(NamedTuple):
    tables: StnTables
    series: StnSeries
    begun: StnState
    """State at the step of the outlook."""
    state: StnState
    work: Work
    needed_t: Floats
    steps: Floats
    request: Floats


class StnTwin:
    """A copy of a factory on which commands are tried before they are given.

    Args:
        tables: the plant.
    """

    def __init__(self, tables: StnTables) -> None:
        tasks, materials = len(tables.n_modes), len(tables.stock_min_t)
        self._arrays = _Arrays(
            tables=tables,
            series=StnSeries(
                np.zeros((1, tables.n_steps, 5)), np.full((1, 3), NO_EVENT), np.zeros(1)
            ),
            begun=new_state(tables, 1),
            state=new_state(tables, 1),
            work=new_work(tables),
            needed_t=np.zeros(materials),
            steps=np.zeros(tasks),
            request=np.zeros(tasks),
        )
        self._handle = make_handle(self._arrays)

    def meet(self, outlook: Outlook) -> None:
        """Go to the state of an outlook, and expect the rest of the day as it does."""
        values, state = self._arrays.series.values[0], self._arrays.begun
        values[:, BUY_PRICE] = outlook.buy_price_per_kwh
        values[:, SELL_PRICE] = outlook.sell_price_per_kwh
        values[:, GENERATION_KW] = outlook.generation_kw
        values[:, BASE_LOAD_KW] = outlook.base_load_kw
        values[:, BASELINE_LOAD_KW] = outlook.baseline_load_kw
        event = outlook.dr
        state.dr_steps[0] = (
            (event.notice_step, event.start_step, event.end_step) if event else NO_EVENT
        )
        state.dr_award_kw[0] = event.award_kw if event else 0.0
        state.step[0] = outlook.step
        state.peak_kw[0] = outlook.peak_kw
        state.stock_t[0] = outlook.stock_t
        state.level[0] = outlook.level
        state.hold_level[0] = outlook.hold_level
        state.hold_steps[0] = outlook.hold_steps

    def run(self, levels: Floats) -> StnCourse:
        """Run levels, and after them the reference rule to the end of the day.

        Args:
            levels: asked for from the step of the outlook on [k, J], k from 0 to the steps left.
        """
        tables = self._arrays.tables
        left = tables.n_steps - int(self._arrays.begun.step[0])
        course = StnCourse(
            levels=np.empty((left, len(tables.n_modes))),
            stock_t=np.empty((left, len(tables.stock_min_t))),
            cost_parts=np.zeros((left, len(COST_PARTS))),
            moved=np.empty(left),
        )
        _run(
            self._handle, np.ascontiguousarray(levels, np.float64), course.levels, course.stock_t,
            course.cost_parts, course.moved,
        )  # fmt: skip
        return course


@entry
def _run(
    handle: Handle[_Arrays], given: Floats, levels: Floats, stock_t: Floats, cost: Floats,
    moved: Floats,
) -> None:  # fmt: skip
    arrays = handle.arrays
    tables, state, request = arrays.tables, arrays.state, arrays.request
    _copy(arrays.begun, state)
    meter = np.empty(len(METER))
    for t in range(levels.shape[0]):
        if t < given.shape[0]:
            request[:] = given[t]
        else:
            left = tables.n_steps - state.step[0]
            write_steps_needed(tables, state.stock_t[0], left, arrays.needed_t, arrays.steps)
            full_rate_request(tables, arrays.steps, request)
        meter[:] = 0.0
        advance(tables, arrays.series, state, 0, request, arrays.work, cost[t], meter)
        levels[t] = state.level[0]
        stock_t[t] = state.stock_t[0]
        moved[t] = meter[MOVED]


@entry
def _copy(begun: StnState, state: StnState) -> None:
    state.step[0] = begun.step[0]
    state.dr_steps[0] = begun.dr_steps[0]
    state.dr_award_kw[0] = begun.dr_award_kw[0]
    state.peak_kw[0] = begun.peak_kw[0]
    state.stock_t[0] = begun.stock_t[0]
    state.level[0] = begun.level[0]
    state.hold_level[0] = begun.hold_level[0]
    state.hold_steps[0] = begun.hold_steps[0]
