"""Tells whether two runs are of the same plant and days."""

from __future__ import annotations

import hashlib

from .scenarios import Scenarios


def fingerprint(plant: object, days: Scenarios) -> str:
    """Fingerprint of a plant and its days, 16 hexadecimal digits.

    Args:
        plant: of any kind; its representation tells all its parameters.
        days: with all their series.
    """
    digest = hashlib.sha256(repr((plant, days.dr_events, days.start_hour)).encode())
    digest.update(days.dates.astype("datetime64[D]").tobytes())
    for name, values in sorted(days.series.items()):
        digest.update(name.encode() + values.tobytes())
    return digest.hexdigest()[:16]
