"""What cannot be a heater env, or a step of one, is refused by field, value and fix."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.baselines.heater_rules import PriceQuantile, Timer
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.heater_episodes import EpisodeForm
from plantgym.twins.heater_markets import load_heater_scenarios
from plantgym.twins.heater_terms import BELGIAN_TERMS, HeaterTerms

from .env_cases import HEATERS
from .hand_plant import quarry, quarry_days
from .heater_cases import SETS

DAYS = load_heater_scenarios("belgium-real-time")


def without(name: str) -> Any:  # noqa: ANN401
    return replace(DAYS, series={key: v for key, v in DAYS.series.items() if key != name})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"plant": "sets"}, r"heater = 'sets': give a TOML file that exists"),
        ({"market": "pjm"}, r"market = 'pjm': use one of belgium-real-time, .*, shenyang"),
        ({"split": "dev"}, r"split = 'dev': use one of train"),
        ({"days": 0}, r"days = 0: give a value of at least 1"),
        ({"days": 8}, r"days = 8: give a value of at most 7"),
        ({"days": 1.5}, r"days = 1.5: give a whole number"),
        ({"start_hour": 24}, r"start_hour = 24: give a value of at most 23"),
        ({"actions": "discrete"}, r"actions = 'discrete': use 'continuous' or 'stages'"),
        ({"forecast_error": -1.0}, r"forecast_error = -1.0: give a value of at least 0"),
        ({"dr": "yes"}, r"dr = 'yes': give true or false"),
        ({"scenarios": 3}, r"scenarios = 3: give Scenarios, or None for the market's"),
        ({"terms": 3}, r"terms = 3: give HeaterTerms, or None for the market's"),
        ({"reward": {"energy": 1.0}}, r"reward = 'energy': weigh cost parts: purchase"),
        ({"render_mode": "rgb_array"}, r"render_mode = 'rgb_array': use one of \('ansi',\)"),
        ({"scenarios": without("ghi_w_per_m2")}, r"'ghi_w_per_m2' is missing: add it"),
        ({"scenarios": quarry_days(2)}, r"scenarios series = .*'buy_forecast_per_kwh'|is missing"),
        ({"scenarios": DAYS, "market": "shenyang"}, r"currency = 'EUR': the terms are in 'CNY'"),
        ({"scenarios": DAYS.take([3]), "split": "all"}, r"split = 'all': episodes of 1 d from 13"),
        ({"scenarios": DAYS.take([3, 5, 7]), "split": "all"}, r"need days that follow each other"),
        (
            {"terms": replace(BELGIAN_TERMS, start_brick_c=(300.0, 701.0))},
            r"start_brick_c = 701.0: give a value of at most 700",
        ),
    ],
)
def test_arguments(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        SetsHeaterEnv(**arguments)


def test_days_in_other_steps() -> None:
    hourly = replace(
        DAYS,
        series={name: values[:, ::4] for name, values in DAYS.series.items()},
        step_minutes=60,
    )
    with pytest.raises(InputError, match=r"step_minutes = 60: heaters run in steps of 15 min"):
        SetsHeaterEnv(scenarios=hourly)
    half = replace(DAYS, series={name: values[:, :48] for name, values in DAYS.series.items()})
    with pytest.raises(InputError, match=r"start_hour, steps = \(0, 48\): give 96 steps a day"):
        SetsHeaterEnv(scenarios=half)


@pytest.mark.parametrize(
    ("entry", "value", "says"),
    [
        ("demand_charge_per_kw_month", -1.0, "demand_charge_per_kw_month = -1.0: give a value of"),
        ("room_min_c", 291.0, "room_min_c = 291.0: give a value of at most 30"),
        ("room_set_c", 15.0, "room_set_c = 15.0: give a value of at least 18"),
        ("room_max_c", 18.0, "room_max_c = 18.0: give a value of at least 18.5"),
        ("comfort_price_per_kh", float("nan"), "comfort_price_per_kh = nan: give a finite number"),
        ("surplus_share", 1.5, "surplus_share = 1.5: keep it at or below missing_share 1.25"),
        ("start_brick_c", (300.0,), r"start_brick_c = \(300.0,\): give 2 numbers"),
        ("start_brick_c", (300.0, 200.0), "start_brick_c = 200.0: give a value of at least 300"),
        ("currency", "", "currency = '': give it as text"),
    ],
)
def test_terms(entry: str, value: Any, says: str) -> None:  # noqa: ANN401
    with pytest.raises(InputError, match=says):
        replace(BELGIAN_TERMS, **{entry: value})


def test_forms_check_their_types() -> None:
    with pytest.raises(InputError, match="days = True: give a whole number"):
        EpisodeForm(days=True)
    assert HeaterTerms.__dataclass_params__.frozen  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "action", "says"),
    [
        ("SetsHeater-v0", [0.0, 1.5], r"action of row 0 = \[0.0, 1.5\]: give levels from -1 to 1"),
        ("SetsHeater-v0", [np.nan, 0.0], r"action of row 0 = \[nan, 0.0\]: .* one a control"),
        ("SetsHeater-v0", [0.0], r"action shape = \(1,\): give an action of shape \(2,\)"),
        ("SetsHeater-stages", [21, 0], r"row 0 = \[21, 0\]: give modes from 0 to \[20, 12\]"),
        ("SetsHeater-stages", [0.5, 0.0], r"action dtype = 'float64': give whole modes"),
    ],
)
def test_actions(name: str, action: list[float], says: str) -> None:
    env = HEATERS[name].heater()
    env.reset(seed=1)
    before = env.get_state()
    with pytest.raises(InputError, match=says):
        env.step(np.array(action))
    for mine, kept in zip(env.get_state(), before, strict=True):
        np.testing.assert_array_equal(mine, kept)


def test_states_of_others() -> None:
    env = HEATERS["SetsHeater-v0"].heater()
    env.reset(seed=1)
    factory = StnEnv(quarry(), scenarios=quarry_days())
    with pytest.raises(InputError, match="state = 'StnState': give what get_state"):
        env.set_state(factory.get_state())  # type: ignore[arg-type]
    two_days = HEATERS["SetsHeater-2-days"].heater().get_state()
    with pytest.raises(InputError, match=r"state call_steps shape = \(1, 4, 3\): give a state of"):
        env.set_state(two_days)
    late = env.get_state()
    late.day[0] = 86
    with pytest.raises(InputError, match=r"state day = \[86\]: give a state of the same plant"):
        env.set_state(late)


def test_rules() -> None:
    with pytest.raises(InputError, match="give an env of a heater"):
        Timer().reset(StnEnv(quarry(), scenarios=quarry_days()))
    with pytest.raises(InputError, match="charging = 'all': use one of long, short"):
        Timer("all")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"power_share = 2\.0: give a value of at most 1"):
        PriceQuantile(2.0)


def test_plants_are_taken_as_they_are() -> None:
    small = replace(SETS, heater=replace(SETS.heater, power_max_kw=400.0, stages=4))
    env = SetsHeaterEnv(small, actions="stages")
    assert env.action_space.nvec.tolist() == [5, 13]  # type: ignore[attr-defined]
