"""A course on the twin is what the env does, whatever is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.baselines.rules import ReferenceRule
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.stn_course import StnTwin
from plantgym.twins.stn_state import COST_PARTS

from . import random_plants


@settings(max_examples=60)
@given(st.data())
def test_a_course_costs_what_the_env_charges(data: st.DataObject) -> None:
    plant = data.draw(random_plants.plants())
    env = StnEnv(plant, scenarios=data.draw(random_plants.days(plant)))
    env.reset(seed=0)
    tables = env.batch.tables
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    levels = rng.uniform(0.0, tables.n_modes - 1.0, (tables.n_steps, len(tables.n_modes)))
    levels = levels if tables.continuous else np.round(levels)
    begun, given_steps = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    for asked in levels[:begun]:
        env.step(env.batch.levels_to_action(asked))
    twin, rule = StnTwin(tables), ReferenceRule()
    twin.meet(env.hindsight())
    asked = levels[begun : begun + given_steps]
    course = twin.run(asked)
    again = twin.run(asked)
    rule.reset(env)
    for t in range(tables.n_steps - begun):
        action = env.batch.levels_to_action(asked[t]) if t < len(asked) else rule.act(levels)
        _, _, over, _, info = env.step(action)
        costs = [info["cost"][part] for part in COST_PARTS]
        assert course.cost_parts[t] == pytest.approx(costs, abs=1e-6)
        assert course.levels[t] == pytest.approx(info["applied"], abs=1e-9)
        assert course.moved[t] == info["moved"]
        assert course.stock_t[t] == pytest.approx(env.batch.state.stock_t[0], abs=1e-9)
    assert over
    assert np.array_equal(course.cost_parts, again.cost_parts)
    assert course.cost == pytest.approx(course.cost_parts.sum())
    assert course.shortfall_cost == pytest.approx(course.cost_parts[:, -1].sum())
