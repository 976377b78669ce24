"""Twin-generated data: a plant that a policy runs day after day, as records and as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.faulty_plant import FaultyPlant
from ..envs.heater_env import SetsHeaterEnv
from ..envs.policy import Policy
from ..twins.faults.assets import Asset
from ..twins.health.monitor import HealthMonitor
from ..twins.health.records import OperatingRecord
from ..twins.scenarios import Scenarios
from ..twins.stn_tables import Floats
from .cases import Case, unwrap
from .policies import make_policy

HOUR = np.timedelta64(60, "m")

DAYS_OF_A_YEAR = 365

Step = tuple[list[OperatingRecord], Mapping[str, Any], Floats]
"""Records of the assets, the env's `info`, and what the sensors read."""


class TwinRun:
    """Runs a plant through chosen days under a policy.

    Args:
        case: the env; take the split `"all"`.
        policy: name of the policy.
        seed: of the days' events, of the policy and of the sensors.

    Raises:
        InputError: arguments that make no env, or an unknown policy.
    """

    def __init__(self, case: Case, policy: str, seed: int = 0) -> None:
        self.case, self.seed = case, seed
        self.plant = FaultyPlant(unwrap(case.make()), seed)
        self._policy: Policy = make_policy(policy, seed, case)

    @property
    def days(self) -> Scenarios:
        """The days that there are."""
        return self.plant.env.batch.scenarios

    @property
    def steps_per_day(self) -> int:
        """Steps of a day."""
        return 24 * 60 // self.days.step_minutes

    def run(self, days: Iterable[int], each: Callable[[Step], None]) -> None:
        """Run days, by their indices, and tell of each step."""
        plant = self.plant
        for day in days:
            obs, _ = plant.env.reset(seed=self.seed * 100_000 + day, options={"day": day})
            plant.start()
            self._policy.reset(plant.env)
            ended = False
            while not ended:
                obs, _, ended, _, info = plant.step(self._policy.act(obs))
                each((plant.records, info, plant.readings))

    def history(self, days: Iterable[int]) -> list[list[OperatingRecord]]:
        """The records of days, step by step."""
        found: list[list[OperatingRecord]] = []
        self.run(days, lambda step: found.append(step[0]))
        return found


def fitted_monitor(case: Case, policy: str, days: int = 120, seed: int = 0) -> HealthMonitor:
    """A monitor that knows how a healthy plant runs under a policy.

    Args:
        case: the env.
        policy: name of a policy.
        days: how many days to simulate, from the first of the case on; at most all.
        seed: of the simulation.

    Raises:
        InputError: as `TwinRun`, or too few days.
        MissingExtraError: without the extra `identify`.
    """
    run = TwinRun(case, policy, seed)
    history = run.history(range(min(days, run.days.n_days)))
    return HealthMonitor(run.plant.assets, run.days.step_minutes, seed=seed).fit(history)


@dataclass(frozen=True, slots=True, eq=False)
class TwinYear:
    """A table of hours that follow each other, but for days that the shipped data lack.

    Args:
        time: start of each hour [N].
        columns: values [N] by name with unit: the meter (`load_kw`), price, weather, calendar,
            schedule (levels that ran) and, for each asset, reading and expectation. NaN where
            there is none.
        assets: of the plant.
    """

    time: NDArray[np.datetime64]
    columns: Mapping[str, Floats]
    assets: tuple[Asset, ...]


def twin_year(
    case: Case, policy: str, *, days: int | None = DAYS_OF_A_YEAR, seed: int = 0
) -> TwinYear:
    """The last days of a case, run by a policy, hour by hour.

    Args:
        case: the env; take the split `"all"`.
        policy: name of the policy.
        days: how many, at most all; a heater has its winter only. None for all.
        seed: of all that is drawn.

    Raises:
        InputError: as `TwinRun`.
    """
    run = TwinRun(case, policy, seed)
    last = run.days.n_days
    first = 0 if days is None else max(0, last - days)
    rows: list[tuple[np.datetime64, Floats]] = []
    names = _names(run.plant)
    run.run(range(first, last), lambda step: rows.append((step[0][0].time, _row(step))))
    times, table = np.array([time for time, _ in rows]), np.array([row for _, row in rows])
    per_hour = run.steps_per_day // 24
    hours = times[::per_hour].astype("datetime64[m]")
    with np.errstate(invalid="ignore"):
        means = table.reshape(len(hours), per_hour, -1).mean(axis=1)
    columns = {**dict(zip(names, means.T, strict=True)), **_beside(run, hours)}
    return TwinYear(hours, columns, run.plant.assets)


def _names(plant: FaultyPlant) -> list[str]:
    """Names of what `_row` gives."""
    controls = [asset.name for asset in plant.assets if asset.control is not None]
    names = ["load_kw", *(f"{name} level" for name in controls)]
    for asset in plant.assets:
        unit = "c" if asset.unit == "degC" else "kw"
        names += [f"{asset.name} reading_{unit}", f"{asset.name} expected_kw"]
    return names


def _row(step: Step) -> Floats:
    records, info, readings = step
    expected_kw = [record.signals[0].expected_kw for record in records]
    assets = list(zip(readings, expected_kw, strict=True))
    return np.array([info["load_kw"], *info["applied"], *np.ravel(assets)])


def _beside(run: TwinRun, hours: NDArray[np.datetime64]) -> dict[str, Floats]:
    """Calendar, prices and weather of hours."""
    date = hours.astype("datetime64[D]")
    columns = {
        "hour": ((hours - date) / HOUR).astype(np.float64),
        "weekday": ((date.astype(np.int64) + 3) % 7).astype(np.float64),
    }
    days = run.days
    for name, values in days.series.items():
        by_hour = values.reshape(days.n_days, 24, -1).mean(axis=2)
        columns[name] = _of_hours(hours, days.dates, by_hour, days.start_hour)
    if not isinstance(run.plant.env, SetsHeaterEnv):
        from ..twins.shipped import shipped_weather

        for name, weather in shipped_weather().items():
            columns[name] = _of_hours(hours, weather.dates, weather.values, 0)
    return columns


def _of_hours(
    hours: NDArray[np.datetime64], dates: NDArray[np.datetime64], values: Floats, start_hour: int
) -> Floats:
    """Values of days [D, 24] that begin at an hour, at hours [N]; NaN where a day is missing."""
    shifted = hours - start_hour * HOUR
    date = shifted.astype("datetime64[D]")
    place = np.searchsorted(dates, date).clip(max=len(dates) - 1)
    hour = ((shifted - date) / HOUR).astype(np.int64)
    found: Floats = np.where(dates[place] == date, values[place, hour], np.nan)
    return found
