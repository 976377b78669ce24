"""What docs/scenarios.md says of generators is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plantgym.twins.generators import (
    CLEAR_SKY_TOLERANCE,
    GENERATORS,
    AnalogGenerator,
    CopulaGenerator,
    GanGenerator,
)
from plantgym.twins.generators.limits import SEASON_DAYS
from plantgym.twins.generators.sources import FEWEST_DAYS

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "scenarios.md").read_text("utf-8")


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(example, "docs/scenarios.md", "exec"), {})
    assert "(10, 24)" in capsys.readouterr().out


def test_every_generator_is_described() -> None:
    for name, made in GENERATORS.items():
        assert f"| `{name}` | `{made.__name__}` |" in TEXT


def test_the_numbers_are_those_of_the_code() -> None:
    words = " ".join(TEXT.split())
    assert f"the `k` = {AnalogGenerator.k} days" in words
    assert f"that of the {CopulaGenerator.neighbours} days" in words
    assert f"by more than {CLEAR_SKY_TOLERANCE:.0%}".replace("%", " %") in words
    assert f"within {SEASON_DAYS} days of the date" in words
    assert f"fewer than {FEWEST_DAYS} days" in words
    assert f"{GanGenerator.steps} steps" in words


def test_the_layers_are_those_of_the_networks() -> None:
    pytest.importorskip("torch")
    from plantgym.twins.generators.neural import networks, training

    words = " ".join(TEXT.split())
    assert f"{networks.WIDTH} channels, kernels of {networks.KERNEL}" in words
    assert f"{networks.DAY_NOISE} channels the same all day, {networks.STEP_NOISE} new" in words
    assert f"penalty {training._PENALTY:g}, {training._CRITIC_STEPS} steps of the critic" in words
    assert f"batches of {training._BATCH}" in words
    assert f"weights averaged ({training._MEMORY})" in words
    assert len(networks.Critic(3).layers) == 4
