"""What the dashboard survives, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .browser import Page
from .dashboard_cases import factory_day, opened, scripted, told
from .dashboard_server import ScriptedServer, analysis, status

TOKEN = "let me in, please"
HOSTILE = "<img src=x onerror='window.broken=1'>"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted(factory_day().described, factory_day().started) as server:
        yield server


def test_a_restart_of_the_server(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    day = factory_day().measured
    told(page, server, *day[:3])
    server.stop()
    page.until_text("#state", "no connection")
    assert "nothing will be missed" in page.text("#notice")
    page.click("#pause")
    server.tell(*day[3:8])
    server.start()
    page.until_seen(len(server.events))
    assert page.script("return [app.run.gaps, app.run.events]") == [0, len(server.events)]
    assert page.text("#clock").endswith("08:00")
    assert {"run": "run-1", "after": 4}.items() <= server.hellos[-1].items()
    assert len({each["client"] for each in server.hellos}) == 1
    page.until_text("#clock-answer", "Applied")
    assert [each["type"] for each in server.requests] == ["clock"]


def test_another_run_at_the_same_place(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    told(page, server, *factory_day().measured[:5])
    server.stop()
    server.begin("run-2")
    server.tell(factory_day().started, factory_day().measured[0])
    server.start()
    page.until_seen(2)
    assert page.text("#clock").endswith("01:00")


def test_a_server_that_wants_a_token(page: Page) -> None:
    twin = factory_day().described
    with scripted(twin, factory_day().started, token=TOKEN) as server:
        page.open(server.url)
        page.until(lambda: page.shown("#token-dialog"))
        page.write("#token", "wrong")
        page.press("#token", "ENTER")
        page.until_text("#token-answer", "does not know")
        page.write("#token", TOKEN)
        page.click("#token-form .primary")
        page.until_seen(1)
        assert page.script("return Object.values(sessionStorage)") == [TOKEN]
        assert page.script("return Object.values(localStorage)") == []
        page.driver.refresh()
        page.until_seen(1)
        assert TOKEN not in page.driver.page_source + page.driver.current_url


def test_being_turned_away(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    server.close_all(1008, "another connection of this name took over")
    page.until_text("#notice-text", "took over")
    hellos = len(server.hellos)
    page.click("#again")
    page.until_seen(1)
    assert len(server.hellos) == hellos + 1


def test_alarms_of_the_server(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    server.say({"type": "alarm", "reason": "the history cannot be written; the plant waits"})
    page.until_text("#notice", "the plant waits")
    page.until_text("#log", "the plant waits")


def test_names_and_reasons_are_never_markup(page: Page) -> None:
    twin = {**factory_day().described, "assets": ["T1", HOSTILE], "policies": [HOSTILE]}
    twin["plant"] = twin["plant"].replace('"cement_pv"', f'"{HOSTILE}"')
    twin["plant"] = twin["plant"].replace('"S1"', f'"{HOSTILE}"')
    started = {**factory_day().started, "by": HOSTILE}
    with scripted(twin, started) as server:
        opened(page, server)
        page.complaints()
        reasons = [{"asset": HOSTILE, "order": "HOLD", "reason": HOSTILE}]
        bad = {HOSTILE: {"score": 1.0, "risk": 1.0, "state": "alarm", "causes": [HOSTILE]}}
        seen = analysis(factory_day().measured[0], health=bad, alarms=[HOSTILE])
        server.refusal = {"status": "refused", "field": HOSTILE, "value": HOSTILE,
                          "fix": HOSTILE}  # fmt: skip
        told(
            page, server, {"type": "decision", "by": HOSTILE, "reasons": reasons},
            status(policy=HOSTILE, overrides={"T1": 1}, faults=[
                {"asset": HOSTILE, "kind": "stuck", "size": 1.0}
            ]),
            factory_day().measured[0], seen,
        )  # fmt: skip
        page.click("#pause")
        page.until_text("#clock-answer", HOSTILE)
        server.say({"type": "alarm", "reason": HOSTILE})
        page.until_text("#notice", HOSTILE)
        for place in ("h1", "#stocks", "#assets", "#alarms", "#log", "#policy", "#policy-now"):
            assert HOSTILE.lower() in page.text(place).lower(), place
        images = page.script("return document.querySelectorAll('img, script').length")
        assert (images, page.script("return window.broken ?? null")) == (2, None)
        assert page.complaints() == []


@pytest.mark.slow
def test_a_year_at_full_speed(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    day = factory_day()
    told(page, server, *day.measured, day.started)
    before = page.script("return document.querySelectorAll('*').length")
    drawn = page.script("return app.draws")
    for k in range(365):
        reason = {"asset": "T1", "order": "HOLD", "reason": f"day {k}"}
        decision = {"type": "decision", "by": "pi", "reasons": [reason]}
        server.tell(day.started, *day.measured, decision)
    page.until_seen(len(server.events))
    kept: dict[str, Any] = page.script(
        "const {gaps, events, past, log} = app.run, all = document.querySelectorAll('*');"
        "return {gaps, events, past: past.length, log: log.length, draws: app.draws,"
        "size: all.length};"
    )
    assert (kept["gaps"], kept["events"]) == (0, len(server.events))
    assert (kept["past"], kept["log"]) == (60, 400)
    assert kept["draws"] - drawn < 0.2 * 365 * 25
    assert kept["size"] < before + 1500
