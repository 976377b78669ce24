"""What a monitor looks at: effects in residuals, commands not obeyed, samples lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..faults.assets import Asset
from ..stn_tables import Floats
from .records import N_EFFECTS, SIGNALS, OperatingRecord
from .window_kernel import N_SUMS, slide

WINDOWS_H = (6, 24, 168)
"""Windows [h]: what is so now, over a day, over a week."""

_WORDS = ("last 6 h", "last day", "last week")

_OBEYED = 0.02
"""Greatest difference between a command and what ran that counts as obedience [level]."""

_LEAST_EFFECT = 0.005
"""Effects below this are never a matter of health, however calm the history was."""

_LEAST_SAMPLES = 3.0
"""So many samples lost, or commands not obeyed, in a window are no matter of health."""


class FeatureForm(NamedTuple):
    """What a feature means."""

    words: str
    """What it says, in words around its value."""
    floor: float
    """Its limit is never below this."""
    rests: bool
    """Whether it rests on readings of other assets, too."""


def feature_forms(asset: Asset, step_minutes: int) -> list[FeatureForm]:
    """What the features of an asset mean [F], at a length of steps [min]."""
    return AssetFeatures(asset, step_minutes).forms


class AssetFeatures:
    """The features of an asset, step by step.

    Args:
        asset: the asset.
        step_minutes: length of a step [min].
    """

    def __init__(self, asset: Asset, step_minutes: int) -> None:
        forms = SIGNALS[asset.kind]
        lengths = [max(1, round(hours * 60 / step_minutes)) for hours in WINDOWS_H]
        self._scale = asset.full_scale
        self._ridge = [form.ridge for form in forms]
        self._windows = np.array(lengths, np.int64)
        size = lengths[-1] + 1
        self._ring = np.full((len(forms), size, 1 + N_EFFECTS), np.nan)
        self._sums = np.zeros((len(forms), len(lengths), N_SUMS))
        self._found = np.zeros((len(forms), len(lengths), N_EFFECTS + 1))
        self._flags = np.zeros((2, size), np.bool_)
        self._counts = np.zeros((2, len(lengths)))
        self._position, self._seen = -1, 0
        self._place, self.forms = self._make_forms(asset, lengths)

    def _make_forms(
        self, asset: Asset, lengths: Sequence[int]
    ) -> tuple[tuple[list[int], ...], list[FeatureForm]]:
        """Places of the features among what is found, and what they mean."""
        places: tuple[list[int], ...] = ([], [], [])
        forms = []
        for s, signal in enumerate(SIGNALS[asset.kind]):
            chosen = [(0, N_EFFECTS, f"{signal.name} {{:+.1%}} of full scale from expected")]
            for k in range(1, len(lengths)):
                chosen += [(k, n, words) for n, words in enumerate(signal.effects) if words]
            for k, n, words in chosen:
                for values, value in zip(places, (s, k, n), strict=True):
                    values.append(value)
                forms.append(FeatureForm(f"{words}, {_WORDS[k]}", _LEAST_EFFECT, True))
        for words in ("{:.0%} of commands not obeyed", "{:.0%} of samples lost"):
            for k in range(1, len(lengths)):
                floor = 0.01 + _LEAST_SAMPLES / lengths[k]
                forms.append(FeatureForm(f"{words}, {_WORDS[k]}", floor, False))
        return places, forms

    def update(self, record: OperatingRecord) -> Floats:
        """Take in a step, and give the features [F]."""
        self._position = position = (self._position + 1) % self._ring.shape[1]
        scale = self._scale
        for s, signal in enumerate(record.signals):
            sample = self._ring[s, position]
            sample[:] = 0.0
            sample[0] = (signal.reading_kw - signal.expected_kw) / scale
            for n, effect in enumerate(signal.effects_kw):
                sample[1 + n] = effect / scale
            slide(
                self._ring[s],
                self._sums[s],
                position,
                self._windows,
                self._ridge[s],
                self._found[s],
            )
        disobeyed = abs(record.command - record.ran) > _OBEYED
        self._count(0, position, disobeyed)
        self._count(1, position, not record.sampled)
        shares = (self._counts / self._windows)[:, 1:].ravel()
        self._seen += 1
        return np.concatenate([self._found[self._place], shares])

    @property
    def weight(self) -> Floats:
        """How much each feature says yet [F]: effects in few samples stray by the root of that.

        Nothing before its window, or a day, is full for the first time.
        """
        least = np.minimum(self._windows, self._windows[1])
        filled = np.minimum(1.0, self._seen / self._windows) ** 0.5 * (self._seen >= least)
        others = len(self.forms) - len(self._place[1])
        return np.concatenate([filled[self._place[1]], np.ones(others)])

    def _count(self, which: int, position: int, flag: bool) -> None:
        flags, counts = self._flags[which], self._counts[which]
        flags[position] = flag
        counts += float(flag)
        counts -= flags[(position - self._windows) % len(flags)]
