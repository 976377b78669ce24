"""Every number of the shipped plants, typed anew from the publications and data that they name.

Stages are (name, store, modes): the store that a stage fills as (max, initial, target), and its
running modes as (power, rate in, rate out).
"""

from typing import NamedTuple

import numpy as np
import pytest

from plantgym.twins.plant import StnPlant, Task
from plantgym.twins.plant_toml import load_plant, shipped_plants
from plantgym.twins.tariff import DrEventProcess, DrProgramme


class Stage(NamedTuple):
    name: str
    store: tuple[float, float, float | None]
    modes: tuple[tuple[float, float, float], ...]


# Lyu et al. 2024, data repository: power in MW, rates and stores in kt, typed here in kW and t.
CEMENT_MILL = (
    Stage("C", (2000, 1000, 1000), ((2200, 0, 1000),)),
    Stage("KFP", (2500, 1250, 1250), ((11000, 250, 250),)),
    Stage("CP", (1750, 875, 875), ((11550, 300, 300),)),
    Stage("FG", (192000, 0, 5750), ((11220, 350, 350),)),
)
STEEL_POWDER = (
    Stage("Atomizer", (180, 90, 90), ((60, 0, 30),)),
    Stage("Dehydrator", (100, 50, 50), ((10, 15, 15),)),
    Stage("Dryer", (150, 75, 75), ((30, 15, 15),)),
    Stage("Crusher4", (100, 50, 50), ((15, 10, 10), (20, 15, 15))),
    Stage("Classifier5", (150, 75, 75), ((15, 10, 10), (25, 20, 20))),
    Stage("Separator", (100, 50, 50), ((10, 10, 10),)),
    Stage("Reduction", (100, 50, 50), ((75, 15, 15),)),
    Stage("Crusher8", (100, 50, 50), ((15, 10, 10), (20, 15, 15))),
    Stage("Classifier9", (150, 75, 75), ((15, 10, 10), (25, 20, 20))),
    Stage("Blender", (400, 0, 240), ((6, 10, 10), (10, 15, 15))),
)
# Li et al. 2024: a raw material and three stages.
CEMENT_PV = (
    Stage("T1", (2000, 0, None), ((3000, 320, 300), (4500, 400, 350))),
    Stage("T2", (5000, 0, None), ((1900, 280, 250),)),
    Stage("T3", (10000, 0, 4000), ((4000, 160, 150), (6500, 240, 220))),
)


def stages(plant: StnPlant, *, raw: bool) -> tuple[Stage, ...]:
    """A chain of tasks, each with the store behind it, in the form of the tables above."""
    stores = [material.name for material in plant.materials]
    before = stores if raw else [None, *stores]
    found = []
    for task, source, store in zip(plant.tasks, before, plant.materials[int(raw) :], strict=False):
        assert store.min_t == 0
        modes = []
        for mode in task.modes:
            assert set(mode.consumes_t_per_h) == ({source} if source else set())
            assert set(mode.produces_t_per_h) == {store.name}
            assert mode.workers == 0
            taken = sum(mode.consumes_t_per_h.values())
            modes.append((mode.power_kw, taken, mode.produces_t_per_h[store.name]))
        found.append(
            Stage(task.name, (store.max_t, store.initial_t, store.end_min_t), tuple(modes))
        )
    assert len(found) == len(plant.tasks) == len(plant.materials) - int(raw)
    return tuple(found)


def hours(plant: StnPlant, price: float) -> list[int]:
    """Clock hours with a buy price."""
    return [h for h, p in enumerate(plant.tariff.buy_price_per_kwh) if p == price]


PEAK = [8, 9, 10, 11, 17, 18, 19, 20]
NIGHT = [0, 1, 2, 3, 4, 5, 6, 7]
DAY = [12, 13, 14, 15, 16, 21, 22, 23]
SETTLEMENT = {"thresholds": (0.5, 0.7, 1.2), "factors": (0.6, 1.0, 1.2)}


def test_what_is_shipped() -> None:
    assert shipped_plants() == ("car_seat", "cement_mill", "cement_pv", "steel_powder")


class TestCementPv:
    plant = load_plant("cement_pv")

    def test_materials_and_tasks(self) -> None:
        raw = self.plant.materials[0]
        assert (raw.min_t, raw.max_t, raw.initial_t, raw.end_min_t) == (0, 10000, 8000, None)
        assert [m.name for m in self.plant.materials] == ["S1", "S2", "S3", "S4"]
        assert stages(self.plant, raw=True) == CEMENT_PV
        assert self.plant.max_power_kw == 12900

    def test_the_middle_task_always_runs_but_for_the_first_hour(self) -> None:
        musts = [(task.must_run, task.must_run_from_h) for task in self.plant.tasks]
        assert musts == [(False, 0), (True, 1), (False, 0)]
        assert not self.plant.same_step_transfer
        assert all(task.min_run_h == 0 for task in self.plant.tasks)

    def test_prices(self) -> None:
        assert self.plant.currency == "CNY"
        for buy, sell, when in (
            (0.8248, 0.6186, PEAK), (0.5499, 0.4124, DAY), (0.2749, 0.2062, NIGHT),
        ):  # fmt: skip
            assert hours(self.plant, buy) == when
            assert {self.plant.tariff.sell_price_per_kwh[h] for h in when} == {sell}
        assert self.plant.tariff.demand_charge_per_kw == 0

    def test_site_and_demand_response(self) -> None:
        site = self.plant.site
        assert (site.import_limit_kw, site.export_limit_kw) == (15000, 10000)
        assert (site.pv_capacity_kw, site.wind_capacity_kw, site.base_load_kw) == (14000, 0, 0)
        assert self.plant.dr == DrProgramme(3.0, 4.0, **SETTLEMENT)
        windows = ((10, 12), (18, 20))
        assert self.plant.dr_events == DrEventProcess(0.5, windows, 4.0, 1250.0, 6250.0)


class TestCarSeat:
    plant = load_plant("car_seat")
    stocks = (
        ("leather", 65, 1000, 1000), ("foam_raw", 36, 600, 600), ("steel", 1, 50, 50),
        ("seat_cover", 120, 340, 120), ("foam_part", 120, 420, 120), ("seat_frame", 120, 420, 120),
        ("seat_rail", 120, 1600, 1600), ("car_seat", 500, 2000, 500),
    )  # fmt: skip

    def modes(self, task: Task) -> list[tuple[object, ...]]:
        return [
            (m.power_kw, m.workers, dict(m.consumes_t_per_h), dict(m.produces_t_per_h))
            for m in task.modes
        ]

    def test_stocks(self) -> None:
        found = [(m.name, m.min_t, m.max_t, m.initial_t) for m in self.plant.materials]
        assert found == list(self.stocks)
        targets = [m.end_min_t for m in self.plant.materials]
        assert targets == [None] * 7 + [500 + 800]
        assert self.plant.stock_unit == "piece"

    def test_lines(self) -> None:
        lines = {task.name: self.modes(task) for task in self.plant.tasks}
        parts = ("seat_cover", "foam_part", "seat_frame", "seat_rail")
        frame_30 = (270, 10, {"steel": 0.75}, {"seat_frame": 30})
        assert lines == {
            "cutting_sewing": [
                (100, 20, {"leather": 20}, {"seat_cover": 40}),
                (200, 40, {"leather": 45}, {"seat_cover": 90}),
                (300, 60, {"leather": 65}, {"seat_cover": 130}),
            ],
            "foaming": [
                (200, 5, {"foam_raw": 12}, {"foam_part": 50}),
                (400, 10, {"foam_raw": 24}, {"foam_part": 100}),
                (600, 15, {"foam_raw": 36}, {"foam_part": 150}),
            ],
            "welding_1": [frame_30],
            "welding_2": [frame_30, (500, 15, {"steel": 1.5}, {"seat_frame": 56})],
            "assembling": [
                (power, workers, dict.fromkeys(parts, seats), {"car_seat": seats})
                for power, workers, seats in ((140, 20, 40), (280, 40, 80), (420, 60, 120))
            ],
        }
        assert self.plant.max_power_kw == 2090
        assert not any(task.must_run or task.min_run_h for task in self.plant.tasks)

    def test_day_and_prices(self) -> None:
        assert (self.plant.horizon_h, self.plant.start_hour, self.plant.currency) == (12, 6, "USD")
        assert not self.plant.same_step_transfer
        day = self.plant.tariff.buy_price_per_kwh[6:18]
        assert list(day) == [0.05344] * 5 + [0.19946] * 4 + [0.085] * 2 + [0.19946]
        assert set(self.plant.tariff.sell_price_per_kwh) == {0.1}
        assert self.plant.site.wage_per_h == 0  # energy only


class TestPsi:
    @pytest.mark.parametrize(
        ("name", "table", "max_kw"),
        [("cement_mill", CEMENT_MILL, 35970), ("steel_powder", STEEL_POWDER, 285)],
    )
    def test_stages(self, name: str, table: tuple[Stage, ...], max_kw: float) -> None:
        plant = load_plant(name)
        assert stages(plant, raw=False) == table
        assert [m.name for m in plant.materials] == [f"{stage.name}_out" for stage in table]
        assert plant.max_power_kw == max_kw  # the highest load on any meter
        assert plant.same_step_transfer
        assert (plant.horizon_h, plant.start_hour, plant.currency) == (24, 0, "EUR")
        assert not any(task.must_run or task.min_run_h for task in plant.tasks)

    def test_run_hours_of_the_metered_days_need_their_energy(self) -> None:
        power_mw = [
            mode.power_kw / 1000 for task in load_plant("cement_mill").tasks for mode in task.modes
        ]
        assert np.dot(power_mw, [6, 24, 20, 17]) == pytest.approx(698.94)


@pytest.mark.parametrize("name", shipped_plants())
class TestAll:
    def test_assumptions_and_sources_are_stated(self, name: str) -> None:
        plant = load_plant(name)
        assert plant.name == name
        assert any("doi" in text or "13(24), 5058" in text for text in plant.sources.values())
        assert any(text.startswith("assumed") for text in plant.sources.values())

    def test_limits_that_were_assumed_never_bind(self, name: str) -> None:
        plant = load_plant(name)
        assert plant.site.import_limit_kw > plant.max_power_kw + plant.site.base_load_kw

    def test_demand_response_is_settled_as_by_li_et_al(self, name: str) -> None:
        """The ratio of subsidy to mean price, and of penalty to subsidy, is that of the paper."""
        plant = load_plant(name)
        assert plant.dr is not None
        assert plant.dr.penalty_per_kwh == pytest.approx(plant.dr.subsidy_per_kwh * 4 / 3, rel=2e-3)
        assert (plant.dr.thresholds, plant.dr.factors) == tuple(SETTLEMENT.values())
        per_eur = {"EUR": 1.0, "USD": 1.0824, "CNY": 7.7875}[plant.currency]
        assert plant.dr.subsidy_per_kwh == pytest.approx(3.0 / 7.7875 * per_eur, rel=2e-3)

    def test_events_fall_in_the_day_with_awards_within_the_load(self, name: str) -> None:
        plant = load_plant(name)
        assert plant.dr_events is not None
        assert plant.dr_events.award_max_kw < 0.5 * plant.max_power_kw
