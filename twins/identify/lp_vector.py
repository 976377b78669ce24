"""The parameters of a continuous plant as one vector of numbers near 1, as the LP takes them.

Energies are in units of a highest reading, masses of each material in what the stage that moves
most of it per energy makes or takes with that energy. The vector holds the energy of each stage in
a step at full load, headrooms and reserves of the stores, targets of the products, and the energy
of the base load in a step.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np

from ..csv_file import Floats
from ..errors import InputError
from ..intervals import Intervals
from .meter import MeterDays
from .parameters import Parameters, day_output_t, parameter_names
from .process import Process

_LEAST_POWER = 1e-6


class ParameterVector:
    """The layout and the units of the vectors of one process.

    Args:
        process: whose stages have no part loads.
        energy_kwh: unit of energy [kWh].
        step_h: length of a step [h].

    Attributes:
        net: change of each material per energy of each stage [I, M], scaled.
        used: what each stage takes of each material per energy [I, M], scaled.
        stores, products: places of both kinds among the materials [S], [K].

    Raises:
        InputError: a stage with part loads: its plant is no LP.
    """

    def __init__(self, process: Process, energy_kwh: float, step_h: float) -> None:
        for stage in process.stages:
            if stage.part_loads:
                fix = "leave part loads out for the continuous class, or use another class"
                raise InputError(f"stage {stage.name!r} part_load", stage.part_loads, fix)
        net_per_kwh = process.net_per_kwh
        self.process = process
        self.energy_kwh, self.step_h = energy_kwh, step_h
        self.mass_t = energy_kwh * np.abs(net_per_kwh).max(axis=0)
        self.net = net_per_kwh * energy_kwh / self.mass_t
        self.used = _used_per_kwh(process) * energy_kwh / self.mass_t
        product = np.array([name in process.products for name in process.materials])
        self.stores, self.products = np.flatnonzero(~product), np.flatnonzero(product)

    @cached_property
    def parts(self) -> tuple[slice, slice, slice, slice, slice]:
        """Where powers, headrooms, reserves, targets and the base load stand."""
        counts = (len(self.net), len(self.stores), len(self.stores), len(self.products), 1)
        ends = np.cumsum(counts).tolist()
        power, headroom, reserve, target, base = (
            slice(end - count, end) for end, count in zip(ends, counts, strict=True)
        )
        return power, headroom, reserve, target, base

    @property
    def size(self) -> int:
        """Length of a vector."""
        return len(self.net) + 2 * len(self.stores) + len(self.products) + 1

    @property
    def lowest(self) -> Floats:
        """Least value of each entry: powers stay above 0."""
        low = np.zeros(self.size)
        low[self.parts[0]] = _LEAST_POWER
        return low

    @cached_property
    def unit(self) -> Floats:
        """What 1 stands for, in the units of `Parameters`."""
        power, headroom, reserve, target, base = self.parts
        unit = np.empty(self.size)
        unit[power] = unit[base] = self.energy_kwh / self.step_h
        unit[headroom] = unit[reserve] = self.mass_t[self.stores]
        unit[target] = self.mass_t[self.products]
        return unit

    @cached_property
    def place(self) -> Floats:
        """Where each entry belongs along the stages, for recombination: a store between its own."""
        power, headroom, reserve, *_ = self.parts
        stage = np.arange(len(self.net), dtype=np.float64)
        place = np.full(self.size, stage.mean())
        place[power] = stage
        touched = self.net[:, self.stores] != 0
        place[headroom] = place[reserve] = (stage @ touched) / touched.sum(axis=0)
        return place

    def to_vector(self, parameters: Parameters) -> Floats:
        """The vector of given parameters."""
        return np.maximum(self._flat(parameters) / self.unit, self.lowest)

    def to_parameters(self, vector: Floats) -> Parameters:
        """The parameters of a vector; what no day can use of a store or a target is left out."""
        power, headroom, reserve, target, base = self.parts
        value = vector * self.unit
        nothing = np.zeros(len(self.mass_t))
        most_t = day_output_t(self.process, value[power])
        found = Parameters(
            value[power], most_t.copy(), nothing.copy(), nothing.copy(), float(value[base][0])
        )
        found.headroom_t[self.stores] = value[headroom]
        found.reserve_t[self.stores] = value[reserve]
        found.target_t[self.products] = value[target]
        return replace(
            found,
            headroom_t=np.minimum(found.headroom_t, most_t),
            reserve_t=np.minimum(found.reserve_t, most_t),
            target_t=np.minimum(found.target_t, most_t),
        )

    def to_intervals(self, low: Floats, high: Floats) -> Intervals:
        """Intervals by `parameter_names` around the vectors of their ends."""
        ends = np.stack([low, high], axis=1) * self.unit[:, None]
        rows = [(float(least), float(most)) for least, most in ends]
        return dict(zip(parameter_names(self.process), rows, strict=True))

    def _flat(self, parameters: Parameters) -> Floats:
        return np.concatenate(
            [
                parameters.power_kw,
                parameters.headroom_t[self.stores],
                parameters.reserve_t[self.stores],
                parameters.target_t[self.products],
                [parameters.base_load_kw],
            ]
        )


def highest_reading_kwh(days: MeterDays) -> float:
    """The highest reading: the unit of energy, and of the error that is fitted.

    Raises:
        InputError: no reading above 0.
    """
    highest = float(np.nanmax(days.energy_kwh, initial=0.0))
    if highest == 0:
        raise InputError("meter", highest, "give readings of a plant that runs")
    return highest


def _used_per_kwh(process: Process) -> Floats:
    return np.array(
        [
            [stage.output_per_kwh * stage.consumes.get(name, 0.0) for name in process.materials]
            for stage in process.stages
        ]
    )
