"""Wrong calls of the env: each has its own clear error, and nothing has changed after it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from gymnasium.error import ResetNeeded

from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.plant import Site
from plantgym.twins.stn_state import StnState
from plantgym.twins.tariff import DrEventProcess

from .env_cases import assert_same
from .hand_plant import HOURS, KILN, MILL, quarry, quarry_days, quarry_env, take


class TestOrder:
    def test_step_before_reset(self) -> None:
        env = StnEnv(quarry(), scenarios=quarry_days())
        with pytest.raises(ResetNeeded, match=r"never started: call reset\(\) before step"):
            take(env, 0, 0)

    def test_step_after_the_end(self) -> None:
        env = quarry_env()
        for _ in range(HOURS):
            take(env, 0, 0)
        before = env.get_state()
        with pytest.raises(ResetNeeded, match=r"the day is over"):
            take(env, 0, 0)
        assert_same(env.get_state(), before)
        env.reset()
        take(env, 0, 0)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        (1, r"action shape = \(\): give an action of shape \(2,\)"),
        (None, r"action shape = \(\): give"),
        ([1, 1, 0], r"action shape = \(3,\): give an action of shape \(2,\)"),
        ([[1], [1]], r"action shape = \(2, 1\): give"),
        ([[1, 1], [0]], r"action = .*: give one array of numbers"),
        ([1.0, 0.0], r"action dtype = 'float64': give whole modes"),
        ([True, False], r"action dtype = 'bool': give whole modes"),
        (["1", "0"], r"action dtype = '<U1': give whole modes"),
        ([None, 0], r"action dtype = 'object': give whole modes"),
        ([3, 0], r"action of row 0 = \[3, 0\]: give modes from 0 to \[2, 1\], one a task"),
        ([0, -1], r"action of row 0 = \[0, -1\]: give modes"),
        (np.array([2**64 - 1, 0], np.uint64), r"action of row 0 = \[-1, 0\]: give modes"),
    ],
)
def test_bad_modes_change_nothing(action: Any, says: str) -> None:  # noqa: ANN401
    env = quarry_env()
    take(env, 1, 1)
    before = env.get_state()
    with pytest.raises(InputError, match=says):
        env.step(action)
    assert_same(env.get_state(), before)
    assert_same(env.view().step, 1)


@pytest.mark.parametrize(
    ("action", "says"),
    [
        ([0.0], r"action shape = \(1,\): give an action of shape \(2,\)"),
        ([0.0, 1.1], r"action of row 0 = \[0\.0, 1\.1\]: give levels from -1 to 1, one a task"),
        ([-2, 0], r"action of row 0 = \[-2\.0, 0\.0\]: give levels"),
        ([np.nan, 0.0], r"action of row 0 = \[nan, 0\.0\]: give levels"),
        ([0.0, np.inf], r"action of row 0 = \[0\.0, inf\]: give levels"),
        ([False, True], r"action dtype = 'bool': give numbers from -1 to 1"),
        ([1j, 0.0], r"action dtype = 'complex128': give numbers"),
    ],
)
def test_bad_levels_change_nothing(action: Any, says: str) -> None:  # noqa: ANN401
    env = quarry_env(quarry(operation="continuous"))
    before = env.get_state()
    with pytest.raises(InputError, match=says):
        env.step(action)
    assert_same(env.get_state(), before)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"date": "2025-01-06"}, "reset options = 'date': the only option is 'day'"),
        ({"day": "2025-02-01"}, r"date = '2025-02-01': use one of the 3 days in 2025-01-06 to"),
        ({"day": "someday"}, "date = 'someday': write it as in '2024-05-22'"),
        ({"day": 3}, "reset day = 3: give 0 to 2, or a date"),
        ({"day": -1}, "reset day = -1: give 0 to 2, or a date"),
    ],
)
def test_a_refused_reset_changes_nothing(options: dict[str, Any], says: str) -> None:
    env = quarry_env(days=quarry_days(3))
    take(env, 1, 1)
    before = env.get_state()
    with pytest.raises(InputError, match=says):
        env.reset(seed=99, options=options)
    assert_same(env.get_state(), before)


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            ({"market": "germany"}, "market = 'germany': use one of tou, pjm, belgium-day-ahead,"),
            ({"split": "dev"}, "split = 'dev': use one of train, validation, test, all"),
            ({"plant": "cement"}, r"plant = 'cement': give a TOML file that exists, or one of .*'"),
            ({"plant": 3}, "plant = 3: give a StnPlant, a name or the path of a TOML file"),
            ({"reward": {"energy": 1.0}}, "reward = 'energy': weigh cost parts: purchase, sales,"),
            ({"reward": 3}, "reward = 3: give { 'purchase': 1.0 } by name, or None"),
            ({"dr": "yes"}, "dr = 'yes': give True, False or a DrEventProcess"),
            ({"scenarios": 3}, "scenarios = 3: give Scenarios, or None for the market's"),
            ({"reward": {"trip": float("nan")}}, "reward 'trip' = nan: give a finite number"),
            ({"reward": {"trip": "much"}}, "reward 'trip' = 'much': give a finite number"),
            ({"step_minutes": 25}, "step_minutes = 25: use a divisor of 60, such as 60 or 15"),
            ({"render_mode": "svg"}, r"render_mode = 'svg': use one of \('human', 'rgb_array', 'a"),
        ],
    )  # fmt: skip
    def test_of_any_env(self, arguments: dict[str, Any], says: str) -> None:
        with pytest.raises(InputError, match=says):
            StnEnv(**arguments)

    def test_events_for_a_plant_without_a_programme_or_outside_its_day(self) -> None:
        with pytest.raises(
            InputError, match=r"dr = True: plant 'quarry' has no \[dr\] with \[dr\.ev"
        ):
            quarry_env(dr=True)
        process = DrEventProcess(1.0, ((7, 9),), 2.0, 10.0, 20.0)
        with pytest.raises(InputError, match=r"dr windows = \(7, 9\): keep the window within the"):
            quarry_env(dr=process)
        with pytest.raises(InputError, match=r"plant 'quarry' has no \[dr\]"):
            quarry_env(quarry(dr=None), dr=process)

    def test_rendering_without_a_mode(self) -> None:
        with pytest.raises(InputError, match="render_mode = None: make the env with one of"):
            quarry_env().render()


class TestScenarios:
    def refused(self, says: str, **arguments: Any) -> None:  # noqa: ANN401
        with pytest.raises(InputError, match=says):
            quarry_env(**arguments)

    def test_of_another_step_length(self) -> None:
        days = quarry_days(step_minutes=15)
        self.refused("scenarios step_minutes = 15: plant 'quarry' needs 60", days=days)
        self.refused(
            "scenarios step_minutes = 60: plant 'quarry' needs 15",
            days=quarry_days(),
            step_minutes=15,
        )

    def test_of_another_length(self) -> None:
        long = quarry(horizon_h=7)
        self.refused("scenarios n_steps = 6: plant 'quarry' needs 7", plant=long)

    def test_of_other_hours(self) -> None:
        early = quarry(start_hour=7)
        self.refused("scenarios start_hour = 8: plant 'quarry' needs 7", plant=early)

    def test_of_another_currency(self) -> None:
        plant = quarry(currency="CNY")
        self.refused("scenarios currency = 'EUR': plant 'quarry' needs 'CNY'", plant=plant)

    @pytest.mark.parametrize(
        "name",
        ["buy_price_per_kwh", "sell_price_per_kwh", "buy_forecast_per_kwh", "sell_forecast_per_kwh",
         "pv_kw", "pv_forecast_kw", "base_load_kw"],
    )  # fmt: skip
    def test_without_a_series_that_the_plant_needs(self, name: str) -> None:
        days = quarry_days()
        rest = {key: values for key, values in days.series.items() if key != name}
        self.refused(f"scenarios series = .*: add '{name}'", days=replace(days, series=rest))

    def test_wind_is_needed_only_by_plants_with_wind_power(self) -> None:
        windy = quarry(site=Site(1000.0, wind_capacity_kw=50.0))
        self.refused("scenarios series = .*: add 'wind_kw'", plant=windy)

    def test_generation_of_a_plant_that_has_none(self) -> None:
        days = quarry_days()
        dark = replace(quarry(), site=Site(500.0))
        sunny = days.replace_series(pv_kw=np.ones_like(days.series["buy_price_per_kwh"]))
        with pytest.raises(InputError, match=r"generation_kw = 1\.0: give the plant's site pv_cap"):
            StnEnv(dark, scenarios=sunny)

    def test_base_load_above_the_import_limit(self) -> None:
        days = quarry_days(2, base_load_kw=[[0.0], [1000.5]])
        self.refused(r"scenarios base_load_kw = 1000\.5: keep it within the import lim", days=days)


class TestStates:
    def refused(self, state: Any, says: str) -> None:  # noqa: ANN401
        env = quarry_env()
        before = env.get_state()
        with pytest.raises(InputError, match=says):
            env.set_state(state)
        assert_same(env.get_state(), before)

    def test_what_is_no_state(self) -> None:
        self.refused((1, 2), "state = 'tuple': give what get_state")

    def test_of_another_plant(self) -> None:
        more = quarry_env(quarry(tasks=(MILL, KILN, replace(KILN, name="second"))))
        self.refused(
            more.get_state(), r"state level shape = \(1, 3\): give a state of this env: \(1, 2"
        )

    def test_of_another_step_length(self) -> None:
        env = quarry_env(days=quarry_days(step_minutes=15), step_minutes=15)
        for _ in range(HOURS + 1):
            take(env, 0, 0)
        self.refused(
            env.get_state(), r"state step = \[7\]: give a state of the same plant, split and"
        )

    def test_of_another_split(self) -> None:
        env = quarry_env(days=quarry_days(5))
        env.reset(options={"day": 4})
        self.refused(env.get_state(), r"state day = \[4\]: give a state of the same plant")

    @pytest.mark.parametrize(
        ("field", "value"), [("step", -1), ("level", 3.0), ("hold_level", -1.0), ("dr_steps", 7)]
    )
    def test_beyond_what_there_is(self, field: str, value: float) -> None:
        state: StnState = quarry_env().get_state()
        getattr(state, field)[0] = value
        self.refused(state, f"state {field} = .*: give a state of the same plant")
