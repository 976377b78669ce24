"""A live run without sockets: commands, clock, watchdog, record, and what a full disk does."""

from __future__ import annotations

import itertools
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plantgym.twins.errors import InputError
from plantgym.twins.live.history import History, HistoryError
from plantgym.twins.live.messages import message_schema, message_types, read_message
from plantgym.twins.live.run import LiveRun

from .live_cases import STEPS, counting_run, events


def send(run: LiveRun, order: str, n: int, client: str = "a", **fields: object) -> dict[str, Any]:
    """What a request is answered."""
    return read_message(run.answer(client, json.dumps({"type": order, "n": n, **fields})), "server")


def memory(run: LiveRun) -> tuple[object, ...]:
    """All that a request could change."""
    orders = run.orders.save()
    kept = run.history.state, run.history.last_seq
    return run.twin.save(), run.mode, run.speed, run.safe, orders, *kept


class TestLockStep:
    def test_each_command_is_a_step(self) -> None:
        run = counting_run()
        for n, mode in enumerate((1, 2, 0, 3), 1):
            assert send(run, "command", n, action=[mode]) == {
                "type": "ack",
                "n": n,
                "status": "applied",
                "after": n,
            }
        first, *rest = events(run)
        assert (first["type"], first["observation"]) == ("started", [0.0, 0.0])
        assert [each["observation"] for each in rest] == [[1, 1], [2, 3], [3, 3], [4, 6]]
        assert [each["seq"] for each in rest] == [2, 3, 4, 5]
        assert [each["ended"] for each in rest] == [False] * 3 + [True]
        assert {each["by"] for each in rest} == {"a"}

    def test_the_day_ends_until_a_reset(self) -> None:
        run = counting_run()
        for n in range(1, STEPS + 1):
            send(run, "command", n, action=[1])
        refused = send(run, "command", 5, action=[1])
        assert (refused["status"], refused["field"]) == ("refused", "command")
        assert "reset" in refused["fix"]
        assert send(run, "reset", 5, day="2025-06-03")["status"] == "applied"
        assert send(run, "command", 6, action=[1])["status"] == "applied"
        assert [each["day"] for each in events(run)[-2:]] == ["2025-06-03"] * 2

    @pytest.mark.parametrize(
        ("kind", "fields", "field"),
        [
            ("command", {"action": [4]}, "action"),
            ("command", {"action": [0, 0]}, "action"),
            ("command", {"action": [0.5]}, "action"),
            ("reset", {"day": "2024-01-01"}, "reset day"),
            ("ask", {"what": "masks"}, "ask what"),
        ],
    )
    def test_what_is_refused_changes_nothing(
        self, kind: str, fields: dict[str, Any], field: str
    ) -> None:
        run = counting_run()
        send(run, "command", 1, action=[1])
        before = memory(run)
        answer = send(run, kind, 2, **fields)
        assert (answer["status"], answer["field"], answer["n"]) == ("refused", field, 2)
        assert memory(run) == before
        assert send(run, "command", 2, action=[1])["status"] == "applied"

    def test_a_request_that_comes_twice_counts_once(self) -> None:
        run = counting_run()
        first = send(run, "command", 1, action=[1])
        send(run, "command", 2, client="b", action=[1])
        before = memory(run)
        assert send(run, "command", 1, action=[1]) == first
        assert memory(run) == before
        assert send(run, "command", 7, action=[1])["status"] == "applied"
        late = send(run, "command", 3, action=[1])
        assert (late["status"], late["field"]) == ("refused", "message n")
        assert "from 7" in late["fix"]

    def test_asking_changes_nothing(self) -> None:
        run = counting_run()
        send(run, "command", 1, action=[2])
        before = memory(run)
        assert send(run, "ask", 2, what="view")["value"] == {"total": 2}
        assert memory(run) == before


class TestClock:
    def test_a_command_holds_until_the_watchdog_bites(self) -> None:
        run = counting_run(speed=60.0, hold_steps=2)
        assert run.period_s == 1.0
        send(run, "command", 1, action=[1])
        assert len(events(run)) == 1
        for _ in range(3):
            run.tick()
        assert not send(run, "command", 2, action=[0]).get("field")
        run.tick()
        told = [(e["type"], e["by"], e.get("safe"), e.get("applied")) for e in events(run)[1:]]
        assert told == [
            ("measurement", "a", None, [1]),
            ("measurement", "a", None, [1]),
            ("status", None, True, None),
            ("measurement", None, None, [3]),
            ("status", "a", False, None),
            ("measurement", "a", None, [0]),
            ("started", None, None, None),
        ]

    def test_the_last_command_before_a_step_counts_and_days_follow_each_other(self) -> None:
        run = counting_run(speed=60.0, day="2025-06-03")
        send(run, "command", 1, action=[1])
        send(run, "command", 1, client="b", action=[2])
        for _ in range(STEPS + 1):
            run.tick()
        told = events(run)
        assert [e["by"] for e in told if e["type"] == "measurement"][:2] == ["b", "b"]
        assert [e["day"] for e in told if e["type"] == "started"] == ["2025-06-03", "2025-06-01"]

    def test_the_clock_is_set_and_stopped(self) -> None:
        run = counting_run()
        assert (run.mode, run.period_s) == ("lock-step", None)
        send(run, "clock", 1, speed=120.0)
        assert (run.mode, run.period_s) == ("running", 0.5)
        send(run, "clock", 2, paused=True)
        assert (run.mode, run.period_s) == ("paused", None)
        send(run, "clock", 3, paused=False)
        send(run, "clock", 4, speed=0)
        modes = [each["mode"] for each in events(run)[1:]]
        assert modes == ["running", "paused", "running", "lock-step"]

    def test_a_day_that_lock_step_has_ended_goes_on_with_the_next_one(self) -> None:
        run = counting_run()
        for n in range(1, STEPS + 1):
            send(run, "command", n, action=[0])
        send(run, "clock", 9, speed=1.0)
        run.tick()
        assert [e["type"] for e in events(run)][-3:] == ["started", "status", "measurement"]

    @pytest.mark.parametrize(
        ("arguments", "field"),
        [({"speed": -1.0}, "speed"), ({"speed": 2e6}, "speed"), ({"hold_steps": 0}, "hold_steps")],
    )
    def test_bad_settings_are_refused(self, arguments: dict[str, Any], field: str) -> None:
        with pytest.raises(InputError) as refused:
            counting_run(**arguments)
        assert refused.value.field == field


class TestRecord:
    def test_a_run_goes_on_from_its_record(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        run = counting_run(path, speed=60.0, hold_steps=3)
        ack = send(run, "command", 1, action=[2])
        run.tick()
        told, kept = events(run), run.twin.save()
        # Without closing it: what is committed is there for whoever opens the file next.
        again = counting_run(path, speed=60.0, hold_steps=3)
        assert events(again) == told
        assert again.twin.save() == kept
        assert again.history.run == run.history.run
        assert again.welcome("a")["n"] == 1
        assert send(again, "command", 1, action=[2]) == ack
        for _ in range(3):
            again.tick()
        ran = [(e["by"], e["step"]) for e in events(again) if e["type"] == "measurement"]
        assert ran == [("a", 0), ("a", 1), ("a", 2), (None, 3)]

    def test_all_of_a_long_record_is_there(self, tmp_path: Path) -> None:
        run = counting_run(tmp_path / "run.sqlite", speed=1.0)
        for _ in range(1500):
            run.tick()
        got: list[int] = []
        while rows := run.history.after(got[-1] if got else 0):
            got += [seq for seq, _ in rows]
        assert got == list(range(1, run.history.last_seq + 1))
        assert run.welcome("a")["latest"]["seq"] == run.history.last_seq

    def test_the_record_of_another_plant_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "run.sqlite"
        counting_run(path).history.close()
        with pytest.raises(InputError, match="another plant") as refused:
            counting_run(path, width=3)
        assert refused.value.field == "--history"
        assert len(events(counting_run(path))) == 1

    def test_of_two_servers_of_a_record_one_writes(self, tmp_path: Path) -> None:
        first, second = (counting_run(tmp_path / "run.sqlite") for _ in range(2))
        assert send(first, "command", 1, action=[1])["status"] == "applied"
        before = memory(second)
        assert "another server" in send(second, "command", 1, "b", action=[2])["value"]
        assert memory(second) == before
        assert send(first, "command", 2, action=[1])["status"] == "applied"
        assert [e["seq"] for e in events(first)] == [1, 2, 3]

    @pytest.mark.parametrize("content", ["time,energy_kwh\n", ""])
    def test_other_files_are_left_alone(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "meter.csv"
        path.write_text(content or "x" * 5000)
        kept = path.read_bytes()
        with pytest.raises(InputError, match="serve wrote"):
            counting_run(path)
        assert path.read_bytes() == kept

    def test_other_databases_are_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "other.sqlite"
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE mine (x)")
        other.close()
        kept = path.read_bytes()
        with pytest.raises(InputError, match="serve wrote"):
            counting_run(path)
        assert path.read_bytes() == kept

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError) as refused:
            counting_run(tmp_path / "nowhere" / "run.sqlite")
        assert refused.value.field == "--history"


def fill_disk(history: History, *, full: bool) -> None:
    """Let the file grow no further, or let it grow again."""
    pages = history._db.execute("PRAGMA page_count").fetchone()[0]
    history._db.execute(f"PRAGMA max_page_count = {pages if full else 10**6}")


class TestFullDisk:
    def test_nothing_happens_that_cannot_be_recorded(self, tmp_path: Path) -> None:
        run = counting_run(tmp_path / "run.sqlite", width=2000)
        send(run, "command", 1, action=[1])
        fill_disk(run.history, full=True)
        before = memory(run)
        answer = send(run, "command", 2, action=[1])
        assert answer["status"] == "refused"
        assert "cannot be written" in answer["value"]
        assert "full" in answer["value"]
        assert memory(run) == before
        fill_disk(run.history, full=False)
        assert send(run, "command", 2, action=[1])["status"] == "applied"
        assert [e["seq"] for e in events(run)] == [1, 2, 3]

    def test_the_plant_waits_until_there_is_room(self, tmp_path: Path) -> None:
        run = counting_run(tmp_path / "run.sqlite", width=2000, speed=1.0)
        run.tick()
        fill_disk(run.history, full=True)
        before = memory(run)
        for _ in range(3):
            with pytest.raises(HistoryError, match="full"):
                run.tick()
            assert memory(run) == before
        fill_disk(run.history, full=False)
        run.tick()
        assert [e["step"] for e in events(run) if e["type"] == "measurement"] == [0, 1]


VALID = [
    '{"type": "command", "n": 1, "action": [1]}',
    '{"type": "reset", "n": 2, "seed": 1, "day": 2}',
    '{"type": "clock", "n": 3, "speed": 10.5, "paused": true}',
    '{"type": "ask", "n": 4, "what": "view"}',
    '{"type": "override", "n": 5, "control": "mode", "level": 2}',
    '{"type": "call", "n": 6, "in_steps": 1, "steps": 2, "power_kw": 50.5}',
    '{"type": "fault", "n": 7, "asset": "counter", "kind": "stuck", "size": 0.5}',
    '{"type": "choose", "n": 8, "policy": "mpc"}',
    '{"type": "command", "n": 9, "action": [1], "reasons":'
    ' [{"asset": "a", "order": "HOLD", "reason": "dear power"}]}',
    '{"type": "hello", "protocol": 1, "client": "a"}',
]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A message with a piece of it replaced."""
    text = draw(st.sampled_from(VALID))
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 8)))
    piece = draw(st.one_of(st.text(max_size=6), st.sampled_from(['"n"', "-1", "1e9", "[[]]", "{"])))
    return text[:start] + piece + text[end:]


FIELDS = sorted(
    {
        name
        for kind in message_types("client")
        for name in message_schema()["definitions"][kind]["properties"]
        if name != "type"
    }
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("n"), inner),
    max_leaves=4,
)
TYPED = st.fixed_dictionaries(
    {"type": st.sampled_from(message_types("client"))},
    optional=dict.fromkeys(FIELDS, JSON | st.sampled_from(["mode", "counter", "stuck", "mpc"])),
)


class OnePolicy:
    """A supervisor of one policy."""

    policies = ("mpc",)

    def check(self, policy: str) -> None:
        if policy != "mpc":
            raise InputError("choose policy", policy, "use mpc")

    def start(self, policy: str | None) -> None:
        assert policy in (None, "mpc")


FUZZED = counting_run(supervisor=OnePolicy())
CLIENTS = itertools.count()


@settings(max_examples=1000, deadline=None)
@given(st.one_of(mutated(), TYPED.map(json.dumps), JSON.map(json.dumps), st.binary(max_size=20)))
def test_no_message_breaks_a_run_or_changes_it_unless_it_is_granted(text: str | bytes) -> None:
    client = f"client-{next(CLIENTS)}"
    before = memory(FUZZED)
    answer = read_message(FUZZED.answer(client, text), "server")
    if answer.get("status") != "applied":
        assert memory(FUZZED) == before
    assert send(FUZZED, "reset", 2**50, client)["status"] == "applied"
