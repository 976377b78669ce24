"""What the grid charges for a net load, whatever the prices are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..outlook import Outlook
from ..stn_tables import Floats, Ints, StnTables
from .samples import Samples

_ALL = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class GridCost:
    """Charges in N courses of prices and T steps (N is 1 if prices are certain).

    Generation is used first; what is left is sold up to the export limit and curtailed beyond.

    Args:
        buy: cost of power drawn for a step [currency/kW] [N, T].
        sell: worth of power fed in for a step, never below 0 [currency/kW] [N, T].
        export_limit_kw: what can be fed in.
        import_limit_kw: what can be drawn without a charge.
        overrun: charge on power drawn beyond it for a step, besides its price [currency/kW].
    """

    buy: Floats
    sell: Floats
    export_limit_kw: float
    import_limit_kw: float
    overrun: float

    @classmethod
    def of(
        cls, tables: StnTables, outlook: Outlook, samples: Samples, overrun_per_kwh: float
    ) -> GridCost:
        """The charges of a plant from the outlook's step on, for samples of those steps."""
        ahead = slice(outlook.step, None)
        buy, sell = samples.buy_price_per_kwh, samples.sell_price_per_kwh
        if buy is None or sell is None:
            buy = outlook.buy_price_per_kwh[None, ahead]
            sell = outlook.sell_price_per_kwh[None, ahead]
        return cls(
            buy=tables.step_h * buy,
            sell=tables.step_h * np.maximum(sell, 0.0),
            export_limit_kw=tables.export_limit_kw,
            import_limit_kw=tables.import_limit_kw,
            overrun=tables.step_h * overrun_per_kwh,
        )

    def cost(self, net_kw: Floats, steps: Ints | slice = _ALL) -> Floats:
        """Charge for a net load [..., N, X] in given steps [X] [currency]."""
        return self.drawn(net_kw, steps) - self.earned(net_kw, steps)

    def drawn(self, net_kw: Floats, steps: Ints | slice = _ALL) -> Floats:
        """Charge for what is drawn [..., N, X] [currency]."""
        charge: Floats = self.buy[:, steps] * np.maximum(net_kw, 0.0)
        if self.overrun:
            charge = charge + self.overrun * np.maximum(net_kw - self.import_limit_kw, 0.0)
        return charge

    def earned(self, net_kw: Floats, steps: Ints | slice = _ALL) -> Floats:
        """Earned by what is fed in [..., N, X] [currency]."""
        fed: Floats = self.sell[:, steps] * np.clip(-net_kw, 0.0, self.export_limit_kw)
        return fed

    def slope(self, net_kw: Floats, steps: Ints | slice = _ALL) -> Floats:
        """Charge for a kW more [..., N, X] [currency/kW]; at a bend, the one on its right."""
        sold = (net_kw < 0) & (net_kw >= -self.export_limit_kw)
        slope: Floats = np.where(net_kw >= 0, self.buy[:, steps], sold * self.sell[:, steps])
        return slope + self.overrun * (net_kw >= self.import_limit_kw)

    def convex(self, least_kw: Floats, greatest_kw: Floats) -> NDArray[np.bool_]:
        """Whether the charge is convex for net loads from `least_kw` to `greatest_kw` [T] each.

        It bends the wrong way at 0 where feeding in earns more than drawing costs.
        """
        crosses = (least_kw < 0) & (greatest_kw > 0)
        fair = (self.buy >= self.sell).all(axis=0)
        found: NDArray[np.bool_] = fair | ~crosses
        return found

    @property
    def pieces(self) -> list[tuple[Floats, Floats]]:
        """Slopes and intercepts [N, T] of lines whose greatest is a convex charge."""
        none = np.zeros_like(self.buy)
        pieces = [(none, -self.sell * self.export_limit_kw), (self.sell, none), (self.buy, none)]
        if self.overrun:
            pieces.append((self.buy + self.overrun, none - self.overrun * self.import_limit_kw))
        return pieces

    @property
    def steepest(self) -> float:
        """No kW more changes the charge of a step by more than this [currency/kW]."""
        return float(max(np.abs(self.buy).max(), self.sell.max()) + self.overrun)

    def bends_kw(self) -> tuple[float, ...]:
        """Net loads at which the charge bends."""
        bends = (0.0, -self.export_limit_kw)
        return (*bends, self.import_limit_kw) if self.overrun else bends
