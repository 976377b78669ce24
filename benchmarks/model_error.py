"""The price of model error: what it costs to plan with an identified plant and act on the true one.

A policy lives in a copy of the env whose plant is the identified one. Before each decision the copy
is brought to the state of the true plant, stocks counted from where they began the day; the mode
that the policy asks for there is asked for here. The shield mends what the true plant cannot do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..baselines.base import FactoryPolicy, factory_env
from ..baselines.planners import DayAheadMilp, RollingMpc
from ..baselines.registry import POLICIES, make_policy
from ..envs.cost_gap import cost_gap
from ..envs.policy import Env, Policy
from ..envs.stn_env import StnEnv
from ..twins.errors import InputError
from ..twins.plant import Material, StnPlant, Task
from ..twins.scenarios import Scenarios
from ..twins.simulate import needed_series
from ..twins.stn_tables import Floats, StnTables
from .cases import choose_days
from .episodes import Episode, run_episode
from .scores import OPTIMUM

_RULE = POLICIES["factory"].reference


class Foresight(RollingMpc):
    """Knows the day in advance, and plans the rest of it anew at each step."""

    def levels(self) -> Floats:
        """The first step of a fresh plan."""
        day = self.env.hindsight()
        plan = self.scheduler.plan(day, mip_gap=self.mip_gap, node_limit=self.node_limit)
        return np.asarray(plan.levels[day.step])


PLANNERS: Mapping[str, Callable[[], FactoryPolicy]] = MappingProxyType(
    {"foresight": Foresight, "mpc": RollingMpc, "milp-day-ahead": DayAheadMilp}
)
"""Planners whose price of model error can be told."""


@dataclass(frozen=True, slots=True)
class ModelError:
    """What a planner costs over some days, with the true plant and with the identified one.

    Args:
        planner: one of `PLANNERS`.
        days: how many.
        rule_cost: of the reference rule, per day [currency].
        optimum_cost: of the optimum, per day [currency].
        true_cost: of the planner that plans with the true plant, per day [currency].
        model_cost: of the planner that plans with the identified plant, per day [currency].
        model_shortfall_cost: part of `model_cost` that missing product costs [currency].
        moved: tasks a day that the shield changed with the identified plant.
    """

    planner: str
    days: int
    rule_cost: float
    optimum_cost: float
    true_cost: float
    model_cost: float
    model_shortfall_cost: float
    moved: float

    @property
    def of_cost(self) -> float | None:
        """The price relative to the optimum's cost, as `cost_gap` has it."""
        extra = self.model_cost - self.true_cost
        return cost_gap(self.optimum_cost + extra, self.rule_cost, self.optimum_cost)

    @property
    def of_saving(self) -> float | None:
        """The price relative to what the optimum saves against the rule."""
        saving = self.rule_cost - self.optimum_cost
        return (self.model_cost - self.true_cost) / saving if saving > 0 else None


class OnModel:
    """A policy that knows an identified plant in place of the true one.

    Args:
        policy: of factories.
        model: the plant that it knows; its tasks and materials are the true plant's, by name.
    """

    def __init__(self, policy: FactoryPolicy, model: StnPlant) -> None:
        self._policy = policy
        self._model = model
        self._scenarios: Scenarios | None = None

    def reset(self, env: Env) -> None:
        """Get ready for the episode that `env` has just started.

        Raises:
            InputError: an identified plant with a task or a material that the true one has not.
        """
        self._true = factory_env(env)
        if self._scenarios is not self._true.batch.scenarios:
            self._scenarios = self._true.batch.scenarios
            self._known = StnEnv(self._model, scenarios=days_of_model(self._model, self._scenarios))
            self._tasks = _places("task", self._true.plant.tasks, self._model.tasks)
            self._stocks = _places("material", self._model.materials, self._true.plant.materials)
        self._known.reset(options={"day": int(self._true.batch.state.day[0])})
        self._follow()
        self._policy.reset(self._known)

    def act(self, obs: NDArray[Any]) -> NDArray[Any]:
        """The action for what the policy asks of the plant that it knows."""
        self._follow()
        true, known = self._true.batch, self._known.batch
        share = load_share(known.tables, self._policy.levels())[self._tasks]
        return true.levels_to_action(nearest_level(true.tables, share))

    def _follow(self) -> None:
        """Bring the plant that the policy knows to where the true one is."""
        true, known = self._true.batch, self._known.batch
        state, tables = true.state, known.tables
        change_t = (state.stock_t - true.tables.stock_initial_t)[:, self._stocks]
        stock_t = tables.stock_initial_t + change_t
        self._known.set_state(
            self._known.get_state()._replace(
                step=state.step,
                over=state.over,
                peak_kw=state.peak_kw,
                stock_t=stock_t.clip(tables.stock_min_t, tables.stock_max_t),
            )
        )


def price_of_model_error(
    true_plant: StnPlant,
    identified_plant: StnPlant,
    *,
    market: str = "pjm",
    scenarios: Scenarios | None = None,
    days: int = 5,
    planners: Sequence[str] = tuple(PLANNERS),
    seed: int = 0,
    progress: Callable[[float, str], None] | None = None,
) -> list[ModelError]:
    """What planners lose if they know the identified plant and run the true one.

    Args:
        true_plant: which is run.
        identified_plant: which they know; its tasks and materials are the true plant's, by name.
        market: whose test days are run.
        scenarios: days of your own instead; their test days are run.
        days: how many, evenly spread over the test days.
        planners: some of `PLANNERS`.
        seed: of the env.
        progress: is told how far it is.

    Raises:
        InputError: an unknown planner, plants that do not match, or more days than there are.
    """
    for name in planners:
        if name not in PLANNERS:
            raise InputError("planner", name, f"use some of {', '.join(PLANNERS)}")
    env = StnEnv(true_plant, market, scenarios, split="test")
    dates = choose_days(env.batch.scenarios, days)
    policies: dict[tuple[str, bool], Policy] = {
        (name, False): make_policy(name) for name in (_RULE, OPTIMUM)
    }
    for name in planners:
        policies[name, False] = PLANNERS[name]()
        policies[name, True] = OnModel(PLANNERS[name](), identified_plant)
    runs: dict[tuple[str, bool], list[Episode]] = {}
    for done, (key, policy) in enumerate(policies.items()):
        if progress:
            progress(done / len(policies), key[0])
        runs[key] = [run_episode(env, policy, key[0], date, seed) for date in dates]
    return [_model_error(name, runs) for name in planners]


def load_share(tables: StnTables, level: Floats) -> Floats:
    """Power of each task at its level, relative to its highest mode [J]."""
    return np.array(
        [
            np.interp(at, np.arange(len(share)), share)
            for at, share in zip(level, _shares(tables), strict=True)
        ]
    )


def nearest_level(tables: StnTables, share: Floats) -> Floats:
    """The level of each task whose power comes nearest to a share of that of its highest mode [J].

    In a discrete plant the mode; of two that are as near, the lower.
    """
    shares = _shares(tables)
    if tables.continuous:
        levels = [
            np.interp(at, own, np.arange(len(own))) for at, own in zip(share, shares, strict=True)
        ]
    else:
        levels = [float(np.abs(own - at).argmin()) for at, own in zip(share, shares, strict=True)]
    return np.array(levels)


def days_of_model(model: StnPlant, scenarios: Scenarios) -> Scenarios:
    """The days as a planner knows them who has nothing but the identified plant.

    The base load is that of the identified plant. There is no demand response, and no generation
    that it has not.
    """
    needed = {name: scenarios.series[name] for name in needed_series(model)}
    base_load_kw = np.full_like(scenarios.series["base_load_kw"], model.site.base_load_kw)
    return replace(
        scenarios, series=needed | {"base_load_kw": base_load_kw}, dr_events=(), splits=None
    )


def _shares(tables: StnTables) -> list[Floats]:
    """Power of each mode relative to the highest, standing first; a row a task."""
    return [
        power_kw[:modes] / power_kw[modes - 1]
        for power_kw, modes in zip(tables.power_kw, tables.n_modes, strict=True)
    ]


def _places(
    kind: str, wanted: Sequence[Task | Material], given: Sequence[Task | Material]
) -> list[int]:
    """Where each wanted entry stands among the given ones."""
    names = [entry.name for entry in given]
    for entry in wanted:
        if entry.name not in names:
            fix = f"give plants with the same {kind}s; the other has {', '.join(names)}"
            raise InputError(kind, entry.name, fix)
    return [names.index(entry.name) for entry in wanted]


def _model_error(planner: str, runs: Mapping[tuple[str, bool], Sequence[Episode]]) -> ModelError:
    def mean_cost(episodes: Sequence[Episode]) -> float:
        return float(np.mean([episode.cost for episode in episodes]))

    on_model = runs[planner, True]
    return ModelError(
        planner,
        len(on_model),
        mean_cost(runs[_RULE, False]),
        mean_cost(runs[OPTIMUM, False]),
        mean_cost(runs[planner, False]),
        mean_cost(on_model),
        float(np.mean([episode.cost_parts["shortfall"] for episode in on_model])),
        float(np.mean([episode.moved for episode in on_model])),
    )
