"""The columns of meter, weather and telemetry, and what values in them are plausible."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from ..csv_file import CsvFile
from ..energy_column import ENERGY_COLUMNS, read_energy
from ..errors import InputError
from ..stn_tables import Floats
from .heater_days import HOURS

if TYPE_CHECKING:
    import pandas as pd

    Table = pd.Series | pd.DataFrame | ArrayLike

WEATHER_COLUMNS = ("ambient_c", "wind_m_per_s", "ghi_w_per_m2")
TELEMETRY_COLUMNS = ("brick_c", "water_c", "power_kw", "fan")

_COLDEST_C, _WARMEST_C = -60.0, 50.0
_KELVIN = "give it in degC: this looks like kelvin, so take 273.15 off"
_FAHRENHEIT = "give it in degC: this looks like degF, so take 32 off and divide by 1.8"
_RANGES = {
    "wind_m_per_s": (0.0, 75.0, "give it in m/s, not km/h or knots"),
    "ghi_w_per_m2": (0.0, 1500.0, "give it in W/m2"),
    "brick_c": (-20.0, 1200.0, "give it in degC"),
    "water_c": (-20.0, 105.0, "give it in degC; kelvin and degF look like this"),
    "power_kw": (0.0, 1e5, "give it in kW"),
    "fan": (0.0, 1.0, "give it as a share between 0 and 1, not in per cent"),
}
_UNNAMED = {"meter": ENERGY_COLUMNS[:1], "weather": WEATHER_COLUMNS, "telemetry": TELEMETRY_COLUMNS}
_ARRAYS = {"meter": "[days, steps]", "weather": "[days, steps] or [days, steps, 3]"}
_ARRAYS["telemetry"] = "[days, steps, 4]"


def metered_kwh(meter: CsvFile, step_s: int) -> Floats:
    """The readings [N] [kWh], NaN where a field is empty.

    Raises:
        InputError: none or several of the columns of energy, or a negative reading.
    """
    name, energy_kwh = read_energy(meter, step_s)
    meter.refuse(
        name, energy_kwh < 0.0, "a heater draws 0 or more; leave the field empty if it failed"
    )
    most_kwh = _RANGES["power_kw"][1] * step_s / 3600
    meter.refuse(name, energy_kwh > most_kwh, "no heater draws so much; check the unit (Wh?)")
    return energy_kwh


def weather_values(weather: CsvFile) -> Floats:
    """Outside temperature, wind and irradiance [N, 3]; 0 for columns that the file has not.

    Raises:
        InputError: no outside temperature, an empty field, a value that is not plausible.
    """
    ambient_c = weather.numbers("ambient_c")
    weather.refuse("ambient_c", ambient_c > 200.0, _KELVIN)
    weather.refuse("ambient_c", ambient_c > _WARMEST_C, _FAHRENHEIT)
    weather.refuse("ambient_c", ambient_c < _COLDEST_C, "give it in degC")
    others = [
        _in_range(weather, name) if name in weather.frame else np.zeros(len(ambient_c))
        for name in WEATHER_COLUMNS[1:]
    ]
    return np.stack([ambient_c, *others], axis=1)


def telemetry_values(telemetry: CsvFile) -> Floats:
    """Readings of the sensors [N, 4], NaN where a field is empty.

    Raises:
        InputError: a missing column, a value that is not plausible.
    """
    columns = [_in_range(telemetry, name, gaps=True) for name in TELEMETRY_COLUMNS]
    values = np.stack(columns, axis=1)
    telemetry.refuse(
        "brick_c",
        values[:, 0] < values[:, 1] - 20.0,
        "the bricks are colder than the water that they heat; check columns and units",
    )
    return values


def _in_range(file: CsvFile, name: str, *, gaps: bool = False) -> Floats:
    low, high, fix = _RANGES[name]
    values = file.numbers(name, gaps=gaps)
    file.refuse(name, (values < low) | (values > high), f"keep it in {low:g} to {high:g}: {fix}")
    return values


def array_frames(given: dict[str, Any], first_day: np.datetime64) -> dict[str, Any]:
    """Arrays as tables with times, their days from a date on.

    Args:
        given: `meter` [D, S], `weather` [D, S] or [D, S, 3], `telemetry` [D, S', 4]; one or more.
        first_day: date of the first row.

    Raises:
        InputError: arrays of other shapes, or of different days or steps.
    """
    import pandas as pd

    arrays = {name: _array(name, data) for name, data in given.items()}
    days = {name: len(array) for name, array in arrays.items()}
    if len(set(days.values())) > 1:
        raise InputError("days", days, "give as many days of each array")
    steps = {name: array.shape[1] for name, array in arrays.items() if name != "telemetry"}
    if len(set(steps.values())) > 1:
        raise InputError("steps a day", steps, "give meter and weather in the same steps")
    frames = {}
    for name, array in arrays.items():
        values = array.reshape(array.shape[0] * array.shape[1], -1)
        start = pd.Timestamp(first_day).tz_localize("UTC")
        index = pd.date_range(
            start, periods=len(values), freq=pd.Timedelta(days=1) / array.shape[1]
        )
        columns = _UNNAMED[name][: values.shape[1]]
        frames[name] = pd.DataFrame(values, index, columns=list(columns))
    return frames


def _array(name: str, data: ArrayLike) -> Floats:
    try:
        array = np.array(data, np.float64)
    except (TypeError, ValueError) as error:
        fix = f"give numbers as an array {_ARRAYS[name]}, or a pandas object ({error})"
        raise InputError(name, type(data).__name__, fix) from None
    width = {"meter": (), "weather": (3,), "telemetry": (4,)}[name]
    good = array.shape[2:] == width or (name == "weather" and array.ndim == 2)
    if array.ndim < 2 or not good or not array.size or array.shape[1] % HOURS:
        fix = f"give an array {_ARRAYS[name]} with 24, 48 or 96 steps a day"
        raise InputError(f"{name} shape", array.shape, fix)
    return array


def as_file(name: str, data: Any) -> CsvFile:  # noqa: ANN401 - a Series or a DataFrame
    """A pandas object as a file, so that whatever is wrong in it is told by row.

    Raises:
        InputError: an index that holds no times with a time zone.
    """
    import pandas as pd

    if not isinstance(data.index, pd.DatetimeIndex) or data.index.tz is None:
        raise InputError(
            f"{name} index",
            type(data.index).__name__,
            "give it a time-zone-aware DatetimeIndex, as data.tz_localize('Asia/Shanghai')",
        )
    if not len(data):
        raise InputError(name, "0 rows", "give at least one whole day")
    if isinstance(data, pd.Series):
        data = data.to_frame(_UNNAMED[name][0] if data.name is None else data.name)
    times = [stamp.isoformat() for stamp in data.index]
    return CsvFile(name, data.assign(time=times).reset_index(drop=True))
