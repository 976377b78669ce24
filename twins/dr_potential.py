"""What reduction of its load a plant can offer in a window, at its own economic optimum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse

from .errors import InputError
from .outlook import Outlook
from .schedule_day import LIMITS
from .scheduling import Scheduler
from .solver import solve
from .stn_tables import Floats, Ints
from .uncertain.extend import with_columns, with_rows
from .uncertain.load import Load


@dataclass(frozen=True, slots=True)
class Potential:
    """What a plant offers at a subsidy.

    Args:
        subsidy_per_kwh: paid for each kWh of the offer [currency/kWh].
        offered_kw: reduction below the baseline load, in every step of the window [kW].
        cost: of the day without the subsidy [currency].
        given_up: by how much that exceeds the cheapest day [currency].
        earned: subsidy [currency].
        load_kw: load of the plant [T] [kW].
    """

    subsidy_per_kwh: float
    offered_kw: float
    cost: float
    given_up: float
    earned: float
    load_kw: Floats


def dr_potential(
    scheduler: Scheduler,
    outlook: Outlook,
    window: tuple[int, int],
    subsidies_per_kwh: Sequence[float],
    *,
    baseline_load_kw: Floats | None = None,
    mip_gap: float = 1e-6,
) -> list[Potential]:
    """The curve of offered power against subsidy: what a grid operator can buy, and for how much.

    The plant plans its day with one more choice, a constant reduction below its baseline load in
    all steps of the window, and offers what earns it most.

    Args:
        scheduler: of the plant.
        outlook: state and expectation; an event in it does not count.
        window: first step and last + 1.
        subsidies_per_kwh: to ask at, rising [currency/kWh].
        baseline_load_kw: load against which the reduction is measured [T]; None for that of the
            cheapest day without a subsidy.
        mip_gap: relative gap of each plan.

    Returns:
        One entry a subsidy. With a proven optimum, offers never fall as the subsidy rises.

    Raises:
        InputError: a window that is not ahead, no subsidies or such that fall or are below 0.
        InfeasibleError: nothing keeps the limits that the error names.

    Notes:
        The grid side of Li et al. (2024), doi 10.3390/electronics13245058, with a baseline load
        that is fixed before the subsidy is known.
    """
    n_steps = scheduler.day.tables.n_steps
    start, end = window
    if not outlook.step <= start < end <= n_steps:
        raise InputError("window", window, f"give steps from {outlook.step} to {n_steps}, in order")
    subsidies = np.asarray(subsidies_per_kwh, np.float64)
    rising = np.isfinite(subsidies).all() and (np.diff(subsidies, prepend=0.0) >= 0).all()
    if subsidies.ndim != 1 or not len(subsidies) or not rising:
        raise InputError("subsidies_per_kwh", subsidies_per_kwh, "give rising numbers of 0 or more")
    outlook = replace(outlook, dr=None)
    cheapest = scheduler.plan(outlook, mip_gap=mip_gap)
    baseline_kw = cheapest.load_kw if baseline_load_kw is None else baseline_load_kw
    if np.shape(baseline_kw) != (n_steps,):
        raise InputError("baseline_load_kw", np.shape(baseline_kw), f"give {n_steps} numbers")
    steps = np.arange(start, end)
    return [
        _offer(scheduler, outlook, steps, float(subsidy), baseline_kw, cheapest.cost, mip_gap)
        for subsidy in subsidies
    ]


def _offer(
    scheduler: Scheduler,
    outlook: Outlook,
    steps: Ints,
    subsidy_per_kwh: float,
    baseline_kw: Floats,
    least_cost: float,
    mip_gap: float,
) -> Potential:
    """The best offer at a subsidy: offer + load <= baseline in every step of the window."""
    day = scheduler.day
    problem = day.fill(outlook)
    own_cost = problem.cost
    worth = subsidy_per_kwh * day.tables.step_h * len(steps)
    problem = with_columns(problem, "offer", 1, cost=-worth)
    load = Load.of(day, outlook)
    rows = load.rows()[steps - outlook.step]
    rows.resize((len(steps), len(own_cost)))
    one = scipy.sparse.csr_array(np.ones((len(steps), 1)))
    room_kw = baseline_kw[steps] - outlook.base_load_kw[steps]
    problem = with_rows(problem, "offered", scipy.sparse.hstack([rows, one]), upper=room_kw)
    x = solve(problem, mip_gap=mip_gap, limits=LIMITS).x
    cost = float(own_cost @ x[:-1])
    offered_kw = max(0.0, float(x[-1]))
    return Potential(
        subsidy_per_kwh,
        offered_kw,
        cost,
        cost - least_cost,
        worth * offered_kw,
        outlook.base_load_kw + day.tasks_kw(x[:-1]),
    )
