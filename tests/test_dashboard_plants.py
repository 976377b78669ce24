"""The dashboard of a real plant, in a real browser."""

from __future__ import annotations

from pathlib import Path

from plantgym.benchmarks.live_case import live_case, make_run

from .browser import Page
from .dashboard_cases import ordered
from .live_cases import served


def test_a_real_plant_obeys(page: Page) -> None:
    case = live_case("cement_pv", "test")
    run = make_run(case, None, speed=36000.0, day="2025-06-10")
    with served(run) as server:
        page.open(f"http://127.0.0.1:{server.port}/")
        page.until(lambda: page.script("return app.run?.past.length") == 2)
        page.click("#pause")
        page.until_text("#state", "paused")
        ordered(page, "day", {"day": "06-12-2025"}, "Applied")
        page.until_text("#clock", "12 Jun 2025, 00:00")
        ordered(page, "override", {"mode": "1"}, "Applied")
        page.until_text("#overrides", "T1 is held: mode 1")
        ordered(
            page, "call", {"in_steps": "99"}, "Refused: call in_steps + steps = 101. end within"
        )
        ordered(page, "call", {"in_steps": "6"}, "Applied")
        page.until_text("#calls", "1,000 kW in steps 6 to 7")
        ordered(page, "fault", {"asset": "T2"}, "Applied")
        page.until_text("#faults", "T2: efficiency loss, 0.15")
        ordered(page, "policy", {}, "this server starts no policies")
        page.click("#pause")
        page.until(lambda: page.script("return app.run.day.loadKw.length") >= 8)
        assert page.script("return app.run.day.levels[0].slice(0, 5)") == [1.0] * 5
        assert page.script("return app.run.gaps") == 0
        assert page.complaints() == []


def test_a_real_plant_goes_on_after_a_restart(page: Page, tmp_path: Path) -> None:
    case, history = live_case("cement_pv", "test"), tmp_path / "run.sqlite"
    first = make_run(case, history, speed=36000.0, day="2025-06-10")
    with served(first) as server:
        port = server.port
        page.open(f"http://127.0.0.1:{port}/")
        page.until(lambda: page.script("return app.run?.past.length") == 1)
    page.until_text("#state", "no connection")
    seen = page.script("return app.run.seq")
    first.history.close()
    second = make_run(case, history, speed=36000.0)
    with served(second, port=port):
        page.until(lambda: page.script("return app.run.seq") > seen + 50)
        known = "app.run.past.every(day => day.loadKw.length === 24)"
        assert page.script(f"return [app.run.gaps, {known}]") == [0, True]
    second.history.close()
