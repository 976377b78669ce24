"""How well faults are found: a study on twin-generated data in which every fault is known."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..twins.errors import InputError
from ..twins.faults.assets import Asset
from ..twins.faults.fault import FaultKind, fault_kinds
from ..twins.health.features import AssetFeatures
from ..twins.health.records import OperatingRecord
from ..twins.stn_tables import Floats
from .cases import Case
from .health_detectors import DETECTORS
from .health_rows import (
    FaultRow,
    HealthStudy,
    MethodRow,
    Tally,
    count_alarms,
    fault_row,
    method_row,
)
from .twin_year import Step, TwinRun

CASES: dict[str, tuple[Case, str]] = {
    "cement_pv": (
        Case("plantgym/CementPv-v0", "all", {"market": "belgium-real-time"}),
        "threshold",
    ),
    "sets_heater": (Case("plantgym/SetsHeater-v0", "all"), "price-quantile"),
}
"""Case and policy of each plant."""

SIZES: dict[FaultKind, tuple[float, ...]] = {
    "efficiency_loss": (0.05, 0.1, 0.2, 0.4),
    "stuck": (0.1, 0.3, 1.0),
    "sensor_bias": (0.02, 0.05, 0.1),
    "sensor_drift": (0.05, 0.1, 0.2),
    "dropped_samples": (0.05, 0.2, 0.5),
}
"""Sizes of each kind of fault, as `twins.faults` has them."""

TRAIN = 0.6
"""Share of the days, the first ones, on which everything is learnt and chosen."""

LEAD_DAYS, FAULT_DAYS = 8, 14
"""Healthy days before each fault, so that weeks have filled, and days with it."""

WARM_UP_DAYS = 3
"""Days of a run whose alarms do not count."""

DAYS_PER_MONTH = 30.0


def reproduce_health(
    progress: Callable[[float, str], None],
    plants: Sequence[str] = tuple(CASES),
    *,
    repeats: int = 1,
    seed: int = 0,
) -> HealthStudy:
    """Inject faults at random times into the last days of each plant, and count alarms.

    Args:
        progress: is told the share that is done and what is being done.
        plants: names out of `CASES`.
        repeats: runs for each asset, kind and size.
        seed: of the times and of the data.

    Raises:
        InputError: an unknown plant.
        MissingExtraError: without the extra `identify`.
    """
    for name in plants:
        if name not in CASES:
            raise InputError("plant", name, f"use one of {', '.join(CASES)}")
    started = time.process_time()
    methods: list[MethodRow] = []
    faults: list[FaultRow] = []
    for place, name in enumerate(plants):

        def told(share: float, what: str, place: int = place, name: str = name) -> None:
            progress((place + share) / len(plants), f"{name}: {what}")

        plant = PlantStudy(name, seed)
        tallies = plant.inject(repeats, told)
        rates, months = plant.healthy_alarms()
        faults += [fault_row(name, *key, tally) for key, tally in tallies.items()]
        methods += [
            method_row(
                name, method, [each for key, each in tallies.items() if key[0] == method],
                rates[method], months,
            )
            for method in DETECTORS
        ]  # fmt: skip
    return HealthStudy(methods, faults, seed, round(time.process_time() - started, 1))


class PlantStudy:
    """A plant whose detectors are fitted on its first days.

    Args:
        name: one of `CASES`.
        seed: of times and data.
    """

    def __init__(self, name: str, seed: int) -> None:
        case, policy = CASES[name]
        self._run = TwinRun(case, policy, seed)
        self._rng = np.random.default_rng(seed)
        days, plant = self._run.days, self._run.plant
        self._first, self._last = int(TRAIN * days.n_days), days.n_days
        self._step_h = days.step_minutes / 60.0
        history = self._run.history(range(self._first))
        self._features = self._new_features()
        tables = self._look(history)
        self._detectors = {
            method: make(plant.assets, days.step_minutes, history, tables)
            for method, make in DETECTORS.items()
        }

    def _new_features(self) -> list[AssetFeatures]:
        """Features of the assets, with nothing seen yet."""
        minutes = self._run.days.step_minutes
        return [AssetFeatures(asset, minutes) for asset in self._run.plant.assets]

    def _look(self, history: Sequence[Sequence[OperatingRecord]]) -> list[Floats]:
        """Features of each asset over a history [N, F], by the hour, once a day has passed."""
        per_hour = max(1, self._run.steps_per_day // 24)
        return [
            np.array([watched.update(step[place]) for step in history])[24 * per_hour :: per_hour]
            for place, watched in enumerate(self._features)
        ]

    def inject(
        self, repeats: int, progress: Callable[[float, str], None]
    ) -> dict[tuple[str, str, float], Tally]:
        """Run each fault, and tally the alarms by method, kind and size."""
        tallies: dict[tuple[str, str, float], Tally] = {}
        cases = list(_cases(self._run.plant.assets)) * repeats
        for done, (asset, kind, size) in enumerate(cases):
            progress(done / len(cases), f"{kind} of {asset.name}")
            onsets = self._faulty_alarms(asset, kind, size)
            for method in DETECTORS:
                tally = tallies.setdefault((method, kind, size), Tally())
                count_alarms(tally, onsets[method], asset.name)
        return tallies

    def healthy_alarms(self) -> tuple[dict[str, float], float]:
        """Alarms of an asset and month by method on all test days, and how many months."""
        assets = self._run.plant.assets
        alarms = self._alarms(range(self._first, self._last), lambda step: None)
        first = WARM_UP_DAYS * 24.0
        months = (self._last - self._first - WARM_UP_DAYS) / DAYS_PER_MONTH * len(assets)
        return {
            method: sum(at >= first for hours in found.values() for at in hours) / months
            for method, found in alarms.items()
        }, months

    def _faulty_alarms(
        self, asset: Asset, kind: FaultKind, size: float
    ) -> dict[str, dict[str, float]]:
        """First alarm of each asset by method [h from the start of the fault; before it, < 0]."""
        length = LEAD_DAYS + FAULT_DAYS
        start = int(self._rng.integers(self._first, self._last - length + 1))
        per_day = self._run.steps_per_day
        begins = LEAD_DAYS * per_day + int(self._rng.integers(per_day))

        def act(step: int) -> None:
            if step == begins:
                self._run.plant.set_fault(asset.name, kind, size)

        alarms = self._alarms(range(start, start + length), act)
        self._run.plant.set_fault(asset.name, kind, None)
        after_h = begins * self._step_h
        first_h = WARM_UP_DAYS * 24.0
        return {
            method: {
                name: min(at for at in hours if at >= first_h) - after_h
                for name, hours in found.items()
                if any(at >= first_h for at in hours)
            }
            for method, found in alarms.items()
        }

    def _alarms(self, days: range, act: Callable[[int], None]) -> dict[str, dict[str, list[float]]]:
        """When alarms began, by method and asset [h from the start]."""
        for detector in self._detectors.values():
            detector.restart()
        self._features = self._new_features()
        names = [asset.name for asset in self._run.plant.assets]
        found: dict[str, dict[str, list[float]]] = {
            method: {name: [] for name in names} for method in DETECTORS
        }
        before = {method: [False] * len(names) for method in DETECTORS}
        step = 0

        def each(told: Step) -> None:
            nonlocal step
            pairs = zip(self._features, told[0], strict=True)
            seen = [(watched.update(record), watched.weight) for watched, record in pairs]
            for method, detector in self._detectors.items():
                alarms = detector.alarms(told[0], seen)
                for name, alarm, was in zip(names, alarms, before[method], strict=True):
                    if alarm and not was:
                        found[method][name].append(step * self._step_h)
                before[method] = alarms
            step += 1
            act(step)

        self._run.run(days, each)
        return found


def _cases(assets: Sequence[Asset]) -> Iterator[tuple[Asset, FaultKind, float]]:
    for asset in assets:
        for kind in fault_kinds(asset):
            for size in SIZES[kind]:
                yield asset, kind, size
