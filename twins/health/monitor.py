"""Watches the assets of a plant: a Health Score, a state and causes for each, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from ..errors import InputError
from ..faults.assets import Asset
from ..stn_tables import Floats
from ..value_checks import check_whole
from .features import WINDOWS_H, AssetFeatures
from .limits import learn_limits
from .records import RESTS_ON, OperatingRecord
from .score import PERSIST_H, Health, Hysteresis, health_score

STRANGE = 0.68
"""Share of its limit from which on a feature is named as a cause: where the watch begins."""

WATCHED = 0.9
"""Excess that counts at most against an asset when another is to blame: a score of 75."""

N_CAUSES = 3
"""Causes that are named at most."""

_EVERY_H = 1.0
"""How often the features of a history are looked at [h]."""

Step = Sequence[OperatingRecord]


class HealthMonitor:
    """Health of the assets of a plant.

    Each asset has features (`features.AssetFeatures`). Its excess is the greatest of how far each
    feature is from its usual value, as a share of its limit, and of how strange all of them are
    together for an Isolation Forest, as a share of the limit of that. Limits are what was reached
    in a healthy history, times a margin.

    Args:
        assets: of the plant, in the order of the records.
        step_minutes: length of a step [min].
        trees: of the forest of an asset; 0 for limits alone.
        seed: of the forests.

    Raises:
        InputError: a step length or a number of trees that cannot be.
    """

    def __init__(
        self, assets: Sequence[Asset], step_minutes: int, *, trees: int = 100, seed: int = 0
    ) -> None:
        check_whole("step_minutes", step_minutes, low=1, high=1440)
        check_whole("trees", trees, high=10_000)
        self.assets, self.step_minutes = tuple(assets), step_minutes
        self._trees, self._seed = trees, seed
        self._watches: list[AssetWatch] = []

    def fit(self, history: Sequence[Step]) -> Self:
        """Learn what is usual.

        Args:
            history: records of healthy steps that follow each other; months of them.

        Raises:
            InputError: less than three weeks, or records of other assets.
            MissingExtraError: without the extra `identify`, unless there are no trees.
        """
        least = 3 * WINDOWS_H[-1] * 60 // self.step_minutes
        if len(history) < least:
            raise InputError("history", f"{len(history)} steps", f"give at least {least}")
        self._check(history[0])
        self._watches = [
            AssetWatch(
                asset, self.step_minutes, [step[place] for step in history], self._trees, self._seed
            )
            for place, asset in enumerate(self.assets)
        ]
        return self

    def update(self, records: Step) -> dict[str, Health]:
        """Take in a step, and give the health of each asset by name.

        Raises:
            InputError: a monitor that was not fitted, or records of other assets.
        """
        if not self._watches:
            raise InputError("monitor", "not fitted", "call fit with a healthy history first")
        self._check(records)
        pairs = list(zip(self._watches, records, strict=True))
        excess = blame(self.assets, [watch.look(record) for watch, record in pairs])
        return {
            record.asset: watch.judge(record, each)
            for (watch, record), each in zip(pairs, excess, strict=True)
        }

    def restart(self) -> None:
        """Forget what was seen since the fit."""
        for watch in self._watches:
            watch.restart()

    def _check(self, records: Step) -> None:
        names = [record.asset for record in records]
        if names != [asset.name for asset in self.assets]:
            fix = f"give one of each of {', '.join(asset.name for asset in self.assets)}"
            raise InputError("records", names, fix)


class AssetWatch:
    """Watches one asset.

    Args:
        asset: the asset.
        step_minutes: length of a step [min].
        history: its healthy records.
        trees: of the forest; 0 for none.
        seed: of the forest.
    """

    def __init__(
        self, asset: Asset, step_minutes: int, history: Step, trees: int, seed: int
    ) -> None:
        self._asset, self._step_minutes = asset, step_minutes
        self.restart()
        table = np.array([self._features.update(record) for record in history])
        # A day must have passed before what windows show counts, and neighbours tell the same.
        table = table[_steps(24.0, step_minutes) :: _steps(_EVERY_H, step_minutes)]
        self.limits = learn_limits(table, self._features.forms, trees, seed)
        self.restart()

    def restart(self) -> None:
        """Forget what was seen since the fit."""
        self._features = AssetFeatures(self._asset, self._step_minutes)
        self._hysteresis = Hysteresis(_steps(PERSIST_H, self._step_minutes))
        self._since: dict[int, np.datetime64] = {}

    def look(self, record: OperatingRecord) -> tuple[float, float]:
        """Take in a step, and give the excess of the asset's own features and of all."""
        self._values = self._features.update(record)
        self._shares = self.limits.shares(self._values, self._features.weight)
        return self.limits.excess(self._shares)

    def judge(self, record: OperatingRecord, excess: float) -> Health:
        """The health that follows from an excess, after `look`."""
        score = health_score(excess)
        state = self._hysteresis.update(score)
        causes = self._causes(excess, self._shares, self._values, record.time)
        return Health(score, 1.0 - score / 100.0, state, causes)

    def _causes(
        self, excess: float, shares: Floats, features: Floats, time: np.datetime64
    ) -> tuple[str, ...]:
        """What is unusual, and since when; the most unusual first."""
        far = np.abs(shares)
        strange = [int(place) for place in np.argsort(-far) if far[place] > STRANGE]
        alone = bool(strange)
        if not strange and excess > STRANGE:
            strange = [int(far.argmax())]
        self._since = {place: self._since.get(place, time) for place in strange}
        return tuple(
            ("" if alone else "unusual together, most of all ")
            + self._features.forms[place].words.format(features[place])
            + f", since {np.datetime_as_string(self._since[place], unit='m').replace('T', ' ')}"
            for place in strange[:N_CAUSES]
        )


def blame(assets: Sequence[Asset], found: Sequence[tuple[float, float]]) -> list[float]:
    """The excess that counts against each asset [A].

    Where the expectations of an asset rest on readings of another that is further beyond its own
    limits, the other is to blame: the asset is watched, but raises no alarm.

    Args:
        assets: of the plant.
        found: excess of its own features and of all, by asset [A].
    """
    counts = []
    for asset, (own, greatest) in zip(assets, found, strict=True):
        others = [
            worse
            for other, (_, worse) in zip(assets, found, strict=True)
            if other.kind in RESTS_ON[asset.kind]
        ]
        blamed = greatest > max(others, default=0.0)
        counts.append(greatest if blamed else max(own, min(greatest, WATCHED)))
    return counts


def _steps(hours: float, step_minutes: int) -> int:
    return max(1, round(hours * 60 / step_minutes))
