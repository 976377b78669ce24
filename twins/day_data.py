"""Series of one origin over whole days, and how several origins become the scenarios of a plant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from .csv_file import Floats
from .day_grid import Dates, DroppedDay, Ints, zone
from .errors import InputError
from .plant import StnPlant
from .scenarios import Scenarios, Splits
from .stn_tables import n_steps

_DATES_IN_A_NOTE = 5


@dataclass(frozen=True, slots=True, eq=False)
class DayData:
    """Series of one origin.

    Args:
        label: of the origin, for messages.
        source: whom to name for it.
        dates: local dates [D], rising.
        series: whole days from midnight on [D, S], by their names in `SERIES`.
        dropped: days that the origin's reader left out.
        offset_s: local time less UTC of each day [D], [s]; None if it is not known.
    """

    label: str
    source: str
    dates: Dates
    series: Mapping[str, Floats]
    dropped: tuple[DroppedDay, ...] = ()
    offset_s: Ints | None = None

    def on(self, dates: Dates) -> dict[str, Floats]:
        """The series on some of the dates [d, S]."""
        rows = np.searchsorted(self.dates, dates)
        return {name: values[rows] for name, values in self.series.items()}


def common_days(origins: Sequence[DayData]) -> tuple[Dates, list[str]]:
    """The dates that every origin has, and a note for each reason why others are left out.

    The first origin leads: its days that had to be left out are listed.

    Raises:
        InputError: no common date.
    """
    dates = reduce(np.intersect1d, [origin.dates for origin in origins])
    if not len(dates):
        spans = [f"{o.label}: {o.dates[0]} to {o.dates[-1]}" for o in origins]
        raise InputError("dates", spans, "give data with at least one whole day in common")
    return dates, _left_out(origins, dates)


def refuse_other_offsets(origins: Sequence[DayData]) -> None:
    """Refuse origins in another offset from UTC than the first: days are joined by local time.

    Origins that do not tell their offset pass, and so do days that the other origin has not.

    Raises:
        InputError: an origin that has another offset than the first on one of their days.
    """
    known = [(origin, origin.offset_s) for origin in origins if origin.offset_s is not None]
    for other, other_s in known[1:]:
        first, first_s = known[0]
        dates, mine, theirs = np.intersect1d(first.dates, other.dates, return_indices=True)
        differs = first_s[mine] != other_s[theirs]
        if differs.any():
            day = int(differs.argmax())
            want, have = zone(int(first_s[mine[day]])), zone(int(other_s[theirs[day]]))
            field = f"{other.label} {other.source} offset on {dates[day]}"
            fix = f"write both in {want} on this day, as {first.source} is"
            raise InputError(field, have, fix)


def combine(
    plant: StnPlant,
    origins: Sequence[DayData],
    step_minutes: int,
    *,
    splits: Splits | None = None,
    notes: Sequence[str] = (),
) -> Scenarios:
    """Scenarios of the plant's hours, on the dates that every origin has.

    Args:
        plant: whose day, currency and base load it is.
        origins: at least one, at the step length asked for.
        step_minutes: length of a step [min].
        splits: first dates of the validation and test days.
        notes: what to tell the user besides.

    Raises:
        InputError: no common date.
    """
    dates, left_out = common_days(origins)
    first = plant.start_hour * 60 // step_minutes
    steps = n_steps(plant, step_minutes)
    series = {
        name: values[:, first : first + steps]
        for origin in origins
        for name, values in origin.on(dates).items()
    }
    series["base_load_kw"] = np.full((len(dates), steps), float(plant.site.base_load_kw))
    return Scenarios(
        dates=dates,
        series=series,
        step_minutes=step_minutes,
        start_hour=plant.start_hour,
        currency=plant.currency,
        splits=splits,
        sources={origin.label: origin.source for origin in origins},
        notes=(*notes, *left_out),
    )


def _left_out(origins: Sequence[DayData], dates: Dates) -> list[str]:
    """One line for each reason why days of the first origin are not among the dates."""
    lead = origins[0]
    lost: dict[str, list[str]] = defaultdict(list)
    for day in lead.dropped:
        lost[f"{lead.label}: {day.reason}"].append(str(day.date))
    left = np.setdiff1d(lead.dates, dates)
    for origin in origins[1:]:
        reasons = {day.date: day.reason for day in origin.dropped}
        for date in np.setdiff1d(left, origin.dates):
            lost[f"{origin.label}: {reasons.get(date, 'no data')}"].append(str(date))
        left = np.intersect1d(left, origin.dates)
    return [_note(reason, days) for reason, days in lost.items()]


def _note(reason: str, days: list[str]) -> str:
    more = f" and {len(days) - _DATES_IN_A_NOTE} more" if len(days) > _DATES_IN_A_NOTE else ""
    return f"left out {', '.join(days[:_DATES_IN_A_NOTE])}{more} ({reason})"
