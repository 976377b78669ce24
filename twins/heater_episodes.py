"""Episodes of a heater made from days: what kernels and planners read of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from .errors import InputError
from .event_kernel import EventTables
from .heater import HeaterPlant
from .heater_day import design_heat_kw
from .heater_episode_state import HeaterCalls, HeaterSeries, HeaterTables
from .heater_forecast import forecasts
from .heater_markets import STEP_MINUTES, STEPS_PER_DAY
from .heater_tables import HOLD_H
from .heater_terms import DAYS_PER_MONTH, Calls, HeaterTerms
from .heater_weather import HeaterWeather
from .scenarios import Scenarios
from .stn_tables import Floats, Ints
from .value_checks import check_number, check_whole

Actions = Literal["continuous", "stages"]

_Array = TypeVar("_Array", Floats, Ints)

FAN_STAGES = 12
"""Running fans of the discrete variant, from the least to full, each by the same factor faster."""

LONGEST_DAYS = 7
BASELINE_DAYS = 5
"""Days before the start whose heat load makes the baseline."""

_NEEDED = (
    "buy_price_per_kwh",
    "buy_forecast_per_kwh",
    "ambient_c",
    "wind_m_per_s",
    "ghi_w_per_m2",
    "occupancy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeForm:
    """What all episodes of an env have in common.

    Args:
        days: length [d], 1 to 7.
        start_hour: clock hour at which they begin and forecasts are made.
        dr: whether the grid operator calls.
        actions: `"continuous"`, or `"stages"` for power and fan in stages.
        forecast_error: what the errors of the weather forecast are multiplied by.

    Raises:
        InputError: a value that makes no episode.
    """

    days: int = 1
    start_hour: int = 13
    dr: bool = True
    actions: Actions = "continuous"
    forecast_error: float = 1.0

    def __post_init__(self) -> None:
        check_whole("days", self.days, low=1, high=LONGEST_DAYS)
        check_whole("start_hour", self.start_hour, high=23)
        if self.actions not in ("continuous", "stages"):
            raise InputError("actions", self.actions, "use 'continuous' or 'stages'")
        check_number("forecast_error", self.forecast_error, high=10.0)

    @property
    def n_steps(self) -> int:
        """Steps of an episode T."""
        return self.days * STEPS_PER_DAY


@dataclass(frozen=True, slots=True, eq=False)
class HeaterEpisodes:
    """The episodes that start on days of a split.

    Args:
        starts: the days on which episodes begin [E].
        series: what happens, for the kernels.
        forecast: forecasts made on each day of all splits [D, T, 5], as `heater_forecast` makes
            them.
    """

    starts: Scenarios
    series: HeaterSeries
    forecast: Floats


def check_days(days: Scenarios, terms: HeaterTerms) -> None:
    """Refuse days that no heater can run.

    Raises:
        InputError: a series missing, steps other than quarters of an hour from midnight on, or
            another currency than that of the terms.
    """
    for name in _NEEDED:
        if name not in days.series:
            fix = f"add it; heaters need {', '.join(_NEEDED)}"
            raise InputError("scenarios series", sorted(days.series), f"{name!r} is missing: {fix}")
    if days.step_minutes != STEP_MINUTES:
        fix = f"heaters run in steps of {STEP_MINUTES} min; convert with readers.to_step"
        raise InputError("scenarios step_minutes", days.step_minutes, fix)
    if (days.start_hour, days.n_steps) != (0, STEPS_PER_DAY):
        fix = f"give {STEPS_PER_DAY} steps a day from midnight on"
        raise InputError("scenarios start_hour, steps", (days.start_hour, days.n_steps), fix)
    if days.currency != terms.currency:
        fix = f"the terms are in {terms.currency!r}; give both in one currency"
        raise InputError("scenarios currency", days.currency, fix)


def make_episodes(
    plant: HeaterPlant, days: Scenarios, terms: HeaterTerms, form: EpisodeForm, split: str
) -> HeaterEpisodes:
    """The episodes of a split.

    An episode begins on each day of the split from which on it stays within days of the split that
    follow each other without a gap.

    Raises:
        InputError: an unknown split, or one without such a day.
    """
    inside = days.split(split)
    at = np.searchsorted(days.dates, inside.dates)
    starts = _starts(inside, form)
    if not len(starts):
        fix = f"episodes of {form.days} d from {form.start_hour} h need days that follow each other"
        raise InputError("split", split, fix)
    rows = at[starts]
    forecast = forecasts(days, form.start_hour, form.n_steps, form.forecast_error)
    weather = days_weather(days)
    first = rows * STEPS_PER_DAY + 4 * form.start_hour
    price = np.maximum(0.0, forecast[rows, :, 0].mean(axis=1))
    series = HeaterSeries(
        values=np.column_stack([days.series["buy_price_per_kwh"].ravel(), weather.table]),
        first=first,
        forecast=rows,
        start_c=_start_c(plant, weather, terms.room_set_c, first),
        baseline_kw=_baseline_kw(plant, weather, terms.room_set_c, rows, form.start_hour),
        heat_price=price[:, None] * np.array([terms.missing_share, terms.surplus_share]),
    )
    return HeaterEpisodes(inside.take(starts), series, forecast)


def heater_env_tables(plant: HeaterPlant, terms: HeaterTerms, form: EpisodeForm) -> HeaterTables:
    """What kernels read of a plant, its terms and the form of its episodes.

    Raises:
        InputError: a start hotter than the brick may be.
    """
    low_c, high_c = terms.start_brick_c
    check_number("terms start_brick_c", high_c, high=plant.brick.max_c)
    continuous = form.actions == "continuous"
    fan_min = plant.air.fan_min
    fan = np.array([0.0, *fan_min ** (1.0 - np.arange(FAN_STAGES) / (FAN_STAGES - 1))])
    share = plant.stage_power_kw / plant.heater.power_max_kw
    programmes = [calls.programme if calls else None for calls in (terms.reduce, terms.absorb)]

    def of(name: str, default: object) -> Floats:
        rows = [getattr(programme, name) if programme else default for programme in programmes]
        return _fixed(np.array(rows, np.float64))

    return HeaterTables(
        values=plant.tables,
        capacities=_fixed(plant.capacities_kwh_per_k),
        n_steps=form.n_steps,
        n_modes=_fixed(np.array([2, 2] if continuous else [len(share), len(fan)], np.int64)),
        continuous=continuous,
        power_share=_fixed(share),
        fan=_fixed(fan),
        brick_low_c=float(low_c),
        brick_high_c=float(high_c),
        demand_per_kw=terms.demand_charge_per_kw_month * form.days / DAYS_PER_MONTH,
        room_min_c=float(terms.room_min_c),
        room_max_c=float(terms.room_max_c),
        comfort_per_kh=float(terms.comfort_price_per_kh),
        thresholds=of("thresholds", (0.5, 0.7, 1.2)),
        factors=of("factors", (0.6, 1.0, 1.2)),
        penalty_per_kwh=of("penalty_per_kwh", 0.0),
        subsidy_per_kwh=of("subsidy_per_kwh", 0.0),
    )


def heater_calls(terms: HeaterTerms, form: EpisodeForm) -> HeaterCalls:
    """How calls come about in an episode. Windows that the start hour cuts in two are left out."""
    return HeaterCalls(
        reduce=_events(terms.reduce if form.dr else None, form.start_hour),
        absorb=_events(terms.absorb if form.dr else None, form.start_hour),
        shift=np.arange(form.days, dtype=np.int64) * STEPS_PER_DAY,
    )


def _events(calls: Calls | None, start_hour: int) -> EventTables:
    windows = []
    for start, end in calls.events.windows if calls else ():
        first = (start - start_hour) % 24
        if first + end - start <= 24:
            windows.append((4 * first, 4 * (first + end - start)))
    if calls is None or not windows:
        return EventTables(-1.0, np.zeros((0, 2), np.int64), 0, 0.0, 0.0)
    events = calls.events
    return EventTables(
        float(events.probability), np.array(windows, np.int64), round(events.notice_h / HOLD_H),
        float(events.award_min_kw), float(events.award_max_kw),
    )  # fmt: skip


def _starts(days: Scenarios, form: EpisodeForm) -> Ints:
    """Days from which on an episode fits in [E]."""
    more = form.days if form.start_hour else form.days - 1
    first: Ints = np.arange(max(0, days.n_days - more))
    span = (days.dates[first + more] - days.dates[first]).astype(np.int64)
    return np.asarray(first[span == more])


def days_weather(days: Scenarios) -> HeaterWeather:
    """The weather of all days, one after the other [96 D]."""
    series = days.series
    return HeaterWeather(
        series["ambient_c"].ravel(), series["wind_m_per_s"].ravel(),
        series["ghi_w_per_m2"].ravel(), series["occupancy"].ravel(),
    )  # fmt: skip


def _start_c(plant: HeaterPlant, weather: HeaterWeather, room_c: float, first: Ints) -> Floats:
    """Water, room and mass in balance with the mean of the 24 hours before the start [E, 3].

    Of a start without such hours, the mean of the first 24 hours.
    """
    from_step = np.maximum(0, first - STEPS_PER_DAY)
    mean = weather.table[from_step[:, None] + np.arange(STEPS_PER_DAY)].mean(axis=1)
    before = HeaterWeather(*mean.T)
    building, water = plant.building, plant.water
    inside = building.room_to_mass_kw_per_k
    mass_c = (inside * room_c + building.envelope_kw_per_k * before.ambient_c) / (
        inside + building.envelope_kw_per_k
    )
    # The mass is colder than the room, so the envelope takes less than in equation (9).
    less_kw = building.envelope_kw_per_k * (room_c - mass_c)
    heat_kw = np.maximum(0.0, design_heat_kw(plant, before, room_c) - less_kw)
    rise_k = water.radiator_rise_k * (heat_kw / water.radiator_kw) ** (
        1.0 / (1.0 + water.radiator_exponent)
    )
    water_c = np.minimum(room_c + rise_k, water.max_c)
    return np.column_stack([water_c, np.full(len(first), room_c), mass_c])


def _baseline_kw(
    plant: HeaterPlant, weather: HeaterWeather, room_c: float, rows: Ints, start_hour: int
) -> Floats:
    """Mean design heat load of each quarter of the days before the start [E, 96].

    That is the load of a heater that charges what it releases, so nobody can shape it. Of a start
    on the very first day, that of the day itself.
    """
    by_day = design_heat_kw(plant, weather, room_c).reshape(-1, STEPS_PER_DAY)
    before = [by_day[max(0, row - BASELINE_DAYS) : max(1, row)].mean(axis=0) for row in rows]
    return np.ascontiguousarray(np.roll(before, -4 * start_hour, axis=1))


def _fixed(array: _Array) -> _Array:
    """The array, read-only."""
    array.setflags(write=False)
    return array
