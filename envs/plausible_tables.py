"""Tables of plausible plants, a row each: scaled from the nominal ones instead of compiled anew.

To compile a plant takes up to a millisecond, to scale tables a few microseconds a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..twins.plausible import PlausiblePlants
from ..twins.stn_tables import STOCK_TOL, Floats, Ints, StnTables

_SCALED = ("power_kw", "consume_t", "produce_t", "take_t", "make_t")
"""Tables [J, ...] that scale with the power of their task."""

_MOVED = ("stock_min_t", "stock_max_t", "stock_low_t", "stock_high_t", "end_min_t")
"""Tables [M] that move with limits and targets."""


class PlausibleTables:
    """What the tables of n rows do not share.

    Args:
        plants: the plausible plants.
        nominal: tables of the nominal plant.
        rows: number of rows; all start on the nominal plant.
    """

    def __init__(self, plants: PlausiblePlants, nominal: StnTables, rows: int) -> None:
        self._nominal = nominal
        self._stacked: dict[str, Floats] = {
            name: np.repeat(getattr(nominal, name)[None], rows, axis=0)
            for name in (*_SCALED, *_MOVED)
        }
        plant, self._own = plants.nominal, plants.own
        materials = [m.name for m in plant.materials]
        self._power = _places(plants.names, [t.name for t in plant.tasks], "power_kw")
        self._reserve = _places(plants.names, materials, "reserve_t")
        self._headroom = _places(plants.names, materials, "headroom_t")
        self._target = _places(plants.names, materials, "target_t")
        self._end_t = np.array([m.end_min_t or 0.0 for m in plant.materials])

    def write(self, rows: Ints, values: Floats) -> None:
        """Give R rows the plants with those values [R, P] of `PlausiblePlants.draw`."""
        nominal, stacked = self._nominal, self._stacked
        slots, tasks = self._power
        factor = np.ones((len(rows), len(nominal.n_modes)))
        factor[:, tasks] = values[:, slots] / self._own[slots]
        for name in _SCALED:
            table = getattr(nominal, name)
            stacked[name][rows] = table * factor.reshape(*factor.shape, *[1] * (table.ndim - 1))
        more = values - self._own
        low_t = np.maximum(0.0, _shifted(nominal.stock_min_t, self._reserve, -more))
        high_t = _shifted(nominal.stock_max_t, self._headroom, more)
        rounding_t = STOCK_TOL * np.maximum(1.0, high_t)
        stacked["stock_min_t"][rows] = low_t
        stacked["stock_max_t"][rows] = high_t
        stacked["stock_low_t"][rows] = low_t - rounding_t
        stacked["stock_high_t"][rows] = high_t + rounding_t
        stacked["end_min_t"][rows] = np.maximum(low_t, _shifted(self._end_t, self._target, more))

    def tables(self, row: int) -> StnTables:
        """The tables of a row: views that follow every `write`."""
        views = {name: stack[row] for name, stack in self._stacked.items()}
        return self._nominal._replace(**_read_only(views))

    def copy(self, row: int) -> StnTables:
        """The tables of a row as they are now."""
        copies = {name: stack[row].copy() for name, stack in self._stacked.items()}
        return self._nominal._replace(**_read_only(copies))


def _places(names: Sequence[str], owners: Sequence[str], kind: str) -> tuple[Ints, Ints]:
    """Places among the values, and of the tasks or materials, that have a parameter of a kind."""
    pairs = [
        (names.index(f"{owner}.{kind}"), place)
        for place, owner in enumerate(owners)
        if f"{owner}.{kind}" in names
    ]
    slots, places = np.array(pairs, np.int64).reshape(-1, 2).T
    return slots, places


def _shifted(table: Floats, where: tuple[Ints, Ints], more: Floats) -> Floats:
    slots, places = where
    moved = np.tile(table, (len(more), 1))
    moved[:, places] += more[:, slots]
    return moved


def _read_only(arrays: dict[str, Floats]) -> dict[str, Any]:
    """As all tables are; kernels would compile anew for others."""
    for array in arrays.values():
        array.setflags(write=False)
    return arrays
