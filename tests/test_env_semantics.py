"""What a step does, against figures worked out by hand: stocks, energy, labour, trips, reward."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.twins.plant import Site, Task
from plantgym.twins.stn_state import COST_PARTS
from plantgym.twins.tariff import Tariff

from .hand_plant import (
    HOURS,
    KILN,
    LIME,
    MEAL,
    MILL,
    ORE,
    quarry,
    quarry_days,
    quarry_env,
    take,
)

NO_MEAL = (ORE, replace(MEAL, initial_t=0.0), LIME)


def cost(info: dict[str, Any], **parts: float) -> None:
    """The step costs what is named, and nothing else."""
    expected = dict.fromkeys(COST_PARTS, 0.0) | parts
    assert info["cost"] == pytest.approx(expected, abs=1e-9)


def no_wages(**site: float) -> Site:
    return Site(1000.0, export_limit_kw=100.0, pv_capacity_kw=300.0, **site)


class TestStocks:
    def test_a_day_by_hand(self) -> None:
        env = quarry_env()
        stocks = [env.view().stock_t.tolist()]
        for modes in ((2, 1), (1, 1), (0, 1), (0, 1), (0, 0), (0, 0)):
            info = take(env, *modes)
            assert info["applied"].tolist() == list(modes)
            stocks.append(env.view().stock_t.tolist())
        assert stocks == [
            [1000, 10, 0], [980, 20, 8], [970, 20, 16], [970, 10, 24], [970, 0, 32], [970, 0, 32],
            [970, 0, 32],
        ]  # fmt: skip

    def test_strict_material_is_usable_from_the_next_step_on(self) -> None:
        env = quarry_env(quarry(materials=NO_MEAL))
        assert take(env, 1, 1)["applied"].tolist() == [1, 0]
        assert take(env, 1, 1)["applied"].tolist() == [1, 1]
        assert env.view().stock_t.tolist() == [980, 10, 8]

    def test_netted_material_is_usable_at_once(self) -> None:
        env = quarry_env(quarry(materials=NO_MEAL, same_step_transfer=True))
        assert take(env, 1, 1)["applied"].tolist() == [1, 1]
        assert env.view().stock_t.tolist() == [990, 0, 8]

    def test_a_full_store_lowers_the_mode_and_info_tells(self) -> None:
        env = quarry_env(quarry(materials=(ORE, replace(MEAL, max_t=20.0), LIME)))
        info = take(env, 2, 0)
        assert info["requested"].tolist() == [2, 0]
        assert info["applied"].tolist() == [1, 0]
        assert info["moved"] == 1
        info = take(env, 1, 0)
        assert info["applied"].tolist() == [0, 0]

    def test_quarter_hours_move_quarters(self) -> None:
        env = quarry_env(days=quarry_days(step_minutes=15), step_minutes=15)
        info = take(env, 2, 1)
        assert env.view().stock_t.tolist() == [995.0, 12.5, 2.0]
        cost(info, purchase=250 * 0.25 * 0.1, labour=3.5 * 20 * 0.25)

    def test_continuous_levels_lie_between_modes(self) -> None:
        env = quarry_env(quarry(operation="continuous"))
        env.step(np.array([0.5, -1.0], np.float32))  # level 1.5 of 2, and standing
        assert env.view().stock_t.tolist() == [985, 25, 0]
        assert env.view().level.tolist() == [1.5, 0.0]

    def test_continuous_tasks_fill_a_store_to_the_brim(self) -> None:
        env = quarry_env(
            quarry(operation="continuous", materials=(ORE, replace(MEAL, max_t=17.0), LIME))
        )
        *_, info = env.step(np.array([1.0, -1.0], np.float32))
        assert info["requested"].tolist() == [2.0, 0.0]
        # To the brim and not into the tolerance for rounding: no material comes from nowhere.
        assert info["applied"] == pytest.approx([0.7, 0.0], abs=1e-15)
        assert info["load_kw"] == pytest.approx(70.0, abs=1e-12)
        assert env.view().stock_t[1] == pytest.approx(17.0, abs=1e-12)


class TestEnergy:
    def test_generation_first_then_the_grid(self) -> None:
        info = take(quarry_env(quarry(site=no_wages()), quarry_days(pv_kw=100.0)), 2, 1)
        meter = [info[name] for name in ("load_kw", "generation_kw", "buy_kw", "sell_kw")]
        assert meter == [250.0, 100.0, 150.0, 0.0]
        cost(info, purchase=15.0)

    def test_surplus_is_sold_up_to_the_limit_and_then_curtailed(self) -> None:
        info = take(quarry_env(quarry(site=no_wages()), quarry_days(pv_kw=300.0)), 0, 1)
        meter = [info[name] for name in ("buy_kw", "sell_kw", "curtailed_kw")]
        assert meter == [0.0, 100.0, 150.0]
        cost(info, sales=-5.0)

    def test_surplus_is_curtailed_where_selling_would_cost(self) -> None:
        days = quarry_days(pv_kw=300.0, sell_price_per_kwh=-0.01)
        info = take(quarry_env(quarry(site=no_wages()), days), 0, 1)
        assert (info["sell_kw"], info["curtailed_kw"]) == (0.0, 250.0)
        cost(info)

    def test_nobody_buys_to_sell_dearer(self) -> None:
        days = quarry_days(pv_kw=50.0, buy_price_per_kwh=0.01, sell_price_per_kwh=9.0)
        info = take(quarry_env(quarry(site=no_wages()), days), 0, 1)
        assert (info["buy_kw"], info["sell_kw"]) == (0.0, 0.0)
        cost(info)

    def test_a_negative_price_pays_for_what_is_bought(self) -> None:
        info = take(quarry_env(days=quarry_days(buy_price_per_kwh=-0.2)), 0, 1)
        cost(info, purchase=-10.0, labour=10.0)

    def test_base_load_and_generation_count_for_the_import_limit(self) -> None:
        plant = quarry(site=replace(no_wages(base_load_kw=30.0), import_limit_kw=180.0))
        days = quarry_days(base_load_kw=30.0, pv_kw=[[0.0, 100.0, 99.0, 0.0, 0.0, 0.0]])
        env = quarry_env(plant, days)
        assert take(env, 2, 1)["applied"].tolist() == [1, 1]
        info = take(env, 2, 1)
        assert info["applied"].tolist() == [2, 1]
        assert (info["load_kw"], info["buy_kw"]) == (280.0, 180.0)
        assert take(env, 2, 1)["applied"].tolist() == [2, 0]  # a kilowatt is missing for the kiln

    def test_demand_charge_is_paid_as_the_peak_rises(self) -> None:
        tariff = Tariff((0.0,) * 24, (0.0,) * 24, demand_charge_per_kw=2.0)
        days = quarry_days(buy_price_per_kwh=0.0, sell_price_per_kwh=0.0)
        env = quarry_env(quarry(tariff=tariff, site=no_wages()), days)
        charged = [
            take(env, *modes)["cost"]["demand"] for modes in ((1, 0), (0, 0), (2, 0), (1, 1))
        ]
        assert charged == [200.0, 0.0, 200.0, 0.0]
        assert env.view().peak_kw == 200.0

    def test_labour_is_workers_times_wage(self) -> None:
        env = quarry_env(days=quarry_days(buy_price_per_kwh=0.0))
        assert take(env, 1, 0)["cost"]["labour"] == 20.0
        assert take(env, 2, 1)["cost"]["labour"] == 70.0
        between = quarry_env(quarry(operation="continuous"))
        *_, info = between.step(np.array([0.5, 0.0], np.float32))  # levels 1.5 and 0.5
        assert info["cost"]["labour"] == pytest.approx(20 * (2.0 + 0.25))


class TestTrips:
    def tripping(self, task: Task, *requests: int) -> tuple[list[float], list[float]]:
        """Trip costs, and modes that ran, of a kiln-like task that stands first in line."""
        env = quarry_env(quarry(tasks=(task, KILN)))
        infos = [take(env, request, 0) for request in requests]
        return [info["cost"]["trip"] for info in infos], [info["applied"][0] for info in infos]

    def test_a_task_that_must_run_trips_by_standing(self) -> None:
        must = replace(MILL, must_run=True, trip_cost_per_h=70.0)
        assert self.tripping(must, 0, 1, 0) == ([70.0, 0.0, 70.0], [0, 1, 0])

    def test_it_may_stand_before_it_must_run(self) -> None:
        must = replace(MILL, must_run=True, must_run_from_h=2.0, trip_cost_per_h=70.0)
        assert self.tripping(must, 0, 0, 0, 1)[0] == [0.0, 0.0, 70.0, 0.0]

    def test_it_trips_where_it_cannot_run(self) -> None:
        kiln = replace(KILN, must_run=True, trip_cost_per_h=70.0)
        env = quarry_env(quarry(tasks=(MILL, kiln), materials=NO_MEAL))
        info = take(env, 1, 1)
        assert info["applied"].tolist() == [1, 0]
        assert info["cost"]["trip"] == 70.0

    def test_a_started_mode_is_kept_for_its_minimum_run_time(self) -> None:
        held = replace(MILL, min_run_h=3.0, trip_cost_per_h=70.0)
        trips, ran = self.tripping(held, 2, 1, 1, 1, 2, 2)
        assert ran == [2, 2, 2, 1, 1, 1]
        assert trips == [0.0] * 6

    def test_standing_within_the_minimum_run_time_trips_and_a_restart_begins_anew(self) -> None:
        held = replace(MILL, min_run_h=3.0, trip_cost_per_h=70.0)
        # Mode 2 is held in steps 1 and 2. A trip in step 1, a restart in step 2 into the held
        # mode, which must then run in steps 3 and 4 too; step 5 is free again.
        trips, ran = self.tripping(held, 2, 0, 1, 1, 0, 0)
        assert ran == [2, 0, 2, 2, 0, 0]
        assert trips == [0.0, 70.0, 0.0, 0.0, 70.0, 0.0]

    def test_the_hold_runs_out_while_the_task_stands(self) -> None:
        held = replace(MILL, min_run_h=3.0, trip_cost_per_h=70.0)
        trips, ran = self.tripping(held, 2, 0, 0, 0, 1)
        assert ran == [2, 0, 0, 0, 1]
        assert trips == [0.0, 70.0, 70.0, 0.0, 0.0]

    def test_view_and_observation_tell_of_the_hold(self) -> None:
        env = quarry_env(quarry(tasks=(replace(MILL, min_run_h=3.0), KILN)))
        place = env.observation_names.index("hold:mill")
        obs = take(env, 2, 0)["obs"]
        view = env.view()
        assert (view.hold_level[0], view.hold_steps[0]) == (2.0, 2)
        assert obs[place] == pytest.approx(2 / 3)

    def test_part_of_a_step_counts_as_a_whole_one(self) -> None:
        held = replace(MILL, min_run_h=1.1)
        env = quarry_env(quarry(tasks=(held, KILN)), quarry_days(step_minutes=15), step_minutes=15)
        take(env, 1, 0)
        assert env.view().hold_steps[0] == 4


class TestReward:
    def test_reference_cost_is_a_day_at_full_power_at_the_mean_price(self) -> None:
        prices = tuple(0.1 if hour % 2 else 0.3 for hour in range(24))
        env = quarry_env(quarry(tariff=Tariff(prices, prices)))
        assert env.reference_cost == pytest.approx(0.2 * 250 * HOURS)

    def test_reward_is_the_cost_over_the_reference(self) -> None:
        info = take(quarry_env(days=quarry_days(pv_kw=100.0)), 2, 1)
        assert info["reward"] == pytest.approx(-(15.0 + 70.0) / 150.0)

    def test_weights_change_the_reward_but_not_the_cost(self) -> None:
        env = quarry_env(days=quarry_days(pv_kw=100.0), reward={"labour": 0.5, "purchase": 2})
        info = take(env, 2, 1)
        assert info["reward"] == pytest.approx(-(2 * 15.0 + 0.5 * 70.0) / 150.0)
        cost(info, purchase=15.0, labour=70.0)

    def test_what_is_missing_at_the_end_is_paid_then(self) -> None:
        env = quarry_env(quarry(site=no_wages()))
        infos = [take(env, 0, int(step == 0)) for step in range(HOURS)]
        assert [info["cost"]["shortfall"] for info in infos] == [0.0] * 5 + [5.0 * (30 - 8)]
        assert [info["terminated"] for info in infos] == [False] * 5 + [True]

    def test_nothing_is_missing_where_the_target_is_met(self) -> None:
        env = quarry_env()
        last = [take(env, *m) for m in ((2, 1), (1, 1), (0, 1), (0, 1), (0, 0), (0, 0))][-1]
        cost(last)
