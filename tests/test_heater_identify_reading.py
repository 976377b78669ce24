"""Meters, weather and telemetry of heaters: how days are cut, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.heater_season import heating_season
from plantgym.twins.identify_heater import HeaterIdentifier, heater_days, read_heater_days
from plantgym.twins.identify_heater.unit_checks import balance_temperature_c

from .heater_seasons import Frames, frames, season, season_days, season_files

Change = Callable[[Frames], tuple[Any, ...]]


def _changed(frame: pd.DataFrame, row: int, column: str, value: float) -> pd.DataFrame:
    frame = frame.copy()
    frame.loc[frame.index[row], column] = value
    return frame


def test_days_begin_in_the_evening_and_hold_what_was_read() -> None:
    days = season_days()
    truth = season()
    assert (days.first_hour, days.days) == (22, 59)
    assert str(days.dates[0]) == "2018-11-01"
    assert days.times[0, 0] == "2018-11-01T22:00:00+08:00"
    np.testing.assert_allclose(days.daily_kwh[3], truth.energy_kwh[88 + 3 * 96 :][:96].sum())
    np.testing.assert_allclose(days.brick_c, truth.telemetry[88 : 88 + 59 * 96 : 96, 0])
    ambient_c = truth.weather[88:, 0].reshape(-1, 4)[:24].mean(axis=1)
    np.testing.assert_allclose(days.ambient_c[0], ambient_c)


def test_files_and_frames_give_the_same_days(tmp_path: Path) -> None:
    meter, weather, telemetry = season_files(tmp_path)
    days = read_heater_days(meter, weather, telemetry)
    np.testing.assert_allclose(days.energy_kwh, season_days().energy_kwh)
    np.testing.assert_allclose(days.brick_c, season_days().brick_c)


def test_offsets_power_and_hours_change_nothing() -> None:
    meter, weather, _ = frames()
    in_utc = (4.0 * meter["energy_kwh"]).rename("power_kw").tz_convert("UTC")
    np.testing.assert_allclose(heater_days(in_utc, weather).energy_kwh, season_days().energy_kwh)
    by_hours = meter.resample("1h").sum()
    np.testing.assert_allclose(heater_days(by_hours, weather).energy_kwh, season_days().energy_kwh)


def test_rows_of_arrays_are_days_as_they_are() -> None:
    energy_kwh, ambient_c = np.full((20, 24), 100.0), np.full((20, 24), -5.0)
    days = heater_days(energy_kwh, ambient_c)
    assert (days.days, days.first_hour) == (20, 0)
    np.testing.assert_array_equal(days.energy_kwh, energy_kwh)
    sky = np.stack([ambient_c, ambient_c + 10.0, ambient_c + 50.0], axis=2)
    assert heater_days(None, sky).ghi_w_per_m2.mean() == 45.0


def test_missing_days_are_tolerated_and_reported() -> None:
    meter, weather, telemetry = frames()
    meter = meter.drop(meter.index[96 * 10 : 96 * 11])
    weather = weather.drop(weather.index[24 * 30 - 2 : 24 * 31 - 2])
    days = heater_days(meter, weather, telemetry, first_hour=22)
    told = {str(day.date): day.reason for day in days.left_out}
    assert told == {
        "2018-11-10": "22 of 24 hours of the meter are missing",
        "2018-11-11": "2 of 24 hours of the meter are missing",
        "2018-11-30": "no weather",
    }
    assert days.days == 58
    assert int(days.metered.sum()) == 56
    report = HeaterIdentifier(model="pm").fit(meter, weather, telemetry).report_
    assert dict(report.left_out) == told


REFUSED: dict[str, tuple[Change, str]] = {
    "a weather gap": (
        lambda f: (f[0], f[1].drop(f[1].index[100:103])),
        r"weather time = '2018-11-05T04:00:00': 3 h of weather are missing",
    ),
    "an empty field of the weather": (
        lambda f: (f[0], _changed(f[1], 7, "ambient_c", np.nan)),
        r"weather line 9 ambient_c = nan: give a finite number",
    ),
    "kelvin": (
        lambda f: (f[0], f[1].assign(ambient_c=f[1]["ambient_c"] + 273.15)),
        r"weather line 2 ambient_c = .* kelvin",
    ),
    "a hot day in degF": (
        lambda f: (f[0], _changed(f[1], 3, "ambient_c", 68.0)),
        r"weather line 5 ambient_c = 68.0: .* degF",
    ),
    "no temperature": (
        lambda f: (f[0], f[1].rename(columns={"ambient_c": "temp"})),
        r"weather columns = .*: add the column 'ambient_c'",
    ),
    "a negative reading": (
        lambda f: (_changed(f[0], 50, "energy_kwh", -1.0), f[1]),
        r"meter line 52 energy_kwh = -1.0: a heater draws 0 or more",
    ),
    "a meter in Wh": (
        lambda f: (1000.0 * f[0], f[1]),
        r"meter line \d+ energy_kwh = .*: no heater draws so much; check the unit",
    ),
    "two columns of energy": (
        lambda f: (f[0].assign(power_kw=1.0), f[1]),
        r"meter columns = .*: keep one energy column",
    ),
    "no column of energy": (
        lambda f: (f[0].rename(columns={"energy_kwh": "kwh"}), f[1]),
        r"meter columns = .*: keep one energy column",
    ),
    "a meter that shows nothing": (
        lambda f: (0.0 * f[0], f[1]),
        r"meter = 0.0: the meter shows no consumption",
    ),
    "a meter of another year": (
        lambda f: (f[0].set_axis(f[0].index + pd.Timedelta(days=700)), f[1]),
        r"meter = 'no reading': no reading falls on a day of the weather",
    ),
    "weather by days": (
        lambda f: (f[0], f[1].resample("1D").mean()),
        r"weather step = '1440 min.*': give steps of 60",
    ),
    "hours that do not meet": (
        lambda f: (
            f[0].tz_convert("UTC").resample("1h").sum(),
            f[1].tz_localize(None).tz_localize("Asia/Kolkata"),
        ),
        r"meter step = '60 min at 30 min': give steps",
    ),
    "telemetry by hours": (
        lambda f: (f[0], f[1], f[2].resample("1h").mean()),
        r"telemetry step = '60.*': give steps of 15 minutes",
    ),
    "telemetry without the fan": (
        lambda f: (f[0], f[1], f[2].drop(columns="fan")),
        r"telemetry columns = .*: add the column 'fan'",
    ),
    "a fan in per cent": (
        lambda f: (f[0], f[1], f[2].assign(fan=100.0 * f[2]["fan"])),
        r"telemetry line \d+ fan = .* not in per cent",
    ),
    "water in kelvin": (
        lambda f: (f[0], f[1], f[2].assign(water_c=f[2]["water_c"] + 273.15)),
        r"telemetry line 2 water_c = .* kelvin",
    ),
    "bricks colder than water": (
        lambda f: (f[0], f[1], f[2].assign(brick_c=5.0)),
        r"telemetry line 2 brick_c = 5.0: the bricks are colder",
    ),
    "power in watts": (
        lambda f: (f[0], f[1], f[2].assign(power_kw=100.0 * f[2]["power_kw"])),
        r"telemetry power_kw = .* of the metered energy'",
    ),
    "a time zone for one alone": (
        lambda f: (f[0].tz_localize(None), f[1]),
        r"meter index = 'DatetimeIndex': give it a time-zone-aware",
    ),
    "arrays beside frames": (
        lambda f: (f[0].to_numpy(), f[1]),
        r"inputs = .*: give all as pandas objects, or all as arrays",
    ),
    "arrays of other days": (
        lambda f: (np.ones((20, 24)), np.ones((21, 24))),
        r"days = .*: give as many days",
    ),
    "arrays of other steps": (
        lambda f: (np.ones((20, 96)), np.ones((20, 24))),
        r"steps a day = .*: give meter and weather in the same steps",
    ),
    "an array that is no table": (
        lambda f: (np.ones(24), np.ones((1, 24))),
        r"meter shape = \(24,\): give an array",
    ),
}


@pytest.mark.parametrize(("change", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_named_with_its_place_and_a_fix(change: Change, told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}"):
        heater_days(*change(frames(days=20)))


def test_files_with_and_without_offsets_do_not_go_together(tmp_path: Path) -> None:
    meter, weather, _ = season_files(tmp_path, days=3)
    plain = tmp_path / "plain.csv"
    plain.write_text(weather.read_text().replace("time,", "date,").replace("T", " "))
    table = pd.read_csv(weather)
    table["date"], table["hour"] = table["time"].str[:10], table["time"].str[11:13].astype(int)
    table.drop(columns="time").to_csv(plain, index=False)
    with pytest.raises(InputError, match="time-zone offsets"):
        read_heater_days(meter, plain)


def test_weather_in_fahrenheit_is_known_by_the_temperature_at_which_heating_would_end() -> None:
    meter, weather, _ = frames()
    found_c = balance_temperature_c(season_days())
    assert found_c is not None
    assert 8.0 < found_c < 25.0
    weather["ambient_c"] = 1.8 * weather["ambient_c"] + 32.0
    with pytest.raises(InputError, match=r"^weather ambient_c = '[56]\d at which .* degF"):
        HeaterIdentifier().fit(meter, weather)


def test_a_heater_that_gives_all_it_can_is_not_taken_for_weather_in_fahrenheit() -> None:
    """Charged in the short hours only, it draws the same on all cold days."""
    season = heating_season(400, control="fixed-power", behaviour="short", days=61)
    meter, weather, _ = season.frames()
    days = heater_days(meter, weather).take(slice(30, None))
    slope, level = np.polyfit(days.ambient_c.mean(axis=1), days.daily_kwh, 1)
    assert -level / slope > 45.0  # the line of all days looks like degF
    found_c = balance_temperature_c(days)
    assert found_c is None or found_c < 30.0


def test_a_forecast_in_fahrenheit_is_refused() -> None:
    meter, weather, _ = frames()
    fitted = HeaterIdentifier(model="ridge-gp").fit(meter, weather.iloc[: 24 * 50])
    later = 1.8 * weather.iloc[24 * 50 :] + 32.0
    with pytest.raises(InputError, match=r"^weather ambient_c = 'a day of .*degF"):
        fitted.predict(later[["ambient_c"]])


def test_too_few_days_are_refused() -> None:
    meter, weather, _ = frames()
    with pytest.raises(InputError, match=r"^metered days = 9: give at least 14"):
        HeaterIdentifier().fit(meter.iloc[: 96 * 10], weather)
