"""What quick plans of all rows of a batch may know, as its kernels hold it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..twins.heater_episode_state import HeaterSeries, HeaterState, new_heater_state
from ..twins.heater_outlook import CALL_KINDS, HeaterOutlook
from ..twins.outlook import Outlook
from ..twins.stn_tables import Floats, Ints

_STEPS_PER_DAY = 96


class FactoryPlanView(NamedTuple):
    """What is known of n factories. M materials, T steps a day."""

    stock_t: Floats
    """[n, M]."""
    step: Ints
    """[n] to be decided."""
    forecast: Floats
    """[n, T] prices expected the day before [currency/kWh]."""
    known: Floats
    """[n, T] prices that come; those after the present step are not for planning."""


class HeaterPlanView(NamedTuple):
    """What is known of n heaters."""

    series: HeaterSeries
    """What comes; what lies after the present step is not for planning."""
    forecast: Floats
    """[D, T, 5] made on each day."""
    state: HeaterState


def factory_plan_view(outlook: Outlook) -> FactoryPlanView:
    """What is known of one factory."""
    return FactoryPlanView(
        stock_t=np.array(outlook.stock_t)[None],
        step=np.full(1, outlook.step),
        forecast=np.array(outlook.buy_forecast_per_kwh)[None],
        known=np.array(outlook.buy_price_per_kwh)[None],
    )


def heater_plan_view(outlook: HeaterOutlook, expected_price: float | None) -> HeaterPlanView:
    """What is known of one heater.

    Args:
        outlook: of the heater.
        expected_price: what was expected for this step in the step before; None if that is not
            known, and what comes counts as expected.
    """
    steps = len(outlook.buy_price_per_kwh)
    days = -(-steps // _STEPS_PER_DAY)
    values = np.column_stack([outlook.buy_price_per_kwh, outlook.weather.table])
    expected = np.concatenate([values, np.zeros_like(values)])
    if expected_price is not None and outlook.step < steps:
        expected[outlook.step, 0] = expected_price
    forecast = [expected[_STEPS_PER_DAY * day :][:steps] for day in range(days)]
    heat_price = outlook.missing_price_per_kwh, outlook.surplus_price_per_kwh
    series = HeaterSeries(
        values=values,
        first=np.zeros(1, np.int64),
        forecast=np.zeros(1, np.int64),
        start_c=np.zeros((1, 3)),
        baseline_kw=np.array(outlook.baseline_load_kw[None, :_STEPS_PER_DAY]),
        heat_price=np.array([heat_price]),
    )
    return HeaterPlanView(series, np.array(forecast), _state(outlook, days))


def _state(outlook: HeaterOutlook, days: int) -> HeaterState:
    state = new_heater_state(1, days)
    state.step[0], state.temp_c[0] = outlook.step, outlook.temp_c
    state.start_kwh[0], state.peak_kw[0] = outlook.start_heat_kwh, outlook.peak_kw
    for call in outlook.calls:
        place = 2 * (call.start_step // _STEPS_PER_DAY) + CALL_KINDS.index(call.kind)
        state.call_steps[0, place] = call.notice_step, call.start_step, call.end_step
        state.award_kw[0, place] = call.award_kw
    return state
