"""What is publicly known of a process: its stages, what they turn into what, and how much per kWh.

Nothing here is private to a factory: rated powers, stores and targets are what identification
finds (`parameters.py`). Masses are in the process's `mass_unit`, power in kW, energy in kWh.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..csv_file import Floats
from ..errors import InputError
from ..plant import StnPlant, Task
from ..value_checks import check_flag, check_number, check_text


@dataclass(frozen=True, slots=True)
class PartLoad:
    """An operating point of a stage below full load, known from the type of the equipment.

    Args:
        power_share: power as a share of that at full load, above 0 and below 1.
        output_per_kwh: throughput per energy at this point [mass_unit/kWh].
    """

    power_share: float
    output_per_kwh: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the process.

    Args:
        name: unique among stages.
        output_per_kwh: throughput per energy at full load [mass_unit/kWh].
        consumes: mass of each material taken per mass of throughput.
        produces: mass of each material made per mass of throughput.
        part_loads: further operating points, by rising power.
    """

    name: str
    output_per_kwh: float
    consumes: Mapping[str, float] = field(default_factory=dict)
    produces: Mapping[str, float] = field(default_factory=dict)
    part_loads: tuple[PartLoad, ...] = ()


@dataclass(frozen=True, slots=True)
class Process:
    """The public part of a plant: a line of stages, or a general graph of them.

    If no stage says what it consumes and produces, the stages are a line in order of flow: each
    produces `<stage>_out` and consumes what the stage before produces, 1 for 1 (the fields
    `stages[i].consumes` and `.produces` then hold just that). A material that no stage produces
    is raw: there is always enough of it, and it is not stocked.

    Args:
        name: of the process.
        mass_unit: of throughput and stocks, such as `"t"`.
        stages: at least one.
        currency: ISO code of the money of the plant to be found.
        same_step_transfer: whether material made in a step can be used in the same step.
        sources: where the values come from, by topic; free text.

    Raises:
        InputError: naming the entry and the fix, for anything that cannot be a process.
    """

    name: str
    mass_unit: str
    stages: tuple[Stage, ...]
    currency: str = "EUR"
    same_step_transfer: bool = True
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_stages(self)
        if not any(stage.consumes or stage.produces for stage in self.stages):
            object.__setattr__(self, "stages", in_line(self.stages))
        _check_graph(self)

    @property
    def materials(self) -> tuple[str, ...]:
        """The stocked materials [M], in the order in which the stages produce them."""
        return tuple(dict.fromkeys(name for stage in self.stages for name in stage.produces))

    @property
    def products(self) -> tuple[str, ...]:
        """The materials that no stage consumes; each has a daily target."""
        consumed = {name for stage in self.stages for name in stage.consumes}
        return tuple(name for name in self.materials if name not in consumed)

    @property
    def net_per_kwh(self) -> Floats:
        """Change of each stock per energy of each stage at full load [I, M], [mass_unit/kWh]."""
        return np.array(
            [
                [
                    stage.output_per_kwh
                    * (stage.produces.get(name, 0.0) - stage.consumes.get(name, 0.0))
                    for name in self.materials
                ]
                for stage in self.stages
            ]
        )


def in_line(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """The stages as a line: each passes its whole throughput on to the next."""
    line: list[Stage] = []
    for stage in stages:
        consumes = dict(line[-1].produces) if line else {}
        line.append(replace(stage, consumes=consumes, produces={f"{stage.name}_out": 1.0}))
    return tuple(line)


def process_of(plant: StnPlant, *, part_loads: bool = False) -> Process:
    """The public part of a plant.

    The throughput of a stage is all that it produces. Full load is the mode of highest power;
    lower modes become part loads if wanted, and are left out otherwise.

    Args:
        plant: whose rated powers, stores and targets are forgotten.
        part_loads: whether the operating points below full load are public too.

    Raises:
        InputError: a task without power or output at full load, or, with `part_loads`, one whose
            lower modes mix the stocked materials in other proportions.
    """
    return Process(
        plant.name,
        plant.stock_unit,
        tuple(
            _stage_of(task, _part_loads_of(task, plant) if part_loads else ())
            for task in plant.tasks
        ),
        plant.currency,
        plant.same_step_transfer,
        dict(plant.sources),
    )


def _stage_of(task: Task, part_loads: tuple[PartLoad, ...]) -> Stage:
    full = task.modes[-1]
    output_t_per_h = sum(full.produces_t_per_h.values())
    if full.power_kw == 0 or output_t_per_h == 0:
        found = {"power_kw": full.power_kw, "produces_t_per_h": dict(full.produces_t_per_h)}
        raise InputError(
            f"task {task.name!r} last mode", found, "give it power and output, to be a stage"
        )
    return Stage(
        task.name,
        output_t_per_h / full.power_kw,
        _per_output(full.consumes_t_per_h, output_t_per_h),
        _per_output(full.produces_t_per_h, output_t_per_h),
        part_loads,
    )


def _part_loads_of(task: Task, plant: StnPlant) -> tuple[PartLoad, ...]:
    """The lower modes of a task, in which the stocked materials must mix as at full load."""
    stocked = {
        name for each in plant.tasks for mode in each.modes for name in mode.produces_t_per_h
    }
    full, part_loads = task.modes[-1], []
    for mode in task.modes[:-1]:
        output_t_per_h = sum(mode.produces_t_per_h.values())
        share = output_t_per_h / sum(full.produces_t_per_h.values())
        for side in ("consumes_t_per_h", "produces_t_per_h"):
            rates, rates_full = getattr(mode, side), getattr(full, side)
            if mode.power_kw == 0 or any(
                not np.isclose(rates.get(name, 0.0), share * rates_full.get(name, 0.0))
                for name in stocked & {*rates, *rates_full}
            ):
                fix = "a part load has power and the mix of full load; use part_loads=False"
                raise InputError(f"task {task.name!r} mode {side}", dict(rates), fix)
        part_loads.append(PartLoad(mode.power_kw / full.power_kw, output_t_per_h / mode.power_kw))
    return tuple(part_loads)


def _per_output(rates: Mapping[str, float], output_t_per_h: float) -> dict[str, float]:
    return {name: rate / output_t_per_h for name, rate in rates.items() if rate > 0}


def _check_stages(process: Process) -> None:
    """Each field by itself."""
    for field_name in ("name", "mass_unit", "currency"):
        check_text(field_name, getattr(process, field_name))
    check_flag("same_step_transfer", process.same_step_transfer)
    for topic, source in process.sources.items():
        check_text(f"sources {topic!r}", source)
    if not process.stages:
        raise InputError("stage", (), "give the process at least one [[stage]]")
    for name, count in Counter(stage.name for stage in process.stages).items():
        check_text("stage name", name)
        if count > 1:
            raise InputError("stage name", name, f"it is used {count} times; rename the others")
    for stage in process.stages:
        _check_stage(stage)


def _check_stage(stage: Stage) -> None:
    owner = f"stage {stage.name!r}"
    _check_above_zero(f"{owner} output_per_kwh", stage.output_per_kwh)
    for side in ("consumes", "produces"):
        masses = getattr(stage, side)
        if not isinstance(masses, Mapping):
            raise InputError(f"{owner} {side}", masses, "give a mass by material, { A = 1.0 }")
        for name, mass in masses.items():
            check_text(f"{owner} {side} material", name)
            _check_above_zero(f"{owner} {side} {name!r}", mass)
    shares = [part_load.power_share for part_load in stage.part_loads]
    for part_load in stage.part_loads:
        _check_above_zero(f"{owner} part_load power_share", part_load.power_share)
        _check_above_zero(f"{owner} part_load output_per_kwh", part_load.output_per_kwh)
        if part_load.power_share >= 1:
            fix = "give a share below 1; full load is the stage itself"
            raise InputError(f"{owner} part_load power_share", part_load.power_share, fix)
    if shares != sorted(set(shares)):
        fix = "list each part load once, by rising power"
        raise InputError(f"{owner} part_load power_share", shares, fix)


def _check_above_zero(field_name: str, value: object) -> None:
    check_number(field_name, value)
    if value == 0:
        raise InputError(field_name, value, "give a value above 0")


def _check_graph(process: Process) -> None:
    """The stages together: what they make can be stocked, used and sold day after day."""
    for stage in process.stages:
        if not stage.produces:
            raise InputError(
                f"stage {stage.name!r} produces",
                {},
                "say what it makes, such as { A = 1.0 }, or leave consumes and produces out of "
                "every stage, to have a line",
            )
    if not process.products:
        raise InputError(
            "stage produces",
            list(process.materials),
            "each of these is consumed by a stage; let one stage produce something to deliver",
        )
    idle = _never_running(process)
    if idle:
        raise InputError(
            "stage",
            idle,
            "these cannot run day after day: a loop uses up more of a material than it makes; "
            "check consumes and produces",
        )


def _never_running(process: Process) -> list[str]:
    """Stages that stand in every operation that leaves no store emptier.

    Such operations form a cone, so one of them runs every stage that can run at all. It is found
    as an LP in the energies x and in y = min(x, 1), whose sum is greatest.
    """
    if _feeds_forward(process):
        return []
    from scipy.optimize import linprog

    net = process.net_per_kwh
    n_stages, n_materials = net.shape
    stores_last = np.hstack([-net.T, np.zeros((n_materials, n_stages))])
    y_up_to_x = np.hstack([-np.eye(n_stages), np.eye(n_stages)])
    found = linprog(
        np.repeat([0.0, -1.0], n_stages),
        A_ub=np.vstack([stores_last, y_up_to_x]),
        b_ub=np.zeros(n_materials + n_stages),
        bounds=[(0, None)] * n_stages + [(0, 1)] * n_stages,
    )
    runs = found.x[n_stages:] > 0.5
    return [stage.name for stage, run in zip(process.stages, runs, strict=True) if not run]


def _feeds_forward(process: Process) -> bool:
    """Whether each stage consumes only raw materials and what stages before it produce."""
    stocked, made = set(process.materials), set[str]()
    for stage in process.stages:
        if not stocked & set(stage.consumes) <= made:
            return False
        made |= set(stage.produces)
    return True
