"""What the dashboard shows, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .browser import Page
from .dashboard_cases import factory_day, heater_day, opened, scripted, told
from .dashboard_server import ScriptedServer, analysis


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted(factory_day().described, factory_day().started) as server:
        yield server


def test_nothing_is_asked_of_anybody_else_and_nothing_is_wrong(
    page: Page, server: ScriptedServer
) -> None:
    server.tell(*factory_day().measured[:3])
    opened(page, server)
    asked = page.requested()
    host = server.url.removeprefix("http:")
    assert f"ws:{host}" in asked
    assert {url.partition(":")[2][: len(host)] for url in asked} == {host}
    assert page.complaints() == []


def test_the_day_so_far_is_shown_to_who_comes_late(page: Page, server: ScriptedServer) -> None:
    server.tell(*factory_day().measured[:9])
    opened(page, server)
    assert page.script("return app.run.day.loadKw") == [
        each["meter"]["load_kw"] for each in factory_day().measured[:9]
    ]
    assert page.text("#clock") == "Tue, 10 Jun 2025, 09:00"


def test_measurements_change_the_figures(page: Page, server: ScriptedServer) -> None:
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


def test_prices_are_those_that_were_paid(page: Page, server: ScriptedServer) -> None:
    told_before = factory_day().measured
    server.tell(*told_before)
    opened(page, server)
    prices = page.script("return app.run.day.price")
    for price, each in zip(prices, told_before, strict=True):
        bought = each["meter"]["buy_kw"]
        assert price * bought == pytest.approx(each["cost"]["purchase"], rel=1e-5)


def test_what_the_monitor_makes_of_it(page: Page, server: ScriptedServer) -> None:
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


def test_decisions_with_their_reasons(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    reason = {"asset": "T1", "order": "SHUTDOWN", "reason": "peak price until 12:00"}
    decision = {"type": "decision", "by": "pi", "reasons": [reason]}
    told(page, server, decision, decision, factory_day().measured[0], decision)
    assert page.text("#assets li:nth-child(1) .decision") == "SHUTDOWNpeak price until 12:00"
    page.choose("#log-kind", "decision")
    page.until(lambda: page.text("#log") == "Nothing yet.00:00T1SHUTDOWNpeak price until 12:00")
    page.choose("#log-kind", "all")


def test_the_days_before(page: Page, server: ScriptedServer) -> None:
    opened(page, server)
    day = factory_day()
    last = analysis(day.measured[-1], rule_cost_so_far=100.0, savings=-12.0)
    told(page, server, *day.measured, day.started, last)  # the monitor may fall behind
    cells = page.text("#days tbody tr")
    assert cells.startswith("2025-06-10")
    assert "\N{MINUS SIGN}12" in cells
    assert page.text("#kpi-savings .note") == "not known yet"


def test_values_under_the_cursor_by_keyboard(page: Page, server: ScriptedServer) -> None:
    server.tell(*factory_day().measured[:3])
    opened(page, server)
    assert "12.90 MW" in page.text("#charts .legend")
    page.press("#charts", "ARROW_LEFT")
    page.until_text("#charts .pointed", "01:00 to 02:00")
    assert "6,400 kW" in page.text("#charts .legend")
    page.press("#charts", "ESCAPE")
    page.until_text("#charts .pointed", "Point at a chart")


def test_a_heater(page: Page) -> None:
    with scripted(heater_day().described, heater_day().started) as server:
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
