"""From weather to PV: physics by pvlib, and the learned forecaster on top of it."""

from __future__ import annotations

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.generators import BELGIUM, Site
from plantgym.twins.generators.pv_physics import (
    Plane,
    PvWeather,
    pv_physics,
    shipped_pv_weather,
)
from plantgym.twins.shipped import shipped_pv
from plantgym.twins.stn_tables import Floats

pytest.importorskip("pvlib")
pytest.importorskip("sklearn")

SOUTH = (Plane(35.0, 180.0, 1.0),)


def june_day(ghi_share: float = 1.0, temp_c: float = 20.0) -> PvWeather:
    dates = np.array(["2024-06-21"], "datetime64[D]")
    ghi = BELGIUM.clear_sky_w_per_m2(dates, 24, 60, 0)
    return PvWeather(dates, np.full((1, 24), temp_c), np.full((1, 24), 2.0), ghi_share * ghi)


@pytest.fixture(scope="module")
def belgium() -> tuple[PvWeather, Floats]:
    """Weather and measured PV of the days that both have."""
    weather, pv = shipped_pv_weather(), shipped_pv(60)["measured_cf"]
    common = np.intersect1d(weather.dates, pv.dates)
    at = np.searchsorted(weather.dates, common)
    return weather.take(at), pv.values[np.searchsorted(pv.dates, common)]


def test_a_flat_plane_sees_the_horizontal() -> None:
    weather = june_day()
    flat = pv_physics(weather, BELGIUM, (Plane(0.0, 180.0, 1.0),))
    high = flat.elevation_deg > 30.0
    loss = flat.effective_w_per_m2[high] / weather.ghi_w_per_m2[high]
    assert ((loss > 0.95) & (loss <= 1.0)).all()  # the glass keeps a little


def test_power_is_that_of_pvwatts_by_hand() -> None:
    physics = pv_physics(june_day(), BELGIUM, SOUTH)
    noon = 13
    light, cell = physics.effective_w_per_m2[0, noon], physics.cell_c[0, noon]
    assert 900 < light < 1100
    assert cell == pytest.approx(20.0 + light / (25.0 + 6.84 * 2.0), abs=1.0)  # Faiman 2008
    dc = light / 1000 * (1 - 0.004 * (cell - 25.0)) * 0.86
    assert physics.ac_cf[0, noon] == pytest.approx(0.96 * dc, rel=0.01)


def test_heat_clouds_and_night_lower_the_power() -> None:
    clear = pv_physics(june_day(), BELGIUM).ac_cf
    assert pv_physics(june_day(temp_c=35.0), BELGIUM).ac_cf.sum() < 0.95 * clear.sum()
    assert pv_physics(june_day(0.3), BELGIUM).ac_cf.sum() < 0.5 * clear.sum()
    assert not clear[0, :4].any()


def test_planes_look_their_way() -> None:
    east = pv_physics(june_day(), BELGIUM, (Plane(30.0, 90.0, 1.0),)).ac_cf[0]
    west = pv_physics(june_day(), BELGIUM, (Plane(30.0, 270.0, 1.0),)).ac_cf[0]
    assert east[:12].sum() > 1.3 * west[:12].sum()
    assert west[15:].sum() > 1.3 * east[15:].sum()


def test_the_south_has_its_sun_in_the_north() -> None:
    cape = Site(-33.9, 18.4, "Africa/Johannesburg")
    dates = np.array(["2024-06-21"], "datetime64[D]")
    ghi = cape.clear_sky_w_per_m2(dates, 24, 60, 0)
    weather = PvWeather(dates, np.full((1, 24), 15.0), np.ones((1, 24)), ghi)
    north = pv_physics(weather, cape, (Plane(35.0, 0.0, 1.0),)).ac_cf.sum()
    assert north > 2 * pv_physics(weather, cape, SOUTH).ac_cf.sum()


def test_shipped_irradiance_fits_the_sun(belgium: tuple[PvWeather, Floats]) -> None:
    weather, _ = belgium
    clear = BELGIUM.clear_sky_w_per_m2(weather.dates, 24, 60, 0)
    bright = weather.ghi_w_per_m2.sum(axis=1) > 0.85 * clear.sum(axis=1)
    assert bright.sum() > 50
    ghi = weather.ghi_w_per_m2[bright].ravel()
    fit = [np.corrcoef(ghi, np.roll(clear[bright], by, axis=1).ravel())[0, 1] for by in (-1, 0, 1)]
    assert np.argmax(fit) == 1


def test_physics_make_the_forecaster_better(belgium: tuple[PvWeather, Floats]) -> None:
    from plantgym.twins.generators.pv_forecaster import PvForecaster

    weather, came = belgium
    train = weather.dates < np.datetime64("2025-03-20")
    test = weather.dates >= np.datetime64("2025-05-19")
    errors = {}
    for features in ("physics", "weather"):
        forecaster = PvForecaster(BELGIUM, features).fit(
            weather.take(np.flatnonzero(train)), came[train]
        )
        found = forecaster.predict(weather.take(np.flatnonzero(test)))
        errors[features] = np.abs(found - came[test]).mean()
        assert found.min() >= 0.0
        assert not found[:, :3].any()
    assert errors["physics"] < 0.97 * errors["weather"]
    assert errors["physics"] < 0.035


def test_bad_weather_is_refused() -> None:
    good = june_day()
    for name, values, field in (
        ("temp_c", good.temp_c[:, :23], "weather temp_c shape"),
        ("wind_m_per_s", np.full((1, 24), np.nan), "weather wind_m_per_s"),
        ("ghi_w_per_m2", np.full((1, 24), -5.0), "weather ghi_w_per_m2"),
    ):
        given = {each: getattr(good, each) for each in PvWeather.__slots__}
        with pytest.raises(InputError) as caught:
            PvWeather(**given | {name: values})
        assert caught.value.field == field
    with pytest.raises(InputError, match="add up to 1"):
        pv_physics(good, BELGIUM, (Plane(35.0, 180.0, 0.7),))


def test_what_teaches_the_forecaster_nothing_is_refused(
    belgium: tuple[PvWeather, Floats],
) -> None:
    from plantgym.twins.generators.pv_forecaster import PvForecaster

    weather, came = belgium
    few = weather.take(slice(40))
    for days, pv_cf, field in (
        (few, came[:39], "pv_cf shape"),
        (few, np.full((40, 24), np.nan), "pv_cf"),
        (few, np.full((40, 24), 0.2), "pv_cf"),
        (weather.take(slice(20)), came[:20], "pv_cf days"),
    ):
        with pytest.raises(InputError) as caught:
            PvForecaster(BELGIUM).fit(days, pv_cf)
        assert caught.value.field == field
    with pytest.raises(InputError, match="use 'physics' or 'weather'"):
        PvForecaster(BELGIUM, "stars").fit(few, came[:40])  # type: ignore[arg-type]
