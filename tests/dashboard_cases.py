"""What tests of the dashboard share: days that are known, and pages of servers that tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from plantgym.twins.live.messages import Message

from .browser import Page
from .dashboard_server import KnownDay, ScriptedServer


@cache
def factory_day() -> KnownDay:
    """A day of the cement works with PV."""
    return KnownDay("cement_pv", "rule", "2025-06-10")


@cache
def heater_day() -> KnownDay:
    """A day of the heater."""
    return KnownDay("sets_heater", "timer", "2025-02-11")


@contextmanager
def scripted(twin: Message, *events: Message, token: str | None = None) -> Iterator[ScriptedServer]:
    """A server of a plant that has told some events."""
    server = ScriptedServer(twin, token)
    server.tell(*events)
    try:
        yield server
    finally:
        server.stop()


def opened(page: Page, server: ScriptedServer) -> Page:
    """The page of a server, which shows all that there is."""
    page.open(server.url)
    page.until_seen(len(server.events))
    return page


def told(page: Page, server: ScriptedServer, *events: Message) -> None:
    """Tell events, and wait until they are shown."""
    server.tell(*events)
    page.until_seen(len(server.events))


def ordered(page: Page, tab: str, fields: Mapping[str, str], answer: str) -> None:
    """Fill in the form of a tab, send it, and wait for an answer."""
    page.click(f"#tab-{tab}")
    for name, value in fields.items():
        page.fill(f"#{tab}-form [name={name}]", value)
    page.click(f"#{tab}-form .act button")
    page.until_text(f"#{tab}-form output", answer)
