"""What both the drawn and the text picture of a day show: times, trips, stock scales, captions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..twins.stn_state import COST_PARTS, METER
from ..twins.stn_tables import Floats, compile_tables
from .day_record import DayRecord

_OFTEN_OVER_NEED = 4.0


def metered(record: DayRecord, name: str) -> Floats:
    """One metered value of each step that ran [t]."""
    return record.meter[:, METER.index(name)]


def continuous(record: DayRecord) -> bool:
    """Whether tasks run at levels between their modes."""
    return record.plant.operation == "continuous"


def first_step(record: DayRecord) -> int:
    """Step at which the record begins: above 0 where the env was set to a state within the day."""
    return record.outlook.step - len(record.level)


def n_known(record: DayRecord) -> int:
    """Steps whose price and generation are known: those that ran and the one to be decided."""
    return min(record.outlook.step + 1, len(record.outlook.buy_price_per_kwh))


def hours(record: DayRecord) -> Floats:
    """Clock hours at which the steps begin, and at which the day ends [T + 1]."""
    n_steps = len(record.outlook.buy_price_per_kwh)
    return record.plant.start_hour + record.step_h * np.arange(n_steps + 1, dtype=np.float64)


def clock(record: DayRecord, step: int) -> str:
    """Time at which a step begins, as HH:MM."""
    minutes = round(60 * (record.plant.start_hour + step * record.step_h))
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def tripped(record: DayRecord) -> NDArray[np.bool_]:
    """Whether a task stood although it had to run [t, J]."""
    trips = np.zeros(record.level.shape, np.bool_)
    tables = compile_tables(record.plant, round(60 * record.step_h))
    for j, min_run in enumerate(tables.min_run_steps):
        hold, before = 0, 0.0
        for t, level in enumerate(record.level[:, j]):
            trips[t, j] = level == 0 and (t >= tables.must_run_from[j] or hold > 0)
            started = level > 0 and level != before
            hold = min_run - 1 if started else max(0, hold - 1)
            before = level
    return trips


def stock_top(record: DayRecord, m: int) -> float:
    """Upper end of the scale on which a stock is drawn [stock_unit].

    The upper limit, unless that is so far above all that the day needs that nothing would show.
    """
    material = record.plant.materials[m]
    need = max(material.initial_t, material.end_min_t or 0.0) - material.min_t
    if material.end_min_t is None or need <= 0:
        return material.max_t
    seen = float(record.stock_t[:, m].max())
    return min(material.max_t, max(seen, material.min_t + _OFTEN_OVER_NEED * need))


def share_of_scale(record: DayRecord, m: int, stock_t: Floats) -> Floats:
    """Stocks of a material as share of the scale on which they are drawn, 0 to 1."""
    low = record.plant.materials[m].min_t
    return (stock_t - low) / ((stock_top(record, m) - low) or 1.0)


def number(value: float) -> str:
    """A number for a caption: three digits, or all digits before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def short(name: str, width: int) -> str:
    """A name cut to a width."""
    return name if len(name) <= width else name[: width - 1] + "…"


def heading(record: DayRecord) -> str:
    """Plant, date and time."""
    step, n_steps = record.outlook.step, len(record.outlook.buy_price_per_kwh)
    when = clock(record, step)
    return f"{short(record.plant.name, 40)}, {record.date}, {when} (step {step} of {n_steps})"


def cost_caption(record: DayRecord) -> str:
    """Cost so far, and the parts that are not zero."""
    parts = record.cost.sum(axis=0)
    named = [f"{name} {number(part)}" for name, part in zip(COST_PARTS, parts, strict=True) if part]
    total = f"Cost so far {number(float(parts.sum()))} {record.plant.currency}"
    return f"{total}: {', '.join(named)}" if named else total


def dr_status(record: DayRecord) -> str:
    """`"announced"`, `"active"` or `"over"`; empty while no event is known."""
    step, event = record.outlook.step, record.outlook.dr
    if event is None:
        return ""
    if step < event.start_step:
        return "announced"
    return "active" if step < event.end_step else "over"


def dr_caption(record: DayRecord) -> str:
    """Window, award and status of the demand-response event that is known, if there is one."""
    event = record.outlook.dr
    if event is None:
        return "No demand-response event known"
    window = f"{clock(record, event.start_step)} to {clock(record, event.end_step)}"
    award = f"{number(event.award_kw)} kW awarded"
    return f"Demand response {window}, {award}: {dr_status(record)}"


def stock_caption(record: DayRecord, m: int) -> tuple[str, str]:
    """Stock now with its target, and its limits; with the scale, where that ends earlier."""
    material = record.plant.materials[m]
    now = f"{number(record.stock_t[-1, m])} {record.plant.stock_unit}"
    if material.end_min_t is not None:
        now += f", target {number(material.end_min_t)}"
    limits = f"{number(material.min_t)} to {number(material.max_t)}"
    top = stock_top(record, m)
    return now, limits if top == material.max_t else f"{limits}, drawn to {number(top)}"
