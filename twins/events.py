"""An event process compiled to steps of a plant's day."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .event_kernel import EventTables
from .plant import StnPlant
from .stn_tables import StnTables, steps_of
from .tariff import DrEventProcess


def event_tables(plant: StnPlant, dr: DrEventProcess | bool, tables: StnTables) -> EventTables:
    """The process that an env's `dr` argument stands for.

    Raises:
        InputError: events for a plant without a programme, or windows outside its day.
    """
    if dr is False:
        return EventTables(-1.0, np.zeros((0, 2), np.int64), 0, 0.0, 0.0)
    process = plant.dr_events if dr is True else dr
    if plant.dr is None or process is None:
        raise InputError(
            "dr", dr, f"plant {plant.name!r} has no [dr] with [dr.events]; add them or use dr=False"
        )
    windows = []
    for start, end in process.windows:
        if not plant.start_hour <= start < end <= plant.start_hour + plant.horizon_h:
            raise InputError("dr windows", (start, end), "keep the window within the plant's day")
        hours = (start - plant.start_hour, end - plant.start_hour)
        windows.append([round(hour / tables.step_h) for hour in hours])
    return EventTables(
        probability=float(process.probability),
        windows=np.array(windows, np.int64),
        notice_steps=steps_of(process.notice_h, tables.step_h),
        award_min_kw=float(process.award_min_kw),
        award_max_kw=float(process.award_max_kw),
    )
