"""The docstring of the heater env is that of the live env."""

import inspect
import re

import gymnasium as gym
import numpy as np
import pytest

from plantgym.envs.heater_batch import HeaterSetup
from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.heater_vector_env import SetsHeaterVectorEnv
from plantgym.envs.spaces import observation_table
from plantgym.twins.heater_episode_state import COST_PARTS
from plantgym.twins.heater_episodes import EpisodeForm

from .env_cases import HEATER_ID, HEATERS

pytestmark = pytest.mark.conformance
DOC = inspect.getdoc(SetsHeaterEnv) or ""
ENV = HEATERS["SetsHeater-v0"].heater()


def test_tables_are_those_of_the_live_spaces() -> None:
    assert f"`Box` of {len(ENV.observation_names)} float32 numbers" in DOC
    assert f"{observation_table(ENV.batch)}\n\n" in DOC
    assert ENV.action_space == gym.spaces.Box(-1.0, 1.0, (2,), np.float32)
    stages = HEATERS["SetsHeater-stages"].heater().action_space
    assert isinstance(stages, gym.spaces.MultiDiscrete)
    assert f"`MultiDiscrete({stages.nvec.tolist()})`" in DOC


def test_numbers_are_those_of_the_live_env() -> None:
    assert f"-(cost of the step in {ENV.terms.currency}) / {ENV.reference_cost:g};" in DOC
    assert f"Terminated after {ENV.batch.tables.n_steps} steps of a quarter" in DOC
    low, high = ENV.terms.start_brick_c
    assert f"Brick from {low:g} to {high:g} degC" in DOC
    assert f"room at {ENV.terms.room_set_c:g} degC" in DOC
    assert f"random, {ENV.batch.form.start_hour} h" in DOC
    for part in COST_PARTS:
        assert part in DOC


def test_every_argument_is_named() -> None:
    arguments = list(inspect.signature(SetsHeaterEnv).parameters)
    assert re.findall(r"^\* `(\w+)`:", DOC, re.MULTILINE) == arguments
    of_vector = list(inspect.signature(SetsHeaterVectorEnv).parameters)
    assert of_vector == ["num_envs", *arguments[:-1], "autoreset_mode", "threads"]
    behind = {*HeaterSetup.__dataclass_fields__, *EpisodeForm.__dataclass_fields__} - {"form"}
    assert behind == {*arguments} - {"render_mode"}


def test_made_by_its_id() -> None:
    assert type(gym.make(HEATER_ID).unwrapped) is SetsHeaterEnv
    rows = gym.make_vec(HEATER_ID, 2, vectorization_mode="vector_entry_point", dr=False)
    assert isinstance(rows, SetsHeaterVectorEnv)


def test_the_picture_shows_the_day_so_far() -> None:
    env = HEATERS["SetsHeater-2-days"].heater(render_mode="ansi")
    env.reset(seed=1)
    for step in range(130):
        if step in (0, 40):
            picture = env.render()
            assert isinstance(picture, str)
        env.step(np.array([0.2, -0.5]))
    picture = env.render()
    assert isinstance(picture, str)
    lines = picture.splitlines()
    assert max(map(len, lines)) <= 100
    assert "06:30 (step 130 of 192)" in lines[0]
    (load,) = (line for line in lines if line.startswith("load"))
    drawn = load[17:65]
    # Of the second day 34 quarters ran, which fill 17 half hours.
    assert drawn[:17].strip() == drawn[:17]
    assert not drawn[17:].strip()
    assert "EUR" in picture
