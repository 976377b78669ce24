"""Plants of which the quick day model of identification says all."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from ..plant import StnPlant
from ..stn_tables import Floats
from .chain import needed_steps
from .cut_model import CutModel, Pairs
from .day_model import NODE_LIMIT, DayModel
from .parameters import Parameters, day_output_t, parameters_of
from .process import Process, process_of

_HOURS = 24


def quick_model(
    plant: StnPlant, prices_per_kwh: Floats, *, mip_gap: float = 0.0, node_limit: int = NODE_LIMIT
) -> CutModel | DayModel | None:
    """The quick model of a plant, where it and the scheduling model have the same optimum.

    That is so for on/off plants whose stores end where they began, without rules on running times,
    wages, demand charge and a grid that binds, at prices at which nobody would miss a target.

    Args:
        plant: any.
        prices_per_kwh: of the days to plan [D, T].
        mip_gap: greatest relative gap of a day's cost above the least possible.
        node_limit: branch-and-bound nodes for a day; the best schedule by then counts.
    """
    if (
        plant.operation != "discrete"
        or plant.horizon_h != _HOURS
        or plant.tariff.demand_charge_per_kw
    ):
        return None
    if any(task.must_run or task.min_run_h or _has_wages(plant) for task in plant.tasks):
        return None
    try:
        process = process_of(plant, part_loads=True)
        parameters = parameters_of(plant, process)
    except InputError:
        return None
    if not _is_plain(plant, process, parameters, float(prices_per_kwh.max())):
        return None
    steps = prices_per_kwh.shape[1]
    needed = needed_steps(process, parameters.power_kw, parameters.target_t, steps)
    pairs = Pairs.of(process)
    if pairs is not None:
        return CutModel(process, pairs, parameters, steps, needed)
    return DayModel(process, parameters, steps, needed, mip_gap=mip_gap, node_limit=node_limit)


def _has_wages(plant: StnPlant) -> bool:
    return plant.site.wage_per_h > 0 and any(m.workers for t in plant.tasks for m in t.modes)


def _is_plain(
    plant: StnPlant, process: Process, parameters: Parameters, highest_price: float
) -> bool:
    if {material.name for material in plant.materials} != set(process.materials):
        return False
    if plant.site.import_limit_kw < plant.max_power_kw + plant.site.base_load_kw:
        return False
    made_t = dict(zip(process.materials, day_output_t(process, parameters.power_kw), strict=True))
    for material in plant.materials:
        kwh_per_t = plant.max_power_kw * _HOURS / made_t[material.name]
        if material.shortfall_cost_per_t < kwh_per_t * highest_price:
            return False
        if material.name not in process.products:
            if material.end_min_t != material.initial_t:
                return False
        elif (
            material.max_t - material.initial_t < made_t[material.name] * (1 - 1e-9)
            or material.end_min_t is None
        ):
            return False
    return bool(np.isfinite(parameters.power_kw).all())
