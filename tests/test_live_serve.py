"""`plantgym serve` and `control`: what they refuse, and that they survive kills and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from plantgym.benchmarks.cli import app
from plantgym.benchmarks.live_case import live_case
from plantgym.twins.errors import InputError
from plantgym.twins.heater_toml import load_heater, save_heater
from plantgym.twins.live.client import LiveClient
from plantgym.twins.plant_toml import load_plant, save_plant

COMMAND = [sys.executable, "-c", "from plantgym.benchmarks.cli import app; app()"]
PATIENCE_S = 60.0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--plant", "nowhere.toml"], "plant"),
        (["--plant", "cement_mill", "--policy", "magic"], "policy"),
        (["--plant", "cement_mill", "--host", "0.0.0.0"], "--host"),
        (["--plant", "cement_mill", "--token", "short"], "--token"),
        (["--plant", "cement_mill", "--speed", "-1"], "speed"),
        (["--plant", "cement_mill", "--day", "1999-01-01"], "date"),
        (["--plant", "sets_heater", "--step-minutes", "60"], "--step-minutes"),
        (["--plant", "cement_mill", "--split", "tomorrow"], "split"),
    ],
)
def test_bad_options_end_with_one_line(arguments: list[str], field: str) -> None:
    result = CliRunner().invoke(app, ["serve", "--port", "0", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"plantgym: {field} = ")


def test_control_says_that_nobody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantgym.benchmarks.live_case._PATIENCE_S", 0.0)
    result = CliRunner().invoke(app, ["control", "ws://127.0.0.1:9", "--policy", "rule"])
    assert result.exit_code == 2
    assert "is it served there" in result.stderr


def test_plants_are_found_by_name_and_by_file(tmp_path: Path) -> None:
    factory, heater = tmp_path / "factory.toml", tmp_path / "heater.toml"
    save_plant(load_plant("car_seat"), factory)
    save_heater(load_heater("sets_heater"), heater)
    found = {name: live_case(str(name), "test").env_id for name in ("cement_pv", factory, heater)}
    assert found == {
        "cement_pv": "plantgym/CementPv-v0",
        factory: "plantgym/Stn-v0",
        heater: "plantgym/SetsHeater-v0",
    }


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A `plantgym serve` in a process group of its own, and its URL."""
    with subprocess.Popen(
        [*COMMAND, "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.kill()


@pytest.mark.slow
def test_a_policy_acts_and_ctrl_c_ends_both() -> None:
    arguments = ("--plant", "cement_mill", "--policy", "threshold", "--speed", "36000")
    with serving(*arguments, "--port", "0") as (process, url):
        watcher = LiveClient(url)
        while watcher.next_event().get("by") != "threshold":
            pass
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, told) == (130, "plantgym: stopped\n")


@pytest.mark.slow
def test_a_killed_server_goes_on_and_its_policy_comes_back(tmp_path: Path) -> None:
    history = tmp_path / "run.sqlite"
    common = ("--plant", "cement_mill", "--history", str(history), "--day", "2025-06-01")
    with serving(*common, "--speed", "3600", "--port", "0") as (process, url):
        control = subprocess.Popen([*COMMAND, "control", url, "--policy", "threshold"])
        watcher = LiveClient(url, timeout_s=PATIENCE_S)
        seen = [watcher.next_event()]
        while seen[-1]["by"] != "threshold":
            seen.append(watcher.next_event())
        process.kill()
        process.wait()
    port = url.rpartition(":")[2]
    with serving(*common, "--speed", "36000", "--port", port):
        while seen[-1]["type"] != "started":
            seen.append(watcher.next_event())
        while seen[-1]["by"] != "threshold":
            seen.append(watcher.next_event())
        control.terminate()
        control.wait()
    assert [each["seq"] for each in seen] == list(range(2, len(seen) + 2))
    steps = [each["step"] for each in seen if each["type"] == "measurement"]
    assert steps[:24] == list(range(24))
    assert {each["day"] for each in seen if "day" in each} == {"2025-06-01", "2025-06-02"}


def _wait_for(watcher: LiveClient, by: str) -> None:
    while watcher.next_event().get("by") != by:
        pass


@pytest.mark.slow
def test_a_chosen_policy_acts_and_the_choice_outlives_a_kill(tmp_path: Path) -> None:
    arguments = ["--plant", "cement_mill", "--history", str(tmp_path / "run.sqlite")]
    arguments += ["--speed", "36000", "--port", "0"]
    with serving(*arguments, "--policy", "threshold") as (process, url):
        watcher = LiveClient(url)
        assert watcher.welcome["status"]["policy"] == "threshold"
        _wait_for(watcher, "threshold")
        assert "optimum" not in watcher.welcome["twin"]["policies"]
        with pytest.raises(InputError, match="use one of rule, threshold"):
            watcher.order("choose", policy="sb3:/etc/passwd")
        watcher.order("choose", policy="random")
        _wait_for(watcher, "random")
        process.kill()
    with serving(*arguments, "--policy", "threshold") as (_, url):
        watcher = LiveClient(url)
        assert watcher.welcome["status"]["policy"] == "random"
        _wait_for(watcher, "random")
        watcher.order("choose", policy=None)
        while not watcher.next_event().get("safe"):
            pass


@pytest.mark.slow
def test_a_policy_that_dies_is_told() -> None:
    with serving("--plant", "cement_mill", "--policy", "random", "--port", "0") as started:
        process, url = started
        watcher = LiveClient(url)
        _wait_for(watcher, "random")
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for child in children:
            command = Path(f"/proc/{child}/cmdline").read_text()
            if "spawn_main" in command:
                os.kill(int(child), signal.SIGKILL)
        status = watcher.next_event()
        while status["type"] != "status" or status["policy"] is not None:
            status = watcher.next_event()
        assert status["by"] is None
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE_S)
    assert "policy random has ended, so the rule acts" in told


@pytest.mark.slow
def test_orders_outlive_a_kill_of_the_server(tmp_path: Path) -> None:
    arguments = ["--plant", "cement_pv", "--history", str(tmp_path / "run.sqlite")]
    arguments += ["--speed", "3600", "--port", "0", "--day", "2025-06-03"]
    with serving(*arguments) as (process, url):
        operator = LiveClient(url, name="operator")
        operator.order("override", control="T3", level=0)
        operator.order("fault", asset="T1", kind="efficiency_loss", size=0.2)
        operator.order("call", in_steps=12, steps=2, power_kw=2000)
        status = LiveClient(url).welcome["status"]
        os.kill(process.pid, signal.SIGKILL)
    with serving(*arguments) as (_, url):
        operator = LiveClient(url, name="operator")
        again = operator.welcome["status"]
        assert {name: again[name] for name in ("overrides", "faults", "calls")} == {
            name: status[name] for name in ("overrides", "faults", "calls")
        }
        assert again["overrides"] == {"T3": 0}
        analysis = operator.next_event()
        while analysis["type"] != "analysis":
            analysis = operator.next_event()
        assert {"T1", "meter"} <= analysis["health"].keys() or analysis["health"] == {}
        ran = [operator.next_event()]
        while ran[-1]["type"] != "measurement":
            ran.append(operator.next_event())
        assert ran[-1]["applied"][2] == 0
