"""Fits of small plants from meters of theirs, and how far they are from the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from plantgym.twins.csv_file import Floats
from plantgym.twins.identify.forward import cheapest_days, optimal_load
from plantgym.twins.identify.identifier import PlantIdentifier
from plantgym.twins.identify.load_error import load_error
from plantgym.twins.identify.parameters import Parameters, parameter_names, to_plant
from plantgym.twins.identify.process import Process, Stage, process_of
from plantgym.twins.identify.psi_data import psi_days
from plantgym.twins.identify.twin_meter import metered_days
from plantgym.twins.intervals import parameters
from plantgym.twins.plant import StnPlant

TRAIN_PRICES = psi_days("cement", "train").price_per_kwh
TEST_PRICES = psi_days("cement", "test_baseline").price_per_kwh[:4]


@dataclass(frozen=True)
class Fitted:
    """An identifier after its fit, and the plant that it was to find."""

    estimator: PlantIdentifier
    plant: StnPlant

    def test_error(self) -> float:
        """Of the load of the plant alone, under prices that the fit has not seen."""
        found = self.estimator.predict(TEST_PRICES) - self.estimator.base_load_kwh_
        return load_error(found, optimal_load(self.plant, TEST_PRICES)).mean

    def power_error(self) -> float:
        """The largest, relative."""
        found = [task.modes[-1].power_kw for task in self.estimator.plant_.tasks]
        true = [task.modes[-1].power_kw for task in self.plant.tasks]
        return float(np.abs(np.array(found) / true - 1).max())

    def run_hours(self) -> tuple[list[int], list[int]]:
        """Of each stage on a test day, in rising order: found and true.

        Stages that take the same energy may swap their hours.
        """
        return _run_hours(self.estimator.plant_), _run_hours(self.plant)

    def outside(self) -> list[str]:
        """Parameters of the true plant that lie outside their intervals."""
        own = parameters(self.plant)
        intervals = self.estimator.intervals_
        return [
            name
            for name in parameter_names(process_of(self.plant))
            if not intervals[name][0] - 1e-6 <= own[name] <= intervals[name][1] + 1e-6
        ]


def fitted(
    plant: StnPlant,
    *,
    days: int = 10,
    process: Process | None = None,
    options: dict[str, Any] | None = None,
    pv_cf: Floats | None = None,
    **blemishes: Any,  # noqa: ANN401
) -> Fitted:
    """Fit the on/off class to a meter of the plant.

    Args:
        plant: that is metered.
        days: of the meter.
        process: what is told of the plant; by default the truth.
        options: of the identifier.
        pv_cf: of the PV behind the meter, told to both.
        blemishes: of the meter.
    """
    prices = TRAIN_PRICES[:days]
    given: dict[str, Any] = {} if pv_cf is None else {"pv_cf": pv_cf}
    meter = metered_days(plant, prices, seed=1, **blemishes, **given)
    estimator = PlantIdentifier(process or process_of(plant), "milp", **(options or {}))
    return Fitted(estimator.fit(meter, prices, **given), plant)


def total_kw(plant: StnPlant) -> float:
    """Full load of all stages."""
    return sum(task.modes[-1].power_kw for task in plant.tasks)


def assembly() -> StnPlant:
    """Two feeders, a store behind each, and an assembler: 10, 13 and 17 hours a day."""
    process = Process(
        "assembly",
        "t",
        (
            Stage("left feeder", 0.05, {}, {"left": 1.0}),
            Stage("right feeder", 0.04, {}, {"right": 1.0}),
            Stage("assembler", 0.02, {"left": 0.6, "right": 0.4}, {"goods": 1.0}),
        ),
    )
    stores_t = np.array([1.0, 1.0, 0.0])
    private = Parameters(
        power_kw=np.array([400.0, 250.0, 900.0]),
        headroom_t=40.0 * stores_t,
        reserve_t=28.0 * stores_t,
        target_t=np.array([0.0, 0.0, 300.0]),
    )
    return to_plant(process, private, "discrete", price_per_kwh=np.full(24, 0.1))


def _run_hours(plant: StnPlant) -> list[int]:
    (day,) = cheapest_days(plant, TEST_PRICES[:1])
    return sorted((day.levels > 0).sum(axis=0).tolist())
