"""From files, pandas objects or arrays to metered days."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..csv_file import CsvFile, CsvSource, Floats
from ..day_grid import Clock, ClockChanges, DroppedDay, read_clock, step_times
from ..energy_column import read_energy
from ..errors import InputError
from ..readers import MAX_PV_CF, MINUTES_PER_DAY, DailySeries, prices_of, to_step
from .meter import MeterDays

if TYPE_CHECKING:
    import pandas as pd

_ARRAY_START = np.datetime64("2000-01-01", "D")
_NET_METERING = "a plant draws 0 or more; if it feeds PV into the grid, give the series of PV too"


def read_meter(
    meter_source: CsvSource,
    price_source: CsvSource,
    *,
    step_minutes: int | None = None,
    clock_changes: ClockChanges = "drop",
    pv_source: CsvSource | None = None,
) -> MeterDays:
    """Read a meter and the prices that it saw.

    Rows of the meter may be missing, or their fields empty. Readings of the same step of time are
    found by the instant, so the files may differ in offset.

    Args:
        meter_source: CSV with times as `read_prices` takes them and one column `energy_kwh`,
            `energy_mwh` (per step) or `power_kw` (mean of the step).
        price_source: CSV as `read_prices` takes it.
        step_minutes: wanted step [min]; by default the coarser of the two files. Energies of finer
            steps are summed (missing if any is), prices averaged; coarser prices are held.
        clock_changes: `"raise"` or `"drop"` days of 23 or 25 hours.
        pv_source: CSV of the capacity factor `measured_cf` of PV in the region [kW per kW
            installed], if the plant has PV behind its meter; readings may then be negative.

    Raises:
        InputError: anything wrong in a file, by line; files without a common day; a step that does
            not fit the files'.
    """
    pv = None if pv_source is None else CsvFile.read(pv_source)
    prices = prices_of(CsvFile.read(price_source), None, clock_changes)
    return _metered_days(CsvFile.read(meter_source), prices, pv, step_minutes)


def meter_days(
    meter: pd.Series | pd.DataFrame | ArrayLike,
    prices: pd.Series | pd.DataFrame | ArrayLike,
    *,
    step_minutes: int | None = None,
    clock_changes: ClockChanges = "drop",
    pv: pd.Series | pd.DataFrame | ArrayLike | None = None,
) -> MeterDays:
    """The same as `read_meter`, from Python objects.

    Args:
        meter: pandas object with a time-zone-aware DatetimeIndex, whose column or name is one that
            a file may have (a Series without name is in kWh); or an array [days, steps] in kWh.
        prices: the same, in currency/kWh if it has no name; an array if the meter is one.
        step_minutes: as in `read_meter`.
        clock_changes: as in `read_meter`; arrays have whole days only.
        pv: the same, of capacity factors.

    Arrays have no dates: their days are numbered from 2000-01-01 on, without time zone.

    Raises:
        InputError: as `read_meter`, by row; a mixture of pandas objects and arrays.
    """
    import pandas as pd

    given = {"meter": meter, "prices": prices} | ({} if pv is None else {"pv": pv})
    in_pandas = [isinstance(each, pd.Series | pd.DataFrame) for each in given.values()]
    if not any(in_pandas):
        return _array_days(
            *(_array(name, each) for name, each in given.items()), step_minutes=step_minutes
        )
    if not all(in_pandas):
        kinds = {name: type(each).__name__ for name, each in given.items()}
        raise InputError("meter, prices, pv", kinds, "give all as pandas objects, or all as arrays")
    tables = {name: _Table.of(name, each) for name, each in given.items()}
    return _metered_days(
        tables["meter"],
        prices_of(tables["prices"], None, clock_changes),
        tables.get("pv"),
        step_minutes,
    )


class _Table(CsvFile):
    """A pandas object in place of a file; its rows have numbers from 0 on, not lines."""

    __slots__ = ()

    @classmethod
    def of(cls, name: str, data: Any) -> _Table:  # noqa: ANN401 - a Series or a DataFrame
        import pandas as pd

        if not isinstance(data.index, pd.DatetimeIndex) or data.index.tz is None:
            raise InputError(
                f"{name} index",
                type(data.index).__name__,
                "give it a time-zone-aware DatetimeIndex, as data.tz_localize('Europe/Brussels')",
            )
        if isinstance(data, pd.Series):
            unnamed = {"meter": "energy_kwh", "prices": "buy_price_per_kwh", "pv": "measured_cf"}
            data = data.to_frame(unnamed[name] if data.name is None else data.name)
        times = [stamp.isoformat() for stamp in data.index]
        return cls(name, data.assign(time=times).reset_index(drop=True))

    def at(self, row: int) -> str:
        return f"{self.name} row {row}"


def _metered_days(
    meter: CsvFile, prices: DailySeries, pv: CsvFile | None, step_minutes: int | None
) -> MeterDays:
    clock = read_clock(meter)
    energy_kwh = _on_days(meter, clock, _energy_kwh(meter, clock, pv is not None), prices)
    pv_cf = None
    if pv is not None:
        pv_cf = _on_days(pv, read_clock(pv), pv.numbers("measured_cf", 0.0, MAX_PV_CF), prices)
    every = _priced_days(energy_kwh, prices, pv_cf, step_minutes)
    kept = every.take(_usable(every))
    if not kept.days:
        raise InputError(
            f"{meter.name} time",
            f"{clock.local[0]} to {clock.local[-1]}",
            f"no reading falls on a whole day with prices{' and PV' if pv else ''} "
            f"({prices.dates[0]} to {prices.dates[-1]}); check dates, offsets and the minute at "
            "which the steps begin",
        )
    return replace(kept, dropped=_dropped(every, kept, clock, prices))


def _array_days(
    energy_kwh: Floats, prices: Floats, pv_cf: Floats | None = None, *, step_minutes: int | None
) -> MeterDays:
    if pv_cf is None and (energy_kwh < 0).any():
        raise InputError("meter", float(np.nanmin(energy_kwh)), _NET_METERING)
    found = {"meter": len(energy_kwh), "prices": len(prices)}
    found |= {} if pv_cf is None else {"pv": len(pv_cf)}
    if len(set(found.values())) > 1:
        raise InputError("days", found, "give as many days of each array")
    series = DailySeries(_ARRAY_START + np.arange(len(prices)), prices, "currency/kWh")
    every = _priced_days(energy_kwh, series, pv_cf, step_minutes)
    kept = every.take(_usable(every))
    if not kept.days:
        raise InputError("meter", energy_kwh.shape, "give at least one reading")
    return kept


def _array(name: str, data: ArrayLike) -> Floats:
    """Days [D, S] of finite numbers, but NaN where a reading is missing."""
    try:
        values = np.array(data, dtype=np.float64)
    except (TypeError, ValueError) as error:
        fix = f"give numbers as an array [days, steps] ({error})"
        raise InputError(name, type(data).__name__, fix) from None
    if values.ndim != 2 or 0 in values.shape or MINUTES_PER_DAY % values.shape[1]:
        fix = "give an array [days, steps] with steps of whole minutes, such as [21, 24]"
        raise InputError(f"{name} shape", values.shape, fix)
    bad = np.isinf(values) if name == "meter" else ~np.isfinite(values)
    if name == "pv":
        bad |= (values < 0) | (values > MAX_PV_CF)
    if bad.any():
        day, step = np.argwhere(bad)[0].tolist()
        fix = (
            f"give a capacity factor of 0 to {MAX_PV_CF}"
            if name == "pv"
            else "give a finite number"
        )
        raise InputError(f"{name}[{day}, {step}]", float(values[day, step]), fix)
    return values


def _energy_kwh(meter: CsvFile, clock: Clock, feeds_grid: bool) -> Floats:
    """The readings [N], NaN where a field is empty."""
    name, energy_kwh = read_energy(meter, clock.step_s)
    if not feeds_grid:
        meter.refuse(name, energy_kwh < 0, _NET_METERING)
    return energy_kwh


def _on_days(file: CsvFile, clock: Clock, values: Floats, prices: DailySeries) -> Floats:
    """Values [N] laid out on the days of the prices [D, S], S steps of the file; NaN for none."""
    if clock.has_offsets != (prices.offset_s is not None):
        offsets = {file.name: clock.has_offsets, "prices": not clock.has_offsets}
        fix = "write the times of all files with their time-zone offset, or of none"
        raise InputError("time-zone offsets", offsets, fix)
    local_s = prices.dates.astype("datetime64[s]").astype(np.int64)
    start_s = local_s if prices.offset_s is None else local_s - prices.offset_s
    wanted_s = start_s[:, None] + np.arange(0, MINUTES_PER_DAY * 60, clock.step_s)
    row = np.searchsorted(clock.utc_s, wanted_s).clip(max=len(values) - 1)
    return np.where(clock.utc_s[row] == wanted_s, values[row], np.nan)


def _priced_days(
    energy_kwh: Floats, prices: DailySeries, pv_cf: Floats | None, step_minutes: int | None
) -> MeterDays:
    """All days of the prices at one common step."""
    meter_minutes = MINUTES_PER_DAY // energy_kwh.shape[1]
    price_minutes = MINUTES_PER_DAY // prices.values.shape[1]
    step = max(meter_minutes, price_minutes) if step_minutes is None else step_minutes
    if step <= 0 or step % meter_minutes or MINUTES_PER_DAY % step:
        fix = f"use a multiple of the meter's {meter_minutes} min that divides the day"
        raise InputError("step_minutes", step, fix)
    days, steps = len(prices.dates), MINUTES_PER_DAY // step
    return MeterDays(
        prices.dates,
        step_times(prices.dates, steps, prices.offset_s),
        energy_kwh.reshape(days, steps, -1).sum(axis=2),
        to_step(prices.values, step),
        step,
        None if pv_cf is None else to_step(pv_cf, step) * (step / 60),
    )


def _usable(days: MeterDays) -> NDArray[np.bool_]:
    """[D] days with at least one reading, and PV for every step if PV is wanted."""
    read = np.asarray(np.isfinite(days.energy_kwh).any(axis=1))
    if days.pv_kwh_per_kw is None:
        return read
    return np.asarray(read & np.isfinite(days.pv_kwh_per_kw).all(axis=1))


def _dropped(
    every: MeterDays, kept: MeterDays, clock: Clock, prices: DailySeries
) -> tuple[DroppedDay, ...]:
    """The days from the first to the last row of the meter that were not kept."""
    ends_s = clock.utc_s[[0, -1]]
    if prices.offset_s is not None:
        starts_s = prices.dates.astype("datetime64[s]").astype(np.int64) - prices.offset_s
        ends_s = ends_s + prices.offset_s[np.searchsorted(starts_s[1:], ends_s, side="right")]
    first, last = ends_s.astype("datetime64[s]").astype("datetime64[D]")
    read = np.isfinite(every.energy_kwh).any(axis=1)
    reasons = {day.date: f"prices: {day.reason}" for day in prices.dropped}
    reasons |= dict.fromkeys(every.dates, "no PV") | dict.fromkeys(every.dates[~read], "no reading")
    lost = np.setdiff1d(np.arange(first, last + 1), kept.dates)
    return tuple(DroppedDay(date, reasons.get(date, "prices: not in the file")) for date in lost)
