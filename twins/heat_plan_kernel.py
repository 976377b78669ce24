"""Plans when to charge heaters, and what to release now: compiled.

The room is kept at its least temperature, which fixes what the bricks release. What is left is to
buy that heat, and what is to be left of it at the end, when it is cheapest.
"""

from __future__ import annotations

from .heat_needs_kernel import write_needs
from .heater_episode_state import (
    ABSORB,
    BUY_PRICE,
    MISSING,
    REDUCE,
    SURPLUS,
    WEATHER,
    HeaterSeries,
    HeaterState,
    HeaterTables,
)
from .heater_heat_kernel import BRICK, WATER, fan_fraction
from .heater_tables import (
    BRICK_K_PER_KWH,
    BRICK_MAX_C,
    BRICK_MIN_C,
    HOLD_H,
    POWER_MAX_KW,
    RADIATOR_KW,
    STORE_LOSS_KW_PER_K,
    SURROUNDINGS_C,
)
from .jit import entry, kernel
from .stn_tables import Floats
from .stored_heat_kernel import HeatWork, Store, best_start

_STEPS_PER_DAY = 96

_SPARE_SHARE, _KEPT_SHARE = 0.7, 0.7
"""Share of the radiators' power that a building takes for hours before it is too hot; share of that
heat that is still there in the end."""

_BELOW_MAX_K = 0.5
"""How far below its limit the room is kept then."""


@kernel
def _write_known(
    tables: HeaterTables, series: HeaterSeries, forecast: Floats, state: HeaterState, i: int,
    fade: float, work: HeatWork,
) -> None:  # fmt: skip
    """Write weather and prices of the steps left in row i, as they are known or expected."""
    day, step = state.day[i], state.step[i]
    now = series.values[series.first[day] + step]
    made, ahead = series.forecast[day] + step // _STEPS_PER_DAY, step % _STEPS_PER_DAY
    off = now[BUY_PRICE] - forecast[made, ahead, BUY_PRICE]
    for s in range(tables.n_steps - step):
        price = forecast[made, ahead + s, BUY_PRICE] + off
        off *= fade
        for k in range(4):
            work.weather[s, k] = forecast[made, ahead + s, WEATHER + k]
        work.price[s, 0], work.price[s, 1] = price, price
        work.first_kw[s] = 0.0
    for k in range(4):
        work.weather[0, k] = now[WEATHER + k]


@kernel
def _write_calls(
    tables: HeaterTables, series: HeaterSeries, state: HeaterState, i: int, work: HeatWork
) -> None:
    """Lower or raise prices where a call that is known pays for more or less power."""
    step = state.step[i]
    for call in range(state.award_kw.shape[1]):
        kind, award_kw = call % 2, state.award_kw[i, call]
        if state.call_steps[i, call, 0] > step:
            continue
        for at in range(max(step, state.call_steps[i, call, 1]), state.call_steps[i, call, 2]):
            baseline_kw = series.baseline_kw[state.day[i], at % _STEPS_PER_DAY]
            paid_kw = tables.factors[kind, 2] * award_kw
            s, paid = at - step, tables.subsidy_per_kwh[kind]
            if kind == REDUCE:
                work.first_kw[s] = max(0.0, baseline_kw - paid_kw)
                work.price[s, 1] += paid
            elif kind == ABSORB:
                work.first_kw[s] = baseline_kw + paid_kw
                work.price[s, 0] -= paid * paid_kw / work.first_kw[s]


@kernel
def _store(
    tables: HeaterTables, series: HeaterSeries, state: HeaterState, i: int, more_kwh: float,
    spare_kwh: float,
) -> Store:  # fmt: skip
    """The store of row i.

    Args:
        tables: the plant.
        series: what happens; of it only the price of heat.
        state: of n heaters.
        i: the row.
        more_kwh: how much more heat all but the bricks hold in the end than now.
        spare_kwh: heat that the building takes now beyond what it needs.
    """
    values, temp_c, day = tables.values, state.temp_c[i], state.day[i]
    stored_kwh = 0.0
    for place in range(4):
        stored_kwh += tables.capacities[place] * temp_c[place]
    capacity = 1.0 / values[BRICK_K_PER_KWH]
    heat_kwh = (temp_c[BRICK] - values[BRICK_MIN_C]) * capacity
    return Store(
        heat_kwh,
        (values[BRICK_MAX_C] - values[BRICK_MIN_C]) * capacity,
        heat_kwh + state.start_kwh[i] - stored_kwh - more_kwh,
        series.heat_price[day, MISSING],
        series.heat_price[day, SURPLUS],
        spare_kwh,
        _SPARE_SHARE * values[RADIATOR_KW] * HOLD_H,
        _KEPT_SHARE * series.heat_price[day, SURPLUS],
        state.peak_kw[i],
    )


@entry
def plan_heaters(
    tables: HeaterTables, series: HeaterSeries, forecast: Floats, state: HeaterState, fade: float,
    margin_k: float, work: HeatWork, control: Floats,
) -> None:  # fmt: skip
    """Write what each heater does best now.

    Prices are expected to differ from their forecast by what the present one differs, which fades.

    Args:
        tables: the plant.
        series: what happens; of prices and weather only those of the present step are looked at.
        forecast: made on each day [D, T, 5].
        state: of n heaters.
        fade: share of the difference that is left after a step.
        margin_k: by how much the room is kept above its least temperature.
        work: written to.
        control: share of the greatest power, and fan fraction [n, 2]; 0 after the last step.
    """
    values = tables.values
    for i in range(control.shape[0]):
        control[i] = 0.0
        left = tables.n_steps - state.step[i]
        if left <= 0:
            continue
        temp_c, room_c = state.temp_c[i], tables.room_min_c + margin_k
        _write_known(tables, series, forecast, state, i, fade, work)
        _write_calls(tables, series, state, i, work)
        hot_c = tables.room_max_c - _BELOW_MAX_K
        write_needs(values, temp_c, work.weather, 1, hot_c, work.release_kwh)
        hot_kwh = work.release_kwh[0]
        more_kwh = write_needs(values, temp_c, work.weather, left, room_c, work.release_kwh)
        needed_kwh = work.release_kwh[0]
        loss_kw = values[STORE_LOSS_KW_PER_K] * (temp_c[BRICK] - values[SURROUNDINGS_C])
        for s in range(left):
            work.release_kwh[s] += HOLD_H * loss_kw
        store = _store(tables, series, state, i, more_kwh, max(0.0, hot_kwh - needed_kwh))
        power_kw, spare_kwh = best_start(
            work, store, left, tables.demand_per_kw, values[POWER_MAX_KW]
        )
        rise_k = max(temp_c[BRICK] - temp_c[WATER], 1.0)
        control[i, 0] = power_kw / values[POWER_MAX_KW]
        control[i, 1] = fan_fraction(values, (needed_kwh + spare_kwh) / HOLD_H / rise_k)
