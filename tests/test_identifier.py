"""The estimator: scikit-learn's contract, and clear answers to bad input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from plantgym.twins.csv_file import Floats
from plantgym.twins.errors import InputError
from plantgym.twins.identify.fit_options import check_hyperparameters
from plantgym.twins.identify.identifier import PlantIdentifier
from plantgym.twins.identify.load_error import load_error
from plantgym.twins.identify.meter_reading import meter_days
from plantgym.twins.identify.parameters import parameter_names
from plantgym.twins.identify.process import Process, Stage, process_of
from plantgym.twins.identify.random_lines import random_line
from plantgym.twins.identify.twin_meter import metered_days

from .fitted_lines import TRAIN_PRICES

LINE = random_line(1, stages=3)
PROCESS = process_of(LINE)
PRICES = TRAIN_PRICES[:8]
METER = metered_days(LINE, PRICES, seed=1)
PV = np.zeros_like(PRICES)


@pytest.fixture(scope="module")
def found() -> PlantIdentifier:
    return PlantIdentifier(PROCESS, "milp").fit(METER, PRICES)


def test_hyperparameters_are_kept_as_given_and_cloned() -> None:
    given: dict[str, Any] = {
        "process": PROCESS,
        "model": "milp",
        "seed": 7,
        "base_load": "daily",
        "output_tolerance": 0.03,
        "n_jobs": 2,
        "progress": print,
    }
    estimator = PlantIdentifier(**given)
    assert estimator.get_params(deep=False) == given
    twin = clone(estimator)
    assert twin is not estimator
    assert twin.get_params(deep=False) | {"process": PROCESS} == given
    assert estimator.set_params(model="lp", seed=1) is estimator
    assert (estimator.model, estimator.seed) == ("lp", 1)


def test_what_is_not_fitted_says_so() -> None:
    estimator = PlantIdentifier(PROCESS)
    with pytest.raises(NotFittedError):
        estimator.predict(PRICES)
    with pytest.raises(NotFittedError):
        estimator.score(METER, PRICES)
    assert not hasattr(estimator, "plant_")


def test_the_fit_leaves_plant_intervals_and_report(found: PlantIdentifier) -> None:
    assert found.model_ == "milp"
    assert found.plant_.operation == "discrete"
    assert set(found.intervals_) == set(parameter_names(PROCESS))
    assert found.plant_.intervals == found.intervals_
    assert found.base_load_kwh_.tolist() == [0.0] * 24
    report = found.report_
    assert (report.model, report.days, report.left_out) == ("milp", 8, ())
    assert report.train_error < 1e-3
    assert report.validation_error is None
    assert report.noise < 1e-3
    assert report.cpu_s > 0
    assert report.as_dict()["model"] == "milp"


def test_the_score_is_minus_the_error(found: PlantIdentifier) -> None:
    noisy = METER * np.random.default_rng(0).normal(1.0, 0.05, METER.shape)
    error = load_error(found.predict(PRICES), noisy).mean
    assert error > 0.01
    assert found.score(noisy, PRICES) == pytest.approx(-error)
    assert found.score(METER, PRICES) == pytest.approx(-found.report_.train_error)
    assert found.score(noisy, PRICES) < found.score(METER, PRICES) <= 0


def test_the_same_seed_gives_the_same_bits(found: PlantIdentifier) -> None:
    again = clone(found).fit(METER, PRICES)
    assert again.plant_ == found.plant_
    assert again.intervals_ == found.intervals_


def test_pandas_series_are_read_as_arrays(found: PlantIdentifier) -> None:
    meter, prices = series(METER), series(PRICES)
    assert found.score(meter, prices) == found.score(METER, PRICES)
    days, arrays = meter_days(meter, prices), meter_days(METER, PRICES)
    assert np.array_equal(days.energy_kwh, arrays.energy_kwh)
    assert np.array_equal(days.price_per_kwh, arrays.price_per_kwh)


def test_numbers_of_numpy_are_hyperparameters_too() -> None:
    given = {"seed": np.int64(0), "output_tolerance": np.float64(0.0), "n_jobs": np.int64(1)}
    check_hyperparameters(PlantIdentifier(PROCESS).get_params(deep=False) | given)


def test_progress_rises_from_nothing_to_done() -> None:
    told: list[tuple[float, str]] = []
    PlantIdentifier(PROCESS, "milp", progress=lambda *state: told.append(state)).fit(
        METER[:4], PRICES[:4]
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], told[-1]) == (0.0, (1.0, "done"))


@pytest.mark.slow
def test_auto_takes_an_on_off_plant_for_one() -> None:
    assert PlantIdentifier(PROCESS).fit(METER, PRICES).model_ == "milp"


def changed(values: Floats, index: Any, value: float) -> Floats:  # noqa: ANN401
    copy = values.copy()
    copy[index] = value
    return copy


LONG = Process("long", "t", tuple(Stage(f"stage {i}", 1.0) for i in range(13)))
WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "negative reading": (
        lambda: fit(changed(METER, (1, 2), -5.0)),
        r"meter = -5\.0: .*give the series of PV",
    ),
    "no reading": (lambda: fit(np.full_like(METER, np.nan)), r"meter = .*at least one reading"),
    "days without readings": (
        lambda: fit(changed(METER, slice(2), np.nan)[:4]),
        r"meter days = 2: give at least 3 days",
    ),
    "few days": (lambda: fit(METER[:2], PRICES[:2]), r"meter days = 2: give at least 3 days"),
    "a plant that stands": (
        lambda: fit(np.zeros_like(METER)),
        r"meter energy_kwh = 0\.0: give readings of a plant that runs",
    ),
    "missing price": (
        lambda: fit(METER, changed(PRICES, (0, 3), np.nan)),
        r"prices\[0, 3\] = nan: give a finite number",
    ),
    "more days than prices": (lambda: fit(METER, PRICES[:5]), r"days = .*as many days"),
    "unknown model": (lambda: fit(model="qp"), r"model = 'qp': use one of auto, lp, milp"),
    "unknown base load": (
        lambda: fit(base_load="weekly"),
        r"base_load = 'weekly': use one of none, constant, daily",
    ),
    "more days than PV": (
        lambda: PlantIdentifier(PROCESS).fit(METER, PRICES, pv_cf=PV[:5]),
        r"days = \{'meter': 8, 'prices': 8, 'pv': 5\}: give as many days of each",
    ),
    "few days of PV": (
        lambda: PlantIdentifier(PROCESS).fit(*map(series, (METER, PRICES)), pv_cf=series(PV[:2])),
        r"meter days = 2: give at least 3 days .*6 days left out, 2024-05-24: no PV",
    ),
    "large tolerance": (
        lambda: fit(output_tolerance=0.7),
        r"output_tolerance = 0\.7: give a value of at most 0\.5",
    ),
    "tolerance in words": (
        lambda: fit(output_tolerance="a"),
        r"output_tolerance = 'a': give a finite number",
    ),
    "no tolerance": (
        lambda: fit(output_tolerance=np.nan),
        r"output_tolerance = nan: give a finite number",
    ),
    "negative seed": (lambda: fit(seed=-1), r"seed = -1: give a value of at least 0"),
    "broken seed": (lambda: fit(seed=1.5), r"seed = 1\.5: give a whole number"),
    "name of a process": (
        lambda: PlantIdentifier("cement").fit(METER, PRICES),  # type: ignore[arg-type]
        r"process = 'cement': give a Process, such as load_process",
    ),
    "no jobs": (lambda: fit(n_jobs=0), r"n_jobs = 0: use 1 or more, or -1 for all cores"),
    "jobs in words": (lambda: fit(n_jobs="all"), r"n_jobs = 'all': use 1 or more"),
    "many stages": (
        lambda: PlantIdentifier(LONG, "milp").fit(METER, PRICES),
        r"process stages = 13: give at most 12, or use model='lp'",
    ),
}


def series(values: Floats) -> pd.Series[float]:
    return pd.Series(
        values.ravel(), pd.date_range("2024-05-22", periods=values.size, freq="h", tz="UTC")
    )


def fit(
    meter: Floats = METER,
    prices: Floats | None = None,
    **options: Any,  # noqa: ANN401
) -> PlantIdentifier:
    given = PRICES[: len(meter)] if prices is None else prices
    return PlantIdentifier(PROCESS, **({"model": "milp"} | options)).fit(meter, given)


@pytest.mark.parametrize("case", WRONG)
def test_bad_input_is_refused_by_name_value_and_fix(case: str) -> None:
    call, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        call()
