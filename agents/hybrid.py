"""A policy that plans one step against a value of the rest of the day that was learned.

The states of the plant's stocks are few (`state_lattice`), and prices move by a chain that is
learned from days gone by (`spread_chain`). Backward induction over both gives the least expected
cost from every state on: approximate dynamic programming, as storages of gas or water are valued.
A decision then takes the cost of this step and the value of what it leads to.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..envs.policy import Env
from ..envs.stn_env import StnEnv
from ..twins.errors import InputError
from ..twins.outlook import DrEvent, Outlook
from ..twins.stn_tables import Floats, StnTables
from .past_spreads import PastSpreads, load_past_spreads
from .spread_chain import SpreadChain, fit_chain
from .state_lattice import StateLattice, build_lattice
from .step_costs import StepCosts
from .value_kernel import write_values

_MINUTES_PER_H = 60


class DayValues:
    """Least expected cost from every state of a plant on, for a day.

    Args:
        tables: the plant.
        lattice: its states.
        chain: of the spread.
        outlook: the day as far as it is known.
    """

    def __init__(
        self, tables: StnTables, lattice: StateLattice, chain: SpreadChain, outlook: Outlook
    ) -> None:
        self._lattice, self._chain = lattice, chain
        self._costs = StepCosts(tables, lattice.modes)
        self._expected = self._look_ahead(outlook)

    def _look_ahead(self, outlook: Outlook) -> dict[int, Floats]:
        """Cost after each step from the outlook's on, as it expects it: [states after it, K]."""
        spread, chance = self._chain.spread.ravel(), self._chain.chance.T
        moves, steps = self._lattice.moves, len(self._lattice.moves)
        expected = {steps - 1: np.zeros((len(self._lattice.stock_t[-1]), len(spread)))}
        for step in range(steps - 1, outlook.step, -1):
            cost = self._costs(
                outlook,
                step,
                outlook.buy_forecast_per_kwh[step] + spread,
                outlook.sell_forecast_per_kwh[step] + spread,
            )
            values = np.empty((len(moves[step].first) - 1, len(spread)))
            write_values(moves[step], cost, expected[step], values)
            expected[step - 1] = values @ chance
        return expected

    def best_modes(self, outlook: Outlook) -> NDArray[np.int64]:
        """Modes [J] with the least cost of this step and of what it leads to."""
        step, lattice = outlook.step, self._lattice
        known = slice(step + 1)
        spread = outlook.buy_price_per_kwh[known] - outlook.buy_forecast_per_kwh[known]
        buy, sell = outlook.buy_price_per_kwh[[step]], outlook.sell_price_per_kwh[[step]]
        cost = self._costs(outlook, step, buy, sell)[:, 0]
        state, moves = lattice.nearest(step, outlook.stock_t), lattice.moves[step]
        own = slice(moves.first[state], moves.first[state + 1])
        later = self._expected[step][moves.after[own]] @ self._chain.shares(spread)
        best = moves.action[own][(cost[moves.action[own]] + later).argmin()]
        modes: NDArray[np.int64] = lattice.modes[best]
        return modes


class HybridPolicy:
    """Plans each step against the learned value of the rest of the day.

    At the start of a day, the chain of the spread is learned from the policy's own days and from
    those of the env that came before: their prices are known by then.

    Args:
        past: days to learn from, or the file of them.

    Raises:
        InputError: a file that holds no such days.
    """

    def __init__(self, past: PastSpreads | Path) -> None:
        self.past = load_past_spreads(past) if isinstance(past, Path) else past
        self._batch: object = None

    def reset(self, env: Env) -> None:
        """Value the day that `env` has just started.

        Raises:
            InputError: an env that is no factory, has steps of another length, or whose state is
                more than its stocks.
        """
        base = env.unwrapped
        if not isinstance(base, StnEnv):
            raise InputError(
                "env", str(env), "give an env of an STN plant, such as plantgym/Stn-v0"
            )
        if base.batch is not self._batch:
            self._lattice = build_lattice(base.batch.tables)
            self._batch = base.batch
        self._env = base
        self._chain = self._learn(base)
        self._value(base.view())

    def _learn(self, base: StnEnv) -> SpreadChain:
        """The chain as it was learned by the evening before."""
        days = base.batch.scenarios
        spread, age_d = self.past.before(base.batch.date(0), days)
        return fit_chain(spread, age_d, self.past.settings, _MINUTES_PER_H / days.step_minutes)

    def _value(self, view: Outlook) -> None:
        self._event: DrEvent | None = view.dr
        self._values = DayValues(self._env.batch.tables, self._lattice, self._chain, view)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The best modes [J]."""
        view = self._env.view()
        if view.dr != self._event:
            self._value(view)
        return self._values.best_modes(view)
