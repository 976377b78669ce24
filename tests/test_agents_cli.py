"""`plantgym train` and trained policies in `plantgym compare`."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plantgym.benchmarks.cases import Case, unwrap
from plantgym.benchmarks.compare import compare
from plantgym.benchmarks.train_cli import validation_of
from plantgym.twins.errors import InputError

from .test_cli import error_line, plantgym
from .test_compare import small_case

pytest.importorskip("torch")

SETTINGS = "rows = 16\nrollout = 24\nminibatch = 128\nhidden = [8]\nvalidate_every = 1\n"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(SETTINGS)
    return path


def train(out: Path, settings: Path, *options: object) -> Any:  # noqa: ANN401
    few = ["--steps=768", "--validation-days=2", f"--settings={settings}"]
    return plantgym("train", "CementPv", f"--out={out}", *few, *options)


class TestTrain:
    def test_train_resume_and_compare(self, tmp_path: Path, settings: Path) -> None:
        out = tmp_path / "run"
        done = train(out, settings)
        assert done.exit_code == 0, done.stderr
        assert "768 steps in" in done.stdout
        assert re.search(r"validation days: cost [\d,]+, optimum [\d,]+, gap [\d,.]+%", done.stdout)
        assert f"Policy: {out / 'policy.npz'}" in done.stdout.replace("\n", "")
        again = train(out, settings, "--resume")
        assert again.exit_code == 0, again.stderr
        assert "768 steps in" in again.stdout

        told = json.loads((out / "result.json").read_text())["result"]
        case = Case("plantgym/CementPv-v0", split="validation")
        name = f"ppo:{out / 'policy.npz'}"
        rows = compare(case, [name], days=2).rows
        # What training says of the validation days is what a comparison on them finds.
        cost = sum(row["cost"] for row in rows) / 2
        assert told["validation_cost"] == pytest.approx(cost, rel=1e-6)
        assert told["gap"] == pytest.approx(cost * 2 / sum(row["optimum"] for row in rows) - 1)
        assert [row["moved"] for row in rows] == [0, 0]

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (["--minutes=0"], "--minutes = 0.0: give a time above 0"),
            (["--device=abacus"], "device = 'abacus': use cpu or cuda"),
            (["--device=meta"], "device = 'meta': use cpu or cuda"),
            (["--device=cuda", "--algorithm=a2c"], "a2c has no such option"),
            (["--threads=2", "--algorithm=adp"], "adp has no such option"),
            (["--algorithm=adp"], "--steps = '768': leave it out: adp has no such option"),
            (["--algorithm=sac"], "this env takes modes"),
            (["--algorithm=magic"], "use one of ppo, adp, bc, sb3-ppo"),
            (["--market=moon"], "market"),
        ],
    )
    def test_bad_input(self, tmp_path: Path, settings: Path, options: list[str], told: str) -> None:
        assert told in error_line(train(tmp_path / "run", settings, *options))

    def test_another_algorithm_takes_no_checkpoints(self, tmp_path: Path, settings: Path) -> None:
        line = error_line(train(tmp_path / "run", settings, "--algorithm=a2c", "--resume"))
        assert "--resume" in line

    @pytest.mark.parametrize("algorithm", ["ppo", "a2c", "adp", "bc"])
    def test_no_algorithm_overwrites_a_training(self, tmp_path: Path, algorithm: str) -> None:
        (tmp_path / "result.json").write_text("{}")
        options = [f"--out={tmp_path}", f"--algorithm={algorithm}"]
        assert "it holds a training" in error_line(plantgym("train", "CementPv", *options))

    def test_a_finished_training_of_another_algorithm_is_not_resumed(
        self, tmp_path: Path, settings: Path
    ) -> None:
        (tmp_path / "result.json").write_text("{}")
        assert "it holds a training" in error_line(train(tmp_path, settings, "--resume"))

    def test_bad_settings(self, tmp_path: Path, settings: Path) -> None:
        settings.write_text("rowz = 3\n")
        assert "did you mean 'rows'" in error_line(train(tmp_path / "run", settings))
        assert not (tmp_path / "run").exists()


class TestPolicies:
    @pytest.mark.parametrize("name", ["ppo", "sb3", "ppo:absent.npz", "sb3:absent.zip", "ppo2:x"])
    def test_policies_that_are_not_there(self, name: str) -> None:
        with pytest.raises(InputError, match="policy"):
            compare(small_case(), [name], days=1)

    def test_a_changed_file_is_another_run(self, tmp_path: Path, settings: Path) -> None:
        out, rows = tmp_path / "run", tmp_path / "rows.json"
        assert train(out, settings).exit_code == 0
        name, case = f"ppo:{out / 'policy.npz'}", Case("plantgym/CementPv-v0")
        first = compare(case, [name], days=1, out=rows).settings["trained"]
        (out / "policy.npz").write_bytes((out / "policy.npz").read_bytes() + b" ")
        assert compare(case, [name], days=1).settings["trained"] != first


def test_as_many_validation_days_as_there_are_if_these_are_few() -> None:
    days = unwrap(small_case().make()).batch.scenarios
    few = replace(days.take([0, 1, 2]), splits=None)
    found = validation_of(small_case(scenarios=few))
    assert found is not None
    assert len(found.dates) == 3


def test_no_validation_days() -> None:
    assert validation_of(small_case(), 0) is None
