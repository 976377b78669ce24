"""A State-Task-Network plant as a table of numbers.

Everything that the simulator, the planner, the identifier and the env know of a factory stands
here. Stocks are in the plant's `stock_unit` (tonnes, or pieces for piece goods; the field names
say `_t` for both), rates per hour, power in kW, money in the plant's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from .tariff import DrEventProcess, DrProgramme, Tariff

Operation = Literal["discrete", "continuous"]


@dataclass(frozen=True, slots=True)
class Material:
    """A stock of the plant.

    Args:
        name: unique among materials.
        min_t: least stock [stock_unit].
        max_t: greatest stock [stock_unit].
        initial_t: stock at the start of the day [stock_unit].
        end_min_t: stock that must be there at the end of the day [stock_unit]; None for no target.
        shortfall_cost_per_t: cost of each unit that is missing then [currency/stock_unit].
    """

    name: str
    min_t: float
    max_t: float
    initial_t: float
    end_min_t: float | None = None
    shortfall_cost_per_t: float = 0.0


@dataclass(frozen=True, slots=True)
class Mode:
    """A running mode of a task. Standing (no flow, no power) is always mode 0 and never listed.

    Args:
        power_kw: electric power [kW].
        consumes_t_per_h: rate by material [stock_unit/h].
        produces_t_per_h: rate by material [stock_unit/h].
        workers: people needed while the mode runs.
    """

    power_kw: float
    consumes_t_per_h: Mapping[str, float] = field(default_factory=dict)
    produces_t_per_h: Mapping[str, float] = field(default_factory=dict)
    workers: float = 0.0


@dataclass(frozen=True, slots=True)
class Task:
    """A machine or stage that runs in one of its modes, or stands.

    A task *must run* from hour `must_run_from_h` of the day on if `must_run`, and for `min_run_h`
    after each start. Standing while it must run is a trip and costs `trip_cost_per_h`.

    Args:
        name: unique among tasks.
        modes: running modes, by rising power; action k runs `modes[k - 1]`, action 0 stands.
        must_run: whether standing is a trip from `must_run_from_h` on.
        must_run_from_h: hours into the day before which a task that must run may still stand, such
            as the first hour of a plant whose stores begin empty [h].
        min_run_h: least time in a mode once it is started [h].
        trip_cost_per_h: cost of standing while the task must run [currency/h].
    """

    name: str
    modes: tuple[Mode, ...]
    must_run: bool = False
    must_run_from_h: float = 0.0
    min_run_h: float = 0.0
    trip_cost_per_h: float = 0.0


@dataclass(frozen=True, slots=True)
class Site:
    """The grid connection, on-site generation and everything that is not a task.

    Args:
        import_limit_kw: greatest power drawn from the grid [kW].
        export_limit_kw: greatest power fed into the grid [kW]; surplus beyond it is curtailed.
        pv_capacity_kw: installed PV [kW].
        wind_capacity_kw: installed wind power [kW].
        base_load_kw: constant load beside the tasks [kW].
        wage_per_h: cost of a worker [currency/h].
    """

    import_limit_kw: float
    export_limit_kw: float = 0.0
    pv_capacity_kw: float = 0.0
    wind_capacity_kw: float = 0.0
    base_load_kw: float = 0.0
    wage_per_h: float = 0.0


@dataclass(frozen=True, slots=True)
class StnPlant:
    """A factory: materials, tasks, site, tariff and demand-response programme.

    Args:
        name: of the plant.
        currency: ISO code of all money in the plant, such as `"CNY"`.
        materials: the stocks, at least one.
        tasks: the machines, at least one, in the order in which the shield serves them.
        site: grid connection and generation.
        tariff: the plant's own tariff.
        operation: `"discrete"` (a task runs in one mode) or `"continuous"` (at any convex
            combination of neighbouring modes, standing included).
        same_step_transfer: True if material made in a step can be used in the same step (netted,
            as the PSI plants); False if only from the next step on (strict).
        horizon_h: length of the planning day [h].
        start_hour: clock hour at which the day begins.
        stock_unit: `"t"` or the name of a piece, such as `"piece"`.
        dr: settlement of demand-response events; None if the plant takes part in no programme.
        dr_events: how such events come about; None if there are none.
        sources: where the values come from, by topic; free text.
        intervals: lowest and highest plausible value of parameters that data could not narrow
            down further, by the names of `intervals.parameters`; the plant's own value is within.

    Raises:
        InputError: naming the entry and the fix, for anything that cannot be a plant.
    """

    name: str
    currency: str
    materials: tuple[Material, ...]
    tasks: tuple[Task, ...]
    site: Site
    tariff: Tariff
    operation: Operation = "discrete"
    same_step_transfer: bool = False
    horizon_h: int = 24
    start_hour: int = 0
    stock_unit: str = "t"
    dr: DrProgramme | None = None
    dr_events: DrEventProcess | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    intervals: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from .plant_checks import check_plant

        check_plant(self)

    @property
    def max_power_kw(self) -> float:
        """Power of all tasks in their highest mode, without the base load [kW]."""
        return sum(max(mode.power_kw for mode in task.modes) for task in self.tasks)

    @property
    def generation_capacity_kw(self) -> float:
        """Installed PV and wind power [kW]."""
        return self.site.pv_capacity_kw + self.site.wind_capacity_kw
