"""Plausible plants: drawn from the intervals to which data narrowed a plant down."""

from __future__ import annotations

import numpy as np

from .errors import InputError
from .intervals import BASE_LOAD, Intervals, check_intervals, parameters, with_parameters
from .plant import StnPlant
from .stn_tables import Floats

MAX_DRAWS = 1000
"""Draws before intervals are given up in which hardly any plant can meet its targets."""


class PlausiblePlants:
    """All plants within intervals of P parameters, as far as they can meet their targets.

    Drawn uniformly. A draw that is no plant, because its targets are out of reach at full rate or
    do not fit into their stores, is drawn anew.

    Args:
        plant: the plant whose parameters are uncertain.
        intervals: lowest and highest value by name; those of the plant if None.

    Raises:
        InputError: intervals that do not fit the plant.
    """

    def __init__(self, plant: StnPlant, intervals: Intervals | None = None) -> None:
        given = plant.intervals if intervals is None else intervals
        check_intervals(plant, given)
        known = parameters(plant)
        self.nominal = plant
        self.names = tuple(given)
        self.own = np.array([known[name] for name in self.names], np.float64)
        """[P] the plant's own values."""
        low, high = np.array(list(given.values()), np.float64).reshape(-1, 2).T
        # An interval without width holds the plant's own value up to rounding: then exactly.
        self.low, self.high = np.where(low == high, self.own, [low, high])
        hard_when_high = [n.endswith(".target_t") or n == BASE_LOAD for n in self.names]
        hardest = np.where(hard_when_high, self.high, self.low)
        # Where the hardest of all can meet its targets all others can, and no draw needs a check.
        self._all_fit = self._fits(hardest)

    def draw(self, rng: np.random.Generator) -> Floats:
        """Values [P] of a plausible plant.

        Raises:
            InputError: not one plant that can meet its targets in `MAX_DRAWS` draws.
        """
        for _ in range(MAX_DRAWS):
            values: Floats = self.low + (self.high - self.low) * rng.random(len(self.own))
            if self._all_fit or self._fits(values):
                return values
        raise InputError(
            "intervals",
            dict(zip(self.names, zip(self.low, self.high, strict=True), strict=True)),
            f"narrow them: none of {MAX_DRAWS} plants drawn can meet its targets",
        )

    def plant(self, values: Floats) -> StnPlant:
        """The plant with those values [P].

        Raises:
            InputError: values that make no plant.
        """
        return with_parameters(self.nominal, dict(zip(self.names, values.tolist(), strict=True)))

    def more(self, name: str, values: Floats) -> Floats:
        """How far a parameter lies above the plant's own value in values [..., P]; [...]."""
        places = [place for place, other in enumerate(self.names) if other == name]
        more: Floats = (values - self.own)[..., places].sum(axis=-1)
        return more

    def _fits(self, values: Floats) -> bool:
        try:
            self.plant(values)
        except InputError:
            return False
        return True


def plausible_plant(
    plant: StnPlant, rng: np.random.Generator, intervals: Intervals | None = None
) -> StnPlant:
    """A plant drawn uniformly from intervals: valid, and able to meet its targets at full rate.

    Args:
        plant: the plant whose parameters are uncertain.
        rng: the source of chance; the same state draws the same plant.
        intervals: lowest and highest value by name; those of the plant if None.

    Raises:
        InputError: intervals that do not fit the plant, or in which hardly any plant can meet its
            targets.
    """
    plants = PlausiblePlants(plant, intervals)
    return plants.plant(plants.draw(rng))
