"""Money and heat of the heater env: every identity, and the twin run outside of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.twins.heater import Temperatures
from plantgym.twins.heater_episode_state import COST_PARTS
from plantgym.twins.heater_outlook import HeaterOutlook
from plantgym.twins.heater_simulate import simulate_heater
from plantgym.twins.heater_terms import BELGIAN_TERMS, Calls
from plantgym.twins.stn_tables import Floats

from .env_cases import HEATERS, Case, actions

every_heater = pytest.mark.parametrize("case", HEATERS.values(), ids=HEATERS.keys())


def certain(calls: Calls | None) -> Calls:
    """The same calls, every day."""
    assert calls is not None
    return replace(calls, events=replace(calls.events, probability=1.0))


CALLED = replace(
    BELGIAN_TERMS,
    reduce=certain(BELGIAN_TERMS.reduce),
    absorb=certain(BELGIAN_TERMS.absorb),
    room_min_c=19.0,
    room_set_c=20.0,
    room_max_c=21.0,
)
"""Calls on every day, and limits that random actions break."""


def play(env: SetsHeaterEnv, seed: int = 3) -> tuple[HeaterOutlook, list[dict[str, Any]]]:
    """What will happen in an episode, and the info of its steps under random actions."""
    env.reset(seed=seed)
    told = env.hindsight()
    return told, [env.step(action)[4] for action in actions(env, env.batch.tables.n_steps)]


def column(infos: list[dict[str, Any]], name: str) -> Floats:
    """A metered value, or a cost part, of each step."""
    return np.array([info["cost"][name] if name in COST_PARTS else info[name] for info in infos])


def controls(infos: list[dict[str, Any]], name: str) -> Floats:
    return np.array([info[name] for info in infos])


@every_heater
def test_an_episode_is_a_run_of_the_twin(case: Case) -> None:
    env = case.heater()
    told, infos = play(env)
    asked = controls(infos, "requested")
    run = simulate_heater(
        env.plant, asked[:, 0] * env.plant.heater.power_max_kw, asked[:, 1], told.weather,
        start=Temperatures(*told.temp_c),
    )  # fmt: skip
    names = ("brick_c", "water_c", "room_c", "mass_c")
    np.testing.assert_array_equal([column(infos, n) for n in names], run.temp_c[1:].T)
    np.testing.assert_array_equal(column(infos, "load_kw"), run.load_kw)
    applied = controls(infos, "applied")
    np.testing.assert_allclose(applied[:, 0] * env.plant.heater.power_max_kw, run.power_kw)
    np.testing.assert_array_equal(applied[:, 1], run.metered("fan"))


@every_heater
def test_heat_is_neither_made_nor_lost(case: Case) -> None:
    env = case.heater()
    told, infos = play(env)
    parts = {
        name: column(infos, f"{name}_kwh").sum()
        for name in ("heater", "gains", "envelope", "infiltration", "store_loss")
    }
    stored_kwh = float(env.plant.capacities_kwh_per_k @ env.view().temp_c) - told.start_heat_kwh
    losses_kwh = parts["envelope"] + parts["infiltration"] + parts["store_loss"]
    assert stored_kwh == pytest.approx(parts["heater"] + parts["gains"] - losses_kwh, abs=1e-6)


@every_heater
def test_energy_peak_and_comfort_are_charged_once(case: Case) -> None:
    env = case.heater()
    told, infos = play(env)
    terms, load_kw = env.terms, column(infos, "load_kw")
    np.testing.assert_allclose(
        column(infos, "purchase"), told.buy_price_per_kwh * load_kw / 4, rtol=1e-12
    )
    share = env.batch.form.days / 30
    assert column(infos, "demand").sum() == pytest.approx(
        terms.demand_charge_per_kw_month * share * load_kw.max()
    )
    room_c = np.array([told.temp_c[2], *column(infos, "room_c")])
    beyond = np.maximum(terms.room_min_c - room_c, 0) + np.maximum(room_c - terms.room_max_c, 0)
    beyond_kh = (beyond[1:] + beyond[:-1]) / 2 / 4
    assert beyond_kh.sum() > 0
    np.testing.assert_allclose(
        column(infos, "comfort"), terms.comfort_price_per_kh * beyond_kh, atol=1e-12
    )
    np.testing.assert_allclose(column(infos, "cold_kh") + column(infos, "hot_kh"), beyond_kh)


@every_heater
@pytest.mark.parametrize("power", [-1.0, 1.0])
def test_heat_left_is_settled_at_the_end_alone(case: Case, power: float) -> None:
    env = case.heater()
    env.reset(seed=5)
    told, over, paid = env.view(), False, []
    while not over:
        action = env.batch.controls_to_action(500.0 * (power + 1), 0.0)
        *_, over, _, info = env.step(action)
        paid.append(info["cost"]["heat"])
    more_kwh = float(env.plant.capacities_kwh_per_k @ env.view().temp_c) - told.start_heat_kwh
    price = told.surplus_price_per_kwh if power > 0 else told.missing_price_per_kwh
    assert more_kwh * power > 0
    assert price > 0
    assert not any(paid[:-1])
    assert paid[-1] == pytest.approx(-price * more_kwh)


def settled(kind: Calls | None, award_kw: float, response_kw: float) -> tuple[float, float]:
    """Penalty and subsidy of a quarter of an hour, by the bands 50/70/120 %, 60/100/120 %."""
    assert kind is not None
    programme, ratio = kind.programme, response_kw / award_kw
    if ratio < 0.5:
        return programme.penalty_per_kwh * (0.5 * award_kw - response_kw) / 4, 0.0
    paid_kw = 0.6 * response_kw if ratio < 0.7 else response_kw
    return 0.0, -programme.subsidy_per_kwh * min(paid_kw, 1.2 * award_kw) / 4


@pytest.mark.parametrize("days", [1, 3])
def test_calls_are_settled_in_their_windows(days: int) -> None:
    env = HEATERS["SetsHeater-v0"].heater(terms=CALLED, days=days)
    told, infos = play(env)
    assert [call.kind for call in told.calls].count("reduce") == days
    assert [call.kind for call in told.calls].count("absorb") == days
    load_kw = column(infos, "load_kw")
    expected = np.zeros((len(infos), 2))
    for call in told.calls:
        for step in range(call.start_step, call.end_step):
            less_kw = told.baseline_load_kw[step] - load_kw[step]
            reduce = call.kind == "reduce"
            response_kw = less_kw if reduce else -less_kw
            name = "reduced_kw" if reduce else "absorbed_kw"
            assert infos[step][name] == pytest.approx(response_kw)
            terms = CALLED.reduce if reduce else CALLED.absorb
            expected[step] += settled(terms, call.award_kw, response_kw)
    np.testing.assert_allclose(column(infos, "dr_penalty"), expected[:, 0])
    np.testing.assert_allclose(column(infos, "dr_subsidy"), expected[:, 1])
    assert (expected != 0).any(axis=0).all()


def test_calls_keep_to_their_clock_hours_and_their_notice() -> None:
    env = HEATERS["SetsHeater-v0"].heater(terms=CALLED, days=2)
    windows = {"reduce": {(7, 9), (17, 20)}, "absorb": {(1, 4), (10, 12)}}
    seen: dict[str, set[tuple[int, int]]] = {"reduce": set(), "absorb": set()}
    for seed in range(20):
        env.reset(seed=seed)
        for call in env.hindsight().calls:
            hours = tuple((13 + step // 4) % 24 for step in (call.start_step, call.end_step))
            seen[call.kind].add(hours)  # type: ignore[arg-type]
            day = call.start_step // 96 * 96
            assert call.notice_step == max(day, call.start_step - 16)
    assert seen == windows


def test_windows_that_the_start_hour_cuts_are_left_out() -> None:
    env = HEATERS["SetsHeater-v0"].heater(terms=CALLED, start_hour=18)
    for seed in range(10):
        env.reset(seed=seed)
        hours = {(18 + call.start_step // 4) % 24 for call in env.hindsight().calls}
        assert hours <= {7, 1, 10}


def test_rewards_weigh_the_parts() -> None:
    case = HEATERS["SetsHeater-v0"]
    env = case.heater(reward={"comfort": 0.0, "purchase": 2.0})
    env.reset(seed=1)
    for action in actions(env, 96):
        _, reward, _, _, info = env.step(action)
        cost = info["cost"]
        wanted = sum(cost.values()) + cost["purchase"] - cost["comfort"]
        assert reward == pytest.approx(-wanted / env.reference_cost)


def test_stages_are_those_of_the_table() -> None:
    env = HEATERS["SetsHeater-stages"].heater()
    env.reset(seed=1)
    for action, share, fan in (([0, 0], 0, 0), ([1, 1], 0.05, 0.03), ([20, 12], 1, 1)):
        info = env.step(np.array(action))[4]
        assert info["requested"].tolist() == pytest.approx([share, fan])
    assert env.batch.controls_to_action(480.0, 0.5).tolist() == [10, 10]
    fans = env.batch.tables.fan
    np.testing.assert_allclose(fans[2:] / fans[1:-1], (1 / 0.03) ** (1 / 11))
