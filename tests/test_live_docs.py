"""What `docs/live.md` says of the protocol, the options and the env is so."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from plantgym.benchmarks.cli import app
from plantgym.twins.live.messages import (
    COME_BACK_LATER,
    LARGEST_BYTES,
    STAY_AWAY,
    message_table,
    read_message,
)

from .env_cases import CASES
from .live_cases import served
from .test_live_env import live_run

DOCS = Path(__file__).resolve().parents[1] / "docs"
TEXT = (DOCS / "live.md").read_text("utf-8")


def block(language: str) -> str:
    """The only fenced block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)
    return str(found)


@pytest.mark.parametrize("sender", ["client", "server"])
def test_the_tables_are_those_of_the_schema(sender: str) -> None:
    told = re.search(rf"<!-- {sender} messages -->\n(.*)\n<!-- /{sender} messages -->", TEXT, re.S)
    assert told is not None
    assert told[1] == message_table(sender)


def test_the_numbers_of_the_protocol() -> None:
    assert (f"{LARGEST_BYTES // 1024} KiB", LARGEST_BYTES % 1024) == ("64 KiB", 0)
    assert all(str(code) in TEXT for code in (STAY_AWAY, COME_BACK_LATER))


def test_every_option_is_told() -> None:
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    options = [name for each in commands["serve"].params for name in each.opts]
    assert len(options) > 12
    assert [name for name in options if f"`{name}`" not in TEXT] == []
    for name in ("serve", "control"):
        assert f"plantgym {name}" in commands[name].epilog


def test_the_exchange_is_one() -> None:
    lines = block("json").splitlines()
    assert [read_message(line, "client")["type"] for line in lines] == [
        json.loads(line)["type"] for line in lines
    ]


def test_the_example_runs() -> None:
    names: dict[str, Any] = {}
    with served(live_run(CASES["CementMill-v0"])) as server:
        example = block("python").replace("ws://127.0.0.1:8765", server.url)
        exec(compile(example, "docs/live.md", "exec"), names)
    assert names["terminated"]
    assert names["info"]["cost"]["purchase"] > 0
