"""Heating days: what a heater drew in which weather, as the estimators take it.

A heating day is 24 hours from `first_hour` on, best from the hour before which charging never
begins, so that the charging of a night stays within one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..day_grid import Dates, DroppedDay, zone
from ..stn_tables import Floats

HOURS = 24

_HOUR_S = 3600


@dataclass(frozen=True, slots=True, eq=False)
class Telemetry:
    """Readings of a heater's sensors in N steps; NaN where one is missing.

    Args:
        brick_c: brick temperature at the start of the step [N] [degC].
        water_c: mean water temperature at the start of the step [N] [degC].
        power_kw: mean heater power of the step [N] [kW].
        fan: mean fan fraction of the step [N].
        step_h: length of a step [h].
    """

    brick_c: Floats
    water_c: Floats
    power_kw: Floats
    fan: Floats
    step_h: float


@dataclass(frozen=True, slots=True, eq=False)
class HeaterDays:
    """Hours of D heating days.

    Args:
        dates: on which the days begin [D], rising.
        first_hour: clock hour at which they begin.
        energy_kwh: metered energy of each hour [D, 24]; NaN where a reading is missing.
        ambient_c: outside temperature [D, 24] [degC].
        wind_m_per_s: wind speed [D, 24] [m/s]; 0 if it is not known.
        ghi_w_per_m2: global horizontal irradiance [D, 24] [W/m2]; 0 if it is not known.
        brick_c: brick temperature when the day begins [D] [degC]; NaN where it is not known.
        offset_s: local time less UTC [s]; None if the data have no offsets.
        telemetry: all readings of the sensors, if there are any.
        left_out: days between the first and the last that cannot be used, each with the reason.
    """

    dates: Dates
    first_hour: int
    energy_kwh: Floats
    ambient_c: Floats
    wind_m_per_s: Floats
    ghi_w_per_m2: Floats
    brick_c: Floats
    offset_s: int | None = None
    telemetry: Telemetry | None = None
    left_out: tuple[DroppedDay, ...] = ()

    @property
    def days(self) -> int:
        """Number of days D."""
        return len(self.dates)

    @property
    def daily_kwh(self) -> Floats:
        """Energy of each day [D] [kWh]; NaN where a reading is missing."""
        return np.asarray(self.energy_kwh.sum(axis=1), np.float64)

    @property
    def metered(self) -> NDArray[np.bool_]:
        """Days without a missing reading [D]."""
        return np.isfinite(self.daily_kwh)

    @property
    def times(self) -> NDArray[np.str_]:
        """Beginning of each hour [D, 24], ISO 8601, with offset if there is one."""
        starts = self.dates.astype("datetime64[s]").astype(np.int64)[:, None]
        seconds = starts + _HOUR_S * (self.first_hour + np.arange(HOURS))
        stamps = np.datetime_as_string(seconds.astype("datetime64[s]"))
        if self.offset_s is None:
            return np.asarray(stamps)
        return np.char.add(stamps, zone(self.offset_s))

    def take(
        self, rows: slice | Sequence[int] | NDArray[np.int64] | NDArray[np.bool_]
    ) -> HeaterDays:
        """Some of the days, as an index of `dates` picks them; all of the telemetry."""
        index = rows if isinstance(rows, slice) else np.asarray(rows)
        return self._with({name: getattr(self, name)[index] for name in _BY_DAY})

    def without_brick(self) -> HeaterDays:
        """The same days with no brick temperature known."""
        return self.with_brick(np.full(self.days, np.nan))

    def with_brick(self, brick_c: Floats) -> HeaterDays:
        """The same days with other brick temperatures [D]."""
        return replace(self, brick_c=brick_c)

    def without_telemetry(self) -> HeaterDays:
        """The same days without what sensors read within them."""
        return replace(self, telemetry=None)

    def with_energy(self, energy_kwh: Floats) -> HeaterDays:
        """The same days with other readings [D, 24]."""
        return replace(self, energy_kwh=energy_kwh)

    def followed_by(self, later: HeaterDays) -> HeaterDays:
        """Days of this one that lie before the later ones, and these."""
        before = self.take(self.dates < later.dates[0])
        joined = {
            name: np.concatenate([getattr(before, name), getattr(later, name)]) for name in _BY_DAY
        }
        return later._with(joined)

    def _with(self, by_day: dict[str, Any]) -> HeaterDays:
        return replace(self, **by_day)


_BY_DAY = tuple(
    field.name
    for field in fields(HeaterDays)
    if field.name not in {"first_hour", "offset_s", "telemetry", "left_out"}
)
