"""The server of a live run: who is let in, what each client gets, and what becomes of bad ones."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.sync.client import ClientConnection

from plantgym.twins.errors import InputError
from plantgym.twins.live.client import LiveClient, LiveError
from plantgym.twins.live.history import History
from plantgym.twins.live.messages import LARGEST_BYTES, read_message
from plantgym.twins.live.server import LiveServer, next_due_s

from .live_cases import CountingTwin, counting_run, events, hello, raw_client, served

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "let me in, please"
PATIENCE_S = 30.0


def received(connection: ClientConnection) -> dict[str, Any]:
    """The next message."""
    return read_message(connection.recv(PATIENCE_S), "server")


def closed_with(connection: ClientConnection) -> tuple[int, str]:
    """Code and reason with which a server closes a connection, whatever it sends before."""
    while True:
        try:
            connection.recv(PATIENCE_S)
        except ConnectionClosed as error:
            close = error.rcvd or Close(0, "not told")
            return close.code, close.reason


def command(n: int, mode: int = 1) -> str:
    return json.dumps({"type": "command", "n": n, "action": [mode]})


class TestTrust:
    def test_an_address_beyond_this_machine_needs_a_token(self) -> None:
        for host in ("0.0.0.0", "::", "192.168.1.5", "plant.example"):
            with pytest.raises(InputError, match="token") as refused:
                LiveServer(counting_run(), host=host)
            assert (refused.value.field, refused.value.value) == ("--host", host)
        for host in ("127.0.0.1", "::1", "localhost"):
            LiveServer(counting_run(), host=host)
        LiveServer(counting_run(), host="0.0.0.0", token=TOKEN)

    def test_a_short_token_is_refused_and_not_told(self) -> None:
        with pytest.raises(InputError) as refused:
            LiveServer(counting_run(), token="hunter2")
        assert refused.value.field == "--token"
        assert "hunter2" not in str(refused.value)

    def test_a_port_that_is_taken(self) -> None:
        with (
            served(counting_run()) as server,
            pytest.raises(InputError, match="use another") as refused,
            served(counting_run(), port=server.port),
        ):
            pass
        assert (refused.value.field, refused.value.value) == ("--port", server.port)

    @pytest.mark.parametrize(
        "said", [{}, {"token": "let me in"}, {"token": TOKEN + " "}, {"token": "\ud800"}]
    )
    def test_without_the_token_nothing_is_told(self, said: dict[str, str]) -> None:
        run = counting_run()
        with served(run, token=TOKEN) as server:
            with (  # the server may have hung up before the command is sent
                pytest.raises(ConnectionClosed, match="1008"),
                raw_client(server.url, hello(**said), command(1)) as stranger,
            ):
                stranger.recv(PATIENCE_S)
            with pytest.raises(LiveError, match="token"):
                LiveClient(server.url, token="wrong")
            LiveClient(server.url, token=TOKEN).close()
        assert len(events(run)) == 1

    @pytest.mark.parametrize(
        "first", ["", command(1), '{"type": "hello"}', '{"type": "\\ud800"}', "\x00", b"\xff"]
    )
    def test_who_does_not_say_hello_is_sent_away(self, first: str) -> None:
        run = counting_run()
        with served(run) as server, raw_client(server.url, first) as stranger:
            assert closed_with(stranger)[0] == 1008
        assert len(events(run)) == 1

    def test_other_web_pages_may_not_connect(self) -> None:
        with served(counting_run()) as server:
            for origin in ("https://evil.example", "http://127.0.0.1:1"):
                with raw_client(server.url, hello(), origin=origin) as page:
                    assert closed_with(page) == (1008, f"Origin = {origin!r}: connect from no "
                                                 "other web page")  # fmt: skip
            own = server.url.replace("ws:", "http:")
            with raw_client(server.url, hello(), origin=own) as page:
                assert received(page)["type"] == "welcome"

    def test_pages_of_an_ipv6_server_are_its_own(self) -> None:
        server = LiveServer(counting_run(), host="::1", port=8765)
        assert "http://[::1]:8765" in server.origins

    def test_a_full_house(self) -> None:
        with served(counting_run(), max_clients=2) as server:
            first, _ = LiveClient(server.url, name="a"), LiveClient(server.url, name="b")
            with raw_client(server.url, hello("c")) as late:
                assert "too many" in closed_with(late)[1]
            with raw_client(server.url, hello("b")) as again:
                assert received(again)["type"] == "welcome"
                first.order("command", action=[1])


class TestStream:
    def test_all_clients_get_all_events_in_order(self) -> None:
        run = counting_run()
        with served(run) as server:
            clients = [LiveClient(server.url) for _ in range(3)]
            for k in range(9):
                client = clients[k % 3]
                if k % 5 == 4:
                    client.order("reset", day=1)
                else:
                    client.order("command", action=[k % 4])
            got = [[client.next_event() for _ in range(9)] for client in clients]
        assert got == [events(run, after=1)] * 3
        assert [each["seq"] for each in got[0]] == list(range(2, 11))

    def test_who_comes_back_gets_what_was_missed(self) -> None:
        run = counting_run()
        with served(run) as server:
            with raw_client(server.url, hello()) as first:
                welcome = received(first)
            assert (welcome["seq"], welcome["latest"]["type"]) == (1, "started")
            other = LiveClient(server.url)
            for mode in (1, 2, 3):
                other.order("command", action=[mode])
            back = hello(run=welcome["run"], after=2)
            with raw_client(server.url, back) as second:
                assert received(second)["seq"] == 4
                other.order("command", action=[0])
                assert [received(second)["seq"] for _ in range(3)] == [3, 4, 5]

    def test_a_request_whose_answer_was_lost_is_sent_again_and_counts_once(self) -> None:
        run = counting_run()
        with served(run) as server:
            with raw_client(server.url, hello(), command(1)):
                pass  # gone before the answer
            with raw_client(server.url, hello(), command(1), command(2)) as again:
                welcome = received(again)
                assert welcome["n"] in (0, 1)
                acks: list[dict[str, Any]] = []
                while len(acks) < 2:
                    message = received(again)
                    acks += [message] if message["type"] == "ack" else []
        assert [(each["n"], each["status"]) for each in acks] == [(1, "applied"), (2, "applied")]
        assert [e["observation"][1] for e in events(run)] == [0, 1, 2]

    def test_sequence_numbers_of_another_run_are_refused(self) -> None:
        with served(counting_run()) as server:
            with raw_client(server.url, hello()) as first:
                run = received(first)["run"]
            for text in (hello(run="another", after=0), hello(run=run, after=99)):
                with raw_client(server.url, text) as lost:
                    assert "it is over" in closed_with(lost)[1]

    def test_a_later_connection_of_the_same_name_takes_over(self) -> None:
        with served(counting_run()) as server:
            first = LiveClient(server.url, name="mpc")
            second = LiveClient(server.url, name="mpc")
            second.order("command", action=[1])
            with pytest.raises(LiveError, match="took over"):
                first.order("command", action=[1])

    def test_time_goes_on_by_itself_until_it_is_stopped(self) -> None:
        with served(counting_run(speed=6000.0)) as server:
            client = LiveClient(server.url, name="operator")
            after = client.order("clock", paused=True)
            seen = [client.next_event()]
            while (seen[-1]["type"], seen[-1].get("mode")) != ("status", "paused"):
                seen.append(client.next_event())
            assert seen[-1]["seq"] == after + 1
            assert client.mode == "paused"
            client.order("clock", speed=0.0)
            client.order("command", action=[1])
            ran = [client.next_event() for _ in range(2)]
            assert [each["seq"] for each in ran] == [after + 2, after + 3]

    def test_setting_the_clock_of_the_computer_does_nothing(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with served(counting_run(speed=3000.0)) as server:
            client = LiveClient(server.url)
            for now in (0.0, 4e9):
                monkeypatch.setattr(time, "time", lambda now=now: now)
                seen = [client.next_event()["seq"] for _ in range(5)]
                assert seen == list(range(seen[0], seen[0] + 5))


class TestPace:
    def test_a_little_lateness_is_made_up_for(self) -> None:
        assert next_due_s(10.0, 10.3, 1.0) == 11.0

    def test_after_a_stall_the_next_step_is_a_whole_one(self) -> None:
        assert next_due_s(10.0, 11.0, 1.0) == 12.0
        assert next_due_s(10.0, 90.0, 1.0) == 91.0


class TestBadClients:
    def test_what_cannot_be_read_is_refused_and_the_rest_goes_on(self) -> None:
        with served(counting_run()) as server, raw_client(server.url, hello()) as client:
            received(client)
            client.send("{")
            client.send(b"\x00\x01")
            client.send(hello())
            client.send(command(1))
            answers = [received(client) for _ in range(5)]
        acks = [each for each in answers if each["type"] == "ack"]
        assert [(each["n"], each["status"]) for each in acks] == [
            *[(None, "refused")] * 3,
            (1, "applied"),
        ]

    def test_too_long_a_message_ends_the_connection_of_its_sender_alone(self) -> None:
        run = counting_run()
        with served(run) as server:
            other = LiveClient(server.url)
            with raw_client(server.url, hello()) as client:
                received(client)
                client.send("x" * (LARGEST_BYTES + 1))
                assert closed_with(client)[0] == 1009
            other.order("command", action=[1])
        assert len(events(run)) == 2

    def test_a_client_that_takes_nothing_is_told_and_keeps_nobody_waiting(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for module in ("session", "server"):  # a busy machine is late to listen
            monkeypatch.setattr(f"plantgym.twins.live.{module}.GOODBYE_S", 300.0)
        run = counting_run(width=20_000)  # more than the system buffers for a connection
        with served(run, slow_s=0.3) as server:
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", server.port))
            arguments: dict[str, Any] = {"sock": narrow, "max_queue": 1, "ping_interval": None}
            with raw_client(server.url, hello("slow"), **arguments) as slow:
                quick = LiveClient(server.url, name="quick")
                for k in range(250):
                    if k % 5 == 0:
                        quick.order("reset", day=0)
                    else:
                        quick.order("command", action=[1])
                got = [quick.next_event()["seq"] for _ in range(250)]
                assert got == list(range(2, 252))
                code, reason = closed_with(slow)
            assert code == 1013
            assert "too slow" in reason
            run_name = quick.welcome["run"]
            after = int(reason.rpartition(" ")[2])
            assert 0 < after < 251
            back_again = hello("slow", run=run_name, after=after)
            with raw_client(server.url, back_again, close_timeout=0.1) as back:
                received(back)
                assert received(back)["seq"] == after + 1

    def test_a_client_that_asks_and_never_listens_is_dropped_and_forgotten(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("plantgym.twins.live.session.GOODBYE_S", 0.2)
        run = counting_run(width=5000)
        with served(run, slow_s=0.2, max_clients=1) as server:
            narrow = socket.socket()
            narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            narrow.connect(("127.0.0.1", server.port))
            arguments: dict[str, Any] = {"sock": narrow, "max_queue": 1, "close_timeout": 0.1}
            with raw_client(server.url, hello("deaf"), **arguments) as deaf:
                with suppress(ConnectionClosed, TimeoutError):
                    for n in range(1, 2000):
                        deaf.send(json.dumps({"type": "reset", "n": n, "day": 0}))
                # There is room for another one as soon as the deaf one is gone.
                assert LiveClient(server.url, name="next").order("clock", speed=0.0) > 1

    def test_vanished_clients_leave_the_plant_alone(self) -> None:
        run = counting_run()
        with served(run) as server:
            for k in range(5):
                with raw_client(server.url, hello(f"c{k}"), command(1)) as client:
                    received(client)
                    client.socket.shutdown(socket.SHUT_RDWR)  # without a word
            last = LiveClient(server.url)
            last.order("reset", day=1)
        assert run.history.last_seq <= 7


class TestClient:
    def test_nobody_there(self) -> None:
        with pytest.raises(LiveError, match=r"cannot be reached.*is it served there"):
            LiveClient("ws://127.0.0.1:9", timeout_s=0.0)

    def test_no_url(self) -> None:
        with pytest.raises(InputError) as refused:
            LiveClient("localhost:8765")
        assert refused.value.field == "url"

    def test_a_refusal_comes_as_an_error(self) -> None:
        with served(counting_run()) as server:
            client = LiveClient(server.url)
            with pytest.raises(InputError, match="one mode from 0 to 3") as refused:
                client.order("command", action=[9])
            assert (refused.value.field, refused.value.value) == ("action", [9])
            with pytest.raises(InputError) as refused:
                client.order("command", action=[])
            assert refused.value.field == "message command.action"


@contextmanager
def server_process(path: Path, speed: float, port: int = 0) -> Iterator[tuple[Any, str]]:
    """A process that serves the plant that counts, and its URL."""
    module = [sys.executable, "-m", "tests.live_cases", str(path), str(speed), str(port)]
    with subprocess.Popen(module, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_a_killed_server_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with server_process(path, 0.0) as (process, url):
        client = LiveClient(url, name="a", timeout_s=PATIENCE_S)
        watcher = LiveClient(url, name="b", timeout_s=PATIENCE_S)
        client.order("command", action=[1])
        client.order("command", action=[2])
        # Killed between taking a command and answering it, or before or after that.
        client._socket.send(command(3, 3))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    port = int(url.rpartition(":")[2])
    with server_process(path, 0.0, port):
        client.order("command", action=[3])
        client.order("command", action=[0])
        seen = [watcher.next_event() for _ in range(4)]
    assert [each["seq"] for each in seen] == [2, 3, 4, 5]
    assert [each["observation"] for each in seen] == [[1, 1], [2, 3], [3, 6], [4, 6]]
    twin = CountingTwin()
    history = History(path, twin.describe())
    assert history.last_seq == 5
    assert [json.loads(text) for _, text in history.after(1)] == seen


@pytest.mark.slow
def test_no_acknowledged_step_is_ever_lost(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    acknowledged = 0
    port = 0
    for life in range(5):
        with server_process(path, 0.0, port) as (process, url):
            port = int(url.rpartition(":")[2])
            client = LiveClient(url, name=f"life-{life}")
            for _ in range(40 + 13 * life):
                kind = {"action": [1]} if not _over(client) else {"day": 0}
                acknowledged = client.order("command" if "action" in kind else "reset", **kind) + 1
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        history = History(path, CountingTwin().describe())
        assert history.last_seq >= acknowledged
        history.close()


def _over(client: LiveClient) -> bool:
    told = client.events_so_far()
    latest = [each for each in told if each["type"] != "status"] or [client.welcome["latest"]]
    return bool(latest[-1].get("ended"))
