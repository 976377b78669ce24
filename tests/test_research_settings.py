"""Settings of training that matter in research: each trains, and does what it says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from plantgym.agents.settings import ppo_settings
from plantgym.agents.training import Training, train
from plantgym.agents.validation import make_rows
from plantgym.benchmarks.cases import unwrap
from plantgym.benchmarks.own_days import case_from_options
from plantgym.twins.errors import InputError
from plantgym.twins.intervals import with_parameters
from plantgym.twins.plant_toml import load_plant, save_plant

from .test_cli import plantgym

SMALL = {"steps": 2048, "rows": 16, "rollout": 8, "minibatch": 64, "hidden": [8]}
STN, HEATER = "plantgym/Stn-v0", "plantgym/SetsHeater-v0"
INTERVALS = {"FG.power_kw": (10_000.0, 12_000.0)}


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    """A cement mill as an identifier might find it: some powers off, an interval stated."""
    plant = with_parameters(load_plant("cement_mill"), {"FG.power_kw": 11_500.0})
    path = tmp_path / "twin.toml"
    save_plant(replace(plant, intervals=INTERVALS), path)
    return path


@pytest.mark.parametrize(
    ("env_id", "arguments"),
    [
        (STN, {"intervals": INTERVALS}),
        (STN, {"step_minutes": 15}),
        (STN, {"market": "belgium-real-time", "dr": True}),
        (HEATER, {"days": 3}),
    ],
)
def test_each_setting_trains(env_id: str, arguments: dict[str, Any], tmp_path: Path) -> None:
    settings = ppo_settings(env_id, SMALL)
    result = train(Training(env_id=env_id, out=tmp_path, settings=settings, arguments=arguments))
    assert result.steps >= 2048
    assert (tmp_path / "policy.npz").exists()


def test_days_with_intervals_run_on_many_plants(twin: Path) -> None:
    case = case_from_options("Stn", "train", plant=str(twin), intervals=True)
    env: Any = make_rows(case.env_id, 20, case.arguments)
    env.reset(seed=0)
    powers = [env.episode_plant(row).tasks[-1].modes[-1].power_kw for row in range(20)]
    assert len(set(powers)) == 20
    assert min(powers) >= 10_000.0
    assert max(powers) <= 12_000.0


def test_what_was_trained_on_the_twin_runs_on_the_plant(twin: Path, tmp_path: Path) -> None:
    settings, out = tmp_path / "s.toml", tmp_path / "run"
    settings.write_text("".join(f"{name} = {value}\n" for name, value in SMALL.items()))
    options = ["--intervals", f"--settings={settings}", "--validation-days=0", f"--out={out}"]
    done = plantgym("train", "Stn", f"--plant={twin}", *options)
    assert done.exit_code == 0, done.stderr
    policies = f"rule,ppo:{out / 'policy.npz'}"
    compared = plantgym("compare", "Stn", "--plant=cement_mill", "--days=2", "--policies", policies)
    assert compared.exit_code == 0, compared.stderr


def test_heaters_state_no_intervals() -> None:
    with pytest.raises(InputError, match="--intervals = True: leave it out"):
        case_from_options("SetsHeater", "test", intervals=True)


def test_without_the_option_the_plant_itself_runs(twin: Path) -> None:
    env: Any = unwrap(case_from_options("Stn", "train", plant=str(twin)).make())
    env.reset(seed=0)
    assert env.episode_plant.tasks[-1].modes[-1].power_kw == pytest.approx(11_500.0)
    assert np.isclose(env.plant.tasks[-1].modes[-1].power_kw, 11_500.0)
