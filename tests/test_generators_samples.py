"""Every generator: limits, seeds, what samples keep, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.twins.errors import InputError, MissingExtraError
from plantgym.twins.generators import (
    CLEAR_SKY_TOLERANCE,
    GENERATORS,
    Generator,
    default_generator,
    make_generator,
)
from plantgym.twins.outlook import DrEvent
from plantgym.twins.scenarios import Scenarios

from .generation_days import WIND_KW, made_up_days

LIGHT = ("analog", "copula")
LEARNED = ("energy-net", "gan")


def small(name: str, **hyperparameters: Any) -> Generator:  # noqa: ANN401
    if name in LEARNED:
        pytest.importorskip("torch")
        hyperparameters = {"steps": 5} | hyperparameters
    return make_generator(name, **hyperparameters)


def test_there_are_four_and_the_default_needs_no_extra() -> None:
    assert set(GENERATORS) == {*LIGHT, *LEARNED}
    assert default_generator().name in LIGHT


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("sources", [("pv",), ("wind",), ("pv", "wind")], ids=str)
@pytest.mark.parametrize("step_minutes", [60, 15])
def test_samples_keep_the_limits(name: str, sources: tuple[str, ...], step_minutes: int) -> None:
    days = made_up_days(60, step_minutes, sources=sources)
    generator = small(name).fit(days.take(range(50)))
    for day in (50, 59):
        condition = days.day(day)
        samples = generator.sample(40, condition, np.random.default_rng(day))
        assert samples.n_days == 40
        assert samples.weight.sum() == pytest.approx(1.0)
        if "pv" in sources:
            night = condition.series["pv_forecast_kw"][0] == 0
            assert night.any()
            assert not samples.series["pv_kw"][:, night].any()
            highest = days.series["pv_kw"][:50].max(axis=0) * (1 + CLEAR_SKY_TOLERANCE)
            assert (samples.series["pv_kw"] <= highest + 1e-9).all()
        if "wind" in sources:
            highest_kw = days.series["wind_kw"][:50].max()
            assert samples.series["wind_kw"].max() <= highest_kw + 1e-9
            assert samples.series["wind_kw"].min() >= 0.0
        spread = samples.generation_kw.std(axis=0)
        assert spread.max() > 0.0


@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_seeds_give_the_same_bits(name: str) -> None:
    days = made_up_days()
    first = small(name).fit(days).sample(7, days.day(3), np.random.default_rng(1))
    second = small(name).fit(days).sample(7, days.day(3), np.random.default_rng(1))
    other = small(name).fit(days).sample(7, days.day(3), np.random.default_rng(2))
    for source in ("pv_kw", "wind_kw"):
        assert (first.series[source] == second.series[source]).all()
    assert (first.series["pv_kw"] != other.series["pv_kw"]).any()


@pytest.mark.parametrize("name", GENERATORS)
def test_outcomes_of_the_day_are_not_read(name: str) -> None:
    days = made_up_days()
    generator = small(name).fit(days)
    condition = days.day(5)
    blind = replace(
        condition,
        series={
            key: values
            for key, values in condition.series.items()
            if key not in ("pv_kw", "wind_kw")
        },
    )
    seen = generator.sample(5, condition, np.random.default_rng(0))
    unseen = generator.sample(5, blind, np.random.default_rng(0))
    assert (seen.generation_kw == unseen.generation_kw).all()


def test_samples_keep_the_rest_of_the_day() -> None:
    days = made_up_days()
    event = DrEvent(2, 4, 6, 100.0)
    condition = replace(days.day(10), dr_events=(event,))
    samples = default_generator().fit(days).sample(3, condition, np.random.default_rng(0))
    assert samples.dates[0] == condition.dates[0]
    assert samples.dr_events == (event,) * 3
    for name in ("buy_price_per_kwh", "pv_forecast_kw", "wind_forecast_kw"):
        assert (samples.series[name] == condition.series[name]).all()
    assert any("only number them" in note for note in samples.notes)


def test_analogs_are_days_with_near_forecasts() -> None:
    days = made_up_days(sources=("wind",))
    generator = make_generator("analog", k=5).fit(days)
    condition = days.day(0)
    samples = generator.sample(5, condition, np.random.default_rng(0))
    level = days.series["wind_forecast_kw"][:, 0]
    near = np.argsort(np.abs(level - level[0]))[:5]
    capacity_kw = days.series["wind_kw"].max()
    errors = (days.series["wind_kw"] - days.series["wind_forecast_kw"])[near]
    expected = np.clip(condition.series["wind_forecast_kw"] + errors, 0.0, capacity_kw)
    drawn = np.sort(samples.series["wind_kw"], axis=0)
    assert drawn == pytest.approx(np.sort(expected, axis=0), abs=1e-9)


@pytest.mark.parametrize("name", LIGHT)
def test_few_days_are_enough_for_many_samples(name: str) -> None:
    days = made_up_days(40)  # fewer than each of them takes where there are more
    samples = make_generator(name).fit(days).sample(90, days.day(0), np.random.default_rng(0))
    assert samples.n_days == 90
    assert samples.generation_kw[:40].std() > 0.0


def test_the_copula_binds_steps_and_sources() -> None:
    days = made_up_days(400)
    middle = replace(
        days.day(0),
        series={
            **days.day(0).series,
            "pv_forecast_kw": days.series["pv_forecast_kw"].mean(axis=0, keepdims=True),
            "wind_forecast_kw": np.full((1, 24), 0.5 * WIND_KW),
        },
    )
    generator = make_generator("copula").fit(days)
    samples = generator.sample(500, middle, np.random.default_rng(0))
    pv, wind = samples.series["pv_kw"], samples.series["wind_kw"]
    true = 0.1**2 / (0.1**2 + 0.03**2)  # of the errors that made_up_days draws
    assert np.corrcoef(pv[:, 10], pv[:, 14])[0, 1] == pytest.approx(true, abs=0.08)
    assert np.corrcoef(pv[:, 10], wind[:, 14])[0, 1] == pytest.approx(-true, abs=0.08)
    assert wind[:, 3].std() == pytest.approx(WIND_KW * np.hypot(0.1, 0.03), rel=0.15)


@pytest.mark.parametrize("name", LEARNED)
def test_training_tells_how_far_it_is(name: str) -> None:
    told: list[float] = []
    small(name, progress=lambda share, word: told.append(share)).fit(made_up_days())
    assert told == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


def test_training_leaves_the_global_seed_of_torch_alone() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(3)
    small("gan").fit(made_up_days())
    assert (torch.rand(4) == expected).all()


def test_importing_generators_does_not_import_torch() -> None:
    code = "import sys, plantgym.twins.generators; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", LEARNED)
def test_without_torch_the_extra_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [each for each in sys.modules if "generators.neural" in each]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"plantgym\[generate\]"):
        make_generator(name).fit(made_up_days())


def without(days: Scenarios, *names: str) -> Scenarios:
    return replace(days, series={k: v for k, v in days.series.items() if k not in names})


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (made_up_days(29), "scenarios days = 29: give at least 30"),
        (without(made_up_days(), "pv_kw", "wind_kw"), "add 'pv_kw' or 'wind_kw'"),
        (without(made_up_days(), "wind_forecast_kw"), "add 'wind_forecast_kw'"),
        (
            made_up_days().replace_series(pv_kw=np.full((60, 24), 3.0)),
            "scenarios series 'pv_kw' = 3.0: it never changes",
        ),
        (
            made_up_days().replace_series(wind_forecast_kw=np.zeros((60, 24))),
            "scenarios series 'wind_forecast_kw' = 0.0: it never changes",
        ),
    ],
    ids=["few days", "no generation", "no forecast", "constant outcome", "constant forecast"],
)
def test_days_that_teach_nothing_are_refused(days: Scenarios, message: str) -> None:
    with pytest.raises(InputError) as caught:
        default_generator().fit(days)
    assert message in str(caught.value)


def test_gaps_and_lengths_are_refused_before_a_generator_sees_them() -> None:
    days = made_up_days()
    gap = days.series["pv_kw"].copy()
    gap[3, 12] = np.nan
    with pytest.raises(InputError, match="'pv_kw' on 2023-01-04 step 12"):
        days.replace_series(pv_kw=gap)
    with pytest.raises(InputError, match=r"shape = \(60, 24\): give \(60, 23\)"):
        days.replace_series(pv_forecast_kw=days.series["pv_forecast_kw"][:, :23])


def test_conditions_that_do_not_fit_are_refused() -> None:
    days = made_up_days()
    generator = default_generator().fit(days)
    rng = np.random.default_rng(0)
    for condition, field in (
        (days, "condition days"),
        (without(days.day(0), "pv_forecast_kw"), "condition series"),
        (made_up_days(step_minutes=30).day(0), "condition n_steps"),
        (replace(days.day(0), start_hour=6), "condition start_hour"),
    ):
        with pytest.raises(InputError) as caught:
            generator.sample(5, condition, rng)
        assert caught.value.field == field
    with pytest.raises(InputError, match="n = 0"):
        generator.sample(0, days.day(0), rng)
    with pytest.raises(InputError, match="call fit"):
        default_generator().sample(5, days.day(0), rng)


@pytest.mark.parametrize(
    ("name", "hyperparameters"),
    [
        ("analog", {"k": 1}),
        ("analog", {"wind_capacity_kw": 100.0}),
        ("analog", {"wind_capacity_kw": float("nan")}),
        ("copula", {"neighbours": 3}),
        ("gan", {"steps": 0}),
        ("energy-net", {"seed": -1}),
    ],
)
def test_hyperparameters_are_checked(name: str, hyperparameters: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(hyperparameters))):
        make_generator(name, **hyperparameters).fit(made_up_days())


def test_an_installed_capacity_may_exceed_what_was_seen() -> None:
    days = made_up_days(sources=("wind",))
    generator = make_generator("analog", wind_capacity_kw=2 * WIND_KW).fit(days)
    assert generator.limits_.capacity_kw == pytest.approx([2 * WIND_KW])


def test_unknown_names_are_refused() -> None:
    with pytest.raises(InputError, match="use one of analog, copula"):
        make_generator("oracle")
