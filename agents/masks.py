"""What a policy chooses among, and which of it may be chosen now."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from ..envs.observation import Float32s
from ..envs.plant_batch import PlantBatch
from ..envs.stn_batch import StnBatch
from ..twins.stn_tables import Floats, Ints
from .mask_kernel import Bools, JointTables, write_joint_masks
from .reachable import Reach

MOST_JOINT = 512
"""Most combinations of modes that are chosen as one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Groups of choices, one of each group to be taken.

    Args:
        sizes: choices in each group [G].
        joint_modes: modes of all controls for each choice [C, J] if the one group holds
            combinations of modes; None if each group holds the modes of a control.
    """

    sizes: tuple[int, ...]
    joint_modes: Ints | None

    def modes(self, chosen: Ints) -> Ints:
        """The modes [n, J] of what was chosen in each group [n, G]."""
        return chosen if self.joint_modes is None else self.joint_modes[chosen[:, 0]]

    def parts(self) -> Float32s | None:
        """Which modes are in each combination: 1 or 0 [sum of modes, C]; None without such."""
        if self.joint_modes is None:
            return None
        modes = [column == np.arange(column.max() + 1)[:, None] for column in self.joint_modes.T]
        return np.concatenate(modes).astype(np.float32)


def make_choices(n_modes: list[int], joint: bool) -> Choices:
    """What there is to choose among for controls with so many modes.

    Args:
        n_modes: modes of each control [J].
        joint: whether to choose combinations, where there are at most `MOST_JOINT`.
    """
    if joint and math.prod(n_modes) <= MOST_JOINT:
        table = np.array(list(product(*map(range, n_modes))), np.int64)
        return Choices((len(table),), table)
    return Choices(tuple(n_modes), None)


class ModeMasks:
    """Which choices may be taken in each row of a batch, given the state that it is in.

    For factories these are the masks of the env; combinations of modes are also held to what the
    shield would take unchanged. Other plants have no masks: everything may be asked for.

    Args:
        batch: the plants.
        choices: what there is to choose among.
        reachable: whether to leave out what puts the targets of the day out of reach.
    """

    def __init__(self, batch: PlantBatch[Any, Any], choices: Choices, *, reachable: bool) -> None:
        self._batch, self._choices = batch, choices
        self._factory: StnBatch | None = batch if isinstance(batch, StnBatch) else None
        if self._factory is None:
            self._reach = None
            return
        tables = self._factory.tables
        self._first = np.cumsum([0, *tables.n_modes[:-1]])
        self._task = np.repeat(np.arange(len(tables.n_modes)), tables.n_modes)
        self._reach = Reach(tables) if reachable else None
        self._best_made_t = _best_made_t(self._factory)
        if choices.joint_modes is not None:
            self._joint = _joint_tables(self._factory, choices.joint_modes)

    def __call__(self) -> Bools:
        """Whether each choice of each group may be taken [n, sum of sizes]; never none."""
        batch = self._factory
        if batch is None:
            return np.ones((len(self._batch.state.step), sum(self._choices.sizes)), np.bool_)
        state, tasks = batch.state, batch.masks()
        least_t = np.full(state.stock_t.shape, -np.inf)
        if self._reach is not None:
            least_t = self._reach.least_made_t(state.stock_t, state.step)
        if self._choices.joint_modes is None:
            return self._with_reach(tasks, least_t)
        masks = np.empty((len(tasks), len(self._choices.joint_modes)), np.bool_)
        write_joint_masks(self._joint, tasks, state.stock_t, batch.free_kw(), least_t, masks)
        return masks

    def prudent(self, masks: Bools) -> Bools:
        """Leave out combinations after which a target is out of reach; as given if none is left.

        What must be made now is asked for already; this also sees what is used up in vain. It is
        too slow for training, where such choices cost what they cost.

        Args:
            masks: which choices may be taken [n, C].
        """
        if self._reach is None or self._choices.joint_modes is None:
            return masks
        state, joint = self._batch.state, self._joint
        row, choice = np.nonzero(masks)
        after_t = state.stock_t[row] + joint.made_t[choice] - joint.taken_t[choice]
        kept = np.zeros_like(masks)
        kept[row, choice] = self._reach.in_reach(after_t, state.step[row] + 1)
        return np.where(kept.any(axis=1, keepdims=True), kept, masks)

    def _with_reach(self, tasks: Bools, least_t: Floats) -> Bools:
        """Masks of tasks, without modes that make too little whatever the others do."""
        enough = (self._best_made_t >= least_t[:, None]).all(axis=2)
        both = tasks & enough
        some = np.logical_or.reduceat(both, self._first, axis=1)
        return np.where(some[:, self._task], both, tasks)


def _best_made_t(batch: StnBatch) -> Floats:
    """What can be made at most of each material in a mode of a task [sum of modes, M].

    The other tasks run at full rate. Infinite for what the task does not make.
    """
    tables = batch.tables
    tops = tables.produce_t[np.arange(len(tables.n_modes)), tables.n_modes - 1]
    made: list[Floats] = []
    for j, n_modes in enumerate(tables.n_modes):
        others_t = tops.sum(axis=0) - tops[j]
        own_t = tables.produce_t[j, :n_modes]
        made.extend(np.where(tops[j] > 0, others_t + own_t, np.inf))
    return np.array(made)


def _joint_tables(batch: StnBatch, joint_modes: Ints) -> JointTables:
    tables = batch.tables
    tasks = np.arange(len(tables.n_modes))
    return JointTables(
        place=np.cumsum([0, *tables.n_modes[:-1]]) + joint_modes,
        power_kw=tables.power_kw[tasks, joint_modes].sum(axis=1),
        taken_t=tables.consume_t[tasks, joint_modes].sum(axis=1),
        made_t=tables.produce_t[tasks, joint_modes].sum(axis=1),
        stock_low_t=np.array(tables.stock_low_t),
        stock_high_t=np.array(tables.stock_high_t),
        strict=tables.strict,
    )
