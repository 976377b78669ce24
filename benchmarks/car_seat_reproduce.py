"""The comparison of methods of Zhang and Sun (2023) on the shipped car-seat factory.

The paper does not give the wind and PV profiles, the wages or the initial stocks, so its totals
cannot be verified. Ours are of energy alone, on a real Belgian day; what compares is what each
method costs beside the stochastic one.
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
from ..twins.generators import default_generator
from ..twins.markets import load_scenarios
from ..twins.outlook import Outlook
from ..twins.plant_toml import load_plant
from ..twins.scheduling import Schedule, Scheduler
from ..twins.stn_tables import compile_tables
from ..twins.uncertain.ambiguity import (
    Ambiguity,
    fuzzy_chance,
    normal_chance,
    robust,
    stochastic,
    wasserstein,
)
from ..twins.uncertain.planning import plan_uncertain
from ..twins.uncertain.samples import Samples, samples_of
from .tables import filled_table

CAR_SEAT_FORMAT = "plantgym car seat 1"
SOURCE = "Zhang, Sun, IEEE Access 2023, doi 10.1109/ACCESS.2023.3266250"
HEADERS = ("method", "published USD", "beside SO", "ours USD", "beside SO", "published s", "ours s")
"""What `row_cells` says."""

ASSUMED: Mapping[str, str] = MappingProxyType(
    {
        "generation": "1000 kW of PV and 500 kW of wind, on the Belgian day of the table",
        "initial stocks": "raw material at the upper limit, parts at the lower, 500 seats",
        "wages": "none: energy alone",
        "radius": "a tenth of the expected generation of the day",
    }
)
"""What the paper does not give."""

PUBLISHED: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "SO": (1324.7, 287.5),
        "RO": (1542.8, 37.5),
        "fuzzy chance 90 %": (1426.9, 42.6),
        "other stochastic": (1421.4, 314.5),
    }
)
"""Cost [USD] and time [s] by method."""

_DATE = "2025-06-21"
_N = 300
_GAP = 1e-3
_STOCHASTIC = "SO"


@dataclass(frozen=True, slots=True)
class CarSeatRow:
    """A plan of the factory.

    Args:
        method: how it was planned.
        cost: worst expected cost of the day [USD].
        solve_s: time of the plan [s].
        mip_gap: proven.
    """

    method: str
    cost: float
    solve_s: float
    mip_gap: float


@dataclass(frozen=True, slots=True)
class CarSeatReproduction:
    """What was found.

    Args:
        rows: ours.
        seed: of the samples.
    """

    rows: Sequence[CarSeatRow]
    seed: int

    def tables(self) -> list[Table]:
        """For the terminal."""
        title = f"Car seats: {_N} samples of {_DATE}, gap {_GAP:g}, energy alone"
        return [filled_table(title, HEADERS, row_cells(self.rows), left=1)]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        published = {name: {"cost": c, "solve_s": s} for name, (c, s) in PUBLISHED.items()}
        return {
            "name": "car-seat",
            "version": version("plantgym"),
            "seed": self.seed,
            "date": _DATE,
            "samples": _N,
            "published": {"source": SOURCE, "methods": published},
            "assumed": dict(ASSUMED),
            "rows": [asdict(row) for row in self.rows],
        }


def row_cells(rows: Sequence[CarSeatRow]) -> list[list[str]]:
    """Rows as text: ours, and at the end those that only the paper has."""
    ours = {row.method: row for row in rows}
    base, published_base = ours[_STOCHASTIC].cost, PUBLISHED[_STOCHASTIC][0]
    cells = []
    for name in (*ours, *(name for name in PUBLISHED if name not in ours)):
        cost, seconds = PUBLISHED.get(name, (None, None))
        row = ours.get(name)
        compares = row is not None and not row.method.startswith("no generation")
        cells.append(
            [
                name,
                "" if cost is None else f"{cost:,.1f}",
                "" if cost is None else f"{cost / published_base - 1:+.1%}",
                "" if row is None else f"{row.cost:,.2f}",
                f"{row.cost / base - 1:+.1%}" if row is not None and compares else "",
                "" if seconds is None else f"{seconds:.1f}",
                "" if row is None else f"{row.solve_s:.1f}",
            ]
        )
    return cells


def reproduce_car_seat(
    *, seed: int = 0, progress: Callable[[float, str], None] | None = None
) -> CarSeatReproduction:
    """Plan the factory by every method.

    Args:
        seed: of the samples.
        progress: is told how far it is.
    """
    plant = load_plant("car_seat")
    day, samples = _day_and_samples(seed)
    scheduler = Scheduler(compile_tables(plant))
    netted = Scheduler(compile_tables(replace(plant, same_step_transfer=True)))
    dark = replace(day, generation_kw=np.zeros_like(day.generation_kw))
    expected = replace(day, generation_kw=samples.mean_kw)
    plans: dict[str, Callable[[], Schedule]] = {
        "no generation, strict": lambda: scheduler.plan(dark, mip_gap=1e-6),
        "no generation, netted": lambda: netted.plan(dark, mip_gap=1e-6),
        "expected generation": lambda: scheduler.plan(expected, mip_gap=_GAP),
    }
    for name, reach in _reaches(samples, scheduler.day.tables.step_h).items():
        plans[name] = _planner(scheduler, day, reach)
    rows = []
    for done, (name, plan) in enumerate(plans.items()):
        if progress:
            progress(done / len(plans), name)
        found = plan()
        rows.append(CarSeatRow(name, found.cost, found.solve_s, found.mip_gap))
    return CarSeatReproduction(rows, seed)


def _day_and_samples(seed: int) -> tuple[Outlook, Samples]:
    """What is known of the day before it begins, and what its generation may become."""
    env = StnEnv("car_seat", "tou", split="test")
    env.reset(seed=seed, options={"day": _DATE})
    days = load_scenarios(env.plant, "tou")
    generator = default_generator().fit(days.split("train"))
    drawn = generator.sample(_N, days.day(_DATE), np.random.default_rng(seed))
    return env.view(), samples_of(drawn, prices=False)


def _reaches(samples: Samples, step_h: float) -> dict[str, Ambiguity]:
    radius_kwh = 0.1 * step_h * float(samples.mean_kw.sum())
    return {
        _STOCHASTIC: stochastic(samples),
        "DRO": wasserstein(samples, radius_kwh),
        "RO": robust(samples),
        "fuzzy chance 90 %": fuzzy_chance(samples, 0.9),
        "normal chance 90 %": normal_chance(samples, 0.9),
    }


def _planner(scheduler: Scheduler, day: Outlook, reach: Ambiguity) -> Callable[[], Schedule]:
    return lambda: plan_uncertain(scheduler, day, reach, mip_gap=_GAP).schedule
