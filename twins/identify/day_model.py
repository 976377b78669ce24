"""One day of an on/off process at least cost, also with part loads and shared stores.

It is the scheduling model of `plantgym.twins.scheduling` for the few things that a meter tells of
(powers, stores, targets), without grid limits, shortfall or demand response. It counts what has run
until each step and knows how many steps each stage needs at least, which makes it many times
faster; a test holds both to the same optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from ..linear_problem import Problem
from ..solver import InfeasibleError, TimeLimitError, solve
from ..stn_tables import Floats
from .parameters import Parameters
from .process import Process

NODE_LIMIT = 500
"""Branch-and-bound nodes that a day is worth by default."""


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """What one hour in each operating point does: K points of I stages, M materials.

    Args:
        stage: to which stage each point belongs [K].
        power_kw: [K].
        made_t_per_h: mass made of each material [K, M].
        used_t_per_h: mass taken of each material [K, M].
    """

    stage: NDArray[np.int64]
    power_kw: Floats
    made_t_per_h: Floats
    used_t_per_h: Floats

    @classmethod
    def of(cls, process: Process, power_kw: Floats) -> Recipe:
        """The operating points of a process whose stages draw `power_kw` [I] at full load."""
        points = [
            (i, share * power_kw[i], share * power_kw[i] * output_per_kwh, stage)
            for i, stage in enumerate(process.stages)
            for share, output_per_kwh in (
                *((part.power_share, part.output_per_kwh) for part in stage.part_loads),
                (1.0, stage.output_per_kwh),
            )
        ]

        def rates(kind: str) -> Floats:
            return np.array(
                [
                    [rate * getattr(stage, kind).get(name, 0.0) for name in process.materials]
                    for _, _, rate, stage in points
                ]
            )

        return cls(
            stage=np.array([i for i, *_ in points]),
            power_kw=np.array([power for _, power, *_ in points]),
            made_t_per_h=rates("produces"),
            used_t_per_h=rates("consumes"),
        )

    @property
    def net_t_per_h(self) -> Floats:
        """Change of each stock [K, M]."""
        return self.made_t_per_h - self.used_t_per_h


@dataclass(frozen=True, slots=True, eq=False)
class PlannedDay:
    """A day as the plant would run it.

    Args:
        load_kwh: energy of each step, base load included [T].
        running: share of each step that each operating point runs [K, T].
        cost: of the energy of the stages [currency].
    """

    load_kwh: Floats
    running: Floats
    cost: float


class DayModel:
    """Optimal days of a process with given parameters.

    Args:
        process: what is public.
        parameters: what is not.
        steps: of a day T.
        needed_steps: least steps that each stage must run [I], where that is known; they must
            follow from the targets, so that they cut off no feasible day.
        mip_gap: greatest relative gap of a day's cost above the least possible.
        node_limit: branch-and-bound nodes after which a day is taken as good as it is then.
    """

    def __init__(
        self,
        process: Process,
        parameters: Parameters,
        steps: int,
        needed_steps: NDArray[np.int64] | None = None,
        *,
        mip_gap: float = 0.0,
        node_limit: int = NODE_LIMIT,
    ) -> None:
        self.mip_gap = mip_gap
        self.node_limit = node_limit
        self.recipe = Recipe.of(process, parameters.power_kw)
        self.steps = steps
        self.step_h = 24 / steps
        self._base_load_kwh = parameters.base_load_kw * self.step_h
        self._problem = self._compiled(process, parameters, needed_steps)

    def plan(self, price_per_kwh: Floats) -> PlannedDay | None:
        """The cheapest day at the prices [T]; None if no day keeps the limits."""
        recipe = self.recipe
        points = len(recipe.power_kw)
        self._problem.cost[: points * self.steps] = np.outer(
            recipe.power_kw * self.step_h, price_per_kwh
        ).ravel()
        try:
            solution = solve(self._problem, mip_gap=self.mip_gap, node_limit=self.node_limit)
        except (InfeasibleError, TimeLimitError):
            return None
        running = solution.x[: points * self.steps].reshape(points, self.steps)
        load_kwh = recipe.power_kw @ running * self.step_h + self._base_load_kwh
        return PlannedDay(load_kwh, running, solution.cost)

    def _compiled(
        self, process: Process, parameters: Parameters, needed_steps: NDArray[np.int64] | None
    ) -> Problem:
        """The problem without prices; columns are running in each step, then until each step.

        What has run until a step is bounded by the steps so far, and by the steps that are left to
        run what the target needs. Those bounds let HiGHS branch on few steps.
        """
        recipe, steps = self.recipe, self.steps
        points, materials = recipe.made_t_per_h.shape
        hour = scipy.sparse.eye_array(steps)
        before = scipy.sparse.eye_array(steps, k=-1)
        each = scipy.sparse.eye_array(points * steps)
        none = scipy.sparse.csr_array((materials * steps, points * steps))
        stock = scipy.sparse.kron(recipe.net_t_per_h.T * self.step_h, hour)
        stock_lower, stock_upper = _stock_limits(process, parameters, steps)
        zero = np.zeros(points * steps)
        blocks = [
            [-each, scipy.sparse.kron(scipy.sparse.eye_array(points), hour - before)],
            [none, stock],
        ]
        lower, upper = [zero, stock_lower], [zero, stock_upper]
        if not process.same_step_transfer:
            taken = scipy.sparse.kron(-recipe.used_t_per_h.T * self.step_h, hour)
            earlier = scipy.sparse.kron(recipe.net_t_per_h.T * self.step_h, before)
            blocks.append([taken, earlier])
            lower.append(-np.repeat(_reserve_t(process, parameters), steps))
            upper.append(np.full(materials * steps, np.inf))
        counts = np.bincount(recipe.stage)
        for i in np.flatnonzero(counts > 1):
            one = scipy.sparse.kron((recipe.stage == i)[None].astype(float), hour)
            blocks.append([one, scipy.sparse.csr_array((steps, points * steps))])
            lower.append(np.full(steps, -np.inf))
            upper.append(np.ones(steps))
        least = np.zeros(points)
        if needed_steps is not None:
            least = np.where(counts == 1, needed_steps, 0)[recipe.stage].astype(np.float64)
        passed = np.arange(1.0, steps + 1)
        least_until = np.maximum(0.0, least[:, None] - (steps - passed))
        return Problem(
            cost=np.zeros(2 * points * steps),
            col_lower=np.concatenate([zero, least_until.ravel()]),
            col_upper=np.concatenate([zero + 1, np.tile(passed, points)]),
            integral=np.repeat([True, False], points * steps),
            row_lower=np.concatenate(lower),
            row_upper=np.concatenate(upper),
            matrix=scipy.sparse.csc_array(scipy.sparse.block_array(blocks)),
            columns={},
            rows={},
        )


def _reserve_t(process: Process, parameters: Parameters) -> Floats:
    """What each stock may give below its initial level [M]; nothing for products."""
    is_product = [name in process.products for name in process.materials]
    return np.where(is_product, 0.0, parameters.reserve_t)


def _stock_limits(process: Process, parameters: Parameters, steps: int) -> tuple[Floats, Floats]:
    """Limits of the stocks after each step, relative to the morning [M * T]."""
    is_product = np.array([name in process.products for name in process.materials])
    lower = np.repeat(-_reserve_t(process, parameters)[:, None], steps, axis=1)
    lower[:, -1] = np.where(is_product, parameters.target_t, 0.0)
    upper = np.where(is_product, np.inf, parameters.headroom_t)
    return lower.ravel(), np.repeat(upper, steps)
