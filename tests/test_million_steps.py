"""A million random steps of every env: no NaN, no limit broken, no tonne, no kilowatt hour lost."""

from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box

from plantgym.envs.heater_vector_env import SetsHeaterVectorEnv
from plantgym.envs.stn_vector_env import StnVectorEnv
from plantgym.twins.stn_tables import Floats, StnTables

from .env_cases import CASES, HEATERS

ROWS, STEPS = 1024, 977  # 1,000,448 steps
REL_TOL = 1e-9
STORES = ("brick", "water", "room", "mass")

pytestmark = pytest.mark.slow


def at_levels(table: Floats, level: Floats) -> Floats:
    """Values of a [J, K, ...] table at levels [n, J], linear between modes: [n, J, ...]."""
    low = np.floor(level).astype(int)
    high = np.minimum(low + 1, table.shape[1] - 1)
    task = np.arange(table.shape[0])
    part = (level - low).reshape(*level.shape, *[1] * (table.ndim - 2))
    return np.asarray((1 - part) * table[task, low] + part * table[task, high])


def check_stocks(tables: StnTables, before: Floats, after: Floats, info: dict[str, Any]) -> None:
    """Rows that ran hold what they held, plus what was made, minus what was taken."""
    made = at_levels(tables.produce_t - tables.consume_t, info["applied"]).sum(axis=1)
    scale = np.maximum(1.0, tables.stock_max_t)
    assert (np.abs(before + made - after) <= REL_TOL * scale).all()
    assert (after >= tables.stock_min_t).all()
    assert (after <= tables.stock_max_t).all()


def check_energy(tables: StnTables, info: dict[str, Any]) -> None:
    load_kw, made_kw = info["load_kw"], info["generation_kw"]
    tasks_kw = at_levels(tables.power_kw, info["applied"]).sum(axis=1)
    np.testing.assert_allclose(tasks_kw, load_kw, rtol=REL_TOL)  # no base load in these plants
    balance = load_kw - made_kw - (info["buy_kw"] - info["sell_kw"] - info["curtailed_kw"])
    assert (np.abs(balance) <= REL_TOL * np.maximum(1.0, load_kw + made_kw)).all()
    assert (info["buy_kw"] <= tables.import_limit_kw + 1e-6).all()
    assert (info["sell_kw"] <= tables.export_limit_kw).all()
    assert (info["buy_kw"] * info["sell_kw"] == 0).all()


def random_steps(env: StnVectorEnv, steps: int) -> None:
    tables, state = env.batch.tables, env.batch.state
    space = env.single_observation_space
    assert isinstance(space, Box)
    env.action_space.seed(1)
    env.reset(seed=1)
    for _ in range(steps):
        ran, before = ~state.over, state.stock_t.copy()
        obs, reward, _, _, info = env.step(env.action_space.sample())
        assert ((obs >= space.low) & (obs <= space.high)).all()  # NaN is neither
        assert np.isfinite(reward).all()
        assert np.isfinite(list(info["cost"].values())).all()
        own = {name: values[ran] for name, values in info.items() if name != "cost"}
        check_stocks(tables, before[ran], state.stock_t[ran], own)
        check_energy(tables, own)


@pytest.mark.parametrize("name", [name for name in CASES if not name.endswith("15min")])
def test_a_million_random_steps(name: str) -> None:
    random_steps(CASES[name].vector_env(ROWS), STEPS)


def check_heat(env: SetsHeaterVectorEnv, before_c: Floats, info: dict[str, Any], ran: Any) -> None:  # noqa: ANN401
    """What rows that ran store more is what they took in, less what they lost."""
    plant, after_c = env.batch.plant, np.stack([info[f"{name}_c"] for name in STORES], axis=1)
    stored_kwh = (after_c - before_c) @ plant.capacities_kwh_per_k
    taken_kwh = info["heater_kwh"] + info["gains_kwh"]
    lost_kwh = info["envelope_kwh"] + info["infiltration_kwh"] + info["store_loss_kwh"]
    assert (np.abs(stored_kwh - taken_kwh + lost_kwh)[ran] <= 1e-8).all()
    assert (after_c[ran, 0] <= plant.brick.max_c).all()
    assert (after_c[ran, 1] <= plant.water.max_c + 1e-9).all()
    applied = info["applied"][ran]
    assert ((applied >= 0) & (applied <= 1 + 1e-12)).all()


@pytest.mark.parametrize("name", HEATERS)
def test_a_million_random_steps_of_heaters(name: str) -> None:
    env = HEATERS[name].any_vector_env(ROWS)
    assert isinstance(env, SetsHeaterVectorEnv)
    state, space = env.batch.state, env.single_observation_space
    assert isinstance(space, Box)
    env.action_space.seed(1)
    env.reset(seed=1)
    for _ in range(STEPS):
        ran, before_c = ~state.over, state.temp_c.copy()
        obs, reward, _, _, info = env.step(env.action_space.sample())
        assert ((obs >= space.low) & (obs <= space.high)).all()  # NaN is neither
        assert np.isfinite(reward).all()
        assert np.isfinite(list(info["cost"].values())).all()
        check_heat(env, before_c, info, ran)
