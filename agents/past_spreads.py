"""Days gone by, as the hybrid policy keeps them to learn from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..twins.errors import InputError
from ..twins.scenarios import Dates, Scenarios
from ..twins.stn_tables import Floats
from .array_file import read_arrays, write_arrays
from .spread_chain import ChainSettings

FORMAT = "plantgym hybrid 1"

LEAST_DAYS = 14
"""With fewer days before a day, all others are learned from, later ones included."""


@dataclass(frozen=True, slots=True)
class PastSpreads:
    """Spreads between real-time prices and their forecast, and how to learn from them.

    Args:
        dates: of the days [D], rising.
        spread: of each day and step [D, T] [currency/kWh].
        currency: of the spreads.
        settings: of the chain.
    """

    dates: Dates
    spread: Floats
    currency: str
    settings: ChainSettings

    def before(self, date: str, days: Scenarios) -> tuple[Floats, Floats]:
        """Spreads of the days that came before a date, and their ages [d].

        Args:
            date: YYYY-MM-DD.
            days: of the env; those before the date are known, too.

        Raises:
            InputError: days of another currency or step length.
        """
        if days.currency != self.currency or days.n_steps != self.spread.shape[1]:
            theirs = f"{days.n_steps} steps in {days.currency}"
            fix = f"give one trained on such days; this one was on {self.spread.shape[1]} steps"
            raise InputError("hybrid policy for days of", theirs, f"{fix} in {self.currency}")
        today = np.datetime64(date)
        dates = np.concatenate([self.dates, days.dates])
        spreads = np.concatenate([self.spread, spread_of(days)])
        dates, index = np.unique(dates, return_index=True)
        others, spreads = dates[dates != today], spreads[index][dates != today]
        if (others < today).sum() >= LEAST_DAYS:
            spreads, others = spreads[others < today], others[others < today]
        last = min(today, others[-1] + 1)
        return spreads, np.maximum(1.0, (last - others).astype(np.float64))

    def save(self, path: Path) -> None:
        """Write them to a file, whole or not at all.

        Raises:
            InputError: a file that cannot be written.
        """
        about = {"currency": self.currency, "settings": self.settings.as_dict()}
        dates = self.dates.astype("datetime64[D]").astype(np.int64)
        write_arrays(path, FORMAT, about, {"dates": dates, "spread": self.spread})


def spread_of(days: Scenarios) -> Floats:
    """Real-time price less forecast of each day and step [D, T] [currency/kWh]."""
    return np.asarray(days.series["buy_price_per_kwh"] - days.series["buy_forecast_per_kwh"])


def load_past_spreads(path: Path) -> PastSpreads:
    """The days of a file.

    Raises:
        InputError: a file that cannot be read, or holds something else.
    """
    return read_arrays(path, FORMAT, "hybrid.npz that `plantgym train --algorithm adp`", _made)


def _made(about: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> PastSpreads:
    settings = ChainSettings(**about["settings"])
    dates = arrays["dates"].astype("datetime64[D]")
    return PastSpreads(dates, arrays["spread"], about["currency"], settings)
