"""Gymnasium spaces of a batch, made from its observation table and its controls."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces

from .plant_batch import PlantBatch

AnyBatch = PlantBatch[Any, Any]


def observation_space(batch: AnyBatch) -> spaces.Box:
    """Flat Box [observed] with the limits of the observation table."""
    low, high = np.empty(batch.n_observed, np.float32), np.empty(batch.n_observed, np.float32)
    for entry, place in zip(batch.observed, observation_slices(batch).values(), strict=True):
        low[place], high[place] = entry.low, entry.high
    return spaces.Box(low, high, dtype=np.float32)


def action_space(batch: AnyBatch) -> spaces.Space[Any]:
    """A mode a control (MultiDiscrete), or a level a control from -1 to 1 (Box)."""
    if batch.tables.continuous:
        return spaces.Box(-1.0, 1.0, (len(batch.n_modes),), np.float32)
    return spaces.MultiDiscrete(batch.n_modes)


def observation_names(batch: AnyBatch) -> tuple[str, ...]:
    """A name for each number of an observation; windows count from this step, `buy_price+0`."""
    names = np.empty(batch.n_observed, object)
    for entry, place in zip(batch.observed, observation_slices(batch).values(), strict=True):
        single = entry.size == 1
        names[place] = [entry.name if single else f"{entry.name}+{k}" for k in range(entry.size)]
    return tuple(names.tolist())


def observation_slices(batch: AnyBatch) -> dict[str, slice]:
    """Where each entry of the observation table stands in an observation."""
    single = [entry for entry in batch.observed if entry.size == 1]
    windows = [entry for entry in batch.observed if entry.size > 1]
    places = {entry.name: slice(k, k + 1, 1) for k, entry in enumerate(single)}
    for s, window in enumerate(windows):
        places[window.name] = slice(len(single) + s, batch.n_observed, len(windows))
    return places


def observation_table(batch: AnyBatch) -> str:
    """The observation table as Markdown, as env docstrings print it."""
    lines = ["| Num | Observation | Min | Max | 1.0 is | Meaning |", "|---|---|---|---|---|---|"]
    for entry, place in zip(batch.observed, observation_slices(batch).values(), strict=True):
        every = f" step {place.step}" if entry.size > 1 else ""
        num = f"{place.start}-{batch.n_observed - 1}{every}" if every else f"{place.start}"
        lines.append(
            f"| {num} | {entry.name} | {entry.low:g} | {entry.high:g} | {entry.unit} "
            f"| {entry.meaning} |"
        )
    return "\n".join(lines)
