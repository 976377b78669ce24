"""A day that is known to the last number, to compare pictures with."""

from dataclasses import replace

import numpy as np

from plantgym.envs.day_record import DayRecord
from plantgym.twins.outlook import DrEvent, Outlook
from plantgym.twins.plant import Material, Mode, Site, StnPlant, Task
from plantgym.twins.stn_state import COST_PARTS, METER
from plantgym.twins.stn_tables import Floats
from plantgym.twins.tariff import DrProgramme, Tariff

EVENT = DrEvent(notice_step=2, start_step=4, end_step=6, award_kw=120.0)

PLANT = StnPlant(
    name="mill_and_kiln",
    currency="EUR",
    materials=(Material("meal", 20.0, 100.0, 60.0), Material("lime", 0.0, 40.0, 0.0, 20.0, 9.0)),
    tasks=(
        Task(
            "mill",
            (
                Mode(100.0, produces_t_per_h={"meal": 10.0}),
                Mode(200.0, produces_t_per_h={"meal": 45.0}),
            ),
            min_run_h=2.0,
        ),
        Task("kiln", (Mode(50.0, {"meal": 5.0}, {"lime": 5.0}),), must_run=True),
    ),
    site=Site(300.0, export_limit_kw=100.0, pv_capacity_kw=150.0),
    tariff=Tariff((0.1,) * 24, (0.0,) * 24),
    horizon_h=6,
    start_hour=8,
    dr=DrProgramme(3.0, 4.0),
)

# The mill trips in its second hour, which it must still run; the kiln in the first.
LEVEL = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [2.0, 1.0]])
STOCK_T = np.array([[60.0, 0.0], [70.0, 0.0], [65.0, 5.0], [60.0, 10.0], [100.0, 15.0]])
GENERATION_KW = np.array([0.0, 40.0, 80.0, 160.0, 120.0, 60.0])
PRICE = np.array([0.1, 0.4, 0.3, 0.2, 0.8, 0.1])
EXPECTED_PRICE = np.array([0.2, 0.2, 0.2, 0.2, 0.1, 0.1])


def _columns(names: tuple[str, ...], **values: list[float]) -> Floats:
    return np.array([values.get(name, [0.0] * 4) for name in names]).T


METERED = _columns(
    METER,
    load_kw=[100.0, 50.0, 50.0, 250.0],
    generation_kw=GENERATION_KW[:4].tolist(),
    buy_kw=[100.0, 10.0, 0.0, 90.0],
    sell_kw=[0.0, 0.0, 30.0, 0.0],
)
COST = _columns(
    COST_PARTS, purchase=[10.0, 4.0, 0.0, 18.0], sales=[0.0, 0.0, -9.0, 0.0], trip=[50.0, 0, 0, 0]
)


def day(steps: int = 4, *, event: DrEvent | None = EVENT, plant: StnPlant = PLANT) -> DayRecord:
    """The day after up to four steps of an hour; the event is active in step 4."""
    known = np.arange(6) <= steps
    outlook = Outlook(
        step=steps,
        stock_t=STOCK_T[steps],
        level=LEVEL[steps - 1],
        hold_level=np.zeros(2),
        hold_steps=np.zeros(2, np.int64),
        peak_kw=100.0,
        buy_price_per_kwh=np.where(known, PRICE, EXPECTED_PRICE),
        sell_price_per_kwh=np.where(known, PRICE, EXPECTED_PRICE) / 2,
        buy_forecast_per_kwh=EXPECTED_PRICE,
        sell_forecast_per_kwh=EXPECTED_PRICE / 2,
        generation_kw=GENERATION_KW,
        base_load_kw=np.zeros(6),
        baseline_load_kw=np.full(6, 250.0),
        dr=event,
    )
    return DayRecord(
        plant, "2025-03-01", 1.0, LEVEL[:steps], STOCK_T[: steps + 1], METERED[:steps],
        COST[:steps], outlook,
    )  # fmt: skip


def later(record: DayRecord, steps: int) -> DayRecord:
    """The same record, of an env that was set to a state some steps into the day."""
    return replace(record, outlook=replace(record.outlook, step=record.outlook.step + steps))
