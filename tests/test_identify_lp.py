"""The continuous class: its load is the planner's, its slopes are exact, its fit finds plants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from plantgym.twins.csv_file import Floats
from plantgym.twins.errors import InputError
from plantgym.twins.identify.forward import optimal_load
from plantgym.twins.identify.lp_day import ContinuousDays
from plantgym.twins.identify.lp_descent import MeteredError, descend
from plantgym.twins.identify.lp_fit import fit_continuous
from plantgym.twins.identify.lp_intervals import continuous_intervals
from plantgym.twins.identify.lp_vector import ParameterVector
from plantgym.twins.identify.meter import MeterDays
from plantgym.twins.identify.parameters import Parameters, to_plant
from plantgym.twins.identify.process import PartLoad, Process, Stage
from plantgym.twins.identify.psi_data import psi_days

PRICES = psi_days("cement", "train").price_per_kwh
LINE = Process("line", "t", (Stage("mill", 0.5), Stage("kiln", 0.25)))
OWN = Parameters(
    power_kw=np.array([60.0, 80.0]),
    headroom_t=np.array([40.0, 480.0]),
    reserve_t=np.array([30.0, 0.0]),
    target_t=np.array([0.0, 300.0]),
)
GRAPH = Process(
    "graph",
    "t",
    (
        Stage("crush", 0.5, {}, {"a": 0.7, "b": 0.3}),
        Stage("press", 0.4, {"a": 1.0}, {"c": 1.0}),
        Stage("mix", 0.3, {"b": 0.3, "c": 0.7}, {"d": 1.0}),
    ),
)
OF_GRAPH = Parameters(
    power_kw=np.array([60.0, 70.0, 90.0]),
    headroom_t=np.array([30.0, 40.0, 20.0, 648.0]),
    reserve_t=np.array([20.0, 10.0, 25.0, 0.0]),
    target_t=np.array([0.0, 0.0, 0.0, 300.0]),
)
PLANTS = [(LINE, OWN), (GRAPH, OF_GRAPH)]


def _load(process: Process, parameters: Parameters, prices: Floats) -> Floats:
    plant = to_plant(process, parameters, "continuous", price_per_kwh=np.full(24, 0.1))
    return optimal_load(plant, prices)


def _metered(process: Process, parameters: Parameters, days: int = 8) -> MeterDays:
    energy_kwh = _load(process, parameters, PRICES[:days])
    return replace(psi_days("cement", "train").take(slice(days)), energy_kwh=energy_kwh)


@pytest.mark.parametrize(("process", "own"), PLANTS)
@pytest.mark.parametrize("same_step", [True, False])
class TestDays:
    def test_load_is_that_of_the_planner(
        self, process: Process, own: Parameters, same_step: bool
    ) -> None:
        process = replace(process, same_step_transfer=same_step)
        own = replace(own, base_load_kw=7.0)
        vector = ParameterVector(process, 100.0, 1.0)
        load = ContinuousDays(vector, PRICES[:5]).load(vector.to_vector(own))
        np.testing.assert_allclose(100 * load, _load(process, own, PRICES[:5]), atol=1e-6)

    def test_slopes_are_differences(
        self, process: Process, own: Parameters, same_step: bool
    ) -> None:
        process = replace(process, same_step_transfer=same_step)
        vector = ParameterVector(process, 100.0, 1.0)
        days = ContinuousDays(vector, PRICES[:5])
        here = vector.to_vector(own) * np.random.default_rng(0).uniform(0.98, 1.02, vector.size)
        load = days.load(here)
        slopes = days.slopes()
        assert np.abs(slopes).max() > 0.1
        for entry in range(vector.size):
            step = 1e-7 * (np.arange(vector.size) == entry)
            change = (days.load(here + step) - load) / 1e-7
            np.testing.assert_allclose(slopes[..., entry], change, atol=1e-5)


def test_targets_out_of_reach_are_lowered_to_what_can_be_made() -> None:
    vector = ParameterVector(LINE, 100.0, 1.0)
    days = ContinuousDays(vector, PRICES[:3])
    wanted = vector.to_vector(replace(OWN, target_t=np.array([0.0, 470.0]), headroom_t=np.ones(2)))
    wanted[vector.parts[0]] = np.array([0.3, 0.8])
    found = vector.to_parameters(days.within_reach(wanted))
    # the mill makes 30 kW x 0.5 t/kWh x 24 h = 360 t
    np.testing.assert_allclose(found.target_t, [0, 360], rtol=1e-6)
    np.testing.assert_allclose(days.load(days.within_reach(wanted)), days.load(wanted), atol=1e-6)


def test_descent_goes_back_to_the_plant() -> None:
    vector = ParameterVector(LINE, 100.0, 1.0)
    days = ContinuousDays(vector, PRICES[:8])
    true = vector.to_vector(OWN)
    metered = days.load(true)
    metered[2, 3:9] = np.nan
    error, free = MeteredError(metered), np.ones(vector.size)
    point = descend(days, error, true * np.array([1.03, 0.98, 0.95, 1.05, 0.99, 1.0]), free, 40)
    assert point.error < 1e-6
    np.testing.assert_allclose(point.vector[:2], true[:2], rtol=1e-4)


@pytest.mark.slow
class TestFit:
    def test_finds_a_continuous_plant_and_its_intervals(self) -> None:
        days = _metered(LINE, OWN)
        fit = fit_continuous(days, LINE, seed=0)
        assert fit.error < 1e-3
        np.testing.assert_allclose(fit.parameters.power_kw, OWN.power_kw, rtol=0.01)
        intervals = continuous_intervals(days, LINE, fit.parameters, factor=1.5)
        for name, value in {"mill.power_kw": 60.0, "kiln.power_kw": 80.0}.items():
            low, high = intervals[name]
            assert 0.97 * value < low <= high < 1.03 * value

    def test_depends_on_the_seed_alone(self) -> None:
        days = _metered(GRAPH, OF_GRAPH, 4)
        fits = [fit_continuous(days, GRAPH, seed=3, n_jobs=jobs) for jobs in (1, 2)]
        assert fits[0].error == fits[1].error < 0.02

    def test_psi_cement(self) -> None:
        days = [psi_days("cement", name) for name in ("train", "cv")]
        fit = fit_continuous(
            days[0],
            Process("c", "t", tuple(
                Stage(name, rate / power)
                for name, rate, power in (
                    ("C", 1000, 2200), ("KFP", 250, 11000), ("CP", 300, 11550), ("FG", 350, 11220)
                )
            )),
            seed=0,
            validation=days[1],
        )  # fmt: skip
        assert fit.error < 0.018
        assert fit.validation_error is not None
        assert fit.validation_error < 0.019


def test_refusals() -> None:
    days = _metered(LINE, OWN, 2)
    part = Process("p", "t", (Stage("s", 1.0, part_loads=(PartLoad(0.5, 0.8),)),))
    with pytest.raises(InputError, match=r"part_load.*leave part loads out"):
        fit_continuous(days, part, seed=0)
    still = replace(days, energy_kwh=np.zeros_like(days.energy_kwh))
    with pytest.raises(InputError, match="plant that runs"):
        fit_continuous(still, LINE, seed=0)
    with pytest.raises(InputError, match="factor = 1"):
        continuous_intervals(days, LINE, OWN, factor=1.0)
