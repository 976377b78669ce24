"""Ways to tell from operating records which assets are sick, each fitted on healthy history."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from ..twins.faults.assets import Asset
from ..twins.health.features import feature_forms
from ..twins.health.limits import MARGINS, Limits, learn_limits
from ..twins.health.monitor import blame
from ..twins.health.records import OperatingRecord
from ..twins.health.score import PERSIST_H, Hysteresis, health_score
from ..twins.stn_tables import Floats

WEEK_H = 168
_EARLY = 0.6
"""Share of a history on which the margin of the plain threshold is tried, as `limits` has it."""

Step = Sequence[OperatingRecord]
Seen = tuple[Floats, Floats]
"""Features of an asset in a step, and how much they say [F]."""


class Detector(ABC):
    """Raises alarms for the assets of a plant; all kinds have the same hysteresis.

    Args:
        assets: of the plant.
        step_minutes: length of a step [min].
        history: healthy steps, in the order of time.
        tables: features of each asset over that history [N, F].
    """

    def __init__(
        self,
        assets: Sequence[Asset],
        step_minutes: int,
        history: Sequence[Step],
        tables: Sequence[Floats],
    ) -> None:
        self.assets, self.step_minutes = assets, step_minutes
        self._learn(history, tables)
        self.restart()

    def restart(self) -> None:
        """Forget what was seen since the fit."""
        persist = max(1, round(PERSIST_H * 60 / self.step_minutes))
        self._states = [Hysteresis(persist) for _ in self.assets]
        self._forget()

    def alarms(self, records: Step, features: Sequence[Seen]) -> list[bool]:
        """Take in a step and its features, and say of each asset whether there is an alarm."""
        pairs = zip(self._states, self._scores(records, features), strict=True)
        return [state.update(score) == "alarm" for state, score in pairs]

    def _forget(self) -> None:  # noqa: B027 - many remember nothing
        """Forget what was seen."""

    @abstractmethod
    def _learn(self, history: Sequence[Step], tables: Sequence[Floats]) -> None:
        """Learn what is usual."""

    @abstractmethod
    def _scores(self, records: Step, features: Sequence[Seen]) -> list[float]:
        """Take in a step, and give scores that are below 70 where something is wrong."""


class Watched(Detector):
    """The monitor of `twins.health`: features with limits and an Isolation Forest."""

    trees = 100

    def _learn(self, history: Sequence[Step], tables: Sequence[Floats]) -> None:
        self._limits = [
            learn_limits(table, feature_forms(asset, self.step_minutes), self.trees)
            for asset, table in zip(self.assets, tables, strict=True)
        ]

    def _scores(self, records: Step, features: Sequence[Seen]) -> list[float]:
        pairs = zip(self._limits, features, strict=True)
        found = [self._excess(limits, limits.shares(*seen)) for limits, seen in pairs]
        return [health_score(each) for each in blame(self.assets, found)]

    def _excess(self, limits: Limits, shares: Floats) -> tuple[float, float]:
        return limits.excess(shares)


class LimitsAlone(Watched):
    """The same without the forest."""

    trees = 0


class ForestAlone(Watched):
    """The same with nothing but the forest."""

    def _excess(self, limits: Limits, shares: Floats) -> tuple[float, float]:
        return 0.0, limits.strangeness(shares)


class PlainThreshold(Detector):
    """|z| of the residual of the step, against a limit that is chosen as those of `limits`."""

    def _learn(self, history: Sequence[Step], tables: Sequence[Floats]) -> None:
        residual = np.abs([[_residual(record) for record in step] for step in history])
        early = int(_EARLY * len(residual))
        reach = np.nanmax(residual[:early], axis=0)
        worst = np.nanmax(residual[early:], axis=0) / reach
        margin = [next((each for each in MARGINS if far <= each), MARGINS[-1]) for far in worst]
        self._limit: Floats = np.nanmax(residual, axis=0) * margin

    def _scores(self, records: Step, features: Sequence[Seen]) -> list[float]:
        shares = np.abs([_residual(record) for record in records]) / self._limit
        return [100.0 if np.isnan(share) else health_score(share) for share in shares.tolist()]


class Formula(Detector):
    """clip(100 - 2 d - 100 a): d how many % more than foreseen in a week, a share of |z| > 6.

    Foreseen is the mean of the hour on working days and weekends, as of a meter without a twin.
    """

    def _forget(self) -> None:
        size = WEEK_H * 60 // self.step_minutes
        self._week = np.zeros((size, 3, len(self.assets)))
        self._sums = np.zeros((3, len(self.assets)))
        self._steps = 0

    def _learn(self, history: Sequence[Step], tables: Sequence[Floats]) -> None:
        bins = np.array([_bin(step[0].time) for step in history])
        readings = np.array([_readings(step) for step in history])
        self._means = np.array([readings[bins == place].mean(axis=0) for place in range(48)])
        errors = readings - [self._foreseen(step) for step in history]
        self._spread: Floats = np.maximum(np.nanstd(errors, axis=0), 1e-9)

    def _foreseen(self, records: Step) -> Floats:
        foreseen: Floats = self._means[_bin(records[0].time)]
        return foreseen

    def _scores(self, records: Step, features: Sequence[Seen]) -> list[float]:
        readings, foreseen = _readings(records), self._foreseen(records)
        read = np.isfinite(readings - foreseen)
        strange = np.abs(readings - foreseen) > 6.0 * self._spread
        row = np.where(read, [readings, foreseen, strange], 0.0)
        place = self._steps % len(self._week)
        self._sums += row - self._week[place]
        self._week[place] = row
        self._steps += 1
        seen = min(self._steps, len(self._week))
        if seen * self.step_minutes < 24 * 60:
            return [100.0] * len(records)
        total, expected, strange_steps = self._sums
        rising = expected > 0.0
        drift = 100.0 * np.maximum(0.0, total / np.where(rising, expected, 1.0) - 1.0) * rising
        scores = np.clip(100.0 - 2.0 * drift - 100.0 * strange_steps / seen, 0.0, 100.0)
        return [float(score) for score in scores]


class FormulaOnTwin(Formula):
    """The same formula, with what the twin expects foreseen."""

    def _foreseen(self, records: Step) -> Floats:
        return np.array([record.signals[0].expected_kw for record in records])


DETECTORS: dict[str, type[Detector]] = {
    "limits and forest": Watched,
    "limits alone": LimitsAlone,
    "forest alone": ForestAlone,
    "|z| of the residual": PlainThreshold,
    "formula d, a on the twin": FormulaOnTwin,
    "formula d, a on hour means": Formula,
}
"""Ways to tell, by name; the first is that of `twins.health`."""


def _readings(records: Step) -> Floats:
    return np.array([record.signals[0].reading_kw for record in records])


def _residual(record: OperatingRecord) -> float:
    return record.signals[0].reading_kw - record.signals[0].expected_kw


def _bin(time: np.datetime64) -> int:
    """Hour of the day, by working days and weekends."""
    date = time.astype("datetime64[D]")
    hour = int((time - date) / np.timedelta64(60, "m"))
    return hour + 24 * int((int(date.astype(np.int64)) + 3) % 7 >= 5)
