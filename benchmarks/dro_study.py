"""When distributionally robust planning pays: schedules judged on days that no sample comes from.

The cement factory plans test days a day ahead, on the errors that PV forecasts had on train days,
and cannot re-plan. What it draws beyond an import limit is charged. Judged is what the schedules
cost with the PV that really came, and with less of it than any sample knew of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

import numpy as np
from rich.table import Table

from ..envs.stn_env import StnEnv
from ..twins.plant import StnPlant
from ..twins.plant_toml import load_plant
from ..twins.scheduling import Scheduler
from ..twins.uncertain.ambiguity import Ambiguity, normal_chance, robust, stochastic, wasserstein
from ..twins.uncertain.day_errors import DayErrors
from ..twins.uncertain.planning import plan_uncertain, realised_costs
from ..twins.uncertain.samples import Samples
from .cases import choose_days
from .parallel import in_parallel
from .tables import new_table

STUDY_FORMAT = "plantgym DRO study 1"
HEADERS = ("limit", "PV", "method", "mean CNY", "beside forecast", "CVaR90 CNY", "beside forecast")
"""What `study_cells` says."""

LIMITS_KW = (15_000.0, 9_000.0, 6_000.0)
PV_SHARES = (1.0, 0.85)
OVERRUN_PER_KWH = 3.0
_N = 200
_GAP = 1e-3
_BASE = "forecast"


def _ball(share: float) -> Callable[[Samples], Ambiguity]:
    return lambda samples: wasserstein(samples, share * float(samples.mean_kw.sum()))


METHODS: Mapping[str, Callable[[Samples], Ambiguity]] = MappingProxyType(
    {
        "SO": stochastic,
        "DRO 1 %": _ball(0.01),
        "DRO 5 %": _ball(0.05),
        "DRO 20 %": _ball(0.20),
        "chance 90 %": lambda samples: normal_chance(samples, 0.9),
        "RO": robust,
    }
)
"""Methods beside planning on the forecast; radii as shares of the expected energy of a day."""


@dataclass(frozen=True, slots=True)
class StudyRow:
    """A method under a limit.

    Args:
        limit_kw: import limit.
        pv_share: PV that came, as a share of what was measured.
        method: its name.
        mean: cost of a day [CNY].
        cvar90: mean cost of the worst tenth of the days [CNY].
        mean_gain: mean cost less that of planning on the forecast [CNY].
        cvar90_gain: likewise.
    """

    limit_kw: float
    pv_share: float
    method: str
    mean: float
    cvar90: float
    mean_gain: float
    cvar90_gain: float


@dataclass(frozen=True, slots=True)
class DroStudy:
    """What was found.

    Args:
        rows: by limit, PV and method.
        days: test days that were planned.
    """

    rows: Sequence[StudyRow]
    days: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        table = new_table(f"Day-ahead schedules on {self.days} test days, overrun at 3 CNY/kWh")
        for place, header in enumerate(HEADERS):
            table.add_column(header, justify="left" if place == 2 else "right", no_wrap=True)
        for row in self.rows:
            if row.method == _BASE:
                table.add_section()
            table.add_row(*study_cells(row))
        return [table]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        return {
            "name": "dro-study",
            "version": version("plantgym"),
            "days": self.days,
            "samples": _N,
            "overrun_per_kwh": OVERRUN_PER_KWH,
            "rows": [asdict(row) for row in self.rows],
        }


def study_cells(row: StudyRow) -> list[str]:
    """A row as text."""
    return [
        f"{row.limit_kw / 1000:g} MW",
        f"{row.pv_share:.0%}",
        row.method,
        f"{row.mean:,.0f}",
        f"{row.mean_gain:+,.0f}",
        f"{row.cvar90:,.0f}",
        f"{row.cvar90_gain:+,.0f}",
    ]


def reproduce_study(*, days: int = 24, jobs: int = 1, progress: bool = False) -> DroStudy:
    """Plan test days by every method under every limit.

    Args:
        days: how many, evenly spread over the test split.
        jobs: processes that work at the same time.
        progress: whether to show a progress bar on stderr.

    Raises:
        InputError: more days than there are.
    """
    dates = choose_days(_env(LIMITS_KW[0]).batch.scenarios, days)
    calls = [(limit_kw, date) for limit_kw in LIMITS_KW for date in dates]
    costs: dict[tuple[float, float, str], list[float]] = {}
    for limit_kw, found in in_parallel(
        _day_costs, calls, jobs=jobs, title="dro-study", unit="plans", progress=progress
    ):
        for (pv_share, method), cost in found.items():
            costs.setdefault((limit_kw, pv_share, method), []).append(cost)
    rows = []
    for limit_kw in LIMITS_KW:
        for pv_share in PV_SHARES:
            base = costs[limit_kw, pv_share, _BASE]
            for method in (_BASE, *METHODS):
                own = costs[limit_kw, pv_share, method]
                rows.append(_row(limit_kw, pv_share, method, own, base))
    return DroStudy(rows, len(dates))


def _row(
    limit_kw: float, pv_share: float, method: str, own: list[float], base: list[float]
) -> StudyRow:
    mean, tail = float(np.mean(own)), _cvar90(own)
    gains = mean - float(np.mean(base)), tail - _cvar90(base)
    return StudyRow(limit_kw, pv_share, method, mean, tail, *gains)


def _cvar90(costs: list[float]) -> float:
    worst = np.sort(costs)[-max(1, round(0.1 * len(costs))) :]
    return float(worst.mean())


def _plant(limit_kw: float) -> StnPlant:
    plant = load_plant("cement_pv")
    return replace(plant, site=replace(plant.site, import_limit_kw=limit_kw))


def _env(limit_kw: float) -> StnEnv:
    return StnEnv(_plant(limit_kw), "tou", split="test")


def _day_costs(limit_kw: float, date: str) -> tuple[float, dict[tuple[float, str], float]]:
    """Cost of a day by PV and method, planned on the days before the test days."""
    env = _env(limit_kw)
    env.reset(seed=0, options={"day": date})
    view, outcome_kw = env.view(), env.hindsight().generation_kw
    past = env.batch.past_days(0)
    assert past is not None
    samples = DayErrors(past).courses(_N, view, view)
    forecast = stochastic(Samples(view.generation_kw[None]))
    reaches = {_BASE: forecast, **{name: make(samples) for name, make in METHODS.items()}}
    scheduler = Scheduler(env.batch.tables)
    truth = Samples(np.outer(PV_SHARES, outcome_kw))
    costs: dict[tuple[float, str], float] = {}
    for name, reach in reaches.items():
        plan = plan_uncertain(
            scheduler, view, reach, overrun_per_kwh=OVERRUN_PER_KWH, mip_gap=_GAP, node_limit=2000
        )
        found = realised_costs(scheduler, view, plan, truth, overrun_per_kwh=OVERRUN_PER_KWH)
        costs |= {(share, name): float(cost) for share, cost in zip(PV_SHARES, found, strict=True)}
    return limit_kw, costs
