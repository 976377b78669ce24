"""Comparisons: the same rows in any order, after any interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from plantgym.benchmarks.cases import Case, find_env_id
from plantgym.benchmarks.compare import Comparison, compare
from plantgym.benchmarks.episodes import episode_seed
from plantgym.benchmarks.scores import Row
from plantgym.benchmarks.store import PartFile, check_out
from plantgym.twins.errors import InputError
from plantgym.twins.markets import load_scenarios
from plantgym.twins.plant_toml import load_plant, save_plant
from plantgym.twins.tariff import DrEventProcess

from .small_factory import factory
from .test_scores import episode

DOCS = Path(__file__).resolve().parents[1] / "docs"
SETTINGS = {"env": "plantgym/Stn-v0", "seed": 0}
PATIENCE_S = 60.0
COMMAND = [sys.executable, "-c", "from plantgym.benchmarks.cli import app; app()", "compare"]


def small_case(**arguments: object) -> Case:
    return Case("plantgym/Stn-v0", arguments={"plant": factory(), "market": "tou", **arguments})


def untimed(rows: list[Row]) -> list[Row]:
    return [{**row, "decision_s": None} for row in rows]


def wait_for_lines(process: subprocess.Popen[bytes], path: Path, lines: int) -> None:
    while not (path.exists() and path.read_bytes().count(b"\n") >= lines):
        assert process.poll() is None
        time.sleep(0.002)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


class TestRows:
    def test_jobs_order_and_company_change_nothing(self) -> None:
        case = Case("plantgym/SteelPowder-v0")
        one = compare(case, ["threshold", "random"], days=2, jobs=1)
        two = compare(case, ["random", "milp-day-ahead", "threshold"], days=2, jobs=2)
        both = [row for row in untimed(two.rows) if row["policy"] != "milp-day-ahead"]
        assert both[2:] + both[:2] == untimed(one.rows)

    def test_rows_come_by_policy_and_day(self) -> None:
        result = compare(small_case(), ["threshold", "rule", "threshold"], days=2)
        dates = [str(date) for date in ("2025-06-10", "2025-07-24")]
        assert [(row["policy"], row["day"]) for row in result.rows] == [
            (policy, day) for policy in ("threshold", "rule") for day in dates
        ]

    def test_references_stand_at_zero_and_one(self) -> None:
        result = compare(Case("plantgym/CementMill-v0"), ["rule", "optimum"], days=2)
        assert [row["score"] for row in result.rows] == [0.0, 0.0, 1.0, 1.0]
        best = [row for row in result.rows if row["policy"] == "optimum"]
        for row in best:
            assert row["gap"] == 0.0
            assert row["cost"] == row["optimum"]
            assert row["bound"] <= row["cost"] * (1 + 1e-6)
            assert 0.0 <= row["mip_gap"] <= 1e-4
            assert row["moved"] == 0

    def test_row_agrees_with_its_parts(self) -> None:
        (row,) = compare(Case("plantgym/CementPv-v0"), ["threshold"], days=1).rows
        parts = sum(value for name, value in row.items() if name.startswith("cost_"))
        assert row["cost"] == pytest.approx(parts)
        used = row["import_kwh"] - row["export_kwh"] - row["curtailed_kwh"] + row["generation_kwh"]
        assert row["energy_kwh"] == pytest.approx(used)
        assert (row["steps"], row["currency"]) == (24, "CNY")
        told = (DOCS / "benchmarks.md").read_text("utf-8")
        assert [name for name in row if f"`{name}`" not in told and name[:5] != "cost_"] == []

    def test_all_days_of_a_split(self) -> None:
        days = load_scenarios(factory(), "tou").split("test").take([3, 5, 8])
        rows = compare(small_case(scenarios=days), ["rule"]).rows
        assert [row["day"] for row in rows] == [str(date) for date in days.dates]

    def test_seed_decides_the_events(self) -> None:
        def fines(seed: int) -> list[float]:  # the rule takes no part in events
            return [
                row["cost_dr_penalty"]
                for row in compare(Case("plantgym/CementPv-v0"), ["rule"], days=3, seed=seed).rows
            ]

        assert fines(0) != fines(1)

    def test_episode_seed_depends_on_seed_and_day_only(self) -> None:
        assert episode_seed(0, "2025-06-01") == episode_seed(0, "2025-06-01")
        seeds = {episode_seed(s, d) for s in (0, 1) for d in ("2025-06-01", "2025-06-02")}
        assert len(seeds) == 4

    @pytest.mark.parametrize("policies", [["rule", "best"], []])
    def test_bad_policies(self, policies: list[str]) -> None:
        with pytest.raises(InputError, match="rule,threshold"):
            compare(small_case(), policies, days=1)

    def test_too_many_days(self) -> None:
        with pytest.raises(InputError, match="use 1 to 89"):
            compare(small_case(), ["rule"], days=90)


class TestEnvNames:
    @pytest.mark.parametrize(
        "name", ["CementPv", "cementpv", "plantgym/CementPv-v0", "CementPv-v0", "plantgym/CementPv"]
    )
    def test_short_and_long_names(self, name: str) -> None:
        assert find_env_id(name) == "plantgym/CementPv-v0"

    @pytest.mark.parametrize("name", ["Cement", "", "CementPv-v1", "gym/CementPv-v0"])
    def test_unknown_env(self, name: str) -> None:
        with pytest.raises(InputError, match="use one of CementPv, CarSeat"):
            find_env_id(name)


class TestPartFile:
    def test_finished_episodes_come_back(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        done = [episode("rule", 0.1 + 0.2), episode("optimum", 1e-17, bound=-1.0)]
        part = PartFile(out, SETTINGS)
        for each in done:
            part.append(each)
        part.close()
        again = PartFile(out, SETTINGS)
        assert list(again.episodes.values()) == done
        again.close()

    def test_torn_last_line_is_dropped(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        part = PartFile(out, SETTINGS)
        part.append(episode("rule", 1.0))
        part.append(episode("optimum", 2.0))
        part.close()
        part.path.write_bytes(part.path.read_bytes()[:-40])
        again = PartFile(out, SETTINGS)
        assert set(again.episodes) == {("rule", "2025-06-01")}
        again.append(episode("optimum", 3.0))  # must not be glued to the torn line
        again.close()
        third = PartFile(out, SETTINGS)
        assert third.episodes["optimum", "2025-06-01"].cost == 3.0
        third.close()

    @pytest.mark.parametrize("content", [b"", b'{"format": "plantgym unfi'])
    def test_torn_first_line_starts_anew(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "r.json.part").write_bytes(content)
        part = PartFile(tmp_path / "r.json", SETTINGS)
        part.close()
        assert part.episodes == {}
        assert part.path.read_bytes().count(b"\n") == 1

    def test_other_settings_are_named(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        PartFile(out, SETTINGS).close()
        before = (tmp_path / "r.json.part").read_bytes()
        with pytest.raises(InputError, match="seed is 0 there and 1 now; delete the file"):
            PartFile(out, {**SETTINGS, "seed": 1})
        assert (tmp_path / "r.json.part").read_bytes() == before

    @pytest.mark.parametrize("line", ["nonsense", "[1, 2]", '{"policy": "rule"}'])
    def test_damaged_line_is_named(self, tmp_path: Path, line: str) -> None:
        out = tmp_path / "r.json"
        part = PartFile(out, SETTINGS)
        part.close()
        with part.path.open("a") as file:
            file.write(f"{line}\n")
        with pytest.raises(InputError, match="line 2 is damaged"):
            PartFile(out, SETTINGS)

    def test_a_foreign_file_is_kept(self, tmp_path: Path) -> None:
        (tmp_path / "r.json.part").write_text("my notes\n")
        with pytest.raises(InputError, match="line 1 is damaged"):
            PartFile(tmp_path / "r.json", SETTINGS)
        assert (tmp_path / "r.json.part").read_text() == "my notes\n"


class TestResume:
    def test_finished_episodes_are_not_run_again(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        case = small_case()
        whole = compare(case, ["threshold"], days=2, out=out)
        day = whole.rows[0]["day"]
        part = PartFile(out, whole.settings)
        part.append(episode("threshold", 12345.0, day=day))
        part.close()
        again = compare(case, ["threshold"], days=2, out=out)
        assert [row["cost"] for row in again.rows] == [12345.0, whole.rows[1]["cost"]]
        assert not part.path.exists()

    def test_more_days_and_policies_take_over_what_is_there(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        first = compare(small_case(), ["rule"], days=1)
        day = first.rows[0]["day"]
        part = PartFile(out, first.settings)
        part.append(episode("rule", 777.0, day=day))
        part.close()
        more = compare(small_case(), ["random", "rule"], days=3, out=out)
        cost = {(row["policy"], row["day"]): row["cost"] for row in more.rows}
        assert len(cost) == 6
        assert cost["rule", day] == 777.0

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"dr": DrEventProcess(1.0, ((8, 9),), 1.0, 1.0, 2.0)}, "arguments is"),
            ({"plant": factory(pv_kw=5.0)}, "data is"),
        ],
    )
    def test_another_run_is_refused(
        self, tmp_path: Path, change: dict[str, object], named: str
    ) -> None:
        out = tmp_path / "r.json"
        plant = load_plant("cement_mill")
        done = compare(small_case(plant=plant), ["rule"], days=1, out=out)
        PartFile(out, done.settings).close()
        with pytest.raises(InputError, match=named):
            compare(small_case(**{"plant": plant, **change}), ["rule"], days=1, out=out)

    def test_kill_in_the_middle_and_resume(self, tmp_path: Path) -> None:
        plant, out = tmp_path / "plant.toml", tmp_path / "r.json"
        part = tmp_path / "r.json.part"
        save_plant(factory(), plant)
        command = [*COMMAND, "Stn", f"--plant={plant}", "--market=tou", "--days=30", f"--out={out}"]
        command.append("--policies=random,threshold")
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_lines(process, part, 5)
        process.kill()
        process.wait()
        assert 5 <= part.read_bytes().count(b"\n") < 121
        assert not out.exists()

        subprocess.run(command, check=True, capture_output=True)
        whole = compare(small_case(plant=str(plant)), ["random", "threshold"], days=30)
        assert untimed(read(out)["rows"]) == untimed(whole.rows)
        assert {path.name for path in tmp_path.iterdir()} == {"plant.toml", "r.json"}

    def test_ctrl_c_keeps_what_is_done(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        part = tmp_path / "r.json.part"
        process = subprocess.Popen(
            [*COMMAND, "CementMill", "--days=all", "--jobs=2", f"--out={out}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            wait_for_lines(process, part, 2)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
            _, stderr = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        assert process.returncode == 130
        assert b"Traceback" not in stderr
        assert not out.exists()
        for line in part.read_text().splitlines():
            json.loads(line)


class TestResultFile:
    def test_result_holds_what_the_comparison_does(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        result: Comparison = compare(small_case(), ["rule"], days=1, out=out)
        found = read(out)
        assert found["rows"] == result.rows
        assert found["summary"][0]["policy"] == "rule"
        assert found["settings"]["env"] == "plantgym/Stn-v0"

    def test_own_results_are_replaced(self, tmp_path: Path) -> None:
        out = tmp_path / "r.json"
        compare(small_case(), ["rule"], days=1, out=out)
        compare(small_case(), ["rule"], days=2, out=out)
        assert len(read(out)["rows"]) == 2

    def test_other_files_are_not(self, tmp_path: Path) -> None:
        out = tmp_path / "thesis.json"
        out.write_text('{"chapter": 1}')
        with pytest.raises(InputError, match="not written by plantgym"):
            check_out(out)
        with pytest.raises(InputError, match="this is a folder"):
            check_out(tmp_path)

    def test_absent_folder(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="make the folder"):
            check_out(tmp_path / "absent" / "r.json")
