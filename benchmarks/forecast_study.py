"""Load forecasters on the PSI meters and on a year of a twin, judged on blocks of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..twins.identify.psi_data import PSI_PLANTS, psi_days
from .markdown import markdown_table

if TYPE_CHECKING:
    from rich.table import Table

    from ..twins.forecast.forecasters import LoadForecaster
    from ..twins.forecast.load_series import LoadSeries
    from .twin_year import TwinYear

FORECASTS_FORMAT = "plantgym forecasts 1"
HEADERS = ("meter", "forecaster", "MAE", "RMSE", "MAPE", "pinball loss", "within 10-90 %")

_IN_A_ROW = ("train", "cv", "test_baseline")
_BLOCKS, _EVERY_H = 3, 24

TWIN = "cement_pv, a year of its twin"
"""The load that a twin generates, beside those of the PSI meters."""

_KNOWN = ("buy_forecast_per_kwh", "pv_forecast_kw")
_TWIN_BLOCKS = 1


@dataclass(frozen=True, slots=True)
class ForecastRow:
    """A forecaster on a meter; errors as `twins.forecast.evaluation.ForecastScore` has them."""

    meter: str
    forecaster: str
    mae_kw: float
    rmse_kw: float
    mape_pct: float
    pinball_kw: float
    coverage_pct: float


@dataclass(frozen=True, slots=True)
class ForecastStudy:
    """All forecasters on all meters."""

    rows: Sequence[ForecastRow]

    def tables(self) -> list[Table]:
        """For the terminal."""
        from .tables import filled_table

        title = "Load forecasts, 24 h ahead once a day"
        return [filled_table(title, HEADERS, map(forecast_cells, self.rows), left=2)]

    def as_dict(self) -> dict[str, Any]:
        """For files."""
        rows = [asdict(row) for row in self.rows]
        return {"name": "forecasts", "version": version("plantgym"), "rows": rows}


def reproduce_forecasts(progress: Callable[[float, str], None]) -> ForecastStudy:
    """Forecast each meter over the later half of its days, from all that was before.

    Args:
        progress: is told the share that is done and what is being done.

    Raises:
        MissingExtraError: without the extra `identify`.
    """
    from ..twins.forecast.evaluation import evaluate

    rows: list[ForecastRow] = []
    forecasters = _forecasters()
    meters = (*PSI_PLANTS, TWIN)
    for meter in meters:
        series = twin_series() if meter == TWIN else psi_series(meter)
        blocks = _TWIN_BLOCKS if meter == TWIN else _BLOCKS
        for name, forecaster in forecasters.items():
            progress(len(rows) / (len(meters) * len(forecasters)), f"{meter}: {name}")
            found = evaluate(forecaster, series, blocks=blocks, every=_EVERY_H)
            rows.append(ForecastRow(meter, name, **asdict(found)))
    return ForecastStudy(rows)


def twin_series() -> LoadSeries:
    """The meter of a year of `cement_pv`, run by a rule on real-time prices: see `series_of`."""
    from .cases import Case
    from .twin_year import twin_year

    case = Case("plantgym/CementPv-v0", "all", {"market": "belgium-real-time"})
    return series_of(twin_year(case, "threshold"))


def series_of(year: TwinYear) -> LoadSeries:
    """The meter of a year of a factory with generation.

    Day-ahead prices and the forecast of PV are known ahead; weather, the real-time price and what
    runs only up to now. Hours of days that the shipped data lack have no load, and are known as
    those of the day before.
    """
    from ..twins.forecast.load_series import LoadSeries
    from .twin_year import HOUR

    hours = np.arange(year.time[0], year.time[-1] + HOUR, HOUR)
    place = np.searchsorted(year.time, hours)
    there = year.time[place] == hours
    levels = tuple(name for name in year.columns if name.endswith(" level"))
    measured = ("meter reading_kw", "buy_price_per_kwh", "temp_c", "ghi_w_per_m2", *levels)
    seen = {name: np.where(there, year.columns[name][place], np.nan) for name in measured}
    known = {name: year.columns[name][place].copy() for name in _KNOWN}
    for gap in np.flatnonzero(~there):
        for each in known.values():
            each[gap] = each[gap - 24]
    return LoadSeries(hours[0], 60, seen.pop("meter reading_kw"), known, seen)


def psi_series(meter: str) -> LoadSeries:
    """The meter of all days that follow each other, with its prices known."""
    from ..twins.forecast.load_series import LoadSeries

    days = [psi_days(meter, each) for each in _IN_A_ROW]
    load_kw, price = (
        np.concatenate([getattr(each, name) for each in days]).ravel()
        for name in ("energy_kwh", "price_per_kwh")
    )
    return LoadSeries(days[0].dates[0], 60, load_kw, known={"price": price})


def forecast_cells(row: ForecastRow) -> list[str]:
    """A row of a table."""
    digits = 0 if row.mae_kw >= 100 else 1
    return [
        row.meter,
        row.forecaster,
        *(f"{kw:,.{digits}f} kW" for kw in (row.mae_kw, row.rmse_kw)),
        f"{row.mape_pct:.1f} %",
        f"{row.pinball_kw:,.{digits}f} kW",
        f"{row.coverage_pct:.0f} %",
    ]


def forecasts_markdown(results: Mapping[str, Any]) -> str:
    """The table of the document, from the results of a run."""
    rows = [ForecastRow(**entry) for entry in results["rows"]]
    return markdown_table(HEADERS, map(forecast_cells, rows), left=2)


def _forecasters() -> Mapping[str, LoadForecaster]:
    from ..twins.forecast.forecasters import BoostedForecaster, ForestForecaster, SeasonalNaive

    return MappingProxyType(
        {
            "seasonal naive, week": SeasonalNaive(),
            "seasonal naive, day": SeasonalNaive(weekly=False),
            "forest, 50 trees": ForestForecaster(trees=50),
            "boosted trees, 50 rounds": BoostedForecaster(rounds=50),
        }
    )
