"""Messages of the live twin: what is taken, what is refused and how that is said."""

from __future__ import annotations

import json
from typing import Any, cast

import gymnasium as gym
import numpy as np
import pytest

from plantgym.envs.heater_env import SetsHeaterEnv
from plantgym.envs.stn_env import StnEnv
from plantgym.twins.errors import InputError
from plantgym.twins.heater_outlook import HeaterOutlook
from plantgym.twins.heater_terms import BELGIAN_TERMS, SHENYANG_TERMS, HeaterTerms
from plantgym.twins.live.messages import message_types, read_message, write_message
from plantgym.twins.live.records import from_plain, to_plain
from plantgym.twins.outlook import Outlook

COMMAND: dict[str, Any] = {"type": "command", "n": 1, "action": [1, 0]}


def changed(message: dict[str, Any], **fields: Any) -> str:  # noqa: ANN401
    """A message as text, with some fields changed; those that are None are left out."""
    return json.dumps({k: v for k, v in (message | fields).items() if v is not None})


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "message"),
        ("[1]", "message"),
        ("null", "message"),
        (b"{}", "message"),
        ("{" * 3000, "message"),
        ("[" * 50_000, "message"),
        ('{"type": "command", "n": 1, "action": [NaN]}', "message"),
        ('{"type": "command", "n": 1, "action": [1e999]}', "message"),
        ('{"type": "command", "n": ' + "9" * 5000 + "}", "message"),
        (changed(COMMAND, type="self-destruct"), "message type"),
        (changed(COMMAND, type=["command"]), "message type"),
        (changed(COMMAND, type="measurement"), "message type"),
        (changed(COMMAND, n=None), "message command"),
        (changed(COMMAND, n=0), "message command.n"),
        (changed(COMMAND, n=True), "message command.n"),
        (changed(COMMAND, n=2**60), "message command.n"),
        (changed(COMMAND, action=[]), "message command.action"),
        (changed(COMMAND, action="on"), "message command.action"),
        (changed(COMMAND, action=[1, "on"]), "message command.action[1]"),
        (changed(COMMAND, action=[True]), "message command.action[0]"),
        (changed(COMMAND, action=[0] * 1001), "message command.action"),
        (changed(COMMAND, hurry=True), "message command"),
        (changed({"type": "clock", "n": 1}), "message clock"),
        (changed({"type": "clock", "n": 1, "speed": -1}), "message clock.speed"),
        (changed({"type": "reset", "n": 1, "seed": -1}), "message reset.seed"),
        (changed({"type": "reset", "n": 1, "day": 1.5}), "message reset.day"),
        (changed({"type": "ask", "n": 1, "what": "secret"}), "message ask.what"),
        (changed({"type": "hello", "protocol": 2, "client": "a"}), "message hello.protocol"),
        (changed({"type": "hello", "protocol": 1, "client": "a b"}), "message hello.client"),
        (changed({"type": "hello", "protocol": 1, "client": "a", "after": 3}), "message hello"),
    ],
)
def test_what_is_no_message_of_a_client_is_refused(text: str | bytes, field: str) -> None:
    with pytest.raises(InputError) as refused:
        read_message(text, "client")
    assert refused.value.field == field
    assert len(str(refused.value)) < 500


def test_whole_numbers_may_be_written_with_a_point() -> None:
    message = read_message('{"type": "command", "n": 1.0, "action": [2.0, 0.5]}', "client")
    assert (message["n"], message["action"]) == (1, [2, 0.5])
    assert [type(x) for x in (message["n"], *message["action"])] == [int, int, float]


def test_numbers_keep_all_their_bits() -> None:
    numbers = np.random.default_rng(0).standard_normal(100) * 10.0 ** np.arange(-50, 50)
    single = numbers[:80].astype(np.float32)
    sent = {"type": "answer", "n": 1, "value": [*numbers.tolist(), *single.tolist()]}
    got = read_message(write_message(sent), "server")["value"]
    np.testing.assert_array_equal(got[:100], numbers)
    np.testing.assert_array_equal(np.array(got[100:], np.float32), single)


def test_each_side_sends_messages_of_its_own() -> None:
    orders = {"command", "choose", "override", "call", "fault"}
    assert set(message_types("client")) == {"hello", "reset", "clock", "ask", *orders}
    events = {"started", "measurement", "status", "decision", "analysis"}
    assert set(message_types("server")) == {"welcome", "ack", "answer", "alarm", *events}


def assert_same_record(one: object, other: object) -> None:
    """Equal in type, fields and bits."""
    assert type(one) is type(other)
    if hasattr(one, "__dataclass_fields__"):
        for name in cast(Any, one).__dataclass_fields__:
            assert_same_record(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple):
        for mine, others in zip(one, cast("tuple[object, ...]", other), strict=True):
            assert_same_record(mine, others)
    else:
        np.testing.assert_array_equal(cast(Any, one), cast(Any, other), strict=True)


def through_json(record: object) -> Any:  # noqa: ANN401
    return json.loads(write_message({"": to_plain(record)}))[""]


def test_views_of_factories_come_through() -> None:
    env = cast(StnEnv, gym.make("plantgym/CementPv-v0").unwrapped)
    events = 0
    for seed in range(8):
        env.reset(seed=seed)
        for _ in range(15):
            env.step(env.action_space.sample())
        view = env.view()
        events += view.dr is not None
        assert_same_record(from_plain(Outlook, through_json(view)), view)
    assert 0 < events < 8


def test_views_and_terms_of_heaters_come_through() -> None:
    env = cast(SetsHeaterEnv, gym.make("plantgym/SetsHeater-v0").unwrapped)
    calls = 0
    for seed in range(8):
        env.reset(seed=seed)
        for _ in range(60):
            env.step(env.action_space.sample())
        view = env.view()
        calls += bool(view.calls)
        assert_same_record(from_plain(HeaterOutlook, through_json(view)), view)
    assert 0 < calls <= 8
    for terms in (BELGIAN_TERMS, SHENYANG_TERMS):
        assert from_plain(HeaterTerms, through_json(terms)) == terms
