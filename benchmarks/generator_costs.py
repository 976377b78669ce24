"""What schedules made with generated scenarios cost on days as they came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from ..twins.generators import Generator
from ..twins.outlook import Outlook, morning
from ..twins.scenarios import Scenarios
from ..twins.scheduling import Scheduler
from ..twins.stn_tables import StnTables, compile_tables
from ..twins.uncertain.ambiguity import stochastic
from ..twins.uncertain.planning import plan_uncertain, realised_costs
from ..twins.uncertain.samples import Samples, samples_of
from .generator_cases import OVERRUN_PER_KWH, Case
from .generator_scores import draw

FORECAST = "forecast"
_MIP_GAP = 1e-3


@dataclass(frozen=True, slots=True)
class ExtraCost:
    """What a day costs more than with perfect foresight.

    Args:
        days: that were scheduled.
        mean: of the days [currency].
        error: standard error of the mean [currency].
        optimum: mean cost with perfect foresight [currency].
    """

    days: int
    mean: float
    error: float
    optimum: float


def extra_costs(
    case: Case,
    generators: Mapping[str, Generator],
    days: Scenarios,
    seed: int,
    tell: Callable[[float], None],
) -> dict[str, ExtraCost]:
    """Costs of schedules by stochastic optimisation on samples, and by the forecast alone.

    Modes are fixed the day before. Prices are known, there is no event; what is drawn beyond the
    import limit is charged.

    Args:
        case: plant and market.
        generators: fitted ones, by name.
        days: to schedule.
        seed: of the samples.
        tell: is told the share that is done.
    """
    scheduler = Scheduler(compile_tables(case.plant))
    extra: dict[str, list[float]] = {name: [] for name in (FORECAST, *generators)}
    optimum = []
    for index in range(days.n_days):
        day = days.day(index)
        beliefs = {FORECAST: Samples(day.generation_forecast_kw)}
        for name, generator in generators.items():
            beliefs[name] = samples_of(draw(generator, days, index, seed), prices=False)
        optimum.append(_cost(scheduler, day, Samples(day.generation_kw)))
        for name, samples in beliefs.items():
            extra[name].append(_cost(scheduler, day, samples) - optimum[-1])
        tell((index + 1) / days.n_days)
    return {
        name: ExtraCost(
            days.n_days,
            float(np.mean(each)),
            float(np.std(each, ddof=1) / np.sqrt(days.n_days)),
            float(np.mean(optimum)),
        )
        for name, each in extra.items()
    }


def _cost(scheduler: Scheduler, day: Scenarios, samples: Samples) -> float:
    """What the schedule for the samples costs as the day came."""
    outlook = _outlook(scheduler.day.tables, day)
    plan = plan_uncertain(
        scheduler,
        outlook,
        stochastic(samples),
        overrun_per_kwh=OVERRUN_PER_KWH,
        mip_gap=_MIP_GAP,
    )
    came = Samples(day.generation_kw)
    (cost,) = realised_costs(scheduler, outlook, plan, came, overrun_per_kwh=OVERRUN_PER_KWH)
    return float(cost)


def _outlook(tables: StnTables, day: Scenarios) -> Outlook:
    """The beginning of a day, with prices as they are and generation as it is forecast."""
    series = {name: values[0] for name, values in day.series.items()}
    return morning(
        tables,
        series["buy_price_per_kwh"],
        series["sell_price_per_kwh"],
        day.generation_forecast_kw[0],
        series["base_load_kw"],
    )
