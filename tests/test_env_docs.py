"""Docstrings, Gymnasium's way: their tables are those of the live envs."""

import inspect

import gymnasium as gym
import pytest

from plantgym.envs import ENV_IDS
from plantgym.envs.registry import env_class_path
from plantgym.envs.spaces import observation_table
from plantgym.envs.stn_batch import StnSetup
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.stn_state import COST_PARTS

from .env_cases import HEATER_ID

pytestmark = pytest.mark.conformance

SECTIONS = [
    "Description", "Action Space", "Observation Space", "Rewards", "Starting State", "Episode End",
    "Arguments", "Version History",
]  # fmt: skip
SHIPPED = [env_id for env_id in ENV_IDS if env_id not in ("plantgym/Stn-v0", HEATER_ID)]


def made(env_id: str) -> tuple[StnEnv, str]:
    """The env as its id makes it, and the docstring of its class."""
    env = gym.make(env_id).unwrapped
    assert isinstance(env, StnEnv)
    doc = inspect.getdoc(type(env))
    assert doc is not None
    return env, doc


def action_table(env: StnEnv) -> str:
    lines = ["| Num | Task | Modes | Power of each mode |", "|---|---|---|---|"]
    for j, task in enumerate(env.plant.tasks):
        powers = ", ".join(f"{kw:g} kW" for kw in (0, *(mode.power_kw for mode in task.modes)))
        lines.append(f"| {j} | {task.name} | {len(task.modes) + 1} | {powers} |")
    return "\n".join(lines)


@pytest.mark.parametrize("env_id", ENV_IDS)
def test_sections_are_those_of_gymnasium(env_id: str) -> None:
    doc = inspect.getdoc(type(gym.make(env_id).unwrapped)) or ""
    found = [line.removeprefix("## ") for line in doc.splitlines() if line.startswith("## ")]
    assert found == SECTIONS


@pytest.mark.parametrize("env_id", SHIPPED)
def test_tables_are_those_of_the_live_spaces(env_id: str) -> None:
    env, doc = made(env_id)
    assert isinstance(env.action_space, gym.spaces.MultiDiscrete)
    assert f"`MultiDiscrete({env.action_space.nvec.tolist()})`" in doc
    assert action_table(env) in doc
    assert f"`Box` of {len(env.observation_names)} float32 numbers" in doc
    assert f"{observation_table(env.batch)}\n\n" in doc


@pytest.mark.parametrize("env_id", SHIPPED)
def test_numbers_are_those_of_the_live_env(env_id: str) -> None:
    env, doc = made(env_id)
    assert f"-(cost of the step in {env.plant.currency}) / {env.reference_cost:g};" in doc
    assert f"Terminated after {env.batch.tables.n_steps} steps of an hour" in doc
    assert type(env).__name__ == env_class_path(env_id).rpartition(":")[2]
    defaults = ", ".join(f"`{name}={value!r}`" for name, value in gym.spec(env_id).kwargs.items())
    assert f"the defaults here are {defaults}." in " ".join(doc.split())


def test_rows_of_the_table_name_the_numbers_of_the_observation() -> None:
    env, doc = made("plantgym/CementPv-v0")
    for num, name in ((0, "time"), (4, "stock:S4"), (15, "dr_award")):
        assert env.observation_names[num] == name
        assert f"| {num} | {name} |" in doc
    assert "| 19-89 step 3 | sell_price |" in doc
    assert env.observation_names[19:90:3] == tuple(f"sell_price+{k}" for k in range(24))


def test_the_general_env_names_all_arguments_and_cost_parts() -> None:
    _, doc = made("plantgym/Stn-v0")
    fields = list(StnSetup.__dataclass_fields__)
    assert [*fields, "render_mode"] == list(inspect.signature(StnEnv).parameters)
    for name in (*fields, "render_mode"):
        assert f"`{name}`" in doc
    for part in COST_PARTS:
        assert part in doc
    assert all(f"{name}: " in (StnSetup.__doc__ or "") for name in fields)
