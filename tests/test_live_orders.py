"""What stands beside the commands of a live run: overrides, calls, faults, policies, reasons."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from plantgym.twins.errors import InputError

from .live_cases import counting_run, events
from .test_live_run import fill_disk, memory, send

REASON = {"asset": "mill", "order": "SHUTDOWN", "reason": "dear power"}


class Choosing:
    """A supervisor that notes what it is to start."""

    policies = ("rule", "mpc")

    def __init__(self) -> None:
        self.started: list[str | None] = []

    def check(self, policy: str) -> None:
        if policy not in self.policies:
            raise InputError("choose policy", policy, f"use one of {', '.join(self.policies)}")

    def start(self, policy: str | None) -> None:
        self.started.append(policy)


class TestOverrides:
    def test_a_control_is_held_over_commands_and_over_the_safe_policy(self) -> None:
        run = counting_run(speed=60.0, hold_steps=1)
        send(run, "override", 1, control="mode", level=2)
        send(run, "command", 2, action=[0])
        run.tick()
        run.tick()
        send(run, "override", 3, control="mode", level=None)
        run.tick()
        ran = [(e["by"], e["applied"]) for e in events(run) if e["type"] == "measurement"]
        assert ran == [("a", [2]), (None, [2]), (None, [3])]
        told = [e["overrides"] for e in events(run) if e["type"] == "status"]
        assert (told[0], told[-1]) == ({"mode": 2}, {})

    def test_it_holds_in_lock_step_too_and_over_days(self) -> None:
        run = counting_run()
        send(run, "override", 1, control="mode", level=1)
        send(run, "command", 2, action=[3])
        send(run, "reset", 3, day=1)
        send(run, "command", 4, action=[3])
        assert [e["applied"] for e in events(run) if e["type"] == "measurement"] == [[1], [1]]


class TestReasons:
    @pytest.mark.parametrize("speed", [0.0, 60.0])
    def test_a_decision_comes_before_what_it_brings_about(self, speed: float) -> None:
        run = counting_run(speed=speed)
        send(run, "command", 1, action=[1], reasons=[REASON])
        if speed:
            run.tick()
        decision, measurement = events(run)[-2:]
        assert (decision["type"], decision["by"], decision["reasons"]) == (
            "decision",
            "a",
            [REASON],
        )
        assert (measurement["type"], measurement["by"]) == ("measurement", "a")

    def test_a_command_that_is_refused_decides_nothing(self) -> None:
        run = counting_run()
        assert send(run, "command", 1, action=[9], reasons=[REASON])["status"] == "refused"
        assert len(events(run)) == 1


class TestChoice:
    def test_the_policy_that_is_chosen_is_started_once_it_is_on_record(self) -> None:
        supervisor = Choosing()
        run = counting_run(supervisor=supervisor, policy="rule")
        assert run.welcome("a")["status"]["policy"] == "rule"
        assert run.welcome("a")["twin"]["policies"] == ["rule", "mpc"]
        send(run, "choose", 1, policy="mpc")
        send(run, "choose", 2, policy=None)
        assert supervisor.started == ["mpc", None]
        assert [e["policy"] for e in events(run)[1:]] == ["mpc", None]

    def test_what_is_sent_again_starts_nothing_anew(self) -> None:
        supervisor = Choosing()
        run = counting_run(supervisor=supervisor)
        for _ in range(2):
            send(run, "choose", 1, policy="mpc")
        assert supervisor.started == ["mpc"]

    def test_the_choice_outlives_the_server_and_beats_its_first_one(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        send(counting_run(path, supervisor=Choosing()), "choose", 1, policy="mpc")
        supervisor = Choosing()
        again = counting_run(path, supervisor=supervisor, policy="rule")
        assert again.orders.policy == "mpc"
        again.orders.start_policy()
        assert supervisor.started == ["mpc"]

    def test_a_policy_that_ends_is_forgotten(self) -> None:
        run = counting_run(supervisor=Choosing(), policy="mpc")
        run.forget_policy()
        (status,) = events(run)[1:]
        assert (status["type"], status["by"], status["policy"]) == ("status", None, None)

    def test_a_full_disk_starts_and_changes_nothing(self, tmp_path: Path) -> None:
        supervisor = Choosing()
        run = counting_run(tmp_path / "run.sqlite", width=2000, supervisor=supervisor)
        fill_disk(run.history, full=True)
        before = memory(run)
        for _ in range(50):  # small changes find room in pages that are there, for a while
            answer = send(run, "choose", run.welcome("a")["n"] + 1, policy="mpc")
            if answer["status"] == "refused":
                break
            before = memory(run)
        started = len(supervisor.started)
        assert "full" in answer["value"]
        assert memory(run) == before
        orders: list[tuple[str, dict[str, Any]]] = [
            ("override", {"control": "mode", "level": 1}),
            ("fault", {"asset": "counter", "size": 1}),
            ("call", {"in_steps": 1, "steps": 1, "power_kw": 1}),
            ("choose", {"policy": None}),
        ]
        for order, fields in orders:
            request = {"type": order, "n": 99, **fields}
            request |= {"kind": "stuck"} if order == "fault" else {}
            assert "full" in json.loads(run.answer("a", json.dumps(request)))["value"]
            assert memory(run) == before
        assert len(supervisor.started) == started


@pytest.mark.parametrize(
    ("order", "fields", "field", "fix"),
    [
        ("override", {"control": "valve", "level": 1}, "override control", "use one of mode"),
        ("override", {"control": "mode", "level": 9}, "override level", "0 to 3"),
        ("override", {"control": "mode", "level": 0.5}, "override level", "0 to 3"),
        ("choose", {"policy": "magic"}, "choose policy", "use one of rule, mpc"),
        ("call", {"in_steps": 1, "steps": 9, "power_kw": 1}, "call steps", "within the day"),
        ("fault", {"asset": "x", "kind": "stuck", "size": 1}, "fault asset", "use counter"),
        ("fault", {"asset": "x", "kind": "rust", "size": 1}, "message fault.kind", "one of"),
        ("call", {"in_steps": 0, "steps": 1, "power_kw": 1}, "message call.in_steps", "1"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(
    order: str, fields: dict[str, Any], field: str, fix: str
) -> None:
    supervisor = Choosing()
    run = counting_run(supervisor=supervisor)
    before = memory(run)
    answer = json.loads(run.answer("a", json.dumps({"type": order, "n": 1, **fields})))
    assert (answer["status"], answer["field"]) == ("refused", field)
    assert fix in answer["fix"]
    assert (memory(run), supervisor.started) == (before, [])


def test_who_starts_no_policies_says_so() -> None:
    assert "starts no policies" in send(counting_run(), "choose", 1, policy="mpc")["fix"]


def test_all_orders_are_there_again_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    run = counting_run(path, speed=60.0, supervisor=Choosing())
    send(run, "override", 1, control="mode", level=2)
    send(run, "call", 2, in_steps=1, steps=2, power_kw=5)
    send(run, "fault", 3, asset="counter", kind="stuck", size=0.5)
    send(run, "choose", 4, policy="mpc")
    # Without closing it: what is committed is there for whoever opens the file next.
    again = counting_run(path, speed=60.0, supervisor=Choosing())
    status = again.welcome("b")["status"]
    assert status == {
        "mode": "running",
        "speed": 60.0,
        "safe": False,
        "policy": "mpc",
        "overrides": {"mode": 2},
        "faults": [{"asset": "counter", "kind": "stuck", "size": 0.5}],
        "calls": [{"from_step": 1, "steps": 2, "power_kw": 5}],
    }
    again.tick()
    assert events(again)[-1]["applied"] == [2]


def test_calls_end_with_their_day_and_the_rest_goes_on() -> None:
    run = counting_run()
    send(run, "override", 1, control="mode", level=2)
    send(run, "fault", 2, asset="counter", kind="stuck", size=1)
    send(run, "call", 3, in_steps=1, steps=1, power_kw=5)
    send(run, "reset", 4, day=1)
    started, status = events(run)[-2:]
    assert (started["type"], status["type"], status["calls"]) == ("started", "status", [])
    assert (status["overrides"], len(status["faults"])) == ({"mode": 2}, 1)
    send(run, "reset", 5, day=1)
    assert events(run)[-1]["type"] == "started"
