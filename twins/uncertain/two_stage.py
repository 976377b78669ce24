"""Day-ahead and intraday schedules planned together, with a response offered in between.

Day ahead the plant announces a schedule, on the generation that is forecast; intraday it runs
another one, on generation that is uncertain. In the window of an event the difference of the two
loads is its response. Both days are billed in full, as Li et al. (2024), doi
10.3390/electronics13245058, can only be read. So the announced load is chosen for the response
that it allows: in an env, where the baseline load is fixed before the event is known, this cannot
happen.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from ..errors import InputError
from ..linear_problem import Problem
from ..outlook import DrEvent, Outlook
from ..schedule_model import N_BANDS
from ..scheduling import Schedule, Scheduler
from ..solver import Limit
from ..stn_tables import Floats
from .ambiguity import Ambiguity
from .cuts import Effort, Recourse
from .extend import stacked, with_columns, with_rows
from .load import Load
from .planning import check_fit, robust_schedule, without_grid, worst_case
from .samples import Samples

_NAMES = ("day-ahead", "intraday")


def _limits(name: str) -> tuple[Limit, ...]:
    return (
        Limit(f"limits of the stocks ({name})", (f"{name} stock",), (f"{name} stock_available",)),
        Limit(f"minimum run times ({name})", (), (f"{name} min_run",)),
        Limit(f"import limit ({name})", (f"{name} buy",)),
    )


_RESPONSE = Limit("response to the event", rows=("required",))


@dataclass(frozen=True, slots=True, eq=False)
class TwoStagePlan:
    """What is announced and what is run.

    Args:
        day_ahead: the announced schedule, billed at the forecast.
        intraday: the schedule that is run; its cost is the worst expected one.
        settlement: fines less subsidies of the event [currency].
        response_kw: announced load less load in each step [T]; 0 outside the window.
        cost: of both days, and the settlement [currency].
        bound: no pair of schedules costs less [currency].
        multiplier: what a unit of the radius costs.
        worst_case: the worst distribution.
        rounds: problems with whole numbers that were solved.
        solve_s: wall-clock time [s].
    """

    day_ahead: Schedule
    intraday: Schedule
    settlement: float
    response_kw: Floats
    cost: float
    bound: float
    multiplier: float
    worst_case: Samples
    rounds: int
    solve_s: float


@dataclass(frozen=True, slots=True)
class Offer:
    """The response that the plant shall give.

    Args:
        event: window and awarded capacity; its notice does not count.
        required_kw: least response in the window; -inf if none is asked for. A chance constraint on
            uncertain awards is one: `required_response_kw`.
    """

    event: DrEvent
    required_kw: float = -np.inf


def required_response_kw(award_kw: Floats, threshold: float, confidence: float) -> float:
    """The least response R with empirical P(R >= threshold x award) >= confidence [kW].

    Args:
        award_kw: samples of the awarded capacity [N].
        threshold: share of the award that must be given.
        confidence: 0 to 1.

    Raises:
        InputError: no sample, NaN, or a confidence beyond its limits.
    """
    award_kw = np.asarray(award_kw, np.float64)
    if award_kw.ndim != 1 or not len(award_kw) or not np.isfinite(award_kw).all():
        raise InputError("award_kw", award_kw, "give at least one finite number")
    if not 0 <= confidence <= 1:
        raise InputError("confidence", confidence, "give a number from 0 to 1")
    if confidence == 0:
        return -np.inf
    return float(threshold * np.quantile(award_kw, confidence, method="inverted_cdf"))


class TwoStageProblem:
    """Both schedules and the event as one problem, without the recourse.

    Args:
        scheduler: of the plant.
        day_ahead: the whole day as it is forecast.
        intraday: the whole day as it is run; its generation does not count.
        offer: the response; None without an event.
    """

    def __init__(
        self, scheduler: Scheduler, day_ahead: Outlook, intraday: Outlook, offer: Offer | None
    ) -> None:
        day = scheduler.day
        announced = day.fill(day_ahead)
        self.run = without_grid(day, day.fill(intraday), intraday)
        self.first_column = len(announced.cost)
        self.announced_load = Load.of(day, day_ahead)
        self.load = Load.of(day, intraday, self.first_column)
        self.problem = stacked([announced, self.run], _NAMES)
        self.limits = tuple(limit for name in _NAMES for limit in _limits(name))
        if offer is not None:
            self.limits += (_RESPONSE,)
            self.problem = self._with_response(self.problem, scheduler, offer)

    def _with_response(self, problem: Problem, scheduler: Scheduler, offer: Offer) -> Problem:
        """Bands of the response in each step of the window, as in `schedule_model`."""
        tables, event = scheduler.day.tables, offer.event
        window = np.arange(event.start_step, event.end_step)
        count = len(window)
        first = len(problem.cost)
        most_kw = float(tables.power_kw.max(axis=1).sum())
        edges_kw = np.array([-most_kw, *(tables.dr_thresholds * event.award_kw), most_kw])
        fine = tables.step_h * tables.dr_penalty_per_kwh
        pay = tables.step_h * tables.dr_subsidy_per_kwh * tables.dr_factors
        fixed = np.array([fine * tables.dr_thresholds[0], 0.0, 0.0, -pay[2]]) * event.award_kw
        bands = N_BANDS * count
        problem = with_columns(
            problem, "band", bands, cost=np.repeat(fixed, count), upper=1.0, integral=True
        )
        by_kw = np.repeat([-fine, -pay[0], -pay[1], 0.0], count)
        problem = with_columns(problem, "response", bands, cost=by_kw, lower=-np.inf)
        total = scipy.sparse.hstack([scipy.sparse.eye_array(count)] * N_BANDS)
        one = scipy.sparse.hstack([scipy.sparse.csr_array((count, first)), total])
        problem = with_rows(problem, "one_band", one, 1.0, 1.0)
        before, response = scipy.sparse.csr_array((bands, first)), scipy.sparse.eye_array(bands)
        for name, edge, lower, upper in (
            ("band_start", edges_kw[:-1], 0.0, np.inf),
            ("band_end", edges_kw[1:], -np.inf, 0.0),
        ):
            edges = scipy.sparse.diags_array(-np.repeat(edge, count))
            rows = scipy.sparse.hstack([before, edges, response])
            problem = with_rows(problem, name, rows, lower, upper)
        announced, run = self.announced_load.rows()[window], self.load.rows()[window]
        announced.resize(run.shape)
        difference = announced - run
        difference.resize((count, first + bands))
        balance = scipy.sparse.hstack([-difference, total])
        problem = with_rows(problem, "response_balance", balance, 0.0, 0.0)
        return with_rows(problem, "required", difference, lower=offer.required_kw)


def plan_two_stage(
    scheduler: Scheduler,
    day_ahead: Outlook,
    intraday: Outlook,
    ambiguity: Ambiguity,
    offer: Offer | None = None,
    *,
    overrun_per_kwh: float = 0.0,
    mip_gap: float = 1e-4,
    node_limit: int | None = None,
) -> TwoStagePlan:
    """The cheapest pair of announced and run schedules under the worst distribution.

    Args:
        scheduler: of the plant.
        day_ahead: the whole day as it is forecast, without an event.
        intraday: the whole day as it is run; its prices hold where the samples have none.
        ambiguity: samples of the day, and how wrong they may be.
        offer: the response that is paid for, None for none.
        overrun_per_kwh: charge on power drawn beyond the import limit intraday.
        mip_gap: greatest relative gap between cost and bound.
        node_limit: branch-and-bound nodes of each round.

    Raises:
        InputError: samples or outlooks that do not fit the plant or each other.
        InfeasibleError: nothing keeps the limits that the error names.
    """
    start = time.perf_counter()
    day = scheduler.day
    check_fit(day, ambiguity, overrun_per_kwh)
    _check_days(day_ahead, intraday, offer)
    both = TwoStageProblem(scheduler, day_ahead, intraday, offer)
    worst = worst_case(day, intraday, both.load, ambiguity, overrun_per_kwh)
    effort = Effort(mip_gap, node_limit)
    found = Recourse(both.problem, both.load, worst).solve(effort, both.limits)
    split = both.first_column
    own = both.problem.cost * found.x[: len(both.problem.cost)]
    first_stage = float(own[split : 2 * split].sum())
    run_cost = first_stage + found.recourse
    run = found._replace(first_stage=first_stage, bound=run_cost - (found.cost - found.bound))
    response_kw = both.announced_load.at(found.x) - both.load.at(found.x)
    return TwoStagePlan(
        day_ahead=scheduler.cost_of(day_ahead, day.levels(found.x[:split])),
        intraday=robust_schedule(day, both.run, intraday, run, both.load, worst, start, split),
        settlement=float(own[2 * split :].sum()),
        response_kw=response_kw * _in_window(day.tables.n_steps, offer),
        cost=found.cost,
        bound=found.bound,
        multiplier=found.multiplier,
        worst_case=worst.distribution(both.load.at(found.x)),
        rounds=found.rounds,
        solve_s=time.perf_counter() - start,
    )


def _in_window(n_steps: int, offer: Offer | None) -> NDArray[np.bool_]:
    step = np.arange(n_steps)
    if offer is None:
        return np.zeros(n_steps, np.bool_)
    return (step >= offer.event.start_step) & (step < offer.event.end_step)


def _check_days(day_ahead: Outlook, intraday: Outlook, offer: Offer | None) -> None:
    for name, outlook in (("day_ahead", day_ahead), ("intraday", intraday)):
        if outlook.step:
            raise InputError(f"{name} step", outlook.step, "give the outlook of a whole day")
        if outlook.dr is not None:
            raise InputError(f"{name} dr", outlook.dr, "give the event as an offer")
    if offer is not None and np.isnan(offer.required_kw):
        raise InputError("offer required_kw", offer.required_kw, "give a number, or -inf for none")
