"""Plants and days so small that their best schedule can be found by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from plantgym.twins.outlook import DrEvent, Outlook, morning
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.scheduling import Schedule, Scheduler
from plantgym.twins.stn_tables import StnTables, compile_tables
from plantgym.twins.tariff import Tariff

MILL = Task("mill", (Mode(100.0, produces_t_per_h={"flour": 1.0}),))


def flour(
    wanted_t: float | None = None, cost_per_t: float = 10_000.0, max_t: float = 9.0
) -> Material:
    """An empty store; with a target, missing it costs far more than any energy here."""
    return Material("flour", 0.0, max_t, 0.0, wanted_t, cost_per_t if wanted_t else 0.0)


def plant(**changes: Any) -> StnPlant:  # noqa: ANN401
    """A mill of 100 kW that fills a store by 1 t an hour, for four hours without base load."""
    fields: dict[str, Any] = {
        "name": "mill",
        "currency": "EUR",
        "materials": (flour(),),
        "tasks": (MILL,),
        "site": Site(import_limit_kw=1000.0),
        "tariff": Tariff((0.0,) * 24, (0.0,) * 24),
        "horizon_h": 4,
    }
    return StnPlant(**(fields | changes))


def outlook(
    tables: StnTables,
    buy: ArrayLike = 0.0,
    sell: ArrayLike = 0.0,
    *,
    generation_kw: ArrayLike = 0.0,
    base_load_kw: ArrayLike = 0.0,
    baseline_load_kw: ArrayLike = 0.0,
    dr: DrEvent | None = None,
) -> Outlook:
    """The beginning of a day; numbers hold for all steps."""

    def series(values: ArrayLike) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), (tables.n_steps,))

    begun = morning(tables, series(buy), series(sell), series(generation_kw), series(base_load_kw))
    return replace(begun, baseline_load_kw=series(baseline_load_kw), dr=dr)


def best(made: StnPlant, buy: ArrayLike = 0.0, sell: ArrayLike = 0.0, **day: Any) -> Schedule:  # noqa: ANN401
    """The proven optimum of a plant-day."""
    tables = compile_tables(made)
    return Scheduler(tables).plan(outlook(tables, buy, sell, **day), mip_gap=0.0)


def later(
    view: Outlook, schedule: Schedule, step: int, hold: tuple[ArrayLike, ArrayLike] | None = None
) -> Outlook:
    """What is known at a step when the schedule was run until then.

    `hold` is the level and the number of steps that each task must still keep.
    """
    hold_level, hold_steps = hold or (view.hold_level, view.hold_steps)
    net_kw = schedule.load_kw[:step] - view.generation_kw[:step]
    return replace(
        view,
        step=step,
        stock_t=schedule.stock_t[step - 1],
        level=schedule.levels[step - 1],
        hold_level=np.asarray(hold_level, dtype=np.float64),
        hold_steps=np.asarray(hold_steps, dtype=np.int64),
        peak_kw=max(view.peak_kw, float(net_kw.max())),
    )
