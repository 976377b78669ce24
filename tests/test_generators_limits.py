"""What PV and wind can be at most, beside an independent sun."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.twins.errors import InputError
from plantgym.twins.generators import BELGIUM, CLEAR_SKY_TOLERANCE, Site, make_generator
from plantgym.twins.markets import load_scenarios
from plantgym.twins.plant_toml import load_plant
from plantgym.twins.scenarios import Floats, Scenarios

from .generation_days import made_up_days

DATES = np.arange("2024-01-05", "2025-01-01", 7, dtype="datetime64[D]")


def pvlib_sun(dates: np.ndarray, site: Site) -> tuple[Floats, Floats]:
    """Irradiance under a clear sky and greatest elevation of each hour [D, 24], by pvlib."""
    pvlib = pytest.importorskip("pvlib")
    pd = pytest.importorskip("pandas")
    minutes = np.arange(24 * 6) * np.timedelta64(10, "m") + np.timedelta64(5, "m")
    clock = (dates.astype("datetime64[s]")[:, None] + minutes).ravel()
    change = {"ambiguous": True, "nonexistent": "shift_forward"}
    times = pd.DatetimeIndex(clock).tz_localize(site.time_zone, **change)
    sun = pvlib.solarposition.get_solarposition(times, site.latitude_deg, site.longitude_deg)
    ghi = pvlib.clearsky.haurwitz(sun["apparent_zenith"])["ghi"].to_numpy()
    shape = (len(dates), 24, 6)
    elevation = sun["apparent_elevation"].to_numpy().reshape(shape).max(axis=2)
    return ghi.reshape(shape).mean(axis=2), elevation


@pytest.mark.parametrize(
    "site",
    [BELGIUM, Site(-33.9, 18.4, "Africa/Johannesburg"), Site(35.7, -105.9, "America/Denver")],
    ids=lambda site: site.time_zone,
)
def test_the_clear_sky_is_that_of_pvlib(site: Site) -> None:
    expected, _ = pvlib_sun(DATES, site)
    ours = site.clear_sky_w_per_m2(DATES, 24, 60, 0)
    assert np.abs(ours - expected).max() < 12.0
    assert ours.mean() == pytest.approx(expected.mean(), rel=0.005)


def test_steps_are_means_of_shorter_steps() -> None:
    hours = BELGIUM.clear_sky_w_per_m2(DATES, 12, 60, 6)
    quarters = BELGIUM.clear_sky_w_per_m2(DATES, 48, 15, 6).reshape(len(DATES), 12, 4)
    assert hours == pytest.approx(quarters.mean(axis=2), abs=1.0)
    whole = BELGIUM.clear_sky_w_per_m2(DATES, 24, 60, 0)
    assert whole[:, 6:18] == pytest.approx(hours)


@pytest.fixture(scope="module")
def belgium() -> Scenarios:
    return load_scenarios(load_plant("cement_pv"), "tou")


@pytest.fixture(scope="module")
def greatest_kw_per_ghi(belgium: Scenarios) -> float:
    """The most power per irradiance of a clear sky that a training day has shown."""
    train = belgium.split("train").spread(400)
    ghi, _ = pvlib_sun(train.dates, BELGIUM)
    high = ghi > 150.0
    return float((train.series["pv_kw"][high] / ghi[high]).max())


@pytest.mark.parametrize("name", ["analog", "copula", "energy-net", "gan"])
def test_samples_of_real_days_keep_to_the_sun(
    belgium: Scenarios, greatest_kw_per_ghi: float, name: str
) -> None:
    """An untrained network asks for anything; the limits must hold all the same."""
    made = {} if name in ("analog", "copula") else {"steps": 1}
    if made:
        pytest.importorskip("torch")
    generator = make_generator(name, site=BELGIUM, **made).fit(belgium.split("train"))
    days = belgium.take(np.flatnonzero(belgium.dates >= np.datetime64("2024-03-20"))).spread(40)
    ghi, elevation = pvlib_sun(days.dates, BELGIUM)
    for day in range(days.n_days):
        pv_kw = generator.sample(20, days.day(day), np.random.default_rng(day)).series["pv_kw"]
        assert not pv_kw[:, elevation[day] < -2.5].any()
        light = ghi[day] > 150.0
        bound = greatest_kw_per_ghi * (1 + CLEAR_SKY_TOLERANCE) * ghi[day, light]
        assert (pv_kw[:, light] <= bound * 1.05).all()  # 5 %: days left out, their sun and ours
        assert pv_kw.max() <= 14000.0


def test_real_outcomes_hardly_ever_exceed_the_limits(belgium: Scenarios) -> None:
    generator = make_generator("analog", site=BELGIUM).fit(belgium.split("train"))
    test = belgium.split("test")
    forecast_kw = test.series["pv_forecast_kw"][:, None]
    excess_kw = test.series["pv_kw"] - generator.limits_.limit_kw(test.dates, forecast_kw)[:, 0]
    assert (excess_kw > 1e-6).mean() < 0.01
    assert excess_kw.max() < 0.005 * 14000.0


def test_without_a_site_the_season_is_the_limit() -> None:
    days = made_up_days(60, sources=("pv",))
    limits = make_generator("analog").fit(days).limits_
    forecast_kw = days.series["pv_forecast_kw"][:, None]
    first = limits.limit_kw(days.dates[:1], forecast_kw[:1])[0, 0]
    season = days.series["pv_kw"][:16].max(axis=0) * (1 + CLEAR_SKY_TOLERANCE)
    assert first == pytest.approx(season)


def test_days_of_another_season_borrow_the_nearest() -> None:
    days = made_up_days(60, sources=("pv",))
    limits = make_generator("analog").fit(days).limits_
    may = np.array(["2023-05-01"], "datetime64[D]")
    limit_kw = limits.limit_kw(may, np.ones((1, 1, 24)))[0, 0]
    assert limit_kw == pytest.approx(days.series["pv_kw"][-10:].max(axis=0) * 1.05)


@pytest.mark.parametrize(
    ("site", "field"),
    [
        (Site(91.0, 0.0, "UTC"), "site latitude_deg"),
        (Site(0.0, float("nan"), "UTC"), "site longitude_deg"),
        (Site(0.0, 0.0, "Belgium"), "site time_zone"),
    ],
)
def test_sites_that_are_nowhere_are_refused(site: Site, field: str) -> None:
    with pytest.raises(InputError) as caught:
        make_generator("analog", site=site).fit(made_up_days())
    assert caught.value.field == field


def test_other_series_of_the_condition_do_not_matter_to_limits() -> None:
    days = made_up_days(60)
    generator = make_generator("copula").fit(days)
    condition = days.day(0)
    dearer = replace(condition, currency="CNY")
    one = generator.sample(3, condition, np.random.default_rng(0)).generation_kw
    assert (one == generator.sample(3, dearer, np.random.default_rng(0)).generation_kw).all()
