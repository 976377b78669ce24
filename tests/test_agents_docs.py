"""What the document on agents shows runs; RLlib's checker passes the envs."""

import re
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from typer.main import get_command

from plantgym.benchmarks.cli import app

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
@pytest.mark.parametrize("env_id", ["plantgym/CementPv-v0", "plantgym/SetsHeater-v0"])
def test_rllib_takes_the_envs(env_id: str) -> None:
    pytest.importorskip("ray")
    checks = pytest.importorskip("ray.rllib.utils.pre_checks.env")
    checks.check_gym_environments(gym.make(env_id), None)
