"""What the controls of the dashboard do, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from .browser import Page
from .dashboard_cases import factory_day, opened, ordered, scripted, told
from .dashboard_server import ScriptedServer, status


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted(factory_day().described, factory_day().started) as server:
        yield server


def test_the_clock(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    page.click("#pause")
    page.until_text("#clock-answer", "Applied")
    told(page, server, status(mode="paused"))
    assert (page.text("#pause"), page.text("#state")) == ("Continue", "paused")
    page.click("#pause")
    page.choose("#speed", "3600")
    page.until(lambda: len(server.requests) == 3)
    assert [{**each, "n": 0} for each in server.requests] == [
        {"type": "clock", "n": 0, "paused": True},
        {"type": "clock", "n": 0, "paused": False},
        {"type": "clock", "n": 0, "speed": 3600},
    ]
    assert all(first["n"] < second["n"] for first, second in pairwise(server.requests))


def test_the_policy(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    for policy in ("mpc", ""):
        ordered(page, "policy", {"policy": policy}, "Applied")
    assert [each["policy"] for each in server.requests] == ["mpc", None]
    told(page, server, status(policy="mpc"))
    assert page.text("#policy-now").startswith("Chosen: mpc.")


def test_a_call_for_response(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    ordered(page, "call", {"in_steps": "3", "steps": "2", "power_kw": "2500.5"}, "Applied")
    assert server.requests[-1] == {
        "type": "call", "n": 1, "in_steps": 3, "steps": 2, "power_kw": 2500.5
    }  # fmt: skip
    told(page, server, status(calls=[{"from_step": 3, "steps": 2, "power_kw": 2500.5}]))
    assert page.text("#calls") == "2,501 kW in steps 3 to 4"
    assert "DR: 2,501 kW less" in page.text("#charts")


def test_an_override_is_held_and_released(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    ordered(page, "override", {"control": "T3", "mode": "2"}, "Applied")
    told(page, server, status(overrides={"T3": 2}))
    assert page.text("#chip-held") == "1 override"
    page.click("#overrides button")
    page.until(lambda: len(server.requests) == 2)
    assert [{**each, "n": 0} for each in server.requests] == [
        {"type": "override", "n": 0, "control": "T3", "level": 2},
        {"type": "override", "n": 0, "control": "T3", "level": None},
    ]
    told(page, server, status())
    assert not page.driver.find_element("id", "chip-held").is_displayed()


def test_a_fault_is_made_and_mended(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    fault = {"asset": "T2", "kind": "sensor_bias", "size": 0.2}
    ordered(page, "fault", {name: str(value) for name, value in fault.items()}, "Applied")
    told(page, server, status(faults=[fault]))
    assert page.text("#assets li:nth-child(2) .badge") == "sensor bias"
    page.click("#faults button")
    page.until(lambda: len(server.requests) == 2)
    assert server.requests[0] == {"type": "fault", "n": 1, **fault}
    assert server.requests[1] == {"type": "fault", "n": 2, **fault, "size": None}


def test_a_day_is_started(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    ordered(page, "day", {}, "Applied")
    page.script("document.querySelector('#day').value = '2025-06-12'")
    page.click("#day-form .primary")
    page.until(lambda: len(server.requests) == 2)
    assert server.requests[0] == {"type": "reset", "n": 1}
    assert server.requests[1] == {"type": "reset", "n": 2, "day": "2025-06-12"}


def test_what_is_refused_is_told_where_it_was_asked(page: Page, server: ScriptedServer) -> None:
    server.refusal = {"status": "refused", "field": "level", "value": 7, "fix": "give 0 to 2"}
    words = "Refused: level = 7. give 0 to 2."
    opened(page, server)
    for tab in ("policy", "call", "override", "fault", "day"):
        ordered(page, tab, {}, words)
        assert page.shown(f"#{tab}-form output").get_attribute("data-state") == "refused"
    page.click("#pause")
    page.until_text("#clock-answer", words)
    assert page.shown("#clock-answer").get_attribute("data-state") == "refused"


def test_by_keyboard_alone_and_by_name(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    page.press("#tab-policy", "ARROW_RIGHT")
    page.press("#tab-call", "ARROW_LEFT")
    page.press("#tab-policy", "ARROW_LEFT")
    assert page.shown("#day-form")
    page.press("#day", "ENTER")
    page.until_text("#day-form output", "Applied")
    tree = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"button", "combobox", "spinbutton", "slider", "tab", "textbox", "Date", "image"}
    named = [each for each in tree if each.get("role", {}).get("value") in roles]
    assert len(named) > 12
    assert [each for each in named if not each["name"]["value"] and not each["ignored"]] == []
