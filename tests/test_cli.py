"""The command line: what it prints, writes and refuses."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.spaces import MultiDiscrete
from typer.main import get_command
from typer.testing import CliRunner, Result

from plantgym.baselines.registry import POLICIES
from plantgym.benchmarks.cli import app
from plantgym.envs import ENV_IDS
from plantgym.twins.plant_toml import save_plant
from plantgym.twins.shipped import data_file

from .small_factory import factory

DOCS = Path(__file__).resolve().parents[1] / "docs" / "cli.md"

COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]

# 2025-03-30 has 23 hours.
DATES = ("2025-03-28", "2025-03-29", "2025-03-30", "2025-03-31")


def plantgym(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_line(result: Result) -> str:
    """The one line that answers bad input."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def shipped_slice(name: str, folder: Path, dates: tuple[str, ...] = DATES) -> Path:
    """Some days of a shipped file, as a user's own file."""
    with gzip.open(data_file(f"{name}.csv.gz"), "rt", encoding="utf-8") as file:
        header, *rows = file.read().splitlines()
    path = folder / f"{name}.csv"
    kept = [row for row in rows if row[:10] in dates]
    path.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def small_plant(tmp_path: Path) -> Path:
    path = tmp_path / "plant.toml"
    save_plant(factory(pv_kw=50.0), path)
    return path


class TestHelp:
    @pytest.mark.parametrize("name", ["demo", "envs", "compare", "bench"])
    def test_help_has_an_example(self, name: str) -> None:
        assert plantgym(name, "--help").exit_code == 0
        assert f"plantgym {name}" in COMMANDS[name].epilog

    def test_docs_name_every_option_and_policy(self) -> None:
        told = DOCS.read_text("utf-8")
        options = [name for each in COMMANDS["compare"].params for name in each.opts]
        assert len(options) > 12
        assert [name for name in options if name.startswith("-") and name not in told] == []
        names = {name for policies in POLICIES.values() for name in policies.makers}
        assert [name for name in names if f"`{name}`" not in told] == []

    def test_help_loads_nothing_heavy(self) -> None:
        heavy = ["numba", "pandas", "pyomo", "highspy", "plotly", "joblib", "gymnasium"]
        code = (
            "import sys; from typer.testing import CliRunner; from plantgym.benchmarks.cli import "
            f"app; CliRunner().invoke(app, ['--help']); print([m for m in {heavy} if m in "
            "sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.strip() == "[]"


class TestEnvs:
    def test_json_tells_what_the_live_envs_are(self) -> None:
        found: list[dict[str, Any]] = json.loads(plantgym("envs", "--json").stdout)
        assert [entry["id"] for entry in found] == list(ENV_IDS)
        for entry in found:
            env = gym.make(entry["id"], split="test")
            if isinstance(env.action_space, MultiDiscrete):
                n = env.action_space.nvec.tolist()
                assert entry["action_space"] == {"type": "MultiDiscrete", "n": n}
            else:
                assert entry["action_space"]["low"] == [-1.0, -1.0]
                assert entry["action_space"]["shape"] == [2]
            observation = entry["observation_space"]
            assert tuple(observation["shape"]) == env.observation_space.shape
            assert len(observation["low"]) == sum(each["size"] for each in entry["observation"])
            assert entry["days"]["test"] == env.unwrapped.batch.scenarios.n_days  # type: ignore[attr-defined]
            assert entry["sources"]["plant"]
            assert entry["sources"]["data"]
        by_id = {entry["id"]: entry for entry in found}
        mill = by_id["plantgym/CementMill-v0"]
        assert (mill["plant"], mill["market"], mill["currency"]) == (
            "cement_mill",
            "belgium-real-time",
            "EUR",
        )
        assert (mill["steps"], mill["step_minutes"], mill["dr"]) == (24, 60, False)
        assert mill["days"] == {"train": 301, "validation": 59, "test": 89}
        assert by_id["plantgym/CarSeat-v0"]["steps"] == 12

    def test_table_names_every_env(self) -> None:
        table = plantgym("envs").stdout
        assert all(env_id in table for env_id in ENV_IDS)


class TestCompare:
    def test_table_and_file(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        result = plantgym(
            "compare", "carseat", "--policies", "rule, threshold", "--days", 2, "--out", out
        )
        assert result.exit_code == 0, result.stderr
        assert "plantgym/CarSeat-v0 (car_seat): 2 test days, seed 0" in result.stdout
        assert "USD" in result.stdout
        assert f"4 rows in {out}" in result.stdout.replace("\n", "")
        rows = json.loads(out.read_text())["rows"]
        wanted = (
            *("env", "policy", "seed", "day", "cost", "optimum", "mip_gap", "gap", "score"),
            *("energy_kwh", "decision_s"),
        )
        assert all(name in row for row in rows for name in wanted)

    def test_options_reach_the_env(self, small_plant: Path, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        result = plantgym(
            *("compare", "Stn", "--policies", "rule", "--days", 1, "--split", "validation"),
            *("--plant", small_plant, "--market", "belgium-day-ahead", "--step-minutes", 15),
            *("--no-dr", "--seed", 3, "--out", out),
        )
        assert result.exit_code == 0, result.stderr
        found = json.loads(out.read_text())
        (row,) = found["rows"]
        assert (row["steps"], row["seed"], row["day"]) == (96, 3, "2025-04-19")
        assert found["settings"]["arguments"] == {
            "dr": False,
            "market": "belgium-day-ahead",
            "plant": str(small_plant),
            "step_minutes": 15,
        }

    def test_own_days(self, small_plant: Path, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        result = plantgym(
            *("compare", "Stn", "--policies", "rule,optimum", "--days", "all"),
            *("--plant", small_plant, "--out", out),
            *("--day-ahead-prices", shipped_slice("belgium_day_ahead", tmp_path)),
            *("--real-time-prices", shipped_slice("belgium_imbalance", tmp_path)),
            *("--pv", shipped_slice("elia_pv", tmp_path)),
        )
        assert result.exit_code == 0, result.stderr
        (note,) = [line for line in result.stderr.splitlines() if line.startswith("note:")]
        assert "2025-03-30 (real-time prices: clock change)" in note
        rows = json.loads(out.read_text())["rows"]
        days = ["2025-03-28", "2025-03-29", "2025-03-31"]
        assert [row["day"] for row in rows] == days * 2

        shipped = tmp_path / "shipped.json"
        plantgym(
            *("compare", "Stn", "--policies", "rule,optimum", "--days", "all", "--out", shipped),
            *("--split", "validation", "--plant", small_plant, "--market", "belgium-real-time"),
        )
        same = {
            (row["policy"], row["day"]): row["cost"]
            for row in json.loads(shipped.read_text())["rows"]
        }
        for row in rows:
            assert row["cost"] == pytest.approx(same[row["policy"], row["day"]], rel=1e-6)

    def test_own_15_minute_prices_alone(self, small_plant: Path, tmp_path: Path) -> None:
        prices = shipped_slice("belgium_day_ahead", tmp_path, DATES[:2])
        result = plantgym(
            *("compare", "Stn", "--policies", "rule", "--days", "all", "--plant", small_plant),
            *("--day-ahead-prices", prices, "--step-minutes", 15),
        )
        assert result.exit_code == 0, result.stderr
        assert "2 test days" in result.stdout


class TestBadInput:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("Cement",), "env = 'Cement': use one of CementPv"),
            (("CementPv", "--policies", "rule,best"), "policy = 'best'"),
            (("CementPv", "--policies", ","), "name at least one"),
            (("CementPv", "--days", "ten"), "--days = 'ten': give a number of days, or 'all'"),
            (("CementPv", "--days", "0"), "days = 0: use 1 to 89"),
            (("CementPv", "--days", "90"), "days = 90: use 1 to 89"),
            (("CementPv", "--split", "later"), "split = 'later'"),
            (("CementPv", "--market", "moon"), "market = 'moon'"),
            (("CementPv", "--step-minutes", "7"), "step_minutes = 7"),
            (("CementPv", "--plant", "absent.toml"), "absent.toml"),
            (("CementPv", "--out", "absent/r.json"), "make the folder"),
            (("CementPv", "--pv", "absent.csv"), "absent.csv"),
            (("CementPv", "--market", "tou", "--pv", "x.csv"), "either a market or files"),
            (("CementPv", "--real-time-prices", __file__), "give the day-ahead prices too"),
        ],
    )
    def test_one_clear_line(self, arguments: tuple[str, ...], message: str) -> None:
        assert message in error_line(plantgym("compare", *arguments))

    @pytest.mark.parametrize(
        ("damage", "message"),
        [
            (lambda rows: rows[:5] + rows[6:], "this step is missing"),
            (lambda rows: [*rows[:5], rows[4], *rows[5:]], "duplicated"),
            (lambda rows: [*rows[:5], rows[5].rpartition(",")[0] + ",nan", *rows[6:]], "finite"),
            (lambda rows: [rows[0].replace("mwh", "barrel"), *rows[1:]], "unknown unit"),
            (lambda rows: rows[:1], "empty below its header"),
        ],
    )
    def test_damaged_prices(self, tmp_path: Path, damage: Any, message: str) -> None:  # noqa: ANN401
        path = shipped_slice("belgium_day_ahead", tmp_path)
        path.write_text("\n".join(damage(path.read_text().splitlines())) + "\n")
        line = error_line(plantgym("compare", "CementMill", "--day-ahead-prices", path))
        assert message in line
        assert path.name in line

    def test_unfinished_run_of_other_settings(self, tmp_path: Path) -> None:
        part = tmp_path / "r.json.part"
        part.write_text('{"format": "plantgym unfinished comparison 1", "settings": {"seed": 5}}\n')
        line = error_line(plantgym("compare", "CarSeat", "--out", tmp_path / "r.json"))
        assert "seed is 5 there and 0 now" in line
        assert str(part) in line

    def test_a_foreign_file_is_kept(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        out.write_text("mine")
        assert "not written by plantgym" in error_line(plantgym("compare", "CarSeat", "--out", out))
        assert out.read_text() == "mine"

    def test_a_package_that_is_missing_names_its_extra(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        missing = iter(["scipy.stats", "plantgym.gone"])

        def stop(*_: object, **__: object) -> None:
            name = next(missing)
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        monkeypatch.setattr("plantgym.benchmarks.demo.run_demo", stop)
        refused = plantgym("demo", "--out", tmp_path / "report.html")
        assert refused.exit_code == 2
        line = refused.stderr.splitlines()[-1]
        assert line == "plantgym: scipy is not installed: pip install 'plantgym[plan]'"
        # What is no extra's is a mistake of ours, and keeps its traceback.
        own = plantgym("demo", "--out", tmp_path / "report.html")
        assert isinstance(own.exception, ModuleNotFoundError)

    def test_bad_usage_ends_with_2(self) -> None:
        assert plantgym("compare").exit_code == 2
        assert plantgym("compare", "CarSeat", "--jobs", "0").exit_code == 2
        assert plantgym("simulate").exit_code == 2
