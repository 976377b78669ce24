"""What controls do in the rest of an episode, and what it costs, by the very kernel of the env."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .heater_episode_kernel import advance_heater
from .heater_episode_state import (
    COST_PARTS,
    METER,
    HeaterSeries,
    HeaterState,
    HeaterTables,
    new_heater_state,
)
from .heater_outlook import CALL_KINDS, HeaterOutlook
from .heater_tables import POWER_MAX_KW
from .jit import entry
from .stn_tables import Floats

_PER_DAY = 96


@dataclass(frozen=True, slots=True)
class Course:
    """A heater from the step of an outlook to the end of the episode, n steps.

    Args:
        power_kw: power that ran [n].
        fan: fan fraction that ran [n].
        temp_c: temperatures of brick, water, room and mass before and after each step [n + 1, 4].
        load_kw: electric load [n].
        cost_parts: cost by `heater_episode_state.COST_PARTS` [n, 6] [currency].
    """

    power_kw: Floats
    fan: Floats
    temp_c: Floats
    load_kw: Floats
    cost_parts: Floats

    @property
    def cost(self) -> float:
        """Cost from the step of the outlook on [currency]."""
        return float(self.cost_parts.sum())


@entry
def _run(
    tables: HeaterTables, series: HeaterSeries, state: HeaterState, request: Floats, cost: Floats,
    meter: Floats,
) -> None:  # fmt: skip
    for t in range(request.shape[0]):
        advance_heater(tables, series, state, 0, request[t], cost[t], meter[t])


def run_course(
    tables: HeaterTables, outlook: HeaterOutlook, power_kw: Floats, fan: Floats
) -> Course:
    """Run a heater as the outlook expects the rest of the episode.

    Args:
        tables: the plant and its terms.
        outlook: state and expectation.
        power_kw: power asked for [n] [kW].
        fan: fan fractions asked for [n].
    """
    n = len(power_kw)
    power_max_kw = float(tables.values[POWER_MAX_KW])
    request = np.column_stack([power_kw / power_max_kw, fan])
    cost, meter = np.zeros((n, len(COST_PARTS))), np.zeros((n, len(METER)))
    _run(tables, _series(outlook), _state(tables, outlook), request, cost, meter)
    ended_c = meter[:, [METER.index(f"{name}_c") for name in ("brick", "water", "room", "mass")]]
    return Course(
        power_kw=4.0 * meter[:, METER.index("heater_kwh")],
        fan=meter[:, METER.index("fan")],
        temp_c=np.vstack([outlook.temp_c, ended_c]),
        load_kw=meter[:, METER.index("load_kw")],
        cost_parts=cost,
    )


def _series(outlook: HeaterOutlook) -> HeaterSeries:
    """The outlook as the series of an env with this one episode."""
    prices = (outlook.missing_price_per_kwh, outlook.surplus_price_per_kwh)
    return HeaterSeries(
        values=np.column_stack([outlook.buy_price_per_kwh, outlook.weather.table]),
        first=np.zeros(1, np.int64),
        forecast=np.zeros(1, np.int64),
        start_c=np.zeros((1, 3)),
        baseline_kw=np.ascontiguousarray(outlook.baseline_load_kw[None, :_PER_DAY]),
        heat_price=np.array([prices]),
    )


def _state(tables: HeaterTables, outlook: HeaterOutlook) -> HeaterState:
    """The outlook as the state of an env of one row."""
    state = new_heater_state(1, max(len(outlook.calls), tables.n_steps // _PER_DAY))
    state.step[0] = outlook.step
    state.over[0] = False
    state.temp_c[0] = outlook.temp_c
    state.tripped[0] = outlook.tripped
    state.start_kwh[0] = outlook.start_heat_kwh
    state.peak_kw[0] = outlook.peak_kw
    for place, call in enumerate(outlook.calls):
        at = 2 * place + CALL_KINDS.index(call.kind)
        state.call_steps[0, at] = call.notice_step, call.start_step, call.end_step
        state.award_kw[0, at] = call.award_kw
    return state
