"""The dashboard in a real browser: what it shows, what its controls do, what it survives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from plantgym.benchmarks.live_case import live_case, make_run
from plantgym.twins.live.messages import Message

from .browser import Page, browser
from .dashboard_server import KnownDay, ScriptedServer, analysis, status
from .live_cases import served

TOKEN = "let me in, please"
HOSTILE = "<img src=x onerror='window.broken=1'>"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    yield from browser()


@cache
def factory_day() -> KnownDay:
    return KnownDay("cement_pv", "rule", "2025-06-10")


@cache
def heater_day() -> KnownDay:
    return KnownDay("sets_heater", "timer", "2025-02-11")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    yield from scripted(factory_day().described, factory_day().started)


def scripted(twin: Message, *events: Message, token: str | None = None) -> Iterator[ScriptedServer]:
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


class TestShows:
    def test_nothing_is_asked_of_anybody_else_and_nothing_is_wrong(
        self, page: Page, server: ScriptedServer
    ) -> None:
        server.tell(*factory_day().measured[:3])
        opened(page, server)
        asked = page.requested()
        host = server.url.removeprefix("http:")
        assert f"ws:{host}" in asked
        assert {url.partition(":")[2][: len(host)] for url in asked} == {host}
        assert page.complaints() == []

    def test_the_day_so_far_is_shown_to_who_comes_late(
        self, page: Page, server: ScriptedServer
    ) -> None:
        server.tell(*factory_day().measured[:9])
        opened(page, server)
        assert page.script("return app.run.day.loadKw") == [
            each["meter"]["load_kw"] for each in factory_day().measured[:9]
        ]
        assert page.text("#clock") == "Tue, 10 Jun 2025, 09:00"

    def test_measurements_change_the_figures(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        assert page.text("#kpi-load .value") == "0 kW"
        day = factory_day().measured
        told(page, server, *day[:3])
        assert page.text("#kpi-load .value") == "12.90 MW"
        assert page.text("#kpi-price .value") == "0.275 CNY/kWh"
        cost = sum(sum(each["cost"].values()) for each in day[:3])
        assert page.text("#kpi-cost .value") == f"{cost:,.0f} CNY"
        assert page.text("#kpi-energy .value") == "23.8 MWh"
        assert page.text("#stocks .stock:nth-child(1) b") == "6,800 t"
        assert page.text("#stocks .stock:nth-child(4) b") == "220 of 4,000 t"
        assert page.text("#kpi-target .note") == "3,780 t left to make"
        assert page.text("#assets li:nth-child(3) .asset-head .note") == "mode 2, 6,500 kW"
        told(page, server, *day[3:])
        assert page.text("#kpi-target .value") == "met"
        assert page.script("return app.run.day.costSum") == pytest.approx(
            sum(sum(each["cost"].values()) for each in day)
        )

    def test_prices_are_those_that_were_paid(self, page: Page, server: ScriptedServer) -> None:
        told_before = factory_day().measured
        server.tell(*told_before)
        opened(page, server)
        prices = page.script("return app.run.day.price")
        for price, each in zip(prices, told_before, strict=True):
            bought = each["meter"]["buy_kw"]
            assert price * bought == pytest.approx(each["cost"]["purchase"], rel=1e-5)

    def test_what_the_monitor_makes_of_it(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        day = factory_day().measured
        hours = [f"2025-06-10T{hour:02}:00" for hour in range(1, 24)]
        forecast = {"time": hours, "low_kw": [6000.0] * 23, "middle_kw": [6500.0] * 23,
                    "high_kw": [7000.0] * 23, "model": "random forest"}  # fmt: skip
        health = {name: {"score": 97.0, "risk": 0.01, "state": "ok", "causes": []}
                  for name in ("T1", "T2")}  # fmt: skip
        health["T3"] = {"score": 38.0, "risk": 0.7, "state": "alarm", "causes": ["draws 12 % more"]}
        event = {"from_step": 10, "steps": 2, "power_kw": 3000.0, "response_kw": None,
                 "earned": 0.0}  # fmt: skip
        seen = analysis(
            day[0], forecast=forecast, health=health, alarms=["T3 draws too much"], dr=event,
            cost_so_far=1000.0, rule_cost_so_far=1250.0, savings=250.0,
        )  # fmt: skip
        told(page, server, day[0], seen)
        assert page.text("#kpi-load .note") == "next 6,500 kW"
        assert page.text("#kpi-savings .value") == "250 CNY"
        assert page.text("#kpi-savings .note") == "20.0 % of its cost"
        assert page.text("#kpi-health .value") == "38 / 100"
        assert page.text("#kpi-dr .value") == "in 9 h"
        assert page.text("#alarms li") == "T3 draws too much"
        assert page.text("#assets li:nth-child(3) .causes") == "alarm: draws 12 % more"
        assert "DR: 3,000 kW less" in page.text("#charts")
        assert page.text("#coverage") == "forecast: random forest"
        again = analysis(day[1], alarms=["T3 draws too much", "T2: +3 %"])
        told(page, server, day[1], again, analysis(day[1], alarms=["T2: +4 %"]), day[2])
        alarms = page.script("return app.run.log.filter(e => e.kind === 'alarm').map(e => e.text)")
        assert alarms == ["T3 draws too much", "T2: +3 %"]
        # 6.4 MW came within the band, 12.9 MW did not.
        assert page.text("#coverage") == "50 % of 2 steps came within its band"
        active = analysis(day[10], dr={**event, "response_kw": 2900.0, "earned": 8700.0})
        told(page, server, *day[3:11], active)
        assert page.text("#kpi-dr .value") == "2,900 kW"
        assert page.text("#kpi-dr .note") == "of 3,000 kW less, 1 h left; 8,700 CNY"
        assert page.script("return document.querySelector('#alarms li') === null") is True

    def test_decisions_with_their_reasons(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        reason = {"asset": "T1", "order": "SHUTDOWN", "reason": "peak price until 12:00"}
        decision = {"type": "decision", "by": "pi", "reasons": [reason]}
        told(page, server, decision, decision, factory_day().measured[0], decision)
        assert page.text("#assets li:nth-child(1) .decision") == "SHUTDOWNpeak price until 12:00"
        page.choose("#log-kind", "decision")
        page.until(lambda: page.text("#log") == "Nothing yet.00:00T1SHUTDOWNpeak price until 12:00")
        page.choose("#log-kind", "all")

    def test_the_days_before(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        day = factory_day()
        last = analysis(day.measured[-1], rule_cost_so_far=100.0, savings=-12.0)
        told(page, server, *day.measured, day.started, last)  # the monitor may fall behind
        cells = page.text("#days tbody tr")
        assert cells.startswith("2025-06-10")
        assert "\N{MINUS SIGN}12" in cells
        assert page.text("#kpi-savings .note") == "not known yet"

    def test_values_under_the_cursor_by_keyboard(self, page: Page, server: ScriptedServer) -> None:
        server.tell(*factory_day().measured[:3])
        opened(page, server)
        assert "12.90 MW" in page.text("#charts .legend")
        page.press("#charts", "ARROW_LEFT")
        page.until_text("#charts .pointed", "01:00 to 02:00")
        assert "6,400 kW" in page.text("#charts .legend")
        page.press("#charts", "ESCAPE")
        page.until_text("#charts .pointed", "Point at a chart")

    def test_a_heater(self, page: Page) -> None:
        for server in scripted(heater_day().described, heater_day().started):
            opened(page, server)
            day = heater_day().measured[:60]
            told(page, server, *day)
            meter = day[-1]["meter"]
            assert page.text("h1") == "Sets heater"
            assert page.text("#kpi-room .value") == f"{meter['room_c']:.1f} °C"
            assert page.text("#kpi-load .value") == f"{meter['load_kw']:.0f} kW"
            assert f"temperature{meter['brick_c']:.1f} °C" in page.text("#charts")
            assert not page.driver.find_element("id", "stocks-card").is_displayed()
            page.click("#tab-override")
            assert page.shown("#override-share").get_attribute("type") == "range"
            page.script("document.querySelector('#override-share').value = 25")
            page.click("#override-form .primary")
            page.until_text("#override-answer", "Applied")
            assert server.requests[-1]["level"] == -0.5
            assert page.complaints() == []


class TestControls:
    def test_the_clock(self, page: Page, server: ScriptedServer) -> None:
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

    def test_the_policy(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        for policy in ("mpc", ""):
            page.choose("#policy", policy)
            page.click("#policy-form .primary")
        page.until(lambda: len(server.requests) == 2)
        assert [each["policy"] for each in server.requests] == ["mpc", None]
        told(page, server, status(policy="mpc"))
        assert page.text("#policy-now").startswith("Chosen: mpc.")

    def test_a_call_for_response(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        page.click("#tab-call")
        for name, text in (("in_steps", "3"), ("steps", "2"), ("power_kw", "2500.5")):
            page.write(f"#call-form [name={name}]", text)
        page.click("#call-form .primary")
        page.until_text("#call-form output", "Applied")
        assert server.requests[-1] == {
            "type": "call", "n": 1, "in_steps": 3, "steps": 2, "power_kw": 2500.5
        }  # fmt: skip
        told(page, server, status(calls=[{"from_step": 3, "steps": 2, "power_kw": 2500.5}]))
        assert page.text("#calls") == "2,501 kW in steps 3 to 4"
        assert "DR: 2,501 kW less" in page.text("#charts")

    def test_an_override_is_held_and_released(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        page.click("#tab-override")
        page.choose("#override-control", "T3")
        page.choose("#override-mode", "2")
        page.click("#override-form .primary")
        page.until_text("#override-answer", "Applied")
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

    def test_a_fault_is_made_and_mended(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        page.click("#tab-fault")
        page.choose("#fault-asset", "T2")
        page.choose("#fault-kind", "sensor_bias")
        page.write("#fault-size", "0.2")
        page.click("#fault-form .danger")
        page.until_text("#fault-answer", "Applied")
        fault = {"asset": "T2", "kind": "sensor_bias", "size": 0.2}
        told(page, server, status(faults=[fault]))
        assert page.text("#assets li:nth-child(2) .badge") == "sensor bias"
        page.click("#faults button")
        page.until(lambda: len(server.requests) == 2)
        assert server.requests[0] == {"type": "fault", "n": 1, **fault}
        assert server.requests[1] == {"type": "fault", "n": 2, **fault, "size": None}

    def test_a_day_is_started(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        page.click("#tab-day")
        page.click("#day-form .primary")
        page.until_text("#day-form output", "Applied")
        page.script("document.querySelector('#day').value = '2025-06-12'")
        page.click("#day-form .primary")
        page.until(lambda: len(server.requests) == 2)
        assert server.requests[0] == {"type": "reset", "n": 1}
        assert server.requests[1] == {"type": "reset", "n": 2, "day": "2025-06-12"}

    @pytest.mark.parametrize(
        ("tab", "act", "answer"),
        [
            (None, "#pause", "#clock-answer"),
            ("#tab-policy", "#policy-form .primary", "#policy-form output"),
            ("#tab-call", "#call-form .primary", "#call-form output"),
            ("#tab-override", "#override-form .primary", "#override-answer"),
            ("#tab-fault", "#fault-form .danger", "#fault-answer"),
            ("#tab-day", "#day-form .primary", "#day-form output"),
        ],
    )
    def test_what_is_refused_is_told_where_it_was_asked(
        self, page: Page, server: ScriptedServer, tab: str | None, act: str, answer: str
    ) -> None:
        server.refusal = {"status": "refused", "field": "level", "value": 7, "fix": "give 0 to 2"}
        opened(page, server)
        if tab:
            page.click(tab)
        page.click(act)
        page.until_text(answer, "Refused: level = 7. give 0 to 2.")
        assert page.shown(answer).get_attribute("data-state") == "refused"

    def test_by_keyboard_alone_and_by_name(self, page: Page, server: ScriptedServer) -> None:
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


class TestSurvives:
    def test_a_restart_of_the_server(self, page: Page, server: ScriptedServer) -> None:
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

    def test_another_run_at_the_same_place(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        told(page, server, *factory_day().measured[:5])
        server.stop()
        server.begin("run-2")
        server.tell(factory_day().started, factory_day().measured[0])
        server.start()
        page.until_seen(2)
        assert page.text("#clock").endswith("01:00")

    def test_a_server_that_wants_a_token(self, page: Page) -> None:
        twin = factory_day().described
        for server in scripted(twin, factory_day().started, token=TOKEN):
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

    def test_being_turned_away(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        server.close_all(1008, "another connection of this name took over")
        page.until_text("#notice-text", "took over")
        hellos = len(server.hellos)
        page.click("#again")
        page.until_seen(1)
        assert len(server.hellos) == hellos + 1

    def test_alarms_of_the_server(self, page: Page, server: ScriptedServer) -> None:
        opened(page, server)
        server.say({"type": "alarm", "reason": "the history cannot be written; the plant waits"})
        page.until_text("#notice", "the plant waits")
        page.until_text("#log", "the plant waits")

    def test_names_and_reasons_are_never_markup(self, page: Page) -> None:
        twin = {**factory_day().described, "assets": ["T1", HOSTILE], "policies": [HOSTILE]}
        twin["plant"] = twin["plant"].replace('"cement_pv"', f'"{HOSTILE}"')
        twin["plant"] = twin["plant"].replace('"S1"', f'"{HOSTILE}"')
        started = {**factory_day().started, "by": HOSTILE}
        for server in scripted(twin, started):
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

    def test_a_year_at_full_speed(self, page: Page, server: ScriptedServer) -> None:
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


def test_a_real_plant_obeys(page: Page) -> None:
    case = live_case("cement_pv", "test")
    run = make_run(case, None, speed=36000.0, day="2025-06-10")
    with served(run) as server:
        page.open(f"http://127.0.0.1:{server.port}/")
        page.until(lambda: page.script("return app.run?.past.length") == 2)
        page.click("#pause")
        page.until_text("#state", "paused")
        page.click("#tab-day")
        page.write("#day", "06-12-2025")
        page.click("#day-form .primary")
        page.until_text("#clock", "12 Jun 2025, 00:00")
        page.click("#tab-override")
        page.choose("#override-mode", "1")
        page.click("#override-form .primary")
        page.until_text("#overrides", "T1 is held: mode 1")
        page.click("#tab-call")
        page.write("#call-form [name=in_steps]", "99")
        page.click("#call-form .primary")
        page.until_text("#call-form output", "Refused: call in_steps + steps = 101. end within")
        page.write("#call-form [name=in_steps]", "6")
        page.click("#call-form .primary")
        page.until_text("#calls", "1,000 kW in steps 6 to 7")
        page.click("#tab-fault")
        page.choose("#fault-asset", "T2")
        page.click("#fault-form .danger")
        page.until_text("#faults", "T2: efficiency loss, 0.15")
        page.click("#tab-policy")
        page.click("#policy-form .primary")
        page.until_text("#policy-form output", "this server starts no policies")
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


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_it_fits_the_window_in_light_and_dark(
    page: Page, server: ScriptedServer, width: int, height: int
) -> None:
    server.tell(*factory_day().measured[:9])
    page.resize(width, height)
    opened(page, server)
    grounds = set()
    for _ in range(3):
        grounds.add(page.script("return getComputedStyle(document.body).backgroundColor"))
        wide, seen = page.script(
            "return [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide == seen
        page.click("#theme")
    assert len(grounds) == 2
    page.resize(1280, 800)
