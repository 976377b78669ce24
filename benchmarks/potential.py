"""The curve of offered reduction against subsidy of a plant, on a day of a market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
from rich.table import Table

from ..envs.stn_env import StnEnv
from ..twins.dr_potential import Potential, dr_potential
from ..twins.errors import InputError
from ..twins.scheduling import Scheduler
from .tables import new_table

POTENTIAL_FORMAT = "plantgym DR potential 1"

_SHARES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)


@dataclass(frozen=True, slots=True)
class PotentialCurve:
    """What a plant offers.

    Args:
        plant: its name.
        currency: of its prices.
        day: date of the day that is planned.
        window: first and last + 1 clock hour.
        points: of the curve, by rising subsidy.
    """

    plant: str
    currency: str
    day: str
    window: tuple[float, float]
    points: Sequence[Potential]

    def table(self) -> Table:
        """For the terminal."""
        first, end = self.window
        table = new_table(f"{self.plant}: what it offers from {first:g} to {end:g} on {self.day}")
        money = self.currency
        for header in (f"{money}/kWh", "offered kW", f"{money} earned", f"{money} given up"):
            table.add_column(header, justify="right")
        for point in self.points:
            values = (point.offered_kw, point.earned, point.given_up)
            table.add_row(f"{point.subsidy_per_kwh:.4g}", *(f"{value:,.1f}" for value in values))
        return table

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        points = [asdict(point) | {"load_kw": point.load_kw.tolist()} for point in self.points]
        own = {name: getattr(self, name) for name in ("plant", "currency", "day", "window")}
        return {"version": version("plantgym"), **own, "points": points}


def potential_curve(
    plant: str,
    hours: tuple[float, float],
    subsidies_per_kwh: Sequence[float] = (),
    *,
    market: str = "tou",
    day: str | None = None,
) -> PotentialCurve:
    """The curve of a plant, with generation and prices as they were forecast.

    Args:
        plant: name of a shipped plant, or a TOML file.
        hours: clock hours of the window, first and last + 1.
        subsidies_per_kwh: to ask at, rising; if empty, 0 to 5 times the mean price of the day.
        market: of the day.
        day: its date; the middle one of the test days if None.

    Raises:
        InputError: an unknown plant, market or day, or a window that is not in the plant's day.
    """
    env = StnEnv(plant, market, split="test" if day is None else "all")
    days = env.batch.scenarios
    env.reset(seed=0, options={"day": day or str(days.dates[days.n_days // 2])})
    outlook = env.view()
    tables = env.batch.tables
    start_hour = env.plant.start_hour
    first, end = ((hour - start_hour) / tables.step_h for hour in hours)
    if not (0 <= first < end <= tables.n_steps and first % 1 == 0 and end % 1 == 0):
        fix = f"give whole hours from {start_hour} to {start_hour + env.plant.horizon_h}, in order"
        raise InputError("--from, --to", hours, fix)
    mean_price = float(outlook.buy_price_per_kwh.mean())
    asked = subsidies_per_kwh or (np.array(_SHARES) * max(0.0, mean_price)).tolist()
    points = dr_potential(Scheduler(tables), outlook, (int(first), int(end)), asked)
    date = str(env.batch.date(0))
    return PotentialCurve(env.plant.name, env.plant.currency, date, hours, points)
