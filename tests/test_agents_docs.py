"""What the document on agents shows runs; RLlib samples the envs."""

import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from plantgym.benchmarks.cli import app
from plantgym.envs import ENV_IDS

from .test_docs import blocks

DOCUMENT = "docs/agents.md"
TEXT = (Path(__file__).resolve().parents[1] / DOCUMENT).read_text("utf-8")


@pytest.mark.parametrize(
    ("place", "printed"), [(0, r"24576 0\.\d+"), (1, ""), (2, r"(update \d: mean return -.*\n){4}")]
)
def test_examples_run(
    place: int,
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("sb3_contrib")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": DOCUMENT}
    exec(compile(blocks(DOCUMENT, "python")[place], DOCUMENT, "exec"), names)
    assert re.search(printed, capsys.readouterr().out)


def test_the_cleanrl_script_is_short() -> None:
    code = [line for line in blocks(DOCUMENT, "python")[2].splitlines() if line.strip()]
    assert len(code) <= 60


def test_every_option_is_told() -> None:
    commands: Any = get_command(app)
    options = [name for each in commands.commands["train"].params for name in each.opts]
    assert len(options) > 12
    assert [name for name in options if name.startswith("-") and name not in TEXT] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # RLlib's own
@pytest.mark.parametrize(
    ("env_id", "steps"), [("plantgym/CementPv-v0", 24), ("plantgym/SetsHeater-v0", 96)]
)
def test_rllib_samples_the_envs(env_id: str, steps: int) -> None:
    place = "ray.rllib.env.single_agent_env_runner"
    runners = pytest.importorskip(place, exc_type=ImportError)
    from ray.rllib.algorithms.ppo import PPOConfig

    assert env_id in ENV_IDS
    make_config: Any = PPOConfig
    config = make_config().environment(env_id).env_runners(num_envs_per_env_runner=2)
    runner = runners.SingleAgentEnvRunner(config=config)
    for random_actions in (True, False):
        episodes = runner.sample(num_episodes=2, random_actions=random_actions)
        assert [len(episode) for episode in episodes] == [steps] * 2
        assert all(episode.is_terminated for episode in episodes)
    runner.stop()
