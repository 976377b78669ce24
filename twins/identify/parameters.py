"""The private parameters of a process, and the plant that they make of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from ..csv_file import Floats
from ..errors import InputError
from ..intervals import BASE_LOAD, Intervals
from ..intervals import parameters as plant_parameters
from ..plant import Material, Mode, Operation, Site, StnPlant, Task
from ..tariff import HOURS_PER_DAY, Tariff
from ..value_checks import check_number
from .process import Process, Stage

_IMPORT_MARGIN = 1.1
_SHORTFALL_FACTOR = 100.0
_LEAST_HIGHEST_PRICE_PER_KWH = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """What a factory keeps to itself: I stages, M stocked materials.

    Stores are seen from where they begin the day, since a meter tells no more. A product begins
    empty, and its store takes all that can be made in a day; a store must end where it began.

    Args:
        power_kw: of each stage at full load [I], [kW].
        headroom_t: what each store takes beyond its initial stock [M], [mass_unit].
        reserve_t: what each store gives below its initial stock [M], [mass_unit]; 0 for products.
        target_t: mass of each product to be made in a day [M], [mass_unit]; 0 for stores.
        base_load_kw: constant load beside the stages [kW].
    """

    power_kw: Floats
    headroom_t: Floats
    reserve_t: Floats
    target_t: Floats
    base_load_kw: float = 0.0


def parameter_names(process: Process) -> tuple[str, ...]:
    """The names of all parameters that a meter may tell of, as intervals use them.

    Powers by stage, headrooms and reserves by store, targets by product, then the base load.
    """
    stores = [name for name in process.materials if name not in process.products]
    return (
        *(f"{stage.name}.power_kw" for stage in process.stages),
        *(f"{name}.headroom_t" for name in stores),
        *(f"{name}.reserve_t" for name in stores),
        *(f"{name}.target_t" for name in process.products),
        BASE_LOAD,
    )


def to_plant(
    process: Process,
    parameters: Parameters,
    operation: Operation,
    *,
    price_per_kwh: ArrayLike,
    name: str | None = None,
    intervals: Intervals | None = None,
) -> StnPlant:
    """The plant that the parameters make of a process.

    The import limit is a tenth above the full load. A unit of stock that is missing in the evening
    costs 100 times what the whole plant at full load draws while one is made, at the highest of
    the prices or 1 currency/kWh if they are lower: far above any energy cost.

    Args:
        process: what is public.
        parameters: what is not. Headroom and reserve of products and targets of stores are not
            read.
        operation: `"discrete"` or `"continuous"`.
        price_per_kwh: mean price of each clock hour [24], the plant's own tariff [currency/kWh].
        name: of the plant; by default that of the process.
        intervals: by `parameter_names`. Initial stocks, import limit and the stores of products
            leave room for all of them.

    Raises:
        InputError: parameters of the wrong shape or sign, a target out of reach, intervals without
            the parameter's value.
    """
    _check(process, parameters)
    room = _highest(process, parameters, intervals or {})
    prices = tuple(np.asarray(price_per_kwh, np.float64).ravel().tolist())
    tariff = Tariff(prices, (0.0,) * HOURS_PER_DAY)
    return StnPlant(
        name=name or process.name,
        currency=process.currency,
        tariff=tariff,
        materials=_materials(process, parameters, room, max(map(abs, prices))),
        tasks=tuple(
            Task(stage.name, _modes(process, stage, power_kw))
            for stage, power_kw in zip(process.stages, parameters.power_kw.tolist(), strict=True)
        ),
        site=Site(
            import_limit_kw=_IMPORT_MARGIN * (float(room.power_kw.sum()) + room.base_load_kw),
            base_load_kw=parameters.base_load_kw,
        ),
        operation=operation,
        same_step_transfer=process.same_step_transfer,
        stock_unit=process.mass_unit,
        sources=dict(process.sources),
        intervals=dict(intervals or {}),
    )


def parameters_of(plant: StnPlant, process: Process) -> Parameters:
    """The parameters of a plant with the stages and materials of a process.

    Raises:
        InputError: a stage or a material that the plant has not.
    """
    own = plant_parameters(plant)

    def value(name: str) -> float:
        if name not in own:
            fix = f"give a plant of the process; this one has {', '.join(own)}"
            raise InputError("plant", name, fix)
        return own[name]

    power_kw = np.array([value(f"{stage.name}.power_kw") for stage in process.stages])
    product = [name in process.products for name in process.materials]
    headroom_t = np.array([value(f"{name}.headroom_t") for name in process.materials])
    reserve_t = np.array([value(f"{name}.reserve_t") for name in process.materials])
    target_t = np.array([own.get(f"{name}.target_t", 0.0) for name in process.materials])
    return Parameters(
        power_kw,
        np.where(product, day_output_t(process, power_kw), headroom_t),
        np.where(product, 0.0, reserve_t),
        np.where(product, target_t, 0.0),
        value(BASE_LOAD),
    )


def day_output_t(process: Process, power_kw: Floats) -> Floats:
    """What the stages make of each material in a day at full rate [M], [mass_unit].

    This is the headroom of products: it never binds.
    """
    return HOURS_PER_DAY * _rates_t_per_h(process, power_kw)


def _highest(process: Process, parameters: Parameters, intervals: Intervals) -> Parameters:
    """The parameters with powers, reserves and base load at the upper ends of their intervals."""

    def high(name: str, value: float) -> float:
        return max(value, intervals[name][1]) if name in intervals else value

    powers = zip(process.stages, parameters.power_kw.tolist(), strict=True)
    reserves = zip(process.materials, parameters.reserve_t.tolist(), strict=True)
    return replace(
        parameters,
        power_kw=np.array([high(f"{stage.name}.power_kw", power) for stage, power in powers]),
        reserve_t=np.array([high(f"{name}.reserve_t", reserve) for name, reserve in reserves]),
        base_load_kw=high(BASE_LOAD, parameters.base_load_kw),
    )


def _materials(
    process: Process, parameters: Parameters, room: Parameters, highest_price_per_kwh: float
) -> tuple[Material, ...]:
    """The stocks, with room for the powers and the reserves of `room`."""
    price = max(_LEAST_HIGHEST_PRICE_PER_KWH, highest_price_per_kwh)
    rates_t_per_h = _rates_t_per_h(process, parameters.power_kw)
    cost = (_SHORTFALL_FACTOR * price * parameters.power_kw.sum() / rates_t_per_h).tolist()
    most_t, target_t = day_output_t(process, room.power_kw).tolist(), parameters.target_t.tolist()
    start_t, max_t = room.reserve_t.tolist(), (room.reserve_t + parameters.headroom_t).tolist()
    min_t = (room.reserve_t - parameters.reserve_t).tolist()
    return tuple(
        Material(name, 0.0, max(most_t[m], target_t[m]), 0.0, target_t[m], cost[m])
        if name in process.products
        else Material(name, min_t[m], max_t[m], start_t[m], start_t[m], cost[m])
        for m, name in enumerate(process.materials)
    )


def _modes(process: Process, stage: Stage, power_kw: float) -> tuple[Mode, ...]:
    consumed = {name: mass for name, mass in stage.consumes.items() if name in process.materials}
    return tuple(
        Mode(
            power,
            {name: mass * throughput for name, mass in consumed.items()},
            {name: mass * throughput for name, mass in stage.produces.items()},
        )
        for power, throughput in _operating_points(stage, power_kw)
    )


def _operating_points(stage: Stage, power_kw: float) -> list[tuple[float, float]]:
    """Power [kW] and throughput [mass_unit/h] of part loads and full load, by rising power."""
    powers = [(part.power_share * power_kw, part.output_per_kwh) for part in stage.part_loads]
    powers.append((power_kw, stage.output_per_kwh))
    return [(power, power * output_per_kwh) for power, output_per_kwh in powers]


def _rates_t_per_h(process: Process, power_kw: Floats) -> Floats:
    """The most that the stages together make of each material in an hour [M]."""
    rates = dict.fromkeys(process.materials, 0.0)
    for stage, power in zip(process.stages, power_kw.tolist(), strict=True):
        throughput = max(throughput for _, throughput in _operating_points(stage, power))
        for name, mass in stage.produces.items():
            rates[name] += mass * throughput
    return np.array(list(rates.values()))


def _check(process: Process, parameters: Parameters) -> None:
    """Refuse parameters that are not those of the process."""
    stages = [stage.name for stage in process.stages]
    for field, owners in (
        ("power_kw", stages),
        ("headroom_t", process.materials),
        ("reserve_t", process.materials),
        ("target_t", process.materials),
    ):
        values = getattr(parameters, field)
        if np.shape(values) != (len(owners),):
            fix = f"give one value for each of {', '.join(owners)}"
            raise InputError(f"parameters {field} shape", np.shape(values), fix)
        for owner, value in zip(owners, values.tolist(), strict=True):
            check_number(f"parameters {owner}.{field}", value)
    if not parameters.power_kw.all():
        stage = stages[int(parameters.power_kw.argmin())]
        raise InputError(f"parameters {stage}.power_kw", 0.0, "give a value above 0")
    check_number(f"parameters {BASE_LOAD}", parameters.base_load_kw)
