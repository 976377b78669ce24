"""The load of a plant-day in a compiled problem: where it stands, and what it can be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from ..errors import InputError
from ..linear_problem import Floats, Ints
from ..outlook import Outlook
from ..schedule_day import PlantDay
from ..schedule_model import modes
from ..stn_tables import StnTables

_MOST_JOINT_MODES = 5000


@dataclass(frozen=True, eq=False)
class Load:
    """Load of the S steps from the outlook's on, as rows over the columns of a problem.

    Args:
        tables: the plant.
        step: the first step.
        base_kw: load beside the tasks [S].
        columns: column of the weight of each (task, mode) in each step [P, S].
    """

    tables: StnTables
    step: int
    base_kw: Floats
    columns: Ints

    @classmethod
    def of(cls, day: PlantDay, outlook: Outlook, first_column: int = 0) -> Load:
        """The load of a plant-day whose columns begin at `first_column`."""
        group = day.problem.columns["mode"]
        places = np.arange(group.where.start, group.where.stop).reshape(-1, group.n_steps)
        return cls(
            day.tables,
            outlook.step,
            outlook.base_load_kw[outlook.step :],
            first_column + places[:, 1 + outlook.step :],
        )

    @property
    def n_steps(self) -> int:
        """Number of steps S."""
        return len(self.base_kw)

    @cached_property
    def power_kw(self) -> Floats:
        """Power of each (task, mode) [P]."""
        task, mode = np.array(modes(self.tables)).T
        power: Floats = self.tables.power_kw[task, mode]
        return power

    def rows(self) -> scipy.sparse.csr_array:
        """Power of all tasks as rows [S, n] over the columns [kW]."""
        n_pairs, n_steps = self.columns.shape
        step = np.tile(np.arange(n_steps), n_pairs)
        values = np.repeat(self.power_kw, n_steps)
        shape = (n_steps, int(self.columns.max()) + 1)
        return scipy.sparse.csr_array((values, (step, self.columns.ravel())), shape=shape)

    def at(self, x: Floats) -> Floats:
        """Load at a point [S] [kW]."""
        load: Floats = self.base_kw + self.power_kw @ x[self.columns]
        return load

    @property
    def greatest_kw(self) -> Floats:
        """Load at full rate [S]."""
        return self.base_kw + float(self.tables.power_kw.max(axis=1).sum())

    @cached_property
    def joint_modes(self) -> NDArray[np.int64]:
        """Every mode of all tasks together [K, J].

        Raises:
            InputError: a continuous plant, or one with too many to list.
        """
        n_modes = self.tables.n_modes
        fix = "let buy prices be at least the sell prices, so that no table of loads is needed"
        if self.tables.continuous:
            raise InputError("plant", "continuous", fix)
        if np.prod(n_modes.astype(float)) > _MOST_JOINT_MODES:
            raise InputError("plant joint modes", int(np.prod(n_modes)), fix)
        return np.array(list(product(*(range(n) for n in n_modes))))

    @cached_property
    def joint_kw(self) -> Floats:
        """Power of all tasks in each joint mode [K] [kW]."""
        own = self.tables.power_kw[np.arange(len(self.tables.n_modes)), self.joint_modes]
        power: Floats = own.sum(axis=1)
        return power

    def joint_rows(self, first: int) -> scipy.sparse.csr_array:
        """Rows over the weights of joint modes [P, first + K]: the weight of each (task, mode)."""
        task, mode = np.array(modes(self.tables)).T
        held = self.joint_modes[:, task] == mode
        joint, pair = np.nonzero(held)
        shape = (len(task), first + len(self.joint_modes))
        return scipy.sparse.csr_array((np.ones(len(pair)), (pair, first + joint)), shape=shape)
