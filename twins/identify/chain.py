"""What the whole hours of stages say of their powers, and the other way round.

A stage runs whole steps, and no more of them than its followers need. So of each store, the stages
in their `n` steps make at least what is taken, and a producer's step less would not do. With the
output per energy known, these are linear limits on the powers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..stn_tables import Floats
from .power_kernel import project
from .process import Process

Ints = NDArray[np.int64]

_MARGIN = 1e-6
_RANGE = (0.3, 3.0)
_RIDGE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The stages of a process between their stores.

    Args:
        made_per_kwh: mass made of each store [I, S], [mass_unit/kWh].
        used_per_kwh: mass taken of each store [I, S], [mass_unit/kWh].
        product_per_kwh: mass made of each product [I, P], [mass_unit/kWh].
        tolerance: how far the outputs per energy may be off, as a share.
    """

    made_per_kwh: Floats
    used_per_kwh: Floats
    product_per_kwh: Floats
    tolerance: float = 0.0

    @classmethod
    def of(cls, process: Process, tolerance: float = 0.0) -> Chain:
        """The chain of a process at full load."""
        net = process.net_per_kwh
        is_product = np.array([name in process.products for name in process.materials])
        return cls(
            np.maximum(net, 0.0)[:, ~is_product],
            np.maximum(-net, 0.0)[:, ~is_product],
            net[:, is_product],
            tolerance,
        )

    @property
    def stages(self) -> int:
        """Number of stages I."""
        return len(self.made_per_kwh)

    def day_energy(self, total_kwh: float) -> Floats:
        """Energy of each stage in a day in which every store ends as it began [I], [kWh].

        Of several products, equal masses are made.
        """
        products = self.product_per_kwh.shape[1]
        rows = np.vstack([(self.made_per_kwh - self.used_per_kwh).T, self.product_per_kwh.T])
        goal = np.r_[np.zeros(len(rows) - products), np.ones(products)]
        scale = np.abs(rows).max(axis=1)
        share = np.linalg.lstsq(rows / scale[:, None], goal / scale, rcond=None)[0]
        share = np.maximum(share, share.max() * 1e-3)
        return np.asarray(total_kwh * share / share.sum())

    def limits(self, steps: Ints) -> Floats:
        """Rows whose product with the powers must not be negative [R, I]."""
        high, low = 1 + self.tolerance, 1 - self.tolerance
        made, used = self.made_per_kwh * steps[:, None], self.used_per_kwh * steps[:, None]
        rows = [(made * high - used * low * (1 + _MARGIN)).T]
        for store, makers in enumerate(self.made_per_kwh.T > 0):
            only = np.flatnonzero(makers)
            if len(only) == 1 and (self.made_per_kwh[only[0]] > 0).sum() == 1:
                fewer = used[:, store] * high
                fewer[only[0]] -= self.made_per_kwh[only[0], store] * (steps[only[0]] - 1) * low
                rows.append(fewer[None])
        return np.vstack(rows)

    def fit_powers(self, gram: Floats, moment: Floats, rows: Floats, start: Floats) -> Floats:
        """Powers of least squares within the limits.

        Args:
            gram: count of pairs running together [I, I].
            moment: load while a stage runs [I].
            rows: `limits` of the running steps [R, I].
            start: powers to begin with [I].

        Returns:
            Powers [I], in the unit of the start.
        """
        squares = gram * np.outer(start, start)
        squares = squares + _RIDGE * max(float(squares.trace()), 1e-12) * np.eye(self.stages)
        rows = rows * start
        rows = rows / np.abs(rows).max(axis=1, keepdims=True)
        share = np.empty(self.stages)
        inverse = np.linalg.inv(squares).astype(np.float64)
        project(inverse, moment * start, rows, share)
        return np.asarray(np.clip(share, *_RANGE) * start)


def needed_steps(process: Process, power_kw: Floats, target_t: Floats, day_steps: int) -> Ints:
    """The fewest steps that each stage can run in a day that meets the targets [I].

    Masses are followed from the products up to the raw material; a stage that runs or stands
    passes on what it takes in whole steps. Only materials with one maker say something.

    Args:
        process: what is public.
        power_kw: of each stage [I].
        target_t: of each product [M].
        day_steps: steps of a day T.
    """
    hours = 24 / day_steps
    rate = np.array([stage.output_per_kwh for stage in process.stages]) * power_kw * hours
    part = [[p.power_share * p.output_per_kwh for p in s.part_loads] for s in process.stages]
    whole = np.array([not points for points in part])
    rate *= [
        max([1.0, *(value / stage.output_per_kwh for value in points)])
        for points, stage in zip(part, process.stages, strict=True)
    ]
    steps = np.zeros(len(process.stages), dtype=np.int64)
    mass_t = np.zeros(len(process.stages))
    for _ in process.stages:
        for m, name in enumerate(process.materials):
            makers = [i for i, stage in enumerate(process.stages) if name in stage.produces]
            if len(makers) != 1:
                continue
            (maker,) = makers
            used = [stage.consumes.get(name, 0.0) for stage in process.stages]
            wanted_t = float(mass_t @ used) + max(0.0, float(target_t[m]))
            throughput_t = wanted_t / process.stages[maker].produces[name]
            count = int(np.ceil(throughput_t / rate[maker] - 1e-9))
            steps[maker] = max(steps[maker], count)
            made_t = steps[maker] * rate[maker] if whole[maker] else throughput_t
            mass_t[maker] = max(mass_t[maker], made_t)
    return steps
