"""What faults do to requests and to the plant itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..heater import HeaterPlant
from ..heater_tables import (
    BRICK_K_PER_KWH,
    ELEMENT_EFFICIENCY,
    STORE_LOSS_KW_PER_K,
    compile_heater,
)
from ..plant import StnPlant
from ..stn_state import GENERATION_KW, StnSeries
from ..stn_tables import Floats, StnTables
from .assets import GENERATION, Asset, plant_assets
from .fault import Fault, FaultKind


def size_of(faults: Sequence[Fault], asset: str, kind: FaultKind) -> float:
    """Size of a fault, 0 if it is not there."""
    return sum(fault.size for fault in faults if (fault.asset, fault.kind) == (asset, kind))


def stuck_request(
    assets: Sequence[Asset],
    faults: Sequence[Fault],
    asked: Floats,
    ran: Floats,
    rng: np.random.Generator,
) -> Floats:
    """What reaches the controls of what is asked for [J].

    Args:
        assets: of the plant.
        faults: those that are there.
        asked: levels or action asked for [J].
        ran: what ran in the step before, in the same terms [J]; over the start of a day, too, or a
            stuck machine would stand still at midnight.
        rng: the source of chance; the same count of numbers is drawn whatever the faults.
    """
    lost = rng.random(len(asked))
    reaches = np.array(asked, np.float64)
    for asset in assets:
        if asset.control is not None and lost[asset.control] < size_of(faults, asset.name, "stuck"):
            reaches[asset.control] = ran[asset.control]
    return reaches


def faulty_stn_tables(plant: StnPlant, tables: StnTables, faults: Sequence[Fault]) -> StnTables:
    """The tables by which a factory with faults runs; those given if none changes them."""
    loss = np.array([size_of(faults, task.name, "efficiency_loss") for task in plant.tasks])
    if not loss.any():
        return tables
    power_kw = tables.power_kw / (1.0 - loss)[:, None]
    power_kw.setflags(write=False)
    return tables._replace(power_kw=power_kw)


def faulty_heater_values(plant: HeaterPlant, faults: Sequence[Fault]) -> Floats:
    """The vector by which a heater with faults runs; the plant's own if none changes it."""
    elements, fan, store = (
        size_of(faults, asset.name, "efficiency_loss") for asset in plant_assets(plant)[:3]
    )
    if not (elements or fan or store):
        return plant.tables
    # A new plant, as transfer and fan are tabulated against each other.
    air = replace(plant.air, flow_kw_per_k=plant.air.flow_kw_per_k * (1.0 - fan))
    values = compile_heater(replace(plant, air=air)).copy()
    values[ELEMENT_EFFICIENCY] = 1.0 - elements
    values[STORE_LOSS_KW_PER_K] += store / 24.0 / values[BRICK_K_PER_KWH]
    values.setflags(write=False)
    return values


def faulty_series(series: StnSeries, faults: Sequence[Fault]) -> StnSeries:
    """The days of a factory with faults; those given if none changes them."""
    loss = size_of(faults, GENERATION, "efficiency_loss")
    if not loss:
        return series
    values = series.values.copy()
    values[..., GENERATION_KW] *= 1.0 - loss
    return series._replace(values=values)
